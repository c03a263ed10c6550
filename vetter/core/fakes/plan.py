"""Numbers of test rows to mix into a list, as a source's record holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PLANT_KEY = "plant"
"""Entry of a source's record that holds the plan."""

MAX_ROWS = 10_000
"""Number of test rows of a kind above which a plan is refused: a recorded plan may be forged."""


@dataclass(frozen=True, slots=True)
class PlantPlan:
    """Numbers of test rows, and the seed that chooses them.

    Attributes
    ----------
    fakes : int
        Artificial point sources.
    artefacts : int
        Moved stars and hits of single pixels, to be rejected.
    repeats : int
        Real candidates that are shown a second time.
    known : int
        Real candidates that a catalogue knows; the columns of the match are hidden.
    seed : int
        The same seed chooses the same rows and the same noise.
    practice : int
        1 for a list of the test rows alone.
    """

    fakes: int = 0
    artefacts: int = 0
    repeats: int = 0
    known: int = 0
    seed: int = 0
    practice: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether no test row is asked for."""
        return not (self.fakes or self.artefacts or self.repeats or self.known)

    @property
    def added(self) -> int:
        """Number of rows that the list itself does not have."""
        return self.fakes + self.artefacts + self.repeats

    def as_plain(self) -> dict[str, int]:
        """Return the plan in plain types, for a record."""
        names = ("fakes", "artefacts", "repeats", "known", "practice")
        return {n: getattr(self, n) for n in names if getattr(self, n)} | {"seed": self.seed}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> PlantPlan | None:
        """Return the plan of a source's record; None without one.

        Raises
        ------
        ValueError
            The entry is not a plan.
        """
        plain = record.get(PLANT_KEY) or {}
        if not isinstance(plain, Mapping):
            raise ValueError(PLANT_KEY)
        numbers = {}
        for name, value in plain.items():
            if name not in cls.__slots__ or isinstance(value, bool) or not isinstance(value, int):
                raise ValueError(name)
            if value < 0 or (name != "seed" and value > MAX_ROWS):
                raise ValueError(name)
            numbers[name] = value
        plan = cls(**numbers)
        return None if plan.is_empty else plan


def without_plan(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record that opens the same inputs without test rows."""
    return {name: value for name, value in record.items() if name != PLANT_KEY}
