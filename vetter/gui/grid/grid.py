"""Grid of many candidates: look over a page, select, give one verdict to the selection."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QShowEvent
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from vetter.core.decisions.decision import Verdict
from vetter.core.number_text import format_count
from vetter.gui.grid.grid_area import GridArea
from vetter.gui.grid.selection import GridSelection
from vetter.gui.panels.thumbnails import Thumbnails
from vetter.gui.widgets.group_question import GroupQuestion
from vetter.gui.widgets.plain_text import plain_label
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.session import Session

FIRST_PLANES = ("diff", "image")
"""Planes that the grid shows when it is opened: the first that the input has."""

_MAX_SINGLE_TILES = 200
"""Number of changed tiles above which the whole grid is repainted instead of each tile."""
_PLAIN = Qt.KeyboardModifier.NoModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_TABS = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}


class Grid(QWidget):
    """Grid of thumbnails in the order of the queue; its current candidate is the session's.

    Arrows and clicks move to a candidate; with Shift they select a range, with Ctrl one more.
    Before a verdict for several candidates is given, a question shows their number:
    Enter confirms, Esc cancels. Keys never act on the candidate under the mouse.

    Parameters
    ----------
    session : Session
    cache : CutoutCache
        Source of the frames from which thumbnails are made.
    """

    left = pyqtSignal()
    """Emitted when the user returns to the panels."""

    def __init__(self, session: Session, cache: CutoutCache, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._extending = False
        """Whether the move under way extends the selection, as with Shift."""
        # Row that the tiles show as current.
        self._marked = -1
        self.selection = GridSelection(session.queue)
        planes = list(session.source.plane_names)
        plane = next((name for name in FIRST_PLANES if name in planes), "image")
        self.thumbnails = Thumbnails(cache, plane, self)
        self.area = GridArea(session, self.thumbnails, self.selection, self)
        self.question = GroupQuestion(self)
        self._make_bar(planes, plane)
        self._lay_out()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("grid of candidates")
        self.question.agreed.connect(session.decide_group)
        self.area.pressed.connect(self._on_pressed)
        self.area.opened.connect(self._on_opened)
        session.current_changed.connect(self._on_current_changed)
        session.queue_changed.connect(self._on_queue_changed)
        session.grown.connect(self._on_grown)
        session.opinions_changed.connect(self._on_opinions_changed)

    def enter(self) -> None:
        """Show the current candidate, and select only that one."""
        self._show_selection(self.selection.select_only(self._session.current_row))
        self.area.set_up()
        self._show_current()

    def decide(self, verdict: Verdict) -> bool:
        """Ask the user to confirm a verdict for the selection.

        Returns
        -------
        bool
            False if only the current candidate is selected: the caller then gives the verdict.
        """
        rows = self.selection.listed
        if not rows or rows == [self._session.current_row]:
            return False
        if self._session.read_only:
            self._session.message.emit("read only: no verdict can be given here")
        else:
            unseen = len(rows) - sum(row in self.selection for row in self.area.seen)
            self.question.ask(rows, verdict, unseen, self._session.incomplete_reason)
        return True

    def event(self, event: QEvent | None) -> bool:
        # The grid's keys take precedence over commands with the same keys (Right, Home, PgDown).
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and self._is_own_key(event):
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and self._is_own_key(event):
                self._press(event)
                return True
        return super().event(event)

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self.area.set_up()
        self._show_current()
        self.area.want_shown()

    def _make_bar(self, planes: list[str], plane: str) -> None:
        self.planes = QComboBox(self)
        self.planes.addItems(planes)
        self.planes.setCurrentText(plane)
        self.planes.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.planes.setAccessibleName("plane shown")
        self.planes.setToolTip("Plane shown (Tab: next, Shift+Tab: previous)")
        self.planes.currentTextChanged.connect(self._on_plane)
        self.count = plain_label(parent=self)
        self.count.setAccessibleName("number selected")
        self.hint = plain_label(
            "Tab: next plane    Shift, Ctrl: select more    Enter: look at it    Esc: back", self
        )

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.addWidget(self.planes)
        above.addWidget(self.count, 1)
        above.addWidget(self.hint)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 2)
        layout.addLayout(above)
        layout.addWidget(self.question)
        layout.addWidget(self.area, 1)

    def _is_own_key(self, event: QKeyEvent) -> bool:
        key, held = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in self._steps():
            return held in (_PLAIN, _SHIFT)
        if key in (Qt.Key.Key_A, Qt.Key.Key_Space):
            return held == _CTRL
        if key in _TABS:
            return held in (_PLAIN, _SHIFT)
        return key in (*_ENTER, Qt.Key.Key_Escape) and held == _PLAIN

    def _steps(self) -> dict[int, int]:
        columns, count = self.area.columns, len(self._session.queue)
        page = columns * self.area.lines
        return {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -count,
            Qt.Key.Key_End: count,
        }

    def _press(self, event: QKeyEvent) -> None:
        key = event.key()
        steps = self._steps().get(key)
        if steps is not None:
            self._step(steps, bool(event.modifiers() & _SHIFT))
        elif key in _TABS:
            index = self.planes.currentIndex() + _TABS[Qt.Key(key)]
            self.planes.setCurrentIndex(index % self.planes.count())
        elif key == Qt.Key.Key_A:
            self._show_selection(self.selection.all())
        elif key == Qt.Key.Key_Space:
            self._show_selection(self.selection.toggle(self._session.current_row))
        elif not self.question.text:
            self.left.emit()
        elif key in _ENTER:
            self.question.agree()
        else:
            self.question.dismiss()

    def _step(self, steps: int, extend: bool) -> None:
        queue = self._session.queue
        if len(queue):
            place = queue.position_of(self._session.current_row)
            target = min(max(place + steps, 0), len(queue) - 1)
            self._go(int(queue.order[target]), extend)

    def _go(self, row: int, extend: bool) -> None:
        """Move to a candidate if the session allows it; the selection follows the session."""
        self._extending = extend
        if row == self._session.current_row:
            self._on_current_changed(row)
        else:
            self._session.go_to_row(row)
        self._extending = False

    def _show_selection(self, changed: bool) -> None:
        """Paint the selection; if it changed, dismiss the question about the earlier one."""
        if changed:
            self.question.dismiss()
        self._show_count()
        row = self._session.current_row
        self.area.update_rows(
            [self._marked, row, *self.selection.touched[:_MAX_SINGLE_TILES].tolist()]
        )
        if len(self.selection.touched) > _MAX_SINGLE_TILES:
            self.area.repaint_later()
        self._marked = row

    def _show_count(self) -> None:
        total, chosen = len(self._session.queue), len(self.selection)
        so_far = "" if self._session.complete else " so far"
        self.count.setText(f"{format_count(total, 'candidate')}{so_far}, {chosen:,} selected")

    def _show_current(self) -> None:
        self.area.show_place(self._session.queue.position_of(self._session.current_row))

    def _on_current_changed(self, row: int) -> None:
        extending = self._extending
        self._show_selection(
            self.selection.extend(row) if extending else self.selection.select_only(row)
        )
        if self.isVisible():
            self._show_current()

    def _on_pressed(self, row: int, held: Qt.KeyboardModifier) -> None:
        if held & _CTRL:
            before = self.selection.rows
            # _go() selects only this row; Ctrl keeps the others.
            self._go(row, False)
            self.selection.toggle_among(before, row)
            self._show_selection(True)
        else:
            self._go(row, bool(held & _SHIFT))

    def _on_opened(self, row: int) -> None:
        self._go(row, False)
        self.left.emit()

    def _on_plane(self, plane: str) -> None:
        self.thumbnails.set_plane(plane)
        self.area.repaint_later()

    def _on_queue_changed(self) -> None:
        self._show_selection(self.selection.keep_listed())
        self.area.set_up()
        if self.isVisible():
            self._show_current()

    def _on_grown(self, _first_new: int) -> None:
        self.area.grow()
        self._show_count()

    def _on_opinions_changed(self, rows: list[int]) -> None:
        self.question.forget(rows)
        self.area.repaint_later()
