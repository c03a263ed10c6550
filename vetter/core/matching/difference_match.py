"""Matched template from a given difference: image - diff, where it is the template in disguise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box, Plane
from vetter.core.matching.match import MatchedPlanes
from vetter.core.matching.stamps import Positions, read_positions

Array = npt.NDArray[np.float64]

_STAMPS = 12
"""Number of stars that are looked at."""
_RADIUS = 7
"""Radius of the free kernel, pixels."""
_CORE = 5.0
"""Radius of a star's core, pixels."""
_HALF = 18
"""Half side of a star's stamp, pixels."""
_MAX_LEFT = 0.15
"""Largest scatter that image and template may leave of the difference, relative to its noise.

A difference of image and convolved template leaves nearly nothing; one that was filtered after the
subtraction leaves most of its own noise.
"""
_MAX_SPREAD = 0.05
"""Relative deviation of a star's factor from the median up to which it agrees."""
_ONE = 0.02
"""Deviation of the factor from 1 that is still 1."""
_MIN_SHARE = 0.6
"""Least part of the stars that must agree on the factor."""


@dataclass(frozen=True, slots=True)
class DifferenceMatch:
    """A match that takes ``image - diff / factor`` as the matched template.

    Attributes
    ----------
    factor : float
        Flux of the difference over that of the image; negative where it is template - image.
    description : str
        The match in words, for the user.
    """

    factor: float = 1.0
    description: str = "matched template is image - diff"

    @property
    def margin(self) -> int:
        """Pixels needed around a box: none."""
        return 0

    def apply(self, planes: Mapping[str, npt.NDArray[Any]], x0: float, y0: float) -> MatchedPlanes:
        """See `Match`: ``image`` and ``diff`` are read."""
        image = np.asarray(planes["image"], np.float64)
        return MatchedPlanes(image, image - np.asarray(planes["diff"], np.float64) / self.factor)


def check_difference(
    image: Plane, diff: Plane, template: Plane, mask: Plane | None, stars: Positions | npt.ArrayLike
) -> DifferenceMatch | str:
    """Check on stars that a difference is a multiple of image - convolved template.

    On each star's stamp the difference is fitted by the image, the template convolved with a free
    kernel, and a plane. A difference made of these alone leaves almost nothing, and the image's
    factor is the same everywhere. A decorrelated or whitened difference (ZOGY, Rubin's) or one
    whose image was convolved leaves its noise.

    Parameters
    ----------
    image, diff, template : Plane
        On one pixel grid; NaN where unknown.
    mask : Plane, optional
        True where bad.
    stars : object with arrays ``x`` and ``y``, or array_like (n, 2)
        Image pixels of stars, 0-based.

    Returns
    -------
    DifferenceMatch or str
        A text tells why image - diff is not a matched template.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.ndimage import gaussian_filter
    >>> from vetter.core.cutout.plane import ArrayPlane
    >>> from vetter.core.matching.difference_match import check_difference
    >>> image, template = np.random.default_rng(1).normal(0, 1, (2, 80, 80))
    >>> diff = 5 * (image - gaussian_filter(template, 1.0))
    >>> pixels = {"image": image, "diff": diff, "template": template}
    >>> planes = [ArrayPlane(name, values) for name, values in pixels.items()]
    >>> check_difference(*planes, None, [(30, 30), (50, 40)]).description
    'matched template is image - diff / 5'
    """
    positions = np.floor(read_positions(stars) + 0.5).astype(int)
    factors, left = [], []
    for x, y in positions.tolist():
        found = _fit_stamp((image, diff, template), mask, x, y)
        if found is not None:
            factors.append(found[0])
            left.append(found[1])
        if len(factors) == _STAMPS:
            break
    if not factors:
        return "image, diff and template have no stars with known pixels in common"
    factor = float(np.median(factors))
    if float(np.median(left)) > _MAX_LEFT:
        return (
            "image - diff is no matched template: the difference was filtered, or made of other "
            "images"
        )
    near = np.abs(np.array(factors) - factor) <= _MAX_SPREAD * abs(factor)
    if factor == 0 or np.mean(near) < _MIN_SHARE:
        return "image - diff is no matched template: the difference has other flux units in places"
    return _make_match(factor)


def _make_match(factor: float) -> DifferenceMatch:
    if abs(factor - 1.0) <= _ONE:
        return DifferenceMatch()
    if abs(factor + 1.0) <= _ONE:
        return DifferenceMatch(-1.0, "matched template is image + diff: diff is template - image")
    sign = "-" if factor > 0 else "+"
    return DifferenceMatch(factor, f"matched template is image {sign} diff / {abs(factor):.4g}")


def _fit_stamp(
    planes: tuple[Plane, Plane, Plane], mask: Plane | None, x: int, y: int
) -> tuple[float, float] | None:
    """Return the image's factor in the difference, and the scatter left relative to the noise.

    None where too few pixels are known.
    """
    half = _HALF
    wide = Box(x - half - _RADIUS, y - half - _RADIUS, *[2 * (half + _RADIUS) + 1] * 2)
    inner = Box(x - half, y - half, 2 * half + 1, 2 * half + 1)
    # errstate: a damaged file may hold signalling NaN.
    with np.errstate(all="ignore"):
        image, diff = (np.asarray(plane.read(inner), np.float64) for plane in planes[:2])
        template = np.asarray(planes[2].read(wide), np.float64)
    windows = np.lib.stride_tricks.sliding_window_view(template, inner.shape)
    columns = [image, *windows.reshape(-1, *inner.shape)]
    known = np.isfinite(diff) & np.isfinite(np.sum(columns, axis=0))
    if mask is not None:
        known &= np.asarray(mask.read(inner)) == 0
    if np.count_nonzero(known) < 4 * len(columns):
        return None
    v, u = np.mgrid[-1 : 1 : inner.ny * 1j, -1 : 1 : inner.nx * 1j]
    design = np.stack([each[known] for each in (*columns, np.ones_like(u), u, v)], axis=1)
    values = diff[known]
    size = np.maximum(np.abs(design).max(axis=0), 1e-300)
    found = np.linalg.lstsq(design / size, values, rcond=1e-10)[0]
    residual = values - design / size @ found
    noise = _scatter(values)
    free = max(1.0 - design.shape[1] / len(values), 0.1)
    if not noise > 0:
        return None
    core = np.hypot(*np.mgrid[-half : half + 1, -half : half + 1])[known] <= _CORE
    left = _scatter(residual) / noise
    # A difference that was divided by its noise is a difference in the sky, not on the star.
    if core.any():
        left = max(left, float(np.sqrt(np.mean(residual[core] ** 2) / np.mean(values[core] ** 2))))
    return float(found[0] / size[0]), left / free**0.5


def _scatter(values: Array) -> float:
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))
