"""Pages in the middle of the window, panels or grid, and the field view beside them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

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
        Asks whether a verdict is meant for the candidate on screen, given what speaks against it.
    lets_decide : callable
        Returns whether a verdict may be given: not before cautions on the input are seen.
    lacks_pixels : callable
        Returns whether no panel shows pixels of the candidate; a verdict is then asked about.

    Attributes
    ----------
    field : FieldDock or None
        The dock of the field view, or None before it is first opened.
    grid_choice : object
        The user's earlier choice of the grid's planes, size and rows, as stored.
    has_field_image : bool
        Whether the field view shows the image behind its map, as stored.
    """

    grid_made = pyqtSignal(object)  # the area of the grid's tiles, built when first opened
    panels_shown = pyqtSignal()  # the panels have replaced the grid

    def __init__(
        self,
        session: Session,
        cache: CutoutCache,
        panels: QWidget,
        make_field: Callable[[], FieldDock],
        ask: Callable[[Verdict, str], None],
        parent: QWidget | None = None,
        lets_decide: Callable[[], bool] = lambda: True,
        lacks_pixels: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(parent)
        self._session, self._cache = session, cache
        self._panels = panels
        self._make_field = make_field
        self._ask = ask
        self._lets_decide = lets_decide
        self._lacks_pixels = lacks_pixels
        self._grid: Grid | None = None
        self.grid_choice: object = None
        self.has_field_image = True
        self.field: FieldDock | None = None
        self.addWidget(panels)

    def toggle_grid(self) -> None:
        """Replace the panels by the grid, or the grid by the panels."""
        from vetter.gui.grid.grid import Grid

        if self._grid is None:
            choice = self.grid_choice if isinstance(self.grid_choice, dict) else None
            self._grid = Grid(self._session, self._cache, choice=choice)
            self._grid.left.connect(self.show_panels)
            self._grid.choice_changed.connect(self._keep_grid_choice)
            self.addWidget(self._grid)
            self.grid_made.emit(self._grid.area)
        if self.currentWidget() is self._grid:
            self.show_panels()
        else:
            self._grid.enter()
            self.setCurrentWidget(self._grid)
            self._grid.setFocus()

    @property
    def grid(self) -> Grid | None:
        """The grid; None before it is first opened."""
        return self._grid

    def compare(self) -> None:
        """Show the candidates that are selected in the grid side by side, or the tiles again."""
        grid = self._front_grid()
        if grid is not None:
            grid.compare()

    def toggle_only_undecided(self) -> None:
        """Leave decided candidates out of the grid, or show them again."""
        grid = self._front_grid()
        if grid is not None:
            grid.toggle_only_undecided()

    def _front_grid(self) -> Grid | None:
        """Return the grid if it is in front; else say how to open it."""
        if not self.is_grid_shown:
            self._session.message.emit("open the grid first (View > Grid of many candidates)")
            return None
        return self._grid

    def _keep_grid_choice(self, choice: dict[str, Any]) -> None:
        self._session.writer.keep_setting("grid", choice)

    @property
    def is_grid_shown(self) -> bool:
        """Whether the grid is in front."""
        # The panels are a page from the start: one is always in front.
        return self.currentWidget() is self._grid

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
            button = self.field.view.picture
            button.setChecked(self.has_field_image)
            button.toggled.connect(partial(self._session.writer.keep_setting, "field_image"))
        else:
            self.field.toggle()

    def decide(self, verdict: Verdict) -> None:
        """Give a verdict to the current candidate, or to those selected in grid or field view."""
        if not self._lets_decide():
            return
        grid = self._grid if self.is_grid_shown else None
        if grid is not None and grid.decide(verdict):
            return
        if self.field is not None and self.field.view.decide(verdict):
            return
        self._decide_current(verdict)

    def decide_current(self, verdict: Verdict) -> None:
        """Give a verdict to the candidate on screen alone, asking outside the filter."""
        if self._lets_decide():
            self._decide_current(verdict)

    def _decide_current(self, verdict: Verdict) -> None:
        doubt = self._doubt_of(verdict) if self._session.takes_keys else ""
        if doubt:
            self._ask(verdict, doubt)
        else:
            self.decide_on_screen(verdict)

    def _doubt_of(self, verdict: Verdict) -> str:
        """Return what speaks against a verdict on the candidate on screen; empty for nothing."""
        if self._session.queue.leaves_out(self._session.current_row):
            return "which does not match the filter"
        unseen = verdict is not Verdict.NONE and self._lacks_pixels()
        return "of which no pixels are shown" if unseen else ""

    def decide_on_screen(self, verdict: Verdict) -> None:
        """Give a verdict to the candidate on screen."""
        session = self._session
        verbs = {
            Verdict.ACCEPT: session.accept,
            Verdict.REJECT: session.reject,
            Verdict.MAYBE: session.maybe,
            Verdict.LATER: session.later,
            Verdict.NONE: session.clear,
        }
        verbs[verdict]()
