"""The line of tags: a mark in its colour before each tag that has one."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from tests.helpers.fake_session import FakeSession
from tests.helpers.snapshots import pixels
from vetter.gui.card.tag_line import TagLine

RED, BLUE = (200, 30, 30), (30, 30, 200)
COLOURS = {"ghost": RED, "streak": BLUE}


@pytest.fixture
def line(qtbot: Any) -> TagLine:
    session = FakeSession()
    review = dataclasses.replace(
        session.settings.review,
        tags=("dipole", "ghost", "streak"),
        tag_colours=("", "#c81e1e", "#1e1ec8"),
    )
    session.settings = dataclasses.replace(session.settings, review=review)
    line = TagLine(session)
    qtbot.addWidget(line)
    line.resize(400, 30)
    return line


def marks(line: TagLine) -> dict[str, tuple[int, int, int, int]]:
    """Left, top, width and height of the mark of each tag that has one."""
    shown, found = pixels(line.grab().toImage()), {}
    for tag, tone in COLOURS.items():
        rows, columns = np.nonzero((shown == tone).all(axis=2))
        if len(rows):
            box = columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1
            found[tag] = tuple(map(int, box))
    return found


@pytest.mark.parametrize(
    ("tag", "colour"), [("ghost", "#c81e1e"), ("dipole", ""), ("of another list", "")]
)
def test_colours_are_those_of_the_settings(line: TagLine, tag: str, colour: str) -> None:
    assert line.colour_of(tag) == colour


@pytest.mark.parametrize(
    ("tags", "text"),
    [((), ""), (("dipole",), "#dipole"), (("ghost", "streak"), "#ghost  #streak")],
)
def test_tags_are_the_lines_text(line: TagLine, tags: tuple[str, ...], text: str) -> None:
    line.show_tags(tags)
    assert line.text() == text
    # A mark goes before each tag that has a colour, and takes room.
    assert list(marks(line)) == [tag for tag in tags if tag in COLOURS]
    line.show_tags(["x"])
    plain = line.sizeHint().width() - line.fontMetrics().horizontalAdvance("#x")
    line.show_tags(tags)
    letters = line.fontMetrics().horizontalAdvance(text)
    room = line.sizeHint().width() - letters - plain
    assert room == 13 * len(marks(line))


def test_each_mark_is_left_of_its_tag(line: TagLine) -> None:
    line.show_tags(["dipole", "ghost", "streak"])
    advance = line.fontMetrics().horizontalAdvance
    ghost, streak = marks(line)["ghost"], marks(line)["streak"]
    assert ghost[0] == advance("#dipole  ")
    assert streak[0] - ghost[0] == 13 + advance("#ghost  ")
    # A square that stands on the letters' base line.
    assert ghost[2:] == streak[2:] == (9, 9)
    assert ghost[1] + 9 == line.fontMetrics().ascent()
    # The letters begin behind the mark.
    shown = pixels(line.grab().toImage())
    beside = shown[:, ghost[0] + 9 : ghost[0] + 12]
    assert (beside == beside[0, 0]).all()


def test_line_too_narrow_for_marks_is_a_text_that_is_cut(line: TagLine) -> None:
    line.show_tags(["ghost", "streak"])
    line.resize(line.sizeHint().width(), 30)
    assert set(marks(line)) == set(COLOURS)
    line.resize(line.sizeHint().width() - 1, 30)
    assert marks(line) == {}
