"""Choice of the planes that have panels."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.helpers.plain_source import PlainSource
from vetter.core.cutout.plane import Provenance
from vetter.gui.panels.panel_choice import PanelChoice


def source(planes: tuple[str, ...], made: dict[str, Provenance] | None = None, columns=()) -> Any:
    listed = SimpleNamespace(columns=list(columns))
    return PlainSource(plane_names=planes, plane_provenance=made or {}, candidates=listed)


MATCHED = ("image", "template", "convolved", "diff", "err")


def test_an_estimated_plane_has_no_panel_and_a_fit_has_one() -> None:
    choice = PanelChoice.of(source(("image", "template"), {"err": Provenance.ESTIMATED}))
    planes = ("image", "template", "adjusted", "err")
    assert [plane for plane in planes if choice.has_panel_by_default(plane)] == [
        "image",
        "template",
        "adjusted",
    ]


def test_with_matched_planes_and_a_given_err_all_have_panels() -> None:
    choice = PanelChoice.of(source(MATCHED))
    assert all(choice.has_panel_by_default(plane) for plane in (*MATCHED, "adjusted"))


def test_only_what_differs_from_the_rule_is_kept_of_the_vetters_word() -> None:
    choice = PanelChoice.of(source(("image", "template"), {"err": Provenance.ESTIMATED}))
    planes = ("image", "template", "adjusted", "err")
    assert choice.non_default_ticks(("image", "template", "adjusted"), planes) == {}
    assert choice.non_default_ticks(("image", "adjusted", "err"), planes) == {
        "template": False,
        "err": True,
    }


def test_what_a_session_kept_of_another_type_is_left_alone() -> None:
    assert PanelChoice.of(source(MATCHED), ["err"]).user_choice == {}
    assert PanelChoice.of(source(MATCHED), {"err": "yes", "mask": False}).user_choice == {
        "mask": False
    }
