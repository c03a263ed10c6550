"""Dialog that previews a report for TNS, the Minor Planet Center, DS9 or Zooniverse, and saves it.

Nothing is sent: the user takes the file to the receiver.
"""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QEvent, QObject, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QFontDatabase
from PyQt6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vetter.core.number_text import format_count
from vetter.errors import SettingsError
from vetter.gui.panels.panel_choice import PictureStyle
from vetter.gui.panels.pictures.png import ExportPicture
from vetter.gui.widgets.plain_text import plain_label
from vetter.gui.widgets.row_choice import RowChoiceForm
from vetter.io.export.decision_table import FrozenOpinions
from vetter.io.export.exported_rows import list_exported_rows
from vetter.io.export.reports.make_report import make_report, save_report
from vetter.io.export.reports.report import Report
from vetter.io.export.stored_fit_table import stored_fit_table
from vetter.io.export.unplanted import without_test_rows
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.fits.fits import FitMetadata
from vetter.review.session import Session
from vetter.review.threads.background import Background

TITLES = {
    "tns": "TNS: AT report (bulk JSON)",
    "ades": "Minor Planet Center: ADES (PSV)",
    "regions": "DS9: regions",
    "zooniverse": "Zooniverse: manifest and pictures",
}
MAX_PREVIEW = 200_000
"""Number of characters that the preview shows; laying out more takes noticeable time."""
MAX_LINES = 4
TYPING_PAUSE_MS = 300


