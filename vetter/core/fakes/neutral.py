"""Keys, names and numbers of added rows that look as those of the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

_MAX_DECIMALS = 10
_MIN_FREE_DIGITS = 8
"""Digits that a new key draws at least, so that no real candidate ever has the same key."""


def imitate_keys(keys: Sequence[str], count: int, rng: np.random.Generator) -> list[str]:
    """Return new keys in the form of given ones: other digits where those of the keys differ.

    Keys with few digits get more at their end: a later list could have the same short number.
    """
    taken = set(keys)
    varying: dict[int, npt.NDArray[np.bool_]] = {}
    made: list[str] = []
    for _ in range(count):
        model = str(keys[int(rng.integers(len(keys)))]) if len(keys) else ""
        if len(model) not in varying:
            varying[len(model)] = _varying_places([key for key in keys if len(key) == len(model)])
        places = varying[len(model)]
        free = [place for place, letter in enumerate(model) if places[place] and letter.isdecimal()]
        key = ""
        while not key or key in taken:
            letters = list(model)
            for place in free:
                letters[place] = _other_digit(place, letters[place], rng)
            key = "".join(letters)
            if len(free) < _MIN_FREE_DIGITS:
                key += f"-{rng.integers(10**7, 10**8)}"
        taken.add(key)
        made.append(key)
    return made


def _varying_places(keys: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return at which places keys of one length differ; a single key differs everywhere."""
    letters = np.array([list(key) for key in keys])
    if len(keys) < 2:
        return np.ones(letters.shape[-1] if letters.size else 0, bool)
    return np.asarray((letters != letters[0]).any(axis=0))


def _other_digit(place: int, digit: str, rng: np.random.Generator) -> str:
    # The first digit is not 0 unless it was: numbers with another count of digits would stand out.
    return str(rng.integers(1 if place == 0 and digit != "0" else 0, 10))


def neutral_names(count: int) -> list[str]:
    """Return names of all rows by their order: C001, C002..."""
    width = max(3, len(str(count)))
    return [f"C{number:0{width}d}" for number in range(1, count + 1)]


def decimals_of(values: npt.NDArray[Any]) -> int | None:
    """Return the number of decimals that a column was written with; None if it has them all."""
    finite = np.asarray(values, float)
    finite = finite[np.isfinite(finite)]
    if not len(finite):
        return None
    for decimals in range(_MAX_DECIMALS + 1):
        # Beyond the precision of the numbers all decimals agree.
        tolerance = max(np.abs(finite).max() * 1e-15, 1e-12)
        if np.abs(finite - np.round(finite, decimals)).max() <= tolerance:
            return decimals
    return None


def round_like(values: npt.NDArray[Any], model: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return numbers with as many decimals as those of a column."""
    decimals = decimals_of(model)
    numbers = np.asarray(values, float)
    return numbers if decimals is None else np.round(numbers, decimals)
