"""The candidate list of alert packets, extended lot by lot.

Columns have spare capacity, so that appending seldom copies them. The FWHM of a packet is that of
its own PSF image, else the median of its survey's packets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from astropy.table import Column as TableColumn
from astropy.table import MaskedColumn, Table

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.candidates.sentinels import ColumnSentinels
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout_source import PsfFwhm
from vetter.io.alerts.columns import (
    Column,
    Rows,
    empty_column,
    is_blank,
    join_columns,
    merge_roles,
    roles_of,
)
from vetter.io.alerts.listing import Lot
from vetter.io.alerts.packet_epochs import PacketEpochs
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

_NJY = re.compile(r"(ap|psf|science|template|trail|dipoleMean)Flux(Err)?|dipoleFluxDiff(Err)?")
_UNITS = {
    "trailLength": "arcsec",
    "dipoleLength": "arcsec",
    "ephOffset": "arcsec",
    "trailAngle": "deg",
    "dipoleAngle": "deg",
    "ephRate": "deg / d",
    "ephVmag": "mag",
}

_SPARE_CAPACITY = 1.3
"""Capacity of a column over its rows, where the final length is unknown."""


class GrowingList:
    """Candidate list under construction, made of lots.

    Attributes
    ----------
    places : ndarray of int64, shape (n, 6)
        Each row's `vetter.io.alerts.packets.packets.PacketPlace`.
    unread : list of (str, str)
        Names and reasons of unreadable packets.
    left_alone, repeated, unnamed : int
        Numbers of other files, of rows with a repeated key, and of rows without a key.
    schema_notes : dict
        Notes on repaired schemas, as keys.
    producers : dict
        Names of the producers as keys, in order of appearance.
    widths : SurveyWidths
        The FWHM of each producer's PSF.
    objects : PacketEpochs
        Packets of one object.
    roles : Roles
        Roles in the list made last.
    expected : int
        Number of packets that columns have capacity for at first.
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
        self.places: npt.NDArray[np.int64] = np.empty((0, 6), np.int64)
        self.unread: list[tuple[str, str]] = []
        self.left_alone = self.repeated = self.unnamed = 0
        self.schema_notes: dict[str, None] = {}
        self.producers: dict[str, None] = {}
        self.widths = SurveyWidths()
        self.objects = PacketEpochs()

    def __len__(self) -> int:
        return self._count

    def add(self, lot: Lot) -> None:
        """Append a lot."""
        self.unread += lot.unread
        self.left_alone += lot.left_alone
        self.schema_notes.update(dict.fromkeys(lot.schema_notes))
        if lot.rows is None:
            return
        rows = lot.rows
        self.producers.update(dict.fromkeys(rows.producers))
        numbers = np.array([list(self.producers).index(name) for name in rows.producers], np.int16)
        self._makers = np.concatenate([self._makers, numbers[rows.producer_indices]])
        self.widths.add(rows, PRODUCERS)
        self.objects.add(rows, PRODUCERS)
        self._append_columns(rows)
        self._append_keys(rows.keys)
        added = np.array([rows.x, rows.y, rows.ra, rows.dec])
        self._positions = np.concatenate([self._positions, added], axis=1)
        self.places = np.concatenate([self.places, lot.places])
        self._count += len(rows)

    def own_key(self, row: int) -> str:
        """Return the key in a packet, before it was made unique; empty if missing."""
        return self._own_keys[row]

    def producer(self, row: int) -> str:
        """Return the name of a packet's producer."""
        return list(self.producers)[int(self._makers[row])]

    def candidates(self, notes: Sequence[str]) -> CandidateList:
        """Return the list so far; later lots do not change it."""
        columns = {name: growing.column for name, growing in self._columns.items()}
        producers = [PRODUCERS[name] for name in self.producers]
        if len(producers) == 1:
            self.roles = roles_of(producers[0], columns)
        elif producers:
            self.roles, made = merge_roles(producers, columns, self._makers)
            columns = {**made, **columns}
        table = Table()
        is_rubin = bool(producers) and all(producer is RUBIN for producer in producers)
        for name, column in columns.items():
            unit = _unit(name) if is_rubin else None
            table.add_column(_table_column(name, column, unit), copy=False)
        keys = np.empty(self._count, object)
        keys[:] = self._keys
        x, y, ra, dec = self._positions
        sentinels = ColumnSentinels(table, self.roles)
        return CandidateList(
            table, self.roles, keys, x, y, ra, dec, tuple(notes), sentinels=sentinels
        )

    def _append_columns(self, rows: Rows) -> None:
        for name in rows.columns:
            if name not in self._columns:
                self._columns[name] = GrowingColumn(self._count)
        for name, growing in self._columns.items():
            growing.append(rows.columns.get(name), len(rows), self.expected)

    def _append_keys(self, keys: Sequence[str]) -> None:
        """Append keys, made unique by the rows before them alone."""
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


def _table_column(name: str, column: Column, unit: Any) -> Any:
    if column.missing is None or not column.missing.any():
        return TableColumn(column.values, name=name, copy=False, unit=unit)
    return MaskedColumn(column.values, name=name, mask=column.missing, copy=False, unit=unit)


