"""The worker process that lists packets, so that reading ten thousand does not delay keys.

It reads packets in lots of increasing size, so that joining the lots takes little time in sum.
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
from vetter.io.alerts.columns import Rows, join_rows, rows_of
from vetter.io.alerts.packets.confluent import read_schemas
from vetter.io.alerts.packets.packets import LeftAlone, Packet, PacketPlace, Packets, Unread
from vetter.io.alerts.packets.producers import Producer, producer_of
from vetter.io.files.cancellation import check_cancelled

NICENESS = 10

FIRST_LOT_SIZE = 32
"""Packets read before the window shows the first of them."""

LOT_GROWTH = 7
"""Ratio of a lot to all packets before it, up to ``DOUBLING_FROM`` packets."""

DOUBLING_FROM = 2048
"""Number of packets from which the list doubles with each lot, and later grows by a quarter."""

_LARGEST_DOUBLING = 16384
"""Packets of the largest lot that doubles the list."""

_RECORDS_HELD = 1024
"""Packets held as records before they become columns, which take a tenth of the memory."""

_MAX_UNREAD_PER_LOT = 4096
"""Unreadable and other files after which a lot ends, even without a packet."""


@dataclass(frozen=True, slots=True)
class ListRequest:
    """Request for a list: files, schema or folder of schemas, last place and packets so far.

    ``shared`` is the window's temporary file into which the first file is unpacked, if it has one.
    """

    files: tuple[str, ...]
    schema: str | None
    after: PacketPlace | None
    so_far: int
    shared: int | None = None


class Listing:
    """The window's side of the worker process, which returns its lots.

    Parameters
    ----------
    files, schema, after, so_far, shared
        As in `ListRequest`.
    """

    def __init__(
        self,
        files: Sequence[str],
        schema: str | None,
        after: PacketPlace | None,
        so_far: int,
        shared: int | None = None,
    ) -> None:
        # dup(): the window may close its own before the process starts.
        self._shared = None if shared is None else os.dup(shared)
        self._start = ListRequest(tuple(files), schema, after, so_far, self._shared)
        self._process: subprocess.Popen[bytes] | None = None
        self._messages: Iterator[Any] = iter(())
        self._state = threading.Lock()
        self._closed = False

    def next_lot(self) -> Lot:
        """Wait for the next lot; the first call starts the process.

        Never raises: if the process ends early, the last lot holds the reason.
        """
        try:
            with self._state:
                if self._closed:
                    return last_lot("")
                if self._process is None:
                    self._begin()
            lot = next(self._messages, None)
        except (OSError, ValueError, EOFError) as error:
            # ValueError: close() on another thread closed the pipe.
            lot = (
                None
                if self._closed
                else last_lot(f"the worker process that lists packets failed: {error}")
            )
        if not isinstance(lot, Lot):
            lot = last_lot(
                "" if self._closed else "the worker process that lists packets ended early"
            )
        if lot.last:
            self.close()
        return lot

    def close(self) -> None:
        """End the process; a `next_lot` that waits on another thread returns soon."""
        with self._state:
            self._closed = True
            process, self._process = self._process, None
            self._release_shared()
        if process is not None:
            process.kill()
            process.wait()
            child_process.close_pipe(process.stdin)
            child_process.close_pipe(process.stdout)

    def _begin(self) -> None:
        files = () if self._shared is None else (self._shared,)
        process = child_process.start_child(
            "vetter.io.alerts.listing", own_session=True, files=files
        )
        self._process = process
        assert process.stdin is not None and process.stdout is not None
        self._messages = child_process.receive(process.stdout)
        child_process.send(process.stdin, self._start)
        self._release_shared()

    def _release_shared(self) -> None:
        """Close the shared file here: the process has its own by now, or is not needed."""
        shared, self._shared = self._shared, None
        if shared is not None:
            os.close(shared)


def main() -> None:
    """Send the lots of the request on standard input, until the end or a closed pipe."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    answers = child_process.open_answer_stream()
    start = next(child_process.receive(sys.stdin.buffer), None)
    if not isinstance(start, ListRequest):
        return
    try:
        for lot in lots(start):
            child_process.send(answers, lot)
    except BrokenPipeError:
        # The window closed the pipe: the rest is not needed.
        os._exit(0)


