"""Agreement of the reviewers of a session, as a table of text to read and to copy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PyQt6.QtGui import QFontDatabase
from PyQt6.QtWidgets import QWidget

from vetter.core.decisions.agreement.kappa import wilson_share
from vetter.core.decisions.agreement.ratings import Ratings
from vetter.core.decisions.agreement.report import report_agreement
from vetter.core.decisions.agreement.share import share_of_record
from vetter.core.decisions.planted import PlantedRow
from vetter.core.fakes.planted_row import known_truth
from vetter.core.fakes.without_planted import added_keys
from vetter.gui.dialogs.reports.report import LinesDialog
from vetter.io.export.decision_table import FrozenOpinions
from vetter.review.session import Session
from vetter.review.threads.background import Background

_NO_TRIALS = wilson_share(0, 0)


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
        planted = session.source.planted
        self.counter.start(lambda _stop: _report_lines(ratings, keys, overlap, planted))

    def _show_lines(self, lines: list[str]) -> None:
        self.lines.setPlainText("\n".join(lines))


def _report_lines(
    ratings: Ratings,
    keys: npt.NDArray[np.str_],
    overlap: frozenset[str] | None,
    planted: Sequence[PlantedRow],
) -> list[str]:
    """Return the report, given the keys of the list and of its overlap, and its test rows.

    Test rows are in the reviewers' records and in no agreement, as `vetter agreement` has it; how
    many of them each reviewer found is in the report on the own verdicts alone.
    """
    names = keys.astype(str)
    common = None if overlap is None else np.isin(names, sorted(overlap))
    added = np.isin(names, sorted(added_keys(planted))) if planted else None
    truth = known_truth(names.tolist(), planted)
    report = report_agreement(ratings, truth, common, planted=added)
    hidden = [
        one._replace(complete=_NO_TRIALS, false_accepts=_NO_TRIALS) for one in report.reviewers
    ]
    return report._replace(reviewers=tuple(hidden)).lines()
