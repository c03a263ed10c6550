"""Whether the scatter around a source tells a wrong err, and is not taken in by what lies there."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from tests.helpers.simulated_cutouts import (
    Field,
    Truth,
    dipole,
    field_options,
    new_source,
    run,
    simulate,
)
from vetter.core.fit.adjust import fit
from vetter.core.fit.adjustment import FitOptions, is_off
from vetter.core.fit.noise_model import central_region, measure_scatters


def of(residual: np.ndarray, weight: np.ndarray | None = None, **known: Any) -> tuple[Any, Any]:
    weight = np.ones(residual.shape) if weight is None else weight
    box = known.get("box", (slice(12, 29), slice(12, 29)))
    difference = known.get("difference", residual)
    width = [known.get("fwhm", 4.0)] * len(residual)
    whole = bool(weight.all())
    found = measure_scatters(residual, lambda k: difference[k], weight, whole, box, width)
    return np.array([one.value for one in found]), np.array([one.error for one in found])


@pytest.mark.parametrize("sigma", [0.3, 0.9, 1.0, 1.1, 3.0, 20.0])
def test_it_is_the_sigma_of_normal_residuals(sigma: float) -> None:
    noise = sigma * np.random.default_rng(1).standard_normal((50, 41, 41))
    value, error = of(noise)
    assert value.mean() == pytest.approx(sigma, rel=0.02)
    if sigma == 1.0:
        assert value.std() == pytest.approx(error[0], rel=0.25)


def test_the_core_does_not_count() -> None:
    noise = np.random.default_rng(1).standard_normal((1, 41, 41))
    loud = noise.copy()
    loud[:, 12:29, 12:29] += 50.0
    assert of(loud)[0] == pytest.approx(of(noise)[0])


def test_a_neighbour_counts_little() -> None:
    noise = np.random.default_rng(1).standard_normal((1, 41, 41))
    loud = noise.copy()
    loud[:, 2:6, 30:34] += 50.0
    assert of(loud)[0] < of(noise)[0] + 0.04


def test_a_level_that_is_off_does_not_count() -> None:
    noise = np.random.default_rng(1).standard_normal((1, 41, 41))
    assert of(noise + 1.5)[0] == pytest.approx(of(noise)[0], abs=0.03)


def test_a_wrong_fit_that_spoils_its_surroundings_does_not_count() -> None:
    noise = np.random.default_rng(1).standard_normal((1, 41, 41))
    value, _ = of(2.0 * noise, difference=1.2 * noise)
    assert value[0] == pytest.approx(1.2, abs=0.03)


def test_masked_pixels_do_not_count() -> None:
    noise = np.random.default_rng(1).standard_normal((1, 41, 41))
    weight = np.ones(noise.shape)
    noise[:, :, :10], weight[:, :, :10] = 1e6, 0.0
    value, error = of(noise, weight)
    assert abs(value[0] - 1) < 4 * error[0]


@pytest.mark.parametrize(
    "known", [{"box": (slice(1, 40), slice(0, 41))}, {"fwhm": 9.0}], ids=["few pixels", "wide"]
)
def test_it_is_unknown_where_the_source_fills_the_cutout(known: dict[str, Any]) -> None:
    value, _ = of(np.random.default_rng(1).standard_normal((1, 41, 41)), **known)
    assert np.isnan(value).all()
    assert not is_off(value[0], value[0])


@pytest.mark.parametrize(
    ("box", "wanted"), [(17, 17), (41, 21), (39, 21), (5, 21)], ids=["box", "whole", "most", "tiny"]
)
def test_the_core_is_the_box_or_half_of_the_cutout(box: int, wanted: int) -> None:
    first = (41 - box) // 2
    rows, columns = central_region((41, 41), (slice(first, first + box), slice(first, first + box)))
    assert (rows.stop - rows.start, columns.stop - columns.start) == (wanted, wanted)


@pytest.mark.parametrize("fwhm", [3.0, 4.0])
def test_a_new_source_is_no_wrong_err(fwhm: float) -> None:
    field = Field(fwhm=fwhm)
    fits = run(field, partial(new_source, snr=50.0), 100, field_options(field), 21)
    assert sum(bool(is_off(fit.scatter, fit.scatter_err)) for fit in fits) <= 2


@pytest.mark.parametrize(("factor", "wanted"), [(0.9, 1.11), (1.1, 0.91)])
def test_a_wrong_err_is_seen(factor: float, wanted: float) -> None:
    field = Field(err_factor=factor)
    fits = run(field, dipole, 60, field_options(field), 3)
    assert np.mean([fit.scatter for fit in fits]) == pytest.approx(wanted, abs=0.015)
    assert np.mean([is_off(fit.scatter, fit.scatter_err) for fit in fits]) > 0.9


def test_a_templates_noise_is_measured_unless_it_was_given() -> None:
    cutout = simulate(Field(template_noise=1.0), Truth(2e4), np.random.default_rng(1))
    options = FitOptions(1, 2, 17, None, True, check_err=True)
    assert fit(cutout, options).template_noise == pytest.approx(1.0, abs=0.15)
    cutout["template_err"] = np.full((41, 41), 10.0)
    assert np.isnan(fit(cutout, options).template_noise)


def test_a_quiet_template_beside_a_low_err_is_told_as_quiet() -> None:
    cutout = simulate(Field(err_factor=0.7), Truth(2e4), np.random.default_rng(1))
    options = FitOptions(1, 2, 17, None, True, check_err=True)
    assert fit(cutout, options).template_noise < 0.05


def test_it_is_measured_where_it_is_wanted_only() -> None:
    cutout = simulate(Field(), Truth(2e4), np.random.default_rng(1))
    assert np.isnan(fit(cutout, FitOptions(1, 2, 17, None, True)).scatter)
    assert fit(cutout, FitOptions(1, 2, 17, None, True, check_err=True)).scatter > 0.9


@pytest.mark.parametrize(
    ("rows", "columns", "wanted"),
    [
        # A quarter of the shorter side, and three quarters of the area.
        (10, 10, 10),
        (9, 30, 20),
        (30, 40, 30),
        (31, 40, 20),
    ],
)
def test_core_is_a_box_neither_small_nor_large(rows: int, columns: int, wanted: int) -> None:
    found = central_region((40, 40), (slice(0, rows), slice(0, columns)))
    assert found[0].stop - found[0].start == wanted


@pytest.mark.parametrize(("pixels", "known"), [(99, False), (100, True)])
def test_a_hundred_pixels_tell_the_scatter(pixels: int, known: bool) -> None:
    noise = np.random.default_rng(1).standard_normal((1, 41, 41))
    weight = np.zeros(noise.shape)
    weight[0, :12].flat[:pixels] = 1.0
    weight[0, 15, 15] = 1.0
    value, error = of(noise, weight)
    assert np.isfinite(value[0]) == known
    assert not known or error[0] == pytest.approx(0.752 / 10)


@pytest.mark.parametrize(("fwhm", "known"), [(5.6, True), (5.7, False), (np.nan, True)])
def test_core_holds_one_and_a_half_fwhm(fwhm: float, known: bool) -> None:
    value, _ = of(np.random.default_rng(1).standard_normal((1, 41, 41)), fwhm=fwhm)
    assert np.isfinite(value[0]) == known


def test_masked_and_whole_cutouts_scatter_alike_in_a_stack() -> None:
    noise = 3.0 * np.random.default_rng(1).standard_normal((2, 41, 41))
    noise[1] = noise[0]
    weight = np.ones(noise.shape)
    weight[1, 0, 0] = 0.0
    value, error = of(noise, weight)
    assert value[0] == pytest.approx(value[1], rel=0.01)
    assert error[0] == pytest.approx(0.752 / np.sqrt(41 * 41 - 17 * 17))
    assert error[1] == pytest.approx(0.752 / np.sqrt(41 * 41 - 17 * 17 - 1))
