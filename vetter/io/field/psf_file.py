"""A PSF from a FITS file: an image, or what PSFEx writes."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from vetter.core.psf.models import PsfImage
from vetter.errors import InputError
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.hdu_names import FitsName, parse_fits_name
from vetter.io.files.unreadable import reading
from vetter.io.fits.images import open_image
from vetter.io.fits.structure import open_fits, promised_by_headers

_SAMPLINGS = ("OVERSAMP", "OVERSAMPLING", "OVERSMP")
_MOST_PIXELS = 1_000_000


def read_psf(spec: str) -> PsfImage:
    """The PSF of a file that may carry an HDU: ``psf.fits``, ``psf.fits[1]``, ``field.psf``.

    An image has its point in the middle, at ``((nx - 1) / 2, (ny - 1) / 2)``, and one pixel of
    it is a pixel of the field, unless OVERSAMP in its header says how many make one. Of a table by
    PSFEx the constant term is taken, which is the PSF in the middle of the field, at its PSF_SAMP.

    Raises
    ------
    InputError
        It cannot be read, is no image, or holds no PSF: pixels that are not finite, or no
        positive sum.
    """
    name = parse_fits_name(spec)
    if not name.path.is_file():
        raise InputError(
            f"{name.path}: no such file; --psf wants gaussian, moffat, stars or a file"
        )
    with reading(name, "a PSF that cannot be read"):
        pixels, sampling = _psfex(name) or _image(name)
    try:
        psf = PsfImage(pixels, sampling, f"PSF of {name.path.name}{name.suffix}")
    except ValueError as error:
        raise InputError(f"{name}: {error}") from None
    _check(psf, str(name))
    return psf


def _check(psf: PsfImage, name: str) -> None:
    """Refuse an image that is no star's; InputError."""
    ny, nx = psf.samples.shape
    if not 0.5 < psf.fwhm < 0.5 * min(ny, nx) / psf.sampling + 0.5:
        raise InputError(
            f"{name}: wanted a PSF with its wings, found {nx} x {ny} pixels "
            f"with an FWHM of {psf.fwhm:.1f} pixels of the field"
        )
    row, column = divmod(int(np.argmax(psf.samples)), nx)
    off = max(abs(row - 0.5 * (ny - 1)), abs(column - 0.5 * (nx - 1))) / psf.sampling
    if off > max(1.0, 0.5 * psf.fwhm):
        raise InputError(
            f"{name}: wanted a PSF with its peak in the middle of {nx} x {ny} pixels, "
            f"found it at x = {column}, y = {row}"
        )


def _image(name: FitsName) -> tuple[npt.NDArray[np.float64], float]:
    image = open_image(name)
    try:
        ny, nx = image.shape
        if ny * nx > _MOST_PIXELS:
            raise InputError(f"{name}: wanted a PSF, found an image of {nx} x {ny} pixels")
        pixels = np.asarray(image.read((slice(0, ny), slice(0, nx))), float)
        given = (image.header.get(key) for key in _SAMPLINGS)
        return pixels, next((float(value) for value in given if value), 1.0)
    finally:
        image.close()


def _psfex(name: FitsName) -> tuple[npt.NDArray[np.float64], float] | None:
    """The constant term of PSFEx's model (PSFEx manual, "PSF model file"); None for other files."""
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
                raise InputError(f"{name}: PSF_SAMP: wanted a number above 0, found {step}")
            return pixels.reshape(-1, *pixels.shape[-2:])[0], 1.0 / step
    return None
