"""Options of a fit, and its result as metadata and back."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import numpy as np
import pytest

from vetter.core.fit.adjust import adjust_cutout
from vetter.core.fit.adjustment import (
    Adjustment,
    FitOptions,
    is_off,
    largest_shift,
    make_failure,
)
from vetter.core.fit.field_normal import MATCHED_NORMAL, UNKNOWN_NORMAL, FieldNormal

FULL = Adjustment(
    True,
    dx=0.25,
    df=165,
    pixels=169,
    at_bound=("dx", "scale"),
    caveats=("err is only estimated", "no match"),
    notes=("one",),
    fit_bg=False,
    fit_plane=True,
    spline=5,
    psf="Gaussian",
    template="convolved",
    unseen=True,
    normal_dx=0.1,
    normal_shift_err=0.2,
)


@pytest.mark.parametrize("result", [FULL, Adjustment(True), make_failure("off", fwhm=3.5)])
def test_result_goes_through_the_metadata(result: Adjustment) -> None:
    meta = result.as_meta()
    for back in (
        Adjustment.from_meta(meta),
        Adjustment.from_meta(result.as_record()),
        Adjustment.from_meta_values(meta.values()),
    ):
        assert back is not None
        assert str(back) == str(result)
        assert str(back.as_meta()) == str(meta)


def test_metadata_is_plain_and_a_record_without_defaults() -> None:
    meta = FULL.as_meta()
    assert meta["adjust_at_bound"] == "dx,scale" and meta["adjust_notes"] == "one"
    assert meta["adjust_caveats"] == "err is only estimated; no match"
    assert "adjust_residual" not in meta and "adjust_unread" not in meta
    assert Adjustment(True).as_record() == {"adjust_converged": True}
    assert make_failure("off").as_record() == {"adjust_converged": False, "adjust_reason": "off"}
    assert Adjustment(True, dx=0.0, df=1).as_record() == {
        "adjust_converged": True,
        "adjust_dx": 0.0,
        "adjust_df": 1,
    }


@pytest.mark.parametrize(
    ("meta", "chi2"), [({"adjust_chi2": "12.5", "adjust_dx": None}, 12.5), ({"x": 1}, None)]
)
def test_metadata_of_stdpipe_is_a_fit_that_converged(meta: dict[str, Any], chi2: Any) -> None:
    found = Adjustment.from_meta(meta)
    assert (found is None) == (chi2 is None)
    if found is not None:
        assert found.converged and found.chi2 == chi2 and np.isnan(found.dx)
        assert (found.df, found.pixels, found.spline) == (0, 0, 3) and found.fit_bg is True
        assert (found.fit_plane, found.unseen, found.unread) == (False, False, False)


def test_failure_has_its_reason_and_no_number() -> None:
    failed = make_failure("off the image", template="convolved")
    assert not failed.converged
    assert (failed.reason, failed.template) == ("off the image", "convolved")
    assert np.isnan([failed.dx, failed.chi2, failed.snr]).all() and not failed.df
    assert not failed.unread and make_failure("cut short", unread=True).unread


@pytest.mark.parametrize(
    ("value", "error", "off"),
    [
        (1.06, 0.001, True),
        (1.04, 0.001, False),
        (0.94, 0.001, True),
        (0.96, 0.001, False),
        (1.31, 0.1, True),
        (1.29, 0.1, False),
        (0.69, 0.1, True),
        (0.71, 0.1, False),
        (np.nan, 0.1, False),
        (2.0, np.nan, False),
        (1.375, 0.125, False),
        (0.625, 0.125, False),
    ],
)
def test_scatter_is_off_by_a_twentieth_and_three_errors(
    value: float, error: float, off: bool
) -> None:
    assert is_off(value, error) is off


def test_pixels_of_a_result_are_not_printed() -> None:
    pixels = Adjustment(True, residual=np.ones((3, 3)), unread=True)
    assert repr(pixels) == repr(Adjustment(True))


def test_smallest_flux_is_seven_errors_of_the_prior_flux() -> None:
    fit = Adjustment(True, prior_flux_err=20.0)
    assert (fit.smallest_flux(), fit.smallest_flux(5)) == (140, 100)
    assert np.isnan(Adjustment(True).smallest_flux())


@pytest.mark.parametrize(
    ("normal", "known"),
    [
        (UNKNOWN_NORMAL, False),
        (MATCHED_NORMAL, True),
        (FieldNormal(shift_err=0.1), True),
        (FieldNormal(scale_err=0.1), True),
        (FieldNormal(0.5, 0.5, scale=2.0), False),
    ],
)
def test_normal_is_known_by_an_error(normal: FieldNormal, known: bool) -> None:
    assert normal.is_known is known
    names = (f"normal_{name}" for name in FieldNormal._fields)
    assert Adjustment(True, **dict(zip(names, normal, strict=True))).normal == normal


def test_fit_without_stars_has_the_unknown_normal() -> None:
    assert Adjustment(True).normal == UNKNOWN_NORMAL == (0, 0, np.inf, 1, np.inf)


@pytest.mark.parametrize(
    ("options", "free", "background"),
    [
        (FitOptions(), 3, 0),
        (FitOptions(max_shift=0), 1, 0),
        (FitOptions(max_scale=1), 2, 0),
        (FitOptions(0, 1), 0, 0),
        (FitOptions(fit_bg=True), 4, 1),
        (FitOptions(fit_plane=True), 6, 3),
        (FitOptions(0, 1, fit_plane=True), 3, 3),
    ],
)
def test_free_parameters_are_counted(options: FitOptions, free: int, background: int) -> None:
    assert (options.free, options.background) == (free, background)
    assert options.fit_bg == (background > 0)


@pytest.mark.parametrize(
    ("name", "least"), [("max_shift", 0), ("max_scale", 1), ("inner", 1), ("inner_fwhm", 0)]
)
def test_option_may_be_its_least(name: str, least: float) -> None:
    assert getattr(FitOptions(**{name: least}), name) == least
    with pytest.raises(ValueError, match=f"{name}: expected a number of {least} or more, found"):
        FitOptions(**{name: least - 0.01 if name != "inner" else 0.99})


def test_options_are_those_of_stdpipe_unless_others_are_given() -> None:
    options, stdpipe = FitOptions(), inspect.signature(adjust_cutout).parameters
    for name in ("max_shift", "max_scale", "inner", "fit_bg", "fwhm"):
        assert getattr(options, name) == stdpipe[name].default, name
    # What STDPipe does not know of is off.
    assert not (options.check_err or options.fit_plane or options.inner_fwhm or options.psf)


def test_inner_of_zero_is_the_whole_cutout() -> None:
    assert FitOptions(inner=0).inner == 0


@pytest.mark.parametrize(
    ("max_shift", "shape", "within"), [(2, (5, 9), 2), (2.5, (5, 9), 2), (9, (30, 21), 9)]
)
def test_shift_is_within_half_of_the_shorter_side(
    max_shift: float, shape: tuple[int, int], within: float
) -> None:
    options = FitOptions(max_shift, 1.5, 9)
    assert options.within(shape) == dataclasses.replace(options, max_shift=within)
    assert largest_shift((5, 9)) == 2 and largest_shift((30, 21)) == 10
