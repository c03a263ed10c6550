"""Agreement of the reviewers of a session, as a table of text to read and to copy."""

from __future__ import annotations

import numpy as np
from PyQt6.QtGui import QFontDatabase
from PyQt6.QtWidgets import QWidget

from vetter.core.decisions.agreement.report import report_agreement
from vetter.core.decisions.agreement.share import share_of_record
from vetter.gui.dialogs.reports.report import LinesDialog
from vetter.review.session import Session


class AgreementDialog(LinesDialog):
    """Dialog with kappa, pairs, and each reviewer among the others, as of its opening.

    Parameters
    ----------
    session : Session
        Session with the decisions of several reviewers.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Agreement", "agreement of the reviewers", parent)
        self.heading.setText(
            "Verdicts of all reviewers; the others' as they were when the session was opened."
        )
        self.lines.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.lines.setPlainText("\n".join(_report_lines(session)))


def _report_lines(session: Session) -> list[str]:
    share, overlap = share_of_record(session.source.record), None
    if share is not None and share.overlap:
        keys = session.candidates.keys.tolist()
        overlap = np.array([str(key) in share.overlap for key in keys], bool)
    return report_agreement(session.others.all_ratings(), overlap=overlap).lines()
