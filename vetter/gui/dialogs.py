"""The pages and dialogs that the window opens now and then, built when first wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt

from vetter.core.cutout_source import report_of
from vetter.core.decisions import Verdict
from vetter.gui.window import WindowDialogs

if TYPE_CHECKING:
    from vetter.gui.export_dialog import ExportDialog
    from vetter.gui.field_dock import FieldDock
    from vetter.gui.grid import Grid
    from vetter.gui.main_window import MainWindow
    from vetter.gui.palette import Search
    from vetter.io.input_options import InputOptions


class Dialogs(WindowDialogs):
    """Opens what is not on screen each minute; each is imported when first wanted.

    Parameters
    ----------
    window : MainWindow
        Whose session they show.
    """

    _window: MainWindow

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._grid: Grid | None = None
        self.field: FieldDock | None = None
        self.export: ExportDialog | None = None

    def toggle_grid(self) -> None:
        """Show the grid in the panels' place, and the panels again."""
        from vetter.gui.grid import Grid

        window = self._window
        if self._grid is None:
            self._grid = Grid(window.session, window.cache)
            self._grid.left.connect(self.show_panels)
            window.pages.addWidget(self._grid)
        if window.pages.currentWidget() is self._grid:
            self.show_panels()
        else:
            self._grid.enter()
            window.pages.setCurrentWidget(self._grid)
            self._grid.setFocus()

    def toggle_field(self) -> None:
        """Show the field view, or put it away."""
        from vetter.gui.field_dock import FieldDock

        window = self._window
        if self.field is None:
            self.field = FieldDock(window.session, window.fits, window.list_dock, window)
        else:
            self.field.toggle()

    def toggle_light_curve(self) -> None:
        """Show the light curve, or put it away; the session remembers which."""
        window = self._window
        if window.light_curve.toggle():
            window.session.recorder.keep_setting("light_curve", window.light_curve.wanted)
        else:
            window.status.say("no light curve comes with these candidates")

    def show_disappeared(self) -> None:
        """How many and which disappeared, to be rejected as one step, or not."""
        from vetter.gui.disappeared_dialog import DisappearedDialog

        window = self._window
        if window.fits.disappeared_rows():
            DisappearedDialog(window.session, window.cache, window.fits, window).open()
        else:
            window.status.say("nothing in this list has disappeared, as far as it is fitted")

    def decide(self, verdict: Verdict) -> None:
        """A verdict for what is on screen: one candidate, or those just selected together."""
        window, session = self._window, self._window.session
        in_grid = self._grid is not None and window.pages.currentWidget() is self._grid
        if in_grid and self._grid is not None and self._grid.decide(verdict):
            return
        if self.field is not None and self.field.view.decide(verdict):
            return
        verbs = {
            Verdict.ACCEPT: session.accept,
            Verdict.REJECT: session.reject,
            Verdict.MAYBE: session.maybe,
            Verdict.NONE: session.clear,
        }
        verbs[verdict]()

    def show_panels(self) -> None:
        """The panels, in the grid's place."""
        self._window.pages.setCurrentIndex(0)
        # The grid has taken what the builder made for it: looks may have changed meanwhile.
        self._window.showing.show()
        self._window.setFocus()

    def found_besides(self) -> tuple[Search, str]:
        """The palette finds ways to sort the list, and every candidate."""
        from vetter.gui.candidate_search import CandidateSearch

        return CandidateSearch(self._window.session), "a candidate's name"

    def show_export(self) -> None:
        """Choose what to export and where to."""
        from vetter.gui.export_dialog import ExportDialog

        window = self._window
        self.export = ExportDialog(window.session, window.cache, window.fits, window)
        self.export.finished.connect(self._forget_export)
        self.export.open()

    def _forget_export(self) -> None:
        self.export = None

    def show_offers(self) -> None:
        """Verdicts of the earlier list, to take or to leave."""
        from vetter.gui.offers_dialog import OffersDialog

        if self._window.session.ledger.offers():
            OffersDialog(self._window.session, self._window).open()
        else:
            self._window.status.say("no verdict of an earlier list waits for a decision")

    def pick_columns(self) -> None:
        """Which columns the list shows."""
        self._window.candidate_list.pick_columns()

    def pick_panels(self) -> None:
        """Which planes have panels."""
        from vetter.gui.panel_picker import PanelPicker

        window = self._window
        picker = PanelPicker(window.plane_row.choice, window.plane_row.planes, window)
        picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        picker.picked.connect(self._keep_panels)
        picker.open()

    def _keep_panels(self, said: dict[str, bool]) -> None:
        from vetter.core.panel_choice import PanelChoice

        window = self._window
        window.session.recorder.keep_setting("panels", said)
        window.plane_row.set_choice(PanelChoice.of(window.session.source, said))
        window.showing.show()

    def show_all_columns(self) -> None:
        """Every column of the candidate on screen."""
        from vetter.gui.all_columns import AllColumns

        AllColumns.show_over(self._window, self._window.session)

    def show_list_columns(self) -> None:
        """Which column of the list plays which part; another choice is read at once."""
        from vetter.gui.list_columns import ListColumns

        window = self._window
        if not getattr(window.session.source, "chooses_columns", False):
            window.status.say("what the columns of this input mean is fixed by its format")
            return
        dialog = ListColumns(window.session, window)
        dialog.chosen.connect(self._read_again)
        dialog.open()

    def _read_again(self, options: InputOptions) -> None:
        from vetter.review.input_reader import OpenRequest

        inputs = self._window.session.source.record["inputs"]
        self._window.open_wanted.emit(OpenRequest(tuple(inputs), options))

    def show_notes(self) -> None:
        """What was recognised, converted and estimated."""
        session = self._window.session
        notes = [*session.source.notes, *session.candidates.notes]
        self.say_list("What was recognised", list(dict.fromkeys(notes)))

    def show_report(self) -> None:
        """The inputs that could not be read, and why."""
        session = self._window.session
        if session.complete and not report_of(session.source):
            self._window.status.say("nothing to report: the whole list was read")
            return
        from vetter.gui.report_dialog import ReportDialog

        ReportDialog(session, self._window).open()
