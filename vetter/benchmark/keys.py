"""Times from a key press to the painted result, in the real window."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QGraphicsView

from vetter.benchmark import grid_pages
from vetter.benchmark.figures import Figure, spread
from vetter.benchmark.paint_watch import PATIENCE, PaintWatch, wait
from vetter.benchmark.starts import use_offscreen_if_needed
from vetter.errors import VetterError
from vetter.gui.opening.import_ahead import import_ahead

if TYPE_CHECKING:
    from vetter.gui.windows.main_window import MainWindow

DEFAULT_SIZE = (1600, 900)
"""Width and height of the window, pixels, for which the strictest budgets hold."""
FIRST_PAUSE = 2.0
"""Seconds for the work after a start."""
PAUSE = 0.05
"""Seconds between keys."""
REPEAT = 0.03
"""Seconds between two repeats of a held key."""
LEAST_TIMES, LEAST_PAGES = 10, 20
"""Least number of times of a kind of key, and of pages of the grid."""
VERDICTS = "ARAMRRAARA"
# 8.3 ms is a frame of a 120 Hz screen, 16.7 ms one of 60 Hz.
FAST = {"median": 4.0, "p99": 8.3}
FRAME = {"p99": 16.7}
"""Budget of each key in a window larger than the default, up to 4k."""
LOOKS = (
    ("stretch", "S", FRAME),
    ("blink", "B", FAST),
    ("zoom", "+", FRAME),
    ("large panel", "Z", FRAME),
    ("pixel cursor", "Alt+Right", FRAME),
)
"""Name, key, and budgets at the default size of what changes the panels."""


def measure(
    inputs: list[str],
    planes: dict[str, str],
    folder: Path,
    steps: int,
    size: tuple[int, int] = DEFAULT_SIZE,
) -> Iterator[Figure]:
    """Time keys of each kind in the real window, while fits and cutouts ahead are made.

    Without a screen Qt's offscreen platform is used. The note of each figure names the platform
    and the size of the window. A command that the window does not have has no figure.
    """
    use_offscreen_if_needed()
    application = QApplication.instance() or QApplication(["vetter bench"])
    window = open_bench_window(inputs, planes, folder, size)
    settle(window)
    stopwatch = _Stopwatch(window)
    count = len(window.session.candidates)
    note = (
        f"{QApplication.platformName()}, {Path(inputs[0]).name}, {count} candidates, "
        f"{size_note(window)}"
    )
    is_large = is_over_default(window)
    few = max(steps // 5, LEAST_TIMES)
    steps_budgets = FRAME if is_large else FAST
    yield _time_verdicts(stopwatch, steps, steps_budgets, note)
    yield _time_held(stopwatch, steps, steps_budgets, note)
    for what, key, strict in LOOKS:
        budgets = FRAME if is_large else strict
        if stopwatch.has_key(key):
            times = [stopwatch.time_look(key) for _ in range(few)]
            yield Figure(f"{what}: key to painted", spread(times), "ms", budgets, note)
    times = [stopwatch.time_filter(number) for number in range(few)]
    yield Figure("filter: Enter to the list painted", spread(times), "ms", FRAME, note)
    yield from grid_pages.measure(window, max(few, LEAST_PAGES), note)
    window.close()
    application.processEvents()


def open_bench_window(
    inputs: list[str],
    planes: dict[str, str],
    folder: Path,
    size: tuple[int, int] = DEFAULT_SIZE,
) -> MainWindow:
    """Open the real window on inputs, with a session of its own."""
    from vetter.app import open_window
    from vetter.review.threads.heap import limit_heaps

    # As the program does at its start.
    limit_heaps()
    session = folder / f"keys{len(list(folder.glob('keys*.vetter')))}.vetter"
    window = open_window(inputs, session=str(session), reviewer="bench", **planes)
    window.resize(*size)
    return window


def settle(window: MainWindow) -> None:
    """Wait until the first candidate is on screen, and the program's work after a start is done.

    Raises
    ------
    RuntimeError
        No candidate was painted within a minute.
    """
    # activateWindow(): without a window manager the window gets no keys, and no shortcut fires.
    window.activateWindow()
    until = perf_counter() + 60
    while not window.session.is_painted:
        QApplication.processEvents()
        if perf_counter() > until:
            raise RuntimeError("no candidate was painted within a minute")
    # A full collection of a start's objects takes 50 to 70 ms.
    gc.freeze()
    thread = import_ahead()
    wait(FIRST_PAUSE)
    if thread is not None:
        thread.join()


def size_note(window: MainWindow) -> str:
    """Return the size that the window has, and whose budgets hold for a larger one than usual."""
    budgets = ", budgets of 4k" if is_over_default(window) else ""
    return f"{window.width()}x{window.height()}{budgets}"


def is_over_default(window: MainWindow) -> bool:
    """Return whether the window has more pixels than that of the strictest budgets."""
    width, height = DEFAULT_SIZE
    return window.width() * window.height() > width * height


def _time_verdicts(
    stopwatch: _Stopwatch, steps: int, budgets: dict[str, float], note: str
) -> Figure:
    times, misses = [], 0
    # Each step decides a candidate, and a short list has an end.
    steps = max(min(steps, stopwatch.undecided - 1), 1)
    for step in range(steps):
        seconds, was_ready = stopwatch.time_step(VERDICTS[step % len(VERDICTS)], PAUSE)
        times.append(seconds)
        misses += not was_ready
    if misses:
        note += f", {misses} not built ahead"
    return Figure("verdict key to the next candidate painted", spread(times), "ms", budgets, note)


def _time_held(stopwatch: _Stopwatch, steps: int, budgets: dict[str, float], note: str) -> Figure:
    times, misses = [], 0
    for _ in range(steps):
        seconds, was_ready = stopwatch.time_step(stopwatch.way, REPEAT, is_held=True)
        times.append(seconds)
        misses += not was_ready
    stopwatch.release()
    if misses:
        note += f", {misses} not built ahead"
    what = "held move key to the next candidate painted"
    return Figure(what, spread(times), "ms", budgets, note)


class _Stopwatch:
    """Clock that presses keys in a window and takes the time of its paint events."""

    def __init__(self, window: MainWindow) -> None:
        self._shown_at = self._changed_at = 0.0
        self._window = window
        self._connect_session()
        self._panels = PaintWatch(*window.findChildren(QGraphicsView))
        self._list = PaintWatch(window.candidate_list)
        self._click: Any = QTest.keyClick
        self._hold: Any = QTest.keyPress
        self._let_go: Any = QTest.keyRelease
        self._held = ""
        self._filters = self._make_filters()
        self._process = QApplication.processEvents

    def _make_filters(self) -> tuple[str, str]:
        """Return two filters that match different candidates: by magnitude, or all and none."""
        import numpy as np

        candidates = self._window.session.candidates
        name = candidates.roles.mag
        if name is None:
            return "verdict=none", ""
        values = np.asarray(candidates.table[name], float)
        return f"{name}<{np.nanmedian(values):.3f}", ""

    def has_key(self, key: str) -> bool:
        """Return whether a command of the window has a key."""
        return any(key in keys for keys in self._window.keymap.values())

    def _press(self, act: Any, key: str) -> None:
        from PyQt6.QtGui import QKeySequence

        combination = QKeySequence(key)[0]
        target = self._window.focusWidget() or self._window
        act(target, combination.key(), combination.keyboardModifiers())

    @property
    def way(self) -> str:
        """Key that moves on; it turns round at the ends of the list."""
        session = self._window.session
        row, back = session.current_row, self._held == "Left"
        forth = session.queue.step(row, 1) is not None
        if back and session.queue.step(row, -1) is not None:
            return "Left"
        return "Right" if forth else "Left"

    def time_filter(self, number: int) -> float:
        """Return seconds until the list was painted after one of two filters in turn."""
        self._window.show_filter()
        bar = self._window.filter_bar
        # Not typed: each letter would start the pause after which the line filters by itself.
        bar.line.setText(self._filters[number % 2])
        wait(PAUSE)
        act = partial(bar.apply, self._filters[number % 2])
        return self._time(self._list, act, "Enter in the filter")

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

    @property
    def undecided(self) -> int:
        """Number of candidates without a verdict."""
        return int((self._window.session.codes == 0).sum())

    def time_step(self, key: str, pause: float, is_held: bool = False) -> tuple[float, bool]:
        """Return seconds until the next candidate was painted, and whether it was built ahead.

        A held key is pressed again without a release.
        """
        session = self._window.session
        old = session.current_key
        if is_held and self._held != key:
            self.release()
            self._held = key
        start = perf_counter()
        self._press(self._hold if is_held else self._click, key)
        while session.current_key == old or self._shown_at < start:
            self._process()
            if perf_counter() - start > PATIENCE:
                raise self._lost_key_error(
                    f"{key} did not bring another candidate in {PATIENCE:g} s"
                )
        seconds, was_ready = self._shown_at - start, self._shown_at <= self._changed_at
        wait(pause)
        return seconds, was_ready

    def release(self) -> None:
        """Release the held key."""
        if self._held:
            self._press(self._let_go, self._held)
            self._held = ""

    def _lost_key_error(self, problem: str) -> Exception:
        """Return the error of a key without effect; a VetterError if another window has focus."""
        if self._window.isActiveWindow():
            return RuntimeError(problem)
        remedy = "leave its window in front, or unset DISPLAY to measure offscreen"
        return VetterError(f"bench: {problem}: its window has lost the keyboard; {remedy}")

    def time_look(self, key: str) -> float:
        """Return seconds until the panels were painted after a key that changes the display."""
        return self._time(self._panels, partial(self._press, self._click, key), key)

    def _time(self, watch: PaintWatch, act: Callable[[], object], what: str) -> float:
        problem = f"{what} changed nothing on screen in {PATIENCE:g} s"
        seconds = watch.time(act, partial(self._lost_key_error, problem))
        wait(PAUSE)
        return seconds
