"""The candidate list that lots of packets make: only ever longer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from astropy.table import Column as TableColumn
from astropy.table import MaskedColumn, Table

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.io.alerts.columns import Column, Rows
from vetter.io.alerts.growing_column import GrowingColumn
from vetter.io.alerts.lots import Lot
from vetter.io.alerts.merged_columns import merged_roles, roles_of
from vetter.io.alerts.packets.producers import ALERT, ELASTICC, GATTINI, RUBIN, TURBO, WINTER, ZTF
from vetter.io.alerts.survey_widths import SurveyWidths

PRODUCERS = {p.name: p for p in (ZTF, WINTER, GATTINI, TURBO, ALERT, RUBIN, ELASTICC)}


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
