"""The columns that tell a vetter most, by the names that brokers and pipelines give them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.column_roles import normal
from vetter.core.columns.facts import UNKNOWN, Fact, known_facts
from vetter.core.columns.formatting import Writer
from vetter.core.columns.review_columns import ReviewColumns

SCORES = (
    "drb scimlscore realbogus realbogusscore rbscore reliability braai btsbot rb mlscore score"
).split()
"""Real-bogus scores, the newer of one survey first."""
COUNTS = "ndethist ndiasources ndet ndetections nobs".split()
FLUXES = "psfflux psflux fluxpsf flux".split()
_MISSING = -90.0
"""A distance or score below is a number that stands for none, as -999."""


def first_of(columns: Sequence[str], known: Iterable[str]) -> str | None:
    """The first column that has one of these names, as they are compared; None where none has."""
    by_normal = {normal(name): name for name in reversed(columns)}
    return next((by_normal[name] for name in known if name in by_normal), None)


def score_column(candidates: CandidateList) -> str | None:
    """The column of the real-bogus score; None where there is none with a value.

    Of several, the first that most candidates have.
    """
    by_normal = {normal(name): name for name in reversed(candidates.columns)}
    best, most = None, 0
    for name in (by_normal[score] for score in SCORES if score in by_normal):
        known = int(np.count_nonzero(_known(candidates.column(name))))
        if 2 * known > len(candidates):
            return name
        if known > most:
            best, most = name, known
    return best


def score_list_columns(candidates: CandidateList) -> list[str]:
    """The columns of a scored list that are worth a look at each line: score, filter, count."""
    score = score_column(candidates)
    if score is None:
        return []
    found = (score, candidates.roles.filter, first_of(candidates.columns, COUNTS))
    return [name for name in found if name is not None]


def all_known_facts(
    columns: ReviewColumns, candidates: CandidateList, on_image: bool = True
) -> list[Fact]:
    """What the card says without being asked: place, magnitude and the like, and what tells most.

    ``on_image``: the image that the candidates are on is there. Pixels of one that is not are left
    out where the list has better to tell.
    """
    more = telling_facts(columns, candidates)
    known = known_facts(columns, candidates)
    if more and not on_image:
        known = [fact for fact in known if fact.caption != "x y"]
    return known + more


def telling_facts(columns: ReviewColumns, candidates: CandidateList) -> list[Fact]:
    """What the card says of an alert; nothing where the list has no score."""
    score = score_column(candidates)
    if score is None:
        return []
    facts = [_plain(columns, score, score)]
    for caption, names in (("S/N", ["snr"]), ("detections", COUNTS)):
        name = first_of(candidates.columns, names)
        if name is not None:
            facts.append(_plain(columns, caption, name))
    flux = first_of(candidates.columns, FLUXES)
    if candidates.roles.mag is None and flux is not None:
        # Of a difference it may be as negative as it likes.
        facts.insert(0, _plain(columns, "flux", flux, -math.inf))
    facts += [fact for fact in (_sign(candidates), _age(candidates)) if fact is not None]
    facts += [fact for fact in (_nearest(candidates), _moving(candidates)) if fact is not None]
    return facts


def _known(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    if values.dtype.kind not in "fiu":
        return np.zeros(len(values), np.bool_)
    return np.asarray(np.isfinite(values) & (values > _MISSING))


def _plain(columns: ReviewColumns, caption: str, column: str, least: float = _MISSING) -> Fact:
    name = column if column in columns.names else f"list.{column}"
    values, write = columns.values(name), columns.writer(name)
    unit = columns.unit(name)
    tip = f"column {column}" + (f" ({unit})" if unit else "")
    return Fact(caption, partial(_written, values, write, least), tip, (name,), False)


def _written(values: npt.NDArray[Any], write: Writer, least: float, row: int) -> str:
    return UNKNOWN if math.isnan(_number(values, row, least)) else write(values[row])


def _sign(candidates: CandidateList) -> Fact | None:
    """Whether it brightened or faded, by ``isdiffpos`` or ``isNegative``."""
    for name, words in (
        ("isdiffpos", ("negative", "positive")),
        ("isnegative", ("positive", "negative")),
    ):
        column = first_of(candidates.columns, [name])
        if column is not None and candidates.column(column).dtype.kind == "b":
            text = partial(_of_two, candidates.column(column), words)
            return Fact("difference", text, f"column {column}", (column,), False)
    return None


def _of_two(values: npt.NDArray[Any], words: tuple[str, str], row: int) -> str:
    return words[bool(values[row])]


def _age(candidates: CandidateList) -> Fact | None:
    """Days since the first detection, where that is told in the same kind of time."""
    first = first_of(candidates.columns, ["jdstarthist", "firstdiasourcemjdtai"])
    time = candidates.roles.time
    if first is None or time is None:
        return None
    start, now = candidates.column(first), candidates.column(time)
    if start.dtype.kind != "f" or now.dtype.kind != "f":
        return None
    tip = f"since the first detection: {first}"
    return Fact("age", partial(_days, now, start), tip, (first,), False)


def _days(now: npt.NDArray[Any], start: npt.NDArray[Any], row: int) -> str:
    days = float(now[row]) - float(start[row])
    # Days of MJD from days of JD, or from nothing, are no age.
    return f"{days:.1f} d" if math.isfinite(days) and -1 < days < 1e5 else UNKNOWN


def _nearest(candidates: CandidateList) -> Fact | None:
    """How far the nearest catalogued source is, and whether it is a star."""
    distance = first_of(candidates.columns, ["distpsnr1"])
    star = first_of(candidates.columns, ["sgscore1"])
    if distance is None:
        return None
    scores = None if star is None else candidates.column(star)
    text = partial(_distance, candidates.column(distance), scores)
    tip = f"column {distance}, arcsec" + (f"; {star}: 1 is a star, 0 a galaxy" if star else "")
    return Fact("nearest", text, tip, (distance, *([star] if star else [])), False)


def _distance(distances: npt.NDArray[Any], scores: npt.NDArray[Any] | None, row: int) -> str:
    value = _number(distances, row)
    if math.isnan(value):
        return "none"
    score = math.nan if scores is None else _number(scores, row)
    kind = "" if math.isnan(score) else f", star {score:.2f}"
    return f'{value:.1f}"{kind}'


def _moving(candidates: CandidateList) -> Fact | None:
    """The nearest minor planet, where any candidate of the list has one."""
    distance = first_of(candidates.columns, ["ssdistnr"])
    name = first_of(candidates.columns, ["ssnamenr"])
    if distance is None or not (_known(candidates.column(distance))).any():
        return None
    names = None if name is None else candidates.column(name)
    text = partial(_planet, candidates.column(distance), names)
    tip = f"column {distance}, arcsec" + (f", and {name}" if name else "")
    return Fact("minor planet", text, tip, (distance, *([name] if name else [])), False)


def _planet(distances: npt.NDArray[Any], names: npt.NDArray[Any] | None, row: int) -> str:
    value = _number(distances, row)
    if math.isnan(value) or value < 0:
        return "none"
    return f'{value:.1f}"' + ("" if names is None else f" {str(names[row]).strip()}".rstrip())


def _number(values: npt.NDArray[Any], row: int, least: float = _MISSING) -> float:
    try:
        value = float(values[row])
    except (TypeError, ValueError):
        return math.nan
    return value if value > least else math.nan
