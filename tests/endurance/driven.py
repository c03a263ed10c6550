"""The program in a process of its own that presses its own keys, and reports what took effect.

Started by `tests.endurance.kills`, which kills it. A report is one line of JSON, written in one
piece: ``{"what": "painted"}`` at the first paint, with the opinions that the window shows;
``submitted`` and ``recorded`` with the names of decisions.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from PyQt6.QtCore import QTimer
from PyQt6.QtGui import QKeySequence
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from vetter.core.decisions.decision import Decision
from vetter.gui.grid.grid import Grid
from vetter.gui.windows.main_window import MainWindow

KEYS = ("A", "R", "M", "A", "R", "Backspace", "1", "2", "Ctrl+Z", "Ctrl+Y", "Left", "Right", "F")
ENV_SEED = "VETTER_KILL_SEED"


def report(what: str, **more: Any) -> None:
    """Write a line to standard output; what has been written survives the process."""
    os.write(1, (json.dumps({"what": what, **more}) + "\n").encode())


class Fingers:
    """Presses random keys in a window, the first at its first paint.

    Parameters
    ----------
    window : MainWindow
    random : Random
    """

    def __init__(self, window: MainWindow, random: Random) -> None:
        self._window, self._random = window, random
        recorder = window.session.recorder
        self._record: Callable[..., None] = recorder.record
        # In the method's place: what is submitted has to be known before it is written.
        recorder.record = self._submit  # type: ignore[method-assign]
        recorder.recorded.connect(self._on_recorded)
        self._next = QTimer(window)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._press)

    def begin(self) -> None:
        """Report what is shown, and press."""
        session = self._window.session
        opinions = [session.opinion(row) for row in range(len(session.candidates))]
        said = [[o.verdict.value, sorted(o.tags), o.comment] for o in opinions]
        report("painted", said=said, read_only=session.read_only)
        self._window.activateWindow()
        self._press()

    def _press(self) -> None:
        key = self._random.choice((*KEYS, "group"))
        if key == "group":
            self._decide_group()
        else:
            combination = QKeySequence(key)[0]
            QTest.keyClick(self._window, combination.key(), combination.keyboardModifiers())
        self._next.start(self._random.randint(0, 40))

    def _decide_group(self) -> None:
        window = self._window
        window.actions_by_id["go.grid"].trigger()
        grid = window.pages.currentWidget()
        if isinstance(grid, Grid):
            grid.selection.all()
            QTest.keyClick(window, self._random.choice("ARM"))
            grid.question.agree()
            window.actions_by_id["go.grid"].trigger()

    def _submit(self, decisions: Sequence[Decision], *more: Any) -> None:
        report("submitted", ids=[decision.id for decision in decisions])
        self._record(decisions, *more)

    def _on_recorded(self, decisions: Sequence[Decision]) -> None:
        report("recorded", ids=[decision.id for decision in decisions])


def main(arguments: list[str]) -> int:
    """Run the program; keys are pressed as soon as its window has been painted."""
    random = Random(os.environ[ENV_SEED])
    expose = MainWindow.begin

    def begin(window: MainWindow) -> None:
        fingers = Fingers(window, random)
        expose(window)
        fingers.begin()
        window.setProperty("fingers", fingers)

    MainWindow.begin = begin  # type: ignore[method-assign]
    from vetter.cli import main as run
    from vetter.review.opening import stored_ledger

    # Every window that finds decisions begins with a checkpoint of them, and writes the next.
    stored_ledger.CHECKPOINT_EVENTS = 1
    return run(arguments)


if __name__ == "__main__":
    assert QApplication.instance() is None
    sys.exit(main(sys.argv[1:]))
