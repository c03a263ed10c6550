"""Report of the inputs that could not be read, one line each, to read and to copy."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from vetter.gui.widgets.buttons import button_box
from vetter.gui.widgets.plain_text import plain_label
from vetter.review.session import Session


class LinesDialog(QDialog):
    """Dialog with a heading and lines of text, to read and to copy.

    Parameters
    ----------
    title : str
    name : str
        Name of the lines for a screen reader.
    """

    def __init__(self, title: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 420)
        self.heading = plain_label(parent=self)
        self.heading.setWordWrap(True)
        self.lines = QPlainTextEdit(self)
        self.lines.setReadOnly(True)
        self.lines.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.lines.setAccessibleName(name)
        buttons = button_box(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy all", QDialogButtonBox.ButtonRole.ActionRole)
        assert copy is not None
        copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (self.heading, self.lines, buttons):
            layout.addWidget(widget)

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.lines.toPlainText())


class ReportDialog(LinesDialog):
    """Dialog with the inputs left out and the reasons; grows while the list is still being read.

    Parameters
    ----------
    session : Session
        Session whose source has the report.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Report of unread inputs", "inputs that could not be read", parent)
        self._session = session
        self._shown: tuple[str, ...] = ()
        session.grown.connect(self.refresh)
        session.completed.connect(self.refresh)
        session.broke_off.connect(self.refresh)
        self.refresh()

    def refresh(self, _first_new: int = 0) -> None:
        """Show the present report."""
        session, lines = self._session, self._session.source.report
        so_far = f" so far; {session.incomplete_reason}"
        state = f"{len(lines):,} not read" if lines else "Everything was read"
        self.heading.setText(state + ("." if session.complete else f"{so_far}."))
        # New lines are appended, so that scroll position and selection stay.
        if self._shown and lines[: len(self._shown)] == self._shown:
            for line in lines[len(self._shown) :]:
                self.lines.appendPlainText(line)
        else:
            self.lines.setPlainText("\n".join(lines))
        self._shown = lines
