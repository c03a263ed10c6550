"""The process that lists packets, so that reading ten thousand does not make keys late."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vetter.errors import InputError
from vetter.io import child_process
from vetter.io.alerts.lots import Lot, ended, lot_size, read_lot
from vetter.io.alerts.packets.confluent import read_schema
from vetter.io.alerts.packets.packets import Packets, Place

NICENESS = 10


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
        self._messages = child_process.received(process.stdout)
        child_process.send(process.stdin, self._start)


def main() -> None:
    """List what the first message names, lot by lot, until the end or until nobody listens."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    answers = child_process.answering_stream()
    start = next(child_process.received(sys.stdin.buffer), None)
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
