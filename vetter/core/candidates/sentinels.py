"""Values that stand for a missing one, such as -999: known by lying apart from all others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import Roles
from vetter.core.candidates.column_values import plain_array

if TYPE_CHECKING:
    from astropy.table import Table

Values = npt.NDArray[Any]
Sentinels = tuple[float, ...]

_NINES = re.compile(r"^9{2,}(\.9+)?$|^9\.9{3,}$")
_HUGE = ((9.9e19, 1e39), (1.797e308, np.inf))
"""Sizes of fill values such as 1e30, and of the largest floats of 32 and 64 bits."""
_FILLS = (-32768.0, -(2.0**31), -(2.0**63))
_MAX_PEELED = 6
_MAX_EXACT = 2.0**53
# Of the largest other value; magnitudes end, while counts and fluxes have long tails.
_MIN_RATIO = 25.0
_MIN_RATIO_REPEATED = 10.0
_MIN_RATIO_COUNT = 100.0
_MAGNITUDE = re.compile(r"(?<!i)mag(?!n(?!itude))|^[ugrizyjhkbv]$", re.IGNORECASE)
_MAX_NAMED = 6


def find_sentinels(
    table: Table,
    roles: Roles,
    units: Mapping[str, str] | None = None,
    shape: tuple[int, int] | None = None,
) -> dict[str, Sentinels]:
    """Return the values that mean "missing" in each column of numbers that has such.

    Candidates for such values are 99, 999.9 and the like of either sign, sizes from 1e20 on, and
    the least integers of 16, 32 and 64 bits. Each is taken only if it lies apart from the rest:

    - a negative one, below values that are all positive, or farther away than they spread;
    - a positive one in a column of magnitudes or their errors, if it is farther away than twice
      the spread of the others;
    - a positive one in any other column, if it is 25 times the largest of the others, 10 times if
      it is repeated, and 100 times if it is a single integer, as a count may be 99.

    Both coordinates of a position that are the same such value, off the image or beyond a pole,
    are missing as well.

    Parameters
    ----------
    table : `~astropy.table.Table`
    roles : Roles
        The key and the name are text, and have no such values.
    units : mapping, optional
        Units of columns as text; ``mag`` tells magnitudes.
    shape : (int, int), optional
        Rows and columns of the image.
    """
    units = units or {}
    found: dict[str, Sentinels] = {}
    for name in map(str, table.colnames):
        if name in (roles.key, roles.name):
            continue
        column = table[name]
        kind = getattr(getattr(column, "dtype", None), "kind", "")
        if kind not in "if" or column.ndim != 1 or not len(column):
            continue
        is_magnitude = (
            name in (roles.mag, roles.mag_err)
            or "mag" in units.get(name, "").lower()
            or bool(_MAGNITUDE.search(name))
        )
        numbers = plain_array(column)
        if numbers.dtype.kind not in "if":
            # Integers too long for floats, of which some are masked.
            continue
        sentinels = _sentinels_of(numbers, is_magnitude, name == roles.mag_err)
        if sentinels:
            found[name] = sentinels
    pixels = (roles.x, roles.y), float(max(shape)) if shape else np.inf
    for (first, second), limit in (pixels, ((roles.ra, roles.dec), 90.0)):
        if first not in table.colnames or second not in table.colnames:
            continue
        equal = _find_equal_pairs(plain_array(table[first]), plain_array(table[second]), limit)
        for one in (str(first), str(second)) if equal else ():
            found[one] = tuple(sorted({*found.get(one, ()), *equal}))
    return found


def _find_equal_pairs(first: Values, second: Values, limit: float) -> list[float]:
    """Return the values beyond a limit that stand in both columns in the same rows only."""
    if first.dtype.kind not in "if" or second.dtype.kind not in "if":
        return []
    same = first == second
    values = set(first[same & (np.abs(first) > limit)].tolist()) if same.any() else set()
    return [
        float(value)
        for value in values
        if _is_candidate(value, first.dtype, False)
        and bool((same[(first == value) | (second == value)]).all())
    ]


class ColumnSentinels(Mapping[str, Sentinels]):
    """Sentinels of a table's columns, each found when it is first asked for.

    A list that becomes longer has many tables, of which few columns are looked at. Columns
    without sentinels have an empty tuple.

    Parameters
    ----------
    table : `~astropy.table.Table`
    roles : Roles
    """

    def __init__(self, table: Table, roles: Roles) -> None:
        self._table, self._roles = table, roles
        self._found: dict[str, Sentinels] = {}

    def __getitem__(self, name: str) -> Sentinels:
        if name not in self._found:
            column = self._table[[name]] if name in self._table.colnames else {}
            found = find_sentinels(column, self._roles) if len(column) else {}
            self._found[name] = found.get(name, ())
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(map(str, self._table.colnames))

    def __len__(self) -> int:
        return len(self._table.colnames)


def sentinel_note(table: Table, sentinels: Mapping[str, Sentinels]) -> str:
    """Return a note on the values that count as missing, with counts; empty without such."""
    parts = []
    for name, values in sentinels.items():
        column = plain_array(table[name])
        count = int(np.isin(column, np.array(values, column.dtype)).sum())
        parts.append(f"{', '.join(f'{value:.7g}' for value in values)} in {name} ({count:,})")
    if not parts:
        return ""
    more = f"; and in {len(parts) - _MAX_NAMED} more columns" if len(parts) > _MAX_NAMED else ""
    return f"values that mean none count as missing: {'; '.join(parts[:_MAX_NAMED])}{more}"


def _sentinels_of(values: Values, is_magnitude: bool, is_error: bool) -> Sentinels:
    """Return the sentinels of one column, found from its two ends inwards."""
    finite, low, high = values, float(values.min()), float(values.max())
    if not np.isfinite([low, high]).all():
        finite = values[np.isfinite(values)]
        if not len(finite):
            return ()
        low, high = float(finite.min()), float(finite.max())
    # Nearly all columns end here.
    if not any(_is_candidate(end, values.dtype, is_error) for end in (low, high)):
        return ()
    if values.dtype.kind == "i" and (high > _MAX_EXACT or -(2.0**63) < low < -_MAX_EXACT):
        return ()
    distinct, counts = np.unique(finite, return_counts=True)
    rest, numbers = distinct.astype(np.float64), counts
    peeled: list[tuple[float, int]] = []
    while len(rest) and len(peeled) < _MAX_PEELED:
        if _is_candidate(rest[-1], values.dtype, is_error) and rest[-1] > 0:
            peeled.append((float(rest[-1]), int(numbers[-1])))
            rest, numbers = rest[:-1], numbers[:-1]
        elif _is_candidate(rest[0], values.dtype, is_error) and rest[0] < 0:
            peeled.append((float(rest[0]), int(numbers[0])))
            rest, numbers = rest[1:], numbers[1:]
        else:
            break
    # From the inside out: what is no sentinel belongs to the rest of those farther out.
    taken: list[float] = []
    for value, count in reversed(peeled):
        if _is_apart(value, rest, is_magnitude, _min_ratio(values.dtype, count)):
            taken.append(value)
        else:
            rest = np.sort(np.append(rest, value))
    return tuple(sorted(taken))


def _is_candidate(value: float, dtype: np.dtype[Any], is_error: bool) -> bool:
    size = abs(float(value))
    if _is_huge(size) or float(value) in _FILLS:
        return True
    digits = 7 if dtype.kind == "f" and dtype.itemsize < 8 else 12
    text = f"{size:.{digits}g}"
    # DAOPHOT's error of a star without a magnitude is 9.999.
    return bool(_NINES.match(text)) and (size > 10 or is_error)


def _is_huge(size: float) -> bool:
    return any(low <= size <= high for low, high in _HUGE)


def _min_ratio(dtype: np.dtype[Any], count: int) -> float:
    if count > 1:
        return _MIN_RATIO_REPEATED
    return _MIN_RATIO_COUNT if dtype.kind == "i" else _MIN_RATIO


def _is_apart(value: float, rest: Values, is_magnitude: bool, min_ratio: float) -> bool:
    if not len(rest):
        # Nothing else in the column: -999 and fill values are no measurement, 99 may be one.
        return value < 0 or _is_huge(value) or is_magnitude
    low, high = float(rest[0]), float(rest[-1])
    gap = low - value if value < 0 else value - high
    spread = high - low
    if value < 0:
        return low >= 0 or gap > max(spread, -low)
    if is_magnitude:
        return gap > 2 * spread
    return value > min_ratio * max(abs(low), abs(high))
