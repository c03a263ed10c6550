"""Endurance of the window: ``scripts/bench --soak N`` and ``scripts/bench --kill N``."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.endurance.command_kills import CommandKills
from tests.endurance.kills import KillError, Kills


def main() -> int:
    """Take random steps, or kill windows; 1 where anything went wrong."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--soak", type=int, metavar="N", help="take N random steps in the window, beside a model"
    )
    what.add_argument(
        "--kill",
        type=int,
        metavar="N",
        help="kill the window N times while keys are pressed, then merges and exports N times",
    )
    parser.add_argument("--seed", type=int, default=1, help="other steps or moments")
    arguments = parser.parse_args()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory(prefix="vetter-endurance-") as folder:
        for name in ("CONFIG", "CACHE", "DATA", "STATE"):
            # The user's settings, keys and recent sessions are not touched.
            home = Path(folder) / "home" / name.lower()
            home.mkdir(parents=True)
            os.environ[f"XDG_{name}_HOME"] = str(home)
        if arguments.soak is not None:
            return _soak(Path(folder), arguments.soak, arguments.seed)
        return _kill(Path(folder), arguments.kill, arguments.seed)


def _soak(folder: Path, steps: int, seed: int) -> int:
    from PyQt6.QtCore import QtMsgType, qInstallMessageHandler
    from PyQt6.QtWidgets import QApplication

    from tests.endurance.walk import Walk, WalkError
    from vetter.review.opening import stored_ledger

    # Every window begins with the checkpoint of the one before.
    stored_ledger.CHECKPOINT_EVENTS = 1
    application = QApplication(["bench"])
    walk = Walk(folder, seed)

    def note(kind: QtMsgType, _context: object, text: str | None) -> None:
        if kind != QtMsgType.QtDebugMsg and "propagateSizeHints" not in (text or ""):
            walk.note_fault(f"Qt: {text}")

    qInstallMessageHandler(note)
    begun = time.monotonic()
    try:
        walk.run(steps)
    except WalkError as error:
        print(error, file=sys.stderr)
        return 1
    counts = ", ".join(f"{name} {count}" for name, count in walk.counts.most_common())
    print(
        f"{steps} steps in {time.monotonic() - begun:.0f} s, 0 differ from the model; "
        f"{walk.replays} moments replayed, 0 differ: {counts}"
    )
    application.processEvents()
    return 0


def _kill(folder: Path, count: int, seed: int) -> int:
    kills = Kills(folder, seed)
    try:
        for line in kills.run(count):
            print(line, flush=True)
        (folder / "commands").mkdir()
        commands = CommandKills(folder / "commands", seed)
        for line in commands.run(count):
            print(line, flush=True)
    except KillError as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"{count} kills: {kills.decisions} decisions on disk, {kills.acknowledged} acknowledged, "
        "0 lost, 0 half written, 0 processes left running"
    )
    print(
        f"{count} kills of merges and exports: {commands.unwritten} before the output was "
        f"replaced, {commands.written} after, 0 left it in part, 0 wrong when run again"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
