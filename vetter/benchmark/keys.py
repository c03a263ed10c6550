"""Times from a key press to the painted result, in the real window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from vetter.benchmark import grid_pages
from vetter.benchmark.figures import Figure, spread
from vetter.benchmark.starts import use_offscreen_if_needed
from vetter.errors import VetterError

if TYPE_CHECKING:
    from vetter.gui.windows.main_window import MainWindow

SIZE = (1600, 900)
"""Width and height of the window, pixels."""
PAUSE = 0.05
"""Seconds between keys."""
PATIENCE = 20.0
"""Seconds after which a key counts as lost; on a busy machine a figure is worse, not void."""
VERDICTS = "ARAMRRAARA"


def measure(
    inputs: list[str], planes: dict[str, str], folder: Path, steps: int
) -> Iterator[Figure]:
    """Time verdict keys and keys that change the display, at 20 keys a second.

    Without a screen Qt's offscreen platform is used; the note of each figure names the platform.
    """
    use_offscreen_if_needed()
    from PyQt6.QtWidgets import QApplication

    from vetter.app import open_window

    application = QApplication.instance() or QApplication(["vetter bench"])
    window = open_window(inputs, session=str(folder / "keys.vetter"), reviewer="bench", **planes)
    window.resize(*SIZE)
    stopwatch = _Stopwatch(window)
    stopwatch.wait_for_first()
    count = len(window.session.candidates)
    note = f"{QApplication.platformName()}, {count} candidates"
    yield _time_verdicts(stopwatch, steps, note)
    for what, key, budget in (("stretch", "S", 16.7), ("blink", "B", 8.3), ("zoom", "+", 16.7)):
        times = [stopwatch.time_look(key) for _ in range(max(steps // 5, 10))]
        yield Figure(f"{what}: key to painted", spread(times), budgets={"p99": budget}, note=note)
    yield from grid_pages.measure(window, max(steps // 5, 20), stopwatch.pause, note)
    window.close()
    application.processEvents()


def _time_verdicts(stopwatch: _Stopwatch, steps: int, note: str) -> Figure:
    times, misses = [], 0
    for step in range(steps):
        seconds, was_ready = stopwatch.time_verdict(VERDICTS[step % len(VERDICTS)])
        times.append(seconds)
        misses += not was_ready
    if misses:
        note += f", {misses} not built ahead"
    # 8.3 ms is a frame of a 120 Hz screen.
    budgets = {"median": 4.0, "p99": 8.3}
    return Figure("verdict key to the next candidate painted", spread(times), "ms", budgets, note)


class _Stopwatch:
    """Clock that presses keys in a window and takes the time of its paint events."""

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

        self.painted_at = self._shown_at = self._changed_at = 0.0
        self._window = window
        self._connect_session()
        self._watch = PaintWatch(window)
        for view in window.findChildren(QGraphicsView):
            viewport = view.viewport()
            if viewport is not None:
                viewport.installEventFilter(self._watch)
        self._click: Any = QTest.keyClick
        self._keys = {letter: Qt.Key(ord(letter)) for letter in "ARMSB+"}
        self._process = QApplication.processEvents

    def pause(self, seconds: float = PAUSE) -> None:
        """Process the window's events between keys."""
        until = perf_counter() + seconds
        while perf_counter() < until:
            self._process()

    def _connect_session(self) -> None:
        """Take the time of each painted candidate; loading panels do not count."""
        session = self._window.session
        record_paint = session.record_paint

        def painted(row: int) -> None:
            record_paint(row)
            self._shown_at = perf_counter()

        # session.record_paint is replaced, so that the window needs no change for a measurement.
        session.record_paint = painted  # type: ignore[method-assign]
        session.current_changed.connect(self._on_current_changed)

    def _on_current_changed(self, _row: int) -> None:
        """Take the time after the window's own slot, which paints a candidate built ahead."""
        self._changed_at = perf_counter()

    def wait_for_first(self) -> None:
        """Wait until the first candidate is on screen, and the work after a start is done."""
        # activateWindow(): without a window manager the window gets no keys, and no shortcut fires.
        self._window.activateWindow()
        until = perf_counter() + 60
        while not self._window.session.is_painted:
            self._process()
            if perf_counter() > until:
                raise RuntimeError("no candidate was painted within a minute")
        self.pause(2.0)

    def time_verdict(self, letter: str) -> tuple[float, bool]:
        """Return seconds until the next candidate was painted, and whether it was built ahead."""
        session = self._window.session
        old = session.current_key
        start = perf_counter()
        self._click(self._window, self._keys[letter])
        while session.current_key == old or self._shown_at < start:
            self._process()
            if perf_counter() - start > PATIENCE:
                raise self._lost_key_error(
                    f"{letter} did not bring another candidate in {PATIENCE:g} s"
                )
        seconds, was_ready = self._shown_at - start, self._shown_at <= self._changed_at
        self.pause()
        return seconds, was_ready

    def _lost_key_error(self, problem: str) -> Exception:
        """Return the error of a key without effect; a VetterError if another window has focus."""
        if self._window.isActiveWindow():
            return RuntimeError(problem)
        remedy = "leave its window in front, or unset DISPLAY to measure offscreen"
        return VetterError(f"bench: {problem}: its window has lost the keyboard; {remedy}")

    def time_look(self, letter: str) -> float:
        """Return seconds until the panels were painted after a key that changes the display."""
        start = perf_counter()
        self._click(self._window, self._keys[letter])
        while self.painted_at < start:
            self._process()
            if perf_counter() - start > PATIENCE:
                raise self._lost_key_error(f"{letter} changed nothing on screen in {PATIENCE:g} s")
        # Not painted_at: the event filter runs before the view paints, which has ended now.
        seconds = perf_counter() - start
        self.pause()
        return seconds