@lru_cache(512)
def _unit(name: str) -> Any:
    """Return the unit of a column of Rubin's packets; None if it is not known."""
    from astropy.units import Unit

    if _NJY.fullmatch(name):
        return Unit("nJy")
    unit = _UNITS.get(name.removesuffix("Err"))
    return None if unit is None else Unit(unit)


class GrowingColumn:
    """Column that grows in place: new rows are written behind the views returned before.

    Parameters
    ----------
    rows : int
        Number of rows with missing values at the beginning.
    """

    def __init__(self, rows: int = 0) -> None:
        self._count = rows
        self._values: npt.NDArray[Any] | None = None
        self._missing: npt.NDArray[np.bool_] | None = None

    @property
    def column(self) -> Column:
        """All rows so far."""
        return self._head(self._count)

    def append(self, part: Column | None, rows: int, room: int) -> None:
        """Append rows; None: missing values. ``room`` is the expected final number of rows."""
        before, self._count = self._count, self._count + rows
        compatible = self._compatible(part, rows)
        if compatible is None:
            held = None if self._values is None else self._head(before)
            self._store(join_columns([(held, before), (part, rows)]), room)
            return
        assert self._values is not None
        if self._count > len(self._values):
            self._store(self._head(before), room)
        self._values[before : self._count] = compatible.values
        if compatible.missing is not None and self._missing is None:
            self._missing = np.zeros(len(self._values), np.bool_)
        if self._missing is not None:
            gaps = compatible.missing
            self._missing[before : self._count] = False if gaps is None else gaps

    def _head(self, rows: int) -> Column:
        assert self._values is not None
        missing = None if self._missing is None else self._missing[:rows]
        return Column(self._values[:rows], missing)

    def _compatible(self, part: Column | None, rows: int) -> Column | None:
        """Return rows of the kind and item size of the column; None if they do not fit in."""
        if self._values is None:
            return None
        kind = self._values.dtype.kind
        if part is None:
            return empty_column(kind, rows)
        if part.values.dtype.kind != kind:
            return empty_column(kind, rows) if is_blank(part) else None
        return part if part.values.dtype.itemsize <= self._values.dtype.itemsize else None

    def _store(self, column: Column, room: int) -> None:
        """Copy rows to new memory with spare capacity behind them."""
        size = max(room, round(_SPARE_CAPACITY * self._count))
        values = np.empty(size, column.values.dtype)
        values[: len(column.values)] = column.values
        self._values, self._missing = values, None
        if column.missing is not None:
            self._missing = np.zeros(size, np.bool_)
            self._missing[: len(column.missing)] = column.missing


class SurveyWidths:
    """Median FWHM of each survey's packets, from its first lot.

    The median, since single candidates may be blends or defects. Later lots do not change the
    FWHM, so that earlier fits stay valid.
    """

    def __init__(self) -> None:
        self._widths: dict[str, PsfFwhm | None] = {}

    def add(self, rows: Rows, producers: dict[str, Producer]) -> None:
        """Measure the surveys that are new in a lot; ``producers`` maps names to producers."""
        for number, name in enumerate(rows.producers):
            if name not in self._widths:
                is_theirs = rows.producer_indices == number
                self._widths[name] = _survey_width(rows, producers[name], is_theirs)

    def of(self, producer: str, cutout: Cutout) -> PsfFwhm | None:
        """Return the FWHM of one packet, pixels; None if neither PSF nor survey gives one.

        Parameters
        ----------
        producer : str
            Name of the packet's producer.
        cutout : Cutout
            Cutout of the packet.
        """
        from vetter.core.psf.models import PsfImage

        if cutout.psf_image is not None:
            try:
                # round(): packets of equal FWHM are fitted together.
                value = round(PsfImage(cutout.psf_image).fwhm, 2)
                return PsfFwhm(value, f"FWHM {value:.2f} px of the packet's own PSF")
            except ValueError:
                # The image is not a PSF; the survey may have a FWHM.
                pass
        return self._widths.get(producer)

    def describe(self) -> str:
        """Return a note on the FWHM of each survey, if there are several; else empty."""
        if len(self._widths) < 2:
            return ""
        each = [
            f"{width.value:.2f} px of {name}"
            for name, width in self._widths.items()
            if width is not None
        ]
        return f"FWHM {', '.join(each)}, and of packets that bring their PSF its own"


def _survey_width(
    rows: Rows, producer: Producer, is_theirs: npt.NDArray[np.bool_]
) -> PsfFwhm | None:
    column = rows.columns.get(producer.fwhm)
    if column is None or column.values.dtype.kind not in "iuf":
        return None
    is_valid = is_theirs if column.missing is None else is_theirs & ~column.missing
    value = median_width(column.values[is_valid])
    if value is None:
        return None
    note = f"FWHM {value:.2f} px, the median of column {producer.fwhm} of {producer.name}"
    return PsfFwhm(value, note)
