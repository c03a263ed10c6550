"""Progress line of a command on standard error, with a bar on a terminal."""

from __future__ import annotations

import math
import shutil
import sys
import time

from vetter.errors import escape_to_line

_LOG_INTERVAL_S = 5.0
_TERMINAL_INTERVAL_S = 0.1
_BAR_WIDTH = 25


class Progress:
    """Printer of (done, total): in place on a terminal, else as a few lines of a log.

    Parameters
    ----------
    what : str
        The items that are counted, for the line.
    before : int
        Number done by an earlier run, which does not count for the speed.
    """

    def __init__(self, what: str, before: int = 0) -> None:
        self._what, self._before = what, before
        self._start = time.monotonic()
        self._printed_at = -1.0
        self._on_terminal = sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        """Print the progress, ten times a second at most, and every five seconds in a log."""
        now = time.monotonic()
        if self._on_terminal:
            if now - self._printed_at < _TERMINAL_INTERVAL_S and done < total:
                return
            self._printed_at = now
            sys.stderr.write(f"\r{_bar(done, total)}{self._line(done, total, now)}\x1b[K")
            sys.stderr.write("\n" if done >= total else "")
            sys.stderr.flush()
        elif done >= total or now - max(self._printed_at, self._start) > _LOG_INTERVAL_S:
            self._printed_at = now
            sys.stderr.write(self._line(done, total, now) + "\n")

    def _line(self, done: int, total: int, now: float) -> str:
        rate = (done - self._before) / max(now - self._start, 1e-6)
        left = f", {math.ceil((total - done) / rate)} s left" if rate > 0 and done < total else ""
        return f"{self._what}: {done} of {total} ({rate:.0f}/s{left})"


def _bar(done: int, total: int) -> str:
    """Return the bar; '' if the terminal is too narrow for bar and text."""
    if shutil.get_terminal_size().columns < _BAR_WIDTH + 50:
        return ""
    full = _BAR_WIDTH * done // max(total, 1)
    return f"[{'#' * full}{'.' * (_BAR_WIDTH - full)}] "


def print_lines(*lines: str) -> None:
    """Print lines for the user on standard error; standard output is for results.

    Unprintable characters of a file's name are escaped, so that each line stays one.
    """
    for line in lines:
        sys.stderr.write(f"vetter: {escape_to_line(line)}\n")
