"""Grid of many candidates: look over a page, select, give one verdict to the selection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEvent, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PyQt6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from vetter.core.decisions.decision import Verdict
from vetter.core.judgement.fit_table import can_fit
from vetter.core.number_text import format_count
from vetter.gui.card.candidate_card import CandidateCard
from vetter.gui.grid.grid_area import GridArea
from vetter.gui.grid.grid_bar import GridBar
from vetter.gui.grid.selection import GridSelection, Rows
from vetter.gui.grid.shown_rows import ShownRows
from vetter.gui.grid.tile_painter import SIZES
from vetter.gui.panels.thumbnails import Thumbnails
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.session import Session

if TYPE_CHECKING:
    from vetter.gui.grid.compare_view import CompareView

MOST_COMPARED = 4
"""Largest number of candidates side by side."""
_USUAL_SIZE = {True: 80, False: 96}
"""Side of a plane in several planes, and of a single plane, if not all tiles fit on the page."""
_LARGEST_FIRST = 160
"""Largest side that a grid has at first, even if few tiles leave room for more."""

_MAX_SINGLE_TILES = 200
"""Number of changed tiles above which the whole grid is repainted instead of each tile."""
_PLAIN = Qt.KeyboardModifier.NoModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_TABS = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}
_SIZES = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1}


class Grid(QWidget):
    """Grid of thumbnails in the order of the queue; its current candidate is the session's.

    Arrows and clicks move to a candidate; with Shift they select a range, with Ctrl one more; a
    drag selects the tiles that it touches.
    Before a verdict for several candidates is given, a question shows their number:
    Enter confirms, Esc cancels. Keys never act on the candidate under the mouse.

    Parameters
    ----------
    session : Session
    cache : CutoutCache
        Source of the frames from which thumbnails are made.
    choice : mapping, optional
        The user's earlier `choice`.
    """

    left = pyqtSignal()
    """Emitted when the user returns to the panels."""

    choice_changed = pyqtSignal(dict)
    """The user's choice of planes, size and rows, to be stored."""

    def __init__(
        self,
        session: Session,
        cache: CutoutCache,
        parent: QWidget | None = None,
        choice: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._extending = False
        """Whether the move under way extends the selection, as with Shift."""
        # Row that the tiles show as current.
        self._marked = -1
        self._size: int | None = None
        """Side of a plane that the user chose; None before."""
        self._before_press: Rows | None = None
        """Selection before the press that a rubber band starts from."""
        self._place = 0
        """Place of the decided candidate, where the next one is shown if that one leaves."""
        self.shown = ShownRows(session)
        self.selection = GridSelection(self.shown)
        planes = list(session.source.plane_names)
        if can_fit(planes) and "adjusted" not in planes:
            planes.append("adjusted")
        self.bar = GridBar(planes, self)
        self._restore(choice or {})
        self.thumbnails = Thumbnails(cache, self.bar.chosen[0], self, patient=True)
        self.thumbnails.set_planes(self.bar.chosen)
        self.area = GridArea(session, self.shown, self.thumbnails, self.selection, self)
        self.card = CandidateCard(session)
        self._cache = cache
        self._comparison: CompareView | None = None
        self._middle = QStackedWidget(self)
        self._middle.addWidget(self.area)
        self.question = self.bar.question
        self.count = self.bar.count
        self._heading_turn = self._make_timer(self._show_heading)
        self._after_verdict = self._make_timer(self._follow_verdict)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 2)
        layout.setSpacing(4)
        layout.addWidget(self.card)
        layout.addWidget(self.bar)
        layout.addWidget(self._middle, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("grid of candidates")
        self._connect()

    def _connect(self) -> None:
        session, bar, area = self._session, self.bar, self.area
        self.question.agreed.connect(session.decide_group)
        bar.planes_changed.connect(self._on_planes)
        bar.resize_wanted.connect(self.resize_tiles)
        bar.undecided_changed.connect(self._on_undecided)
        area.pressed.connect(self._on_pressed)
        area.banded.connect(self._on_banded)
        area.opened.connect(self._on_opened)
        area.resize_wanted.connect(self.resize_tiles)
        area.resized.connect(self._on_resized)
        session.current_changed.connect(self._on_current_changed)
        session.queue_changed.connect(self._on_queue_changed)
        session.grown.connect(self._on_grown)
        session.opinions_changed.connect(self._on_opinions_changed)

    def _make_timer(self, slot: Any) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(0)
        timer.timeout.connect(slot)
        return timer

    def _restore(self, choice: Mapping[str, Any]) -> None:
        """Take over the user's earlier choice, as far as it is one."""
        # Of a list: what is stored may be no text, which a dict could not look up.
        if choice.get("planes") in list(self.bar.choices):
            self.bar.planes.setCurrentText(str(choice["planes"]))
        if choice.get("size") in SIZES:
            self._size = int(choice["size"])
        if choice.get("only_undecided") is True:
            self.bar.undecided.setChecked(True)
            self.shown.set_only_undecided(True)

    @property
    def choice(self) -> dict[str, Any]:
        """The user's choice of planes, size (None if not chosen) and rows."""
        return {
            "planes": self.bar.planes.currentText(),
            "size": self._size,
            "only_undecided": self.shown.only_undecided,
        }

    @property
    def is_comparing(self) -> bool:
        """Whether some candidates are side by side in place of the tiles."""
        return self._middle.currentWidget() is not self.area

    @property
    def can_compare(self) -> bool:
        """Whether as many are selected as fit side by side, or they are side by side already."""
        return self.is_comparing or 2 <= len(self.selection) <= MOST_COMPARED

    @property
    def compared(self) -> CompareView:
        """View of candidates side by side, built when first used."""
        if self._comparison is None:
            from vetter.gui.grid.compare_view import CompareView

            tiles = self.area.tiles
            self._comparison = CompareView(self._session, self._cache, tiles, self)
            self._comparison.pressed.connect(self._go)
            self._middle.addWidget(self._comparison)
        return self._comparison

    def enter(self) -> None:
        """Show the current candidate, and select only that one."""
        self.shown.refresh()
        self._leave_comparison()
        self._show_selection(self.selection.select_only(self._session.current_row))
        # At once: lines that the heading gets later would push the tiles down.
        if self._session.current_row >= 0:
            self.card.show_row(self._session.current_row)
        self._set_tiles()
        self._show_current()

    def decide(self, verdict: Verdict) -> bool:
        """Ask the user to confirm a verdict for the selection.

        Returns
        -------
        bool
            False if only the current candidate is selected: the caller then gives the verdict.
        """
        rows = self.selection.listed
        if self.is_comparing:
            # Beside the others the candidate stays, as a group of one.
            rows = [self._session.current_row]
        elif not rows or rows == [self._session.current_row]:
            return False
        if self._session.read_only:
            self._session.message.emit("read only: no verdict can be given here")
        elif self.is_comparing:
            self._session.decide_group(rows, verdict)
        else:
            unseen = len(rows) - sum(row in self.selection for row in self.area.seen)
            self.question.ask(rows, verdict, unseen, self._session.incomplete_reason)
            self.question.raise_()
        return True

    def compare(self) -> None:
        """Show the selected candidates side by side, or the tiles again."""
        rows = self.selection.listed
        if self.is_comparing:
            self._leave_comparison()
        elif 2 <= len(rows) <= MOST_COMPARED:
            self.question.dismiss()
            self.compared.show_rows(rows)
            self._middle.setCurrentWidget(self.compared)
            self.bar.set_comparing(True)
            if self._session.current_row not in rows:
                self._session.go_to_row(rows[0])
        else:
            self._session.message.emit(f"select 2 to {MOST_COMPARED} candidates, then compare them")

    def toggle_only_undecided(self) -> None:
        """Leave decided candidates out, or show them again; not while some are side by side."""
        if self.is_comparing:
            self._session.message.emit("compared candidates stay: go back to the grid first (Esc)")
        else:
            self.bar.undecided.toggle()

    def resize_tiles(self, steps: int) -> None:
        """Make the tiles larger by this number of sizes, or smaller."""
        at = SIZES.index(self.area.tiles.size) + steps
        if 0 <= at < len(SIZES):
            self._size = SIZES[at]
            self._set_tiles()
            self._show_current()
            self.choice_changed.emit(self.choice)
        else:
            self._session.message.emit(f"tiles: the {'largest' if steps > 0 else 'smallest'} size")

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
        self.thumbnails.make_while_building(True)
        self._set_tiles()
        self._show_current()
        self.area.want_shown()

    def hideEvent(self, event: QHideEvent | None) -> None:
        super().hideEvent(event)
        self.thumbnails.make_while_building(False)
        self.thumbnails.stop()
        self._heading_turn.stop()
        self._after_verdict.stop()

    def _set_tiles(self) -> None:
        """Give the tiles their size: the user's, else the largest at which all are on screen."""
        planes = self.bar.chosen
        size = self._size
        if size is None:
            size = _USUAL_SIZE[len(planes) > 1]
            larger = (side for side in SIZES if size < side <= _LARGEST_FIRST)
            for side in larger:
                if not self.area.has_room(side, len(planes), len(self.shown)):
                    break
                size = side
        self.area.set_tiles(size, planes)

    def _is_own_key(self, event: QKeyEvent) -> bool:
        key, held = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in self._steps():
            return held in (_PLAIN, _SHIFT)
        if key in (Qt.Key.Key_A, Qt.Key.Key_Space):
            return held == _CTRL
        if key in _TABS or key in _SIZES:
            return held in (_PLAIN, _SHIFT)
        return key in (*_ENTER, Qt.Key.Key_Escape) and held == _PLAIN

    def _steps(self) -> dict[int, int]:
        columns, count = self.area.columns, len(self.shown)
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
        if self.is_comparing:
            self._press_comparing(key)
            return
        steps = self._steps().get(key)
        if steps is not None:
            self._step(steps, bool(event.modifiers() & _SHIFT))
        elif key in _TABS:
            self.bar.step_planes(_TABS[Qt.Key(key)])
        elif key in _SIZES:
            self.resize_tiles(_SIZES[Qt.Key(key)])
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

    def _press_comparing(self, key: int) -> None:
        steps = self._steps().get(key, _TABS.get(Qt.Key(key)))
        if steps is not None:
            self._session.go_to_row(self.compared.neighbour(1 if steps > 0 else -1))
        elif key in _ENTER:
            self.left.emit()
        elif key == Qt.Key.Key_Escape:
            self._leave_comparison()

    def _leave_comparison(self) -> None:
        if self.is_comparing:
            self.compared.show_rows([])
            self._middle.setCurrentWidget(self.area)
            self.bar.set_comparing(False)
            self.area.want_shown()

    def _step(self, steps: int, extend: bool) -> None:
        order = self.shown.order
        if len(order):
            place = self.shown.position_of(self._session.current_row)
            target = min(max(place + steps, 0), len(order) - 1)
            self._go(int(order[target]), extend)

    def _go(self, row: int, extend: bool = False) -> None:
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
        total, chosen = len(self.shown), len(self.selection)
        so_far = "" if self._session.complete else " so far"
        self.count.setText(f"{format_count(total, 'candidate')}{so_far}, {chosen:,} selected")

    def _show_current(self) -> None:
        self.area.show_place(self.shown.position_of(self._session.current_row))

    def _show_heading(self) -> None:
        """Show the current candidate's name, facts, tags and comment above the tiles."""
        row = self._session.current_row
        if row >= 0 and self.isVisible():
            self.card.show_row(row)

    def _follow_verdict(self) -> None:
        """Show another candidate if the current one has left the grid by its verdict."""
        row = self._session.current_row
        if self.is_comparing:
            following = self.compared.next_undecided()
            if self._session.codes[row] and following is not None:
                self._session.go_to_row(following)
        elif self.shown.leaves_out(row) and len(self.shown) and self.isVisible():
            self._go(int(self.shown.order[min(self._place, len(self.shown) - 1)]))

    def _on_current_changed(self, row: int) -> None:
        if self.isVisible():
            self._heading_turn.start()
        if self.is_comparing:
            self.compared.update()
            self._marked = row
            return
        extending = self._extending
        self._show_selection(
            self.selection.extend(row) if extending else self.selection.select_only(row)
        )
        if self.isVisible():
            self._show_current()

    def _on_pressed(self, row: int, held: Qt.KeyboardModifier) -> None:
        self._before_press = before = self.selection.rows
        if row < 0:
            return
        if held & _CTRL:
            # _go() selects only this row; Ctrl keeps the others.
            self._go(row, False)
            self.selection.toggle_among(before, row)
            self._show_selection(True)
        else:
            self._go(row, bool(held & _SHIFT))

    def _on_banded(self, rows: Rows, held: Qt.KeyboardModifier) -> None:
        before = self._before_press
        if before is not None and held & (_CTRL | _SHIFT):
            self._show_selection(self.selection.select_more(before, rows))
        elif len(rows):
            self._show_selection(self.selection.select(rows))
        else:
            self._show_selection(self.selection.select_only(self._session.current_row))

    def _on_opened(self, row: int) -> None:
        self._go(row, False)
        self.left.emit()

    def _on_resized(self) -> None:
        if self._size is None:
            self._set_tiles()

    def _on_planes(self, _planes: tuple[str, ...]) -> None:
        self._set_tiles()
        self._show_current()
        self.area.want_shown()
        self.choice_changed.emit(self.choice)

    def _on_undecided(self, on: bool) -> None:
        self.shown.set_only_undecided(on)
        self._on_queue_changed()
        self._place = 0
        self._after_verdict.start()
        self.choice_changed.emit(self.choice)

    def _on_queue_changed(self) -> None:
        self.shown.refresh()
        self._show_selection(self.selection.keep_listed())
        self.area.set_up()
        if self.isVisible():
            self._show_current()

    def _on_grown(self, _first_new: int) -> None:
        self.shown.refresh()
        self.area.grow()
        self._show_count()

    def _on_opinions_changed(self, rows: list[int]) -> None:
        self.question.forget(rows)
        if self.shown.only_undecided:
            places = [place for row in rows if (place := self.shown.position_of(row)) >= 0]
            self._place = min(places, default=self._place)
            self._on_queue_changed()
        if self.is_comparing:
            self.compared.show_rows(self.compared.rows)
        self._after_verdict.start()
        self.area.repaint_later()
