"""Command ``vetter agreement``: how well the reviewers of a session agree."""

from __future__ import annotations

import argparse
import gc
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from vetter.core.decisions.agreement.decided_list import DecidedList
from vetter.core.decisions.agreement.ratings import collect_ratings
from vetter.core.decisions.agreement.report import AgreementReport, report_agreement
from vetter.core.decisions.agreement.share import share_of_record
from vetter.core.decisions.decision import Decision
from vetter.core.number_text import format_count
from vetter.errors import escape_to_line
from vetter.headless.progress import print_lines
from vetter.io.session.session_file import SessionFile


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
        reviewers = session.all_reviewers()
        if session.damage:
            print_lines(f"{session.path}: a damaged session: {', '.join(session.damage)}")
    share = share_of_record(inputs[-1].record) if inputs else None
    listed = DecidedList(decisions)
    total = inputs[-1].candidates if inputs else len(listed)
    report = agreement_of(decisions, reviewers, () if share is None else share.overlap)
    return report, max(total - len(listed), 0)


def agreement_of(
    decisions: Sequence[Decision], reviewers: Iterable[str] = (), overlap: Iterable[str] = ()
) -> AgreementReport:
    """Return the agreement in decisions; ``overlap`` are keys that several shares hold."""
    listed = DecidedList(decisions)
    common = frozenset(overlap)
    return report_agreement(
        collect_ratings(listed, decisions, reviewers),
        overlap=listed.has_keys(common) if common else None,
    )


def agreement_lines(report: AgreementReport, unseen: int) -> list[str]:
    """Return the report as lines; the last names the candidates that nobody has seen."""
    lines = [escape_to_line(line) for line in report.lines()]
    if unseen:
        lines += ["", f"{format_count(unseen, 'more candidate')} without a decision"]
    return lines
