"""One line on standard error that tells how far a command is, with a bar on a terminal."""

from __future__ import annotations

import math
import shutil
import sys
import time

from vetter.errors import one_line

# Seconds between lines of a log.
_QUIET = 5.0
_BAR = 25


class Progress:
    """Tells (done, total): on a terminal in place, else in a few lines of a log.

    Parameters
    ----------
    what : str
        What is done, for the line.
    before : int
        Done by an earlier run: it counts, but not for the speed.
    """

    def __init__(self, what: str, before: int = 0) -> None:
        self._what, self._before = what, before
        self._start = time.monotonic()
        self._said = -1.0
        self._on_terminal = sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        """Say it, at most ten times a second; in a log at times."""
        now = time.monotonic()
        if self._on_terminal:
            if now - self._said < 0.1 and done < total:
                return
            self._said = now
            sys.stderr.write(f"\r{_bar(done, total)}{self._line(done, total, now)}\x1b[K")
            sys.stderr.write("\n" if done >= total else "")
            sys.stderr.flush()
        elif done >= total or now - max(self._said, self._start) > _QUIET:
            self._said = now
            sys.stderr.write(self._line(done, total, now) + "\n")

    def _line(self, done: int, total: int, now: float) -> str:
        rate = (done - self._before) / max(now - self._start, 1e-6)
        left = f", {math.ceil((total - done) / rate)} s left" if rate > 0 and done < total else ""
        return f"{self._what}: {done} of {total} ({rate:.0f}/s{left})"


def _bar(done: int, total: int) -> str:
    """A bar that grows, where the terminal is wide enough for it beside the words."""
    if shutil.get_terminal_size().columns < _BAR + 50:
        return ""
    full = _BAR * done // max(total, 1)
    return f"[{'#' * full}{'.' * (_BAR - full)}] "


def say(*lines: str) -> None:
    """Lines for the user on standard error; standard output is for results.

    What a file's name holds that cannot be printed is escaped: a line stays one.
    """
    for line in lines:
        sys.stderr.write(f"vetter: {one_line(line)}\n")
