"""A candidate list with test rows mixed in, in which nothing tells these from the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.candidates.column_values import plain_array
from vetter.core.fakes.neutral import imitate_keys, neutral_names, round_like

if TYPE_CHECKING:
    from astropy.table import Table

Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

NAME_COLUMN = "name"
_SAME_PIXEL, _SAME_DEGREE = 0.02, 1e-6
"""Tolerances within which a column is the position that the list has by its role."""
_SORTED = 0.3
"""Rank correlation of a shown column with the row number from which on the list counts as sorted:
a row at a random place would stand out, so that the whole list is shuffled."""
_MIN_GAP = 30
"""Rows between a candidate and its repeat, if the list is long enough."""


class Added(NamedTuple):
    """Fakes to add: positions as a detection would give them, NaN if unknown, and their images.

    ``group`` is the number of the image whose rows a fake joins.
    """

    x: Floats
    y: Floats
    ra: Floats
    dec: Floats
    group: Rows


_NONE = np.empty(0)
NO_FAKES = Added(_NONE, _NONE, _NONE, _NONE, np.empty(0, np.intp))


@dataclass(frozen=True, eq=False)
class MixedList:
    """A list with test rows.

    Attributes
    ----------
    candidates : CandidateList
    origin : ndarray of int (n,)
        Row of the unmixed list that each row shows; -1 - k for the fake k.
    repeats : ndarray of int
        Rows that show a candidate for the second time.
    hidden : tuple of str
        Columns of the unmixed list that are left out.
    is_shuffled : bool
        Whether the order of the candidates was changed.
    """

    candidates: CandidateList
    origin: Rows
    repeats: Rows
    hidden: tuple[str, ...]
    is_shuffled: bool

    def added_alone(self) -> MixedList:
        """Return the rows that were added, without the candidates, under new names."""
        added = self.origin < 0
        added[self.repeats] = True
        rows = np.flatnonzero(added)
        kept = take_rows(self.candidates, rows)
        kept.table[NAME_COLUMN] = neutral_names(len(rows))
        repeats = np.flatnonzero(np.isin(rows, self.repeats))
        return MixedList(kept, self.origin[rows], repeats, self.hidden, self.is_shuffled)

    def rows_of_fakes(self) -> Rows:
        """Return the rows of the fakes, in the fakes' order."""
        rows = np.flatnonzero(self.origin < 0)
        return rows[np.argsort(-1 - self.origin[rows])]


def mix_list(
    candidates: CandidateList,
    fakes: Added,
    repeated: Sequence[int],
    rng: np.random.Generator,
    group: Rows | None = None,
) -> MixedList:
    """Return a list with fakes and repeats at random places; its names are neutral.

    Columns that a fake cannot have are left out for all rows: those stay that hold the positions,
    and those with one value for all candidates of an image.

    Parameters
    ----------
    candidates : CandidateList
        At least one candidate.
    fakes : Added
    repeated : sequence of int
        Rows to show a second time.
    rng : Generator
    group : ndarray of int (n,), optional
        Image of each candidate; rows stay with those of their image, which are neighbours.
    """
    count = len(candidates)
    group = np.zeros(count, np.intp) if group is None else np.asarray(group, np.intp)
    is_shuffled = _is_sorted(candidates, group)
    origin, is_repeat = _order(count, fakes.group, repeated, rng, group, is_shuffled)
    real = np.maximum(origin, 0)
    fake = np.where(origin < 0, -1 - origin, 0)
    groups = np.where(origin < 0, fakes.group[fake] if len(fakes.group) else 0, group[real])
    table, roles, hidden, rounded = _make_table(candidates, fakes, origin, group, groups)
    x, y, ra, dec = (
        _pick(origin, getattr(candidates, axis), getattr(rounded, axis))
        for axis in ("x", "y", "ra", "dec")
    )
    keys = np.empty(len(origin), dtype=object)
    new = imitate_keys(candidates.keys.tolist(), int((is_repeat | (origin < 0)).sum()), rng)
    keys[:] = candidates.keys[real]
    keys[is_repeat | (origin < 0)] = new
    kept = {name: v for name, v in candidates.sentinels.items() if name in table.colnames}
    mixed = CandidateList(table, roles, keys, x, y, ra, dec, (), candidates.cautions, kept)
    return MixedList(mixed, origin, np.flatnonzero(is_repeat), hidden, is_shuffled)


def take_rows(candidates: CandidateList, rows: Rows) -> CandidateList:
    """Return a list of these rows alone, without notes."""
    place = {axis: getattr(candidates, axis)[rows] for axis in ("x", "y", "ra", "dec")}
    return CandidateList(
        candidates.table[rows],
        candidates.roles,
        candidates.keys[rows],
        **place,
        sentinels=candidates.sentinels,
    )


def choose_repeats(
    usable: npt.NDArray[np.bool_], count: int, rng: np.random.Generator
) -> list[int]:
    """Return rows to show a second time: different ones among the usable, fewer if these are few.

    Parameters
    ----------
    usable : ndarray of bool (n,)
        Candidates that have a cutout.
    """
    rows = np.flatnonzero(usable)
    return [int(row) for row in rng.permutation(rows)[:count]]


