"""Agreement of the reviewers of a session, as a table of text to read and to copy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PyQt6.QtGui import QFontDatabase
from PyQt6.QtWidgets import QWidget

from vetter.core.decisions.agreement.ratings import Ratings
from vetter.core.decisions.agreement.report import report_agreement
from vetter.core.decisions.agreement.share import share_of_record
from vetter.core.fakes.without_planted import added_keys
from vetter.gui.dialogs.reports.report import LinesDialog
from vetter.io.export.decision_table import FrozenOpinions
from vetter.review.session import Session
from vetter.review.threads.background import Background


class AgreementDialog(LinesDialog):
    """Dialog with kappa, pairs, and each reviewer among the others, as of its opening.

    The numbers come from a thread: those of 100,000 candidates take a second.

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
        self.lines.setPlainText("comparing the verdicts...")
        self.counter = Background(self)
        self.counter.done.connect(self._show_lines)
        self.counter.failed.connect(self.lines.setPlainText)
        self.finished.connect(self.counter.close)
        ratings = session.others.all_ratings(FrozenOpinions.of(session))
        keys, share = session.candidates.keys, share_of_record(session.source.record)
        overlap = None if share is None or not share.overlap else share.overlap
        # They count in no agreement, as `vetter agreement` has it.
        planted = added_keys(session.source.planted)
        self.counter.start(lambda _stop: _report_lines(ratings, keys, overlap, planted))

    def _show_lines(self, lines: list[str]) -> None:
        self.lines.setPlainText("\n".join(lines))


def _report_lines(
    ratings: Ratings,
    keys: npt.NDArray[np.str_],
    overlap: frozenset[str] | None,
    planted: frozenset[str],
) -> list[str]:
    """Return the report, given the keys of the list, of its overlap and of its test rows."""
    common = None if overlap is None else np.isin(keys.astype(str), sorted(overlap))
    added = np.isin(keys.astype(str), sorted(planted)) if planted else None
    return report_agreement(ratings, overlap=common, planted=added).lines()
