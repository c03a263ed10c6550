"""Canvases beside each other: how many fit, which are shown, and what the buttons change."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtWidgets import QAbstractButton, QBoxLayout, QWidget

from vetter.gui.field_view.side_by_side import FULL_PART, MIN_SIDE, SideBySide

WORDS = ("Map", "Shifts", "chi2")


class Holder(QWidget):
    """Three canvases, and the buttons above them."""

    def __init__(self) -> None:
        super().__init__()
        self.canvases = [QWidget() for _ in WORDS]
        for canvas, word in zip(self.canvases, WORDS, strict=True):
            canvas.setAccessibleName(f"the {word}")
        self.pair = SideBySide(self.canvases, WORDS, self)
        self.resize(1000, 1000)

    def shown(self) -> list[str]:
        return [
            word
            for word, canvas in zip(WORDS, self.canvases, strict=True)
            if canvas.isVisibleTo(self.pair)
        ]

    def buttons(self) -> dict[str, QAbstractButton]:
        """The buttons that can be pressed, by word."""
        found = self.pair.choice.findChildren(QAbstractButton)
        return {one.text(): one for one in found if one.isVisibleTo(self.pair.choice)}

    def room(self, width: int, height: int) -> None:
        self.pair.resize(width, height)


@pytest.fixture
def holder(qtbot: Any) -> Holder:
    holder = Holder()
    qtbot.addWidget(holder)
    holder.show()
    return holder


TWO = 2 * MIN_SIDE


@pytest.mark.parametrize(
    ("width", "height", "count", "way"),
    [
        (TWO, MIN_SIDE, 2, QBoxLayout.Direction.LeftToRight),
        (MIN_SIDE, TWO, 2, QBoxLayout.Direction.TopToBottom),
        (MIN_SIDE, MIN_SIDE, 1, QBoxLayout.Direction.TopToBottom),
        (TWO - 2, MIN_SIDE, 1, QBoxLayout.Direction.LeftToRight),
        (TWO, MIN_SIDE - 1, 1, QBoxLayout.Direction.LeftToRight),
        (3 * MIN_SIDE, MIN_SIDE, 3, QBoxLayout.Direction.LeftToRight),
        # Three that leave much of the shorter side free are no gain over two.
        (3 * MIN_SIDE, round(MIN_SIDE / FULL_PART) + 8, 2, QBoxLayout.Direction.LeftToRight),
    ],
)
def test_as_many_are_shown_as_have_room(
    qtbot: Any, width: int, height: int, count: int, way: QBoxLayout.Direction
) -> None:
    holder = Holder()
    qtbot.addWidget(holder)
    holder.show()
    holder.room(width, height)
    assert holder.pair.count == count and len(holder.shown()) == count
    layout = holder.pair.layout()
    assert isinstance(layout, QBoxLayout)
    if count > 1:
        assert layout.direction() == way


def test_little_less_room_takes_no_canvas_away(holder: Holder) -> None:
    holder.room(MIN_SIDE, TWO)
    assert holder.pair.count == 2
    # As a question above takes for a moment.
    holder.room(MIN_SIDE, TWO - 20)
    assert holder.pair.count == 2
    holder.room(MIN_SIDE, MIN_SIDE)
    assert holder.pair.count == 1
    holder.room(MIN_SIDE, TWO - 20)
    assert holder.pair.count == 1


def test_where_one_fits_it_is_the_one_chosen_last(holder: Holder) -> None:
    holder.room(MIN_SIDE, MIN_SIDE)
    assert holder.shown() == ["Map"] and list(holder.buttons()) == list(WORDS)
    for word in ("chi2", "Shifts", "Map"):
        holder.buttons()[word].click()
        assert holder.shown() == [word]
        assert [one for one, b in holder.buttons().items() if b.isChecked()] == [word]


def test_map_stays_where_two_fit_and_a_shown_one_is_hidden(holder: Holder) -> None:
    holder.room(TWO, MIN_SIDE)
    assert holder.shown() == ["Map", "Shifts"]
    # With the map always shown, its button would do nothing.
    assert list(holder.buttons()) == ["Shifts", "chi2"]
    assert holder.buttons()["chi2"].toolTip() == "Show or hide the chi2"
    holder.buttons()["chi2"].click()
    assert holder.shown() == ["Map", "chi2"]
    holder.buttons()["chi2"].click()
    assert holder.shown() == ["Map"]
    holder.buttons()["Shifts"].click()
    assert holder.shown() == ["Map", "Shifts"]


def test_where_all_fit_there_is_nothing_to_choose(holder: Holder) -> None:
    holder.room(3 * MIN_SIDE, MIN_SIDE)
    assert holder.shown() == list(WORDS) and not holder.pair.choice.isVisibleTo(holder)
    holder.room(TWO, MIN_SIDE)
    assert holder.pair.choice.isVisibleTo(holder)
