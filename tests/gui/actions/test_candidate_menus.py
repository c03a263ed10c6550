"""Menu of the right button on a widget: what it offers of a place, and when it opens."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QContextMenuEvent, QDesktopServices, QGuiApplication, QMouseEvent
from PyQt6.QtWidgets import QApplication, QMenu, QWidget

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.cutout_source import SkyPosition
from vetter.gui.actions.context_menus import CandidateMenus

# The offscreen platform neither raises windows nor grabs the keyboard for a menu.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

PRESS, RELEASE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease
RIGHT, LEFT = Qt.MouseButton.RightButton, Qt.MouseButton.LeftButton
RADEC = ("Copy RA Dec: 04:21:00.00 -33:30:00.0", "Copy degrees: 65.250000 -33.500000")


class Window(QWidget):
    """Window with a widget on which everything is one target, and what its session said."""

    def __init__(self) -> None:
        super().__init__()
        self.session = FakeSession(candidate_list(3))
        self.said: list[str] = []
        self.session.message.connect(self.said.append)
        self.session.is_blank = False
        self.session.report_no_match = lambda: self.said.append("no match")
        self.target: Any = 1
        self.shown = QWidget(self)
        self.shown.setGeometry(0, 0, 200, 200)
        self.menus = CandidateMenus(self.session, self)
        self.menus.watch(self.shown, lambda _point: self.target, self.extend)

    def extend(self, menu: QMenu, row: int, point: QPoint) -> None:
        menu.addAction(f"own of {row} at {point.x()}")


@pytest.fixture
def window(qtbot: Any) -> Iterator[Window]:
    window = Window()
    qtbot.addWidget(window)
    yield window
    for menu in window.findChildren(QMenu):
        menu.close()


def titles(menu: QMenu) -> list[str]:
    return [action.text() or "-" for action in menu.actions()]


def mouse(window: Window, kind: QEvent.Type, x: int, button: Qt.MouseButton = RIGHT) -> None:
    none = Qt.KeyboardModifier.NoModifier
    point = QPointF(x, 20)
    event = QMouseEvent(kind, point, point, button, button, none)
    QApplication.sendEvent(window.shown, event)


@pytest.mark.parametrize(("move", "opens"), [(0, True), (4, True), (-4, True), (5, False)])
def test_menu_opens_where_the_button_was_hardly_moved(
    window: Window, move: int, opens: bool
) -> None:
    mouse(window, PRESS, 100)
    assert window.menus.menu is None
    mouse(window, RELEASE, 100 + move)
    assert (window.menus.menu is not None) == opens
    if opens:
        assert titles(window.menus.menu)[-2:] == ["-", f"own of 1 at {100 + move}"]


def test_only_the_right_button_opens_it_and_only_after_its_press(window: Window) -> None:
    mouse(window, PRESS, 100, LEFT)
    mouse(window, RELEASE, 100, LEFT)
    mouse(window, RELEASE, 100)
    assert window.menus.menu is None
    mouse(window, PRESS, 100)
    mouse(window, RELEASE, 160)
    mouse(window, RELEASE, 100)
    assert window.menus.menu is None


def test_beside_all_candidates_no_menu_opens(window: Window) -> None:
    window.target = -1
    mouse(window, PRESS, 100)
    mouse(window, RELEASE, 100)
    assert window.menus.menu is None
    # The first row is one of them.
    window.target = 0
    mouse(window, PRESS, 100)
    mouse(window, RELEASE, 100)
    assert titles(window.menus.menu)[0] == "Copy name: J000"


def test_place_without_a_candidate_has_no_name_and_no_pixel(window: Window) -> None:
    window.target = SkyPosition(0, 65.25, -33.5)
    mouse(window, PRESS, 100)
    mouse(window, RELEASE, 100)
    offered = titles(window.menus.menu)
    assert tuple(offered[:2]) == RADEC
    assert not [title for title in offered if title.startswith(("Copy name", "own", "Copy FITS"))]


def test_menu_of_a_candidate_offers_its_place_and_to_go_there(window: Window) -> None:
    menu = window.menus.make_menu(0)
    assert titles(menu)[:5] == [
        "Copy name: J000",
        *RADEC,
        # FITS counts from 1.
        "Copy FITS pixel: 11.00 21.25",
        "Copy DS9 region",
    ]
    # The current candidate is on screen already.
    assert "Show this candidate" not in titles(menu)
    other = window.menus.make_menu(2)
    assert titles(other)[-2:] == ["-", "Show this candidate"]
    other.actions()[-1].trigger()
    assert window.session.calls == [("go_to_row", 2)]


@pytest.mark.parametrize("axis", ["x", "y"])
def test_half_a_pixel_position_is_none(window: Window, axis: str) -> None:
    getattr(window.session.candidates, axis)[1] = math.nan
    assert not [t for t in titles(window.menus.make_menu(1)) if t.startswith("Copy FITS")]


def test_without_a_place_on_the_sky_there_is_nothing_to_look_up(window: Window) -> None:
    window.session.candidates.ra[1] = math.nan
    offered = titles(window.menus.make_menu(1))
    assert offered[:2] == ["Copy name: J001", "Copy FITS pixel: 12.00 22.25"]
    assert not [title for title in offered if "Open in" in title or "browser" in title]


def test_what_is_copied_is_said(window: Window) -> None:
    window.menus.make_menu(1).actions()[0].trigger()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None and clipboard.text() == "J001"
    assert window.said == ["copied: J001"]


@pytest.mark.parametrize("starts", [True, False])
def test_address_is_said_where_no_browser_starts(
    window: Window, monkeypatch: pytest.MonkeyPatch, starts: bool
) -> None:
    opened: list[str] = []

    def note(url: QUrl) -> bool:
        opened.append(url.toString())
        return starts

    monkeypatch.setattr(QDesktopServices, "openUrl", note)
    entries = window.menus.make_menu(0).actions()
    simbad = next(entry for entry in entries if entry.text() == "Open in SIMBAD")
    simbad.trigger()
    assert len(opened) == 1 and "65.25" in opened[0]
    assert window.said == (
        [] if starts else [f"no browser could be started; the address is {simbad.toolTip()}"]
    )


@pytest.mark.parametrize(
    ("reason", "opens"),
    [(QContextMenuEvent.Reason.Keyboard, True), (QContextMenuEvent.Reason.Mouse, False)],
)
def test_menu_key_opens_that_of_the_candidate_on_screen(
    window: Window, reason: QContextMenuEvent.Reason, opens: bool
) -> None:
    event = QContextMenuEvent(reason, QPoint(5, 5), QPoint(5, 5))
    assert window.menus.eventFilter(window.shown, event)
    assert (window.menus.menu is not None) == opens
    if opens:
        assert titles(window.menus.menu)[0] == "Copy name: J000"
    assert not window.menus.eventFilter(window, event)
    assert not window.menus.eventFilter(window.shown, QEvent(QEvent.Type.Show))


@pytest.mark.parametrize(
    ("row", "blank", "opens"), [(0, False, True), (0, True, False), (-1, False, False)]
)
def test_without_a_candidate_on_screen_it_says_why(
    window: Window, row: int, blank: bool, opens: bool
) -> None:
    window.session.current_row, window.session.is_blank = row, blank
    window.menus.open_current()
    assert (window.menus.menu is not None) == opens
    assert window.said == ([] if opens else ["no match"])
