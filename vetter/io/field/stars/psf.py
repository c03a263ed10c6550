"""PSF for the fits of an image's candidates: the user's, that of a file beside it, or of stars."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from vetter.core.cutout_source import ImageField, PsfFwhm
from vetter.core.judgement.field_fit import FieldFit, make_field_fit
from vetter.core.psf.models import Psf
from vetter.errors import InputError
from vetter.io.field.field_source import FieldSource
from vetter.io.field.planes import FilePlane, ReadablePart, image_of
from vetter.io.field.stars.psf_beside import find_psf_beside, psf_files
from vetter.io.field.stars.psf_file import read_psf
from vetter.settings import PSFS, FitSettings


def choose_field_fit(
    field: ImageField,
    record: Mapping[str, Any],
    settings: FitSettings,
    radius: float,
) -> FieldFit:
    """Choose PSF and options for the fits of an image's candidates.

    The user's PSF or FWHM comes first, then a PSF file beside the image, the PSF of the field's
    stars, and a Gaussian of an FWHM from stars, list or header. With none of these the
    fit has no PSF, and `FieldFit.missing` gives the reason.

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

    Raises
    ------
    InputError
        A file of the image, or the PSF that the user names, cannot be read.
    """
    options = dict(record.get("options", {}))
    given = options.get("psf")
    kind = str(given or settings.psf)
    if kind not in PSFS:
        named = read_psf(kind)
        fwhm = PsfFwhm(named.fwhm, f"FWHM {named.fwhm:.2f} px")
        return make_field_fit(fwhm, settings, radius, named)
    settings = dataclasses.replace(settings, psf=kind)
    each = field.has_own_widths and options.get("fwhm") is None
    if kind != "stars" or (given is None and options.get("fwhm") is not None):
        return make_field_fit(_field_fwhm(field), settings, radius)._replace(has_own_psfs=each)
    psf, notes = _field_psf(field, given is None)
    remarks = "".join(f"; {note}" for note in notes)
    if psf is not None:
        fwhm = PsfFwhm(psf.fwhm, f"FWHM {psf.fwhm:.2f} px{remarks}")
        return make_field_fit(fwhm, settings, radius, psf)
    fit = make_field_fit(_field_fwhm(field), settings, radius)
    return fit._replace(
        options=dataclasses.replace(fit.options, psf_note=f"{fit.options.psf_note}{remarks}"),
        description=f"{fit.description}{remarks}",
        has_own_psfs=each,
    )


def _field_fwhm(field: ImageField) -> PsfFwhm | None:
    """Return the FWHM of an image; that of user, list or header if its stars cannot be measured."""
    try:
        return field.fwhm()
    except InputError:
        raise
    except Exception as error:
        # An unforeseen error on one star must not end a run.
        known = field.fwhm(measure=False)
        remark = f"the stars are not measured: unexpected {type(error).__name__}"
        return None if known is None else PsfFwhm(known.value, f"{known.origin}; {remark}")


def _field_psf(field: ImageField, is_beside: bool) -> tuple[Psf | None, tuple[str, ...]]:
    """Return the PSF of a file beside the image (if ``is_beside``) or of stars, and remarks."""
    # with_planes(): a night opens the files of an image at its first use.
    field = field.with_planes()
    if not isinstance(field, FieldSource):
        return None, ("not of the field's stars: this input has no field",)
    try:
        notes: tuple[str, ...] = ()
        image = field.field_planes.files.get("image")
        if is_beside and image is not None:
            beside = _psf_beside(field, image)
            notes = beside[1]
            if beside[0] is not None:
                return beside
        psf = _star_psf(field)
        if isinstance(psf, str):
            return None, (f"not of the field's stars: {psf}", *notes)
        contradiction = field.contradicted_fwhm
        return psf, (contradiction, *notes) if contradiction else notes
    except InputError:
        raise
    except Exception as error:
        # An unforeseen error on one star must not end a run.
        message = " ".join(str(error).split())
        reason = f"unexpected {type(error).__name__} in their PSF: {message}"
        return None, (f"not of the field's stars: {reason}",)


def _psf_beside(field: FieldSource, plane: FilePlane) -> tuple[Psf | None, tuple[str, ...]]:
    """Return the PSF of a file beside the image, and remarks on it and on files not used."""
    path = image_of(plane).name.path
    if not psf_files(path, field.header):
        return None, ()
    widths = field.star_widths()
    psf, notes = find_psf_beside(path, field.header, field.shape, widths)
    if psf is None:
        return None, notes
    if widths is None:
        return psf, ("found beside the image, not checked: there are too few stars", *notes)
    return psf, (f"found beside the image, as wide as {widths.stars} stars", *notes)


def _star_psf(field: FieldSource) -> Psf | str:
    """Return the effective PSF of an image, or the reason why it cannot be built."""
    from vetter.core.psf.effective_psf import effective_psf

    image, mask = (field.field_planes.planes.get(name) for name in ("image", "mask"))
    if image is None:
        return "there is no image of the field"
    readable_mask = None if mask is None else ReadablePart(mask)
    return effective_psf(ReadablePart(image), readable_mask, stars=field.stars())
