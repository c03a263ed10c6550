"""Export dialog: choice of candidates, formats and folder; progress bar; result."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

from PyQt6.QtCore import QEvent, QObject, Qt, QUrl
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions.agreement.policy import DESCRIPTIONS
from vetter.core.decisions.decision import Verdict
from vetter.core.display.style import DisplayStyle
from vetter.core.number_text import format_count
from vetter.gui.panels.panel_choice import PictureStyle
from vetter.gui.panels.pictures.png import ExportPicture
from vetter.gui.widgets.plain_text import plain_label
from vetter.gui.widgets.row_choice import RowChoiceForm
from vetter.io.export.decision_table import Opinions
from vetter.io.export.export import ExportReport, Sheet
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.exporter import Exporter, ExportRequest
from vetter.review.session import Session

FORMATS = {"ecsv": "ECSV", "csv": "CSV", "votable": "VOTable", "fits": "FITS", "parquet": "Parquet"}
FOLDER = "vetter_export"
MAX_LINES = 12


class FitResults(Protocol):
    """Source of the finished fits' results."""

    def metadata(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the results so far, by candidate key."""


class ExportDialog(QDialog):
    """Dialog that runs the export on its own thread, so that the window stays responsive.

    Parameters
    ----------
    session : Session
    cache : CutoutCache
        Source of the export's radius and looks.
    fits : FitResults
        Source of the fits' results for the cutouts' metadata.
    folder : Path, optional
        Parent of the suggested export folder; by default the working directory.
    style : PictureStyle, optional
        Planes, view and marks of the pictures, those of the panels.
    """

    def __init__(
        self,
        session: Session,
        cache: CutoutCache,
        fits: FitResults,
        parent: QWidget | None = None,
        folder: Path | None = None,
        style: PictureStyle | None = None,
    ) -> None:
        super().__init__(parent)
        self._style = style
        self._home = Path.cwd() if folder is None else folder
        self._session = session
        self._cache = cache
        self._fits = fits
        self._exported = ""
        self.exporter = Exporter(session, cache, self)
        self.setWindowTitle("Export")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(560)
        self._make_widgets()
        self._lay_out()
        self.exporter.progress.connect(self._on_progress)
        self.exporter.done.connect(self._on_done)
        self.exporter.failed.connect(self._on_failed)
        window = None if parent is None else parent.window()
        if window is not None:
            # A running export must end if the window closes.
            window.installEventFilter(self)
        self._show_running(False)
        session.completed.connect(self._on_completed)
        session.broke_off.connect(self._on_broke_off)
        if session.read_error:
            self._on_broke_off()
        elif session.listed_count_text:
            self.outcome.setText(
                f"The list is still being read ({session.listed_count_text}): "
                "the export can begin when it is complete."
            )

    def start(self) -> None:
        """Start the export with the present choices."""
        request = self.request()
        if request is None:
            return
        self.outcome.setText("")
        self.bar.setRange(0, 0)
        self._show_running(True)
        self.exporter.start(request)

    def request(self) -> ExportRequest | None:
        """Return the present choices; if one is missing, show which and return None."""
        folder = self.folder.text().strip()
        formats = tuple(name for name, box in self.formats.items() if box.isChecked())
        if not folder:
            self.outcome.setText("No folder given: type or browse for one.")
            return None
        if not formats:
            self.outcome.setText("No format ticked: tick at least one for the table.")
            return None
        looks = self._cache.looks
        return ExportRequest(
            folder=str(Path(folder).expanduser()),
            choice=self.choice.choice(self.only_chosen.isChecked()),
            formats=formats,
            radius=self._cache.radius,
            picture=ExportPicture(looks, self._session.candidates, self._style),
            adjustments=self._fits.metadata(),
            png=self.png.isChecked(),
            html=self.html.isChecked(),
            sheet=partial(_begin_sheet, looks) if self.sheet.isChecked() else None,
            policy=self.policy.currentData(),
        )

    def reject(self) -> None:
        """Close; a running export is cancelled instead, with a message."""
        if self.exporter.running:
            self._cancel()
        else:
            super().reject()

    def done(self, result: int) -> None:
        self.exporter.close()
        self.choice.close_worker()
        super().done(result)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.Close:
            self.exporter.close()
            self.choice.close_worker()
        return super().eventFilter(watched, event)

    def _make_widgets(self) -> None:
        self.choice = RowChoiceForm(self._session, "Cutouts of", self)
        self.verdicts = self.choice.verdicts
        self.policy = _make_policies(self._session.reviewer, self)
        self.policy.currentIndexChanged.connect(
            lambda _index: self.choice.set_policy(self.policy.currentData())
        )
        self.only_chosen = QCheckBox("only these candidates in the table", self)
        self.formats = {name: QCheckBox(title, self) for name, title in FORMATS.items()}
        self.formats["ecsv"].setChecked(True)
        self.png = QCheckBox("a picture (PNG) beside each cutout", self)
        self.html = QCheckBox("a page to show (report.html)", self)
        self.sheet = QCheckBox("a contact sheet (PDF)", self)
        self.folder = QLineEdit(str(self._home / FOLDER), self)
        self.folder.setAccessibleName("folder")
        self.browse = QPushButton("Browse...", self)
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._on_browse)
        self.bar = QProgressBar(self)
        self.bar.setAccessibleName("export progress")
        self.outcome = plain_label(parent=self)
        self.outcome.setWordWrap(True)
        self.outcome.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.outcome.setAccessibleName("result of the export")
        self.show_folder = QPushButton("Open folder", self)
        self.show_folder.setAutoDefault(False)
        self.show_folder.setToolTip("Open the exported folder in the file manager")
        self.show_folder.clicked.connect(self._on_show_folder)
        self.show_folder.hide()
        self.go = QPushButton("Export", self)
        self.go.setDefault(True)
        self.go.clicked.connect(self.start)
        self.stop = QPushButton("Close", self)
        self.stop.setAutoDefault(False)
        self.stop.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        self.form = QWidget(self)
        column = QVBoxLayout(self.form)
        column.setContentsMargins(0, 0, 0, 0)
        form = QFormLayout()
        column.addWidget(self.choice)
        column.addLayout(form)
        if self._session.columns.others is not None:
            form.addRow("Verdicts of", self.policy)
        else:
            self.policy.hide()
        form.addRow("", _make_row(self.png, self.html, self.sheet))
        side = 2 * self._cache.radius + 1
        form.addRow("", plain_label(f"{side:.0f} pixels wide, as in the window", self))
        self.table_row = _make_row(*self.formats.values())
        form.addRow("Table as", self.table_row)
        form.addRow("", _make_row(self.only_chosen))
        form.addRow("Folder", _make_row(self.folder, self.browse))
        # Both forms begin their fields at one place.
        label = form.labelForField(self.table_row)
        if label is not None:
            label.setMinimumWidth(self.choice.label_width)
        buttons = QHBoxLayout()
        buttons.addWidget(self.show_folder)
        buttons.addStretch(1)
        buttons.addWidget(self.go)
        buttons.addWidget(self.stop)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        pictures = (self.policy, self.png, self.html, self.sheet)
        table = (*self.formats.values(), self.only_chosen)
        order = (
            *self.verdicts.values(),
            *self.choice.lines,
            self.policy,
            *pictures,
            *table,
            self.folder,
        )
        for before, after in pairwise((*order, self.browse, self.show_folder, self.go, self.stop)):
            self.setTabOrder(before, after)
        self.verdicts[Verdict.ACCEPT].setFocus()
        layout.addWidget(self.form)
        layout.addWidget(self.bar)
        layout.addWidget(self.outcome, 1)
        layout.addLayout(buttons)

    def _show_running(self, running: bool) -> None:
        self.form.setEnabled(not running)
        session = self._session
        self.go.setEnabled(not running and (session.complete or bool(session.read_error)))
        self.bar.setVisible(running)
        self.stop.setText("Cancel" if running else "Close")
        self.stop.setEnabled(True)

    def _on_completed(self) -> None:
        self.outcome.setText("")
        self._show_running(False)
        self.choice.refresh()

    def _on_broke_off(self) -> None:
        listed = format_count(len(self._session.candidates), "candidate")
        self._on_completed()
        self.outcome.setText(f"Only the {listed} listed: {self._session.incomplete_reason}")

    def _cancel(self) -> None:
        self.stop.setEnabled(False)
        self.outcome.setText("Cancelling...")
        self.exporter.cancel()

    def _on_browse(self) -> None:
        start = self.folder.text().strip() or str(self._home)
        folder = QFileDialog.getExistingDirectory(self, "Export to", start)
        if folder:
            self.folder.setText(folder)

    def _on_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _on_show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._exported))

    def _on_done(self, report: ExportReport) -> None:
        self._show_running(False)
        self._exported = str(report.folder)
        self.show_folder.setVisible(not report.cancelled)
        if not report.cancelled:
            # The dialog's text is gone when it closes.
            self._session.message.emit(f"exported to {report.folder}")
        lines = report.lines()
        if len(lines) > MAX_LINES:
            omitted = len(lines) - MAX_LINES
            lines = [*lines[:MAX_LINES], f"... and {format_count(omitted, 'more line')}"]
        self.outcome.setText("\n".join(lines))

    def _on_failed(self, reason: str) -> None:
        self._show_running(False)
        self.outcome.setText(f"Nothing was exported. {reason}")


def _make_policies(reviewer: str, parent: QWidget) -> QComboBox:
    """Return the choice between the user's own verdicts and those of all reviewers."""
    combo = QComboBox(parent)
    combo.setAccessibleName("verdicts of")
    combo.addItem(f"{reviewer} alone", None)
    for policy, description in DESCRIPTIONS.items():
        combo.addItem(f"all reviewers, {policy.value}", policy)
        combo.setItemData(combo.count() - 1, description, Qt.ItemDataRole.ToolTipRole)
    return combo


def _begin_sheet(
    looks: DisplayStyle, source: CutoutSource, opinions: Opinions, count: int
) -> Sheet:
    from vetter.gui.panels.pictures.contact_sheet import ContactSheet

    planes = source.plane_names
    return ContactSheet(source.title, looks, source.candidates, opinions, planes, count)


def _make_row(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        layout.addWidget(widget)
    if not any(isinstance(widget, QLineEdit) for widget in widgets):
        layout.addStretch(1)
    return holder
