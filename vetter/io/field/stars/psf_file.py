"""PSF files: an image, or a model by PSFEx."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.psf.models import PsfImage
from vetter.errors import InputError
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.hdu_names import FitsName, parse_fits_name
from vetter.io.files.unreadable import input_errors
from vetter.io.fits.images import open_image
from vetter.io.fits.structure import open_fits, promised_by_headers

_SAMPLING_KEYWORDS = ("OVERSAMP", "OVERSAMPLING", "OVERSMP")
_MAX_PIXELS = 1_000_000
_PIXEL_AXES = (("X_IMAGE", "XWIN_IMAGE", "XPSF_IMAGE"), ("Y_IMAGE", "YWIN_IMAGE", "YPSF_IMAGE"))
"""Columns of SExtractor, counted from 1, by which PSFEx's model may vary."""


def read_psf(spec: str, centre: tuple[float, float] | None = None) -> PsfImage:
    """Read the PSF of a file, also with an HDU: ``psf.fits``, ``psf.fits[1]``, ``field.psf``.

    The PSF of an image has its centre at ``((nx - 1) / 2, (ny - 1) / 2)``. Its pixels are those of
    the field, unless OVERSAMP in the header gives their number per field pixel. A PSFEx model is
    read at its PSF_SAMP.

    Parameters
    ----------
    spec : str
    centre : (float, float), optional
        x and y in the field, 0-based pixels, where a varying model is evaluated; None: its
        constant term, which holds in the middle of the stars that it was built of.

    Raises
    ------
    InputError
        The file cannot be read, is not an image, or holds pixels that are not finite or have no
        positive sum.
    """
    name = parse_fits_name(spec)
    if not name.path.is_file():
        raise InputError(
            f"{name.path}: no such file; --psf takes gaussian, moffat, stars or a file"
        )
    with input_errors(name, "a PSF that cannot be read"):
        pixels, sampling = _read_psfex(name, centre) or _read_image(name)
    try:
        psf = PsfImage(pixels, sampling, f"PSF of {name.path.name}{name.suffix}")
    except ValueError as error:
        raise InputError(f"{name}: {error}") from None
    _check(psf, str(name))
    return psf


def _check(psf: PsfImage, name: str) -> None:
    """Raise InputError for an image that cannot be that of a star."""
    ny, nx = psf.samples.shape
    if not 0.5 < psf.fwhm < 0.5 * min(ny, nx) / psf.sampling + 0.5:
        raise InputError(
            f"{name}: expected a PSF with its wings, found {nx} x {ny} pixels "
            f"with an FWHM of {psf.fwhm:.1f} pixels of the field"
        )
    row, column = divmod(int(np.argmax(psf.samples)), nx)
    offset = max(abs(row - 0.5 * (ny - 1)), abs(column - 0.5 * (nx - 1))) / psf.sampling
    if offset > max(1.0, 0.5 * psf.fwhm):
        raise InputError(
            f"{name}: expected a PSF with its peak in the middle of {nx} x {ny} pixels, "
            f"found it at x = {column}, y = {row}"
        )


def _read_image(name: FitsName) -> tuple[npt.NDArray[np.float64], float]:
    image = open_image(name)
    try:
        ny, nx = image.shape
        if ny * nx > _MAX_PIXELS:
            raise InputError(f"{name}: expected a PSF, found an image of {nx} x {ny} pixels")
        pixels = np.asarray(image.read((slice(0, ny), slice(0, nx))), float)
        samplings = (image.header.get(key) for key in _SAMPLING_KEYWORDS)
        return pixels, next((float(value) for value in samplings if value), 1.0)
    finally:
        image.close()


def _read_psfex(
    name: FitsName, centre: tuple[float, float] | None
) -> tuple[npt.NDArray[np.float64], float] | None:
    """Read PSFEx's model (PSFEx manual, "PSF model file"); None for other files."""
    with (
        open_unpacked(name.path, enough=promised_by_headers) as file,
        open_fits(file, name.label) as hdus,
    ):
        for number, hdu in enumerate(hdus):
            columns = getattr(hdu, "columns", None)
            if columns is None or "PSF_MASK" not in columns.names or "PSF_SAMP" not in hdu.header:
                continue
            if name.extension not in (None, hdu.name, number):
                continue
            pixels = np.array(hdu.data["PSF_MASK"][0], float)
            step = float(hdu.header["PSF_SAMP"])
            if not (math.isfinite(step) and step > 0):
                raise InputError(f"{name}: PSF_SAMP: expected a number above 0, found {step}")
            terms = pixels.reshape(-1, *pixels.shape[-2:])
            return _evaluate(terms, hdu.header, centre), 1.0 / step
    return None


def _evaluate(
    terms: npt.NDArray[np.float64], header: Any, centre: tuple[float, float] | None
) -> npt.NDArray[np.float64]:
    """Return the model at a position; its constant term if it varies by more than x and y."""
    constant: npt.NDArray[np.float64] = terms[0]
    degree = header.get("POLDEG1")
    names = tuple(str(header.get(f"POLNAME{axis}", "")).strip() for axis in (1, 2))
    by_pixel = all(name in known for name, known in zip(names, _PIXEL_AXES, strict=True))
    if centre is None or not by_pixel or not isinstance(degree, int) or header.get("POLNGRP") != 1:
        return constant
    if len(terms) != (degree + 1) * (degree + 2) // 2:
        return constant
    scaled = []
    for axis, value in enumerate(centre, start=1):
        zero, scale = (header.get(f"POL{word}{axis}") for word in ("ZERO", "SCAL"))
        if not all(isinstance(v, (int, float)) and math.isfinite(v) for v in (zero, scale)):
            return constant
        scaled.append((value + 1.0 - zero) / scale if scale else 0.0)
    x, y = scaled
    if max(abs(x), abs(y)) > 1.0:
        # Outside the stars that it was built of a polynomial is unbounded.
        return constant
    powers = [x**i * y**j for j in range(degree + 1) for i in range(degree + 1 - j)]
    return np.asarray(np.tensordot(np.array(powers), terms, 1))
