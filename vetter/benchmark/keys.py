"""From a key press to the next candidate painted, in the real window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from vetter.benchmark.figures import Figure, spread
from vetter.benchmark.starts import use_a_screen
from vetter.errors import VetterError

if TYPE_CHECKING:
    from vetter.gui.windows.main_window import MainWindow

SIZE = (1600, 900)
PAUSE = 0.05
PATIENCE = 20.0
"""Seconds after which a key is taken for lost: a busy machine makes a figure worse, not void."""
VERDICTS = "ARAMRRAARA"


def measure(
    inputs: list[str], planes: dict[str, str], folder: Path, steps: int
) -> Iterator[Figure]:
    """Time verdicts and looks, at 20 keys a second.

    Where there is no screen the offscreen platform is used, and the figures say so.
    """
    use_a_screen()
    from PyQt6.QtWidgets import QApplication

    from vetter.app import open_window

    application = QApplication.instance() or QApplication(["vetter bench"])
    window = open_window(inputs, session=str(folder / "keys.vetter"), reviewer="bench", **planes)
    window.resize(*SIZE)
    stopwatch = _Stopwatch(window)
    stopwatch.wait_for_first()
    count = len(window.session.candidates)
    note = f"{QApplication.platformName()}, {count} candidates"
    yield _verdicts(stopwatch, steps, note)
    for what, key, most in (("stretch", "S", 16.7), ("blink", "B", 8.3), ("zoom", "+", 16.7)):
        times = [stopwatch.look(key) for _ in range(max(steps // 5, 10))]
        yield Figure(f"{what}: key to painted", spread(times), budgets={"p99": most}, note=note)
    window.close()
    application.processEvents()


def _verdicts(stopwatch: _Stopwatch, steps: int, note: str) -> Figure:
    times, misses = [], 0
    for step in range(steps):
        seconds, ready = stopwatch.verdict(VERDICTS[step % len(VERDICTS)])
        times.append(seconds)
        misses += not ready
    if misses:
        note += f", {misses} not built ahead"
    # A frame of a 120 Hz screen.
    budgets = {"median": 4.0, "p99": 8.3}
    return Figure("verdict key to the next candidate painted", spread(times), "ms", budgets, note)


class _Stopwatch:
    """Presses keys in a window and sees, by paint events, when they have shown."""

    def __init__(self, window: MainWindow) -> None:
        from PyQt6.QtCore import QEvent, QObject, Qt
        from PyQt6.QtTest import QTest
        from PyQt6.QtWidgets import QApplication, QGraphicsView

        stopwatch = self

        class PaintWatch(QObject):
            def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
                if event is not None and event.type() == QEvent.Type.Paint:
                    stopwatch.painted_at = perf_counter()
                return False

        self.painted_at = self._shown_at = self._told_at = 0.0
        self._window = window
        self._listen()
        self._watch = PaintWatch(window)
        for view in window.findChildren(QGraphicsView):
            viewport = view.viewport()
            if viewport is not None:
                viewport.installEventFilter(self._watch)
        self._click: Any = QTest.keyClick
        self._keys = {letter: Qt.Key(ord(letter)) for letter in "ARMSB+"}
        self._process = QApplication.processEvents

    def rest(self, seconds: float = PAUSE) -> None:
        """Let the window do what it does between keys."""
        until = perf_counter() + seconds
        while perf_counter() < until:
            self._process()

    def _listen(self) -> None:
        """Hear of each candidate that the window has painted, loading panels aside."""
        session = self._window.session
        tell_session = session.painted

        def painted(row: int) -> None:
            tell_session(row)
            self._shown_at = perf_counter()

        # In the verb's place: the window, which calls it, is not to be changed for a measurement.
        session.painted = painted  # type: ignore[method-assign]
        session.current_changed.connect(self._on_current_changed)

    def _on_current_changed(self, _row: int) -> None:
        """After the window's own slot: a candidate that was built ahead is painted by now."""
        self._told_at = perf_counter()

    def wait_for_first(self) -> None:
        """Until the first candidate is on screen, and what comes after a start is done."""
        # Without a window manager nobody else gives the window the keyboard, and no shortcut fires.
        self._window.activateWindow()
        until = perf_counter() + 60
        while not self._window.session.is_painted:
            self._process()
            if perf_counter() > until:
                raise RuntimeError("no candidate was painted within a minute")
        self.rest(2.0)

    def verdict(self, letter: str) -> tuple[float, bool]:
        """Seconds until the next candidate was painted, and whether it was built ahead."""
        session = self._window.session
        old = session.current_key
        start = perf_counter()
        self._click(self._window, self._keys[letter])
        while session.current_key == old or self._shown_at < start:
            self._process()
            if perf_counter() - start > PATIENCE:
                raise self._lost(f"{letter} did not bring another candidate in {PATIENCE:g} s")
        seconds, ready = self._shown_at - start, self._shown_at <= self._told_at
        self.rest()
        return seconds, ready

    def _lost(self, problem: str) -> Exception:
        """Return the error of a key without effect: the user's to mend if another window has it."""
        if self._window.isActiveWindow():
            return RuntimeError(problem)
        remedy = "leave its window in front, or unset DISPLAY to measure offscreen"
        return VetterError(f"bench: {problem}: its window has lost the keyboard; {remedy}")

    def look(self, letter: str) -> float:
        """Seconds until the panels were painted after a key that changes how they look."""
        start = perf_counter()
        self._click(self._window, self._keys[letter])
        while self.painted_at < start:
            self._process()
            if perf_counter() - start > PATIENCE:
                raise self._lost(f"{letter} changed nothing on screen in {PATIENCE:g} s")
        # The watch sees a paint event before the view does: painting has ended only now.
        seconds = perf_counter() - start
        self.rest()
        return seconds
