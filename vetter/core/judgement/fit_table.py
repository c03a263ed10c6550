"""The results of a field's fits as columns, one value per candidate.

The results are stored as bytes and unpacked on request: objects with many parts would slow down the
garbage collector. All arrays grow with the list, with spare capacity.
"""

from __future__ import annotations

import math
import pickle
from collections.abc import Sequence
from dataclasses import fields
from enum import StrEnum
from operator import attrgetter
from struct import Struct
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import ANSWERS, NOT_FITTED, Answer, Judgement
from vetter.core.judgement.star_calibration import get_brightness

FORMATS = {
    "chi2_before": "%.2f",
    "chi2_after": "%.2f",
    "pval": "%.1e",
    "shift": "%.2f",
    "scale": "%.3f",
    "surviving_snr": "%.1f",
    "flux_limit": "%.4g",
    "power": "%.1f",
    "psf_snr": "%.1f",
    "psf_share": "%.2f",
    "shift_share": "%.2f",
    "scale_share": "%.2f",
}
"""Formats of the columns of numbers in a list, by column."""
NUMBERS = tuple(FORMATS)
TEXTS = ("answer", "disappeared")
COLUMNS = (*TEXTS, *NUMBERS)
"""Names of the columns that fits add to a list."""
DESCRIPTIONS = {
    "answer": "answer of the fit: explained, variable, ordinary, nothing, kept or not judged",
    "disappeared": "yes for explained, no for kept and variable, else not judged",
    "chi2_before": "chi2 per degree of freedom before the fit",
    "chi2_after": "chi2 per degree of freedom after the fit",
    "pval": "probability of a larger chi2 by chance",
    "shift": "length of the fitted shift of the template",
    "scale": "fitted flux of the template's star, in units of its own",
    "surviving_snr": "S/N of a point source with shift and scale free, which can take up its light;"
    " a reason gives that at the field's own shift and scale",
    "flux_limit": "faintest flux here that would survive the fit at S/N 7",
    "power": "S/N at which a source of the candidate's own flux would survive the fit, at the"
    " field's own shift and scale",
    "psf_snr": "S/N of a point source in the difference, before the fit",
    "psf_share": "part of the explained difference that a point source explains, 0 to 1",
    "shift_share": "part of the explained difference that a shift explains, 0 to 1",
    "scale_share": "part of the explained difference that a change of flux explains, 0 to 1",
}
"""Descriptions of these columns for tool tips."""

_LIMITS = ("flux_limit", "power")
"""Numbers that belong to the judgement and change with it."""
_FIT_NUMBERS = tuple(name for name in NUMBERS if name not in _LIMITS)

_STORED = [field for field in fields(Adjustment) if field.name != "residual"]
_FLOATS, _INTEGERS, _BOOLEANS = (
    tuple(field.name for field in _STORED if field.type == kind)
    for kind in ("float", "int", "bool")
)
_NUMBERS = (*_FLOATS, *_INTEGERS, *_BOOLEANS)
_RECORD = Struct(f"={len(_FLOATS)}d{len(_INTEGERS)}q{len(_BOOLEANS)}?")
_TEXTS = tuple(field.name for field in _STORED if field.name not in _NUMBERS)
_get_numbers, _get_texts = attrgetter(*_NUMBERS), attrgetter(*_TEXTS)

NOTHING_TO_FIT = "needs an image, and a convolved template or a template"
"""Reason why a candidate without these planes cannot be fitted."""


_DISAPPEARED = {True: "yes", False: "no", None: "not judged"}
_WORDS = {
    "answer": ("", *(answer.value for answer in ANSWERS)),
    "disappeared": ("", *(_DISAPPEARED[answer.disappeared] for answer in ANSWERS)),
}
"""Texts of the codes in the columns of text; empty without a fit."""


