"""Random steps in the real window, compared with a plain model after each."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QDialog

from tests.endurance.model import Model, Picture, Said
from tests.helpers.small_list import COUNT, settings, write_small_list
from vetter.app import open_window
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.moment import Moment
from vetter.gui.grid.grid import Grid
from vetter.gui.windows.main_window import MainWindow
from vetter.io.session.session_file import SessionFile

PATIENCE = 60.0
"""Seconds until the window is taken for stuck, on a machine that may be busy."""

REOPENED_EVERY = 400
MAX_REPLAYS = 40
"""40 earlier moments to which the session is replayed at the end: a second."""
VERDICT_KEYS = {
    "A": Verdict.ACCEPT,
    "R": Verdict.REJECT,
    "M": Verdict.MAYBE,
    "Backspace": Verdict.NONE,
}
MOVES = ("Right", "Left", "N", "P", "Home", "End", "U", ".", ",")
LOOKS = ("B", "Shift+B", "S", "Shift+S", "I", "T", "0", "+", "-", "L", "V", "H", "E", "F5")
LOOK_COMMANDS = (
    "view.compass",
    "view.theme",
    "stretch.colours",
    "stretch.interval",
    "stretch.shared",
    "stretch.planes",
    "stretch.histogram",
    "stretch.preset",
    "stretch.per_candidate",
    "stretch.reset",
)
FILTERS = (
    "",
    "",
    "mag<19",
    "mag>=19 verdict=none",
    "verdict=accept or verdict=maybe",
    "band=g",
    "J01",
    "tags~dipole",
    "disappeared=true",
    "mag>99",
    "J999",
    "verdict=none verdict=accept",
)
BROKEN_FILTERS = ("mag<<", "(mag<19", "nocolumn=3")
COMMENTS = ("", "host at 2 arcsec", "<b>?</b>", "  blanks  ", "naïve Ω 🙂", 'a, "b"; c\'d')


class WalkError(AssertionError):
    """A step after which the program was not as it should be."""


class Walk:
    """The window on a small list, and the steps taken in it.

    Parameters
    ----------
    folder : Path
        Where list and session are written.
    seed : int
        The steps follow from it, but for what the machine's speed decides.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self._list, self._planes = write_small_list(folder)
        self._session = folder / "walk.vetter"
        self._random, self._seed = Random(seed), seed
        self._model = Model(COUNT)
        self._step = 0
        self._last: deque[str] = deque(maxlen=30)
        self._faults: list[str] = []
        self.counts: Counter[str] = Counter()
        self.replays = 0
        """Number of earlier moments to which the session was replayed at the end."""
        self._pictures: dict[int, Picture] = {}
        """The model's opinions by the number of events so far."""
        self._steps: dict[Callable[[], str], int] = {
            self._decide: 30,
            self._tag: 8,
            self._comment: 4,
            self._undo: 10,
            self._redo: 6,
            self._move: 24,
            self._click_line: 4,
            self._filter: 8,
            self._sort: 4,
            self._group: 4,
            self._later: 4,
            self._grid: 4,
            self._resize_cutout: 3,
            self._look: 10,
            self._fit: 4,
        }

    def run(self, steps: int) -> None:
        """Take steps, with the window closed and opened again now and then.

        Raises
        ------
        WalkError
            An exception, a dialog, a stuck window or another opinion than the model's.
        """
        hook, thread_hook = sys.excepthook, threading.excepthook
        sys.excepthook = self._note_exception
        threading.excepthook = lambda told: self._note_exception(*told[:3])
        try:
            self._open()
            for _ in range(steps):
                self._step += 1
                self._take_step()
                if self._step % REOPENED_EVERY == 0:
                    self._reopen()
            self._reopen()
            self._check_replays()
        finally:
            self.window.close()
            sys.excepthook, threading.excepthook = hook, thread_hook
        if self._faults:
            self._fail(self._faults[0])

    def note_fault(self, text: str) -> None:
        """Note what must not happen; the step under way fails with it."""
        self._faults.append(text)

    def _open(self) -> None:
        self.window: MainWindow = open_window(
            str(self._list),
            session=self._session,
            reviewer="walk",
            settings=settings(self._step // REOPENED_EVERY),
            **self._planes,
        )
        self.window.fits.changed.connect(self._count_fits)
        self.window.resize(1000, 600)
        self.window.set_columns(["verdict", "name", "mag", "disappeared", "chi2_after", "tags"])
        self.window.activateWindow()
        self._wait(self.window.isActiveWindow, "the window to be active")
        self._wait(lambda: self.window.session.is_painted, "the first candidate")

    def _count_fits(self, rows: list[int]) -> None:
        self.counts["fitted"] += len(rows)

    def _reopen(self) -> None:
        self._last.append(f"reopen before step {self._step + 1}")
        self.window.close()
        self._open()
        self._check()

    def _take_step(self) -> None:
        kinds = list(self._steps)
        step = self._random.choices(kinds, list(self._steps.values()))[0]
        name = step.__name__.strip("_")
        self._last.append(name)
        done = step()
        self.counts[name] += bool(done)
        self._last[-1] = f"{name} {done}"
        if self._random.random() < 0.015:
            # A key stops the fitting process for 40 ms: under quick keys no fit arrives.
            self._spin(0.3)
        self._settle()
        self._check()

    def _decide(self) -> str:
        """A verdict for what is on screen."""
        row, grid = self.window.session.current_row, self._grid_shown()
        key = self._random.choice(list(VERDICT_KEYS))
        if not self._is_listed():
            return self._decide_outside(key)
        if grid is not None and grid.selection.listed != [row]:
            return ""
        self._press(key)
        self._model.verdict([row], VERDICT_KEYS[key])
        return f"{key} on {row}"

    def _decide_outside(self, key: str) -> str:
        """A verdict key where the filter leaves out what is on screen: nothing, or a question."""
        row, question = self.window.session.current_row, self.window.filter_band.question
        self._press(key)
        self._check()
        if not question.text:
            return f"{key} on nothing"
        self.counts["question"] += 1
        if self._random.random() < 0.5:
            self._press("Esc")
            return f"no to {key} on {row}, outside the filter"
        self._press("Return")
        self._model.verdict([row], VERDICT_KEYS[key])
        return f"{key} on {row}, outside the filter"

    def _tag(self) -> str:
        if not self._is_listed():
            return ""
        row, number = self.window.session.current_row, self._random.randint(1, 3)
        self._press(str(number))
        self._model.toggle(row, self.window.session.settings.review.tags[number - 1])
        return f"{number} on {row}"

    def _comment(self) -> str:
        if not self._is_listed() or self._grid_shown() is not None:
            return ""
        row, text = self.window.session.current_row, self._random.choice(COMMENTS)
        self._press("C")
        editor = self.window.card.editor
        if editor.row != row:
            self._fail("no comment is being written")
        editor.setText(text)
        QTest.keyClick(editor, Qt.Key.Key_Return)
        self._model.comment(row, text)
        return f"{text!r} on {row}"

    def _undo(self) -> str:
        self._press("Ctrl+Z")
        self._model.undo()
        return "Ctrl+Z"

    def _redo(self) -> str:
        self._press("Ctrl+Y")
        self._model.redo()
        return "Ctrl+Y"

    def _move(self) -> str:
        keys = self._random.choices(MOVES, k=self._random.choice((1, 1, 1, 4)))
        for key in keys:
            self._press(key)
        return " ".join(keys)

    def _click_line(self) -> str:
        queue = self.window.session.queue
        if not len(queue):
            return ""
        row = int(self._random.choice(queue.order.tolist()))
        self.window.session.go_to_row(row)
        return str(row)

    def _filter(self) -> str:
        text = self._random.choice(FILTERS if self._random.random() < 0.85 else BROKEN_FILTERS)
        self.window.show_filter()
        bar = self.window.filter_bar
        bar.line.clear()
        QTest.keyClicks(bar.line, text)
        self._spin(self._random.choice((0, 0, 0, 0, 0, 0.2)))
        QTest.keyClick(bar.line, Qt.Key.Key_Return)
        if text in BROKEN_FILTERS:
            QTest.keyClick(bar.line, Qt.Key.Key_Escape)
        elif self.window.session.queue.expression != text.strip():
            self._fail(f"the filter {text!r} is not in force")
        self.window.setFocus()
        return text or "none"

    def _sort(self) -> str:
        heading = self.window.candidate_list.heading
        section = self._random.randrange(heading.count())
        heading.sectionClicked.emit(section)
        return str(self.window.session.queue.sort_column)

    def _group(self) -> str:
        """One verdict for those selected in the grid."""
        if not self._is_listed():
            return ""
        if self._grid_shown() is None:
            self._press("G")
        grid = self._grid_shown()
        if grid is None:
            self._fail("there is no grid after G")
            return ""
        grid.setFocus()
        if self._random.random() < 0.3:
            QTest.keyClick(grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        for _ in range(self._random.randint(1, 4)):
            way = self._random.choice((Qt.Key.Key_Left, Qt.Key.Key_Right))
            QTest.keyClick(grid, way, Qt.KeyboardModifier.ShiftModifier)
        rows = grid.selection.listed
        if len(rows) < 2:
            return ""
        self._settle()
        key = self._random.choice(list(VERDICT_KEYS))
        self._press(key)
        if not grid.question.text:
            self._fail(f"nothing was asked before {key} for {len(rows)}")
        if self._random.random() < 0.2:
            QTest.keyClick(grid, Qt.Key.Key_Escape)
            return f"no to {key} for {len(rows)}"
        QTest.keyClick(grid, Qt.Key.Key_Return)
        self._model.verdict(rows, VERDICT_KEYS[key])
        if self._random.random() < 0.7:
            self._settle()
            self._press("G")
        return f"{key} for {rows}"

    def _later(self) -> str:
        """Put off some of the listed candidates, as one step."""
        listed = self.window.session.queue.order.tolist()
        rows = self._random.sample(listed, min(len(listed), self._random.randint(1, 3)))
        if not rows:
            return ""
        self.window.session.decide_group(rows, Verdict.LATER)
        self._model.verdict(rows, Verdict.LATER)
        return f"later for {rows}"

    def _grid(self) -> str:
        self._press("G")
        return "G"

    def _resize_cutout(self) -> str:
        key = self._random.choice(("[", "]"))
        self._press(key)
        return key

    def _look(self) -> str:
        what = self._random.choice((*LOOKS, *LOOK_COMMANDS))
        if what in LOOK_COMMANDS:
            self.window.actions_by_id[what].trigger()
        else:
            self._press(what)
        self.window.setFocus()
        return what

    def _fit(self) -> str:
        if self._random.random() < 0.3:
            self.window.actions_by_id["fit.pause"].trigger()
            return "pause"
        self._press("F")
        return "F"

    def _press(self, keys: str) -> None:
        """Press a key where the keyboard is."""
        target = self.window.focusWidget() or self.window
        combination = QKeySequence(keys)[0]
        QTest.keyClick(target, combination.key(), combination.keyboardModifiers())

    def _grid_shown(self) -> Grid | None:
        page = self.window.pages.currentWidget()
        return page if isinstance(page, Grid) else None

    def _is_listed(self) -> bool:
        """Whether the candidate on screen is painted and lies in the filter."""
        session = self.window.session
        return session.is_painted and session.queue.position_of(session.current_row) >= 0

    def _settle(self) -> None:
        """Wait until a verdict key would be taken, if one can be given."""
        session = self.window.session

        def settled() -> bool:
            listed = session.queue.position_of(session.current_row) >= 0
            return not session.busy and (session.is_painted or not listed)

        self._wait(settled, "the candidate to be painted")

    def _wait(self, condition: Callable[[], Any], what: str) -> None:
        until = time.monotonic() + PATIENCE
        QApplication.processEvents()
        while not condition():
            if time.monotonic() > until:
                self._fail(f"waited {PATIENCE:g} s in vain for {what}")
            QTest.qWait(1)

    def _spin(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        QApplication.processEvents()
        while time.monotonic() < until:
            QTest.qWait(1)

    def _check(self) -> None:
        """Compare the session with the model; nothing may have failed or asked meanwhile."""
        if self._faults:
            self._fail(self._faults[0])
        windows = QApplication.topLevelWidgets()
        dialogs = [
            window for window in windows if isinstance(window, QDialog) and window.isVisible()
        ]
        if dialogs:
            text = getattr(dialogs[0], "text", dialogs[0].windowTitle)()
            self._fail(f"a dialog: {type(dialogs[0]).__name__}: {text}")
        session = self.window.session
        for row, expected in enumerate(self._model.now):
            opinion = session.opinion(row)
            found = Said(opinion.verdict, frozenset(opinion.tags), opinion.comment)
            if found != expected:
                self._fail(f"row {row}: expected {expected}, found {found}")
        if not session.busy:
            self._pictures[session.counts.decisions] = self._model.now

    def _check_replays(self) -> None:
        """Replay the session to earlier moments, and compare each with the model then."""
        numbers = self._random.sample(list(self._pictures), min(len(self._pictures), MAX_REPLAYS))
        with SessionFile.open(self._session, "walk", read_only=True) as session:
            events = session.decisions()
        for number in numbers:
            moment = Moment.parse(str(number))
            ledger = Ledger(self.window.session.candidates, "walk")
            ledger.replay(event for event in events if moment.is_after(event))
            for row, expected in enumerate(self._pictures[number]):
                opinion = ledger.opinion(row)
                found = Said(opinion.verdict, frozenset(opinion.tags), opinion.comment)
                if found != expected:
                    self._fail(f"row {row} at event {number}: expected {expected}, found {found}")
        self.replays = len(numbers)

    def _fail(self, problem: str) -> None:
        way = "\n".join(self._last)
        raise WalkError(f"seed {self._seed}, step {self._step}: {problem}\nlast steps:\n{way}")

    def _note_exception(self, kind: Any, error: Any, trace: Any) -> None:
        self.note_fault("".join(traceback.format_exception(kind, error, trace)))
