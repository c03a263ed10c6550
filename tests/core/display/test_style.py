"""Display style: which group a plane belongs to, and what a session keeps."""

from __future__ import annotations

import json

import pytest

from vetter.core.display.interval import SIGMAS, Interval
from vetter.core.display.style import DisplayStyle, PlaneStyle
from vetter.settings import DisplaySettings


@pytest.mark.parametrize(
    ("plane", "group"),
    [
        ("image", "sky"),
        ("template", "sky"),
        ("convolved", "sky"),
        ("Pan-STARRS g", "sky"),
        ("diff", "difference"),
        ("difference", "difference"),
        ("adjusted", "difference"),
        ("decorr", "difference"),
        ("scorr", "difference"),
        ("snrdiff", "difference"),
        ("my_residuals", "difference"),
        ("SNR map", "difference"),
        ("image_sub", "difference"),
        ("different night", "sky"),
        ("diffuse", "sky"),
        ("subaru", "sky"),
        ("err", "err"),
        ("template_err", "err"),
        ("mask", "mask"),
        ("template_mask", "mask"),
        ("Flags_MASK", "mask"),
        ("maskless", "sky"),
        ("noise", "err"),
        ("error", "sky"),
        ("subdiff2", "difference"),
        ("diffraction", "sky"),
        ("snrmap", "difference"),
        ("psf-snr", "difference"),
    ],
)
def test_the_group_of_a_plane(plane: str, group: str) -> None:
    assert DisplayStyle.group(plane) == DisplayStyle().group_of(plane) == group


def test_one_group_changes_alone() -> None:
    before = DisplayStyle()
    after = before.with_("difference", stretch="log")
    assert after.look("diff").stretch == after.look("adjusted").stretch == "log"
    assert after.sky == before.sky and before.difference.stretch == "asinh"


def test_settings_say_how_a_session_starts() -> None:
    looks = DisplayStyle.from_settings(DisplaySettings(interval="zscale", stretch="sqrt"))
    assert looks.sky == PlaneStyle(Interval("zscale", 0.5, 99.5), "sqrt", "grey")
    assert looks.difference.cmap == "diverging"


def test_looks_survive_a_session_file() -> None:
    looks = DisplayStyle(shared=False, blinks=("image", "diff")).with_(
        "err", cmap="magma", interval=Interval("manual", -2, 3)
    )
    assert DisplayStyle.from_record(json.loads(json.dumps(looks.record()))) == looks


@pytest.mark.parametrize("wrong", [{"stretch": "cubic"}, {"cmap": "jet"}])
def test_a_look_that_does_not_exist_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="expected one of"):
        PlaneStyle(**wrong)


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(ValueError, match="group: expected one of sky"):
        DisplayStyle().with_("mask", stretch="log")


def test_restored_looks_are_those_of_the_record() -> None:
    left = DisplayStyle.from_settings(DisplaySettings(stretch="log"))
    assert DisplayStyle.from_session(left.record(), DisplaySettings()) == left


@pytest.mark.parametrize(
    "record", [None, "asinh", {"sky": {"interval": "zscale"}}], ids=["none", "text", "foreign"]
)
def test_unreadable_looks_are_those_of_the_settings(record: object) -> None:
    display = DisplaySettings(stretch="log")
    assert DisplayStyle.from_session(record, display) == DisplayStyle.from_settings(display)


def test_a_plane_belongs_to_the_group_that_the_user_says() -> None:
    looks = DisplayStyle().with_kind("residuum", "difference")
    assert looks.group_of("residuum") == "difference"
    assert looks.look("residuum").cmap == "diverging"
    assert looks.with_kind("residuum", "sky").group_of("residuum") == "sky"


def test_kind_of_a_plane_that_is_said_is_not_open_to_its_content() -> None:
    looks = DisplayStyle().with_kind("residuum", "sky").with_kind("haze", "difference")
    planes = ("image", "diff", "err", "residuum", "haze", "other")
    assert looks.unnamed(planes) == ["other"]


