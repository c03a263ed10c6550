"""The candidate list that lots of packets make: only ever longer.

A column grows without being copied each time. The width of a packet's PSF is that of its own PSF,
else the one that its survey's packets hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from astropy.table import Column as TableColumn
from astropy.table import MaskedColumn, Table

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout_source import PsfFwhm
from vetter.io.alerts.columns import (
    Column,
    Rows,
    empty_column,
    is_blank,
    joined_column,
    merged_roles,
    roles_of,
)
from vetter.io.alerts.listing import Lot
from vetter.io.alerts.packets.producers import (
    ALERT,
    ELASTICC,
    GATTINI,
    RUBIN,
    TURBO,
    WINTER,
    ZTF,
    Producer,
)
from vetter.io.field.fwhm import median_width

PRODUCERS = {p.name: p for p in (ZTF, WINTER, GATTINI, TURBO, ALERT, RUBIN, ELASTICC)}

_ROOM = 1.3


class GrowingList:
    """Puts lots together.

    Attributes
    ----------
    places : ndarray of int64, shape (n, 5)
        Of each row, as `vetter.io.alerts.packets.packets.Place`.
    unread : list of (str, str)
    left_alone, repeated, unnamed : int
        Files that are no packets; rows with another's key; rows without a key.
    said : dict
        What schemas were mended for.
    producers : dict
        Names of the producers, in the order in which they came up.
    widths : SurveyWidths
        The FWHM of each producer's PSF.
    roles : Roles
        As of the last list that was made.
    expected : int
        For how many packets room is made at once.
    """

    def __init__(self) -> None:
        self._columns: dict[str, GrowingColumn] = {}
        self.expected = 0
        self._count = 0
        self._keys: list[str] = []
        self._own_keys: list[str] = []
        self._seen: dict[str, int] = {}
        self._taken: set[str] = set()
        self._positions = np.empty((4, 0))
        self._makers = np.empty(0, np.int16)
        self.roles = Roles()
        self.places: npt.NDArray[np.int64] = np.empty((0, 5), np.int64)
        self.unread: list[tuple[str, str]] = []
        self.left_alone = self.repeated = self.unnamed = 0
        self.said: dict[str, None] = {}
        self.producers: dict[str, None] = {}
        self.widths = SurveyWidths()

    def __len__(self) -> int:
        return self._count

    def add(self, lot: Lot) -> None:
        """Append a lot."""
        self.unread += lot.unread
        self.left_alone += lot.left_alone
        self.said.update(dict.fromkeys(lot.said))
        if lot.rows is None:
            return
        rows = lot.rows
        self.producers.update(dict.fromkeys(rows.producers))
        numbers = np.array([list(self.producers).index(name) for name in rows.producers], np.int16)
        self._makers = np.concatenate([self._makers, numbers[rows.makers]])
        self.widths.add(rows, PRODUCERS)
        self._append_columns(rows)
        self._append_keys(rows.keys)
        added = np.array([rows.x, rows.y, rows.ra, rows.dec])
        self._positions = np.concatenate([self._positions, added], axis=1)
        self.places = np.concatenate([self.places, lot.places])
        self._count += len(rows)

    def own_key(self, row: int) -> str:
        """A key as the packet has it: empty where it has none."""
        return self._own_keys[row]

    def producer(self, row: int) -> str:
        """The name of a packet's."""
        return list(self.producers)[int(self._makers[row])]

    def candidates(self, notes: Sequence[str]) -> CandidateList:
        """The list as it is now; what is appended later does not change it."""
        columns = {name: growing.column for name, growing in self._columns.items()}
        producers = [PRODUCERS[name] for name in self.producers]
        if len(producers) == 1:
            self.roles = roles_of(producers[0], columns)
        elif producers:
            self.roles, made = merged_roles(producers, columns, self._makers)
            columns = {**made, **columns}
        table = Table()
        for name, column in columns.items():
            table.add_column(_table_column(name, column), copy=False)
        keys = np.empty(self._count, object)
        keys[:] = self._keys
        x, y, ra, dec = self._positions
        return CandidateList(table, self.roles, keys, x, y, ra, dec, tuple(notes))

    def _append_columns(self, rows: Rows) -> None:
        for name in rows.columns:
            if name not in self._columns:
                self._columns[name] = GrowingColumn(self._count)
        for name, growing in self._columns.items():
            growing.append(rows.columns.get(name), len(rows), self.expected)

    def _append_keys(self, keys: Sequence[str]) -> None:
        """Keys that are each there once, and that do not depend on what comes later."""
        self._own_keys += keys
        for key in keys:
            if not key:
                self.unnamed += 1
                key = f"row-{len(self._keys) + 1}"
            number = self._seen.get(key, 0) + 1
            unique = key
            if key in self._taken:
                self.repeated += 1
                number = max(number, 2)
                while (unique := f"{key}#{number}") in self._taken:
                    number += 1
            self._seen[key] = number
            self._taken.add(unique)
            self._keys.append(unique)


