"""Watchdog of the window: names each event whose slots kept the window from answering."""

from __future__ import annotations

import linecache
import os
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtWidgets import QApplication

LIMIT = 0.03
"""Seconds of one event from which it is named."""
SAMPLE_EVERY = 0.003
PACKAGE = Path(__file__).resolve().parents[1]
_OWN = Path(__file__).resolve().parent
_GLUE = PACKAGE / "gui" / "actions"
"""Folder whose functions call all others, and so name nothing; its tables of commands do."""
_WAITING = (".get()", ".get,", ".wait(", ".recv(", ".poll(", ".acquire(", ".read(")
"""Calls in whose line a thread waits in C."""


@dataclass(frozen=True, slots=True)
class SlowEvent:
    """Event that took long.

    Attributes
    ----------
    slot : str
        First function of the program that the event called; empty if it called none.
    event : str
        Kind of the event and its receiver.
    place : str
        Line at which the slot stood most often, and the function there.
    beside : str
        Function in which another thread stood, if the event waited most of its time; else empty.
    seconds : float
        From begin to end, less `delay`.
    cpu : float
        Seconds of these that the thread computed; in the others it waited, as for another thread.
    delay : float
        Seconds in which the thread could have run, and the machine ran something else; 0 where the
        system does not tell.
    """

    slot: str
    event: str
    place: str
    beside: str
    seconds: float
    cpu: float
    delay: float


class Watchdog(QApplication):
    """Application that takes the time of each event, and samples where a long one stands.

    Parameters
    ----------
    words : list of str
    limit : float
        Seconds from which an event is named.

    Attributes
    ----------
    slow : list of SlowEvent
    events : int
        Number of events so far, those within others not counted.
    delayed : int
        Number of events that took long only because the machine ran something else.
    """

    def __init__(self, words: list[str], limit: float = LIMIT) -> None:
        super().__init__(words)
        self.slow: list[SlowEvent] = []
        self.events = self.delayed = 0
        self._delays = _Delays()
        self._limit = limit
        self._depth = 0
        self._begun = 0.0
        self._places: Counter[tuple[str, str]] = Counter()
        self._others: Counter[tuple[str, str]] = Counter()
        self._main = threading.get_ident()
        self._ended = threading.Event()
        self._sampler = threading.Thread(target=self._sample, name="watchdog", daemon=True)
        self._sampler.start()

    def stop(self) -> None:
        """End the sampling thread, and watch no further event of this process."""
        self._ended.set()
        self._sampler.join()
        self._delays.close()
        # The events that end the application would call it of a half-deleted object, a crash in
        # every third run: from now on PyQt finds Qt's own notify() alone.
        del type(self).notify

    def notify(self, receiver: QObject | None, event: QEvent | None) -> bool:
        if self._depth or threading.get_ident() != self._main or receiver is None or event is None:
            return super().notify(receiver, event)
        # Before: the event may delete its receiver.
        name, kind = type(receiver).__name__, event.type()
        self._depth += 1
        self.events += 1
        cpu, delay = time.thread_time(), self._delays.read()
        self._begun = begun = time.perf_counter()
        try:
            return super().notify(receiver, event)
        finally:
            delay = self._delays.read() - delay
            seconds = time.perf_counter() - begun
            self._depth -= 1
            self._begun = 0.0
            if seconds >= self._limit:
                self.delayed += seconds - delay < self._limit
            if seconds - delay >= self._limit:
                computed = time.thread_time() - cpu
                slot, place = _most(self._places)
                waited = computed < 0.5 * (seconds - delay)
                beside = " ".join(_most(self._others)).strip() if waited else ""
                event_name = f"{getattr(kind, 'name', kind)} of {name}"
                self.slow.append(
                    SlowEvent(slot, event_name, place, beside, seconds - delay, computed, delay)
                )
            self._places.clear()
            self._others.clear()

    def _sample(self) -> None:
        while not self._ended.wait(SAMPLE_EVERY):
            begun = self._begun
            if not begun or time.perf_counter() - begun < SAMPLE_EVERY:
                continue
            frames = sys._current_frames()
            place = _place_of(frames.pop(self._main, None))
            if self._begun != begun:
                continue
            if place is not None:
                self._places[place] += 1
            for frame in frames.values():
                other = None if _waits(frame) else _place_of(frame)
                if other is not None:
                    self._others[other] += 1


class _Delays:
    """Time that the calling thread waited for a core, as Linux tells it."""

    def __init__(self) -> None:
        path = f"/proc/self/task/{threading.get_native_id()}/schedstat"
        self._file = os.open(path, os.O_RDONLY) if os.path.exists(path) else -1

    def read(self) -> float:
        """Return the seconds so far; 0 where the system does not tell."""
        if self._file < 0:
            return 0.0
        return int(os.pread(self._file, 100, 0).split()[1]) * 1e-9

    def close(self) -> None:
        """Close the system's file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _most(places: Counter[tuple[str, str]]) -> tuple[str, str]:
    """Return the slot and line that were found most often; empty without any."""
    return places.most_common(1)[0][0] if places else ("", "")


def _place_of(frame: FrameType | None) -> tuple[str, str] | None:
    """Return the slot of the program that a thread is in, and the line at which it stands.

    The slot is the outermost function of the program. With the line of the program comes the
    innermost function of all, as one of a library. None if the thread is outside the program.
    """
    deepest, own = frame, []
    while frame is not None:
        file = Path(frame.f_code.co_filename)
        if _OWN in file.parents:
            break
        is_glue = _GLUE in file.parents and not file.stem.endswith("_commands")
        if PACKAGE in file.parents and not is_glue:
            own.append(frame)
        frame = frame.f_back
    if not own or deepest is None:
        return None
    inner, outer = own[0], own[-1]
    file = Path(inner.f_code.co_filename).relative_to(PACKAGE.parent)
    place = f"{file}:{inner.f_lineno} {_function(inner)}"
    slot = _function(outer)
    if slot.endswith("<lambda>"):
        slot = f"{Path(outer.f_code.co_filename).name}:{outer.f_code.co_firstlineno} {slot}"
    return slot, place if deepest is inner else f"{place}, in {_function(deepest)}"


def _waits(frame: FrameType) -> bool:
    """Return whether a thread waits for another, in the standard library or in a queue's C."""
    code = frame.f_code
    if Path(code.co_filename).name in ("threading.py", "queue.py", "connection.py", "selectors.py"):
        return True
    # A frame that is being left has no line.
    line = linecache.getline(code.co_filename, frame.f_lineno or 0)
    return any(call in line for call in _WAITING)


def _function(frame: FrameType) -> str:
    return frame.f_code.co_qualname