def test_kinds_of_planes_survive_a_session_file() -> None:
    looks = DisplayStyle().with_kind("residuum", "difference").with_kind("diff", "sky")
    assert DisplayStyle.from_record(json.loads(json.dumps(looks.record()))) == looks


def test_a_record_without_kinds_keeps_its_percentiles() -> None:
    record = DisplayStyle().with_("sky", interval=Interval("percentile", 1, 99)).record()
    del record["kinds"]
    assert DisplayStyle.from_record(record).sky.interval == Interval("percentile", 1, 99)


def test_an_unknown_kind_of_plane_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one of sky, difference, err, mask"):
        DisplayStyle().with_kind("residuum", "residual")


@pytest.mark.parametrize(("interval", "difference"), [("noise", "asinh"), ("percentile", "linear")])
def test_difference_is_linear_unless_by_noise(interval: str, difference: str) -> None:
    looks = DisplayStyle.from_settings(DisplaySettings(interval=interval))
    assert (looks.sky.stretch, looks.difference.stretch) == ("asinh", difference)


def test_sigma_limits_of_the_settings_start_at_usual_ones() -> None:
    looks = DisplayStyle.from_settings(DisplaySettings(interval="sigma"))
    assert looks.sky.interval == Interval("sigma", -2.0, 10.0)


def test_what_the_user_says_of_a_plane_comes_first() -> None:
    looks = DisplayStyle().with_kind("other", "err").with_kind("diff", "sky")
    looks = looks.with_kind("other", "mask")
    assert looks.kinds == (("diff", "sky"), ("other", "mask"))
    assert (looks.group_of("diff"), looks.group_of("other")) == ("sky", "mask")
    assert looks.unnamed(["image", "diff", "other", "new", "err", "convolved"]) == ["new"]
    assert looks.look("other") == looks.sky and looks.look("err") == looks.err
    with pytest.raises(ValueError, match="plane 'other': expected one of"):
        looks.with_kind("other", "picture")
    with pytest.raises(ValueError, match="group: expected one of .* found 'mask'"):
        looks.group_style("mask")


@pytest.mark.parametrize(
    ("display", "interval", "stretch"),
    [
        (DisplaySettings(interval="noise"), Interval("noise"), "asinh"),
        (
            DisplaySettings(interval="percentile", percent_low=2, percent_high=90),
            Interval("percentile", 2, 90),
            "linear",
        ),
        (DisplaySettings(interval="manual"), Interval("manual", 0, 1), "linear"),
        (DisplaySettings(interval="sigma"), Interval("sigma", *SIGMAS), "linear"),
    ],
)
def test_styles_begin_with_the_settings(
    display: DisplaySettings, interval: Interval, stretch: str
) -> None:
    looks = DisplayStyle.from_settings(display)
    assert looks.difference.stretch == stretch
    found = (looks.sky.interval, looks.difference.interval, looks.err.interval)
    assert {one.kind for one in found} == {interval.kind}
    if interval.has_limits:
        assert set(found) == {interval}
    assert (looks.sky.cmap, looks.sky.stretch) == (display.colour_map, display.stretch)
    assert looks.difference.cmap == display.difference_map


def test_record_gives_the_styles_back() -> None:
    looks = DisplayStyle(shared=False, blinks=("image", "diff")).with_kind("other", "err")
    looks = looks.with_("err", contrast=2.0, invert=True)
    assert DisplayStyle.from_record(looks.record()) == looks
    assert DisplayStyle.from_record({}) == DisplayStyle()
    plain = DisplaySettings()
    started = DisplayStyle.from_settings(plain)
    for record in (None, [], {"sky": {}}, {"kinds": [("a", "b")]}, {"sky": 1}):
        assert DisplayStyle.from_session(record, plain) == started
    assert DisplayStyle.from_session(looks.record(), plain) == looks


@pytest.mark.parametrize("changes", [{"stretch": "cubic"}, {"cmap": "pink"}])
def test_style_that_does_not_exist_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="expected one of .*, found"):
        PlaneStyle(**changes)
