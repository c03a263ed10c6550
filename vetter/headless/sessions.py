"""``vetter status``, ``log`` and ``export``: what a session file holds."""

from __future__ import annotations

import argparse
import dataclasses
import getpass
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vetter.core.decisions import Decision, Verdict
from vetter.core.ledger import Ledger
from vetter.errors import InputError
from vetter.headless.progress import Progress, say
from vetter.io.inputs import InputOptions, open_input
from vetter.io.session_file import SessionFile
from vetter.io.session_inputs import list_content


class _KeyList:
    """The candidates that have been decided on, where each was at its last event."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        latest = {decision.key: decision for decision in decisions}
        self.keys = np.array(list(latest), dtype=object)
        self.x, self.y, self.ra, self.dec = (
            np.array([getattr(d, name) for d in latest.values()], np.float64)
            for name in ("x", "y", "ra", "dec")
        )
        self._rows = {key: row for row, key in enumerate(latest)}

    def __len__(self) -> int:
        return len(self._rows)

    def row_of(self, key: str) -> int:
        """Row of a key."""
        return self._rows[key]

    def name(self, row: int) -> str:
        """The key: names are in the list alone."""
        return str(self.keys[row])


def run_status(arguments: argparse.Namespace) -> int:
    """Print how far a session is."""
    path = Path(arguments.session).expanduser()
    with SessionFile.open(path, arguments.reviewer or "", read_only=True) as session:
        reviewers = session.reviewers()
        reviewer = arguments.reviewer or _whose(reviewers)
        session.reviewer = reviewer
        position = session.position
        decisions = session.decisions()
        inputs = session.inputs()
    ledger = Ledger(_listed(path, decisions, inputs), reviewer)
    ledger.replay(decisions)
    counts = dataclasses.asdict(ledger.counts())
    if inputs:
        counts["candidates"] = inputs[-1].candidates
        decided = counts["accepted"] + counts["rejected"] + counts["maybe"]
        counts["undecided"] = counts["candidates"] - decided
    status = {**counts, "position": position, "reviewer": reviewer, "reviewers": reviewers}
    if arguments.json:
        print(json.dumps(status, ensure_ascii=False))
    else:
        for name, value in status.items():
            print(f"{name:>10}  {', '.join(value) if isinstance(value, list) else value}")
    return 0


def run_log(arguments: argparse.Namespace) -> int:
    """Print every event, oldest first."""
    path = Path(arguments.session).expanduser()
    with SessionFile.open(path, "", read_only=True) as session:
        decisions = session.decisions()
    for decision in decisions:
        if arguments.reviewer and decision.reviewer != arguments.reviewer:
            continue
        print(_as_json(decision) if arguments.json else _as_line(decision))
    return 0


def run_export(arguments: argparse.Namespace) -> int:
    """Write cutouts and verdicts of a session."""
    from vetter.io.export import export

    path = Path(arguments.session).expanduser()
    with SessionFile.open(path, arguments.reviewer or "", read_only=True) as session:
        reviewer = arguments.reviewer or _whose(session.reviewers())
        decisions, adjustments = session.decisions(), session.adjustments()
    source = open_input([str(path)], InputOptions(radius=arguments.radius))
    try:
        ledger = Ledger(source.candidates, reviewer)
        ledger.replay(decisions)
        if ledger.unplaced:
            say(f"{ledger.unplaced} verdicts belong to no candidate of the list as it is now")
        report = export(
            source,
            ledger,
            arguments.output,
            [Verdict.named(word) for word in dict.fromkeys(arguments.verdict or ["accept"])],
            list(dict.fromkeys(arguments.format or ["ecsv"])),
            png=arguments.png,
            picture=_picture(source, arguments) if arguments.png else None,
            adjustments={key: meta for key, (_, meta) in adjustments.items()},
            progress=Progress("export"),
            radius=source.default_radius,
        )
    finally:
        source.close()
    say(*report.lines())
    return 0


def _picture(source: Any, arguments: argparse.Namespace) -> Any:
    # The panels are drawn by the window's own code, which needs Qt: loaded for --png alone.
    from vetter.headless.pictures import picture_maker

    return picture_maker(source, arguments.settings)


def _whose(reviewers: Sequence[str]) -> str:
    """The account's name where it has decided anything, else who decided last."""
    try:
        account = getpass.getuser()
    except (OSError, KeyError):
        account = "unknown"
    return account if account in reviewers or not reviewers else reviewers[-1]


def _listed(path: Path, decisions: Sequence[Decision], inputs: Sequence[Any]) -> Any:
    """The candidate list where it has changed in mid-session, else the decided ones do."""
    if len({list_content(recorded.fingerprints) for recorded in inputs}) <= 1:
        return _KeyList(decisions)
    try:
        source = open_input([str(path)])
    except InputError as error:
        say(f"counted without the list: {error}")
        return _KeyList(decisions)
    source.close()
    return source.candidates


def _as_json(decision: Decision) -> str:
    values = decision._asdict()
    plain = {
        name: None if isinstance(value, float) and not np.isfinite(value) else value
        for name, value in values.items()
    }
    return json.dumps(plain, ensure_ascii=False)


def _as_line(decision: Decision) -> str:
    tags = f" [{', '.join(decision.tags)}]" if decision.tags else ""
    comment = f" {json.dumps(decision.comment, ensure_ascii=False)}" if decision.comment else ""
    key = decision.key if decision.key.isprintable() else ascii(decision.key)
    how = "" if decision.how == "single" else f" ({decision.how})"
    return (
        f"{decision.seq:>6}  {decision.at}  {decision.reviewer}  {decision.verdict.value:<6}  "
        f"{key}{tags}{comment}{how}  {decision.seconds:.1f} s"
    )
