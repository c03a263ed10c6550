"""Scales of planes: limits, and the tone of each value between them.

A scale by noise gives the sky one dark tone, 1/6 of the range, and a constant rise of 1/12 per
sigma up to 3 sigma; above, an asinh continues with the same slope and ends at the upper limit. The
noise and a faint source so look alike in all candidates, however bright the candidate is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.display.interval import Interval, find_limits, separate
from vetter.core.display.plane_noise import PlaneNoise
from vetter.core.display.style import SHARING, DisplayStyle, PlaneStyle

Array = npt.NDArray[Any]

BLACK = 2.0
"""Sigmas below the sky that are black."""
WHITE = 10.0
"""Sigmas above the sky that are white, unless the candidate is brighter."""
LINEAR = 3.0
"""Sigmas up to which the tone rises linearly."""

_MAX_OFFSET = 3.0
_MAX_SIGMAS = 4.0


class Scale(NamedTuple):
    """Scale of one plane.

    Attributes
    ----------
    low, high : float
        Values of the darkest and the brightest pixel.
    middle : float
        Value of the middle tone of a difference; the sky of other planes.
    sigma : float
        1 sigma, if the tones follow the noise; else 0.
    own : bool
        Whether the plane has its own limits because it has no pixel in the shared ones.
    """

    low: float
    high: float
    middle: float = 0.0
    sigma: float = 0.0
    own: bool = False


def plane_scales(
    planes: Mapping[str, Array], looks: DisplayStyle, noise: Mapping[str, PlaneNoise]
) -> dict[str, Scale]:
    """Return the scale of each plane except masks.

    If `looks.shared` is set, `image`, `template` and `convolved` share a scale. A plane without
    pixels inside the shared limits has its own. `adjusted` has the scale of `diff`, so that the two
    can be compared.

    Parameters
    ----------
    planes : mapping of str to ndarray
        Planes by name.
    looks : DisplayStyle
        Styles of the groups of planes.
    noise : mapping of str to PlaneNoise
        Result of `measure_noise` for these planes.
    """
    pixels = {name: plane for name, plane in planes.items() if not is_mask(name, plane, looks)}
    scales: dict[str, Scale] = {}
    if looks.shared:
        sharing = {n: pixels[n] for n in SHARING if n in pixels and looks.group_of(n) == "sky"}
        scales = _shared_scales(sharing, looks.sky, noise)
    for name in pixels:
        if name in scales:
            continue
        measured = "diff" if name == "adjusted" and "diff" in pixels else name
        scales[name] = _own_scale(
            pixels[measured], looks.look(name), looks.group_of(name), noise.get(measured)
        )
    return {name: scales[name] for name in pixels}


def is_mask(name: str, plane: Array, looks: DisplayStyle) -> bool:
    """Return whether a plane is drawn in the two tones of a mask."""
    return plane.dtype.kind == "b" or looks.group_of(name) == "mask"


def _own_scale(plane: Array, look: PlaneStyle, group: str, noise: PlaneNoise | None) -> Scale:
    interval = look.interval
    if group == "difference":
        return _symmetric_scale(plane, interval, noise)
    if interval.in_sigmas and group != "err":
        scale = _sigma_scale(interval, noise)
        if scale is not None:
            return scale
    return Scale(*find_limits(plane, _measured(interval)))


def _measured(interval: Interval) -> Interval:
    """Return percentiles in place of limits in sigmas, for planes that have no noise."""
    return Interval("percentile") if interval.in_sigmas else interval


def _symmetric_scale(plane: Array, interval: Interval, noise: PlaneNoise | None) -> Scale:
    middle = 0.0 if noise is None else noise.zero
    if interval.in_sigmas and noise is not None and noise.is_usable:
        if interval.kind == "noise":
            reach = max(abs(noise.highest - middle), abs(noise.lowest - middle))
            reach = max(reach, WHITE * noise.sigma)
            sigma = noise.sigma
        else:
            reach, sigma = max(abs(interval.low), abs(interval.high)) * noise.sigma, 0.0
        if reach < 1e300:
            return Scale(middle - reach, middle + reach, middle, sigma)
    if not middle:
        return Scale(*find_limits(plane, _measured(interval), symmetric=True))
    if interval.kind == "manual":
        return Scale(*find_limits(plane, interval), middle)
    low, high = find_limits(plane - middle, _measured(interval), symmetric=True)
    return Scale(low + middle, high + middle, middle)


def _sigma_scale(interval: Interval, noise: PlaneNoise | None) -> Scale | None:
    if noise is None or not noise.is_usable:
        return None
    level, sigma = noise.level, noise.sigma
    if interval.kind != "noise":
        low, high = level + interval.low * sigma, level + interval.high * sigma
        return Scale(*separate(low, high), level)
    low, high = level - BLACK * sigma, max(level + WHITE * sigma, noise.highest)
    if not (abs(low) < 1e300 and high < 1e300):
        return None
    return Scale(low, high, level, sigma)


def _shared_scales(
    planes: Mapping[str, Array], look: PlaneStyle, noise: Mapping[str, PlaneNoise]
) -> dict[str, Scale]:
    """Return the scales of planes that share limits as far as their pixels allow."""
    if not planes:
        return {}
    if look.interval.in_sigmas:
        usable = [name for name in planes if name in noise and noise[name].is_usable]
        if usable:
            return _shared_by_noise(planes, look, noise, usable)
    interval = _measured(look.interval)
    common = Scale(*find_limits(list(planes.values()), interval))
    scales = {}
    for name, plane in planes.items():
        if interval.kind != "manual" and is_outside(plane, common):
            scales[name] = Scale(*find_limits(plane, interval), own=True)
        else:
            scales[name] = common
    return scales


def _shared_by_noise(
    planes: Mapping[str, Array],
    look: PlaneStyle,
    noise: Mapping[str, PlaneNoise],
    usable: list[str],
) -> dict[str, Scale]:
    """Return scales by the noise of the first plane, the image.

    The highest of the candidate's pixels in all planes is the upper limit. A plane whose sky is
    another or whose noise is several times as large has its own limits.
    """
    first = noise[usable[0]]
    alike = [name for name in usable if _is_alike(noise[name], first)]
    highest = max(noise[name].highest for name in alike)
    common = _sigma_scale(look.interval, first._replace(highest=highest))
    scales = {}
    for name, plane in planes.items():
        scale = common
        # A constant plane has no noise to compare.
        apart = name in usable or (common is not None and is_outside(plane, common))
        if name not in alike and name in noise and apart:
            scale = _own_scale(plane, look, "sky", _in_units_of(first, noise[name]))
            scale = scale._replace(own=True)
        scales[name] = scale or Scale(*find_limits(plane, _measured(look.interval)))
    return scales


def _in_units_of(first: PlaneNoise, one: PlaneNoise) -> PlaneNoise:
    """Return the noise of a plane of another sky, in the sigma of the first if they compare.

    A template without noise so has the tones of the image; one in other units keeps its own.
    """
    compares = one.highest - one.level > LINEAR * first.sigma
    return one._replace(sigma=first.sigma) if one.sigma < first.sigma and compares else one


def _is_alike(one: PlaneNoise, first: PlaneNoise) -> bool:
    offset = (one.level - first.level) / first.sigma
    return -BLACK < offset < _MAX_OFFSET and one.sigma < _MAX_SIGMAS * first.sigma


def is_outside(plane: Array, scale: Scale) -> bool:
    """Return whether a plane has finite pixels, and none between the limits."""
    with np.errstate(invalid="ignore"):
        inside = (plane >= scale.low) & (plane <= scale.high)
    return not inside.any() and bool(np.isfinite(plane).any())


def noise_tones(plane: Array, scale: Scale, signed: bool) -> Array:
    """Return the tone of each pixel, 0 to 1, by a scale with noise; NaN for NaN.

    Parameters
    ----------
    plane : ndarray
        Values in the plane's units.
    scale : Scale
        A scale whose ``sigma`` is not 0.
    signed : bool
        Whether the plane is a difference: ``scale.middle`` then has the tone 1/2.
    """
    sigmas = (plane.astype(np.float64) - scale.middle) * (1 / scale.sigma)
    most = max((scale.high - scale.middle) / scale.sigma, WHITE)
    if signed:
        return np.asarray(0.5 + 0.5 * np.sign(sigmas) * _rise(np.abs(sigmas), most))
    dark = BLACK / WHITE
    return np.asarray((dark + _rise(sigmas, most)) / (1 + dark))


def _rise(sigmas: Array, most: float) -> Array:
    """Return the rise of tone: 1/10 per sigma up to 3 sigma, then an asinh that ends in 1."""
    rise = sigmas / WHITE
    above = rise > LINEAR / WHITE
    if most > WHITE and above.any():
        rest = 1 - LINEAR / WHITE
        softening = _softening((most - LINEAR) / (WHITE * rest))
        part = (np.minimum(sigmas[above], most) - LINEAR) * (softening / (most - LINEAR))
        rise[above] = LINEAR / WHITE + rest * np.arcsinh(part) / math.asinh(softening)
    return np.minimum(rise, 1.0)


def _softening(slope: float) -> float:
    """Return the q for which asinh(q v) / asinh(q) rises at v = 0 by this slope above 1."""
    # q - slope * asinh(q) is convex: Newton's steps from the right do not pass the root.
    q = 2 * slope * math.log(4 * slope + 4)
    for _ in range(60):
        step = (q - slope * math.asinh(q)) / (1 - slope / math.hypot(1, q))
        q -= step
        if abs(step) <= 1e-9 * q:
            break
    return q
