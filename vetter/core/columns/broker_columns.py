"""Most useful columns of alerts and scored lists, by the names of brokers and pipelines."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.column_roles import columns_by_name
from vetter.core.columns.facts import MISSING_TEXT, PIXEL_CAPTION, Fact, known_facts
from vetter.core.columns.formatting import Writer
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.columns.rubin_facts import rubin_facts

SCORES = (
    "drb scimlscore realbogus realbogusscore rbscore reliability braai btsbot rb mlscore score"
).split()
"""Normalised names of real-bogus scores, the newer of one survey first."""
DETECTION_COUNTS = "ndethist ndiasources ndet ndetections nobs".split()
FLUXES = "psfflux psflux fluxpsf flux".split()
SIGNALS = "snr sn s2n psfsnr snrwin snrpsf sigtonoise signaltonoise significance".split()
"""Normalised names of the S/N of a detection."""
_MAGNITUDES_PER_NOISE = 2.5 / math.log(10)
"""Error of a magnitude times S/N, for small errors."""
_MISSING_BELOW = -90.0
"""Value up to which a distance or score means missing, as -999 does."""


def find_first_column(columns: Sequence[str], known: Iterable[str]) -> str | None:
    """Return the first column with one of these normalised names, or None."""
    by_normal = columns_by_name(columns)
    return next((by_normal[name] for name in known if name in by_normal), None)


def score_column(candidates: CandidateList) -> str | None:
    """Return the column of the real-bogus score, or None if no score has a value.

    The first score that over half of the candidates have, else the score that most have.
    """
    by_normal = columns_by_name(candidates.columns)
    best, best_count = None, 0
    for name in (by_normal[score] for score in SCORES if score in by_normal):
        count = int(np.count_nonzero(_is_known(candidates.column(name))))
        if 2 * count > len(candidates):
            return name
        if count > best_count:
            best, best_count = name, count
    return best


def score_list_columns(candidates: CandidateList) -> list[str]:
    """Return the columns to show for a scored list: score, filter, number of detections."""
    score = score_column(candidates)
    if score is None:
        return []
    names = (
        score,
        candidates.roles.filter,
        find_first_column(candidates.columns, DETECTION_COUNTS),
    )
    return [name for name in names if name is not None]


def all_known_facts(
    columns: ReviewColumns, candidates: CandidateList, on_image: bool = True
) -> list[Fact]:
    """Return the card's default facts: position, magnitude and the like, then those of alerts.

    ``on_image``: whether the image of the candidates is there. Without the image, pixels are left
    out if the list has facts of alerts.
    """
    of_alert = alert_facts(columns, candidates)
    of_rubin = rubin_facts(candidates)
    if of_rubin:
        # psfFlux is among them, with its magnitude.
        shown = {name for fact in of_rubin for name in fact.columns}
        of_alert = [fact for fact in of_alert if not shown.intersection(fact.columns)] + of_rubin
    general = known_facts(columns, candidates)
    if of_alert and not on_image:
        general = [fact for fact in general if fact.caption != PIXEL_CAPTION]
    return general + of_alert


def alert_facts(columns: ReviewColumns, candidates: CandidateList) -> list[Fact]:
    """Return the card's facts of an alert; empty if the list has no score."""
    score = score_column(candidates)
    if score is None:
        return []
    facts = [_number_fact(columns, score, score)]
    for caption, names in (("S/N", ["snr"]), ("detections", DETECTION_COUNTS)):
        name = find_first_column(candidates.columns, names)
        if name is not None:
            facts.append(_number_fact(columns, caption, name))
    flux = find_first_column(candidates.columns, FLUXES)
    if candidates.roles.mag is None and flux is not None:
        # The flux of a difference may have any negative value.
        facts.insert(0, _number_fact(columns, "flux", flux, -math.inf))
    for fact in (
        _sign_fact(candidates),
        _age_fact(candidates),
        _nearest_fact(candidates),
        _planet_fact(candidates),
    ):
        if fact is not None:
            facts.append(fact)
    return facts


def tile_facts(columns: ReviewColumns, candidates: CandidateList) -> list[Fact]:
    """Return the facts under a candidate's tile: magnitude or flux, S/N, score.

    Without a column of S/N, it is calculated from the error of the magnitude, else it is that of
    the fit's point source in the difference. Facts without a column are left out.
    """
    facts = []
    roles, flux = candidates.roles, find_first_column(candidates.columns, FLUXES)
    if roles.mag is not None:
        facts.append(_number_fact(columns, "mag", roles.mag))
    elif flux is not None:
        facts.append(_number_fact(columns, "flux", flux, -math.inf))
    signal = find_first_column(candidates.columns, SIGNALS)
    if signal is not None:
        facts.append(_number_fact(columns, "S/N", signal))
    elif roles.mag_err is not None:
        text = partial(_noise_text, candidates.column(roles.mag_err))
        facts.append(Fact("S/N", text, f"1.086 / {roles.mag_err}", (), False))
    elif columns.fits is not None:
        text = partial(_fitted_text, columns, columns.writer("psf_snr"))
        facts.append(Fact("S/N", text, columns.describe("psf_snr"), ("psf_snr",), False))
    score = score_column(candidates)
    if score is not None:
        facts.append(_number_fact(columns, score, score))
    return facts


