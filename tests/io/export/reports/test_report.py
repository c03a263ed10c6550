"""Content of a report, and the codes of its settings."""

from __future__ import annotations

import pytest

from vetter.io.export.reports.ades_values import BANDS, LIKELY_BANDS, describe_unknown
from vetter.io.export.reports.report import Report, parse_codes


def test_first_file_is_previewed() -> None:
    assert Report("tns", {"a.json": "one", "b.json": "two"}, 2).text == "one"
    assert Report("tns", {}, 0).text == ""


@pytest.mark.parametrize(
    ("pairs", "codes"),
    [
        (("r=22", " g = 21 "), {"r": "22", "g": "21"}),
        (("r", "g=21"), {"g": "21"}),
        (("r=a=b", "x="), {"r": "a=b", "x": ""}),
        ((), {}),
    ],
)
def test_codes_are_by_filter(pairs: tuple[str, ...], codes: dict[str, str]) -> None:
    assert parse_codes(pairs) == codes


def test_likely_bands_are_bands_of_the_centre() -> None:
    assert set(LIKELY_BANDS.values()) <= BANDS
    assert [describe_unknown(band, BANDS, "band") for band in LIKELY_BANDS.values()] == (
        [""] * len(LIKELY_BANDS)
    )
    assert describe_unknown("zz", frozenset("ba"), "band") == "MPC has no band 'zz'; it has a, b"
