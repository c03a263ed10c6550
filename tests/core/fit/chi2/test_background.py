"""Slopes are orthonormal on the pixels that count, and their plane is that of least squares."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.fit.chi2.background import fit_plane, make_slopes, remove_slopes
from vetter.core.fit.chi2.moments import Array

COUNT, NY, NX = 3, 7, 10


def weights() -> Array:
    """Weights of three boxes, some pixels of each bad."""
    rng = np.random.default_rng(3)
    weight = rng.uniform(0.5, 2.0, (COUNT, NY, NX))
    weight[rng.random(weight.shape) < 0.2] = 0.0
    return weight


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_slopes_are_orthonormal_and_without_constant(size: float) -> None:
    weight = size * weights()
    images = make_slopes(weight).images.reshape(COUNT, 2, -1)
    products = images @ images.transpose(0, 2, 1)
    np.testing.assert_allclose(products, [np.eye(2)] * COUNT, atol=1e-12)
    np.testing.assert_allclose(images @ weight.reshape(COUNT, -1, 1), 0.0, atol=1e-12 * size)
    # The first rises along x alone.
    first = make_slopes(np.ones((1, NY, NX))).images[0, 0]
    np.testing.assert_allclose(np.diff(first, axis=0), 0.0, atol=1e-12)
    assert (np.diff(first, axis=1) > 0).all()


@pytest.mark.parametrize(
    ("box", "shape"),
    [
        ((slice(0, NY), slice(0, NX)), (NY, NX)),
        ((slice(2, 2 + NY), slice(4, 4 + NX)), (12, 20)),
    ],
    ids=["whole", "inside"],
)
def test_plane_is_that_of_least_squares(box: tuple[slice, slice], shape: tuple[int, int]) -> None:
    weight = weights()
    data = np.random.default_rng(4).normal(size=weight.shape)
    found = fit_plane(make_slopes(weight), data * weight, box, shape)
    assert found.shape == (COUNT, *shape)
    y, x = (part.ravel() for part in np.mgrid[:NY, :NX].astype(float))
    terms = np.column_stack([np.ones(x.size), x, y])
    for k in range(COUNT):
        w = weight[k].ravel()
        _, a, b = np.linalg.lstsq(terms * w[:, None], data[k].ravel() * w, rcond=None)[0]
        level = np.average(a * x + b * y, weights=w**2)
        rows = np.clip(np.arange(shape[0]) - box[0].start, 0, NY - 1)
        columns = np.clip(np.arange(shape[1]) - box[1].start, 0, NX - 1)
        wanted = a * columns + b * rows[:, None] - level
        np.testing.assert_allclose(found[k], wanted, atol=1e-10)


def test_products_lose_the_slopes() -> None:
    slopes = make_slopes(weights()).images.reshape(COUNT, 2, -1)
    rows = np.random.default_rng(5).normal(size=(COUNT, 4, NY * NX))
    both = np.concatenate([rows, slopes], axis=1)
    left = rows - (rows @ slopes.transpose(0, 2, 1)) @ slopes
    found = remove_slopes(both @ both.transpose(0, 2, 1))
    np.testing.assert_allclose(found, left @ left.transpose(0, 2, 1), atol=1e-10)


@pytest.mark.parametrize(
    ("pixels", "norms"),
    [
        ((slice(None), slice(3, 4)), (0, 1)),
        ((slice(3, 4), slice(None)), (1, 0)),
        ((np.arange(5), np.arange(5)), (1, 0)),
        ((np.arange(2), np.array([3, 4])), (1, 0)),
        ((slice(3, 4), slice(3, 4)), (0, 0)),
        ((slice(0, 0), slice(0, 0)), (0, 0)),
        ((slice(3, 5), slice(3, 5)), (1, 1)),
    ],
    ids=["column", "row", "diagonal", "two pixels", "one pixel", "none", "two by two"],
)
def test_axis_that_the_pixels_do_not_tell_has_no_slope(
    pixels: tuple[slice, slice], norms: tuple[int, int]
) -> None:
    weight = np.zeros((1, NY, NX))
    weight[0][pixels] = 3.0
    slopes = make_slopes(weight)
    found = np.sqrt((slopes.images[0] ** 2).sum(axis=(1, 2)))
    assert found == pytest.approx(norms, abs=1e-9)
    told = [bool(row.any()) for row in slopes.coefficients[0]]
    assert told == [bool(norm) for norm in norms]