def _table_column(name: str, column: Column) -> Any:
    if column.missing is None or not column.missing.any():
        return TableColumn(column.values, name=name, copy=False)
    return MaskedColumn(column.values, name=name, mask=column.missing, copy=False)


class GrowingColumn:
    """What was handed out stays as it was: new rows are written behind it, in the same memory.

    Parameters
    ----------
    rows : int
        Without a value, before the first that are appended.
    """

    def __init__(self, rows: int = 0) -> None:
        self._count = rows
        self._values: npt.NDArray[Any] | None = None
        self._missing: npt.NDArray[np.bool_] | None = None

    @property
    def column(self) -> Column:
        """All rows so far."""
        return self._first(self._count)

    def append(self, part: Column | None, rows: int, room: int) -> None:
        """Add rows; None: without a value. ``room`` is for how many there may be in the end."""
        before, self._count = self._count, self._count + rows
        fitting = self._fitting(part, rows)
        if fitting is None:
            held = None if self._values is None else self._first(before)
            self._hold(joined_column([(held, before), (part, rows)]), room)
            return
        assert self._values is not None
        if self._count > len(self._values):
            self._hold(self._first(before), room)
        self._values[before : self._count] = fitting.values
        if fitting.missing is not None and self._missing is None:
            self._missing = np.zeros(len(self._values), np.bool_)
        if self._missing is not None:
            gaps = fitting.missing
            self._missing[before : self._count] = False if gaps is None else gaps

    def _first(self, rows: int) -> Column:
        assert self._values is not None
        missing = None if self._missing is None else self._missing[:rows]
        return Column(self._values[:rows], missing)

    def _fitting(self, part: Column | None, rows: int) -> Column | None:
        """The rows as they can be written behind the others; None where all become another kind."""
        if self._values is None:
            return None
        kind = self._values.dtype.kind
        if part is None:
            return empty_column(kind, rows)
        if part.values.dtype.kind != kind:
            return empty_column(kind, rows) if is_blank(part) else None
        return part if part.values.dtype.itemsize <= self._values.dtype.itemsize else None

    def _hold(self, column: Column, room: int) -> None:
        """Move to memory with room behind these rows."""
        size = max(room, round(_ROOM * self._count))
        values = np.empty(size, column.values.dtype)
        values[: len(column.values)] = column.values
        self._values, self._missing = values, None
        if column.missing is not None:
            self._missing = np.zeros(size, np.bool_)
            self._missing[: len(column.missing)] = column.missing


class SurveyWidths:
    """The FWHM that each survey's packets have, each from the first lot that holds such.

    The median is taken: single candidates may be blends or defects. Later packets do not change
    it, nor with it what was fitted before.
    """

    def __init__(self) -> None:
        self._known: dict[str, PsfFwhm | None] = {}

    def add(self, rows: Rows, producers: dict[str, Producer]) -> None:
        """Take the packets of a lot; ``producers`` by their names."""
        for number, name in enumerate(rows.producers):
            if name not in self._known:
                mine = rows.makers == number
                self._known[name] = _of_survey(rows, producers[name], mine)

    def of(self, producer: str, cutout: Cutout) -> PsfFwhm | None:
        """That of one packet, pixels; None where nothing tells.

        Parameters
        ----------
        producer : str
            The name of the packet's.
        cutout : Cutout
            The packet's.
        """
        from vetter.core.psf.models import PsfImage

        if cutout.psf_image is not None:
            try:
                # No finer than it is said: packets that are alike are fitted together.
                value = round(PsfImage(cutout.psf_image).fwhm, 2)
                return PsfFwhm(value, f"FWHM {value:.2f} px of the packet's own PSF")
            except ValueError:
                # Its image is none of a PSF; the survey may tell.
                pass
        return self._known.get(producer)

    def in_words(self) -> str:
        """What is known of each survey, where there are several; else empty."""
        if len(self._known) < 2:
            return ""
        each = [
            f"{width.value:.2f} px of {name}"
            for name, width in self._known.items()
            if width is not None
        ]
        return f"FWHM {', '.join(each)}, and of packets that bring their PSF its own"


def _of_survey(rows: Rows, producer: Producer, mine: npt.NDArray[np.bool_]) -> PsfFwhm | None:
    column = rows.columns.get(producer.fwhm)
    if column is None or column.values.dtype.kind not in "iuf":
        return None
    known = mine if column.missing is None else mine & ~column.missing
    value = median_width(column.values[known])
    if value is None:
        return None
    said = f"FWHM {value:.2f} px, the median of column {producer.fwhm} of {producer.name}"
    return PsfFwhm(value, said)
