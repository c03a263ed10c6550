"""Options that make no sense are refused in a line, or cut to what a cutout can tell."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.helpers.simulated_cutouts import Field, Truth, simulate
from vetter.core.fit.adjust import adjust_cutout, fit
from vetter.core.fit.adjustment import FitOptions

FIELD = Field()


def moved_star() -> dict[str, Any]:
    truth = Truth(flux=20_000.0, star=(3.0, 2.0), dx=0.4)
    return simulate(FIELD, truth, np.random.default_rng(4))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_shift", -1),
        ("max_shift", math.nan),
        ("max_shift", math.inf),
        ("max_shift", "2"),
        ("max_scale", 0.5),
        ("max_scale", math.nan),
        ("inner", 0.5),
        ("inner", -13),
        ("inner", math.inf),
    ],
)
def test_nonsense_is_refused_by_name(name: str, value: Any) -> None:
    options: Any = {name: value}
    with pytest.raises(ValueError, match=f"{name}: expected a number of . or more, found "):
        adjust_cutout(moved_star(), **options)


@pytest.mark.parametrize("fwhm", [0, -4.0, math.nan, math.inf, "wide"])
def test_a_fwhm_that_is_none_is_not_known_and_the_notes_say_so(fwhm: Any) -> None:
    cutout = moved_star()
    assert adjust_cutout(cutout, fwhm=fwhm)
    assert math.isnan(cutout["meta"]["adjust_snr"])
    assert f"FWHM {fwhm} is no width" in cutout["meta"]["adjust_notes"]


def test_no_shift_beyond_half_of_the_cutout() -> None:
    """There the star's mirror image would be found; it is the star itself that fits."""
    result = fit(moved_star(), FitOptions(max_shift=100, max_scale=2, fit_bg=True))
    assert result.converged
    assert result.dx == pytest.approx(0.4, abs=0.1) and abs(result.dy) < 0.1
    assert "max_shift 100 is more than 20, half of the cutout" in result.notes


def test_an_empty_side_of_the_cutout_leaves_pixels_whatever_the_shift() -> None:
    cutout = moved_star()
    cutout["convolved"][:, :3] = np.nan
    result = fit(cutout, FitOptions(max_shift=1e6, fit_bg=True))
    assert result.converged and result.pixels > 41 * 10


def test_no_inner_box_is_the_whole_cutout() -> None:
    assert fit(moved_star(), FitOptions(inner=0)).pixels == 41 * 41
