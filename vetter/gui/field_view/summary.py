"""Texts of the field view: about a group, the field's stars, and one candidate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vetter.core.columns.blind_columns import HIDDEN_TEXT
from vetter.core.judgement.answer import NOT_FITTED
from vetter.core.judgement.fit_table import FitTable
from vetter.core.judgement.shift_field import describe_shift, typical_shift, typical_shift_at
from vetter.core.judgement.star_calibration import StarCalibration
from vetter.core.number_text import format_count
from vetter.review.fits.fits import Fits
from vetter.review.session import Session

Rows = npt.NDArray[np.intp]


def group_summary(rows: Rows, table: FitTable) -> str:
    """Return the number of selected candidates, of each answer, and their typical shift.

    Candidates without a fit are counted separately, since they are not judged yet.
    """
    unknown = int(np.count_nonzero(table.codes[rows] == NOT_FITTED))
    if unknown == len(rows):
        return f"{len(rows):,} selected, not fitted yet"
    usual = typical_shift(table.shifts[rows])
    counts = (f"{count:,} {answer}" for answer, count in table.count_answers(rows).items() if count)
    words = f"{len(rows):,} selected: {', '.join(counts)}"
    if unknown:
        words += f", {unknown:,} not fitted yet"
    return words if usual is None else f"{words}; {usual.text}"


def stars_summary(
    stars: StarCalibration | None,
    is_measured: bool,
    name: str = "",
) -> str:
    """Return the number of stars and their typical shift; ``name`` names one of several fields.

    The text says if the stars are too few to calibrate answers.
    """
    usual = None if stars is None else typical_shift(np.column_stack([stars.dx, stars.dy]))
    if stars is None or usual is None:
        words = "no stars to compare" if is_measured else "measuring the field..."
        return f"{name}: {words}" if name else words
    words = f"{format_count(usual.number, 'star')} of {name or 'the field'}: {usual.text}"
    if not stars.is_usable:
        words += "; too few to calibrate answers"
    return words


def candidate_summary(session: Session, fits: Fits, row: int) -> str:
    """Return a candidate's shift and that of the stars around it."""
    stars = fits.calibration(session.source.field_of(row))
    listed, table = session.candidates, fits.table
    dx, dy = (float(value) for value in table.shifts[row])
    near = None
    if stars is not None:
        places, shifts = (
            np.column_stack(pair) for pair in ((stars.x, stars.y), (stars.dx, stars.dy))
        )
        near = typical_shift_at(places, shifts, float(listed.x[row]), float(listed.y[row]))
    words = listed.name(row)
    if np.isfinite(dx) and table.at_bound[row]:
        words += ": its shift is on the bound, so it is not measured"
    elif np.isfinite(dx):
        words += f": dx {dx:+.2f}, dy {dy:+.2f} px"
        words += (
            "" if near is None else f", {describe_shift(dx, dy, near, _shift_error(table, row))}"
        )
    elif table.codes[row] == NOT_FITTED:
        words += f": {HIDDEN_TEXT}" if session.is_blind else ": not fitted yet"
    return (
        words
        if near is None
        else f"{words} ({format_count(near.number, 'star')} around it: {near.text})"
    )


def _shift_error(table: FitTable, row: int) -> float:
    """Return the error of a candidate's shift along an axis in pixels; zero if unknown."""
    result = table.get(row)
    error = 0.0 if result is None else result[0].shift_err
    return error if np.isfinite(error) else 0.0
