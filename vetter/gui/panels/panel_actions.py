"""Verbs of the menus on the panels: blink, swipe, hatch, north, choice of planes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PyQt6.QtCore import QObject, QPoint, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMenu, QWidget

from vetter.gui.panels.layout.turning import North
from vetter.gui.panels.panel_choice import PanelPicker
from vetter.gui.panels.plane_row import PlaneRow
from vetter.gui.panels.stretch.stretch_bar import StretchBar
from vetter.gui.panels.tools.blink_picker import BlinkPicker
from vetter.gui.widgets.plain_text import menu_text
from vetter.review.session import Session

_MENU = ("stretch.reset", "view.fit", "view.panels", "view.blink_planes")
"""Commands that the menu of a panel repeats."""
_NORTH_WORDS = {
    North.AS_READ: "panels as in the file",
    North.QUARTERS: "north up, by quarter turns",
    North.EXACT: "north up, exactly: the corners of the cutouts are cut",
}


class PanelActions(QObject):
    """Verbs of the menus; the session stores what they choose.

    Parameters
    ----------
    session : Session
    plane_row : PlaneRow
    stretch_bar : StretchBar
    actions : mapping
        Actions by the id of their command.
    set_panels : callable
        Gives the planes that have panels to all windows.
    say : callable
        Shows a line in the status bar.
    window : QWidget
        Window that the dialogs open over.
    """

    def __init__(
        self,
        session: Session,
        plane_row: PlaneRow,
        stretch_bar: StretchBar,
        actions: Mapping[str, QAction],
        set_panels: Callable[[Mapping[str, bool]], None],
        say: Callable[[str], None],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session, self._plane_row, self._stretch_bar = session, plane_row, stretch_bar
        self._actions, self._set_panels = actions, set_panels
        self._say, self._window = say, window

    def toggle_auto_blink(self) -> None:
        """Start or stop the automatic blink."""
        blinks = self._plane_row.toggle_auto_blink()
        self._say("blinking: the same key stops it" if blinks else "")

    def toggle_flicker(self) -> None:
        """Compare the image with the template as the fit has shifted and scaled it, by itself."""
        if not self._plane_row.toggle_flicker():
            self._say("no fit of this candidate yet, so no refit template")

    def toggle_swipe(self) -> None:
        """Compare image and template along a divider that follows the pointer."""
        if not self._plane_row.toggle_swipe():
            self._say("no template to compare with the image")

    def step_north(self) -> None:
        """Show the panels as read, with north up by quarter turns, and exactly, in turn."""
        ways = list(North)
        self.face_north(ways[(ways.index(self._plane_row.north) + 1) % len(ways)])

    def face_north(self, way: str) -> None:
        """Turn the panels so that north is up, by a value of `North`, or show them as read."""
        north = North(way)
        self._plane_row.set_north(north)
        # The second window follows.
        self._set_panels(self._plane_row.choice.user_choice)
        self._session.writer.keep_setting("north_up", north.value)
        self._say(_NORTH_WORDS[north])

    def toggle_hatch(self) -> None:
        """Draw masks as a hatch over the other planes, or only in panels of their own."""
        choice = self._plane_row.choice
        self._session.writer.keep_setting("hatch", not choice.hatched)
        self._plane_row.set_choice(choice._replace(hatched=not choice.hatched))
        self._set_panels(choice.user_choice)
        if "mask" not in self._plane_row.planes:
            self._say("these candidates have no mask")

    def pick(self) -> None:
        """Choose which planes have panels."""
        looks, planes = self._stretch_bar.looks, self._plane_row.planes
        kinds = {plane: looks.group_of(plane) for plane in planes}
        picker = PanelPicker(self._plane_row.choice, planes, self._window, kinds)
        picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        picker.picked.connect(self._on_picked)
        picker.kinds_picked.connect(self._stretch_bar.set_kinds)
        picker.open()

    def pick_blink(self) -> None:
        """Choose the planes that the blink goes through."""
        planes = self._plane_row.planes_to_blink
        if len(planes) < 2:
            self._say("one plane only: nothing to blink with")
            return
        picker = BlinkPicker(planes, self._stretch_bar.looks.blinks, self._window)
        picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        picker.picked.connect(self._stretch_bar.set_blinks)
        picker.open()

    def show_as_differences(self, planes: Sequence[str]) -> None:
        """Show planes as differences whose kind neither their names nor the user tell."""
        new = list(dict.fromkeys(self._stretch_bar.looks.unnamed(planes)))
        if new:
            self._stretch_bar.set_kinds(dict.fromkeys(new, "difference"))
            self._say(f"{', '.join(new)}: looks like a difference, shown so; right click: change")

    def extend_menu(self, menu: QMenu, _row: int, point: QPoint) -> None:
        """Add the entries on panels to the menu of a candidate."""
        for command in _MENU:
            menu.addAction(self._actions[command])
        plane, looks = self._plane_row.plane_at(point), self._stretch_bar.looks
        if plane is None or looks.group_of(plane) == "mask":
            return
        entry = menu.addAction(menu_text(f"Show {plane} as a difference"))
        assert entry is not None
        entry.setCheckable(True)
        entry.setChecked(looks.group_of(plane) == "difference")
        entry.toggled.connect(partial(self._set_difference, plane))

    def _set_difference(self, plane: str, is_one: bool) -> None:
        self._stretch_bar.set_kinds({plane: "difference" if is_one else "sky"})

    def _on_picked(self, choice: dict[str, bool]) -> None:
        self._session.writer.keep_setting("panels", choice)
        self._set_panels(choice)
