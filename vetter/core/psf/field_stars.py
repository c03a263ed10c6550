"""Stars of a field, told from galaxies and defects by the field's own shape of a point."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box, Plane
from vetter.core.psf.sources import (
    CROWDED_REACH,
    REACH,
    Sources,
    find_sources,
    join_sources,
    read_unmasked,
    select_in_template,
)

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BOX_SIDE = 1024
"""Side of a box, pixels; boxes are read one at a time, each 8 MB of floats in any image."""
MAX_BOXES = 5
"""Number of boxes that are read, at most, unless the caller says otherwise."""
MIN_STARS = 3
"""Number of stars below which a field has no norm: two may be of one shape by chance."""
_MAX_RIVAL = 0.25
"""Height of the highest neighbour relative to the star, at most."""
_TOLERANCES = (0.08, 0.12, 0.12)
"""Differences of ln(half-light radius) and of both ellipticities among stars of one field."""
_MIN_DENSITY = 0.2
"""Number of sources of a star's shape, relative to the most common shape of the field.

The most compact shape that this many sources share is the stars': in a deep field most sources
are galaxies.
"""
_MIN_SCATTERS = (0.03, 0.04, 0.04)
"""Scatters of ln(half-light radius) and ellipticities below which no star is an outlier."""
_MAX_SIGMAS = 3.5
_MIN_SIGMA = 0.58
"""Sigma of the narrowest stars, pixels: 0.70 for an FWHM of 1.5, 0.5 for hot blocks of 2 x 2."""
_SATURATION = 0.95
"""Fraction of the saturation level above which a star is saturated."""
_COMMON = 0.03
"""Relative difference of the tops of saturated stars, which flat fields and skies cause."""
_MIN_CROWD = 50
"""Number of sources from which a field without a norm may be a crowded one."""
_HALF_LIGHT = math.sqrt(2.0 * math.log(2.0))
"""Half-light radius of a Gaussian in sigmas."""


@dataclass(frozen=True, slots=True, eq=False)
class FieldStars:
    """Stars of a field, the brightest first, and the shape that they have in common.

    The columns have shape (n,). A saturated star's flux, radius and axis ratio are not those of
    the norm. A star has no neighbour of a quarter of its height within 2.5 FWHM.

    Attributes
    ----------
    x, y : ndarray
        Centre in the image, 0-based pixels.
    flux : ndarray
        Flux of the Gaussian that fits best, in the image's unit; of saturated stars a lower limit.
    half_light_radius : ndarray
        Half-light radius of that Gaussian, geometric mean along both axes, pixels.
    axis_ratio : ndarray
        Minor over major axis, 0 to 1.
    angle : ndarray
        Position angle of the major axis, radians from the x axis towards the y axis.
    peak : ndarray
        Highest pixel, sky included, in the image's unit.
    snr : ndarray
        Highest pixel above the sky, in sigmas of a pixel of the sky.
    saturated : ndarray of bool
    radius : float
        Half-light radius of the norm, pixels; NaN without a norm.
    ratio, direction : float
        Axis ratio and position angle of the norm; NaN without a norm.
    count : int
        Number of unsaturated stars that the norm rests on; 0 without a norm.
    saturation : float
        Saturation level, as given or as flat tops show; infinite if neither.
    """

    x: Array
    y: Array
    flux: Array
    half_light_radius: Array
    axis_ratio: Array
    angle: Array
    peak: Array
    snr: Array
    saturated: Bools
    radius: float
    ratio: float
    direction: float
    count: int
    saturation: float

    def __len__(self) -> int:
        return int(self.x.size)

    def take(self, index: npt.NDArray[Any]) -> FieldStars:
        """Return the stars of an index or a condition, with the same norm."""
        columns = (getattr(self, name)[index] for name in _COLUMNS)
        norm = (getattr(self, name) for name in FieldStars.__slots__[len(_COLUMNS) :])
        return FieldStars(*columns, *norm)

    @property
    def unsaturated(self) -> FieldStars:
        """The stars that are not saturated."""
        return self.take(~self.saturated)


_COLUMNS = FieldStars.__slots__[:9]


def find_field_stars(
    image: Plane,
    mask: Plane | None = None,
    template: Plane | None = None,
    saturation: float | None = None,
    max_boxes: int = MAX_BOXES,
) -> FieldStars:
    """Find the bright, isolated stars of a field.

    The field's own shape is the norm: of all bright sources, the most compact half-light radius
    and ellipticity that many share is that of the stars. Trailed stars are stars, galaxies and
    cosmic rays are not.

    Parameters
    ----------
    image : Plane
        Image; NaN where unknown.
    mask : Plane, optional
        True where bad.
    template : Plane, optional
        Only stars that this plane shows too, at S/N over 10 and with all pixels within 3 known,
        are returned; those with a flat top in it are saturated.
    saturation : float, optional
        Saturation level; ignored if most sources exceed it. A lower level that flat tops have in
        common is found too.
    max_boxes : int
        Number of boxes of 1024 pixels to read, at most: the centre first, then spread over the
        field. 16 cover a field of 4096 x 4096.

    Returns
    -------
    FieldStars
        Empty, and without a norm, for fewer than 3 stars of one shape.

    Examples
    --------
    >>> import numpy as np
    >>> from vetter.core.cutout.plane import ArrayPlane
    >>> from vetter.core.psf.models import Moffat
    >>> trail = Moffat(4.0, 3.0, ratio=0.4).render((41, 41), 20.0, 20.0)
    >>> image = np.random.default_rng(1).normal(100.0, 1.0, (123, 164))
    >>> stars = find_field_stars(ArrayPlane("image", image + 5000.0 * np.tile(trail, (3, 4))))
    >>> stars.count, round(stars.ratio, 1)
    (12, 0.4)
    """
    for reach in (REACH, CROWDED_REACH):
        sources = _read_sources(image, mask, template, max_boxes, reach)
        level = _saturation_level(sources, saturation)
        saturated = sources.flat | (sources.peak >= _SATURATION * level)
        norm = _find_norm(sources, ~saturated & (sources.rival < _MAX_RIVAL))
        if norm is not None or sources.size < _MIN_CROWD:
            break
    if norm is None:
        return _make_table(sources.take(np.zeros(0, np.intp)), np.zeros(0, bool), None, 0, level)
    members, centre = norm
    # A saturated star is at least as wide as the others: smaller flat tops are no stars.
    wide = np.log(sources.sigma) >= centre[0] - _TOLERANCES[0]
    stars = members | (saturated & wide & (sources.rival < 2.0 * _MAX_RIVAL))
    chosen = np.flatnonzero(stars)
    chosen = chosen[np.argsort(-sources.flux[chosen], kind="stable")]
    count = int(np.count_nonzero(members))
    return _make_table(sources.take(chosen), saturated[chosen], centre, count, level)


def find_bright_sources(
    image: Plane,
    mask: Plane | None,
    template: Plane,
    saturation: float = math.inf,
    max_boxes: int = MAX_BOXES,
) -> FieldStars:
    """Find bright, isolated sources of any shape that image and template show.

    In a field with few stars, galaxies show as well as they how far a match can be trusted.

    Parameters
    ----------
    image, mask, template, max_boxes
        See :func:`find_field_stars`.
    saturation : float
        Saturation level of the image.

    Returns
    -------
    FieldStars
        The brightest first, without a norm; saturated sources are left out.
    """
    sources = _read_sources(image, mask, template, max_boxes, REACH)
    usable = ~sources.flat & (sources.peak < _SATURATION * saturation)
    chosen = np.flatnonzero(usable & (sources.rival < _MAX_RIVAL))
    chosen = chosen[np.argsort(-sources.flux[chosen], kind="stable")]
    return _make_table(sources.take(chosen), np.zeros(len(chosen), bool), None, 0, saturation)


def star_boxes(shape: tuple[int, int], max_boxes: int = MAX_BOXES) -> list[Box]:
    """Return the parts of an image to search for stars: the centre first, then the most distant."""
    ny, nx = (min(size, BOX_SIDE) for size in shape)
    starts = [
        np.unique(np.linspace(0, size - side, max(1, math.ceil(size / BOX_SIDE))).round())
        for size, side in zip(shape, (ny, nx), strict=True)
    ]
    grid = np.array([(y, x) for y in starts[0] for x in starts[1]]).reshape(-1, 2)
    middle = np.array([(shape[0] - ny) // 2, (shape[1] - nx) // 2], float)
    chosen = [middle]
    distance = np.hypot(*(grid - middle).T)
    while len(chosen) < max_boxes and distance.max(initial=0.0) > 0.0:
        chosen.append(grid[int(distance.argmax())])
        distance = np.minimum(distance, np.hypot(*(grid - chosen[-1]).T))
    return [Box(int(x), int(y), nx, ny) for y, x in chosen[:max_boxes]]


def _read_sources(
    image: Plane, mask: Plane | None, template: Plane | None, max_boxes: int, reach: int
) -> Sources:
    parts = []
    for box in star_boxes(image.shape, max_boxes):
        sources = find_sources(box, read_unmasked(image, mask, box), reach)
        if template is not None and sources.size:
            sources = select_in_template(sources, box, read_unmasked(template, mask, box))
        parts.append(sources)
    return join_sources(parts)


def _saturation_level(sources: Sources, given: float | None) -> float:
    """Return the lower of the given level and the common top of flat tops; infinite without both.

    A given level that most sources exceed, without a flat top, is in another unit.
    """
    level = math.inf
    if given is not None:
        above = sources.peak >= _SATURATION * given
        if 2 * np.count_nonzero(above & ~sources.flat) <= sources.size:
            level = given
    return min(level, _common_top(sources))


def _common_top(sources: Sources) -> float:
    """Return the lowest level that flat tops have in common; infinite if there is none."""
    tops = np.sort(sources.peak[sources.flat])
    # Two or more at one level are a full well, and so is a single one at the frame's maximum.
    common = tops[:-1][np.diff(tops) <= _COMMON * np.abs(tops[1:])]
    for level in (*common.tolist(), *tops[-1:].tolist()):
        above = sources.peak >= _SATURATION * level
        if 2 * np.count_nonzero(sources.flat & above) > np.count_nonzero(above):
            return float(level)
    return math.inf


def _find_norm(sources: Sources, usable: Bools) -> tuple[Bools, Array] | None:
    """Find the shape of the field's stars.

    Returns
    -------
    (ndarray of bool, ndarray (3,)) or None
        The sources that have the shape; and ln(sigma) and both ellipticities of the shape.
    """
    from scipy.spatial import cKDTree

    shapes = np.column_stack([np.log(sources.sigma), sources.ellipticity])
    usable = usable & (sources.sigma > _MIN_SIGMA) & np.isfinite(shapes).all(1)
    index = np.flatnonzero(usable)
    if index.size < MIN_STARS:
        return None
    points = shapes[index] / np.array(_TOLERANCES)
    tree = cKDTree(points)
    counts = np.array([len(near) for near in tree.query_ball_point(points, 1.0)])
    enough = counts >= max(MIN_STARS, _MIN_DENSITY * counts.max())
    if not enough.any():
        return None
    at = points[enough][int(np.argmin(points[enough, 0]))]
    for _ in range(10):
        near = tree.query_ball_point(at, 1.0)
        at = points[near].mean(axis=0)
    inside = np.zeros(sources.size, bool)
    inside[index[tree.query_ball_point(at, 1.5)]] = True
    for _ in range(5):
        if np.count_nonzero(inside) < MIN_STARS:
            return None
        centre = np.median(shapes[inside], axis=0)
        scatter = 1.4826 * np.median(np.abs(shapes[inside] - centre), axis=0)
        distance = np.abs(shapes - centre) / np.maximum(scatter, _MIN_SCATTERS)
        kept = usable & (distance <= _MAX_SIGMAS).all(axis=1)
        if np.array_equal(kept, inside):
            break
        inside = kept
    return inside, centre


def _make_table(
    sources: Sources, saturated: Bools, centre: Array | None, count: int, level: float
) -> FieldStars:
    xx, xy, yy = sources.covariance.T
    ratio = _axis_ratio(np.hypot(*sources.ellipticity.T))
    norm = (math.nan, math.nan, math.nan)
    if centre is not None:
        ellipticity = math.hypot(centre[1], centre[2])
        norm = (
            _HALF_LIGHT * math.exp(centre[0]),
            float(_axis_ratio(np.array(ellipticity))),
            0.5 * math.atan2(centre[2], centre[1]),
        )
    return FieldStars(
        sources.x,
        sources.y,
        sources.flux,
        _HALF_LIGHT * sources.sigma,
        ratio,
        0.5 * np.arctan2(2.0 * xy, xx - yy),
        sources.peak,
        sources.snr,
        saturated,
        *norm,
        count,
        level,
    )


def _axis_ratio(ellipticity: Array) -> Array:
    """Return minor over major axis of an ellipticity (a^2 - b^2) / (a^2 + b^2)."""
    e = np.clip(ellipticity, 0.0, 1.0)
    return np.asarray(np.sqrt((1.0 - e) / (1.0 + e)))
