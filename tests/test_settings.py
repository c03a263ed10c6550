"""Settings: what each accepts, at its limits and beyond, and which key an error names."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from vetter.errors import SettingsError
from vetter.settings import DisplaySettings, ReportSettings, Settings


def read(key: str, value: Any) -> Any:
    """Return what a setting becomes, given as ``section.key``."""
    section, name = key.split(".")
    return getattr(getattr(Settings.from_mapping({section: {name: value}}), section), name)


TINY = 1e-9


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("display.radius", [TINY, 1], [0, -1.0, float("nan")]),
        ("review.cache_megabytes", [1], [0, -1]),
        ("review.seen_radius", [TINY], [0, -1.0]),
        ("review.idle_seconds", [TINY], [0, -1.0]),
        ("review.wait_days", [TINY], [0, -1.0]),
        ("display.blink_rate", [0.1, 20], [0.1 - TINY, 20 + TINY, float("nan")]),
        ("display.percent_low", [0, 99.4], [-TINY, 99.5, float("nan")]),
        ("display.percent_high", [0.6, 100], [0.5, 100 + 1e-6, float("nan")]),
        ("review.tags", [list("abcdefghi"), []], [list("abcdefghij")]),
        (
            "review.tag_colours",
            [["#09afAF", ""]],
            [["09afAF"], ["#09afAF0"], ["#09afA"], ["#g00000"]],
        ),
        ("services.pages", [["TNS", "NED"], []], [["TNS", "Google"]]),
        ("fit.inner_fwhm", [TINY, 50], [0, 50 + TINY, float("inf")]),
        ("fit.max_shift", [TINY, 50], [0, 50 + TINY, float("inf")]),
        ("fit.max_snr", [TINY, 1e300, float("inf")], [0, -1.0, float("nan")]),
        ("fit.max_chi2_ratio", [TINY, float("inf")], [0, -1.0]),
        ("fit.moffat_beta", [1 + TINY, 100], [1, 100 + TINY]),
        ("fit.max_scale", [1 + TINY, 1e300], [1, float("inf")]),
        ("fit.min_pval", [0, 1], [-TINY, 1 + TINY]),
        ("fit.scale_low", [0, 1.1], [-TINY, 1.2]),
        ("fit.scale_high", [0.9], [0.8, float("nan")]),
        ("fit.psf", ["gaussian", "moffat", "stars"], ["airy"]),
        ("display.stretch", ["linear", "asinh", "log", "sqrt", "square", "histeq"], ["Asinh"]),
        (
            "display.interval",
            ["noise", "percentile", "zscale", "sigma", "minmax", "manual"],
            ["none"],
        ),
        ("display.theme", ["system", "dark", "light"], ["grey"]),
        ("fit.ahead", [True, False], [1, "true"]),
        ("review.build_ahead", [3], [True, "3", [3]]),
        ("display.colour_map", ["viridis"], [1, ["viridis"]]),
        ("review.columns", [["ra", "dec"], ("ra",)], ["ra", [1], [["ra"]], {"ra": 1}]),
    ],
)
def test_setting_is_accepted_up_to_its_limits(key: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        assert read(key, value) == (tuple(value) if isinstance(value, list) else value)
    for value in bad:
        with pytest.raises(
            SettingsError, match=rf"^{ERROR_KEYS.get(key, key)}: expected .* found "
        ):
            read(key, value)


ERROR_KEYS = {
    "display.percent_high": "display.percent_low",
    "fit.scale_high": "fit.scale_low",
}
"""Keys of limits that hold for two settings together, under which the other is named."""


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({"fit": 3}, "fit: expected a table of keys, found 3"),
        ({"reports": {"tns": 3}}, "reports.tns: expected a table of keys, found 3"),
        ({"reports": {"tns": {"x": 3}}}, "reports.tns.x: no such setting; there are"),
        (
            {"reports": {"tns": {"at_type": "SN"}}},
            "reports.tns.at_type: expected a int, found 'SN'",
        ),
        ({"reports": {"default_fwhm": 3}}, "reports.default_fwhm: no such setting"),
        (
            {"other": {}},
            "other: no such section; there are fit, display, review, services, reports",
        ),
        (
            {"fit": {"inner_fwhm": 51}},
            "fit.inner_fwhm: expected a number above 0 and up to 50, found 51",
        ),
        ({"fit": {"max_snr": 0}}, "fit.max_snr: expected a number above 0, found 0"),
        ({"review": {"columns": "ra"}}, "review.columns: expected a list of strings, found 'ra'"),
        ({"fit": {"max_shift": "1"}}, "fit.max_shift: expected a float, found '1'"),
        ({"review": {"blind": 1}}, "review.blind: expected true or false, found 1"),
        (
            {"review": {"tags": list("abcdefghij")}},
            "review.tags: expected at most 9 tags, found 10",
        ),
    ],
)
def test_error_says_what_was_expected(mapping: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_mapping(mapping)
    assert str(raised.value).startswith(says)


def test_numbers_get_the_type_of_their_setting() -> None:
    assert type(read("display.radius", 3)) is float
    assert type(read("review.build_ahead", 3.0)) is int


def test_facts_of_reports_are_read_from_tables_of_their_own() -> None:
    mapping = {"tns": {"instrument": 5}, "ades": {"bands": ["r=Sr"]}}
    reports = Settings.from_mapping({"reports": mapping}).reports
    assert (reports.tns.instrument, reports.tns.at_type) == (5, -1)
    assert reports.ades.bands == ("r=Sr",)


@pytest.mark.parametrize(
    ("rate", "fast", "allowed"), [(2.0, False, 2.0), (4.0, False, 3.0), (4.0, True, 4.0)]
)
def test_blink_is_slow_unless_the_user_allows_more(rate: float, fast: bool, allowed: float) -> None:
    assert DisplaySettings(blink_rate=rate, fast_blink=fast).allowed_blink_rate == allowed


def test_typed_fields_of_a_report_get_their_types() -> None:
    given = ReportSettings()
    reports = given.with_fields(
        {
            "tns.reporter": " A. Smith ",
            "tns.instrument": "5",
            "tns.exposure_time": "2.5",
            "ades.observers": "A. Smith, , B. Jones ",
        }
    )
    assert (reports.tns.reporter, reports.tns.instrument) == ("A. Smith", 5)
    assert reports.tns.exposure_time == 2.5 and type(reports.tns.exposure_time) is float
    assert reports.ades.observers == ("A. Smith", "B. Jones") and reports.ades.station == ""
    assert given == ReportSettings()


@pytest.mark.parametrize(
    ("key", "text", "says"),
    [
        ("tns.instrument", "x", "tns.instrument: expected a number, found 'x'"),
        ("tns.instrument", "2.5", "tns.instrument: expected a number, found '2.5'"),
        ("tns.none", "1", "tns.none: no such field of a report"),
        ("other.reporter", "1", "other.reporter: no such field of a report"),
        ("with_fields.tns", "1", "with_fields.tns: no such field of a report"),
    ],
)
def test_field_of_a_report_that_cannot_be_used_is_named(key: str, text: str, says: str) -> None:
    with pytest.raises(SettingsError, match=f"^{says}$"):
        ReportSettings().with_fields({key: text})


def test_facts_of_reports_are_unknown_at_first() -> None:
    reports = ReportSettings()
    assert set(dataclasses.astuple(reports.tns)) == {"", (), -1, 0.0}
    assert set(dataclasses.astuple(reports.ades)) == {"", (), 0.0}
