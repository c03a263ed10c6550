"""The fit of one cutout: truths, bounds, degrees of freedom, and the scripting face's function."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import shift

from tests.helpers.simulated_cutouts import Field, Truth, simulate
from vetter.core.fit.adjust import adjust_cutout, adjust_cutouts, fit, record, report
from vetter.core.fit.adjustment import Adjustment, FitOptions, make_failure

OPTIONS = FitOptions(max_shift=1, max_scale=2, inner=13, fit_bg=True)


def star(truth: Truth | None = None, seed: int = 1, **field: Any) -> dict[str, Any]:
    truth = truth or Truth(flux=20000, star=(0.2, -0.1), dx=0.3, dy=-0.2, scale=1.05)
    return simulate(Field(**field), truth, np.random.default_rng(seed))


def exact(dx: float, dy: float, scale: float, **changes: Any) -> dict[str, Any]:
    """A cutout that the model explains without any noise."""
    cutout = star(**changes)
    template = cutout["convolved"]
    moved = shift(template, (dy, dx), order=3, mode="reflect")
    cutout["image"] = 900.0 + scale * (moved - 100.0)
    return cutout


@pytest.mark.parametrize(
    ("dx", "dy", "scale"),
    [(0.3, -0.2, 1.1), (-0.9, 0.9, 0.7), (0.0, 0.0, 1.0), (0.5, 0.0, 1.9), (1.0, -1.0, 1.0)],
)
def test_truth_is_found_without_noise(dx: float, dy: float, scale: float) -> None:
    result = fit(exact(dx, dy, scale), OPTIONS)
    assert (result.dx, result.dy, result.scale) == pytest.approx((dx, dy, scale), abs=1e-5)
    assert result.chi2 < 1e-6


@pytest.mark.parametrize(("dx", "dy"), [(3.3, -4.6), (-2.5, 0.4), (4.9, 4.9)])
def test_a_large_shift_is_found_from_no_start(dx: float, dy: float) -> None:
    result = fit(exact(dx, dy, 1.2), FitOptions(5, 2, 21, None, True))
    assert (result.dx, result.dy, result.scale) == pytest.approx((dx, dy, 1.2), abs=1e-5)


def test_dx_is_along_columns_and_positive_towards_larger_x() -> None:
    cutout = exact(0.0, 0.0, 1.0)
    cutout["image"] = 800.0 + np.roll(cutout["convolved"], 1, axis=1)
    result = fit(cutout, FitOptions(2, 2, 13, None, True))
    assert (result.dx, result.dy) == pytest.approx((1.0, 0.0), abs=1e-4)


@pytest.mark.parametrize("fit_bg", [True, False])
@pytest.mark.parametrize("inner", [None, 12, 13, 14, 9.5])
@pytest.mark.parametrize(("max_shift", "max_scale", "free"), [(1, 2, 3), (0, 2, 1), (1, 1, 2)])
def test_df_is_pixels_minus_free_parameters(
    fit_bg: bool, inner: float | None, max_shift: float, max_scale: float, free: int
) -> None:
    result = fit(star(), FitOptions(max_shift, max_scale, inner, None, fit_bg))
    side = {None: 41, 12: 13, 13: 13, 14: 15, 9.5: 9}[inner]
    assert (result.pixels, result.df) == (side * side, side * side - free - fit_bg)


def test_inner_counts_from_the_centre_of_a_cutout_that_is_not_square() -> None:
    cutout = {k: v if k == "meta" else v[:, :30] for k, v in star().items()}
    result = fit(cutout, FitOptions(1, 2, 13, None, True))
    assert result.pixels == 13 * 14


def test_masked_pixels_of_an_integer_mask_do_not_count() -> None:
    cutout = star()
    cutout["mask"] = np.zeros((41, 41), np.int16)
    cutout["mask"][20, 14:17] = 8
    cutout["image"][20, 14:17] = 1e6
    assert fit(cutout, OPTIONS).pixels == 169 - 3
    assert fit(cutout, OPTIONS).pval > 1e-3


def test_a_hole_in_the_template_keeps_its_surroundings_out() -> None:
    cutout = star()
    cutout["convolved"][20, 5] = np.nan
    whole = FitOptions(1, 2, None, None, True)
    assert fit(cutout, whole).pixels == 41 * 41 - 7 * 7
    assert abs(fit(cutout, whole).dx - fit(star(), whole).dx) < 1e-2


def test_a_hot_template_pixel_under_the_mask_does_not_leak() -> None:
    cutout = star()
    cutout["mask"] = np.zeros((41, 41), bool)
    cutout["mask"][24, 24] = True
    cutout["convolved"][24, 24] = 1e7
    result = fit(cutout, OPTIONS)
    assert result.pval > 1e-3
    assert result.pixels == 169 - 6 * 6


def test_a_masked_pixel_like_its_neighbours_costs_only_itself() -> None:
    cutout = star()
    cutout["mask"] = np.zeros((41, 41), bool)
    cutout["mask"][24, 24] = True
    assert fit(cutout, OPTIONS).pixels == 168


def test_pixels_off_the_chip_are_left_out() -> None:
    cutout = star()
    for plane in ("image", "convolved", "err"):
        cutout[plane][:, :16] = np.nan
    result = fit(cutout, OPTIONS)
    assert result.pixels == 13 * (27 - 19)
    assert result.pval > 1e-3
    assert np.isnan(result.residual[:, :16]).all()
    assert np.isfinite(result.residual[:, 16:]).all()


def test_scale_clamps_at_its_bound_and_the_background_follows() -> None:
    result = fit(exact(0.0, 0.0, 1.5), FitOptions(1, 1.2, 13, None, True))
    assert result.scale == pytest.approx(1.2, abs=1e-12)
    assert "scale" in result.at_bound
    inside = np.s_[14:27, 14:27]
    cutout = exact(0.0, 0.0, 1.5)
    weight = 1 / cutout["err"][inside] ** 2
    assert np.sum(result.residual[inside] * weight) == pytest.approx(0.0, abs=1e-6)


def test_parameters_on_a_bound_are_named() -> None:
    assert fit(exact(0.8, -0.8, 1.0), FitOptions(0.5, 2, 13, None, True)).at_bound == ("dx", "dy")


def test_without_fit_bg_the_background_is_the_mode() -> None:
    cutout = star()
    result = fit(cutout, FitOptions(1, 2, 13))
    image = cutout["image"]
    assert result.bg == pytest.approx(2.5 * np.median(image) - 1.5 * image.mean(), rel=1e-12)


def test_convolved_is_preferred_and_said() -> None:
    cutout = star()
    cutout["template"] = np.zeros((41, 41))
    assert fit(cutout, OPTIONS).template == "convolved"
    cutout["template"] = cutout.pop("convolved")
    assert fit(cutout, OPTIONS).template == "template"


def test_the_templates_error_is_added_times_the_scale() -> None:
    cutout = exact(0.0, 0.0, 1.5)
    cutout["image"] = cutout["image"] + 30.0 * np.indices((41, 41)).sum(axis=0) % 2
    cutout["err"] = np.full((41, 41), 3.0)
    cutout["template_err"] = np.full((41, 41), 4.0)
    result = fit(cutout, OPTIONS)
    pulls = result.residual[14:27, 14:27] ** 2 / (9.0 + (1.5 * 4.0) ** 2)
    assert result.chi2 == pytest.approx(pulls.sum(), rel=2e-2)
    assert any("template's error" in note for note in result.notes)


def test_the_input_is_left_as_it_is() -> None:
    cutout = star()
    cutout["convolved"][3, 3] = np.nan
    before = {k: v.copy() for k, v in cutout.items()}
    for plane in ("image", "convolved", "err"):
        cutout[plane].flags.writeable = False
    fit(cutout, OPTIONS)
    assert all(np.array_equal(cutout[k], before[k], equal_nan=True) for k in before if k != "meta")
    assert cutout["meta"] == before["meta"]


def test_adjust_cutout_writes_metadata_and_the_adjusted_plane() -> None:
    cutout = star()
    assert adjust_cutout(cutout, inner=13, max_shift=1, max_scale=2, fit_bg=True) is True
    meta, result = cutout["meta"], fit(star(), OPTIONS)
    for name in ("chi2_0", "chi2", "df", "pval", "dx", "dy", "scale", "bg", "tbg", "snr"):
        assert meta["adjust_" + name] == getattr(result, name)
    np.testing.assert_array_equal(cutout["adjusted"], result.residual)


def test_normalize_divides_by_err_once() -> None:
    plain, normal = star(), star()
    adjust_cutout(plain, inner=13)
    adjust_cutout(normal, inner=13, normalize=True)
    np.testing.assert_allclose(normal["adjusted"], plain["adjusted"] / plain["err"], rtol=1e-12)


def test_a_failed_fit_leaves_no_earlier_result() -> None:
    cutout = star()
    adjust_cutout(cutout)
    cutout["convolved"] = np.ones((41, 41))
    assert adjust_cutout(cutout) is False
    assert "adjusted" not in cutout
    assert "constant" in cutout["meta"]["adjust_reason"]
    assert np.isnan(cutout["meta"]["adjust_chi2"])


def test_verbose_takes_a_callable() -> None:
    said: list[str] = []
    adjust_cutout(star(), verbose=said.append)
    assert said[0].startswith("Adjustment is: dx")


@pytest.mark.parametrize("wrong", [{"max_shift": -1}, {"max_scale": 0.5}, {"max_shift": np.nan}])
def test_impossible_options_name_the_option(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        FitOptions(**wrong)


def test_a_scale_that_is_held_is_no_integer_in_the_metadata() -> None:
    cutout = star()
    assert adjust_cutout(cutout, max_shift=0, max_scale=1)
    assert type(cutout["meta"]["adjust_scale"]) is float


def test_report_says_what_was_found() -> None:
    found = Adjustment(True, dx=0.254, dy=-0.126, scale=1.05, bg=1000.04, tbg=100.0)
    found = replace(found, chi2_0=5123.456, chi2=160.0, df=165, pval=0.00123)
    assert report(found) == [
        "Adjustment is: dx 0.25 dy -0.13 scale 1.05 bg 1000 tbg 100",
        "Chi2 improvement: 5123.46 -> 160.00",
        "Final Chi2: 160.00 df: 165 p-value: 0.0012",
    ]
    found = replace(found, flux=123.456, flux_err=20.0, snr=6.2, at_bound=("dx", "scale"))
    assert report(found)[3:] == ["Surviving flux: 123.5 +- 20", "On its bound: dx, scale"]
    assert report(make_failure("off the image")) == ["No adjustment: off the image"]


def test_print_takes_what_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    adjust_cutout(star())
    assert capsys.readouterr().out == ""
    adjust_cutout(star(), verbose=True)
    assert capsys.readouterr().out.startswith("Adjustment is: dx")


def test_defaults_are_those_of_stdpipe() -> None:
    wide = exact(3.0, -3.0, 1.5)
    meta: dict[str, Any] = {}
    for given in ({}, {"max_shift": 2, "max_scale": 1.1, "inner": None, "fit_bg": False}):
        cutouts = [{**wide, "meta": {}} for _ in range(2)]
        adjust_cutout(cutouts[0], **given)
        assert adjust_cutouts(cutouts[1:], **given) == [True]
        for cutout in cutouts:
            assert cutout["meta"]["adjust_at_bound"] == "dx,dy,scale"
            assert (cutout["meta"]["adjust_dx"], cutout["meta"]["adjust_dy"]) == (2, -2)
            assert cutout["meta"]["adjust_scale"] == 1.1
            assert cutout["meta"]["adjust_pixels"] == 41 * 41
            assert cutout["meta"]["adjust_df"] == 41 * 41 - 3
            meta = meta or cutout["meta"]
            assert cutout["meta"]["adjust_chi2"] == pytest.approx(meta["adjust_chi2"], rel=1e-9)
            # Not divided by err.
            assert np.nanstd(cutout["adjusted"]) > 50


def test_many_cutouts_take_the_same_options_in_several_batches() -> None:
    said: list[str] = []
    cutouts = [star() for _ in range(129)]
    cutouts[127]["image"] = None
    options = {"inner": 13, "normalize": True, "fit_bg": True, "fwhm": 3.0, "max_scale": 2}
    found = adjust_cutouts(cutouts, verbose=said.append, **options)
    assert found == [True] * 127 + [False, True]
    assert said.count("No adjustment: there is no image plane") == 1
    assert sum(line.startswith("Surviving flux") for line in said) == 128
    alone = star()
    adjust_cutout(alone, **options)
    for cutout in (cutouts[0], cutouts[128]):
        np.testing.assert_allclose(cutout["adjusted"], alone["adjusted"], atol=1e-9)
        assert cutout["meta"]["adjust_fwhm"] == 3.0


def test_record_replaces_what_an_earlier_fit_left() -> None:
    cutout = star()
    cutout["meta"].update(adjust_old=1, other=2)
    cutout["adjusted"] = np.ones((41, 41))
    record(cutout, make_failure("no good pixel"))
    assert "adjust_old" not in cutout["meta"] and cutout["meta"]["other"] == 2
    assert cutout["meta"]["adjust_reason"] == "no good pixel"
    assert "adjusted" not in cutout
    # An error of 1e-150 or less is none, in the fit too.
    cutout["err"] = np.array([[2.0, 0.0, -1.0, 1e-150, 2e-150]])
    record(cutout, Adjustment(True, residual=np.full((1, 5), 6.0)), normalize=True)
    np.testing.assert_array_equal(cutout["adjusted"], [[3, np.nan, np.nan, np.nan, 3e150]])
    record(cutout, Adjustment(True, residual=np.array([[6.0, 6.0, 6.0]])))
    np.testing.assert_array_equal(cutout["adjusted"], [[6, 6, 6]])
