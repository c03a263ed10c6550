"""Dialog with the report on the user's verdicts; a question comes before it."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from vetter.core.fakes.report.page import report_page
from vetter.core.fakes.report.reviewer_report import ReviewerReport
from vetter.core.fakes.report.text import format_report
from vetter.core.number_text import format_count
from vetter.errors import VetterError
from vetter.gui.dialogs.reports.completeness_plot import CompletenessPlot
from vetter.gui.widgets.buttons import button_box
from vetter.gui.widgets.plain_text import plain_label
from vetter.io.files.atomic import write_atomic
from vetter.io.inputs.planting.session_report import session_report
from vetter.review.threads.background import Background


class ReviewerReportDialog(QDialog):
    """Report on the user's verdicts on the test rows of a session.

    The first page asks before it shows how many test rows were found: a user who knows is no
    longer blind.

    Parameters
    ----------
    path : Path
        The session file.
    reviewer : str
    undecided : int
        Number of candidates of the list without a verdict.
    """

    shown = pyqtSignal()
    """The report is on screen, which names test rows by their number."""

    def __init__(
        self, path: Path, reviewer: str, undecided: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._path, self._reviewer = path, reviewer
        self._reader = Background(self)
        self.report: ReviewerReport | None = None
        self.setWindowTitle("Report on your verdicts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(680, 620)
        self.question = plain_label(_question(undecided), self)
        self.question.setWordWrap(True)
        self.show_it = QPushButton("Show the report", self)
        self.show_it.clicked.connect(self._on_show)
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName("report on your verdicts")
        font = self.text.font()
        font.setStyleHint(font.StyleHint.Monospace)
        font.setFamily("monospace")
        self.text.setFont(font)
        ask = QWidget(self)
        asking = QVBoxLayout(ask)
        asking.addWidget(self.question)
        asking.addWidget(self.show_it, 0, Qt.AlignmentFlag.AlignLeft)
        asking.addStretch(1)
        told = QWidget(self)
        self.by_snr = CompletenessPlot("S/N", True, told)
        self.by_mag = CompletenessPlot("magnitude", False, told)
        plots = QHBoxLayout()
        plots.addWidget(self.by_snr)
        plots.addWidget(self.by_mag)
        telling = QVBoxLayout(told)
        telling.setContentsMargins(0, 0, 0, 0)
        telling.addLayout(plots)
        telling.addWidget(self.text, 1)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(ask)
        self.pages.addWidget(told)
        buttons = button_box(QDialogButtonBox.StandardButton.Close)
        self.save = buttons.addButton("Save as a page...", QDialogButtonBox.ButtonRole.ActionRole)
        assert self.save is not None
        self.save.setEnabled(False)
        self.save.clicked.connect(self._on_save)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.pages, 1)
        layout.addWidget(buttons)
        self._reader.done.connect(self._on_done)
        self._reader.failed.connect(self._on_failed)
        self.finished.connect(self._reader.close)

    def save_page(self, path: str) -> None:
        """Write the report to a page; a failure is shown in place of the report."""
        if self.report is None:
            return
        try:
            write_atomic(Path(path), report_page(self.report, self._path.name).encode())
        except (VetterError, OSError) as error:
            self.text.setPlainText(f"the page could not be written: {error}")

    def _on_show(self) -> None:
        self.text.setPlainText("reading the session...")
        self.pages.setCurrentIndex(1)
        path, reviewer = self._path, self._reviewer
        self._reader.start(lambda _stop: session_report(path, reviewer))

    def _on_done(self, report: ReviewerReport) -> None:
        self.report = report
        self.text.setPlainText(format_report(report))
        self.by_snr.show_bins(report.by_snr)
        self.by_mag.show_bins(report.by_mag)
        assert self.save is not None
        self.save.setEnabled(True)
        self.shown.emit()

    def _on_failed(self, reason: str) -> None:
        self.text.setPlainText(reason)

    def _on_save(self) -> None:
        name = f"{self._path.stem}_report.html"
        path, _ = QFileDialog.getSaveFileName(self, "Save the report", name, "Page (*.html)")
        if path:
            self.save_page(path)


def _question(undecided: int) -> str:
    text = (
        "The report counts your verdicts on the test rows that were mixed into the list: how many "
        "sources you found at which S/N, how many artefacts you accepted, how often you agreed "
        "with yourself, and your pace.\n\n"
        "Once you know it, your later verdicts on test rows are not counted."
    )
    if undecided:
        text += (
            f"\n\n{format_count(undecided, 'candidate is', 'candidates are')} not decided yet. "
            "The report is best read at the end."
        )
    return text
