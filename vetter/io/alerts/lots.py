"""Packets read in lots that become larger, so that putting them together costs little in sum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.io.alerts.columns import Rows, joined_rows, rows_of
from vetter.io.alerts.packets.packets import LeftAlone, Packet, Place, Unread
from vetter.io.alerts.packets.producers import Producer, producer_of
from vetter.io.files.cancelling import still_wanted

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
        still_wanted()
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
