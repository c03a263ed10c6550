from __future__ import annotations

import math

import numpy as np
import pytest

from vetter.core.coordinates.times import mjd_array, time_text


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
