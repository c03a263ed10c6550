"""Rows of a list that belong to each of several images, as a column names its chip or extension."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.column_roles import normalise_name
from vetter.core.candidates.column_values import plain_array

if TYPE_CHECKING:
    from astropy.table import Table

CARDS = (
    *("ccdnum", "ccd", "ccdid", "ccdname", "ccdchip", "chip", "chipid", "chipnum", "chipname"),
    *("detector", "detnum", "detid", "detname", "detser", "imageid", "scaid", "sca", "extver"),
    *("rcid", "qid", "quadrant", "ampid", "ampname", "esodetchipno", "esodetchip1id", "fpaid"),
)
"""Header keywords that tell chips apart, in lower case without punctuation, the usual ones first.
"""

# Names of columns, compared as `normalise_name` gives them. By order: SExtractor counts images from
# 1.
_BY_ORDER = frozenset("extnumber extnum extno extn imageno".split())
_BY_NAME = frozenset("extname hduname extensionname".split())
_BY_INDEX = frozenset("ext exten extension extid hdu hdunum hdunumber hduindex extver".split())
_BY_CARD = frozenset(
    "ccd ccdnum ccdno ccdid ccdname ccdnumber ccdchip chip chipnum chipno chipid chipname"
    " chipnumber detector detectorid detectornum detectorname detectornumber detname detnum detid"
    " sca scaid scanum imageid quadrant quad qid rcid amp ampid ampname fpaid".split()
)
_UNCERTAIN = frozenset("ext exten extid extension detid detnum quad amp imageid".split())
"""Names that often mean something else (extinction, a detection, an exposure): they count if all
rows name a chip by a card or by EXTNAME, and are never the cause of a caution."""

_MAX_VALUES = 1000
_DIGITS = re.compile(r"(\d+)\D*$")
_NAMED_DIGITS = re.compile(r"(?:ccd|chip|det|detector|sca)[ _-]?(\d+)", re.IGNORECASE)
_ZEROS = re.compile(r"^0+(?=\d)")


class Chip(NamedTuple):
    """One of the images of a file.

    Attributes
    ----------
    hdu : int
        Number of the HDU.
    order : int
        Number among the file's images, from 1; 0 if other images of the file are unknown.
    name : str
        EXTNAME, may be empty.
    version : int
        EXTVER.
    cards : mapping
        Values of the `CARDS` in its header, as text.
    """

    hdu: int
    order: int
    name: str
    version: int
    cards: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class ChipRows:
    """Chip of each row of a list.

    Attributes
    ----------
    column : str
    numbers : ndarray of int, shape (n,)
        Index into the chips; -1 for rows of other chips, or of none.
    values : ndarray of str, shape (n,)
        Text of the column.
    """

    column: str
    numbers: npt.NDArray[np.intp]
    values: npt.NDArray[np.str_]


def chip_columns(names: Sequence[str]) -> list[str]:
    """Return the columns whose names may tell chips or extensions apart, the surest first."""
    kinds = (_BY_ORDER, _BY_NAME, _BY_CARD, _BY_INDEX)
    plain_names = {name: normalise_name(re.split(r"[.:]", name)[-1]) for name in names}
    found = [name for kind in kinds for name in names if plain_names[name] in kind]
    return sorted(found, key=lambda name: plain_names[name] in _UNCERTAIN)


def is_certain(column: str) -> bool:
    """Return whether a column of this name can hardly be anything but a chip's."""
    return normalise_name(re.split(r"[.:]", column)[-1]) not in _UNCERTAIN


def chip_values(table: Table, column: str) -> npt.NDArray[np.str_] | None:
    """Return the texts of a column that names chips, shape (n,), empty for missing values.

    None for a column of fractions or arrays, or of too many values for chips.
    """
    if table[column].ndim != 1:
        return None
    values = plain_array(table[column])
    if values.dtype.kind == "f":
        known = values[np.isfinite(values)]
        if not known.size or (known != np.round(known)).any():
            return None
    elif values.dtype.kind not in "iuUSO":
        return None
    unique, inverse = np.unique(values.astype(str), return_inverse=True)
    if len(unique) > _MAX_VALUES:
        return None
    return np.array([_text(value) for value in unique.tolist()], str)[inverse.reshape(-1)]


