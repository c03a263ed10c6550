"""Map of a slowly varying quantity, known at the nodes of a coarse grid over an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CoarseMap:
    """Values at nodes, interpolated linearly along both axes.

    Attributes
    ----------
    x, y : ndarray (nx,), (ny,)
        Columns and rows of the nodes, 0-based, rising.
    values : ndarray (ny, nx)
        Finite.
    extended : bool
        Whether the map goes on linearly outside the nodes; else it is constant there.

    Examples
    --------
    >>> import numpy as np
    >>> slope = CoarseMap(np.array([0.0, 10.0]), np.array([0.0]), np.array([[1.0, 2.0]]))
    >>> slope.at(Box(4, 0, 3, 1)).tolist()
    [[1.4, 1.5, 1.6]]
    """

    x: Array
    y: Array
    values: Array
    extended: bool = False

    def at(self, box: Box) -> Array:
        """Return the values at the pixels of a box, shape ``box.shape``."""
        if self.is_constant:
            return np.full(box.shape, float(self.values.flat[0]))
        rows = _interpolation(self.y, box.y0 + np.arange(box.ny, dtype=float), self.extended)
        columns = _interpolation(self.x, box.x0 + np.arange(box.nx, dtype=float), self.extended)
        return rows @ self.values @ columns.T

    def at_points(self, x: Array, y: Array) -> Array:
        """Return the values at points, (n,)."""
        rows = _interpolation(self.y, np.asarray(y, float), self.extended)
        columns = _interpolation(self.x, np.asarray(x, float), self.extended)
        values: Array = np.vecdot(rows @ self.values, columns)
        return values

    @property
    def is_constant(self) -> bool:
        """Whether all values are equal."""
        return self.values.size == 1 or bool(np.all(self.values == self.values.flat[0]))


def _interpolation(nodes: Array, points: Array, extended: bool) -> Array:
    """Return the matrix that interpolates from nodes to points, (points, nodes)."""
    matrix = np.zeros((len(points), len(nodes)))
    if len(nodes) == 1:
        matrix[:] = 1.0
        return matrix
    left = np.clip(np.searchsorted(nodes, points, side="right") - 1, 0, len(nodes) - 2)
    part = (points - nodes[left]) / (nodes[left + 1] - nodes[left])
    if not extended:
        part = np.clip(part, 0.0, 1.0)
    number = np.arange(len(points))
    matrix[number, left] = 1.0 - part
    matrix[number, left + 1] = part
    return matrix


def fill_nodes(values: Array, fallback: float) -> Array:
    """Return node values with each NaN replaced by the mean of its nearest known neighbours."""
    filled: Array = np.array(values, float)
    known = np.isfinite(filled)
    if not known.any():
        filled[:] = fallback
        return filled
    rows, columns = np.nonzero(known)
    for row, column in np.argwhere(~known).tolist():
        distance = np.maximum(np.abs(rows - row), np.abs(columns - column))
        nearest = distance == distance.min()
        filled[row, column] = values[rows[nearest], columns[nearest]].mean()
    return filled