class ReportPreview(QDialog):
    """Dialog with the choice of candidates, the facts asked for, a preview, and Save.

    Parameters
    ----------
    session : Session
        Its settings hold facts of the reports.
    cache : CutoutCache
        Reads cutouts, for histories and pictures, in turn with the builder.
    folder : Path
        Suggested folder.
    style : PictureStyle, optional
        Planes, view and marks of the pictures.
    facts : dict, optional
        Facts typed into an earlier dialog, with their meaning, by name as ``tns.reporter``; new
        ones are added.
    """

    previewed = pyqtSignal()
    """The preview shows the present choices."""

    _progress = pyqtSignal(int, int)

    def __init__(
        self,
        session: Session,
        cache: CutoutCache,
        parent: QWidget | None = None,
        folder: Path | None = None,
        style: PictureStyle | None = None,
        facts: dict[str, tuple[str, str]] | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._cache, self._style = session, cache, style
        self._facts = {} if facts is None else facts
        self._folder = Path.cwd() if folder is None else folder
        self._report: Report | None = None
        self._asked: dict[str, QLineEdit] = {}
        self._labels: dict[str, QLabel] = {}
        self.setWindowTitle("Report")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 600)
        self._make_widgets()
        self._lay_out()
        self._maker, self._saver = Background(self), Background(self)
        self._maker.done.connect(self._show_report)
        self._maker.failed.connect(self._show_problem)
        self._saver.done.connect(self._on_saved)
        self._saver.failed.connect(self._on_save_failed)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self.refresh)
        self.kind.currentIndexChanged.connect(self._on_kind)
        self.choice.changed.connect(self.refresh)
        window = None if parent is None else parent.window()
        if window is not None:
            # A running task must end if the window closes.
            window.installEventFilter(self)
        self._on_kind()

    def refresh(self) -> None:
        """Make the report of the present choices again, on another thread."""
        try:
            settings = self._session.settings.reports.with_fields(self._typed())
        except SettingsError as error:
            self._show_problem(str(error))
            return
        self.save.setEnabled(False)
        session, choice = self._session, self.choice.choice()
        source, fits, read = session.source, session.columns.fits, self._cache.cutout
        opinions, kind = FrozenOpinions.of(session), str(self.kind.currentData())
        listed = session.candidates

        def make(stop: threading.Event) -> Report | None:
            def read_unless_stopped(row: int, radius: float) -> Any:
                if stop.is_set():
                    raise InterruptedError
                return read(row, radius)

            with without_test_rows(source, opinions) as leaving:
                known, real = fits, leaving.source
                read_real = read_unless_stopped
                if real is not source:
                    read_real = real.cutout
                    if fits is not None and choice.where:
                        known = stored_fit_table(real.candidates, FitMetadata(listed, fits))
                chosen = list_exported_rows(real, leaving.opinions, choice, known).chosen
                try:
                    return make_report(
                        kind, real, leaving.opinions, chosen.tolist(), settings, read_real
                    )
                except InterruptedError:
                    return None

        self._maker.start(make)

    def start_saving(self, folder: Path, replace: bool = False) -> None:
        """Write the report that is previewed to a folder, on another thread."""
        report = self._report
        if report is None:
            return
        radius, cache = self._cache.radius, self._cache
        picture = ExportPicture(cache.looks, self._session.candidates, self._style)
        source, opinions = self._session.source, FrozenOpinions.of(self._session)

        def write(stop: threading.Event) -> list[Path]:
            with without_test_rows(source, opinions) as leaving:
                pictures, real = leaving.picture(picture) or picture, leaving.source
                read = cache.cutout if real is source else real.cutout

                def draw(row: int) -> bytes:
                    return pictures(row, read(row, radius))

                return save_report(
                    report, folder, draw, replace, self._progress.emit, cancelled=stop.is_set
                )

        self.bar.setVisible(True)
        self.save.setEnabled(False)
        self._saver.start(write)

    def done(self, result: int) -> None:
        self._close_workers()
        super().done(result)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.Close:
            self._close_workers()
        return super().eventFilter(watched, event)

    def _close_workers(self) -> None:
        self._pause.stop()
        self.choice.close_worker()
        self._maker.close()
        self._saver.close()

    def _make_widgets(self) -> None:
        self.kind = QComboBox(self)
        self.kind.setAccessibleName("kind of report")
        for name, title in TITLES.items():
            self.kind.addItem(title, name)
        self.choice = RowChoiceForm(self._session, "Candidates", self)
        self.fields = QWidget(self)
        self._field_grid = QGridLayout(self.fields)
        self._field_grid.setContentsMargins(0, 0, 0, 0)
        self.preview = QPlainTextEdit(self)
        self.preview.setReadOnly(True)
        self.preview.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.preview.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.preview.setTabChangesFocus(True)
        self.preview.setAccessibleName("preview of the report")
        self.outcome = plain_label(parent=self)
        self.outcome.setWordWrap(True)
        self.outcome.setAccessibleName("state of the report")
        self.bar = QProgressBar(self)
        self.bar.setAccessibleName("progress")
        self.bar.hide()
        self._progress.connect(self._on_progress)
        self.save = QPushButton("Save...", self)
        self.save.setDefault(True)
        self.save.setEnabled(False)
        self.save.clicked.connect(self._on_save)
        self.leave = QPushButton("Close", self)
        self.leave.setAutoDefault(False)
        self.leave.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        top = QFormLayout()
        top.addRow("Report for", self.kind)
        buttons = QHBoxLayout()
        buttons.addWidget(plain_label("Nothing is sent: the file is yours to submit.", self))
        buttons.addStretch(1)
        buttons.addWidget(self.save)
        buttons.addWidget(self.leave)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(self.choice)
        layout.addWidget(self.fields)
        layout.addWidget(self.preview, 1)
        layout.addWidget(self.bar)
        layout.addWidget(self.outcome)
        layout.addLayout(buttons)
        order = (self.kind, *self.choice.verdicts.values(), *self.choice.lines)
        for before, after in pairwise((*order, self.preview, self.save, self.leave)):
            self.setTabOrder(before, after)

    def _typed(self) -> dict[str, str]:
        """Return the facts typed so far, by name as ``tns.reporter``."""
        kind = str(self.kind.currentData())
        for key, line in self._asked.items():
            if line.text().strip():
                self._facts[key] = line.text(), line.placeholderText()
            else:
                self._facts.pop(key, None)
        return {
            key: line.text()
            for key, line in self._asked.items()
            if key.startswith(f"{kind}.") and line.text().strip()
        }

    def _on_kind(self) -> None:
        for line in self._asked.values():
            self._field_grid.removeWidget(line)
            line.hide()
        for label in self._labels.values():
            self._field_grid.removeWidget(label)
            label.hide()
        for key, (_, words) in self._facts.items():
            if key.startswith(f"{self.kind.currentData()}."):
                self._ask(key, words)
        self.refresh()

    def _show_report(self, report: Report | None) -> None:
        if report is None:
            return
        self._report = report
        text = report.text
        cut = f"\n... {len(text) - MAX_PREVIEW:,} more characters" if text[MAX_PREVIEW:] else ""
        self.preview.setPlainText(text[:MAX_PREVIEW] + cut)
        for line in (*report.missing, *report.wanted):
            key, _, words = line.partition(": ")
            self._ask(key, words)
        lines = [f"{len(report.files)} files, {format_count(report.count, 'candidate')}"]
        if len(report.files) == 1:
            lines = [f"{next(iter(report.files))}, {format_count(report.count, 'candidate')}"]
        if report.missing:
            names = ", ".join(line.partition(":")[0].partition(".")[2] for line in report.missing)
            lines = [f"Still missing: {names}"]
        if report.wanted:
            names = ", ".join(line.partition(":")[0].partition(".")[2] for line in report.wanted)
            lines.append(f"Left out for want of: {names}")
        notes = list(report.notes)
        if len(notes) > MAX_LINES:
            more = format_count(len(notes) - MAX_LINES, "more line")
            notes = [*notes[:MAX_LINES], f"... and {more}"]
        self.outcome.setText("\n".join([*lines, *notes]))
        self.save.setEnabled(bool(report.count) and not report.missing)
        self.previewed.emit()

    def _ask(self, key: str, words: str) -> None:
        """Show a line for a fact that the report lacks; it stays while the kind is shown."""
        name = key.partition(".")[2].replace("_", " ")
        if key not in self._asked:
            line = self._asked[key] = QLineEdit(self.fields)
            line.setPlaceholderText(words)
            line.setToolTip(f"{words}\nIn the settings: reports.{key}")
            line.setAccessibleName(name)
            line.setText(self._facts.get(key, ("", ""))[0])
            line.textChanged.connect(self._pause.start)
            self._labels[key] = plain_label(name, self.fields)
        if self._field_grid.indexOf(self._asked[key]) < 0:
            row, column = divmod(self._field_grid.count() // 2, 2)
            self._field_grid.addWidget(self._labels[key], row, 2 * column)
            self._field_grid.addWidget(self._asked[key], row, 2 * column + 1)
            self._labels[key].show()
            self._asked[key].show()

    def _show_problem(self, problem: str) -> None:
        self._report = None
        self.save.setEnabled(False)
        self.outcome.setText(problem)
        self.previewed.emit()

    def _on_save(self) -> None:
        report = self._report
        if report is None:
            return
        chosen = QFileDialog.getExistingDirectory(self, "Save the report in", str(self._folder))
        if not chosen:
            return
        folder = Path(chosen)
        if report.pictures:
            folder = folder / report.kind
        taken = [name for name in (*report.files, *report.pictures) if (folder / name).exists()]
        if taken and not self._may_replace(folder, taken):
            return
        self.start_saving(folder, replace=bool(taken))

    def _may_replace(self, folder: Path, taken: list[str]) -> bool:
        files = taken[0] if len(taken) == 1 else format_count(len(taken), "file")
        answer = QMessageBox.question(self, "Report", f"Replace {files} in {folder}?")
        return answer == QMessageBox.StandardButton.Yes

    def _on_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _on_saved(self, paths: list[Path]) -> None:
        self.bar.hide()
        self.save.setEnabled(True)
        if paths:
            self.outcome.setText(f"Saved: {paths[-1]}")
            self._session.message.emit(f"report saved: {paths[-1].name}")

    def _on_save_failed(self, problem: str) -> None:
        self.bar.hide()
        self.save.setEnabled(True)
        self.outcome.setText(problem)
