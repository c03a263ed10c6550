"""Least squares of a kernel from small matrices of stars, against their pixels."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.matching.kernel_basis import make_basis
from vetter.core.matching.kernel_fit import (
    Grams,
    KernelFit,
    NoiseRelation,
    find_max_order,
    fit_kernel,
    fit_relation,
    measure_typical,
)
from vetter.core.matching.match import evaluate_terms

BASIS = make_basis(1, 1)
PIXELS = 200
SHAPE = (900, 900)
KERNEL = np.array([0.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.05, 0.0, 0.0]) + 0.1
"""Coefficients of nine pixels."""


def make_field(count: int, slope: float = 0.0, seed: int = 1) -> tuple[Grams, np.ndarray]:
    """Gram matrices of stars, whose kernel changes along x by a slope, and terms of order 2."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 900, (2, count))
    terms = evaluate_terms(2, x, y, SHAPE)
    designs = 10.0 * rng.normal(size=(count, PIXELS, 9))
    kernels = KERNEL * (1.0 + slope * terms[:, 1:2])
    values = np.einsum("spn,sn->sp", designs, kernels) + rng.normal(size=(count, PIXELS))
    return join(designs, values), terms


def join(designs: np.ndarray, values: np.ndarray) -> Grams:
    count = len(designs)
    return Grams(
        BASIS,
        designs.transpose(0, 2, 1) @ designs,
        np.einsum("spn,sp->sn", designs, values),
        (values**2).sum(axis=1),
        np.full(count, PIXELS),
        np.zeros(count),
    )


def test_figures_of_the_matrices_are_those_of_the_pixels() -> None:
    rng = np.random.default_rng(2)
    designs, values = rng.normal(size=(3, PIXELS, 9)), rng.normal(size=(3, PIXELS))
    grams, coefficients = join(designs, values), rng.normal(size=(3, 9))
    predicted = np.einsum("spn,sn->sp", designs, coefficients)
    chi2 = ((values - predicted) ** 2).mean(axis=1)
    assert grams.measure_chi2(coefficients) == pytest.approx(chi2)
    scales, errors = grams.measure_scales(coefficients)
    power = (predicted**2).sum(axis=1)
    assert scales == pytest.approx((predicted * values).sum(axis=1) / power)
    assert errors == pytest.approx(1 / np.sqrt(power))


def test_smaller_kernel_has_the_matrices_of_its_images() -> None:
    grams, _ = make_field(4)
    small = grams.within(1.0)
    n = grams.basis.within(1.0)
    assert len(n) == 5 == len(small.basis.images)
    np.testing.assert_array_equal(small.products, grams.products[:, n][:, :, n])
    np.testing.assert_array_equal(small.cross, grams.cross[:, n])
    np.testing.assert_array_equal(small.basis.penalty, grams.basis.penalty[n][:, n])


@pytest.mark.parametrize(
    ("slope", "max_order", "order"), [(0.0, 2, 0), (0.4, 2, 1), (0.4, 0, 0)], ids=str
)
def test_order_is_that_of_the_change(slope: float, max_order: int, order: int) -> None:
    grams, terms = make_field(40, slope)
    found = fit_kernel(grams, terms, max_order)
    assert found.order == order
    assert found.coefficients[0] == pytest.approx(KERNEL, abs=0.08 if max_order == 0 else 0.01)
    if order:
        assert found.coefficients[1] == pytest.approx(slope * KERNEL, abs=0.02)
        assert found.coefficients[2] == pytest.approx(np.zeros(9), abs=0.02)
    if max_order:
        assert found.typical == pytest.approx(1.0, abs=0.1)
        assert found.used.all()


def test_star_that_varies_has_no_part() -> None:
    grams, terms = make_field(12)
    cross, squares = grams.cross.copy(), grams.squares.copy()
    cross[3] *= 1.5
    squares[3] *= 2.25
    spoilt = Grams(BASIS, grams.products, cross, squares, grams.counts, grams.noise)
    found = fit_kernel(spoilt, terms, 0)
    assert np.flatnonzero(~found.used).tolist() == [3]
    assert found.coefficients[0] == pytest.approx(KERNEL, abs=0.02)
    # With these weights the fit is the same but for its strength.
    again = fit_kernel(spoilt, terms, 0, like=found)
    assert (again.weights == found.weights).all()
    assert again.coefficients == pytest.approx(found.coefficients, abs=1e-4)


@pytest.mark.parametrize(("stars", "order"), [(7, 0), (8, 1), (24, 1), (25, 2), (119, 2), (120, 3)])
def test_order_needs_stars(stars: int, order: int) -> None:
    assert find_max_order(stars) == order


def test_typical_chi2_is_a_geometric_mean_of_the_stars_used() -> None:
    assert measure_typical(np.array([1.0, 4.0, 16.0])) == pytest.approx(4.0)
    empty, chi2 = np.zeros((1, 2)), np.array([1.0, 4.0, 1e6])
    fit = KernelFit(0, 1.0, empty, empty, chi2, np.array([1.0, 0.5, 0.0]))
    assert fit.used.tolist() == [True, True, False] and fit.typical == pytest.approx(2.0)


def test_variance_grows_with_signal_and_its_square() -> None:
    relation = NoiseRelation(4.0, 0.5, 0.01)
    signal = np.array([0.0, 10.0])
    assert relation.variance(signal).tolist() == [4.0, 10.0]
    assert relation.noise(signal).tolist() == [4.0, 9.0]
    assert NoiseRelation(4.0).variance(signal).tolist() == [4.0, 4.0]


@pytest.mark.parametrize(("poisson", "model"), [(0.5, 0.0), (0.0, 0.01), (0.3, 0.003)])
def test_relation_is_that_of_the_residuals(poisson: float, model: float) -> None:
    rng = np.random.default_rng(3)
    signal = np.concatenate([np.zeros(3000), rng.uniform(5, 200, 20000)])
    true = NoiseRelation(4.0, poisson, model)
    found = fit_relation(rng.normal(size=signal.size) * np.sqrt(true.variance(signal)), signal, 9.0)
    assert found.sky == pytest.approx(4.0, rel=0.1)
    for level in (20.0, 60.0, 150.0):
        at = np.array([level])
        assert found.variance(at) == pytest.approx(true.variance(at), rel=0.15)


@pytest.mark.parametrize(
    ("faint", "bright", "sky", "is_known"),
    [(201, 60, 4.0, True), (200, 60, 9.0, True), (201, 59, 4.0, False)],
)
def test_few_pixels_leave_the_relation_as_expected(
    faint: int, bright: int, sky: float, is_known: bool
) -> None:
    """Residuals of 2 on the sky, of 30 on stars, where a sky of 9 is expected."""
    signal = np.repeat([0.0, 100.0], [faint, bright])
    residual = np.where(signal > 0, 30.0, 2.0 / 1.4826) * (-1.0) ** np.arange(signal.size)
    found = fit_relation(residual, signal, 9.0)
    assert found.sky == pytest.approx(sky)
    assert (found.poisson + found.model > 0) is is_known
