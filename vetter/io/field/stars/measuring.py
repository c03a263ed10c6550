"""Measurement of all that the fits of a field need, by its own stars.

Call it in a worker process: it takes some seconds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.cutout.plane import Plane, Provenance
from vetter.core.cutout_source import ImageField
from vetter.core.fit.adjustment import FitOptions
from vetter.core.judgement.field_fit import FieldFit, widen_shift
from vetter.core.judgement.measured_planes import MeasuredPlanes
from vetter.core.judgement.star_calibration import StarCalibration
from vetter.core.matching.difference_match import check_difference
from vetter.core.matching.field_match import fit_match
from vetter.core.matching.match import FieldMatch, Match
from vetter.core.matching.scale_match import ScaleMatch, find_scale
from vetter.core.noise.err_check import ErrCheck, check_err
from vetter.core.noise.measured_noise import measure_noise
from vetter.core.noise.noise_model import NoiseModel
from vetter.core.psf.field_stars import FieldStars, find_bright_sources, find_field_stars
from vetter.core.psf.models import broaden_psf
from vetter.errors import InputError
from vetter.io.field.field_planes import FieldPlanes, gain_of
from vetter.io.field.field_source import FieldSource
from vetter.io.field.planes import ReadablePart
from vetter.io.field.stars.psf import choose_field_fit
from vetter.io.field.stars.star_fits import fit_places, select_blank_places, select_stars
from vetter.io.field.stars.stored_field_fit import field_digest, make_record, restore_field_fit
from vetter.settings import FitSettings


class FieldNeeds(NamedTuple):
    """Planes that the fits of a field need, as measured, and the stars that they rest on.

    Attributes
    ----------
    planes : MeasuredPlanes
    stars : FieldStars
        Stars that image and template show.
    missing : str
        The one thing that is missing for a judgement, with a remedy; empty if nothing is.
    """

    planes: MeasuredPlanes
    stars: FieldStars
    missing: str = ""


def measure_planes(source: FieldSource, fit: FieldFit) -> FieldNeeds:
    """Measure the matched template and the noise of a field, where they are not given.

    Parameters
    ----------
    source : FieldSource
        Its planes hold ``image``, and ``template`` or ``convolved``.
    fit : FieldFit
        Options of the fits; the FWHM of the PSF is known.
    """
    field, fwhm = source.field_planes, fit.options.fwhm
    assert fwhm is not None
    planes: dict[str, Plane] = {name: ReadablePart(p) for name, p in field.planes.items()}
    mask, template = planes.get("mask"), _template_of(planes)
    stars = find_field_stars(planes["image"], mask, template, saturation_of(field.header))
    levels = stars.saturation, _template_level(template, mask)
    if _is_matched(field):
        match: Match | None = _find_scale_match(source, fit, stars)
    else:
        found = _find_match(field, planes, stars, fwhm, source.candidates)
        if isinstance(found, str):
            return FieldNeeds(MeasuredPlanes(), stars, f"no matched template: {found}")
        match = found
    measured = MeasuredPlanes(match, None, *levels)
    noise = _find_noise(field, measured.replace(planes), stars, fwhm, match)
    if isinstance(noise, str):
        remedy = "choose err in File > Planes of the list, or give --err"
        return FieldNeeds(measured, stars, f"no noise: {noise}; {remedy}")
    return FieldNeeds(replace(measured, noise=noise), stars)


def _template_level(template: Plane | None, mask: Plane | None) -> float:
    """Return the saturation level that flat tops in a template show; infinite if none do."""
    return math.inf if template is None else find_field_stars(template, mask).saturation


def _find_bright(stars: FieldStars, planes: Mapping[str, Plane]) -> FieldStars:
    """Return the stars that set the template's error: without any, all bright sources.

    Sources of any shape do not calibrate the answers: new light may be in many of them.
    """
    template = _template_of(planes)
    if len(stars.unsaturated) or template is None:
        return stars
    return find_bright_sources(planes["image"], planes.get("mask"), template, stars.saturation)


def _template_of(planes: Mapping[str, Plane]) -> Plane | None:
    return planes.get("template", planes.get("convolved"))


def _is_matched(field: FieldPlanes) -> bool:
    """Return whether ``convolved`` is given and has the image's PSF."""
    origin = field.provenance.get("convolved", Provenance.GIVEN)
    return "convolved" in field.planes and Provenance.REPROJECTED not in origin


def _find_scale_match(source: FieldSource, fit: FieldFit, stars: FieldStars) -> ScaleMatch | None:
    """Return the match of a convolved template in other flux units; None if they are the image's.

    Fits whose noise is only estimated are good enough for a scale.
    """
    fits = fit_places(source, fit, select_stars(stars, source.shape))
    found = [one for one in fits if one.converged and not one.at_bound]
    return find_scale([one.scale for one in found], [one.scale_alone_err for one in found])


def _find_match(
    field: FieldPlanes,
    planes: Mapping[str, Plane],
    stars: FieldStars,
    fwhm: float,
    candidates: CandidateList,
) -> Match | str:
    """Return the match of a field, or why there is none."""
    template = _template_of(planes)
    assert template is not None
    image, mask = planes["image"], planes.get("mask")
    places = np.column_stack([stars.unsaturated.x, stars.unsaturated.y])
    if "diff" in field.files:
        checked = check_difference(image, planes["diff"], template, mask, places)
        if not isinstance(checked, str):
            return checked
    new = np.column_stack([candidates.x, candidates.y])
    return fit_match(image, template, mask, places, fwhm, candidates=new)


