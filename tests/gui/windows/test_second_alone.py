"""The second window over panels of its own, without the first one's session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PyQt6.QtCore import QRect, QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QWidget

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from tests.helpers.turns import until_timer
from vetter.core.decisions.decision import Verdict
from vetter.gui.panels.layout.turning import North
from vetter.gui.panels.plane_row import PlaneRow
from vetter.gui.windows.second_window import FOLLOW_DELAY_MS, USUAL_SIZE, SecondWindow
from vetter.review.cutouts.rendered_cutout import render_cutout


class Session(FakeSession):
    blanked = pyqtSignal()
    is_blank = False


@pytest.fixture
def session(qapp: Any) -> Session:
    session = Session(candidate_list(5))
    session.source = FakeSource(session.candidates)
    return session


@pytest.fixture
def cache(session: Session) -> FakeCache:
    return FakeCache(session.source)


@pytest.fixture
def panels(qtbot: Any) -> PlaneRow:
    panels = PlaneRow()
    qtbot.addWidget(panels)
    return panels


@pytest.fixture
def second(
    qtbot: Any, session: Session, cache: FakeCache, panels: PlaneRow
) -> Iterator[SecondWindow]:
    first = QWidget()
    qtbot.addWidget(first)
    second = SecondWindow(session, cache, panels, first)
    second.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    # Held by the second: Python would delete a parent that only Qt refers to.
    second.first = first
    second.show()
    yield second
    if second.isVisible():
        second.close()


def place(session: Session, cache: FakeCache, row: int) -> Any:
    frame = render_cutout(session.source, row, cache.radius, cache.looks)
    cache.place(row, frame)
    return frame


def test_name_comes_before_the_pixels_of_a_slow_cutout(
    qtbot: Any, session: Session, cache: FakeCache, second: SecondWindow
) -> None:
    place(session, cache, 0)
    second.follow()
    session.go_to_row(3)
    qtbot.waitUntil(lambda: second.name.text() == "J003", timeout=30000)
    # Nothing of the candidate before is left.
    assert second.plane_row.frame is None
    frame = place(session, cache, 3)
    cache.ready.emit(2)
    until_timer(qtbot, FOLLOW_DELAY_MS)
    assert second.plane_row.frame is None
    cache.ready.emit(3)
    qtbot.waitUntil(lambda: second.plane_row.frame is frame, timeout=30000)


def test_row_zero_is_a_candidate_and_none_is_not(
    session: Session, cache: FakeCache, second: SecondWindow
) -> None:
    frame = place(session, cache, 0)
    session.say(0, verdict=Verdict.MAYBE)
    second.follow()
    assert second.name.text() == "J000" and second.plane_row.frame is frame
    assert second.chip.code == Verdict.MAYBE.code and second.chip.isVisible()
    for change in ({"current_row": -1}, {"current_row": 0, "is_blank": True}):
        vars(session).update(change)
        second.follow()
        assert second.name.text() == "no candidate matches the filter"
        assert not second.plane_row.isVisible() and not second.chip.isVisible()
    session.is_blank = False
    second.follow()
    assert second.plane_row.isVisible() and second.name.text() == "J000"


def test_panels_are_as_in_the_first_window(
    session: Session, cache: FakeCache, panels: PlaneRow, second: SecondWindow
) -> None:
    place(session, cache, 0)
    panels.set_choice(panels.choice._replace(hatched=not panels.choice.hatched))
    panels.set_north(North.EXACT)
    second.follow()
    assert second.plane_row.choice is panels.choice and second.plane_row.north is North.EXACT


@pytest.mark.parametrize("reticle", [True, False])
def test_reticle_is_that_of_the_first(
    qtbot: Any, session: Session, cache: FakeCache, panels: PlaneRow, reticle: bool
) -> None:
    panels.set_reticle(reticle)
    first = QWidget()
    qtbot.addWidget(first)
    second = SecondWindow(session, cache, panels, first)
    second.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    assert second.plane_row.is_reticle_shown is reticle
    assert second.windowTitle() == "test - vetter, second window"
    second.close()


def test_closed_window_follows_no_more(
    qtbot: Any, session: Session, cache: FakeCache, second: SecondWindow
) -> None:
    with qtbot.waitSignal(second.closed, timeout=30000):
        second.close()
    session.go_to_row(2)
    cache.ready.emit(2)
    until_timer(qtbot, FOLLOW_DELAY_MS)
    assert second.name.text() == "J000"


class Screen:
    """A screen with others beside it."""

    def __init__(self, area: QRect, *others: Screen) -> None:
        self._area, self._others = area, others

    def virtualSiblings(self) -> list[Screen]:
        return [self, *self._others]

    def availableGeometry(self) -> QRect:
        return self._area

    def availableSize(self) -> QSize:
        return self._area.size()


class First:
    """A first window on a screen, or on none."""

    def __init__(self, screen: Screen | None) -> None:
        self._screen = screen

    def screen(self) -> Screen | None:
        return self._screen


LARGE, OTHER = QRect(0, 0, 3000, 2000), QRect(3000, 0, 1000, 700)


@pytest.mark.parametrize(
    ("screen", "maximized", "size"),
    [
        (Screen(LARGE), False, USUAL_SIZE),
        # Four fifths of a small screen.
        (Screen(QRect(0, 0, 1000, 700)), False, (800, 560)),
        (Screen(LARGE, Screen(OTHER)), True, None),
    ],
)
def test_other_screen_is_filled(
    second: SecondWindow, screen: Screen, maximized: bool, size: tuple[int, int] | None
) -> None:
    second.hide()
    second.open_beside(First(screen))
    assert second.isVisible() and second.isMaximized() == maximized
    if size is not None:
        assert (second.width(), second.height()) == size


def test_without_a_screen_the_window_keeps_its_size(second: SecondWindow) -> None:
    second.hide()
    second.resize(640, 480)
    second.open_beside(First(None))
    assert second.isVisible() and (second.width(), second.height()) == (640, 480)
