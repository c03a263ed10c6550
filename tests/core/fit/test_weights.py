"""Weights of pixels, and why some cutouts cannot be fitted."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.fit.adjustment import FitOptions
from vetter.core.fit.input import FitInput, read_fit_input
from vetter.core.fit.weights import (
    compute_weights,
    count_pixels,
    find_fit_obstacle,
    find_fit_obstacles,
    stack_inputs,
)

OPTIONS = FitOptions(inner=3)
STAR = np.array(
    [[0, 1, 2, 1, 0], [1, 3, 6, 3, 1], [2, 6, 9, 6, 2], [1, 3, 6, 3, 1], [0, 1, 2, 1, 0.0]]
)


def read(**changes: np.ndarray) -> FitInput:
    planes = {"image": 100 + STAR, "template": 7 + STAR, "err": np.full((5, 5), 4.0), **changes}
    found = read_fit_input(planes, OPTIONS)
    assert isinstance(found, FitInput)
    return found


def test_weight_is_one_over_sigma_of_both() -> None:
    mask = np.zeros((5, 5), bool)
    mask[2, 3] = True
    inputs = [read(), read(mask=mask), read(template_err=np.full((5, 5), 1.5))]
    weight = compute_weights(inputs, [1.0, 1.0, 2.0])
    assert (weight[0] == 0.25).all()
    assert weight[1][2, 3] == 0 and (weight[1][~mask] == 0.25).all()
    assert weight[2] == pytest.approx(np.full((5, 5), 0.2))  # sqrt(4^2 + (2 x 1.5)^2)
    assert count_pixels(inputs, weight, inputs[0].about.box).tolist() == [9, 8, 9]
    assert count_pixels(inputs[:1], weight[:1], inputs[0].about.box).tolist() == [9]


def test_stack_is_without_backgrounds() -> None:
    data = read()
    stack = stack_inputs([data], compute_weights([data], [1.0]))
    np.testing.assert_allclose(stack.image[0], 100 + STAR - data.bg)
    np.testing.assert_allclose(stack.template[0], 7 + STAR - data.tbg)
    np.testing.assert_allclose(stack.difference(0), data.tbg - data.bg + 93, atol=1e-9)
    assert (stack.bg[0], stack.tbg[0], stack.pixels[0]) == (data.bg, data.tbg, 9)


@pytest.mark.parametrize(
    ("pixels", "least", "most", "tbg", "reason"),
    [
        (4, 0, 1, 0, ""),
        (3, 0, 1, 0, "too few good pixels in the box: 3 for 3 free parameters"),
        (9, 0, 1e90, 0, "the numbers overflow: the template is too large"),
        (9, -1e90, 0, 0, "the numbers overflow: the template is too large"),
        (9, 0, 1, -1e90, "the numbers overflow: the template is too large"),
        (9, 0, 9e89, 0, ""),
        (9, 2, 2, 0, "the template is constant in the box: neither shift nor scale can be told"),
        (9, 0, 0, 0, "the template is constant in the box: neither shift nor scale can be told"),
        (
            9,
            0,
            0.9e-9,
            1e3,
            "the template is constant in the box: neither shift nor scale can be told",
        ),
        (9, 0, 1.1e-9, -1e3, ""),
        (9, -1.1e-9, 0, 1e3, ""),
    ],
)
def test_obstacle_is_named(pixels: int, least: float, most: float, tbg: float, reason: str) -> None:
    assert find_fit_obstacle(pixels, least, most, tbg, 3) == reason


@pytest.mark.parametrize("hole", [False, True])
def test_obstacles_are_of_the_counted_pixels(hole: bool) -> None:
    flat = np.ones((5, 5))
    flat[0, 0] = 50  # off the box
    err = np.full((5, 5), 4.0)
    err[2, 2] = -1 if hole else 4
    bump = np.ones((5, 5))
    bump[2, 2] = 50
    few = np.full((5, 5), 4.0)
    few[1:3, 1:4] = 0
    inputs = [read(err=err), read(template=flat), read(template=bump, err=err), read(err=few)]
    stack = stack_inputs(inputs, compute_weights(inputs, [1.0] * 4))
    constant = "the template is constant in the box: neither shift nor scale can be told"
    assert find_fit_obstacles(stack, OPTIONS) == [
        "",
        constant,
        constant if hole else "",
        "too few good pixels in the box: 3 for 3 free parameters",
    ]
