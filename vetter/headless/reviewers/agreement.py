"""Command ``vetter agreement``: how well the reviewers of a session agree."""

from __future__ import annotations

import argparse
import gc
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from vetter.core.decisions.agreement.decided_list import DecidedList
from vetter.core.decisions.agreement.plain_ratings import rate_verdicts
from vetter.core.decisions.agreement.ratings import Ratings, collect_ratings
from vetter.core.decisions.agreement.report import AgreementReport, report_agreement
from vetter.core.decisions.agreement.retirement import RULES, RetirementRules
from vetter.core.decisions.agreement.share import share_of_record
from vetter.core.decisions.planted import PlantedRow
from vetter.core.fakes.planted_row import known_truth
from vetter.core.fakes.without_planted import added_keys
from vetter.core.number_text import format_count
from vetter.errors import InputError, escape_to_line
from vetter.headless.progress import print_lines
from vetter.io.session.recorded_inputs import own_count
from vetter.io.session.session_file import SessionFile


def run_agreement(arguments: argparse.Namespace) -> int:
    """Print the agreement of the reviewers of a session."""
    # Collections find nothing among the events of a session, and take half of the time.
    gc.disable()
    path = Path(arguments.session).expanduser()
    rules = RetirementRules(arguments.agreeing, arguments.most)
    if rules.most < rules.agreeing:
        raise InputError(f"--most {rules.most}: expected no less than --agreeing {rules.agreeing}")
    report, unseen = session_agreement(path, rules)
    if arguments.json:
        print(json.dumps({**report.as_dict(), "unseen": unseen}, allow_nan=False))
        return 0
    print("\n".join(agreement_lines(report, unseen)))
    return 0


def session_agreement(
    path: str | os.PathLike[str], rules: RetirementRules = RULES, is_sound: bool = False
) -> tuple[AgreementReport, int]:
    """Return the agreement in a session, and its number of candidates without any decision.

    The list itself is not read: candidates are told by key and position, as in the decisions.
    ``is_sound`` spares the look for damage in a session that was just written.

    Raises
    ------
    InputError
        The file is not a session.
    """
    with SessionFile.open(path, "", read_only=True) as session:
        listed, ratings = _rate(session, is_sound)
        inputs, planted = session.inputs(), session.planted()
        if session.damage:
            print_lines(f"{session.path}: a damaged session: {', '.join(session.damage)}")
    share = share_of_record(inputs[-1].record) if inputs else None
    total = own_count(inputs[-1], planted) if inputs else 0
    overlap = () if share is None else share.overlap
    report = _agreement_of(listed, ratings, overlap, planted, rules)
    return report, max(total - report.candidates, 0)


def _rate(session: SessionFile, is_sound: bool) -> tuple[DecidedList, Ratings]:
    reviewers = session.all_reviewers()
    plain = session.plain_verdicts(is_sound)
    if plain is not None:
        listed = DecidedList.of_keys(plain.keys)
        return listed, rate_verdicts(listed, *plain, names=reviewers)
    decisions = session.decisions()
    listed = DecidedList(decisions)
    return listed, collect_ratings(listed, decisions, reviewers)


def _agreement_of(
    listed: DecidedList,
    ratings: Ratings,
    overlap: Iterable[str],
    planted: Sequence[PlantedRow],
    rules: RetirementRules,
) -> AgreementReport:
    """Return the agreement of reviewers.

    Parameters
    ----------
    listed : DecidedList
    ratings : Ratings
    overlap : iterable of str
        Keys that several shares hold.
    planted : sequence of PlantedRow
        Rows that the program put into the list: they tell how good each reviewer is, and count
        in no agreement. Known objects are candidates of the list itself.
    rules : RetirementRules
    """
    common = frozenset(overlap)
    return report_agreement(
        ratings,
        known_truth(listed.keys, planted),
        listed.has_keys(common) if common else None,
        rules,
        planted=listed.has_keys(added_keys(planted)),
    )


def agreement_lines(report: AgreementReport, unseen: int) -> list[str]:
    """Return the report as lines; the last names the candidates that nobody has seen."""
    lines = [escape_to_line(line) for line in report.lines()]
    if unseen:
        lines += ["", f"{format_count(unseen, 'more candidate')} without a decision"]
    return lines
