from __future__ import annotations

import numpy as np
import pytest

from vetter.core.coordinates.angle_text import parse_angle, parse_decimal
from vetter.core.coordinates.angles import to_degrees

RA, DEC = 188.731875, -0.2154861


@pytest.mark.parametrize(
    "text",
    [
        "12h34m55s.65",
        "12h34m55.s65",
        "12ʰ34ᵐ55ˢ.65",
        "12ʰ34ᵐ55.65ˢ",
        "12:34:55,65",
        "12 34 55,65",
        "12:34.9275",
        "12h34.9275m",
        "12\u00a034\u200955.65",
        "１２：３４：５５．６５",
        "12.34.55.65",
        "12H34M55.65S",
        "12hr34min55.65sec",
        r"$12^{\rm h}34^{\rm m}55\fs65$",
        r"12$^{h}$34$^{m}$55$^{s}$.65",
        "12:34:55.65 h",
        "12:34:55.65 hms",
        "188:43:54.75 deg",
        "12.582125h",
        "12.582125 hours",
        "188,731875",
        "1.88731875D+02",
        "1.88731875d2",
        "188.731875°",
        "188.731875 deg",
        "188°43′54.75″",
        "3.29399262 rad",
    ],
)
def test_right_ascension_text_gives_degrees(text: str) -> None:
    assert parse_angle(text, True) == pytest.approx(RA, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "−00:12:55.75",
        "–00:12:55.75",
        "—0.2154861",
        "﹣0.2154861",
        "－00 12 55.75",
        "⁻00°12′55″.75",
        "‐00:12:55.75",
        "-00°12’55.75”",
        "-00° 12' 55\".75",
        "-00:12:55''.75",
        "-0º12´55.75˝",
        "-00:12.929166",
        "-00 12,929166",
        "-00.12.55.75",
        "- 00 12 55.75",
        r"$-$00$^\circ$12$'$55.75$''$",
        r"$-00\degr12\arcmin55\farcs75$",
        r"$-$0\fdg2154861",
        "00 12 55.75 S",
        "00°12′55.75″S",
        "-12.929166'",
        '-775.75"',
        "-775.75 arcsec",
        "$-0.2154861$",
        "-0^d12^m55.75^s",
        r"-0\fdg2154861",
        "-2.154861D-01",
    ],
)
def test_negative_zero_declination_text_keeps_sign(text: str) -> None:
    assert parse_angle(text, False) == pytest.approx(DEC, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "12:60.01",
        "12:61:00",
        "12:34:60.01",
        "12;34;55",
        "18.2mag",
        "2026-03-14",
        "-",
        ">12:34",
        "12:34:55*",
        "1:2:3:4",
    ],
)
def test_text_without_angle_is_nan(text: str) -> None:
    assert np.isnan(parse_angle(text, True))


def test_seconds_rounded_to_sixty_are_read() -> None:
    assert parse_angle("12:34:60.0", False) == pytest.approx(12 + 35 / 60)
    assert parse_angle("12:60:00", False) == 13


def test_uppercase_s_behind_minutes_is_seconds() -> None:
    assert parse_angle("12h34m55S", False) > 0


def test_degrees_with_letter_d_are_no_exponent() -> None:
    assert parse_angle("12d30", False) == 12.5


@pytest.mark.parametrize(
    ("text", "number"), [("−12,5", -12.5), ("1.5D+01", 15.0), ("188:43", np.nan), ("5d", np.nan)]
)
def test_decimal_number_has_any_minus_and_exponent(text: str, number: float) -> None:
    assert parse_decimal(text) == pytest.approx(number, nan_ok=True)


def test_right_ascensions_over_24_are_sexagesimal_degrees() -> None:
    degrees = to_degrees(np.array(["188:43:54.75", "188:43:20"]), "", True)
    assert degrees == pytest.approx([RA, 188.722222], abs=1e-6)


def test_lone_right_ascension_over_24_hours_is_nan() -> None:
    degrees = to_degrees(np.array(["12:34:55", "72:34:55", "12:34:56"]), "", True)
    assert np.isnan(degrees[1]) and degrees[0] == pytest.approx(188.7291667)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("36''", 0.01),
        ('36"', 0.01),
        ("36 arcsec", 0.01),
        ("30'", 0.5),
        ("30 arcmins", 0.5),
        ("2 h", 30.0),
        ("2 degs", 2.0),
        ("10:60", 11.0),
        ("10:00:60", 10 + 1 / 60),
        ("10:61", np.nan),
        ("10:00:61", np.nan),
        ("18.2mag", np.nan),
        ("-12d30m S", np.nan),
    ],
)
def test_units_and_sixties_of_one_angle(text: str, degrees: float) -> None:
    assert parse_angle(text, False) == pytest.approx(degrees, rel=1e-12, nan_ok=True)
