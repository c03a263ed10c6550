from __future__ import annotations

import numpy as np
import pytest

from vetter.core.coordinates.angle_text import parse_angle
from vetter.core.coordinates.angles import j_name, to_degrees


@pytest.mark.parametrize(
    ("text", "hours", "degrees"),
    [
        ("12:34:56.7", True, 188.73625),
        ("12 34 56.7", True, 188.73625),
        ("12h34m56.7s", True, 188.73625),
        ("12h34m", True, 188.5),
        ("-00:30:00", False, -0.5),
        ("-0d30m", False, -0.5),
        ("+10:30", False, 10.5),
        ("10d30m00s", True, 10.5),
        ("−12°34′56″", False, -12.582222),
        ("318.5", True, 318.5),
        ("-5e-1", False, -0.5),
    ],
)
def test_angles(text: str, hours: bool, degrees: float) -> None:
    assert parse_angle(text, hours) == pytest.approx(degrees, abs=1e-6)


@pytest.mark.parametrize("text", ["", "nan", "abc", "12:34:xx", "1 2 3 4"])
def test_what_is_no_angle(text: str) -> None:
    assert np.isnan(parse_angle(text, False))


@pytest.mark.parametrize(
    ("unit", "degrees"),
    [
        ("rad", 180 / np.pi),
        ("hourangle", 15.0),
        ("arcsec", 1 / 3600),
        ("arcseconds", 1 / 3600),
        ("arcmin", 1 / 60),
        ("arcminutes", 1 / 60),
        ("mas", 1 / 3.6e6),
        ("milliarcsecond", 1 / 3.6e6),
        ("deg", 1.0),
        ("15deg", 15.0),
        ("3600 arcsec", 1.0),
        ("", 1.0),
    ],
)
def test_units(unit: str, degrees: float) -> None:
    assert to_degrees(np.array([1.0]), unit, True)[0] == pytest.approx(degrees)


def test_text_column() -> None:
    values = to_degrees(np.array(["01:00:00", ""]), "", True)
    assert values[0] == pytest.approx(15.0) and np.isnan(values[1])


@pytest.mark.parametrize(
    ("values", "unit", "degrees"),
    [
        ([b"01:00:00", None], "", [15.0, np.nan]),
        (["12.5", "-1"], "arcsecs", [12.5 / 3600, -1 / 3600]),
        (["00:30:00", "00:00:36"], "deg", [0.5, 0.01]),
    ],
)
def test_columns_of_text(values: list[object], unit: str, degrees: list[float]) -> None:
    found = to_degrees(np.array(values, object), unit, True)
    np.testing.assert_allclose(found, degrees, rtol=1e-12)


@pytest.mark.parametrize(
    ("ra", "dec", "name"),
    [
        (65.263625, 33.201361, "J042103.27+331204.9"),
        (0.0, -0.5, "J000000.00-003000.0"),
        (0.0, -0.0, "J000000.00-000000.0"),
        (-15.0, 90.0, "J230000.00+900000.0"),
        (375.0, -90.0, "J010000.00-900000.0"),
        (0.25, 10.999999, "J000100.00+110000.0"),
        (14.9999999, 0.99998, "J010000.00+005959.9"),
    ],
)
def test_name_rounds_and_carries_seconds(ra: float, dec: float, name: str) -> None:
    assert j_name(ra, dec) == name


@pytest.mark.parametrize(("ra", "dec"), [(np.nan, 0), (0, np.nan), (np.inf, 0), (0, 90.001)])
def test_place_that_is_none_has_no_name(ra: float, dec: float) -> None:
    with pytest.raises(ValueError, match="no name for ra"):
        j_name(ra, dec)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("24:00:00", 360.0),
        ("24:02:00", 360.5),
        ("24:02:01", np.nan),
        ("361.5", 361.5),
    ],
)
def test_right_ascension_is_within_a_day(text: str, degrees: float) -> None:
    found = to_degrees(np.array(["01:00:00", text, "02:00:00"]), "", True)
    assert found == pytest.approx([15, degrees, 30], nan_ok=True)


@pytest.mark.parametrize(("hours", "is_degrees"), [(1, True), (2, False), (3, False)])
def test_most_texts_over_24_are_degrees(hours: int, is_degrees: bool) -> None:
    texts = ["50:00:00", "60:00:00", *["02:00:00"] * hours, "none"]
    found = to_degrees(np.array(texts), "", True)
    late, early = ([50, 60], 2) if is_degrees else ([np.nan, np.nan], 30)
    assert found == pytest.approx([*late, *[early] * hours, np.nan], nan_ok=True)


def test_decimal_text_is_in_the_unit_of_the_column() -> None:
    assert to_degrees(np.array(["1.5", "2,5"]), "hourangle", True).tolist() == [22.5, 37.5]
    assert to_degrees(np.array([b"7200"]), "arcsec", False).tolist() == [2]
    assert to_degrees(np.array(["01:30:00"]), "deg", True).tolist() == [1.5]
