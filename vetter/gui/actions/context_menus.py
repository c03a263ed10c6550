"""Context menus of candidates: copy, look up, filter; nothing leaves the machine unless chosen."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from PyQt6.QtCore import QEvent, QObject, QPoint, Qt, QUrl
from PyQt6.QtGui import QContextMenuEvent, QDesktopServices, QGuiApplication, QMouseEvent
from PyQt6.QtWidgets import QMenu, QWidget

from vetter.core.coordinates.sky import format_sexagesimal
from vetter.core.coordinates.sky_links import region_text, sky_links
from vetter.core.cutout_source import SkyPosition
from vetter.gui.widgets.plain_text import menu_text
from vetter.review.session import Session

TargetAt = Callable[[QPoint], int | SkyPosition]
"""Row of the candidate at a point of a widget, or a place without one; -1 beside all of them."""

Extend = Callable[[QMenu, int, QPoint], None]
"""Adds a widget's own entries to a menu, for a row and a point."""

MAX_MOVE_PIXELS = 4
"""Move of the pressed right button from which it drags and opens no menu."""


class Watched(NamedTuple):
    """Widget with menus: its candidates, and its own entries."""

    target_at: TargetAt
    extend: Extend | None


class CandidateMenus(QObject):
    """Menus that a click of the right button opens on widgets that show candidates.

    The right button also drags contrast and maps, so that the menu opens when it is released
    where it was pressed.

    Parameters
    ----------
    session : Session
    window : QWidget
        Window that the menus open over.
    """

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window
        self._watched: dict[QObject, Watched] = {}
        self._pressed_at: QPoint | None = None
        self.menu: QMenu | None = None
        """The menu opened last."""

    def watch(
        self, widget: QWidget | None, target_at: TargetAt, extend: Extend | None = None
    ) -> None:
        """Open menus on a widget; a viewport for widgets that scroll."""
        assert widget is not None
        self._watched[widget] = Watched(target_at, extend)
        widget.installEventFilter(self)

    def open_current(self) -> None:
        """Open the menu of the candidate on screen, in the middle of the window."""
        session = self._session
        if session.current_row < 0 or session.is_blank:
            session.report_no_match()
            return
        middle = self._window.mapToGlobal(self._window.rect().center())
        self._popup(self.make_menu(session.current_row), middle)

    def make_menu(self, row: int) -> QMenu:
        """Return the menu of a candidate: copying and looking up."""
        listed = self._session.candidates
        menu = self._empty_menu()
        name = listed.name(row)
        self._add_copy(menu, f"Copy name: {name}", name)
        ra, dec, x, y = (float(axis[row]) for axis in (listed.ra, listed.dec, listed.x, listed.y))
        self._add_place(menu, ra, dec, x, y)
        if row != self._session.current_row:
            menu.addSeparator()
            action = menu.addAction("Show this candidate")
            if action is not None:
                action.triggered.connect(partial(self._go_to, row))
        return menu

    def make_place_menu(self, place: SkyPosition) -> QMenu:
        """Return the menu of a place without a candidate: copying and looking up."""
        menu = self._empty_menu()
        self._add_place(menu, place.ra, place.dec, math.nan, math.nan)
        return menu

    def _empty_menu(self) -> QMenu:
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _add_place(self, menu: QMenu, ra: float, dec: float, x: float, y: float) -> None:
        """Add the entries on a place: degrees, and pixels from 0; NaN if unknown."""
        hours, degrees = format_sexagesimal(ra, dec)
        if hours:
            self._add_copy(menu, f"Copy RA Dec: {hours} {degrees}", f"{hours} {degrees}")
            decimal = f"{ra % 360:.6f} {dec:+.6f}"
            self._add_copy(menu, f"Copy degrees: {decimal}", decimal)
        if x == x and y == y:
            pixel = f"{x + 1:.2f} {y + 1:.2f}"
            self._add_copy(menu, f"Copy FITS pixel: {pixel}", pixel)
        region = region_text(ra, dec, x, y)
        if region:
            self._add_copy(menu, "Copy DS9 region", region)
        wanted = self._session.settings.services.pages
        links = {name: link for name, link in sky_links(ra, dec).items() if name in wanted}
        if links:
            menu.addSection("In the browser")
        for service, address in links.items():
            action = menu.addAction(f"Open in {service}")
            if action is not None:
                action.setToolTip(address)
                action.triggered.connect(partial(self._open_address, address))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if watched is None or event is None or watched not in self._watched:
            return False
        if isinstance(event, QContextMenuEvent):
            # Otherwise the main window opens its menu of docks.
            if event.reason() == QContextMenuEvent.Reason.Keyboard:
                self.open_current()
            return True
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.RightButton:
            point = event.position().toPoint()
            if event.type() == QEvent.Type.MouseButtonPress:
                self._pressed_at = point
            elif event.type() == QEvent.Type.MouseButtonRelease and self._pressed_at is not None:
                moved = (point - self._pressed_at).manhattanLength()
                self._pressed_at = None
                if moved <= MAX_MOVE_PIXELS and isinstance(watched, QWidget):
                    self._open_at(watched, point)
        return False

    def _open_at(self, widget: QWidget, point: QPoint) -> None:
        target_at, extend = self._watched[widget]
        target = target_at(point)
        if isinstance(target, SkyPosition):
            menu = self.make_place_menu(target)
        elif target < 0:
            return
        else:
            menu = self.make_menu(target)
            if extend is not None:
                menu.addSeparator()
                extend(menu, target, point)
        self._popup(menu, widget.mapToGlobal(point))

    def _popup(self, menu: QMenu, place: QPoint) -> None:
        self.menu = menu
        menu.popup(place)

    def _add_copy(self, menu: QMenu, title: str, text: str) -> None:
        action = menu.addAction(menu_text(title))
        if action is not None:
            action.triggered.connect(partial(self._copy, text))

    def _copy(self, text: str, _checked: bool) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(text)
            self._session.message.emit(f"copied: {text}")

    def _open_address(self, address: str, _checked: bool) -> None:
        if not QDesktopServices.openUrl(QUrl(address)):
            self._session.message.emit(f"no browser could be started; the address is {address}")

    def _go_to(self, row: int, _checked: bool) -> None:
        self._session.go_to_row(row)
