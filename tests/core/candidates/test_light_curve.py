"""Light curves in the order of time, and their epochs in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vetter.core.candidates.light_curve import LightCurve, axis_text, epoch_text, time_axis_text

NAN = float("nan")
EPOCHS: list[Any] = [
    (58556.53, 19.0, 0.1, False, "g", "detection", False),
    (58544.23, 19.214, 0.084, False, "r", "forced", True),
    (NAN, 18.0, 0.1, False, "r", "detection", False),
    (58550.0, NAN, 0.1, False, "r", "detection", False),
    (58560.5, 20.5, np.inf, True, "g", "limit", False),
    (58561.0, 1e30, 0.1, False, "g", "detection", False),
    (58562.0, 17.0, 1e31, False, "", "detection", False),
]


def curve(current: int = 0, **changes: Any) -> LightCurve:
    values = {"quantity": "magnitude", "unit": "mag", **changes}
    return LightCurve.of(EPOCHS, current=current, **values)


def test_epochs_are_known_and_in_order() -> None:
    found = curve()
    assert len(found) == 4 and found.current == 1
    assert found.time.tolist() == [58544.23, 58556.53, 58560.5, 58562.0]
    assert found.value.tolist() == [19.214, 19.0, 20.5, 17.0]
    np.testing.assert_array_equal(found.error, [0.084, 0.1, NAN, NAN])
    assert found.limit.tolist() == [False, False, True, False]
    assert found.band.tolist() == ["r", "g", "g", ""]
    assert found.kind.tolist() == ["forced", "detection", "limit", "detection"]
    assert found.negative.tolist() == [True, False, False, False]


@pytest.mark.parametrize(("given", "current"), [(-1, -1), (1, 0), (2, -1), (3, -1), (6, 3)])
def test_own_epoch_follows_the_order(given: int, current: int) -> None:
    assert curve(given).current == current


def test_no_epochs_make_an_empty_curve() -> None:
    empty = LightCurve.of([], "difference flux", "nJy")
    assert (len(empty), empty.current, empty.limit.dtype) == (0, -1, bool)
    assert (empty.quantity, empty.unit, empty.scale) == ("difference flux", "nJy", "")


@pytest.mark.parametrize(
    ("index", "text"),
    [
        (0, "12.30 d before, r, 19.21 ± 0.08 mag, forced, negative"),
        (1, "this epoch, g, 19.00 ± 0.10 mag"),
        (2, "3.97 d after, g, > 20.50 mag (limit)"),
        (3, "5.47 d after, 17.00 mag"),
    ],
)
def test_epoch_is_told_in_words(index: int, text: str) -> None:
    found = epoch_text(curve(), index)
    date, rest = found.split("), ", 1)
    assert rest == text
    assert date.startswith("2019-03-") and "(MJD 585" in date
    # Without an own epoch, days are of nothing.
    assert " d " not in epoch_text(curve(-1), index)


@pytest.mark.parametrize(
    ("value", "error", "limit", "unit", "text"),
    [
        (9999.94, 1.25, False, "ADU", "9999.9 ± 1.2 ADU"),
        (-10000.0, 12.4, False, "ADU", "-10000 ± 12 ADU"),
        (50.0, NAN, False, "", "50.0"),
        (50.0, NAN, True, "", "< 50.0 (limit)"),
        (3630.78, NAN, False, "nJy", "3630.8 nJy, 22.50 AB"),
    ],
)
def test_flux_has_fewer_decimals(
    value: float, error: float, limit: bool, unit: str, text: str
) -> None:
    epoch = (58544.0, value, error, limit, "", "detection", False)
    found = epoch_text(LightCurve.of([epoch], "difference flux", unit), 0)
    assert found.split("), ", 1)[1] == text


@pytest.mark.parametrize(
    ("changes", "axis", "time"),
    [
        ({}, "mag", "MJD"),
        ({"unit": "", "scale": "TAI"}, "mag", "MJD TAI"),
        ({"quantity": "difference flux", "unit": "nJy"}, "difference flux, nJy", "MJD"),
        ({"quantity": "difference flux", "unit": ""}, "difference flux", "MJD"),
    ],
)
def test_axes_have_their_units(changes: dict[str, str], axis: str, time: str) -> None:
    assert (axis_text(curve(**changes)), time_axis_text(curve(**changes))) == (axis, time)
    assert (" TAI (MJD " in epoch_text(curve(**changes), 0)) == ("scale" in changes)
