"""Agreement of the reviewers of a session, as a table of text to read and to copy."""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFontDatabase
from PyQt6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from vetter.core.decisions.agreement.report import report_agreement
from vetter.core.decisions.agreement.share import share_of_record
from vetter.gui.widgets.buttons import button_box
from vetter.gui.widgets.plain_text import plain_label
from vetter.review.session import Session


class AgreementDialog(QDialog):
    """Dialog with kappa, pairs, and each reviewer among the others, as of its opening.

    Parameters
    ----------
    session : Session
        Session with the decisions of several reviewers.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Agreement")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 520)
        self.heading = plain_label(
            "Verdicts of all reviewers; the others' as they were when the session was opened.", self
        )
        self.heading.setWordWrap(True)
        self.lines = QPlainTextEdit(self)
        self.lines.setReadOnly(True)
        self.lines.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.lines.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.lines.setAccessibleName("agreement of the reviewers")
        self.lines.setPlainText("\n".join(_report_lines(session)))
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


def _report_lines(session: Session) -> list[str]:
    share, overlap = share_of_record(session.source.record), None
    if share is not None and share.overlap:
        keys = session.candidates.keys.tolist()
        overlap = np.array([str(key) in share.overlap for key in keys], bool)
    return report_agreement(session.others.all_ratings(), overlap=overlap).lines()
