"""Maps of a slowly varying quantity between and outside their nodes."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.cutout.plane import Box
from vetter.core.noise.coarse_map import CoarseMap, fill_nodes

X, Y = np.array([10.0, 20.0, 40.0]), np.array([0.0, 5.0])
VALUES = np.array([[1.0, 2.0, 6.0], [3.0, 4.0, 8.0]])


@pytest.mark.parametrize(
    ("x", "y", "inside", "extended"),
    [
        (10, 0, 1.0, 1.0),
        (15, 0, 1.5, 1.5),
        (20, 0, 2.0, 2.0),
        (30, 0, 4.0, 4.0),
        (40, 5, 8.0, 8.0),
        (15, 2.5, 2.5, 2.5),
        (0, 0, 1.0, 0.0),
        (50, 0, 6.0, 8.0),
        (10, -5, 1.0, -1.0),
        (10, 10, 3.0, 5.0),
    ],
)
def test_value_is_linear_between_nodes(x: float, y: float, inside: float, extended: float) -> None:
    for goes_on, wanted in ((False, inside), (True, extended)):
        found = CoarseMap(X, Y, VALUES, goes_on).at_points(np.array([x, 10.0]), np.array([y, 0.0]))
        assert found.tolist() == pytest.approx([wanted, 1.0])


def test_box_has_the_values_of_its_pixels() -> None:
    coarse = CoarseMap(X, Y, VALUES)
    box = Box(8, -2, 35, 9)
    rows, columns = np.mgrid[-2:7, 8:43].astype(float)
    found = coarse.at(box)
    assert found.shape == (9, 35)
    wanted = coarse.at_points(columns.ravel(), rows.ravel()).reshape(found.shape)
    np.testing.assert_allclose(found, wanted)


@pytest.mark.parametrize(
    ("values", "constant"),
    [([[4.0]], True), ([[4.0, 4.0]], True), ([[4.0, 4.0 + 1e-12]], False)],
)
def test_equal_values_make_a_constant(values: list[list[float]], constant: bool) -> None:
    coarse = CoarseMap(np.arange(float(len(values[0]))), np.zeros(1), np.array(values))
    assert coarse.is_constant is constant
    np.testing.assert_allclose(coarse.at(Box(-3, 7, 4, 2)), np.full((2, 4), 4.0))
    assert coarse.at_points(np.array([0.5]), np.array([9.0])) == pytest.approx(4.0)


def test_gap_has_the_mean_of_its_nearest_neighbours() -> None:
    nan = np.nan
    given = np.array([[1.0, 2.0, nan, nan], [3.0, nan, 9.0, nan], [nan, nan, nan, nan]])
    wanted = np.array([[1, 2, 5.5, 9], [3, 3.75, 9, 9], [3, 6, 9, 9]])
    np.testing.assert_allclose(fill_nodes(given, -1.0), wanted)
    # The values given stay as they are.
    assert np.isnan(given).sum() == 8


def test_map_without_a_known_node_has_the_fallback() -> None:
    assert fill_nodes(np.full((2, 2), np.nan), 7.0).tolist() == [[7, 7], [7, 7]]
    assert fill_nodes(np.array([[1.0, 2.0]]), 7.0).tolist() == [[1, 2]]
