"""Random keys in the real window: what they keep waiting, and what memory they leave."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from vetter.benchmark.figures import Figure
from vetter.benchmark.keys import DEFAULT_SIZE, open_bench_window, settle
from vetter.benchmark.starts import use_offscreen_if_needed, written_kilobytes
from vetter.errors import VetterError

if TYPE_CHECKING:
    from vetter.benchmark.watchdog import SlowEvent
    from vetter.gui.windows.main_window import MainWindow

WATCHED_STEPS = 2_000
MEMORY_STEPS = 20_000
PAUSE_MS = 20
HELD = 8
"""Repeats of a held key, one every 30 ms."""
REPEAT_MS = 30
CACHE_BYTES = 16 << 20
"""Limit of each cache in a walk that measures memory."""
SAMPLES = 20
"""Times at which the memory is read."""
KEYS = {
    **dict.fromkeys(("A", "R", "M"), 12),
    **dict.fromkeys(("Right", "Left", "U"), 6),
    **dict.fromkeys(("held Right", "held Left"), 3),
    **dict.fromkeys(("S", "Shift+S", "B", "+", "-", "0", "T", "I"), 3),
    **dict.fromkeys(("Home", "End", "size", "1", "Backspace", "Ctrl+Z", "Ctrl+Y", "F"), 2),
    **dict.fromkeys(("L", "V", "H", "E", "O", "Shift+O", "Ctrl+D", "filter", "grid"), 1),
    **dict.fromkeys(("Z", "Shift+Z", "W", "Shift+W", "Shift+N", "Alt+Right", "Alt+Up"), 1),
    **dict.fromkeys(("Shift+H", "Shift+I", "Shift+L", "Shift+P", "Shift+T", "Shift+U"), 1),
}
"""Keys and other steps with their weights."""
SEQUENCES = {
    "grid": ("G", "PgDown", "PgDown", "PgUp", "Esc"),
    # There and back: frames of 500 pixels would fill the cache, whose limit is not measured here.
    "size": ("]", "["),
}
"""Keys of steps with more than one."""
FILTERS = ("verdict=none", "", "verdict=accept or verdict=none", "")


def watch(
    inputs: list[str],
    planes: dict[str, str],
    folder: Path,
    steps: int,
    size: tuple[int, int] = DEFAULT_SIZE,
    seed: int = 1,
) -> Iterator[Figure]:
    """Find each slot that takes more than 30 ms in a number of random steps.

    Raises
    ------
    VetterError
        There is an application already, whose events cannot be watched.
    """
    use_offscreen_if_needed()
    from PyQt6.QtWidgets import QApplication

    from vetter.benchmark.watchdog import LIMIT, Watchdog

    if QApplication.instance() is not None:
        raise VetterError("bench: the watchdog needs a process of its own; start it alone")
    application = Watchdog(["vetter bench"])
    window = open_bench_window(inputs, planes, folder, size)
    settle(window)
    walker = Walker(window, Random(seed))
    # The start has its own figures.
    application.slow.clear()
    application.delayed = 0
    for _ in range(steps):
        walker.step()
    slow, delayed = list(application.slow), application.delayed
    window.close()
    application.processEvents()
    application.stop()
    shown = f"{window.width()}x{window.height()}"
    where = f"{QApplication.platformName()}, {Path(inputs[0]).name}, {shown}"
    note = f"{where}, {application.events} events"
    if delayed:
        note += f"; {delayed} more took so long only because the machine was busy"
    values = {"slots": float(len(slow)), "worst": max((1e3 * s.seconds for s in slow), default=0)}
    what = f"slots over {1e3 * LIMIT:.0f} ms in {steps} steps"
    yield Figure(what, values, "(ms)", {"slots": 0.0}, note)
    yield from _named(slow)


def _named(slow: list[SlowEvent]) -> Iterator[Figure]:
    """Return a figure for each slot and kind of event, those that compute longest first.

    Its note has the line of the slowest, and what another thread did while it waited.
    """
    by_slot: dict[str, list[SlowEvent]] = defaultdict(list)
    for event in slow:
        name = f"{event.slot} ({event.event})" if event.slot else event.event
        by_slot[name].append(event)
    longest = {name: max(event.cpu for event in events) for name, events in by_slot.items()}
    for name, events in sorted(by_slot.items(), key=lambda item: -longest[item[0]]):
        worst = max(events, key=lambda event: event.cpu)
        values = {
            "times": float(len(events)),
            "worst": 1e3 * max(event.seconds for event in events),
            "computing": 1e3 * longest[name],
        }
        note = f"at {worst.place}" if worst.place else ""
        if worst.beside:
            note += f"{', ' if note else ''}beside {worst.beside}"
        yield Figure(name, values, "(ms)", {}, note)


def weigh(
    inputs: list[str],
    planes: dict[str, str],
    folder: Path,
    steps: int,
    size: tuple[int, int] = DEFAULT_SIZE,
    seed: int = 1,
) -> Iterator[Figure]:
    """Measure the memory that the program has written over a number of random steps.

    The caches of cutouts and of the grid's pictures are held at 16 MB, some 300 candidates: their
    usual limits, 192 and 64 MB, would be reached at any time of the walk, or never.

    Raises
    ------
    VetterError
        The system does not tell the private memory of a process.
    """
    if written_kilobytes() < 0:
        raise VetterError("bench: --memory needs Linux, which tells the memory of a process")
    use_offscreen_if_needed()
    from PyQt6.QtWidgets import QApplication

    from vetter.gui.panels.thumbnails import Thumbnails

    application = QApplication.instance() or QApplication(["vetter bench"])
    window = open_bench_window(inputs, planes, folder, size)
    window.cache.set_max_bytes(CACHE_BYTES)
    settle(window)
    walker = Walker(window, Random(seed), pause=2)
    for key in SEQUENCES["grid"]:
        walker.press(key)
    for pictures in window.findChildren(Thumbnails):
        pictures.max_bytes = CACHE_BYTES
    megabytes = []
    for part in range(SAMPLES):
        for _ in range(steps * part // SAMPLES, steps * (part + 1) // SAMPLES):
            walker.step()
        gc.collect()
        megabytes.append(written_kilobytes() / 1024)
    shown = f"{window.width()}x{window.height()}"
    note = f"{QApplication.platformName()}, {Path(inputs[0]).name}, {shown}"
    window.close()
    application.processEvents()
    # Caches fill in the first half.
    half = SAMPLES // 2 - 1
    grown = (megabytes[-1] - megabytes[half]) / (steps / 2000)
    values = {
        "first": megabytes[0],
        "half": megabytes[half],
        "last": megabytes[-1],
        "per 1000 steps": grown,
    }
    yield Figure(f"memory over {steps} steps", values, "MB", {"per 1000 steps": 1.0}, note)


class Walker:
    """Presses random keys in a window.

    Parameters
    ----------
    window : MainWindow
    random : Random
    pause : int
        Milliseconds in which the window answers after each key.
    """

    def __init__(self, window: MainWindow, random: Random, pause: int = PAUSE_MS) -> None:
        from PyQt6.QtTest import QTest

        self._window, self._random, self._pause = window, random, pause
        self._test: Any = QTest

    def step(self) -> None:
        """Take one random step."""
        (key,) = self._random.choices(list(KEYS), list(KEYS.values()))
        if key == "filter":
            self._window.filter_bar.apply(self._random.choice(FILTERS))
            self._window.setFocus()
        elif key in SEQUENCES:
            for pressed in SEQUENCES[key]:
                self.press(pressed)
        elif key.startswith("held "):
            for _ in range(HELD):
                self._press(key.removeprefix("held "), self._test.keyPress)
                self._test.qWait(min(REPEAT_MS, self._pause))
            self._press(key.removeprefix("held "), self._test.keyRelease)
        else:
            self._press(key)
        self._test.qWait(self._pause)

    def press(self, key: str) -> None:
        """Press one key, and let the window answer."""
        self._press(key)
        self._test.qWait(self._pause)

    def _press(self, key: str, act: Any = None) -> None:
        from PyQt6.QtGui import QKeySequence

        combination = QKeySequence(key)[0]
        target = self._window.focusWidget() or self._window
        (act or self._test.keyClick)(target, combination.key(), combination.keyboardModifiers())
