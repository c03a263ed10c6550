"""Strip of epochs in a session of packets: scrolling, tips, clicks, and what repaints it."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace as Some
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QHelpEvent, QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QMenu, QToolTip

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from tests.helpers.snapshots import pixels
from tests.helpers.turns import until_timer
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.decisions.decision import Verdict
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import FitTable
from vetter.gui.epochs.epoch_panel import EpochPanel
from vetter.gui.epochs.epoch_strip import GAP, LABEL_WIDTH, RETRY_MS, EpochStrip
from vetter.gui.epochs.epoch_tile import TILE, tile_width

COUNT = 9


class Packets(FakeSource):
    """The first rows are epochs of one object; the others are objects of their own."""

    rows_of_one = COUNT - 2

    @property
    def object_epochs(self) -> Any:
        def rows(row: int) -> list[int]:
            return list(range(self.rows_of_one)) if row < self.rows_of_one else [row]

        return Some(rows=rows, times=np.asarray(self.candidates.table["mjd"]))


@pytest.fixture
def session(qapp: Any) -> FakeSession:
    source = Packets(candidate_list(COUNT))
    session = FakeSession(source.candidates)
    session.source = source
    session.is_blank = False
    return session


@pytest.fixture
def strip(qtbot: Any, session: FakeSession) -> Iterator[EpochStrip]:
    strip = EpochStrip(session, FakeCache(session.source))
    qtbot.addWidget(strip)
    # Room for three tiles and a bit.
    wide = tile_width(strip.fontMetrics()) + GAP
    strip.resize(LABEL_WIDTH + 3 * wide + wide // 2, strip.height())
    strip.show()
    yield strip
    strip.hide()


def rows(strip: EpochStrip) -> list[int]:
    return [epoch.row for epoch in strip.shown]


def turn(strip: EpochStrip, down: int, across: int = 0) -> None:
    point, none = QPointF(60, 20), Qt.MouseButton.NoButton
    angle, phase = QPoint(across, down), Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(
        point, point, QPoint(), angle, none, Qt.KeyboardModifier.NoModifier, phase, False
    )
    QApplication.sendEvent(strip, event)


def middle(strip: EpochStrip, place: int) -> QPoint:
    wide = tile_width(strip.fontMetrics())
    return QPoint(LABEL_WIDTH + place * (wide + GAP) + wide // 2, TILE // 2)


def test_epochs_are_all_of_the_object_and_as_many_are_shown_as_fit(strip: EpochStrip) -> None:
    assert [epoch.row for epoch in strip.epochs] == list(range(7))
    assert rows(strip) == [0, 1, 2]
    assert strip.height() == strip.sizeHint().height() == TILE + 2 * GAP


@pytest.mark.parametrize(("row", "first"), [(0, 0), (2, 0), (3, 2), (4, 3), (5, 4), (6, 4), (7, 0)])
def test_strip_scrolls_to_the_current_epoch(strip: EpochStrip, row: int, first: int) -> None:
    strip.turn_to(row)
    strip.follow(row)
    assert rows(strip) == ([7] if row == 7 else list(range(first, first + 3)))


def test_wheel_scrolls_and_stops_at_both_ends(qtbot: Any, strip: EpochStrip) -> None:
    wanted: list[list[int]] = []
    strip.wanted.connect(lambda: wanted.append(rows(strip)))
    turn(strip, 120)
    assert rows(strip) == [0, 1, 2] and wanted == []
    for first in (1, 2, 3, 4):
        turn(strip, -120)
        assert rows(strip) == [first, first + 1, first + 2]
    assert len(wanted) == 4
    turn(strip, -120)
    assert rows(strip) == [4, 5, 6] and len(wanted) == 4
    turn(strip, 0, 120)
    assert rows(strip) == [3, 4, 5] and wanted[-1] == [3, 4, 5]


def test_wider_strip_shows_more(strip: EpochStrip) -> None:
    strip.turn_to(6)
    strip.follow(6)
    assert rows(strip) == [4, 5, 6]
    strip.resize(4000, strip.height())
    assert rows(strip) == list(range(7))
    strip.resize(LABEL_WIDTH + 5, strip.height())
    assert rows(strip) == [6]


@pytest.mark.parametrize(("beyond", "count"), [(-1, 1), (0, 2), (1, 2)])
def test_tile_is_shown_whole_or_not_at_all(strip: EpochStrip, beyond: int, count: int) -> None:
    wide = tile_width(strip.fontMetrics()) + GAP
    strip.resize(LABEL_WIDTH + 2 * wide + beyond, strip.height())
    assert rows(strip) == list(range(count))


def test_strip_asks_for_missing_pictures_until_all_are_there(
    qtbot: Any, session: FakeSession, strip: EpochStrip
) -> None:
    cache = FakeCache(session.source)
    strip = EpochStrip(session, cache)
    qtbot.addWidget(strip)
    strip.resize(700, strip.height())
    strip.show()
    with qtbot.waitSignal(strip.wanted, timeout=30000):
        strip.grab()
    cache.want(strip.needed_targets())
    cache.serve()
    asked: list[int] = []
    strip.wanted.connect(lambda: asked.append(1))
    strip.grab()
    until_timer(qtbot, RETRY_MS)
    assert asked == [] and strip.seen == set(rows(strip))
    sides = {strip.thumbnails.image(row).deviceIndependentSize().width() for row in rows(strip)}
    assert sides == {TILE}
    strip.hide()


def edge_of(strip: EpochStrip) -> Any:
    return pixels(strip.grab().toImage())[:, : LABEL_WIDTH - 4]


def test_arrows_at_the_edge_count_what_is_hidden(strip: EpochStrip) -> None:
    def lines() -> int:
        ink = (edge_of(strip) != edge_of(strip)[0, 0]).any(axis=(1, 2))
        return int(np.count_nonzero(np.diff(ink.astype(int)) == 1))

    strip.thumbnails.set_plane("ooo")
    narrow = lines()
    at_start = edge_of(strip)
    strip.resize(4000, strip.height())
    assert lines() == narrow - 1
    strip.resize(LABEL_WIDTH + 300, strip.height())
    assert lines() == narrow
    turn(strip, -120)
    assert (edge_of(strip) != at_start).any()
    # Without epochs nothing is counted.
    strip.turn_to(7)
    assert lines() < narrow - 1


def tile_of(strip: EpochStrip, place: int) -> Any:
    """RGB of a tile with the pixel around it."""
    wide = tile_width(strip.fontMetrics())
    left = LABEL_WIDTH + place * (wide + GAP)
    return pixels(strip.grab().toImage())[GAP - 1 : GAP + TILE + 1, left - 1 : left + wide + 1]


@pytest.mark.parametrize("row", [0, 1])
def test_current_epoch_and_no_other_is_framed(strip: EpochStrip, row: int) -> None:
    strip.turn_to(-1)
    strip.turn_to(row)
    strip.follow(row)
    text = strip.palette().text().color()
    framed = [
        place
        for place in range(3)
        if (tile_of(strip, place)[1] == (text.red(), text.green(), text.blue())).mean() > 0.9
    ]
    assert framed == [row]


@pytest.mark.parametrize("row", [0, 1])
def test_answer_is_shown_in_the_tile_of_its_candidate(
    session: FakeSession, strip: EpochStrip, row: int
) -> None:
    fits = FitTable(COUNT)
    session.columns = ReviewColumns(session.candidates, session, fits)
    before = [tile_of(strip, place) for place in range(3)]
    fits.set(row, Adjustment(True, dx=0.0, dy=0.0, scale=1.0), Judgement(Answer.KEPT, ""))
    strip.update_fit_results([row])
    changed = [(tile_of(strip, place) != before[place]).any() for place in range(3)]
    assert changed == [place == row for place in range(3)]


def test_nearest_pictures_are_wanted_first_and_none_while_hidden(strip: EpochStrip) -> None:
    strip.turn_to(1)
    strip.follow(1)
    assert strip.needed_targets() == [1, 0, 2]
    strip.hide()
    assert strip.needed_targets() == []


def test_tip_tells_the_epoch_or_the_click(
    strip: EpochStrip, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, _widget: told.append(text))
    for point in (QPoint(LABEL_WIDTH - 1, 9), middle(strip, 1), QPoint(strip.width() - 2, 9)):
        event = QHelpEvent(QEvent.Type.ToolTip, point, point)
        QApplication.sendEvent(strip, event)
    assert told[0] == "Click: another plane" and "2020-01-02" in told[1] and told[2] == ""


def test_click_goes_to_the_epoch_and_beside_it_to_another_plane(
    session: FakeSession, strip: EpochStrip
) -> None:
    left = Qt.MouseButton.LeftButton
    QTest.mouseClick(strip, Qt.MouseButton.RightButton, pos=middle(strip, 2))
    assert session.calls == []
    QTest.mouseClick(strip, left, pos=middle(strip, 2))
    assert session.calls == [("go_to_row", 2)]
    planes = [strip.thumbnails.plane]
    for _ in strip.planes:
        QTest.mouseClick(strip, left, pos=QPoint(LABEL_WIDTH - 1, 9))
        planes.append(strip.thumbnails.plane)
    assert planes == ["image", "diff", "template", "image"]
    QTest.mouseClick(strip, left, pos=QPoint(strip.width() - 2, 9))
    assert len(session.calls) == 1


@pytest.mark.parametrize(
    ("x", "row"), [(0, -1), (LABEL_WIDTH - 1, -1), (LABEL_WIDTH, 0), (LABEL_WIDTH + 1, 0)]
)
def test_menu_is_that_of_the_tile(strip: EpochStrip, x: int, row: int) -> None:
    assert strip.target_at(QPoint(x, 9)) == row


def test_menu_filters_by_what_a_tile_tells(
    qtbot: Any, session: FakeSession, strip: EpochStrip
) -> None:
    session.say(2, verdict=Verdict.REJECT)
    menu = QMenu()
    qtbot.addWidget(menu)
    strip.extend_menu(menu, 2, QPoint())
    titles = [action.text() for action in menu.actions()]
    assert "Filter by verdict=reject" in titles and "Filter by filter=r" in titles
    with qtbot.waitSignal(strip.filter_wanted, timeout=30000) as told:
        menu.actions()[titles.index("Filter by filter=r")].trigger()
    assert told.args == ["filter=r"]


def test_strip_of_another_object_is_empty_until_it_follows(strip: EpochStrip) -> None:
    strip.turn_to(7)
    assert rows(strip) == []
    strip.follow(7)
    assert rows(strip) == [7]
    strip.refresh()
    assert rows(strip) == []
    strip.follow(7)
    assert rows(strip) == [7]
    strip.turn_to(-1)
    strip.follow(-1)
    assert rows(strip) == []


def test_hidden_strip_looks_for_no_epochs_until_it_is_shown(strip: EpochStrip) -> None:
    strip.hide()
    strip.turn_to(7)
    strip.follow(7)
    assert rows(strip) == []
    strip.show()
    assert rows(strip) == [7]


@pytest.fixture
def panel(qtbot: Any, session: FakeSession) -> Iterator[EpochPanel]:
    session.report_no_match = lambda: session.message.emit("no match")
    panel = EpochPanel(session, FakeCache(session.source))
    qtbot.addWidget(panel)
    panel.resize(700, 150)
    panel.show()
    panel.said = []
    session.message.connect(panel.said.append)
    yield panel
    panel.hide()


@pytest.mark.parametrize(
    ("row", "steps", "to", "said"),
    [
        (2, 1, 3, []),
        (2, -1, 1, []),
        (1, -1, 0, []),
        (6, 1, None, ["the last of 7 epochs in which it was found"]),
        (0, -1, None, ["the first of 7 epochs in which it was found"]),
        (7, 1, None, ["this is the only epoch in which it was found"]),
        (-1, 1, None, []),
    ],
)
def test_steps_stay_among_the_epochs(
    session: FakeSession, panel: EpochPanel, row: int, steps: int, to: int | None, said: list[str]
) -> None:
    session.current_row = row
    panel.step(steps)
    assert session.calls == ([] if to is None else [("go_to_row", to)])
    assert panel.said == said


def test_question_for_all_epochs_counts_the_unseen(session: FakeSession, panel: EpochPanel) -> None:
    session.current_row = 2
    panel.turn_to(2)
    session.say(0, verdict=Verdict.REJECT)
    panel.strip.seen.update({1, 2})
    panel.hide()
    panel.ask(Verdict.ACCEPT)
    assert panel.isVisible()
    # Of seven: one is decided, two were seen, one of them is on screen.
    assert panel.question.text == ("Accept all 7 epochs?  4 of them have not been on screen.")
    # The same candidate is painted again, as when its fit arrives.
    panel.turn_to(2)
    panel.question.agree()
    # The first candidate after them is shown.
    assert session.calls[-1] == ("decide_group", list(range(7)), Verdict.ACCEPT, 7)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"is_blank": True}, ["no match"]),
        ({"read_only": True}, ["read only: no verdict can be given here"]),
        ({"current_row": -1}, []),
    ],
)
def test_nothing_is_asked_where_nothing_can_be_decided(
    session: FakeSession, panel: EpochPanel, change: dict[str, Any], said: list[str]
) -> None:
    vars(session).update(change)
    panel.ask(Verdict.ACCEPT)
    assert panel.question.text == "" and panel.said == said
    if "is_blank" in change:
        panel.step(1)
        assert panel.said == said * 2 and session.calls == []


def test_moving_on_withdraws_the_question(session: FakeSession, panel: EpochPanel) -> None:
    panel.turn_to(2)
    session.current_row = 2
    panel.ask(Verdict.ACCEPT)
    panel.turn_to(3)
    assert panel.question.text == ""


def test_number_of_epochs_is_told_when_it_changes(session: FakeSession, panel: EpochPanel) -> None:
    told: list[int] = []
    panel.epoch_count_changed.connect(told.append)
    for row in (1, 2, 7, 8, 3):
        panel.follow(row)
    assert told == [7, 1, 7]


def test_object_with_a_single_epoch_is_told_too(panel: EpochPanel) -> None:
    told: list[int] = []
    panel.epoch_count_changed.connect(told.append)
    panel.follow(7)
    assert told == [1]


def test_packets_that_come_are_epochs_at_once(session: FakeSession, panel: EpochPanel) -> None:
    told: list[int] = []
    panel.epoch_count_changed.connect(told.append)
    session.current_row = 1
    panel.turn_to(1)
    panel.follow(1)
    assert len(panel.strip.epochs) == 7 and told == [7]
    session.source.rows_of_one = 9
    session.grown.emit(7)
    assert [epoch.row for epoch in panel.strip.epochs] == list(range(9)) and told == [7, 9]
