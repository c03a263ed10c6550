"""Measurement of what the fits of a field need: matched template and noise, by its own stars.

Call it in a worker process: it takes some seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from vetter.core.cutout.plane import Plane, Provenance
from vetter.core.judgement.measured_planes import MeasuredPlanes
from vetter.core.matching.field_match import fit_match
from vetter.core.matching.match import Match
from vetter.core.noise.err_check import ErrCheck, check_err
from vetter.core.noise.measured_noise import measure_noise
from vetter.core.noise.noise_model import NoiseModel
from vetter.core.psf.field_stars import FieldStars, find_field_stars
from vetter.io.field.field_planes import FieldPlanes, gain_of
from vetter.io.field.planes import ReadablePart


class FieldNeeds(NamedTuple):
    """What the fits of a field need, as measured.

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


def measure_planes(field: FieldPlanes, fwhm: float, saturation: float | None) -> FieldNeeds:
    """Measure the matched template and the noise of a field, where they are not given.

    Parameters
    ----------
    field : FieldPlanes
    fwhm : float
        FWHM of the image's PSF, pixels.
    saturation : float, optional
        Saturation level of the image.
    """
    planes: dict[str, Plane] = {name: ReadablePart(p) for name, p in field.planes.items()}
    stars = find_field_stars(
        planes["image"], planes.get("mask"), _template_of(planes), saturation
    )
    match = _find_match(field, planes, stars, fwhm)
    if isinstance(match, str):
        return FieldNeeds(MeasuredPlanes(), stars, f"no matched template: {match}")
    noise = _find_noise(field, MeasuredPlanes(match).replace(planes), stars, fwhm)
    if isinstance(noise, str):
        return FieldNeeds(MeasuredPlanes(match), stars, f"no noise: {noise}; give --err")
    return FieldNeeds(MeasuredPlanes(match, noise), stars)


def _template_of(planes: Mapping[str, Plane]) -> Plane | None:
    return planes.get("template", planes.get("convolved"))


def _find_match(
    field: FieldPlanes, planes: Mapping[str, Plane], stars: FieldStars, fwhm: float
) -> Match | str | None:
    """Return the match of a field, None if ``convolved`` is matched, or why there is none."""
    origin = field.provenance.get("convolved", Provenance.GIVEN)
    if "convolved" in planes and Provenance.REPROJECTED not in origin:
        return None
    template = _template_of(planes)
    if template is None:
        return "there is no template"
    image, mask = planes["image"], planes.get("mask")
    unsaturated = stars.unsaturated
    return fit_match(image, template, mask, unsaturated, fwhm)


def _find_noise(
    field: FieldPlanes, planes: Mapping[str, Plane], stars: FieldStars, fwhm: float
) -> NoiseModel | ErrCheck | str | None:
    """Return the noise of a field, None if ``err`` is right as given, or why there is none."""
    origin = field.provenance.get("err", Provenance.GIVEN)
    image, mask = planes["image"], planes.get("mask")
    places = np.column_stack([stars.unsaturated.x, stars.unsaturated.y])
    convolved = planes["convolved"]
    if Provenance.ESTIMATED not in origin:
        checked = check_err(image, convolved, planes["err"], mask, list(places), fwhm)
        # An error that cannot be checked is used as given.
        return None if isinstance(checked, str) or not checked.description else checked
    return measure_noise(image, convolved, mask, gain_of(field.header), list(places), fwhm)