def _noise_text(errors: npt.NDArray[Any], row: int) -> str:
    error = _number(errors, row)
    return f"{_MAGNITUDES_PER_NOISE / error:.1f}" if error > 0 else MISSING_TEXT


def _fitted_text(columns: ReviewColumns, write: Writer, row: int) -> str:
    assert columns.fits is not None
    values = columns.fits.values("psf_snr")
    return (write(values[row]) if row < len(values) else "") or MISSING_TEXT


def _is_known(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    if values.dtype.kind not in "fiu":
        return np.zeros(len(values), np.bool_)
    return np.asarray(np.isfinite(values) & (values > _MISSING_BELOW))


def _number_fact(
    columns: ReviewColumns, caption: str, column: str, missing_below: float = _MISSING_BELOW
) -> Fact:
    name = column if column in columns.names else f"list.{column}"
    values, write = columns.values(name), columns.writer(name)
    unit = columns.unit(name)
    tip = f"column {column}" + (f" ({unit})" if unit else "")
    return Fact(caption, partial(_number_text, values, write, missing_below), tip, (name,), False)


def _number_text(values: npt.NDArray[Any], write: Writer, missing_below: float, row: int) -> str:
    return MISSING_TEXT if math.isnan(_number(values, row, missing_below)) else write(values[row])


def _sign_fact(candidates: CandidateList) -> Fact | None:
    """Return the sign of the difference, by ``isdiffpos`` or ``isNegative``, or None."""
    for name, words in (
        ("isdiffpos", ("negative", "positive")),
        ("isnegative", ("positive", "negative")),
    ):
        column = find_first_column(candidates.columns, [name])
        if column is not None and candidates.column(column).dtype.kind == "b":
            text = partial(_sign_text, candidates.column(column), words)
            return Fact("difference", text, f"column {column}", (column,), False)
    return None


def _sign_text(values: npt.NDArray[Any], words: tuple[str, str], row: int) -> str:
    return words[bool(values[row])]


def _age_fact(candidates: CandidateList) -> Fact | None:
    """Return the days since the first detection, or None without two columns of times."""
    first = find_first_column(candidates.columns, ["jdstarthist", "firstdiasourcemjdtai"])
    time = candidates.roles.time
    if first is None or time is None:
        return None
    start, now = candidates.column(first), candidates.column(time)
    if start.dtype.kind != "f" or now.dtype.kind != "f":
        return None
    tip = f"since the first detection: {first}"
    return Fact("age", partial(_age_text, now, start), tip, (first,), False)


def _age_text(now: npt.NDArray[Any], start: npt.NDArray[Any], row: int) -> str:
    days = float(now[row]) - float(start[row])
    # The limits exclude differences of MJD and JD, and of a time and zero.
    return f"{days:.1f} d" if math.isfinite(days) and -1 < days < 1e5 else MISSING_TEXT


def _nearest_fact(candidates: CandidateList) -> Fact | None:
    """Return distance and star score of the nearest catalogued source, or None without column."""
    distance = find_first_column(candidates.columns, ["distpsnr1"])
    star = find_first_column(candidates.columns, ["sgscore1"])
    if distance is None:
        return None
    scores = None if star is None else candidates.column(star)
    text = partial(_nearest_text, candidates.column(distance), scores)
    tip = f"column {distance}, arcsec" + (f"; {star}: 1 is a star, 0 a galaxy" if star else "")
    return Fact("nearest", text, tip, (distance, *([star] if star else [])), False)


def _nearest_text(distances: npt.NDArray[Any], scores: npt.NDArray[Any] | None, row: int) -> str:
    value = _number(distances, row)
    if math.isnan(value):
        return "none"
    score = math.nan if scores is None else _number(scores, row)
    kind = "" if math.isnan(score) else f", star {score:.2f}"
    return f'{value:.1f}"{kind}'


def _planet_fact(candidates: CandidateList) -> Fact | None:
    """Return the nearest minor planet, or None if no candidate of the list has one."""
    distance = find_first_column(candidates.columns, ["ssdistnr"])
    name = find_first_column(candidates.columns, ["ssnamenr"])
    if distance is None or not (_is_known(candidates.column(distance))).any():
        return None
    names = None if name is None else candidates.column(name)
    text = partial(_planet_text, candidates.column(distance), names)
    tip = f"column {distance}, arcsec" + (f", and {name}" if name else "")
    return Fact("minor planet", text, tip, (distance, *([name] if name else [])), False)


def _planet_text(distances: npt.NDArray[Any], names: npt.NDArray[Any] | None, row: int) -> str:
    value = _number(distances, row)
    if math.isnan(value) or value < 0:
        return "none"
    return f'{value:.1f}"' + ("" if names is None else f" {str(names[row]).strip()}".rstrip())


def _number(values: npt.NDArray[Any], row: int, missing_below: float = _MISSING_BELOW) -> float:
    try:
        value = float(values[row])
    except (TypeError, ValueError):
        return math.nan
    return value if value > missing_below else math.nan
