"""The results of a field's fits as columns, one value per candidate."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.disappeared import Judgement
from vetter.core.judgement.packed_fits import PackedFits
from vetter.core.judgement.roomy import lengthened

NUMBERS = ("chi2_before", "chi2_after", "pval", "shift", "scale", "surviving_snr")
COLUMNS = ("disappeared", *NUMBERS)
FORMATS = {
    "chi2_before": "%.2f",
    "chi2_after": "%.2f",
    "pval": "%.1e",
    "shift": "%.2f",
    "scale": "%.3f",
    "surviving_snr": "%.1f",
}
"""How the numbers are written in a list."""


class Disappeared(IntEnum):
    """Code of a judgement in an array; ``word`` is what the column ``disappeared`` shows."""

    NOT_FITTED = 0
    YES = 1
    NO = 2
    NOT_JUDGED = 3

    @property
    def word(self) -> str:
        """Text for the column; empty without a fit."""
        return ("", "yes", "no", "not judged")[self]


_CODES = {True: Disappeared.YES, False: Disappeared.NO, None: Disappeared.NOT_JUDGED}
_ANSWERS = {code: answer for answer, code in _CODES.items()}


class FitTable:
    """Adjustments and judgements by row, and the columns to sort and filter by.

    ``chi2_before`` and ``chi2_after`` are per degree of freedom, ``shift`` is the length of
    (dx, dy) in pixels. A number is NaN where there is no fit.

    Attributes
    ----------
    codes : ndarray (count,), uint8
        `Disappeared` of each row.
    shifts : ndarray (count, 2)
        dx and dy in pixels, NaN where not known.
    at_bound : ndarray (count,), bool
        Whether dx or dy ended on its bound: the shift then means little.
    fits : PackedFits
        The results themselves.

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
        """The list is longer now; arrays handed out before do not follow later results."""
        self.fits.extend(count)
        self._reasons = lengthened(self._reasons, count, "")
        self.codes = lengthened(self.codes, count, Disappeared.NOT_FITTED)
        self.shifts = lengthened(self.shifts, count, np.nan)
        self.at_bound = lengthened(self.at_bound, count, False)
        self._words = lengthened(self._words, count, "")
        for name, values in self._numbers.items():
            self._numbers[name] = lengthened(values, count, np.nan)

    def __len__(self) -> int:
        return self._fitted

    def __contains__(self, row: int) -> bool:
        return 0 <= row < len(self.codes) and bool(self.codes[row] != Disappeared.NOT_FITTED)

    def get(self, row: int) -> tuple[Adjustment, Judgement] | None:
        """Result and judgement of a row; None where it has not been fitted."""
        if row not in self:
            return None
        judgement = Judgement(_ANSWERS[self.codes[row]], self._reasons[row])
        return self.fits.get(row), judgement

    def set(self, row: int, adjustment: Adjustment, judgement: Judgement) -> None:
        """Keep a result; its residual belongs to the panels and is not kept here."""
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
        """Judge a result that is there; otherwise than before, maybe."""
        self._reasons[row] = judgement.reason
        code = _CODES[judgement.disappeared]
        self.codes[row] = code
        self._words[row] = code.word

    def rows(self) -> list[int]:
        """The rows that have a result, as they are listed."""
        found: list[int] = np.flatnonzero(self.codes).tolist()
        return found

    def values(self, name: str) -> npt.NDArray[Any]:
        """A column, shape (count,): text for ``disappeared``, else float64.

        It is the table's own array, which follows later results until the list grows.
        """
        if name == "disappeared":
            return self._words
        return self._numbers[name]
