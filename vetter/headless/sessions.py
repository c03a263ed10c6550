"""``vetter status``, ``log`` and ``export``."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from vetter.headless.progress import Progress, say
from vetter.headless.session_reports import export_session, log, status


def run_status(arguments: argparse.Namespace) -> int:
    """Print how far a session is."""
    print(status(Path(arguments.session).expanduser(), arguments.json, arguments.reviewer))
    return 0


def run_log(arguments: argparse.Namespace) -> int:
    """Print every event, oldest first."""
    print(log(Path(arguments.session).expanduser()))
    return 0


def run_export(arguments: argparse.Namespace) -> int:
    """Write cutouts and verdicts of a session."""
    path = Path(arguments.session).expanduser()
    with ExitStack() as stack:
        report = export_session(
            path,
            Path(arguments.output).expanduser(),
            arguments.verdict or (),
            arguments.format or (),
            arguments.png,
            arguments.reviewer,
            _picture(path, arguments.settings, stack) if arguments.png else None,
            Progress("export"),
        )
    say(*report.lines())
    return 0


def _picture(path: Path, settings: str | None, stack: ExitStack) -> Any:
    # The panels are drawn by the window's own code, which needs Qt: loaded for --png alone.
    from vetter.headless.pictures import picture_maker
    from vetter.io.inputs.open_input import open_input

    source = open_input([str(path)]).completed()
    stack.callback(source.close)
    return picture_maker(path, source, settings)
