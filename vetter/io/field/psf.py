"""The PSF that an image's candidates are fitted with: the user's, else one by the settings.

A PSF file holds an image, or what PSFEx writes.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout_source import ImageField, PsfFwhm
from vetter.core.judgement.field_fit import FieldFit, field_fit
from vetter.core.psf.models import PsfImage
from vetter.errors import InputError
from vetter.io.field.field_source import FieldSource
from vetter.io.field.kept_psf import StarPsf, pixels_of, restored
from vetter.io.field.planes import ReadablePart
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.hdu_names import FitsName, parse_fits_name
from vetter.io.files.unreadable import reading
from vetter.io.fits.images import open_image
from vetter.io.fits.structure import open_fits, promised_by_headers
from vetter.settings import PSFS, FitSettings

_SAMPLINGS = ("OVERSAMP", "OVERSAMPLING", "OVERSMP")
_MOST_PIXELS = 1_000_000


def fit_of_field(
    field: ImageField,
    record: Mapping[str, Any],
    settings: FitSettings,
    radius: float,
    kept: Mapping[str, Any] | None = None,
) -> FieldFit:
    """How the candidates of an image are fitted.

    To measure FWHM or PSF on the image's stars takes a moment, and what that needs is slow to
    import: it is not for the window's process.

    Parameters
    ----------
    field : ImageField
    record : mapping
        Of the source: its ``options`` may name a PSF and an FWHM. An FWHM alone is the user's word
        on the PSF: then it is not taken from the stars.
    settings : FitSettings
    radius : float
        Of the cutouts as the input gives them, pixels.
    kept : mapping, optional
        A PSF of the field's stars as it was kept, see `StarPsf.record`.

    Raises
    ------
    InputError
        Files of the image, or the PSF's, that cannot be read.
    """
    options = dict(record.get("options", {}))
    given = options.get("psf")
    kind = str(given or settings.psf)
    if kind not in PSFS:
        psf = read_psf(kind)
        return field_fit(PsfFwhm(psf.fwhm, f"FWHM {psf.fwhm:.2f} px"), settings, radius, psf)
    settings = dataclasses.replace(settings, psf=kind)
    if kind != "stars" or (given is None and options.get("fwhm") is not None):
        each = field.has_own_widths and options.get("fwhm") is None
        return field_fit(field.fwhm(), settings, radius)._replace(each=each)
    found = _of_stars(field, kept)
    if isinstance(found, StarPsf):
        return field_fit(PsfFwhm(found.fwhm, f"FWHM {found.fwhm:.2f} px"), settings, radius, found)
    fit = field_fit(field.fwhm(), settings, radius)
    note = f"{fit.options.psf_note}; not of the field's stars: {found}"
    return fit._replace(
        options=dataclasses.replace(fit.options, psf_note=note),
        said=f"{fit.said}; not of the field's stars: {found}",
        each=field.has_own_widths and options.get("fwhm") is None,
    )


def _of_stars(field: ImageField, kept: Mapping[str, Any] | None) -> StarPsf | str:
    """The effective PSF of an image, or why there is none."""
    from vetter.core.psf.effective_psf import effective_psf

    # The files of one of a night's images are opened when it is looked at.
    field = field.opened()
    if not isinstance(field, FieldSource):
        return "this input has no field"
    image, mask = (field.field_planes.planes.get(name) for name in ("image", "mask"))
    if image is None:
        return "there is no image of the field"
    of = pixels_of(field.fingerprints)
    known = restored(kept, of)
    if known is not None:
        return known
    saturation = field.header.get("SATURATE")
    number = isinstance(saturation, (int, float)) and not isinstance(saturation, bool)
    limit = float(saturation) if number and saturation > 0 else None
    spared = None if mask is None else ReadablePart(mask)
    try:
        found = effective_psf(ReadablePart(image), spared, limit)
    except Exception as error:
        # A run is not to end for a mistake that one star brings to light.
        said = " ".join(str(error).split())
        return f"unexpected {type(error).__name__} in their PSF: {said}"
    if isinstance(found, str):
        return found
    return StarPsf(found.samples, found.sampling, found.said, of)


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