def _order(
    count: int,
    fake_groups: Rows,
    repeated: Sequence[int],
    rng: np.random.Generator,
    group: Rows,
    is_shuffled: bool,
) -> tuple[Rows, npt.NDArray[np.bool_]]:
    """Return the origin of each row of the mixed list, and which rows are repeats."""
    place = np.empty(count)
    for number in np.unique(group):
        rows = np.flatnonzero(group == number)
        place[rows] = rows[rng.permutation(len(rows))] if is_shuffled else rows
    origins = [np.arange(count), -1 - np.arange(len(fake_groups)), np.asarray(repeated, np.intp)]
    places = [place]
    for numbers in (fake_groups, group[np.asarray(repeated, np.intp)]):
        drawn = np.empty(len(numbers))
        for k, number in enumerate(numbers.tolist()):
            rows = np.flatnonzero(group == number)
            low, high = (rows[0] - 0.5, rows[-1] + 0.5) if len(rows) else (count, count + 1.0)
            drawn[k] = rng.uniform(low, high)
        places.append(drawn)
    for k, row in enumerate(repeated):
        places[2][k] = _away_from(places[2][k], place[row], group, int(group[row]))
    order = np.argsort(np.concatenate(places), kind="stable")
    is_repeat = np.repeat([False, False, True], [count, len(fake_groups), len(repeated)])
    return np.concatenate(origins).astype(np.intp)[order], is_repeat[order]


def _away_from(drawn: float, original: float, group: Rows, number: int) -> float:
    """Return a place of a repeat that is not close to its original, cyclic within the image."""
    rows = np.flatnonzero(group == number)
    low, size = float(rows[0]) - 0.5, float(len(rows))
    gap = min(float(_MIN_GAP), size / 4)
    # The drawn place is stretched over what lies outside the gap.
    share = (drawn - low) / size
    return low + (original - low + gap + share * (size - 2 * gap)) % size


def _is_sorted(candidates: CandidateList, group: Rows) -> bool:
    """Return whether the order of the rows follows a position."""
    for axis in ("x", "y", "ra", "dec"):
        values = getattr(candidates, axis)
        for number in np.unique(group):
            of_image = values[group == number]
            of_image = of_image[np.isfinite(of_image)]
            if len(of_image) > 2 and len(np.unique(of_image)) > 2:
                ranks = np.argsort(np.argsort(of_image, kind="stable"), kind="stable")
                correlation = np.corrcoef(ranks, np.arange(len(ranks)))[0, 1]
                # Chance alone gives 1 / sqrt(n).
                if abs(correlation) > max(_SORTED, 2.0 / np.sqrt(len(ranks))):
                    return True
    return False


def _make_table(
    candidates: CandidateList, fakes: Added, origin: Rows, group: Rows, groups: Rows
) -> tuple[Table, Roles, tuple[str, ...], Added]:
    """Return table and roles of the mixed list, hidden columns, and the fakes as rounded."""
    from astropy.table import Table

    roles, own = candidates.roles, candidates.table
    table = Table()
    table[NAME_COLUMN] = neutral_names(len(origin))
    kept: dict[str, str | None] = {"name": NAME_COLUMN}
    rounded = fakes._asdict()
    base = 1.0 if roles.one_based else 0.0
    for axis, tolerance in (("x", 1), ("y", 1), ("ra", 0), ("dec", 0)):
        name = getattr(roles, axis)
        if name is None or name == NAME_COLUMN:
            continue
        offset = base if tolerance else 0.0
        within = _SAME_PIXEL if tolerance else _SAME_DEGREE
        values = _position_column(own[name], getattr(candidates, axis) + offset, within)
        if values is None:
            continue
        rounded[axis] = round_like(rounded[axis] + offset, values) - offset
        table[name] = _pick(origin, values, rounded[axis] + offset)
        table[name].unit = getattr(own[name], "unit", None)
        kept[axis] = name
    for pair in (("x", "y"), ("ra", "dec")):
        if not all(axis in kept for axis in pair):
            for axis in pair:
                name = kept.pop(axis, None)
                if name is not None:
                    table.remove_column(name)
    for name in map(str, own.colnames):
        if name in table.colnames or name == roles.key:
            continue
        values = _constant_column(own[name], group, groups)
        if values is not None:
            table[name] = values
            kept |= {role: name for role in ("time", "filter") if getattr(roles, role) == name}
    hidden = tuple(str(name) for name in own.colnames if str(name) not in table.colnames)
    return table, Roles(**kept, one_based=roles.one_based), hidden, Added(**rounded)


def _position_column(column: Any, position: Floats, tolerance: float) -> Floats | None:
    """Return the numbers of a column that is the position itself; None if it is another form."""
    values = plain_array(column)
    if values.ndim != 1 or values.dtype.kind not in "if":
        return None
    values = values.astype(float)
    both = np.isfinite(values) & np.isfinite(position)
    if not both.any() or np.abs(values[both] - position[both]).max() > tolerance:
        return None
    return values


def _constant_column(column: Any, group: Rows, groups: Rows) -> npt.NDArray[Any] | None:
    """Return a column for the mixed list if each image has one value of it; else None."""
    values = plain_array(column)
    if values.ndim != 1 or values.dtype.kind not in "ifUOb":
        return None
    firsts: dict[int, Any] = {}
    for number in np.unique(group).tolist():
        of_image = values[group == number]
        same = of_image == of_image[0]
        if not np.all(same):
            return None
        firsts[number] = of_image[0]
    # A single candidate has one value of everything.
    if len(values) < 3 * len(firsts) or set(groups.tolist()) - set(firsts):
        return None
    return np.array([firsts[number] for number in groups.tolist()], dtype=values.dtype)


def _pick(origin: Rows, real: npt.NDArray[Any], fake: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the values of the mixed list's rows, from those of candidates and fakes."""
    out = np.asarray(real)[np.maximum(origin, 0)]
    if len(fake):
        out = np.where(origin < 0, np.asarray(fake)[np.where(origin < 0, -1 - origin, 0)], out)
    return out