class FitTable:
    """Adjustments and judgements by row, and the columns to sort and filter by.

    ``chi2_before`` and ``chi2_after`` are per degree of freedom, ``shift`` is the length of
    (dx, dy) in pixels; ``flux_limit`` and ``power`` are those of the judgement, the others those
    of the `Adjustment`. A number is NaN without a fit. ``answer`` is the answer's word;
    ``disappeared`` is yes, no or not judged.

    Attributes
    ----------
    codes : ndarray (count,), uint8
        `Answer.code` of each row, `NOT_FITTED` without a fit.
    shifts : ndarray (count, 2)
        dx and dy in pixels, NaN if unknown.
    brightness : ndarray (count,)
        PSF flux of the template's star at the position, NaN if unknown.
    prior_snr : ndarray (count,)
        S/N at the field's own shift and scale, NaN if unknown.
    at_bound : ndarray (count,), bool
        Whether dx or dy ended on its bound, which makes the shift meaningless.
    fits : PackedFits
        The results.

    Parameters
    ----------
    count : int
        Length of the candidate list.
    """

    def __init__(self, count: int) -> None:
        self.fits = PackedFits(count)
        self._reasons: npt.NDArray[Any] = np.full(count, "", object)
        self._fitted = 0
        self.codes = np.zeros(count, np.uint8)
        self.shifts = np.full((count, 2), np.nan)
        self.at_bound = np.zeros(count, bool)
        self.brightness = np.full(count, np.nan)
        self.prior_snr = np.full(count, np.nan)
        self._stars = np.zeros(count, np.int32)
        self._words = {name: np.full(count, "", "<U10") for name in TEXTS}
        self._numbers = {name: np.full(count, np.nan) for name in NUMBERS}

    def extend(self, count: int) -> None:
        """Extend the table to a longer list; arrays returned before do not get later results."""
        self.fits.extend(count)
        self._reasons = lengthen_array(self._reasons, count, "")
        self.codes = lengthen_array(self.codes, count, NOT_FITTED)
        self.shifts = lengthen_array(self.shifts, count, np.nan)
        self.at_bound = lengthen_array(self.at_bound, count, False)
        self.brightness = lengthen_array(self.brightness, count, np.nan)
        self.prior_snr = lengthen_array(self.prior_snr, count, np.nan)
        self._stars = lengthen_array(self._stars, count, 0)
        for name, texts in self._words.items():
            self._words[name] = lengthen_array(texts, count, "")
        for name, values in self._numbers.items():
            self._numbers[name] = lengthen_array(values, count, np.nan)

    def copy(self) -> FitTable:
        """Return a copy with the results stored so far."""
        copied = FitTable(0)
        copied.fits, copied._fitted = self.fits.copy(), self._fitted
        arrays = ("_reasons", "codes", "shifts", "at_bound", "brightness", "prior_snr", "_stars")
        for name in arrays:
            setattr(copied, name, getattr(self, name).copy())
        copied._words = {name: texts.copy() for name, texts in self._words.items()}
        copied._numbers = {name: values.copy() for name, values in self._numbers.items()}
        return copied

    def __len__(self) -> int:
        return self._fitted

    def __contains__(self, row: int) -> bool:
        return 0 <= row < len(self.codes) and bool(self.codes[row] != NOT_FITTED)

    def get(self, row: int) -> tuple[Adjustment, Judgement] | None:
        """Return result and judgement of a row; None if it has not been fitted."""
        if row not in self:
            return None
        flux_limit, power = (float(self._numbers[name][row]) for name in _LIMITS)
        answer = Answer.from_code(int(self.codes[row]))
        stars = int(self._stars[row])
        judgement = Judgement(answer, self._reasons[row], flux_limit, power, stars)
        return self.fits.get(row), judgement

    def set(self, row: int, adjustment: Adjustment, judgement: Judgement) -> None:
        """Store a result without its residual, which belongs to the panels."""
        self._fitted += row not in self
        self.fits.set(row, adjustment)
        self.judge(row, judgement)
        self.shifts[row] = adjustment.dx, adjustment.dy
        self.at_bound[row] = not {"dx", "dy"}.isdisjoint(adjustment.at_bound)
        self.brightness[row] = get_brightness(adjustment)
        error = adjustment.prior_flux_err
        self.prior_snr[row] = adjustment.prior_flux / error if error > 0 else math.nan
        df = adjustment.df or math.nan
        values = (
            adjustment.chi2_0 / df,
            adjustment.chi2 / df,
            adjustment.pval,
            math.hypot(adjustment.dx, adjustment.dy),
            adjustment.scale,
            adjustment.snr,
            adjustment.psf_snr,
            adjustment.psf_share,
            adjustment.shift_share,
            adjustment.scale_share,
        )
        for name, value in zip(_FIT_NUMBERS, values, strict=True):
            self._numbers[name][row] = value

    def judge(self, row: int, judgement: Judgement) -> None:
        """Store the judgement of a stored result, in place of an earlier one."""
        self._reasons[row] = judgement.reason
        self.codes[row] = code = judgement.answer.code
        for name, words in _WORDS.items():
            self._words[name][row] = words[code]
        for name in _LIMITS:
            self._numbers[name][row] = getattr(judgement, name)
        self._stars[row] = judgement.stars

    def rows(self) -> list[int]:
        """Return the rows that have a result, in the list's order."""
        rows: list[int] = np.flatnonzero(self.codes).tolist()
        return rows

    def count_answers(self, rows: npt.NDArray[np.intp] | None = None) -> dict[Answer, int]:
        """Return the number of fitted rows with each answer, of all rows or of these.

        All answers are keys, in the order of `Answer`.
        """
        codes = self.codes if rows is None else self.codes[rows]
        counts = np.bincount(codes, minlength=len(ANSWERS) + 1)
        return {answer: int(counts[answer.code]) for answer in ANSWERS}

    def values(self, name: str) -> npt.NDArray[Any]:
        """Return a column, shape (count,): text for ``answer`` and ``disappeared``, else float64.

        The array is not a copy: it gets later results until the list grows.
        """
        return self._words[name] if name in TEXTS else self._numbers[name]