def lots(start: ListRequest) -> Iterator[Lot]:
    """Yield the lots of a list behind the place reached before."""
    try:
        schema = None if start.schema is None else read_schemas(Path(start.schema))
    except InputError as error:
        yield last_lot(str(error))
        return
    packets = Packets(start.files, schema, in_turn=True, shared=start.shared)
    items = packets.iter_packets(start.after)
    count = start.so_far
    while True:
        lot = read_lot(items, lot_size(count))
        count += len(lot.places)
        yield _with_index(lot, packets)
        if lot.last:
            return


def _with_index(lot: Lot, packets: Packets) -> Lot:
    """Add to a lot how far the file that is being read is unpacked, or its index for gzip."""
    lot = replace(lot, unpacked=packets.unpacked())
    if lot.reached is None:
        return lot
    try:
        index = packets.gzip_index(lot.reached.file)
    except InputError:
        # The index only saves time.
        return lot
    return lot if index is None else replace(lot, gzip_index=(lot.reached.file, index))


@dataclass(frozen=True, eq=False)
class Lot:
    """A part of the list.

    Attributes
    ----------
    rows : Rows or None
        None if no packet could be read.
    places : ndarray of int64, shape (n, 6)
        Each row's `PacketPlace`.
    unread : tuple of (str, str)
        Names, and reasons.
    left_alone : int
        Number of files of other kinds.
    schema_notes : tuple of str
        Notes on repaired schemas.
    reached : Place or None
        Last place read; None if the lot is empty.
    last : bool
        Whether the list ends here.
    failed : str
        Reason if reading ended early, else empty.
    gzip_index : (int, bytes) or None
        Number of a gzipped archive, and the index of its part read so far.
    unpacked : int
        Bytes of the first file in the temporary file that the window shares.
    """

    rows: Rows | None
    places: npt.NDArray[np.int64]
    unread: tuple[tuple[str, str], ...]
    left_alone: int
    schema_notes: tuple[str, ...]
    reached: PacketPlace | None
    last: bool
    failed: str = ""
    gzip_index: tuple[int, bytes] | None = None
    unpacked: int = 0


def lot_size(so_far: int) -> int:
    """Return the number of packets in the lot that follows ``so_far`` packets."""
    if so_far == 0:
        return FIRST_LOT_SIZE
    return (
        so_far * LOT_GROWTH
        if so_far < DOUBLING_FROM
        else min(so_far, max(_LARGEST_DOUBLING, so_far // 4))
    )


def read_lot(packets: Iterator[Packet | Unread | LeftAlone], size: int) -> Lot:
    """Read the next lot, of up to ``size`` readable packets."""
    records: list[tuple[dict[str, Any], Producer]] = []
    rows: list[Rows] = []
    places: list[PacketPlace] = []
    unread: list[tuple[str, str]] = []
    notes: dict[str, None] = {}
    left_alone = 0
    reached: PacketPlace | None = None
    last = True
    for item in packets:
        check_cancelled()
        reached = item.place
        if isinstance(item, LeftAlone):
            left_alone += 1
        elif isinstance(item, Unread):
            unread.append((item.name, item.reason))
        elif (producer := producer_of(item.record)) is None:
            unread.append((f"packet {item.place.index + 1}", "contains no record of a candidate"))
        else:
            records.append((item.record, producer))
            places.append(item.place)
            if item.note:
                notes[item.note] = None
            if len(records) == _RECORDS_HELD:
                rows.append(rows_of(records))
                records = []
        if len(places) >= size or len(unread) + left_alone >= max(size, _MAX_UNREAD_PER_LOT):
            last = False
            break
    if records:
        rows.append(rows_of(records))
    return Lot(
        join_rows(rows) if rows else None,
        np.array([_as_numbers(place) for place in places], np.int64).reshape(len(places), 6),
        tuple(unread),
        left_alone,
        tuple(notes),
        reached,
        last,
    )


def place_of(row: npt.NDArray[np.int64]) -> PacketPlace:
    """Return the place in a row of `Lot.places`."""
    return PacketPlace(*(int(number) for number in row))


def _as_numbers(place: PacketPlace) -> tuple[int, int, int, int, int, int]:
    return place.file, place.start, place.size, place.block, place.index, place.head


def last_lot(reason: str) -> Lot:
    """Return a last, empty lot with the reason for the end."""
    no_places = np.empty((0, 6), np.int64)
    return Lot(None, no_places, (), 0, (), None, True, failed=reason)
