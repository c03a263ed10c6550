from __future__ import annotations

import math

import numpy as np
import pytest

from vetter.core.coordinates.times import all_digits, mjd_array, read_mjd, time_text


@pytest.mark.parametrize(
    ("value", "column", "unit", "text"),
    [
        (58849.5, "mjd", "", "2020-01-01 12:00:00 (MJD 58849.50000)"),
        (58849.5, "obs", "mjd", "2020-01-01 12:00:00 (MJD 58849.50000)"),
        (2458850.0, "jd", "", "2020-01-01 12:00:00 (JD 2458850.00000)"),
        (2458850.0, "BJD_TDB", "", "2020-01-01 12:00:00 (BJD 2458850.00000)"),
        (58849.5, "time", "d", "2020-01-01 12:00:00 (taken as MJD 58849.50000)"),
        (58849.5, "midpointMjdTai", "", "2020-01-01 12:00:00 TAI (MJD 58849.50000)"),
        (58849.5, "midPointTai", "", "2020-01-01 12:00:00 TAI (taken as MJD 58849.50000)"),
        (2458850.0, "time", "", "2020-01-01 12:00:00 (taken as JD 2458850.00000)"),
        (1577880000, "unixtime", "", "2020-01-01 12:00:00 (Unix 1577880000.0)"),
        (8850.0, "jd", "", "8850"),
        (12.25, "time", "", "12.25"),
        (1e300, "mjd", "", "1e+300"),
        ("2020-01-01T12:00:00", "date", "", "2020-01-01 12:00:00"),
        ("2026-03-14 03:12:33 UTC", "obstime", "", "2026-03-14 03:12:33 UTC"),
        ("Tue Mar 17 03:12:33 2026", "obstime", "", "Tue Mar 17 03:12:33 2026"),
        ("2026 Oct 14.134 UT", "obstime", "", "2026 Oct 14.134 UT"),
        (" 2026-03-14T03:12:33 TAI", "obstime", "", "2026-03-14 03:12:33 TAI"),
        (20260314.13373, "obstime", "", "20260314.13373"),
        (20260314031233, "obstime", "", "20260314031233"),
        (2026.198765432, "epoch", "", "2026.198765432"),
        (1773457953123.25, "ms", "", "1773457953123.25"),
        (None, "mjd", "", ""),
        (math.nan, "mjd", "", ""),
    ],
)
def test_time_is_written(value: object, column: str, unit: str, text: str) -> None:
    assert time_text(value, column, unit) == text


def test_a_second_is_not_lost_to_rounding() -> None:
    assert time_text(59000 + 1 / 86400, "mjd").startswith("2020-05-31 00:00:01 ")


@pytest.mark.parametrize(
    ("column", "unit", "values", "mjd"),
    [
        ("mjd", "", [58849.5, 3.0], [58849.5, 3.0]),
        ("obs", "", [2458850.0, 5.0], [58849.5, math.nan]),
        ("unixtime", "", [86400.0], [40588.0]),
        ("obs", "d", [17.0], [math.nan]),
        ("obs", "", [math.inf, 58849.5], [math.nan, 58849.5]),
        ("jd", "", [], []),
    ],
    ids=["mjd", "jd", "unix", "unknown", "infinite", "empty"],
)
def test_columns_of_times_become_mjd(column, unit, values, mjd):
    found = mjd_array(np.array(values), column, unit)
    np.testing.assert_array_equal(found, mjd)


@pytest.mark.parametrize(
    ("value", "column", "unit", "found"),
    [
        (58849.5, "mjd", "", (58849.5, "utc")),
        (58849.5, "midpointMjdTai", "", (58849.5, "tai")),
        (2458850.0, "jd", "", (58849.5, "utc")),
        (2458850.0, "BJD_TDB", "", (58849.5, "bjd")),
        (2458850.0, "hjd", "", (58849.5, "hjd")),
        (2458850.0, "time", "jd", (58849.5, "utc")),
        (86400, "unixtime", "", (40588.0, "utc")),
        (12.25, "time", "", None),
        (8850.0, "jd", "", None),
        (True, "mjd", "", None),
        ("58849.5", "mjd", "", None),
        (math.inf, "mjd", "", None),
        (math.nan, "mjd", "", None),
    ],
)
def test_number_is_a_time_with_its_scale(
    value: object, column: str, unit: str, found: tuple[float, str] | None
) -> None:
    assert read_mjd(value, column, unit) == found


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (14999.9, ""),
        (15000.0, "MJD"),
        (100000.0, "MJD"),
        (100000.1, ""),
        (2415000.4, ""),
        (2415000.5, "JD"),
        (2500000.5, "JD"),
        (2500000.6, ""),
        (99999999.0, ""),
        (100000000.0, "Unix"),
        (5000000000.0, "Unix"),
        (5000000001.0, ""),
    ],
)
def test_kind_is_taken_by_the_size_of_the_number(number: float, kind: str) -> None:
    text = time_text(number, "time")
    assert (f"(taken as {kind} " in text) if kind else ("taken" not in text)


@pytest.mark.parametrize(("jd", "known"), [(1e6, False), (1000000.5, True)])
def test_julian_dates_are_above_a_million(jd: float, known: bool) -> None:
    assert (read_mjd(jd, "jd") is not None) is known
    assert np.isfinite(mjd_array(np.array([jd]), "jd"))[0] == known


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (8850.0, "8850"),
        (-3.0, "-3"),
        (0.1, "0.1"),
        (9999999999999998.0, "9999999999999998"),
        (1e16, "1e+16"),
        (10**17, "100000000000000000"),
        (math.inf, "inf"),
    ],
)
def test_number_keeps_its_digits(number: float, text: str) -> None:
    assert all_digits(number) == text


def test_time_of_a_truth_is_none() -> None:
    assert time_text(True, "mjd") == "" and time_text(math.inf, "mjd") == ""
