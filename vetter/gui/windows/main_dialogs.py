"""The dialogs of a window with candidates, each built when first wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vetter.gui.windows.window import Window, WindowDialogs
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.fits.fits import Fits
from vetter.review.session import Session

if TYPE_CHECKING:
    from vetter.gui.dialogs.export import ExportDialog
    from vetter.gui.dialogs.palette import Search
    from vetter.io.input_options import InputOptions


class MainDialogs(WindowDialogs):
    """Opens what is not on screen each minute; each is imported when first wanted.

    Parameters
    ----------
    session : Session
    cache : CutoutCache
    fits : Fits
    window : Window
        Over which they open.
    say : callable
        Shows a line in the status bar.

    Attributes
    ----------
    export : ExportDialog or None
        The export while its dialog is open.
    """

    def __init__(
        self,
        session: Session,
        cache: CutoutCache,
        fits: Fits,
        window: Window,
        say: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._session, self._cache, self._fits = session, cache, fits
        self._say_line = say
        self.export: ExportDialog | None = None

    def show_disappeared(self) -> None:
        """How many and which disappeared, to be rejected as one step, or not."""
        from vetter.gui.dialogs.disappeared import DisappearedDialog

        if self._fits.disappeared_rows():
            DisappearedDialog(self._session, self._cache, self._fits, self._window).open()
        else:
            self._say_line("nothing in this list has disappeared, as far as it is fitted")

    def found_besides(self) -> tuple[Search, str]:
        """The palette finds ways to sort the list, and every candidate."""
        from vetter.gui.dialogs.palette_search import CandidateSearch

        return CandidateSearch(self._session), "a candidate's name"

    def show_export(self) -> None:
        """Choose what to export and where to."""
        from vetter.gui.dialogs.export import ExportDialog

        session, folder = self._session, self._session.results_folder
        self.export = ExportDialog(session, self._cache, self._fits, self._window, folder)
        self.export.finished.connect(self._forget_export)
        self.export.open()

    def _forget_export(self) -> None:
        self.export = None

    def show_offers(self) -> None:
        """Verdicts of the earlier list, to take or to leave."""
        from vetter.gui.dialogs.verdict_offers import OffersDialog

        if self._session.ledger.offers():
            OffersDialog(self._session, self._window).open()
        else:
            self._say_line("no verdict of an earlier list waits for a decision")

    def show_all_columns(self) -> None:
        """Every column of the candidate on screen."""
        from vetter.gui.dialogs.all_columns import AllColumns

        AllColumns.show_over(self._window, self._session)

    def show_list_columns(self) -> None:
        """Which column of the list plays which part; another choice is read at once."""
        from vetter.gui.dialogs.column_roles import ListColumns

        if not self._session.source.chooses_columns:
            self._say_line("what the columns of this input mean is fixed by its format")
            return
        dialog = ListColumns(self._session, self._window)
        dialog.chosen.connect(self._read_again)
        dialog.open()

    def _read_again(self, options: InputOptions) -> None:
        from vetter.review.opening.input_reader import OpenRequest

        inputs = self._session.source.record["inputs"]
        self._window.open_wanted.emit(OpenRequest(tuple(inputs), options))

    def show_notes(self) -> None:
        """What was recognised, converted and estimated."""
        session = self._session
        notes = [*session.source.notes, *session.candidates.notes]
        self.say_list("What was recognised", list(dict.fromkeys(notes)))

    def show_report(self) -> None:
        """The inputs that could not be read, and why."""
        session = self._session
        if session.complete and not session.source.report:
            self._say_line("nothing to report: the whole list was read")
            return
        from vetter.gui.dialogs.report import ReportDialog

        ReportDialog(session, self._window).open()
