"""What keys do: which ones repeat, which ones last while held, and which way steps go."""

from __future__ import annotations

from typing import Any

import pytest

from vetter.gui.actions.command import with_tags
from vetter.gui.commands import COMMANDS

TABLE = {command.id: command for command in COMMANDS}
REPEATED = """
    go.next go.previous go.undecided go.next_epoch go.previous_epoch review.undo review.redo
    stretch.next stretch.previous view.blink view.blink_back view.cursor_left view.cursor_right
    view.cursor_up view.cursor_down view.smaller view.larger view.turn_cut view.zoom_in
    view.zoom_out
""".split()
GROUPS = """
    file.export file.offers file.practice file.close review.undo review.comment review.tag_1
    review.accept_epochs review.arbiter go.next_epoch go.first go.filter go.shuffle view.columns
    view.lanes go.storm_sample view.reticle view.fit view.smaller go.grid view.layouts view.theme
    stretch.interval stretch.preset go.palette help.about
""".split()
"""The first command of each group of a menu but its first."""


class Told:
    """Window of any shape that remembers what was called on it, and how."""

    def __init__(self, name: str = "", calls: list[tuple[Any, ...]] | None = None) -> None:
        self._name, self.calls = name, [] if calls is None else calls

    def __getattr__(self, name: str) -> Told:
        return Told(f"{self._name}.{name}".strip("."), self.calls)

    def __call__(self, *values: Any, **named: Any) -> None:
        self.calls.append((self._name, *values, *named.items()))


def test_steps_repeat_while_their_key_is_held_and_nothing_else() -> None:
    assert {command.id for command in COMMANDS if command.repeats} == set(REPEATED)


def test_menus_have_their_groups() -> None:
    assert {command.id for command in COMMANDS if command.separated} == set(GROUPS)


@pytest.mark.parametrize(
    ("command", "call"),
    [
        ("view.blink", ("plane_row.blink_step", 1)),
        ("view.blink_back", ("plane_row.blink_step", -1)),
        ("view.flip", ("plane_row.set_flip", True)),
        ("view.magnify", ("plane_row.set_magnifier", True)),
        # x to the right, y upwards.
        ("view.cursor_left", ("plane_row.move_cursor", -1, 0)),
        ("view.cursor_right", ("plane_row.move_cursor", 1, 0)),
        ("view.cursor_up", ("plane_row.move_cursor", 0, 1)),
        ("view.cursor_down", ("plane_row.move_cursor", 0, -1)),
        ("view.next_large", ("plane_row.step_large", 1)),
        ("view.smaller", ("change_radius", -1)),
        ("view.larger", ("change_radius", 1)),
        ("go.next_epoch", ("epochs.step", 1)),
        ("go.previous_epoch", ("epochs.step", -1)),
        ("review.adopt", ("adopt_earlier",)),
        ("review.adopt_epochs", ("adopt_earlier", ("all_epochs", True))),
        ("review.tag_1", ("session.toggle_tag", 1)),
        ("review.tag_9", ("session.toggle_tag", 9)),
    ],
)
def test_command_goes_its_way(command: str, call: tuple[Any, ...]) -> None:
    window = Told()
    TABLE[command].run(window)
    assert window.calls == [call]


def test_what_lasts_while_a_key_is_held_ends_with_it() -> None:
    ends = {command.id: command.released for command in COMMANDS if command.released}
    assert set(ends) == {"view.flip", "view.magnify"}
    window = Told()
    for end in ends.values():
        end(window)
    assert window.calls == [("plane_row.set_flip", False), ("plane_row.set_magnifier", False)]


def test_there_are_nine_tags() -> None:
    tags = [name for name in TABLE if name.startswith("review.tag_")]
    assert tags == [f"review.tag_{number}" for number in range(1, 10)]


def test_tags_have_the_names_that_the_user_gave_in_order() -> None:
    named = with_tags(COMMANDS, ("dipole", "ghost"))
    titles = {command.id: command.title for command in named}
    assert (titles["review.tag_1"], titles["review.tag_2"]) == ("Tag: dipole", "Tag: ghost")
    own = {command.id: command.title for command in COMMANDS}
    changed = {name for name in own if own[name] != titles[name]}
    assert changed == {"review.tag_1", "review.tag_2"} and list(titles) == list(own)
