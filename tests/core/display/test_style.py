"""Display style: which group a plane belongs to, and what a session keeps."""

from __future__ import annotations

import json

import pytest

from vetter.core.display.interval import Interval
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
    ],
)
def test_the_group_of_a_plane(plane: str, group: str) -> None:
    assert DisplayStyle.group(plane) == group


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
