"""Facts on the candidate's card: position, magnitude, time, filter, picked columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.columns.formatting import Writer
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.coordinates.sky import format_sexagesimal
from vetter.core.coordinates.times import time_text

MISSING_TEXT = "-"
PIXEL_CAPTION = "x y (from 0)"
"""Caption of the pixel; the readout beside it counts as FITS does, from 1."""

_ON_THE_CARD = {"verdict", "name", "tags", "comment", "x", "y", "ra", "dec"}


class Fact(NamedTuple):
    """Value with a caption, for any candidate of the list.

    Attributes
    ----------
    caption : str
    text : callable
        Returns the text of a row; ``-`` for a missing value.
    tip : str
        Meaning and origin of the value.
    columns : tuple of str
        Names of the columns that the fact shows, so that the card shows none twice.
    copied : bool
        Whether the user can select the text, to copy positions and times. A selectable text
        takes three times as long to show.
    """

    caption: str
    text: Callable[[int], str]
    tip: str = ""
    columns: tuple[str, ...] = ()
    copied: bool = True


def known_facts(columns: ReviewColumns, candidates: CandidateList) -> list[Fact]:
    """Return the facts that a list has columns for: position, magnitude, time, filter."""
    facts: list[Fact] = []
    if np.isfinite(candidates.ra).any():
        sky = partial(_sexagesimal_text, candidates)
        degrees = partial(_pair_text, candidates.ra, candidates.dec, "{:.6f} {:+.6f}")
        facts.append(Fact("RA Dec", sky, "right ascension (hours) and declination (degrees)"))
        facts.append(Fact("deg", degrees, "right ascension and declination in degrees"))
    if np.isfinite(candidates.x).any():
        pixels = partial(_pair_text, candidates.x, candidates.y, "{:.2f} {:.2f}")
        facts.append(
            Fact(PIXEL_CAPTION, pixels, "pixels of the image; FITS pixels are counted from 1")
        )
    roles = candidates.roles
    if roles.mag is not None:
        mag = columns.find("mag")
        error = None if roles.mag_err is None else columns.find("mag_err")
        writers = columns.writer(mag), None if error is None else columns.writer(error)
        tip = f"column {roles.mag}" + (f", error from {roles.mag_err}" if roles.mag_err else "")
        text = partial(_magnitude_text, candidates, *writers)
        facts.append(Fact("mag", text, tip, (mag, *([] if error is None else [error])), False))
    if roles.time is not None:
        name = columns.find("time")
        text = partial(_time_text, candidates, roles.time, columns.unit(name))
        facts.append(Fact("time", text, f"column {roles.time}", (name,)))
    if roles.filter is not None:
        text = partial(_role_text, candidates, "filter")
        facts.append(
            Fact("filter", text, f"column {roles.filter}", (columns.find("filter"),), False)
        )
    return facts


def image_facts(time: str, band: str, shown: Iterable[Fact]) -> list[Fact]:
    """Return time and filter of the only image, as far as known and not among the shown facts.

    Parameters
    ----------
    time, band : str
        ISO text and the filter's name; empty if unknown.
    shown : iterable of Fact
    """
    captions = {fact.caption for fact in shown}
    facts = (
        Fact("time", lambda row: time.replace("T", " ", 1), "middle of the image's exposure"),
        Fact("filter", lambda row: band, "filter in the image's header", copied=False),
    )
    known = {"time": time, "filter": band}
    return [fact for fact in facts if known[fact.caption] and fact.caption not in captions]


def picked_facts(columns: ReviewColumns, names: Iterable[str], shown: Iterable[Fact]) -> list[Fact]:
    """Return facts of picked columns; columns that are already on the card are left out."""
    taken = _ON_THE_CARD.union(*(fact.columns for fact in shown))
    known = set(columns.names)
    return [
        Fact(
            name,
            partial(cell_text, columns.writer(name), columns.values(name)),
            f"column {name}" + (f" ({columns.unit(name)})" if columns.unit(name) else ""),
            (name,),
        )
        for name in dict.fromkeys(names)
        if name in known and name not in taken
    ]


def _sexagesimal_text(candidates: CandidateList, row: int) -> str:
    ra, dec = format_sexagesimal(float(candidates.ra[row]), float(candidates.dec[row]))
    return f"{ra} {dec}" if ra else MISSING_TEXT


def _pair_text(first: np.ndarray, second: np.ndarray, form: str, row: int) -> str:
    one, two = float(first[row]), float(second[row])
    return form.format(one, two) if one == one and two == two else MISSING_TEXT


def _magnitude_text(
    candidates: CandidateList, write: Writer, write_error: Writer | None, row: int
) -> str:
    value = _written(candidates, "mag", write, row)
    error = "" if write_error is None else _written(candidates, "mag_err", write_error, row)
    return " ± ".join(filter(None, (value, error))) if value else MISSING_TEXT


def _written(candidates: CandidateList, role: str, write: Writer, row: int) -> str:
    """Return the number of a role as text; empty where it is missing."""
    value = candidates.value(role, row)
    return "" if value is None or value != value else write(value)


def _time_text(candidates: CandidateList, column: str, unit: str, row: int) -> str:
    return time_text(candidates.value("time", row), column, unit) or MISSING_TEXT


def _role_text(candidates: CandidateList, role: str, row: int) -> str:
    value = candidates.value(role, row)
    return MISSING_TEXT if value is None else str(value).strip() or MISSING_TEXT


def cell_text(write: Writer, values: np.ndarray, row: int) -> str:
    """Return the text of a row; ``-`` for a missing value."""
    return write(values[row]) or MISSING_TEXT
