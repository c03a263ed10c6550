"""PSF for the fits of an image's candidates: from the user, else by the settings.

A PSF file contains an image, or a model by PSFEx.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout_source import ImageField, PsfFwhm
from vetter.core.judgement.field_fit import FieldFit, make_field_fit
from vetter.core.psf.models import PsfImage
from vetter.errors import InputError
from vetter.io.field.field_source import FieldSource
from vetter.io.field.planes import ReadablePart
from vetter.io.field.stars.stored_psf import StarPsf, pixel_digest, restore_psf
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.hdu_names import FitsName, parse_fits_name
from vetter.io.files.unreadable import input_errors
from vetter.io.fits.images import open_image
from vetter.io.fits.structure import open_fits, promised_by_headers
from vetter.settings import PSFS, FitSettings

_SAMPLING_KEYWORDS = ("OVERSAMP", "OVERSAMPLING", "OVERSMP")
_MAX_PIXELS = 1_000_000


def choose_field_fit(
    field: ImageField,
    record: Mapping[str, Any],
    settings: FitSettings,
    radius: float,
    kept: Mapping[str, Any] | None = None,
) -> FieldFit:
    """Choose PSF and options for the fits of an image's candidates.

    Call this in a worker process: measuring the FWHM or PSF on stars takes a moment, and its
    imports are slow.

    Parameters
    ----------
    field : ImageField
    record : mapping
        The source's record; its ``options`` may name a PSF and an FWHM. If the user gives an FWHM
        alone, the PSF is not built from the stars.
    settings : FitSettings
    radius : float
        Radius of the cutouts as the input gives them, pixels.
    kept : mapping, optional
        Stored PSF of the field's stars, see `StarPsf.record`.

    Raises
    ------
    InputError
        A file of the image, or of the PSF, cannot be read.
    """
    options = dict(record.get("options", {}))
    given = options.get("psf")
    kind = str(given or settings.psf)
    if kind not in PSFS:
        psf = read_psf(kind)
        return make_field_fit(PsfFwhm(psf.fwhm, f"FWHM {psf.fwhm:.2f} px"), settings, radius, psf)
    settings = dataclasses.replace(settings, psf=kind)
    if kind != "stars" or (given is None and options.get("fwhm") is not None):
        each = field.has_own_widths and options.get("fwhm") is None
        return make_field_fit(field.fwhm(), settings, radius)._replace(has_own_psfs=each)
    star_psf = _star_psf(field, kept)
    if isinstance(star_psf, StarPsf):
        fwhm = PsfFwhm(star_psf.fwhm, f"FWHM {star_psf.fwhm:.2f} px")
        return make_field_fit(fwhm, settings, radius, star_psf)
    reason = star_psf
    fit = make_field_fit(field.fwhm(), settings, radius)
    note = f"{fit.options.psf_note}; not of the field's stars: {reason}"
    return fit._replace(
        options=dataclasses.replace(fit.options, psf_note=note),
        description=f"{fit.description}; not of the field's stars: {reason}",
        has_own_psfs=field.has_own_widths and options.get("fwhm") is None,
    )


def _star_psf(field: ImageField, kept: Mapping[str, Any] | None) -> StarPsf | str:
    """Return the effective PSF of an image, or the reason why it cannot be built."""
    from vetter.core.psf.effective_psf import effective_psf

    # with_planes(): a night opens the files of an image at its first use.
    field = field.with_planes()
    if not isinstance(field, FieldSource):
        return "this input has no field"
    image, mask = (field.field_planes.planes.get(name) for name in ("image", "mask"))
    if image is None:
        return "there is no image of the field"
    of = pixel_digest(field.fingerprints)
    stored = restore_psf(kept, of)
    if stored is not None:
        return stored
    saturation = field.header.get("SATURATE")
    is_number = isinstance(saturation, (int, float)) and not isinstance(saturation, bool)
    limit = float(saturation) if is_number and saturation > 0 else None
    readable_mask = None if mask is None else ReadablePart(mask)
    try:
        built = effective_psf(ReadablePart(image), readable_mask, limit)
    except Exception as error:
        # An unforeseen error on one star must not end a run.
        message = " ".join(str(error).split())
        return f"unexpected {type(error).__name__} in their PSF: {message}"
    if isinstance(built, str):
        return built
    return StarPsf(built.samples, built.sampling, built.description, of)


def read_psf(spec: str) -> PsfImage:
    """Read the PSF of a file, also with an HDU: ``psf.fits``, ``psf.fits[1]``, ``field.psf``.

    The PSF of an image has its centre at ``((nx - 1) / 2, (ny - 1) / 2)``. Its pixels are those of
    the field, unless OVERSAMP in the header gives their number per field pixel. Of a PSFEx table
    the constant term is read, which is the PSF in the middle of the field, at its PSF_SAMP.

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
        pixels, sampling = _read_psfex(name) or _read_image(name)
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


def _read_psfex(name: FitsName) -> tuple[npt.NDArray[np.float64], float] | None:
    """Read the constant term of PSFEx's model (PSFEx manual, "PSF model file").

    None for other files.
    """
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
            return pixels.reshape(-1, *pixels.shape[-2:])[0], 1.0 / step
    return None
