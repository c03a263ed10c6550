"""Kernel of a field that changes across it, applied to boxes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.signal import convolve2d

from vetter.core.matching.match import (
    FieldMatch,
    convolve,
    evaluate_terms,
    fill_unknown,
    find_order,
    list_terms,
)

SHAPE = (40, 100)
"""Rows and columns of the field."""
RNG = np.random.default_rng(2)


def make_match(kernels: Any, background: Any = (0.0,), **changes: Any) -> FieldMatch:
    values: dict[str, Any] = {
        "sky": 0.0, "shape": SHAPE, "direction": "template", "scale": 1.0, "stars": 20,
        "residual": 1.0, "description": "", **changes,
    }  # fmt: skip
    return FieldMatch(np.asarray(kernels, float), np.asarray(background, float), **values)


def spike(*values: float) -> np.ndarray:
    """Kernels of 3 x 3 pixels with these values in the middle."""
    kernels = np.zeros((len(values), 3, 3))
    kernels[:, 1, 1] = values
    return kernels


@pytest.mark.parametrize(
    ("order", "terms"),
    [
        (0, [(0, 0)]),
        (1, [(0, 0), (1, 0), (0, 1)]),
        (2, [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)]),
    ],
)
def test_terms_of_a_polynomial_are_its_powers(order: int, terms: list[tuple[int, int]]) -> None:
    assert list_terms(order) == terms
    assert find_order(len(terms)) == order


def test_edges_of_the_field_are_at_one() -> None:
    # The outer edges of the first and the last pixel, the middle, and a quarter.
    x, y = np.array([-0.5, 99.5, 49.5, 74.5]), np.array([39.5, -0.5, 19.5, 29.5])
    found = evaluate_terms(2, x, y, SHAPE)
    u, v = np.array([-1.0, 1.0, 0.0, 0.5]), np.array([1.0, -1.0, 0.0, 0.5])
    assert found == pytest.approx(np.stack([u**0, u, v, u**2, u * v, v**2], axis=1))


def test_kernel_and_scale_change_across_the_field() -> None:
    match = make_match(spike(2.0, 1.0, 0.5))
    assert match.margin == 1 and match.kernel(99.5, 19.5)[1, 1] == pytest.approx(3.0)
    assert match.scale_at(49.5, 39.5) == pytest.approx(2.5)
    image = make_match(spike(2.0, 1.0, 0.5), direction="image")
    assert image.scale_at(49.5, 39.5) == pytest.approx(0.4)


@pytest.mark.parametrize("still", [True, False], ids=["a box", "a wide box"])
def test_box_has_the_kernel_of_its_middle_and_a_wide_one_of_each_pixel(still: bool) -> None:
    nx = 160 if still else 161
    match = make_match(spike(2.0, 1.0, 0.0), shape=(40, 400))
    ones = {name: np.ones((7, nx + 2)) for name in ("image", "template")}
    found = match.apply(ones, 9.0, 3.0).convolved
    x = np.full(nx, 10.0 + (nx - 1) / 2) if still else 10.0 + np.arange(nx)
    assert found.shape == (5, nx)
    assert found[2] == pytest.approx(2.0 + (2 * x + 1) / 400 - 1)
    tall = make_match(spike(2.0, 0.0, 1.0), shape=(400, 40))
    turned = {name: plane.T for name, plane in ones.items()}
    assert tall.apply(turned, 3.0, 9.0).convolved[:, 2] == pytest.approx(found[2])


@pytest.mark.parametrize("direction", ["template", "image"])
def test_sky_and_flux_of_the_result_are_those_of_the_image(direction: Any) -> None:
    """The source's sky is taken away; what is convolved gets that of the other plane."""
    source, target = RNG.normal(30.0, 1.0, (9, 11)), RNG.normal(200.0, 1.0, (9, 11))
    other = "image" if direction == "template" else "template"
    match = make_match(spike(4.0), (200.0, 10.0, -5.0), sky=30.0, direction=direction)
    found = match.apply({direction: source, other: target}, 69.0, 24.0)
    x, y = 70.0 + np.arange(9), 25.0 + np.arange(7)[:, None]
    sky = 200.0 + 10.0 * ((2 * x + 1) / 100 - 1) - 5.0 * ((2 * y + 1) / 40 - 1)
    moved, still = 4.0 * (source[1:-1, 1:-1] - 30.0), target[1:-1, 1:-1]
    if direction == "template":
        assert found.image == pytest.approx(still) and found.convolved == pytest.approx(moved + sky)
    else:
        assert found.image == pytest.approx(moved / 4 + 30.0)
        assert found.convolved == pytest.approx((still - sky) / 4 + 30.0)


@pytest.mark.parametrize(("weight", "known"), [(0.019, True), (0.021, False)])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_result_is_unknown_where_two_hundredths_of_the_kernel_are(
    weight: float, known: bool, sign: float
) -> None:
    kernel = np.zeros((1, 3, 3))
    kernel[0, 1, 1], kernel[0, 1, 0] = 1.0 - weight, sign * weight
    template = np.ones((9, 9))
    template[4, 4] = np.nan
    match = make_match(kernel)
    found = match.apply({"image": np.zeros((9, 9)), "template": template}, 0.0, 0.0).convolved
    # A kernel's first column takes the pixel to the right of a place.
    unknown = np.argwhere(np.isnan(found)).tolist()
    assert unknown == ([[3, 3]] if known else [[3, 2], [3, 3]])


def test_convolution_is_that_of_the_pixels_all_of_the_kernel_lies_on() -> None:
    for shape in ((9, 12), (30, 23)):
        pixels, kernel = RNG.normal(size=shape), RNG.normal(size=(5, 3))
        assert convolve(pixels, kernel) == pytest.approx(convolve2d(pixels, kernel, "valid"))


def test_unknown_pixels_are_filled_from_those_within_three_pixels() -> None:
    pixels, known = np.full((30, 30), 7.0), np.ones((30, 30), bool)
    known[5:25, 5:25] = False
    pixels[~known] = np.nan
    pixels[:, :2] = 100.0
    found = fill_unknown(pixels, known)
    np.testing.assert_array_equal(found[known], pixels[known])
    assert found[10, 25 - 1] == pytest.approx(7.0) and found[10, 25 - 4] == pytest.approx(7.0)
    assert not found[10:20, 10:20].any()
