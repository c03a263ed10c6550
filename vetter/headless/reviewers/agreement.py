"""Command ``vetter agreement``: how well the reviewers of a session agree."""

from __future__ import annotations

import argparse
import gc
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from vetter.core.decisions.agreement.decided_list import DecidedList
from vetter.core.decisions.agreement.ratings import collect_ratings
from vetter.core.decisions.agreement.report import AgreementReport, report_agreement
from vetter.core.decisions.agreement.share import share_of_record
from vetter.core.decisions.decision import Decision
from vetter.core.decisions.planted import PlantedRow
from vetter.core.fakes.without_planted import added_keys
from vetter.core.number_text import format_count
from vetter.errors import escape_to_line
from vetter.headless.progress import print_lines
from vetter.headless.sessions import own_count
from vetter.io.session.session_file import SessionFile

_TRUTHS = {"fake": 1.0, "artefact": 0.0}
"""Truth of each kind of planted rows that has one."""


def run_agreement(arguments: argparse.Namespace) -> int:
    """Print the agreement of the reviewers of a session."""
    # Collections find nothing among the events of a session, and take half of the time.
    gc.disable()
    path = Path(arguments.session).expanduser()
    report, unseen = session_agreement(path)
    if arguments.json:
        print(json.dumps({**report.as_dict(), "unseen": unseen}, allow_nan=False))
        return 0
    print("\n".join(agreement_lines(report, unseen)))
    return 0


def session_agreement(path: str | os.PathLike[str]) -> tuple[AgreementReport, int]:
    """Return the agreement in a session, and its number of candidates without any decision.

    The list itself is not read: candidates are told by key and position, as in the decisions.

    Raises
    ------
    InputError
        The file is not a session.
    """
    with SessionFile.open(path, "", read_only=True) as session:
        decisions, inputs = session.decisions(), session.inputs()
        reviewers, planted = session.all_reviewers(), session.planted()
        if session.damage:
            print_lines(f"{session.path}: a damaged session: {', '.join(session.damage)}")
    share = share_of_record(inputs[-1].record) if inputs else None
    total = own_count(inputs[-1], planted) if inputs else 0
    report = agreement_of(decisions, reviewers, () if share is None else share.overlap, planted)
    return report, max(total - report.candidates, 0)


def agreement_of(
    decisions: Sequence[Decision],
    reviewers: Iterable[str] = (),
    overlap: Iterable[str] = (),
    planted: Iterable[PlantedRow] = (),
) -> AgreementReport:
    """Return the agreement in decisions.

    Parameters
    ----------
    decisions : sequence of Decision
    reviewers : iterable of str
        Reviewers to list even without a decision.
    overlap : iterable of str
        Keys that several shares hold.
    planted : iterable of PlantedRow
        Rows that the program put into the list: they tell how good each reviewer is, and count
        in no agreement. Known objects are candidates of the list itself.
    """
    listed = DecidedList(decisions)
    common, rows = frozenset(overlap), list(planted)
    truth = np.full(len(listed), np.nan)
    for kind, value in _TRUTHS.items():
        truth[listed.has_keys(row.key for row in rows if row.kind == kind)] = value
    return report_agreement(
        collect_ratings(listed, decisions, reviewers),
        truth if np.isfinite(truth).any() else None,
        listed.has_keys(common) if common else None,
        planted=listed.has_keys(added_keys(rows)),
    )


def agreement_lines(report: AgreementReport, unseen: int) -> list[str]:
    """Return the report as lines; the last names the candidates that nobody has seen."""
    lines = [escape_to_line(line) for line in report.lines()]
    if unseen:
        lines += ["", f"{format_count(unseen, 'more candidate')} without a decision"]
    return lines
