"""Test rows of a session: their keys, kinds and truths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

FAKE, REPEAT, KNOWN = "fake", "repeat", "known"
ADDED_KINDS = frozenset((FAKE, REPEAT))
"""Kinds of rows that the list itself does not have: these never reach an output."""


class PlantedRow(NamedTuple):
    """A test row.

    Attributes
    ----------
    key : str
        Key of the row in the mixed list.
    kind : str
        ``fake``, ``repeat`` or ``known``.
    truth : mapping
        In plain types. Of a fake ``snr``, ``flux``, ``mag`` (None if unknown), ``place`` ('sky' or
        'source'), ``x`` and ``y``; of a repeat ``of``, the key of its original; of a known object
        ``match``, the words of the catalogue.
    """

    key: str
    kind: str
    truth: Mapping[str, Any]
