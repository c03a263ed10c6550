"""The results of a field's fits as columns, one value per candidate.

The results are stored as bytes and unpacked on request: objects with many parts would slow down the
garbage collector. All arrays grow with the list, with spare capacity.
"""

from __future__ import annotations

import math
import pickle
from collections.abc import Sequence
from enum import IntEnum, StrEnum
from operator import attrgetter
from struct import Struct
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Judgement

NUMBERS = ("chi2_before", "chi2_after", "pval", "shift", "scale", "surviving_snr")
COLUMNS = ("disappeared", *NUMBERS)
"""Names of the columns that fits add to a list."""
FORMATS = {
    "chi2_before": "%.2f",
    "chi2_after": "%.2f",
    "pval": "%.1e",
    "shift": "%.2f",
    "scale": "%.3f",
    "surviving_snr": "%.1f",
}
"""Formats of the numbers in an exported list, by column."""

_FLOATS = (
    *("dx", "dy", "scale", "bg", "tbg", "chi2_0", "chi2", "pval", "correlation"),
    *("flux", "flux_err", "snr", "absorbed", "held_err", "shift_err", "fwhm", "box"),
    *("scatter", "scatter_err", "template_noise"),
    *("raw_flux", "raw_flux_err", "psf_snr", "prior_flux", "prior_flux_err"),
    *("shift_chi2", "scale_chi2", "scale_alone", "scale_alone_err"),
    *("psf_share", "shift_share", "scale_share"),
    *("normal_dx", "normal_dy", "normal_shift_err", "normal_scale", "normal_scale_err"),
)
_INTEGERS = ("df", "pixels", "spline")
_BOOLEANS = ("converged", "fit_bg", "fit_plane", "unread")
_NUMBERS = (*_FLOATS, *_INTEGERS, *_BOOLEANS)
_RECORD = Struct(f"={len(_FLOATS)}d{len(_INTEGERS)}q{len(_BOOLEANS)}?")
_TEXTS = ("reason", "at_bound", "psf", "template", "caveats", "notes")
_get_numbers, _get_texts = attrgetter(*_NUMBERS), attrgetter(*_TEXTS)

NOTHING_TO_FIT = "needs an image, and a convolved template or a template"
"""Reason why a candidate without these planes cannot be fitted."""


class Disappeared(IntEnum):
    """Code of a judgement in an array; ``word`` is its text in the column ``disappeared``."""

    NOT_FITTED = 0
    YES = 1
    NO = 2
    NOT_JUDGED = 3

    @property
    def word(self) -> str:
        """Text in the column; empty without a fit."""
        return ("", "yes", "no", "not judged")[self]


_CODES = {True: Disappeared.YES, False: Disappeared.NO, None: Disappeared.NOT_JUDGED}
_VALUES = {code: value for value, code in _CODES.items()}


class FitTable:
    """Adjustments and judgements by row, and the columns to sort and filter by.

    ``chi2_before`` and ``chi2_after`` are per degree of freedom, ``shift`` is the length of
    (dx, dy) in pixels. A number is NaN without a fit.

    Attributes
    ----------
    codes : ndarray (count,), uint8
        `Disappeared` code of each row.
    shifts : ndarray (count, 2)
        dx and dy in pixels, NaN if unknown.
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
        self._words = np.full(count, "", "<U10")
        self._numbers = {name: np.full(count, np.nan) for name in NUMBERS}

    def extend(self, count: int) -> None:
        """Extend the table to a longer list; arrays returned before do not get later results."""
        self.fits.extend(count)
        self._reasons = lengthen_array(self._reasons, count, "")
        self.codes = lengthen_array(self.codes, count, Disappeared.NOT_FITTED)
        self.shifts = lengthen_array(self.shifts, count, np.nan)
        self.at_bound = lengthen_array(self.at_bound, count, False)
        self._words = lengthen_array(self._words, count, "")
        for name, values in self._numbers.items():
            self._numbers[name] = lengthen_array(values, count, np.nan)

    def __len__(self) -> int:
        return self._fitted

    def __contains__(self, row: int) -> bool:
        return 0 <= row < len(self.codes) and bool(self.codes[row] != Disappeared.NOT_FITTED)

    def get(self, row: int) -> tuple[Adjustment, Judgement] | None:
        """Return result and judgement of a row; None if it has not been fitted."""
        if row not in self:
            return None
        judgement = Judgement(_VALUES[self.codes[row]], self._reasons[row])
        return self.fits.get(row), judgement

    def set(self, row: int, adjustment: Adjustment, judgement: Judgement) -> None:
        """Store a result without its residual, which belongs to the panels."""
        self._fitted += row not in self
        self.fits.set(row, adjustment)
        self.judge(row, judgement)
        self.shifts[row] = adjustment.dx, adjustment.dy
        self.at_bound[row] = not {"dx", "dy"}.isdisjoint(adjustment.at_bound)
        df = adjustment.df or math.nan
        values = (
            adjustment.chi2_0 / df,
            adjustment.chi2 / df,
            adjustment.pval,
            math.hypot(adjustment.dx, adjustment.dy),
            adjustment.scale,
            adjustment.snr,
        )
        for name, value in zip(NUMBERS, values, strict=True):
            self._numbers[name][row] = value

    def judge(self, row: int, judgement: Judgement) -> None:
        """Store the judgement of a stored result, in place of an earlier one."""
        self._reasons[row] = judgement.reason
        code = _CODES[judgement.disappeared]
        self.codes[row] = code
        self._words[row] = code.word

    def rows(self) -> list[int]:
        """Return the rows that have a result, in the list's order."""
        rows: list[int] = np.flatnonzero(self.codes).tolist()
        return rows

    def values(self, name: str) -> npt.NDArray[Any]:
        """Return a column, shape (count,): text for ``disappeared``, else float64.

        The array is not a copy: it gets later results until the list grows.
        """
        if name == "disappeared":
            return self._words
        return self._numbers[name]


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
