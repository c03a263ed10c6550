"""Command ``vetter merge``: sessions of several reviewers in one file."""

from __future__ import annotations

import argparse
import gc
from pathlib import Path

from vetter.core.number_text import format_count
from vetter.errors import escape_to_line
from vetter.headless.reviewers.agreement import agreement_lines, session_agreement
from vetter.io.session.merging.merge import merge_sessions


def run_merge(arguments: argparse.Namespace) -> int:
    """Merge sessions, and print what each held, clocks that disagree, and the agreement."""
    # Collections find nothing among the events of a session, and take half of the time.
    gc.disable()
    paths = [Path(name).expanduser() for name in arguments.sessions]
    report = merge_sessions(paths, Path(arguments.output).expanduser())
    whose = format_count(len(report.reviewers), "reviewer")
    written = f"{report.path}: {format_count(report.events, 'decision')} of {whose}"
    print("\n".join(escape_to_line(line) for line in (*report.lines, written)))
    if len(report.reviewers) > 1:
        print("\n".join(["", *agreement_lines(*session_agreement(report.path, is_sound=True))]))
    return 0
