"""Radial profile, curve of growth, cut and aperture flux of one plane."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.psf.measures.moffat_fit import MoffatFit, fit_moffat
from vetter.errors import suppress_warnings

Array = npt.NDArray[Any]

MIN_SKY_PIXELS = 30
"""Fewest pixels of a sky ring; with fewer, all pixels outside the aperture are the sky."""
REACH = 5.0
"""Largest distance in the plots, aperture radii."""
_CLIP = 3.0


@dataclass(frozen=True, eq=False)
class PlaneMeasures:
    """Measures of one plane around a candidate; the sky is subtracted from all but itself.

    Attributes
    ----------
    radius, profile, profile_err : ndarray (n,)
        Middle of each ring of one pixel, pixels; mean of its pixels and the error of this mean;
        NaN for a ring without usable pixels. Around the Moffat profile's centre, if there is one.
    growth_radius, growth, growth_err : ndarray (m,)
        Radii of apertures around the candidate, pixels; flux within each, and its error.
    along, cut : ndarray (k,)
        Distance from the candidate along the line, pixels; values, NaN beside unusable pixels.
    flux, flux_err : float
        Within the aperture; the error includes that of the sky.
    sky, sky_sigma : float
        Median of the ring of sky, and the scatter of its pixels.
    unused : int
        Masked and unknown pixels within the aperture, which add nothing to the flux.
    err_from_sky : bool
        Whether errors are the scatter of the sky, for want of the plane `err`.
    star : MoffatFit or None
        None without a source.
    """

    radius: Array
    profile: Array
    profile_err: Array
    growth_radius: Array
    growth: Array
    growth_err: Array
    along: Array
    cut: Array
    flux: float
    flux_err: float
    sky: float
    sky_sigma: float
    unused: int
    err_from_sky: bool
    star: MoffatFit | None

    @property
    def snr(self) -> float:
        """Flux over its error; NaN without an error."""
        return self.flux / self.flux_err if self.flux_err > 0 else math.nan


def measure_plane(
    plane: Array,
    err: Array | None,
    mask: Array | None,
    position: tuple[float, float],
    aperture: float,
    angle: float,
) -> PlaneMeasures:
    """Measure one plane around a candidate; photutils weighs the pixels that circles cut.

    Parameters
    ----------
    plane : ndarray (ny, nx)
        Values; NaN where unknown.
    err : ndarray (ny, nx) or None
        Error of each pixel; None: the scatter of the sky.
    mask : ndarray (ny, nx) or None
        True where bad.
    position : (float, float)
        Place of the candidate, x and y, 0-based pixels, within the plane.
    aperture : float
        Radius of the aperture, pixels.
    angle : float
        Direction of the cut, degrees from +x towards +y.

    Notes
    -----
    The sky is the clipped median between 2.5 and 4 aperture radii, of a difference too: what is
    left of its background counts as sky. Errors of pixels are taken as independent, and those of
    a convolved plane are not: the error of an aperture is then too small.
    """
    from photutils.aperture import CircularAperture
    from photutils.profiles import CurveOfGrowth, RadialProfile

    values = np.array(plane, float)
    bad = ~np.isfinite(values)
    if mask is not None:
        bad |= np.asarray(mask, bool)
    y, x = np.indices(values.shape)
    distance = np.hypot(x - position[0], y - position[1])
    sky, sigma, count = _measure_sky(values, bad, distance, aperture)
    sigmas = np.full(values.shape, sigma) if err is None else np.array(err, float)
    bad |= ~np.isfinite(sigmas)
    star = fit_moffat(
        np.where(bad, np.nan, values),
        np.where(bad, np.nan, sigmas),
        position,
        max(3.0 * aperture, 6.0),
    )
    # photutils warns of each NaN, masked or not.
    level = np.where(bad, 0.0, values - sky)
    sigmas = np.where(bad, 0.0, sigmas)
    # Beyond the ring of sky other sources decide the lines.
    reach = max(3, min(min(values.shape) // 2, math.ceil(REACH * aperture)))
    radii = np.arange(reach + 1.0)
    centre = position if star is None else (star.x, star.y)
    circle = CircularAperture(position, aperture)
    with suppress_warnings():
        rings = RadialProfile(level, centre, radii, error=sigmas, mask=bad)
        grown = CurveOfGrowth(level, position, radii[1:], error=sigmas, mask=bad)
        photometry = circle.do_photometry(level, sigmas, mask=bad)
        profile, profile_err = np.array(rings.profile), np.array(rings.profile_error)
        growth, growth_err = np.array(grown.profile), np.array(grown.profile_error)
    flux, noise = float(photometry[0][0]), float(photometry[1][0])
    along, cut = _cut_along(np.where(bad, np.nan, values - sky), position, angle, reach)
    inside = circle.to_mask(method="center").to_image(values.shape)
    area = float(circle.area_overlap(level, mask=bad))
    # The error of a median is that of a mean times sqrt(pi / 2).
    sky_err = sigma * math.sqrt(math.pi / 2.0 / max(count, 1))
    return PlaneMeasures(
        np.array(rings.radius),
        profile,
        profile_err,
        radii[1:],
        growth,
        np.hypot(growth_err, math.pi * radii[1:] ** 2 * sky_err),
        along,
        cut,
        flux,
        math.hypot(noise, area * sky_err),
        sky,
        sigma,
        int(np.count_nonzero(bad & (inside > 0))) if inside is not None else 0,
        err is None,
        star,
    )


def _measure_sky(
    values: Array, bad: Array, distance: Array, aperture: float
) -> tuple[float, float, int]:
    """Return the median of the ring of sky, the scatter and the number of its pixels."""
    ring = ~bad & (distance > 2.5 * aperture) & (distance <= 4.0 * aperture)
    if np.count_nonzero(ring) < MIN_SKY_PIXELS:
        ring = ~bad & (distance > aperture)
    pixels = values[ring]
    if not pixels.size:
        return 0.0, math.nan, 0
    for _ in range(5):
        middle = np.median(pixels)
        sigma = 1.4826 * np.median(np.abs(pixels - middle))
        kept = pixels[np.abs(pixels - middle) <= _CLIP * sigma]
        if not kept.size or kept.size == pixels.size:
            break
        pixels = kept
    middle = float(np.median(pixels))
    return middle, float(1.4826 * np.median(np.abs(pixels - middle))), int(pixels.size)


def _cut_along(
    values: Array, position: tuple[float, float], angle: float, reach: int
) -> tuple[Array, Array]:
    """Return distances and values along a line through a place, interpolated between pixels."""
    from scipy.ndimage import map_coordinates

    along = np.arange(-reach, reach + 0.25, 0.5)
    turn = math.radians(angle)
    x, y = position[0] + along * math.cos(turn), position[1] + along * math.sin(turn)
    cut = map_coordinates(values, [y, x], order=1, mode="constant", cval=math.nan)
    return along, np.asarray(cut)