def _find_noise(
    field: FieldPlanes,
    planes: Mapping[str, Plane],
    stars: FieldStars,
    fwhm: float,
    match: Match | None,
) -> NoiseModel | ErrCheck | str | None:
    """Return the noise of a field, None if ``err`` is right as given, or why there is none."""
    origin = field.provenance.get("err", Provenance.GIVEN)
    image, mask = planes["image"], planes.get("mask")
    bright = _find_bright(stars, planes).unsaturated
    places = np.column_stack([bright.x, bright.y])
    new = list(match.new_light) if isinstance(match, FieldMatch) else []
    convolved = planes["convolved"]
    if Provenance.ESTIMATED not in origin:
        checked = check_err(image, convolved, planes["err"], mask, list(places), fwhm)
        # An error that cannot be checked is used as given.
        return None if isinstance(checked, str) or not checked.description else checked
    return measure_noise(image, convolved, mask, gain_of(field.header), list(places), fwhm, new)


def prepare_field_fit(
    field: ImageField,
    record: Mapping[str, Any],
    settings: FitSettings,
    radius: float,
    kept: Mapping[str, Any] | None = None,
) -> tuple[FieldFit, dict[str, Any] | None]:
    """Choose the options of an image's fits, and measure what they need.

    Parameters
    ----------
    field : ImageField
    record : mapping
        The source's record; its ``options`` may name a PSF and a FWHM.
    settings : FitSettings
    radius : float
        Radius of the cutouts as the input gives them, pixels.
    kept : mapping, optional
        Record of an earlier call. If it is of other pixels or options, all is measured again.

    Returns
    -------
    FieldFit
    dict or None
        Record to keep; None if ``kept`` holds it already, or nothing was measured.

    Raises
    ------
    InputError
        A file of the image, or of the PSF, cannot be read.
    """
    of = field_digest(field.fingerprints, settings, dict(record.get("options", {})))
    restored = restore_field_fit(kept, of, settings)
    if restored is not None:
        return restored, None
    fit = choose_field_fit(field, record, settings, radius)
    try:
        fit = complete_field_fit(field, fit)
    except InputError:
        raise
    except Exception as error:
        # An unforeseen error in one field must not end a run of many.
        text = f"unexpected {type(error).__name__}: {' '.join(str(error).split())}"
        return fit._replace(missing=f"the field cannot be measured: {text}"), None
    return fit, None if fit.measured is None else make_record(fit, of)


def complete_field_fit(field: ImageField, fit: FieldFit) -> FieldFit:
    """Return the options of an image's fits with what was measured for them on its stars.

    Parameters
    ----------
    field : ImageField
        An input without an image, as packets, has no stars: its options are returned as they are.
    fit : FieldFit
        Options, with the PSF and its FWHM.

    Raises
    ------
    InputError
        The files of the image cannot be opened.
    """
    source = field.with_planes()
    if not isinstance(source, FieldSource) or fit.missing or fit.options.fwhm is None:
        return fit
    field_planes = source.field_planes
    if "image" not in field_planes.planes or _template_of(field_planes.planes) is None:
        return fit
    needs = measure_planes(source, fit)
    fit = fit._replace(
        measured=needs.planes,
        missing=needs.missing,
        description="; ".join([fit.description, *needs.planes.notes]),
        options=_options(fit, needs.planes),
    )
    return fit if fit.missing else calibrate(source, fit, needs.stars)


def calibrate(source: FieldSource, fit: FieldFit, stars: FieldStars) -> FieldFit:
    """Fit a field's stars and blank places as candidates, and add what they show to the fits.

    The bound of the shift grows with the shifts of the stars, see
    `vetter.core.judgement.field_fit.widen_shift`.
    """
    places = select_stars(stars, source.shape)
    first = StarCalibration.from_fits(_pairs(places), fit_places(source, fit, places))
    wide = widen_shift(fit, first)
    if wide is not fit:
        fit = wide
        first = StarCalibration.from_fits(_pairs(places), fit_places(source, fit, places))
    blank = select_blank_places(source, fit, stars)
    normals = [first.normal_at(x, y) for x, y in places]
    fits = fit_places(source, fit, places, normals)
    sky_normals = [first.normal_at(x, y) for x, y in blank]
    sky_fits = fit_places(source, fit, blank, sky_normals)
    calibration = StarCalibration.from_fits(_pairs(places), fits, _pairs(blank), sky_fits)
    return fit._replace(calibration=calibration)


def _pairs(places: npt.NDArray[np.float64]) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in places]


def _options(fit: FieldFit, planes: MeasuredPlanes) -> FitOptions:
    """Return the options of the fits, with the PSF of a convolved image."""
    psf, match = fit.options.psf, planes.match
    if psf is None or not isinstance(match, FieldMatch) or match.direction == "template":
        return fit.options
    broad = broaden_psf(psf, match.kernel(match.shape[1] / 2, match.shape[0] / 2))
    return replace(fit.options, psf=broad, fwhm=broad.fwhm)


def saturation_of(header: Mapping[str, Any]) -> float | None:
    """Return the saturation level of a header; None if unknown."""
    value = header.get("SATURATE")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if value > 0 else None
