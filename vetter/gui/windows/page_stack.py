"""Pages in the middle of the window, panels or grid, and the field view beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QStackedWidget, QWidget

from vetter.core.decisions.decision import Verdict
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.session import Session

if TYPE_CHECKING:
    from vetter.gui.field_view.field_view import FieldDock
    from vetter.gui.grid.grid import Grid


class Pages(QStackedWidget):
    """Stack of panels and grid; a verdict goes to the candidates of the page in front.

    Grid and field view are built when first opened.

    Parameters
    ----------
    session : Session
    cache : CutoutCache
        Source of the grid's cutouts.
    panels : QWidget
        The first page.
    make_field : callable
        Builds the dock of the field view, which needs the window and the list's dock.
    ask : callable
        Asks whether a verdict is meant for a candidate that does not match the filter.
    lets_decide : callable
        Returns whether a verdict may be given: not before cautions on the input are seen.

    Attributes
    ----------
    field : FieldDock or None
        The dock of the field view, or None before it is first opened.
    """

    grid_made = pyqtSignal(object)  # the area of the grid's tiles, built when first opened
    panels_shown = pyqtSignal()  # the panels have replaced the grid

    def __init__(
        self,
        session: Session,
        cache: CutoutCache,
        panels: QWidget,
        make_field: Callable[[], FieldDock],
        ask: Callable[[Verdict], None],
        parent: QWidget | None = None,
        lets_decide: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(parent)
        self._session, self._cache = session, cache
        self._panels = panels
        self._make_field = make_field
        self._ask = ask
        self._lets_decide = lets_decide
        self._grid: Grid | None = None
        self.field: FieldDock | None = None
        self.addWidget(panels)

    def toggle_grid(self) -> None:
        """Replace the panels by the grid, or the grid by the panels."""
        from vetter.gui.grid.grid import Grid

        if self._grid is None:
            self._grid = Grid(self._session, self._cache)
            self._grid.left.connect(self.show_panels)
            self.addWidget(self._grid)
            self.grid_made.emit(self._grid.area)
        if self.currentWidget() is self._grid:
            self.show_panels()
        else:
            self._grid.enter()
            self.setCurrentWidget(self._grid)
            self._grid.setFocus()

    @property
    def is_grid_shown(self) -> bool:
        """Whether the grid is in front."""
        return self._grid is not None and self.currentWidget() is self._grid

    def update_fit_results(self, rows: list[int]) -> None:
        """Show the answers of newly fitted candidates in the grid."""
        if self._grid is not None:
            self._grid.area.update_fit_results(rows)

    def show_panels(self) -> None:
        """Show the panels."""
        self.setCurrentWidget(self._panels)
        self.panels_shown.emit()

    def toggle_field(self) -> None:
        """Show or hide the field view."""
        if self.field is None:
            self.field = self._make_field()
        else:
            self.field.toggle()

    def decide(self, verdict: Verdict) -> None:
        """Give a verdict to the current candidate, or to those selected in grid or field view."""
        if not self._lets_decide():
            return
        in_grid = self._grid is not None and self.currentWidget() is self._grid
        if in_grid and self._grid is not None and self._grid.decide(verdict):
            return
        if self.field is not None and self.field.view.decide(verdict):
            return
        self._decide_current(verdict)

    def decide_current(self, verdict: Verdict) -> None:
        """Give a verdict to the candidate on screen alone, asking outside the filter."""
        if self._lets_decide():
            self._decide_current(verdict)

    def _decide_current(self, verdict: Verdict) -> None:
        session = self._session
        if session.queue.leaves_out(session.current_row) and session.takes_keys:
            self._ask(verdict)
        else:
            self.decide_on_screen(verdict)

    def decide_on_screen(self, verdict: Verdict) -> None:
        """Give a verdict to the candidate on screen."""
        session = self._session
        verbs = {
            Verdict.ACCEPT: session.accept,
            Verdict.REJECT: session.reject,
            Verdict.MAYBE: session.maybe,
            Verdict.NONE: session.clear,
        }
        verbs[verdict]()