def rows_of_chips(table: Table, chips: Sequence[Chip]) -> ChipRows | None:
    """Return the chip of each row, by the first column that names most rows' chips; else None.

    Parameters
    ----------
    table : `~astropy.table.Table`
    chips : sequence of Chip
        All images of a file, or the only one.
    """
    for column in chip_columns(table.colnames):
        values = chip_values(table, column)
        if values is None:
            continue
        unique, inverse = np.unique(values, return_inverse=True)
        counts = np.bincount(inverse.reshape(-1), minlength=len(unique))
        best: tuple[int, npt.NDArray[np.intp]] | None = None
        for identity in _identities(column, chips):
            texts = [_text(identity.of(chip)) for chip in chips]
            if "" in texts or len(set(texts)) < len(texts):
                continue
            places = {text: number for number, text in enumerate(texts)}
            numbers = np.array([places.get(value, -1) for value in unique.tolist()], np.intp)
            matched = int(counts[numbers >= 0].sum())
            if not matched or (identity.is_guess and matched < len(values)):
                continue
            if best is None or (matched > best[0] and len(chips) > 1):
                best = matched, numbers[inverse.reshape(-1)]
        # One image among many may hold few of the rows; the images of a whole file hold most.
        if best is not None and (len(chips) == 1 or best[0] * 2 >= len(values)):
            return ChipRows(column, best[1], values)
    return None


class _Identity(NamedTuple):
    """A property of a chip that a column may hold; a guess has to fit all rows."""

    of: Callable[[Chip], object]
    is_guess: bool = False


def _identities(column: str, chips: Sequence[Chip]) -> list[_Identity]:
    """Return the properties that a column of this name may hold, the likeliest first."""
    name = normalise_name(re.split(r"[.:]", column)[-1])
    cards = [
        _by_card(card)
        for card in sorted(CARDS, key=lambda card: card != name)
        if all(card in chip.cards for chip in chips)
        # Most single images have EXTVER 1, whatever their chip.
        and (card != "extver" or card == name or len(chips) > 1)
    ]
    names = [
        _Identity(lambda chip: chip.name),
        _Identity(lambda chip: f"{chip.name},{chip.version}" if chip.name else ""),
    ]
    order = _Identity(lambda chip: chip.order or "")
    index = _Identity(lambda chip: chip.hdu if chip.order else "")
    if name in _BY_ORDER:
        return [order, index]
    if name in _BY_NAME:
        return [*names, *cards]
    if name in _UNCERTAIN:
        found = [*cards, *names, *([index] if name in _BY_INDEX else [])]
        return [identity._replace(is_guess=True) for identity in found]
    if name in _BY_INDEX:
        version = [_Identity(lambda chip: chip.version)] if len(chips) > 1 else cards[:1]
        return [*(version if name == "extver" else []), index, *names, order]
    return [
        *cards,
        *names,
        _Identity(_named_digits),
        _Identity(_digits, True),
        order._replace(is_guess=True),
        _Identity(lambda chip: chip.order - 1 if chip.order else "", True),
    ]


def _by_card(card: str) -> _Identity:
    return _Identity(lambda chip: chip.cards.get(card, ""))


def _named_digits(chip: Chip) -> str:
    """Return the number in an extension's name that says what it counts, as ``CCD05``."""
    match = _NAMED_DIGITS.fullmatch(chip.name)
    return match[1] if match else ""


def _digits(chip: Chip) -> str:
    """Return the last number in an extension's name: ``5`` of ``im05``."""
    match = _DIGITS.search(chip.name)
    return match[1] if match else ""


def _text(value: object) -> str:
    """Return a value for comparison: lower case, whole numbers without ``.0`` and zeros."""
    text = str(value).strip().lower()
    if text in ("nan", "none", "--", "masked"):
        return ""
    return _ZEROS.sub("", text.removesuffix(".0"))
