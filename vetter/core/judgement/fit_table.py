"""The results of a field's fits as columns, one value per candidate.

The results themselves are kept as bytes until one is asked for: objects of many parts would make
the garbage collector slow. All arrays grow with the list, with room to spare.
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
from vetter.core.judgement.disappeared import Judgement

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

_FLOATS = (
    *("dx", "dy", "scale", "bg", "tbg", "chi2_0", "chi2", "pval", "correlation"),
    *("flux", "flux_err", "snr", "absorbed", "held_err", "shift_err", "fwhm", "box"),
    *("scatter", "scatter_err", "template_noise"),
)
_INTEGERS = ("df", "pixels", "spline")
_BOOLEANS = ("converged", "fit_bg", "unread")
_NUMBERS = (*_FLOATS, *_INTEGERS, *_BOOLEANS)
_RECORD = Struct(f"={len(_FLOATS)}d{len(_INTEGERS)}q{len(_BOOLEANS)}?")
_WORDS = ("reason", "at_bound", "psf", "template", "caveats", "notes")
_numbers_of, _words_of = attrgetter(*_NUMBERS), attrgetter(*_WORDS)

NOTHING_TO_FIT = "needs an image, and a convolved template or a template"


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


class PackedFits:
    """Adjustments by row, without their residuals.

    A hundred thousand results kept as objects are three hundred thousand that the garbage
    collector visits now and then, each time for 0.4 s. It never looks into arrays.

    Each is a piece of memory of its own: to write into a few rows of one array takes memory for
    all of it, which the system clears in pieces so large that the first rows took 30 ms.

    Parameters
    ----------
    count : int
        Length of the candidate list.
    """

    def __init__(self, count: int) -> None:
        self._numbers: npt.NDArray[Any] = np.full(count, b"", object)
        # Most say the same, in a few sentences: each is kept once.
        self._words: npt.NDArray[Any] = np.full(count, b"", object)
        self._said: dict[bytes, bytes] = {}

    def extend(self, count: int) -> None:
        """The list is longer now."""
        self._numbers = lengthened(self._numbers, count, b"")
        self._words = lengthened(self._words, count, b"")

    def copy(self) -> PackedFits:
        """The results as they are now."""
        copied = PackedFits(0)
        copied._numbers, copied._words = self._numbers.copy(), self._words.copy()
        return copied

    def set(self, row: int, adjustment: Adjustment) -> None:
        """Keep a result in the place of the one before."""
        # Tuples in tuples would be looked into. Only what was packed here is ever unpacked.
        words = pickle.dumps(_words_of(adjustment))
        self._words[row] = self._said.setdefault(words, words)
        self._numbers[row] = _RECORD.pack(*_numbers_of(adjustment))

    def get(self, row: int) -> Adjustment:
        """The result of a row, which has one."""
        numbers = zip(_NUMBERS, _RECORD.unpack(self._numbers[row]), strict=True)
        words = zip(_WORDS, pickle.loads(self._words[row]), strict=True)
        return Adjustment(**dict([*numbers, *words]))


def lengthened(values: npt.NDArray[Any], count: int, fill: Any) -> npt.NDArray[Any]:
    """An array of more rows: the same memory where that has room, else a copy with room to spare.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
        Made by this function, or an array that is nobody's part; its owner uses it no more.
    count : int
        Length wanted, at least n.
    fill : scalar
        What the new rows hold.
    """
    room = values.base
    if isinstance(room, np.ndarray) and len(room) >= count and room.dtype == values.dtype:
        return room[:count]
    room = np.full((count + count // 2, *values.shape[1:]), fill, values.dtype)
    room[: len(values)] = values
    return room[:count]


def fittable(plane_names: Sequence[str]) -> bool:
    """Whether these planes are enough for a fit."""
    return "image" in plane_names and not {"convolved", "template"}.isdisjoint(plane_names)


class FitStatus(StrEnum):
    """Stage of a candidate's fit."""

    NOT_ASKED = "not asked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class FitState(NamedTuple):
    """Where the fit of one candidate stands.

    ``error`` says in words why it failed, or why none was asked for; ``adjustment`` and
    ``judgement`` are there when it is done.
    """

    status: FitStatus = FitStatus.NOT_ASKED
    adjustment: Adjustment | None = None
    judgement: Judgement | None = None
    error: str = ""
