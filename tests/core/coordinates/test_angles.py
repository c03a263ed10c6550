from __future__ import annotations

import numpy as np
import pytest

from vetter.core.coordinates.angle_text import parse_angle
from vetter.core.coordinates.angles import to_degrees


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
        ("arcmin", 1 / 60),
        ("mas", 1 / 3.6e6),
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
