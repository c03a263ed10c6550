"""Moments of single cells lead to the minimum that those of all shifts hold."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.cutout.cutout import Cutout
from vetter.core.fit import search, solver
from vetter.core.fit.adjust import fit_many
from vetter.core.fit.adjustment import Adjustment, FitOptions
from vetter.core.fit.chi2.moments import Array, margin
from vetter.core.fit.chi2.spline import coefficients, shift_one
from vetter.core.fit.input import FitInput, read_fit_input
from vetter.core.fit.search import CellMinimum, _select_lowest
from vetter.core.fit.weights import compute_weights, stack_inputs

SIZE = 41


def star(x: float, y: float, peak: float, fwhm: float = 3.5) -> Array:
    """A Gaussian star off the middle by x and y."""
    v, u = np.mgrid[:SIZE, :SIZE] - 0.5 * (SIZE - 1)
    image: Array = peak * np.exp(-4.0 * np.log(2.0) * ((u - x) ** 2 + (v - y) ** 2) / fwhm**2)
    return image


def shifted_stars(rng: np.random.Generator, most: float, masked: bool) -> Cutout:
    """Two stars that have moved by up to ``most`` pixels in noise of 1, masked here and there."""
    dx, dy = rng.uniform(-most, most, 2)
    template = star(-3.0, 1.0, 60.0) + star(4.0, -2.0, 40.0) + 7.0
    image = star(dx - 3.0, dy + 1.0, 60.0) + star(dx + 4.0, dy - 2.0, 40.0) + 9.0
    image += rng.normal(size=image.shape)
    mask = rng.random(image.shape) < (0.05 if masked else 0.0)
    err = np.sqrt(1.0 + 0.01 * template)
    return Cutout({"image": image, "convolved": template, "err": err, "mask": mask})


def by_all_shifts(
    lot: list[Cutout], options: FitOptions, monkeypatch: pytest.MonkeyPatch
) -> list[Adjustment]:
    """The fits by moments of whole windows."""
    with monkeypatch.context() as patch:
        patch.setattr(solver, "_MIN_CELL_PRODUCTS", 10**9)
        return fit_many(lot, options)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("max_shift", [0.0, 0.3, 1.0, 1.5, 2.0, 3.3])
def test_the_minimum_is_that_of_all_shifts(
    max_shift: float, masked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, options = np.random.default_rng(3), FitOptions(max_shift, 1.3)
    lot = [shifted_stars(rng, 1.3 * max_shift, masked) for _ in range(12)]
    monkeypatch.setattr(solver, "_MIN_CELL_PRODUCTS", 0)
    wanted = by_all_shifts(lot, options, monkeypatch)
    for found, other in zip(fit_many(lot, options), wanted, strict=True):
        assert found.chi2 == pytest.approx(other.chi2, rel=1e-7)
        assert (found.dx, found.dy) == pytest.approx((other.dx, other.dy), abs=1e-4)
        assert found.at_bound == other.at_bound


def test_one_alone_ends_where_it_does_in_a_stack() -> None:
    rng, options = np.random.default_rng(4), FitOptions(2.0, 1.3)
    lot = [shifted_stars(rng, 2.4, False) for _ in range(12)]
    for found, cutout in zip(fit_many(lot, options), lot, strict=True):
        (alone,) = fit_many([cutout], options)
        assert (found.dx, found.dy) == pytest.approx((alone.dx, alone.dy), abs=1e-6)
        assert found.chi2 == pytest.approx(alone.chi2, rel=1e-6)


@pytest.mark.parametrize("count", [1, 9])
@pytest.mark.parametrize("place", [0, 12, 24, 44, 80])
def test_a_search_goes_on_in_the_next_cell(
    place: int, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def misled(template: Array, *_: object) -> Array:
        chi2 = np.full((len(template), 81), 2.0)
        chi2[:, place] = 1.0
        return chi2

    wide = {"fwhm": 9.0, "peak": 100.0}
    image = star(0.4, -0.6, **wide) + np.random.default_rng(5).normal(size=(SIZE, SIZE))
    planes = {"image": image, "convolved": star(0.0, 0.0, **wide), "err": np.ones(image.shape)}
    lot = [Cutout(planes) for _ in range(count)]
    wanted = fit_many(lot, FitOptions(2.0, 1.3))
    monkeypatch.setattr(search, "compute_coarse_chi2", misled)
    for found, other in zip(fit_many(lot, FitOptions(2.0, 1.3)), wanted, strict=True):
        assert (found.dx, found.dy) == pytest.approx((other.dx, other.dy), abs=1e-4)


@pytest.mark.parametrize("brighter", [0, 1])
def test_the_lower_of_two_minima_is_found(brighter: int) -> None:
    peaks = (100.0, 90.0) if brighter == 0 else (90.0, 100.0)
    image = star(-1.9, -1.9, peaks[0], 2.5) + star(1.9, 1.9, peaks[1], 2.5)
    planes = {"image": image, "convolved": star(0.0, 0.0, 100.0, 2.5), "err": np.ones(image.shape)}
    sign = -1.0 if brighter == 0 else 1.0
    for found in fit_many([Cutout(planes)] * 5, FitOptions(2.0, 1.3)):
        assert (found.dx, found.dy) == pytest.approx((sign * 1.9, sign * 1.9), abs=0.1)


def test_a_core_that_is_masked_does_not_mislead(monkeypatch: pytest.MonkeyPatch) -> None:
    rng, options = np.random.default_rng(6), FitOptions(2.0, 1.3)
    lot = [shifted_stars(rng, 1.8, False) for _ in range(8)]
    for cutout in lot:
        cutout["mask"][20:23, 16:19] = True
    wanted = by_all_shifts(lot, options, monkeypatch)
    for found, other in zip(fit_many(lot, options), wanted, strict=True):
        assert found.chi2 <= other.chi2 * (1 + 1e-7)


def test_numbers_that_overflow_end_without_a_result() -> None:
    planes = {"image": star(0.5, 0.0, 9.0), "convolved": star(0.0, 0.0, 9.0)}
    planes["err"] = np.full((SIZE, SIZE), 1e-140)
    for count in (1, 6):
        for found in fit_many([Cutout(dict(planes)) for _ in range(count)], FitOptions()):
            assert not found.converged
            assert "overflow" in found.reason


def test_beyond_two_pixels_a_star_gets_the_same_spline_either_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng, options, lot = np.random.default_rng(8), FitOptions(3.3, 1.3), []
    for _ in range(30):
        dx, dy = rng.uniform(-3.0, 3.0, 2)
        template = star(0.0, 0.0, 500.0, 3.0)
        err = np.sqrt(1.0 + np.abs(star(dx, dy, 250.0, 3.0)))
        image = star(dx, dy, 500.0, 3.0) + err * rng.normal(size=err.shape)
        lot.append(Cutout({"image": image, "convolved": template, "err": err}))
    wanted = by_all_shifts(lot, options, monkeypatch)
    for found, other in zip(fit_many(lot, options), wanted, strict=True):
        assert found.chi2 == pytest.approx(other.chi2, rel=1e-7)
        assert found.spline == other.spline


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_rounding_does_not_decide_between_minima(order: tuple[int, ...]) -> None:
    none = np.zeros((17, 17))
    ends = [
        CellMinimum(0, (4, 4), 5.0, 5.0, 1.0, 100.0, none),
        CellMinimum(0, (-1, 0), -0.5, 0.25, 1.0, 100.0 * (1 + 1e-12), none),
        CellMinimum(0, (0, 0), 0.1, 0.1, 1.0, 100.0 * (1 + 1e-6), none),
    ]
    assert _select_lowest([ends[n] for n in order]) is ends[1]


GX, GY = np.linspace(-1.0, 1.0, 5), np.linspace(-1.5, 1.5, 7)


def test_least_chi2_is_that_of_the_best_scale_within_its_bounds() -> None:
    rng = np.random.default_rng(1)
    power, cross = rng.uniform(1, 9, (4, 30)), rng.uniform(-9, 20, (4, 30))
    image = np.full((4, 1), 50.0)
    power[0, 0] = cross[0, 0] = 0.0
    scales = np.linspace(0.5, 2.0, 3001)[:, None, None]
    wanted = (power * scales**2 - 2 * cross * scales + image).min(axis=0)
    found = search.compute_least_chi2(power.copy(), cross.copy(), image, (0.5, 2.0))
    np.testing.assert_allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize("u", [-0.9, -0.13, 0.0, 0.26, 1.0])
@pytest.mark.parametrize("v", [-1.5, -0.24, 0.6])
def test_start_is_the_vertex_of_a_parabola(u: float, v: float) -> None:
    chi2 = (5 + 3 * (GX - u) ** 2 + 2 * (GY[:, None] - v) ** 2).ravel()
    # Beyond the last points there is no parabola.
    wanted = (u if abs(u) < 0.75 else np.sign(u), v if abs(v) < 1.25 else np.sign(v) * 1.5)
    assert search.find_starts_of_one(chi2, GX, GY) == [pytest.approx(wanted)]
    # Parabolas through flat or infinite points are no warnings, as in a fit.
    with np.errstate(all="ignore"):
        which, x, y = search.find_starts(np.array([chi2, chi2]), GX, GY)
    assert which.tolist() == [0, 1]
    assert (x[1], y[1]) == pytest.approx(wanted)


@pytest.mark.parametrize("most", [1, 2, 3, 12])
def test_starts_are_the_lowest_minima_in_order(most: int) -> None:
    chi2 = np.random.default_rng(7).uniform(10, 20, (6, 35))
    chi2[4] = np.nan
    chi2[5] = 3.0
    with np.errstate(all="ignore"):
        which, x, y = search.find_starts(chi2, GX, GY, most)
    for k, row in enumerate(chi2):
        alone = search.find_starts_of_one(row, GX, GY, most)
        assert 1 <= len(alone) <= most
        together = list(zip(x[which == k].tolist(), y[which == k].tolist(), strict=True))
        if k == 4:
            assert len(alone) == len(together) == 1
        else:
            assert together == [pytest.approx(start) for start in alone]
        near = [
            row.reshape(7, 5)[np.abs(GY - v).argmin(), np.abs(GX - u).argmin()] for u, v in alone
        ]
        assert k == 4 or near == sorted(near)
        assert k >= 4 or near[0] == row.min()


def test_minimum_has_no_lower_neighbour() -> None:
    grid = np.full((1, 5, 6), np.inf)
    grid[0, 1:-1, 1:-1] = [[1, 2, 3, 0], [2, 2, 3, 3], [5, 9, 9, 3]]
    found = search.local_minima(grid)[0].astype(int).tolist()
    assert found == [[1, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 1]]


@pytest.mark.parametrize(
    ("max_shift", "half", "most"),
    [(0.0, 1, 3), (0.3, 1, 3), (1.0, 1, 3), (1.1, 2, 3), (2.0, 2, 3), (2.1, 3, 12), (5.0, 5, 27)],
)
def test_grid_reaches_as_far_as_the_shift(max_shift: float, half: int, most: int) -> None:
    grid = search.coarse_grid(max_shift)
    assert (grid.half, grid.most) == (half, most)
    assert (grid.x[0], grid.x[-1], grid.y[0], grid.y[-1]) == (
        -max_shift,
        max_shift,
        -max_shift,
        max_shift,
    )
    # Between whole shifts the power is linear, and the weights of all taps are one.
    np.testing.assert_allclose(grid.linear.sum(axis=0), 1.0)
    np.testing.assert_allclose(grid.taps.sum(axis=0), 1.0)
    whole = np.arange(half, -half - 1, -1)
    columns = np.tile(whole, len(whole)) @ grid.linear
    np.testing.assert_allclose(columns, np.tile(grid.x, len(grid.y)), atol=1e-12)
    rows = np.repeat(whole, len(whole)) @ grid.linear
    np.testing.assert_allclose(rows, np.repeat(grid.y, len(grid.x)), atol=1e-12)


@pytest.mark.parametrize("inner", [13, None], ids=["box", "whole"])
@pytest.mark.parametrize(("max_shift", "count"), [(1.0, 9), (1.5, 1), (2.0, 25), (3.0, 49)])
def test_coarse_chi2_is_that_of_the_pixels_at_whole_shifts(
    max_shift: float, count: int, inner: int | None
) -> None:
    rng, options = np.random.default_rng(8), FitOptions(max_shift, 1.3, inner)
    inputs = []
    for masked in (False, True):
        data = read_fit_input(shifted_stars(rng, max_shift, masked), options)
        assert isinstance(data, FitInput)
        inputs.append(data)
    stack = stack_inputs(inputs, compute_weights(inputs, [1.0, 1.0]))
    box, edge = inputs[0].about.box, margin(max_shift)
    weight, image = stack.weight[(slice(None), *box)], stack.image[(slice(None), *box)]
    coefs, scales = coefficients(stack.template, edge), (1 / 1.3, 1.3)
    builder = search.MomentBuilder(coefs, box, weight, image * weight, max_shift, scales)
    grid = search.coarse_grid(max_shift)
    found = search.compute_coarse_chi2(stack.template, builder, grid)
    found = found.reshape(2, len(grid.y), len(grid.x))
    places = [(j, i) for j in range(len(grid.y)) for i in range(len(grid.x))]
    whole = [(j, i) for j, i in places if grid.x[i] % 1 == grid.y[j] % 1 == 0]
    assert len(whole) == count
    for j, i in whole:
        for k in range(2):
            moved = shift_one(coefs[k], grid.x[i], grid.y[j], edge)[box] * weight[k]
            pixels = image[k] * weight[k]
            scale = np.clip((moved * pixels).sum() / (moved**2).sum(), *scales)
            assert found[k, j, i] == pytest.approx(((pixels - scale * moved) ** 2).sum())
