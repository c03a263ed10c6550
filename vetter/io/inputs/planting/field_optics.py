"""PSF, noise and flux scales of a field, as its artificial sources need them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from vetter.core.cutout.plane import Plane
from vetter.core.fakes.places import light_and_sky, sample_boxes
from vetter.core.fakes.strength import photon_slope
from vetter.core.psf.models import Psf
from vetter.errors import InputError
from vetter.io.field.field_planes import FieldPlanes, gain_of
from vetter.io.field.field_source import FieldSource
from vetter.io.field.plane_checks import compare_difference
from vetter.io.field.planes import EstimatedErrorPlane, ReadablePart
from vetter.settings import FitSettings

_ZERO_POINT_CARDS = ("MAGZP", "MAGZERO", "MAGZPT", "ZEROPNT", "ZP", "PHOTZP", "MAG0")
_MIN_CORRELATION, _SAME_SCALE = 0.9, 0.05
"""Correlation of the noise from which on its slope is a scale; difference from 1 that is none."""


class FieldOptics(NamedTuple):
    """PSF and noise of a field, as artificial sources need them.

    Attributes
    ----------
    psf : Psf
    photon_slope : float
        Variance per unit of light in the image; 0 if unknown.
    err_slope : float
        Growth of the error plane's variance with light; 0 if it does not grow.
    zero_point : float
        Magnitude of a flux of 1; NaN if the header has none.
    diff_scale : float
        Light in the given difference over that in the image, as the noise of both shows it; 1 if
        that cannot be seen.
    """

    psf: Psf
    photon_slope: float
    err_slope: float
    zero_point: float
    diff_scale: float = 1.0


def measure_optics(source: FieldSource, rng: np.random.Generator) -> FieldOptics:
    """Measure PSF and noise of a field; takes a moment.

    Raises
    ------
    InputError
        The field has no image, or no PSF.
    """
    from vetter.io.field.stars.psf import choose_field_fit

    planes = source.field_planes
    if "image" not in planes.planes:
        raise InputError(f"{source.title}: artificial sources need the image; give --image")
    fit = choose_field_fit(source, source.record, FitSettings(), source.default_radius or 20.0)
    if fit.options.psf is None:
        raise InputError(f"{source.title}: no PSF for artificial sources; give --fwhm or --psf")
    err_slope = _err_slope(planes, rng)
    gain = gain_of(planes.header)
    return FieldOptics(
        fit.options.psf,
        1.0 / gain if gain is not None else err_slope or _seen_slope(planes),
        err_slope,
        _zero_point(planes),
        _diff_scale(planes),
    )


def _err_slope(planes: FieldPlanes, rng: np.random.Generator) -> float:
    """Return the growth of the given error plane's variance with the image's light."""
    err = planes.planes.get("err")
    if err is None or isinstance(err, EstimatedErrorPlane):
        return 0.0
    image: Plane = ReadablePart(planes.planes["image"])
    mask = planes.planes.get("mask")
    parts = []
    for box in sample_boxes(image.shape, rng):
        pixels = np.asarray(image.read(box), float)
        variance = np.asarray(ReadablePart(err).read(box), float) ** 2
        known = np.isfinite(pixels) & (variance > 0)
        if mask is not None:
            known &= ~np.asarray(ReadablePart(mask).read(box), bool)
        lit, blank = light_and_sky(np.where(known, pixels, np.nan))
        parts.append(np.stack([plane[known] for plane in (pixels, variance, lit, blank)]))
    pixels, variance, light, sky = np.concatenate(parts, axis=1)
    return photon_slope(pixels, variance, light > 0, sky > 0)


def _seen_slope(planes: FieldPlanes) -> float:
    """Return the growth of the difference's variance with light, as the sources show it."""
    from vetter.core.noise.photon_noise import measure_photon_noise
    from vetter.core.noise.sky_samples import sample_sky

    image, convolved = (planes.planes.get(name) for name in ("image", "convolved"))
    mask = planes.planes.get("mask")
    if image is None or convolved is None:
        return 0.0
    readable = None if mask is None else ReadablePart(mask)
    samples = sample_sky(ReadablePart(image), ReadablePart(convolved), readable)
    return measure_photon_noise(samples, None).slope


def _diff_scale(planes: FieldPlanes) -> float:
    """Return the scale of a given difference: another flux scale, or that of template - image."""
    image, diff = planes.planes.get("image"), planes.files.get("diff")
    other = planes.planes.get("convolved", planes.planes.get("template"))
    if image is None or diff is None or other is None:
        return 1.0
    comparison = compare_difference(image, other, diff)
    if comparison is None or abs(comparison.correlation) < _MIN_CORRELATION:
        return 1.0
    scale = comparison.slope
    return 1.0 if abs(scale - 1.0) < _SAME_SCALE else scale


def _zero_point(planes: FieldPlanes) -> float:
    for header in planes.headers:
        for card in _ZERO_POINT_CARDS:
            value = header.get(card)
            if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
                return float(value)
    return math.nan
