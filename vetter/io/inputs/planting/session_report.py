"""Report on a reviewer, read from a session file."""

from __future__ import annotations

import os

from vetter.core.decisions.decision import storable
from vetter.core.fakes.planted_row import shown_setting
from vetter.core.fakes.report.reviewer_report import ReviewerReport, measure_reviewer
from vetter.errors import InputError
from vetter.io.session.session_file import SessionFile


def session_report(path: str | os.PathLike[str], reviewer: str | None = None) -> ReviewerReport:
    """Return the report on a reviewer of a session, by default the one who decided last.

    Raises
    ------
    InputError
        The file is not a session, or has no such reviewer.
    """
    with SessionFile.open(path, "", read_only=True) as session:
        known = session.all_reviewers()
        if reviewer is None:
            reviewer = known[-1] if known else ""
        elif storable(reviewer) not in known:
            remedy = f"there are {', '.join(known)}" if known else "no reviewer has"
            raise InputError(f"{path}: {reviewer!r} has not decided anything here; {remedy}")
        answers = {
            key: str(meta.get("adjust_answer", ""))
            for key, (_, meta) in session.adjustments().items()
        }
        planted, decisions = session.planted(), session.decisions()
        shown_at = str(session.settings.get(shown_setting(storable(reviewer))) or "")
    return measure_reviewer(decisions, planted, storable(reviewer), answers, shown_at)
