"""The PSF that an image's candidates are fitted with: as the user says, else as the settings do."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from vetter.core.cutout_source import ImageField, PsfFwhm
from vetter.core.judgement.field_fit import FieldFit, field_fit
from vetter.io.field.field_source import FieldSource
from vetter.io.field.kept_psf import StarPsf, pixels_of, restored
from vetter.io.field.psf_file import read_psf
from vetter.io.field.readable_part import ReadablePart
from vetter.settings import PSFS, FitSettings


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
