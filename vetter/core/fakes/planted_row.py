"""Kinds and truths of test rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from vetter.core.decisions.planted import PlantedRow

FAKE, ARTEFACT, REPEAT, KNOWN = "fake", "artefact", "repeat", "known"
SHOWN_SETTING = "test_rows_shown"
"""Setting of a session: UTC from which on the reviewer can know its test rows."""
ADDED_KINDS = frozenset((FAKE, ARTEFACT, REPEAT))
"""Kinds of rows that the list itself does not have: these never reach an output."""


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
