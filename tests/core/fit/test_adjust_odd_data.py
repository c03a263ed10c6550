"""Whatever a plane may hold: a result, or a reason in words; never an exception."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.helpers.simulated_cutouts import Field, Truth, simulate
from vetter.core.fit.adjust import adjust_cutout, fit, fit_many
from vetter.core.fit.adjustment import FitOptions
from vetter.core.fit.field_normal import FieldNormal

PLANES = ("image", "convolved", "err")
OPTIONS = (
    FitOptions(1, 2, 13, None, True),
    FitOptions(),
    FitOptions(1, 2, None, 4.0, True, 4.0),
    FitOptions(1, 2, None, 4.0, True, 4.0, check_err=True, fit_plane=True),
    FitOptions(0, 1),
    FitOptions(4, 1, 13, None, True),
)


def cut(*index: Any) -> Callable[[dict[str, Any]], None]:
    def change(cutout: dict[str, Any]) -> None:
        for plane in PLANES:
            cutout[plane] = cutout[plane][index]

    return change


def put(plane: str, where: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(cutout: dict[str, Any]) -> None:
        cutout[plane][where] = value

    return change


def give(plane: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(cutout: dict[str, Any]) -> None:
        cutout[plane] = value

    return change


def only(rows: Any, columns: Any) -> np.ndarray[Any, Any]:
    mask = np.ones((41, 41), np.uint16)
    mask[rows, columns] = 0
    return mask


NO_RESULT = {
    "all masked": (give("mask", np.ones((41, 41), np.uint16)), "no good pixel"),
    "err zero": (put("err", ..., 0.0), "no good pixel"),
    "err too small to divide by": (put("err", ..., 1e-300), "no good pixel"),
    "image all NaN": (put("image", ..., np.nan), "no good pixel"),
    "template all NaN": (put("convolved", ..., np.nan), "no good pixel"),
    "constant template": (put("convolved", ..., 7.3), "constant"),
    "zero template": (put("convolved", ..., 0.0), "constant"),
    "image beyond all bounds": (put("image", (20, 20), 1e200), "overflow"),
    "template beyond all bounds": (put("convolved", (2, 2), -1e200), "overflow"),
    "one pixel": (cut(slice(20, 21), slice(20, 21)), "too few"),
    "empty": (cut(slice(0)), "no pixels"),
    "one dimension": (cut(0), "two-dimensional"),
    "text": (give("image", np.full((41, 41), "a")), "two-dimensional"),
    "no err": (lambda c: c.pop("err"), "no err plane"),
    "no template": (lambda c: c.pop("convolved"), "no convolved or template plane"),
    "err of another shape": (give("err", np.ones((3, 3))), "another shape"),
    "mask of another shape": (give("mask", np.zeros((3, 3), bool)), "another shape"),
}

RESULT = {
    "integers, big-endian": lambda c: c.update({p: c[p].astype(">i2") for p in PLANES}),
    "float32, big-endian": lambda c: c.update({p: c[p].astype(">f4") for p in PLANES}),
    "negative errors": put("err", np.s_[:18], -1.0),
    "one err NaN": put("err", (20, 20), np.nan),
    "one err infinite": put("err", (20, 20), np.inf),
    "one template pixel infinite": put("convolved", (8, 8), -np.inf),
    "masked array": lambda c: c.update(image=np.ma.masked_greater(c["image"], 1300.0)),
    "float mask with NaN": give("mask", np.where(np.eye(41) > 0, np.nan, 0.0)),
    "even and not square": cut(slice(0, 40), slice(5, 35)),
    "one row": cut(slice(20, 21)),
    "infinities of both signs": lambda c: [
        put(p, (8, [4, 5]), [np.inf, -np.inf])(c) for p in PLANES
    ],
    "sums that overflow": put("err", np.s_[:2], 1e308),
    "template next to nothing": lambda c: c.update(convolved=1e-200 * c["convolved"]),
    "negative template": lambda c: c.update(convolved=-c["convolved"]),
    "noise for a template": lambda c: c.update(
        convolved=np.random.default_rng(0).normal(size=(41, 41))
    ),
    "constant image": put("image", ..., 1000.0),
    "a few pixels left": give("mask", only(slice(19, 22), slice(17, 25))),
    "masked position and FWHM": give("meta", {"x": np.ma.masked, "y": "?", "fwhm": np.ma.masked}),
    "no metadata": lambda c: c.pop("meta"),
    "the candidate is masked": give("mask", 1 - only(slice(17, 24), slice(17, 24))),
}


def cutout() -> dict[str, Any]:
    truth = Truth(5000, (0.3, 0.0), 0.3, -0.2, 1.05)
    return simulate(Field(), truth, np.random.default_rng(1))


FREE_ONLY = ("too few", "constant")
"""Reasons that only a fit with free parameters has."""


@pytest.mark.parametrize(
    ("options", "name"),
    [
        pytest.param(options, name, id=f"{options}-{name}")
        for options in OPTIONS
        for name, (_, wanted) in NO_RESULT.items()
        if options.free or wanted not in FREE_ONLY
    ],
)
def test_no_result_says_why(options: FitOptions, name: str) -> None:
    odd = cutout()
    change, wanted = NO_RESULT[name]
    change(odd)
    result = fit(odd, options)
    assert not result.converged
    assert wanted in result.reason
    assert result.residual is None


@pytest.mark.parametrize("name", RESULT)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_odd_planes_give_a_result_or_a_reason(name: str, options: FitOptions) -> None:
    odd = cutout()
    RESULT[name](odd)
    result = fit(odd, options)
    assert result.converged or result.reason
    if result.converged:
        assert np.isfinite([result.dx, result.dy, result.scale, result.chi2, result.pval]).all()
        assert abs(result.dx) <= options.max_shift
        assert 1 / options.max_scale <= result.scale <= options.max_scale


@pytest.mark.parametrize(
    "normal",
    [FieldNormal(0.1, -0.1, 0.05, 1.01, 0.02), FieldNormal(np.nan, 9.0, 0.0, -1.0, np.nan)],
    ids=["sound", "unsound"],
)
@pytest.mark.parametrize("fwhm", [1.0, 4.0, 30.0])
def test_odd_planes_with_a_normal_do_not_raise(fwhm: float, normal: FieldNormal) -> None:
    lot = [cutout() for _ in [*NO_RESULT, *RESULT]]
    changes = [*(change for change, _ in NO_RESULT.values()), *RESULT.values()]
    for odd, change in zip(lot, changes, strict=True):
        change(odd)
    options = FitOptions(1, 2, 17, None, True, fwhm, fit_plane=True)
    for result in fit_many(lot, options, [normal] * len(lot)):
        assert result.converged or result.reason
        assert not result.prior_flux_err <= 0


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_odd_planes_in_a_stack_answer_as_alone(options: FitOptions) -> None:
    changes = [change for change, _ in NO_RESULT.values()] + list(RESULT.values())
    lot = []
    for change in changes:
        lot.append(cutout())
        change(lot[-1])
    for odd, together in zip(lot, fit_many(lot, options), strict=True):
        alone = fit(odd, options)
        assert (together.converged, together.reason) == (alone.converged, alone.reason)
        if alone.converged:
            assert together.chi2 == pytest.approx(alone.chi2, rel=1e-6, abs=1e-6)


def test_errors_too_small_to_divide_by_leave_no_normalized_residual() -> None:
    odd = cutout()
    odd["err"][3, 4] = 5e-324
    assert adjust_cutout(odd, normalize=True)
    assert np.isnan(odd["adjusted"][3, 4])
    assert np.isfinite(odd["adjusted"][5, 4])


def test_a_masked_candidate_is_not_measured() -> None:
    odd = cutout()
    RESULT["the candidate is masked"](odd)
    assert np.isnan(fit(odd, FitOptions(1, 2, None, 4.0, True, 4.0)).snr)


@pytest.mark.parametrize("fill", [1e-30, 1e-7, 0.0, -1.0])
@pytest.mark.parametrize("many", [False, True])
def test_error_below_a_millionth_of_the_median_is_no_error(fill: float, many: bool) -> None:
    rng = np.random.default_rng(2)
    field = Field(size=31, fwhm=3.0)
    cutouts = [simulate(field, Truth(3000.0, dx=0.2), np.random.default_rng(2)) for _ in range(3)]
    for cutout in cutouts:
        cutout["err"] = np.full(cutout["image"].shape, 5.0)
    filled, holed, _ = cutouts
    where = rng.integers(5, 25, (2, 12))
    filled["err"][tuple(where)], holed["err"][tuple(where)] = fill, np.nan
    options = FitOptions(1, 2, 13, None, True)
    one, other = fit_many(cutouts, options)[:2] if many else [fit(c, options) for c in cutouts[:2]]
    assert one.converged and one.chi2 == other.chi2 and one.pixels == other.pixels


def test_small_errors_of_real_pixels_are_fitted() -> None:
    cutout = simulate(Field(size=31, fwhm=3.0), Truth(3000.0, dx=0.2), np.random.default_rng(2))
    cutout["err"] = np.full(cutout["image"].shape, 5.0)
    whole = fit(cutout, FitOptions(1, 2, 13, None, True)).pixels
    cutout["err"][10, 10] = 5e-3
    assert fit(cutout, FitOptions(1, 2, 13, None, True)).pixels == whole
