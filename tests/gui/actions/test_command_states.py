"""When a command can act and when it is on: each condition alone turns it off."""

from __future__ import annotations

from types import SimpleNamespace as Some
from typing import Any

import pytest

from vetter.core.decisions.decision import UNDECIDED, Opinion, Verdict
from vetter.core.judgement.answer import Answer
from vetter.gui.actions.command_states import CAN_RUN, IS_ON
from vetter.gui.actions.panel_commands import CAN_RUN_PANELS, IS_ON_PANELS
from vetter.gui.actions.queue_commands import CAN_RUN_QUEUE
from vetter.gui.actions.reviewer_commands import CAN_RUN_TOGETHER, IS_ON_TOGETHER
from vetter.settings import ReviewSettings

STATES = {**CAN_RUN, **CAN_RUN_PANELS, **CAN_RUN_QUEUE, **CAN_RUN_TOGETHER}


def a_window(**changes: Any) -> Any:
    """A window in which everything can act; changes by path, with ``__`` for the dots."""
    window = Some(
        session=Some(
            read_only=False,
            is_blank=False,
            is_blind=False,
            current_row=0,
            undo_label="accept of J001",
            redo_label="accept of J001",
            opinion=lambda row: Opinion(Verdict.ACCEPT),
            ledger=Some(unplaced=1),
            source=Some(object_epochs=[], notes=["note"], report="report"),
            candidates=Some(notes=()),
            settings=Some(review=ReviewSettings(tags=("a", "b"))),
            queue=Some(expression="mag<19"),
            columns=Some(others=object()),
            others=Some(is_arbiter=True),
        ),
        opening=Some(recent=["a"]),
        pages=Some(
            is_grid_shown=False, field=None, grid=Some(can_compare=True, is_comparing=False)
        ),
        surround=Some(can_be_offered=True),
        plane_row=Some(can_blink=True, can_flicker=True, planes={"image": "", "mask": ""}),
        seen_before=Some(verdict=lambda row: Verdict.REJECT),
        filter_bar=Some(saved=Some(earlier=["mag<1"], named={})),
        fits=Some(can_run=True, table=Some(count_answers=lambda: {Answer.EXPLAINED: 1})),
        storms=Some(storm=object()),
        practice=Some(is_practice=False),
        epochs=Some(isVisible=lambda: True),
        light_curve=Some(has_curve=True),
        card=Some(shows_others=True),
    )
    for path, value in changes.items():
        *holders, name = path.split("__")
        holder = window
        for part in holders:
            holder = getattr(holder, part)
        setattr(holder, name, value)
    return window


def undecided(_row: int) -> Opinion:
    return UNDECIDED


def unseen(_row: int) -> Verdict:
    return Verdict.NONE


@pytest.mark.parametrize("command", STATES)
def test_command_can_act_where_all_is_there(command: str) -> None:
    unnamed = {f"review.tag_{n}" for n in range(3, 10)}
    window = a_window(pages__is_grid_shown=command in {"go.grid_undecided", "go.compare"})
    assert STATES[command](window) == (command not in unnamed)


NO_VERDICT = [
    {"session__read_only": True},
    {"session__is_blank": True},
    {"session__current_row": -1},
]


