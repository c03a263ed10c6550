"""Dialogs of a window with candidates, each imported and built when first opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vetter.gui.dialogs.reports.planted_question import PlantedQuestion
from vetter.gui.windows.window import Window, WindowDialogs
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.fits.fits import Fits
from vetter.review.session import Session

if TYPE_CHECKING:
    from vetter.gui.dialogs.export import ExportDialog
    from vetter.gui.dialogs.palette import Search
    from vetter.gui.panels.panel_choice import PictureStyle
    from vetter.io.input_options import InputOptions


class MainDialogs(WindowDialogs):
    """Dialogs of a window with candidates; the module of each is imported when it opens.

    Parameters
    ----------
    session : Session
    cache : CutoutCache
    fits : Fits
    window : Window
        Window that the dialogs open over.
    say : callable
        Shows a line in the status bar.
    cautions : callable
        Returns the cautions on the input, those put away too.

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
        cautions: Callable[[], list[str]] = list,
    ) -> None:
        super().__init__(window)
        self._cautions = cautions
        self._session, self._cache, self._fits = session, cache, fits
        self._show_line = say
        self.export: ExportDialog | None = None
        self._report_facts: dict[str, tuple[str, str]] = {}
        self.planted = PlantedQuestion(session)
        """Question before anything leaves a session with test rows."""

    def show_disappeared(self) -> None:
        """Open the list of explained candidates, which can be rejected as one step."""
        from vetter.gui.dialogs.reject_explained import RejectExplainedDialog

        if self._fits.disappeared_rows():
            RejectExplainedDialog(self._session, self._cache, self._fits, self._window).open()
        else:
            self._show_line("no fitted candidate in this list is explained")

    def make_palette_search(self) -> tuple[Search, str]:
        """Return the palette's search for sort orders and candidates, and its description."""
        from vetter.gui.dialogs.palette_search import CandidateSearch

        return CandidateSearch(self._session), "a candidate's name"

    def show_export(self, style: PictureStyle | None = None) -> None:
        """Open the export dialog; its pictures have this style."""
        from vetter.gui.dialogs.export import ExportDialog

        if not self.planted.agree(self._window):
            return
        session, folder = self._session, self._session.results_folder
        self.export = ExportDialog(session, self._cache, self._fits, self._window, folder, style)
        self.export.finished.connect(self._forget_export)
        self.export.open()

    def show_report_preview(self, style: PictureStyle | None = None) -> None:
        """Open the preview of reports; their pictures have this style."""
        from vetter.gui.dialogs.reports.report_preview import ReportPreview

        if not self.planted.agree(self._window):
            return
        session, folder = self._session, self._session.results_folder
        facts = self._report_facts
        ReportPreview(session, self._cache, self._window, folder, style, facts).open()

    def _forget_export(self) -> None:
        self.export = None

    def show_offers(self) -> None:
        """Open the verdicts offered from the earlier list."""
        from vetter.gui.dialogs.verdict_offers import OffersDialog

        if self._session.ledger.offers():
            OffersDialog(self._session, self._cache, self._window).open()
        else:
            self._show_line("no verdicts are offered from an earlier list")

    def show_later(self) -> None:
        """Ask until when the candidate on screen is put off."""
        from vetter.gui.dialogs.ordering.later_until import ask_until

        if self._session.is_blank:
            self._session.report_no_match()
        else:
            ask_until(self._session, self._window)

    def show_shuffle(self) -> None:
        """Ask for the seed of a random order; a new one is proposed."""
        from vetter.gui.dialogs.ordering.shuffle import ask_seed

        ask_seed(self._session, self._window, self._show_line)

    def show_agreement(self) -> None:
        """Open the agreement of the reviewers."""
        from vetter.gui.dialogs.reports.agreement import AgreementDialog

        AgreementDialog(self._session, self._window).open()

    def show_all_columns(self) -> None:
        """Open the table of all columns of the candidate on screen."""
        from vetter.gui.dialogs.all_columns import AllColumns

        AllColumns.show_over(self._window, self._session)

    def show_list_columns(self) -> None:
        """Open the choice of the list's columns; a new choice reads the list again."""
        from vetter.gui.dialogs.column_roles import ListColumns

        if not self._session.source.chooses_columns:
            self._show_line("columns fixed: this input's format defines them")
            return
        dialog = ListColumns.of_session(self._session, self._window)
        dialog.chosen.connect(self.read_again)
        dialog.open()

    def read_again(self, options: InputOptions) -> None:
        """Read the list again with other options."""
        from vetter.review.opening.input_reader import OpenRequest

        inputs = self._session.source.record["inputs"]
        self._window.open_wanted.emit(OpenRequest(tuple(inputs), options))

    def show_notes(self) -> None:
        """Open the notes on what was recognised, converted and estimated."""
        session = self._session
        notes = [*self._cautions(), *session.source.notes, *session.candidates.notes]
        self.show_list("Notes on the input", list(dict.fromkeys(notes)))

    def show_reviewer_report(self) -> None:
        """Open the report on the user's verdicts on the test rows, behind a question."""
        session = self._session
        if not session.source.planted or session.path is None:
            self._show_line("no test rows: open the input with --fakes N or --repeats N")
            return
        from vetter.gui.dialogs.reports.reviewer_report import ReviewerReportDialog

        undecided = session.counts.undecided
        shown = ReviewerReportDialog(session.path, session.reviewer, undecided, self._window)
        shown.shown.connect(self.planted.record)
        shown.open()

    def show_report(self) -> None:
        """Open the report of inputs that could not be read, with reasons."""
        session = self._session
        if session.complete and not session.source.report:
            self._show_line("nothing to report: the whole list was read")
            return
        from vetter.gui.dialogs.reports.report import ReportDialog

        ReportDialog(session, self._window).open()
