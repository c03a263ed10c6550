"""The process that lists packets, so that reading ten thousand does not make keys late.

Packets are read in lots that become larger, so that joining the lots costs little in sum.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.errors import InputError
from vetter.io import child_process
from vetter.io.alerts.columns import Rows, joined_rows, rows_of
from vetter.io.alerts.packets.confluent import read_schema
from vetter.io.alerts.packets.packets import LeftAlone, Packet, Packets, Place, Unread
from vetter.io.alerts.packets.producers import Producer, producer_of
from vetter.io.files.cancelling import check_cancelled

NICENESS = 10

FIRST = 32
"""Packets that are read before anything is shown."""

GROWTH = 7
"""A lot is so many times all before it, until it is large..."""

LARGE = 2048
"""...from where on the list doubles, and later grows by a quarter."""

_LARGEST = 16384
_AT_ONCE = 1024
"""Packets held as records before they become columns, which take a tenth of the memory."""

_WITHOUT_ANY = 4096
"""Inputs after which a lot ends even if none of them could be read."""


@dataclass(frozen=True, slots=True)
class Start:
    """What to list: the files, the schema's file, where to go on, and after how many packets."""

    files: tuple[str, ...]
    schema: str | None
    after: Place | None
    so_far: int


class Listing:
    """The other end: lots as they come.

    Parameters
    ----------
    files, schema, after, so_far
        As `Start`.
    """

    def __init__(
        self, files: Sequence[str], schema: str | None, after: Place | None, so_far: int
    ) -> None:
        self._start = Start(tuple(files), schema, after, so_far)
        self._process: subprocess.Popen[bytes] | None = None
        self._messages: Iterator[Any] = iter(())
        self._state = threading.Lock()
        self._closed = False

    def next_lot(self) -> Lot:
        """Wait for the next lot; begins the process when it is first asked.

        Never raises: a process that ends early, or that was closed, gives a last lot that says so.
        """
        try:
            with self._state:
                if self._closed:
                    return ended("")
                if self._process is None:
                    self._begin()
            lot = next(self._messages, None)
        except (OSError, ValueError, EOFError) as error:
            # A pipe that was closed from another thread.
            lot = None if self._closed else ended(f"the process that lists packets failed: {error}")
        if not isinstance(lot, Lot):
            lot = ended("" if self._closed else "the process that lists packets ended early")
        if lot.last:
            self.close()
        return lot

    def close(self) -> None:
        """End the process; a call that waits for it on another thread returns soon."""
        with self._state:
            self._closed = True
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            child_process.close_pipe(process.stdin)
            child_process.close_pipe(process.stdout)

    def _begin(self) -> None:
        process = child_process.begin("vetter.io.alerts.listing", own_session=True)
        self._process = process
        assert process.stdin is not None and process.stdout is not None
        self._messages = child_process.receive(process.stdout)
        child_process.send(process.stdin, self._start)


def main() -> None:
    """List what the first message names, lot by lot, until the end or until nobody listens."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    answers = child_process.answering_stream()
    start = next(child_process.receive(sys.stdin.buffer), None)
    if not isinstance(start, Start):
        return
    try:
        for lot in lots(start):
            child_process.send(answers, lot)
    except BrokenPipeError:
        # The window has gone; nobody wants the rest.
        os._exit(0)


def lots(start: Start) -> Iterator[Lot]:
    """The lots of a list from where it was left."""
    try:
        schema = None if start.schema is None else read_schema(Path(start.schema))
    except InputError as error:
        yield ended(str(error))
        return
    packets = Packets(start.files, schema, in_turn=True)
    found = packets.listed(start.after)
    count = start.so_far
    while True:
        lot = read_lot(found, lot_size(count))
        count += len(lot.places)
        yield _with_index(lot, packets)
        if lot.last:
            return


def _with_index(lot: Lot, packets: Packets) -> Lot:
    """The lot with the index of the packed archive that is being read."""
    if lot.reached is None:
        return lot
    try:
        index = packets.gzip_index(lot.reached.file)
    except InputError:
        # Without an index it takes longer to get there, and no more.
        return lot
    return lot if index is None else replace(lot, gzip_index=(lot.reached.file, index))


@dataclass(frozen=True, eq=False)
class Lot:
    """A part of the list.

    Attributes
    ----------
    rows : Rows or None
        None where not one packet of it could be read.
    places : ndarray of int64, shape (n, 5)
        Of each row, as `Place`.
    unread : tuple of (str, str)
        Names, and reasons.
    left_alone : int
        Files that are no packets.
    said : tuple of str
        What schemas were mended for.
    reached : Place or None
        The last one looked at; None where the lot is empty.
    last : bool
        There is nothing behind it.
    failed : str
        Why reading ended early, in words; empty where it did not.
    gzip_index : (int, bytes) or None
        The number of a packed archive, and the index of what was read of it.
    """

    rows: Rows | None
    places: npt.NDArray[np.int64]
    unread: tuple[tuple[str, str], ...]
    left_alone: int
    said: tuple[str, ...]
    reached: Place | None
    last: bool
    failed: str = ""
    gzip_index: tuple[int, bytes] | None = None


def lot_size(so_far: int) -> int:
    """How many packets the next lot has, after so many."""
    if so_far == 0:
        return FIRST
    return so_far * GROWTH if so_far < LARGE else min(so_far, max(_LARGEST, so_far // 4))


def read_lot(packets: Iterator[Packet | Unread | LeftAlone], size: int) -> Lot:
    """Read the next packets, ``size`` good ones if there are so many."""
    found: list[tuple[dict[str, Any], Producer]] = []
    rows: list[Rows] = []
    places: list[Place] = []
    unread: list[tuple[str, str]] = []
    said: dict[str, None] = {}
    left_alone = 0
    reached: Place | None = None
    last = True
    for item in packets:
        check_cancelled()
        reached = item.place
        if isinstance(item, LeftAlone):
            left_alone += 1
        elif isinstance(item, Unread):
            unread.append((item.name, item.reason))
        elif (producer := producer_of(item.record)) is None:
            unread.append((f"packet {item.place.index + 1}", "no record of a candidate in it"))
        else:
            found.append((item.record, producer))
            places.append(item.place)
            if item.said:
                said[item.said] = None
            if len(found) == _AT_ONCE:
                rows.append(rows_of(found))
                found = []
        if len(places) >= size or len(unread) + left_alone >= max(size, _WITHOUT_ANY):
            last = False
            break
    if found:
        rows.append(rows_of(found))
    return Lot(
        joined_rows(rows) if rows else None,
        np.array([_plain(place) for place in places], np.int64).reshape(len(places), 5),
        tuple(unread),
        left_alone,
        tuple(said),
        reached,
        last,
    )


def place_of(row: npt.NDArray[np.int64]) -> Place:
    """A row of `Lot.places` as a place."""
    return Place(*(int(number) for number in row))


def _plain(place: Place) -> tuple[int, int, int, int, int]:
    return place.file, place.start, place.size, place.block, place.index


def ended(reason: str) -> Lot:
    """The lot that says that there are no more, and why."""
    none = np.empty((0, 5), np.int64)
    return Lot(None, none, (), 0, (), None, True, failed=reason)