@pytest.mark.parametrize(
    ("command", "changes"),
    [
        *(
            (command, changes)
            for command in ("review.accept", "review.clear", "review.tag_1", "review.adopt")
            for changes in NO_VERDICT
        ),
        ("review.accept_epochs", {"session__read_only": True}),
        ("review.accept_epochs", {"session__source__object_epochs": None}),
        ("review.adopt", {"seen_before__verdict": unseen}),
        ("review.adopt_epochs", {"seen_before__verdict": unseen}),
        ("review.adopt_epochs", {"session__source__object_epochs": None}),
        ("review.clear", {"session__opinion": undecided}),
        ("review.candidate_menu", {"session__is_blank": True}),
        ("review.candidate_menu", {"session__current_row": -1}),
        ("review.undo", {"session__read_only": True}),
        ("review.undo", {"session__undo_label": None}),
        ("review.redo", {"session__read_only": True}),
        ("review.redo", {"session__redo_label": None}),
        ("review.tag_2", {"session__settings__review": ReviewSettings(tags=("a",))}),
        ("file.offers", {"session__ledger__unplaced": 0}),
        ("file.notes", {"session__source__notes": []}),
        ("file.report", {"session__source__report": ""}),
        ("file.clear_recent", {"opening__recent": []}),
        ("go.filters", {"filter_bar__saved__earlier": []}),
        ("go.clear_filter", {"session__queue__expression": ""}),
        ("fit.reject_disappeared", {"session__read_only": True}),
        ("fit.reject_disappeared", {"fits__table__count_answers": dict}),
        (
            "fit.reject_disappeared",
            {"fits__table__count_answers": lambda: {Answer.EXPLAINED: 0, Answer.KEPT: 3}},
        ),
        ("fit.pause", {"fits__can_run": False}),
        ("view.auto_blink", {"plane_row__can_blink": False}),
        ("view.swipe", {"plane_row__can_blink": False}),
        ("view.flicker", {"plane_row__can_flicker": False}),
        ("view.hatch", {"plane_row__planes": {"image": ""}}),
        ("view.surround", {"surround__can_be_offered": False}),
        ("go.grid_undecided", {"pages__is_grid_shown": False}),
        (
            "go.grid_undecided",
            {"pages__is_grid_shown": True, "pages__grid": Some(is_comparing=True)},
        ),
        ("go.compare", {"pages__is_grid_shown": False}),
        ("go.compare", {"pages__is_grid_shown": True, "pages__grid": Some(can_compare=False)}),
        ("go.storm_sample", {"storms__storm": None}),
        ("review.reject_storm", {"storms__storm": None}),
        ("review.reject_storm", {"session__read_only": True}),
        ("review.arbiter", {"session__read_only": True}),
        ("review.arbiter", {"session__columns__others": None}),
        ("review.blind", {"practice__is_practice": True}),
        ("view.others", {"session__columns__others": None}),
    ],
)
def test_what_is_missing_greys_a_command(command: str, changes: dict[str, Any]) -> None:
    assert not STATES[command](a_window(**changes))


@pytest.mark.parametrize(
    ("command", "changes"),
    [
        # The grid and the field view clear their selection.
        ("review.clear", {"session__opinion": undecided, "pages__is_grid_shown": True}),
        ("review.clear", {"session__opinion": undecided, "pages__field": object()}),
        ("file.notes", {"session__source__notes": [], "session__candidates__notes": ("n",)}),
        (
            "go.filters",
            {"filter_bar__saved__earlier": [], "filter_bar__saved__named": {"a": "mag<1"}},
        ),
        ("review.undo", {"session__redo_label": None}),
        ("review.undo", {"session__undo_label": ""}),
    ],
)
def test_one_of_several_is_enough(command: str, changes: dict[str, Any]) -> None:
    assert STATES[command](a_window(**changes))


@pytest.mark.parametrize("place", ["automatic", "beside", "below", "hidden"])
def test_one_place_of_the_list_is_ticked(place: str) -> None:
    window = Some(list_dock=Some(place=place))
    on = [name for name in IS_ON if name.startswith("view.list_") and IS_ON[name](window)]
    assert on == [f"view.list_{place}"]


@pytest.mark.parametrize(
    ("north", "command"),
    [
        ("as read", "view.north_off"),
        ("quarter turns", "view.north_quarters"),
        ("exact", "view.north_exact"),
    ],
)
def test_one_way_of_north_is_ticked(north: str, command: str) -> None:
    window = Some(plane_row=Some(north=north))
    ways = {name: is_on for name, is_on in IS_ON_PANELS.items() if "north" in name}
    assert [name for name, is_on in ways.items() if is_on(window)] == [command]


@pytest.mark.parametrize("shown", [True, False])
def test_field_is_ticked_while_it_is_seen(shown: bool) -> None:
    field = Some(isVisible=lambda: shown)
    assert IS_ON["view.field"](a_window(pages__field=field)) == shown
    assert not IS_ON["view.field"](a_window())


@pytest.mark.parametrize("command", IS_ON_TOGETHER)
def test_switches_of_reviewers_follow_the_window(command: str) -> None:
    on, off = a_window(session__is_blind=True), a_window()
    off.session.others.is_arbiter = off.card.shows_others = False
    assert IS_ON_TOGETHER[command](on) and not IS_ON_TOGETHER[command](off)
