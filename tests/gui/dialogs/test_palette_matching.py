from __future__ import annotations

import pytest

from vetter.gui.dialogs.palette import match_score

TITLES = ["Fit view", "Fit now (adjust_cutout)", "Next undecided", "Invert colours", "Full screen"]


def _best(typed: str) -> str:
    fitting = [
        (found, title) for title in TITLES if (found := match_score(typed, title)) is not None
    ]
    return max(fitting)[1]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("fv", "Fit view"),
        ("fit", "Fit view"),
        ("fit n", "Fit now (adjust_cutout)"),
        ("adj", "Fit now (adjust_cutout)"),
        ("UNDEC", "Next undecided"),
        ("fs", "Full screen"),
    ],
)
def test_a_few_letters_find(typed: str, title: str) -> None:
    assert _best(typed) == title


@pytest.mark.parametrize("typed", ["xyz", "viewfit", "fitt"])
def test_letters_that_are_missing_or_out_of_order_find_nothing(typed: str) -> None:
    assert match_score(typed, "Fit view") is None


def test_nothing_typed_fits_everything() -> None:
    assert match_score("  ", "Fit view") == 0
