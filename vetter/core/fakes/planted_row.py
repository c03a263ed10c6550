"""Kinds and truths of test rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.decisions.planted import PlantedRow

FAKE, ARTEFACT, REPEAT, KNOWN = "fake", "artefact", "repeat", "known"
_IS_REAL = {FAKE: 1.0, ARTEFACT: 0.0}
"""Truth of the kinds of rows that have one."""
ADDED_KINDS = frozenset((FAKE, ARTEFACT, REPEAT))
"""Kinds of rows that the list itself does not have: these never reach an output."""


def shown_setting(reviewer: str) -> str:
    """Return the session's setting with the UTC from which on a reviewer can know its test rows.

    Each reviewer has one, so that merged sessions keep all.
    """
    return f"test_rows_shown {reviewer}"


def make_row(key: str, kind: str, truth: Mapping[str, Any]) -> PlantedRow:
    """Return a test row.

    Parameters
    ----------
    key : str
        Key of the row in the mixed list.
    kind : str
        `FAKE`, `REPEAT` or `KNOWN`.
    truth : mapping
        In plain types. A fake has ``snr``, ``flux``, ``mag`` (None if unknown), ``place`` ('sky'
        or 'source'), ``x`` and ``y``; a repeat has ``of``, the key of its original; a known object
        has ``match``, the words of the catalogue.
    """
    return PlantedRow(key, kind, json.dumps(truth, separators=(",", ":")))


def truth_of(row: PlantedRow) -> dict[str, Any]:
    """Return the truth of a test row; empty if the session's text is not one."""
    try:
        truth = json.loads(row.truth)
    except (ValueError, RecursionError):
        return {}
    return truth if isinstance(truth, dict) else {}


def known_truth(
    keys: Iterable[str], planted: Iterable[PlantedRow]
) -> npt.NDArray[np.float64] | None:
    """Return 1 for rows of these keys that are real, 0 for bogus, NaN for unknown; None if all are.

    Examples
    --------
    >>> known_truth(["a", "b"], [PlantedRow("b", "fake", "{}")]).tolist()
    [nan, 1.0]
    """
    known = {row.key: _IS_REAL[row.kind] for row in planted if row.kind in _IS_REAL}
    if not known:
        return None
    truth = np.array([known.get(str(key), np.nan) for key in keys], np.float64)
    return truth if np.isfinite(truth).any() else None
