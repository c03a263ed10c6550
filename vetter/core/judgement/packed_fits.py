"""Results of fits as bytes: none is an object of many parts before it is asked for."""

from __future__ import annotations

import pickle
from operator import attrgetter
from struct import Struct
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.roomy import lengthened

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
