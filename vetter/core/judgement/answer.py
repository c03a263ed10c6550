"""The answer of a fit: one of six words, with its reason and the limit of what it could see."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import NamedTuple


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
    def disappeared(self) -> bool | None:
        """True for explained, False for kept and variable, None for the others."""
        if self is Answer.EXPLAINED:
            return True
        return False if self in (Answer.KEPT, Answer.VARIABLE) else None


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