class PackedFits:
    """Adjustments by row, without their residuals.

    A hundred thousand results as objects would be three hundred thousand objects that the garbage
    collector visits now and then, each time for 0.4 s. It does not visit the contents of arrays.

    Each result is a separate piece of memory: writing a few rows of one large array would allocate
    all of it, which the system clears in pieces so large that the first rows took 30 ms.

    Parameters
    ----------
    count : int
        Length of the candidate list.
    """

    def __init__(self, count: int) -> None:
        self._numbers: npt.NDArray[Any] = np.full(count, b"", object)
        # Most results have the same few texts: each distinct set is stored once.
        self._texts: npt.NDArray[Any] = np.full(count, b"", object)
        self._distinct_texts: dict[bytes, bytes] = {}

    def extend(self, count: int) -> None:
        """Extend the table to a longer list."""
        self._numbers = lengthen_array(self._numbers, count, b"")
        self._texts = lengthen_array(self._texts, count, b"")

    def copy(self) -> PackedFits:
        """Return a copy with the results stored so far."""
        copied = PackedFits(0)
        copied._numbers, copied._texts = self._numbers.copy(), self._texts.copy()
        return copied

    def set(self, row: int, adjustment: Adjustment) -> None:
        """Store a result in place of an earlier one."""
        # Bytes: the garbage collector would visit tuples in tuples. loads() reads only these.
        texts = pickle.dumps(_get_texts(adjustment))
        self._texts[row] = self._distinct_texts.setdefault(texts, texts)
        self._numbers[row] = _RECORD.pack(*_get_numbers(adjustment))

    def get(self, row: int) -> Adjustment:
        """Return the result of a row, which must have one."""
        numbers = zip(_NUMBERS, _RECORD.unpack(self._numbers[row]), strict=True)
        texts = zip(_TEXTS, pickle.loads(self._texts[row]), strict=True)
        return Adjustment(**dict([*numbers, *texts]))


def lengthen_array(values: npt.NDArray[Any], count: int, fill: Any) -> npt.NDArray[Any]:
    """Return an array with more rows, in the same memory if it has the capacity, else a copy.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
        Result of this function, or an array that is not a view; the caller must not use it again.
    count : int
        New length, at least n.
    fill : scalar
        Value of the new rows.
    """
    memory = values.base
    if isinstance(memory, np.ndarray) and len(memory) >= count and memory.dtype == values.dtype:
        return memory[:count]
    memory = np.full((count + count // 2, *values.shape[1:]), fill, values.dtype)
    memory[: len(values)] = values
    return memory[:count]


def can_fit(plane_names: Sequence[str]) -> bool:
    """Return whether these planes are enough for a fit."""
    return "image" in plane_names and not {"convolved", "template"}.isdisjoint(plane_names)


class FitStatus(StrEnum):
    """Stage of a candidate's fit."""

    NOT_ASKED = "not asked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class FitState(NamedTuple):
    """State of one candidate's fit.

    ``error`` is the reason why it failed, or was not requested; ``adjustment`` and ``judgement``
    are set once it is done.
    """

    status: FitStatus = FitStatus.NOT_ASKED
    adjustment: Adjustment | None = None
    judgement: Judgement | None = None
    error: str = ""
