"""Scatter, means and surfaces of samples with outliers."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.noise.robust import clipped_scatter, find_step, fit_surfaces, trimmed_means

NAN = np.nan


def test_scatter_is_that_of_normal_values_without_outliers() -> None:
    rng = np.random.default_rng(1)
    samples = np.array([[5.0], [-2.0]]) + np.array([[1.0], [4.0]]) * rng.standard_normal((2, 20000))
    samples[0, :200] = 1e4
    samples[1, :300] = -1e6
    samples[1, 300:400] = NAN
    level, sigma, count = clipped_scatter(samples)
    assert level == pytest.approx([5.0, -2.0], abs=0.05)
    assert sigma == pytest.approx([1.0, 4.0], rel=0.015)
    # Of normal values 0.27% are beyond three sigmas.
    assert count == pytest.approx([0.9973 * 19800, 0.9973 * 19600], rel=1e-3)


def test_values_are_counted_by_hand() -> None:
    row = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    samples = np.array([[*row, 900.0, NAN], [*row, NAN, NAN], [*([7.0] * 5), NAN, NAN], [NAN] * 7])
    level, sigma, count = clipped_scatter(samples)
    np.testing.assert_allclose(level, [3.0, 3.0, 7.0, NAN])
    np.testing.assert_allclose(sigma, [np.sqrt(2) / 0.98658, np.sqrt(2) / 0.98658, 0, NAN])
    assert count.tolist() == [5, 5, 5, 0]


@pytest.mark.parametrize(("step", "count"), [(0.0, 90), (2.0, 90), (3.0, 100)])
def test_quantised_values_within_three_and_a_half_steps_count(step: float, count: int) -> None:
    samples = np.array([[0.0] * 90 + [10.0] * 10])
    assert clipped_scatter(samples, step)[2].tolist() == [count]


@pytest.mark.parametrize(
    ("pixels", "step"),
    [
        ([0.0, 2.0] * 8, 2.0),
        ([0.0, 0.5, 3.0] * 8 + [NAN], 0.5),
        ([1.0] * 16, 0.0),
        # Different values are at most an eighth.
        ([0.0] * 15 + [1.0], 1.0),
        ([0.0] * 14 + [1.0], 0.0),
        ([NAN], 0.0),
    ],
)
def test_step_is_the_least_difference(pixels: list[float], step: float) -> None:
    assert find_step(np.array(pixels)) == step


@pytest.mark.parametrize(
    ("row", "mean"),
    [
        ([1.0, 2.0, 3.0, 100.0], 2.5),
        ([100.0, 3.0, 1.0, 2.0, NAN], 2.5),
        ([-50.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 100.0], 3.5),
        ([1.0, 2.0, 6.0], 3.0),
        ([1.0, 2.0, NAN], NAN),
    ],
)
def test_mean_is_that_of_the_middle_half(row: list[float], mean: float) -> None:
    np.testing.assert_allclose(trimmed_means(np.array([row]), 3), [mean])


def test_surface_is_fitted_without_outliers() -> None:
    x = np.linspace(-1, 1, 40)
    terms = np.column_stack([np.ones(40), x])
    noise = np.random.default_rng(2).normal(0, 0.01, 40)
    values = np.array([3.0 + 2.0 * x + noise, -1.0 + 0.5 * x + noise])
    values[0, [3, 20]] = 50.0, -50.0
    values[1, :5] = NAN
    np.testing.assert_allclose(fit_surfaces(values, terms), [[3, 2], [-1, 0.5]], atol=0.01)


@pytest.mark.parametrize(("known", "fitted"), [(3, False), (4, True)])
def test_surface_has_twice_as_many_blocks_as_terms(known: int, fitted: bool) -> None:
    terms = np.column_stack([np.ones(6), np.arange(6.0)])
    values = np.full((1, 6), NAN)
    values[0, :known] = 2.0 + np.arange(known)
    found = fit_surfaces(values, terms)
    np.testing.assert_allclose(found, [[2.0, 1.0]] if fitted else [[NAN, NAN]], atol=1e-9)


@pytest.mark.parametrize(("clip", "counts"), [(3.0, True), (1.0, False)])
def test_bright_blocks_are_clipped_sooner_where_it_is_asked_for(clip: float, counts: bool) -> None:
    values = np.array([[-1.0, 1.0] * 10 + [2.5] * 2 + [-2.5] * 2])
    found = fit_surfaces(values, np.ones((24, 1)), clip)[0, 0]
    assert (abs(found) < 1e-9) == counts and found <= 1e-9
