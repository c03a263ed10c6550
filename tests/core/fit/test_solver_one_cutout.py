"""The plain way for one cutout gives what the general way gives."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from tests.helpers.simulated_cutouts import Field, Truth, dipole, new_source, simulate
from vetter.core.fit import solver
from vetter.core.fit.adjust import fit
from vetter.core.fit.adjustment import Adjustment, FitOptions

OPTIONS = {
    "defaults": FitOptions(),
    "window": FitOptions(1, 2),
    "held shift": FitOptions(0, 2),
    "held scale": FitOptions(1, 1),
    "far": FitOptions(3.3, 1.5),
    "large box": FitOptions(2, 1.1, 37),
}


def general(
    cutout: dict[str, Any], options: FitOptions, monkeypatch: pytest.MonkeyPatch
) -> Adjustment:
    with monkeypatch.context() as patch:
        patch.setattr(solver, "is_simple", lambda *_: False)
        return fit(cutout, options)


def plain(field: Field, truth: Truth, seed: int) -> dict[str, Any]:
    """A simulated cutout whose FWHM is not known."""
    cutout = simulate(field, truth, np.random.default_rng(seed))
    del cutout["meta"]["fwhm"]
    return cutout


def assert_same(one: Adjustment, other: Adjustment) -> None:
    for item in dataclasses.fields(Adjustment):
        a, b = getattr(one, item.name), getattr(other, item.name)
        if isinstance(a, float):
            assert a == pytest.approx(b, rel=1e-6, abs=1e-6, nan_ok=True), item.name
        elif isinstance(a, np.ndarray):
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-4)
        else:
            assert a == b, item.name


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What went the plain way."""
    seen: list[Any] = []

    def noted(data: Any, options: FitOptions) -> Adjustment:
        seen.append(data)
        return way(data, options)

    way = solver.fit_simple
    monkeypatch.setattr(solver, "fit_simple", noted)
    return seen


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("size", [41, 56])
def test_all_figures_are_the_same(
    name: str, size: int, taken: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, field = np.random.default_rng(11), Field(size=size)
    options = OPTIONS[name]
    for seed in range(6):
        cutout = plain(field, (dipole, new_source)[seed % 2](field, rng), seed)
        assert_same(fit(cutout, options), general(cutout, options, monkeypatch))
    assert len(taken) == 6


def test_a_sharp_bright_star_gets_the_quintic_spline(
    taken: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = Truth(flux=2e6, dx=0.4, dy=-0.45, scale=1.05)
    cutout = plain(Field(fwhm=3.0), truth, 1)
    found = fit(cutout)
    assert found.spline == 5
    assert_same(found, general(cutout, FitOptions(), monkeypatch))
    assert len(taken) == 1


@pytest.mark.parametrize("plane", ["convolved", "err"])
def test_what_cannot_be_fitted_has_the_same_reason(
    plane: str, taken: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    cutout = plain(Field(), Truth(9000.0), 2)
    cutout[plane][:] = {"convolved": 3.0, "err": 1e-140}[plane]
    found, other = fit(cutout), general(cutout, FitOptions(), monkeypatch)
    assert not found.converged
    assert found.reason == other.reason
    assert len(taken) == 1


@pytest.mark.parametrize("plane", ["mask", "template_mask"])
def test_a_cutout_with_bad_pixels_goes_the_general_way(plane: str, taken: list[Any]) -> None:
    cutout = plain(Field(), Truth(9000.0), 3)
    cutout[plane] = np.zeros((41, 41), bool)
    cutout[plane][3, 3] = True
    assert fit(cutout).converged
    assert not taken
