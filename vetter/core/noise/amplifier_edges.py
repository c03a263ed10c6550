"""Edges of amplifiers in a map of the noise: steps that the coarse nodes would blur."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box, Plane
from vetter.core.noise.coarse_map import CoarseMap
from vetter.core.noise.sky_samples import Convolved, read_inside

Array = npt.NDArray[np.float64]

_MIN_STEP = 0.06
"""Step between amplifiers that is looked for, as a fraction of the noise."""
_STRIP_SIDE, _STRIPS = 32, 6
_CLIP_SIGMA = 4.0
_MIN_GAIN = 5.0
"""Log likelihood by which a step has to surpass a ramp."""
MAX_EDGES = 8
"""Number of edges along an axis, at most."""


def sharpen_edges(
    sky: CoarseMap, image: Plane, convolved: Convolved, mask: Plane | None
) -> CoarseMap:
    """Return a map of the noise with a step, not a ramp, where the noise has a step.

    Parameters
    ----------
    sky : CoarseMap
        1 sigma of the difference.
    image, convolved, mask
        See :func:`vetter.core.noise.measured_noise.measure_noise`.
    """
    for axis in (1, 0):
        nodes = sky.x if axis == 1 else sky.y
        values = sky.values if axis == 1 else sky.values.T
        across = sky.y if axis == 1 else sky.x
        edges = {}
        for number in _list_steps(values):
            place = _find_edge(nodes, across, values, number, axis, (image, convolved, mask))
            if place is not None:
                edges[number] = place
        kept_nodes, kept_values = [], []
        for number, node in enumerate(nodes):
            if number in edges:
                # The node on the edge gives way to one on each side of it.
                kept_nodes += [edges[number] - 1.0, float(edges[number])]
                kept_values += [values[:, number - 1], values[:, number + 1]]
            else:
                kept_nodes.append(float(node))
                kept_values.append(values[:, number])
        order = np.argsort(kept_nodes, kind="stable")
        new_nodes, new = np.array(kept_nodes)[order], np.stack(kept_values, axis=1)[:, order]
        if axis == 1:
            sky = replace(sky, x=new_nodes, values=new)
        else:
            sky = replace(sky, y=new_nodes, values=new.T)
    return sky


def _list_steps(values: Array) -> list[int]:
    """Return the nodes, along the second axis, between whose neighbours the noise has a step."""
    if values.shape[1] < 3:
        return []
    steps = np.abs(np.median(np.log(values[:, 2:] / values[:, :-2]), axis=0))
    found: list[int] = []
    for number in (np.argsort(-steps, kind="stable") + 1).tolist():
        far = all(abs(number - other) > 2 for other in found)
        if steps[number - 1] > _MIN_STEP and far and len(found) < MAX_EDGES:
            found.append(number)
    return found


def _find_edge(
    nodes: Array,
    across: Array,
    values: Array,
    number: int,
    axis: int,
    planes: tuple[Plane, Convolved, Plane | None],
) -> int | None:
    """Return the first pixel beyond an edge between two nodes; None for a smooth change."""
    start, stop = int(nodes[number - 1]), int(nodes[number + 1])
    rows = np.unique(np.linspace(0, len(across) - 1, _STRIPS).astype(int))
    likelihood = np.zeros(stop - start + 1)
    ramp = 0.0
    part = np.linspace(0.0, 1.0, stop - start)
    for row in rows.tolist():
        left, right = values[row, number - 1], values[row, number + 1]
        first = int(across[row]) - _STRIP_SIDE // 2
        box = Box(start, first, stop - start, _STRIP_SIDE)
        if axis == 0:
            box = Box(first, start, _STRIP_SIDE, stop - start)
        squares, count = _sum_squares(box, planes, axis, max(left, right))
        middle = left + part * (right - left)
        # Second differences of correlated pixels have a smaller scatter.
        if squares.sum() > 0:
            squares = squares * float(count @ middle**2) / float(squares.sum())
        low, high, between = (
            -count * np.log(sigma) - 0.5 * squares / sigma**2 for sigma in (left, right, middle)
        )
        likelihood[1:] += np.cumsum(low)
        likelihood[:-1] += np.cumsum(high[::-1])[::-1]
        ramp += float(between.sum())
    best = int(np.argmax(likelihood))
    inside = 2 <= best <= stop - start - 2
    return start + best if inside and likelihood[best] > ramp + _MIN_GAIN else None


def _sum_squares(
    box: Box, planes: tuple[Plane, Convolved, Plane | None], axis: int, sigma: float
) -> tuple[Array, Array]:
    """Return sums of squares, free of smooth structure, and counts of pixels along an axis."""
    from scipy.ndimage import correlate1d, minimum_filter

    image, convolved, mask = planes
    read = convolved if callable(convolved) else convolved.read
    with np.errstate(all="ignore"):
        difference = read_inside(image.read, box, image.shape)
        difference = difference - read_inside(read, box, image.shape)
        if mask is not None:
            difference[np.asarray(mask.read(box)) != 0] = np.nan
        known = np.isfinite(difference)
        # Differences across the edge's direction: the two sides do not mix.
        second = [1.0, -2.0, 1.0]
        rough = correlate1d(np.where(known, difference, 0.0), second, axis=1 - axis) / np.sqrt(6.0)
    size = [1, 1]
    size[1 - axis] = 3
    used = minimum_filter(known, size, mode="constant", cval=False)
    used &= np.abs(rough) < _CLIP_SIGMA * sigma
    # Neighbours along the strip share pixels: a third of them are independent.
    squares: Array = np.where(used, rough, 0.0) ** 2
    return squares.sum(axis=1 - axis) / 3.0, used.sum(axis=1 - axis) / 3.0
