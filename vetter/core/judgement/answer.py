"""The answer of a fit: one of six words, with its reason and the limit of what it could see."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any, NamedTuple

from vetter.core.fit.adjustment import Adjustment

NOT_FITTED = 0
"""Code of a candidate without a fit, in arrays of `Answer.code`."""


class Answer(StrEnum):
    """The answer on a candidate; the value is the word that users read and filter by.

    ``letter`` stands for it where there is no room for the word.
    """

    EXPLAINED = "explained"
    """A shift takes the candidate away, and a source of its flux would have survived the fit."""
    VARIABLE = "variable"
    """A change of scale alone takes it away: the star or galaxy changed."""
    ORDINARY = "ordinary"
    """No more than the field's stars of this brightness show; a source could hide in it."""
    NOTHING = "nothing"
    """The difference is noise before any fit."""
    KEPT = "kept"
    """Something survives the fit."""
    NOT_JUDGED = "not judged"
    """One thing is missing that an answer needs."""

    @property
    def letter(self) -> str:
        """One letter: E, V, O, N, K, and a question mark for not judged."""
        return "?" if self is Answer.NOT_JUDGED else self.value[0].upper()

    @property
    def code(self) -> int:
        """Code in arrays: 1 for explained, then in the order above."""
        return _CODES[self]

    @classmethod
    def from_code(cls, code: int) -> Answer:
        """Return the answer of a code from 1 on."""
        return ANSWERS[code - 1]

    @property
    def disappeared(self) -> bool | None:
        """True for explained, False for kept and variable, None for the others."""
        if self is Answer.EXPLAINED:
            return True
        return False if self in (Answer.KEPT, Answer.VARIABLE) else None


ANSWERS = tuple(Answer)
"""All answers, by their codes from 1 on."""
_CODES = {answer: number for number, answer in enumerate(ANSWERS, NOT_FITTED + 1)}


class Judgement(NamedTuple):
    """An answer with its reason.

    Attributes
    ----------
    answer : Answer
    reason : str
        Reason for the user, in words.
    flux_limit : float
        Flux of the faintest source at the candidate's position that would have survived at S/N 7,
        in the image's units; NaN if unknown.
    power : float
        S/N with which a source of the candidate's own PSF flux, before any fit, would have
        survived; NaN if unknown.
    stars : int
        Number of stars of the field that the answer is calibrated on; 0: it is not calibrated.
    """

    answer: Answer
    reason: str
    flux_limit: float = math.nan
    power: float = math.nan
    stars: int = 0

    @property
    def disappeared(self) -> bool | None:
        """True for explained, False for kept and variable, None for the others."""
        return self.answer.disappeared

    def as_meta(self) -> dict[str, Any]:
        """Return the judgement's ``adjust_*`` keys in plain types, for metadata and tables.

        Examples
        --------
        >>> Judgement(Answer.VARIABLE, "the star changed", power=30.0, stars=41).as_meta()
        {'adjust_answer': 'variable', 'adjust_flux_limit': nan, 'adjust_power': 30.0, \
'adjust_stars': 41}
        """
        return {
            "adjust_answer": self.answer.value,
            "adjust_flux_limit": float(self.flux_limit),
            "adjust_power": float(self.power),
            "adjust_stars": int(self.stars),
        }

    def as_record(self) -> dict[str, Any]:
        """Return :meth:`as_meta` without unknown values, for storage beside the fit's own."""
        # x == x is False only for NaN.
        return {key: value for key, value in self.as_meta().items() if value == value}


META_KEYS = tuple(Judgement(Answer.NOT_JUDGED, "").as_meta())
"""Keys of `Judgement.as_meta`; also the columns of answers in tables."""


def make_fit_record(fit: Adjustment, judgement: Judgement) -> dict[str, Any]:
    """Return the metadata of a fit and its answer without unknown values, for storage.

    Empty for a fit whose pixels could not be read: they may be readable later.
    """
    return {} if fit.unread else {**fit.as_record(), **judgement.as_record()}
