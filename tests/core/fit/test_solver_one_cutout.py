"""One cutout alone gives what it gives in a stack of one and among others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.helpers.fit_cases import OPTIONS, assert_same, mixed
from tests.helpers.simulated_cutouts import Field, Truth, dipole, new_source, simulate
from vetter.core.fit import solver
from vetter.core.fit.adjust import fit, fit_many
from vetter.core.fit.adjustment import Adjustment, FitOptions

CASES = {
    "defaults, 41 px": (FitOptions(), "plain 41"),
    "defaults, 56 px": (FitOptions(), "plain 56"),
    "window, 41 px": (FitOptions(1, 2), "plain 41"),
    "window, 56 px": (FitOptions(1, 2), "plain 56"),
    "held shift, 41 px": (FitOptions(0, 2), "plain 41"),
    "held shift, 56 px": (FitOptions(0, 2), "plain 56"),
    "held scale, 41 px": (FitOptions(1, 1), "plain 41"),
    "held scale, 56 px": (FitOptions(1, 1), "plain 56"),
    "far, 41 px": (FitOptions(3.3, 1.5), "plain 41"),
    "far, 56 px": (FitOptions(3.3, 1.5), "plain 56"),
    "large box, 41 px": (FitOptions(2, 1.1, 37), "plain 41"),
    "large box, 56 px": (FitOptions(2, 1.1, 37), "plain 56"),
    **{name: (options, "mixed") for name, options in OPTIONS.items()},
}
"""Options, and the cutouts: plain ones go the short way when alone, the mixed ones never."""


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


def lot_of(kind: str) -> list[dict[str, Any]]:
    """Plain cutouts of a size, or all sorts."""
    if kind == "mixed":
        return mixed()
    rng, field = np.random.default_rng(11), Field(size=int(kind.split()[1]))
    return [plain(field, (dipole, new_source)[seed % 2](field, rng), seed) for seed in range(6)]


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


@pytest.mark.parametrize("name", CASES)
def test_a_cutout_is_fitted_alone_as_in_any_stack(
    name: str, taken: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    options, kind = CASES[name]
    lot = lot_of(kind)
    for together, cutout in zip(fit_many(lot, options), lot, strict=True):
        alone = fit(cutout, options)
        assert_same(alone, general(cutout, options, monkeypatch))
        assert_same(alone, together)
    assert len(taken) == (6 if kind.startswith("plain") else 0)


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
