"""Rows that the program itself put into a list: fakes, repeats and known objects."""

from __future__ import annotations

from typing import NamedTuple


class PlantedRow(NamedTuple):
    """One planted row: the candidate's key, the kind ('fake', 'repeat', 'known') and the truth.

    ``truth`` is JSON, a text.
    """

    key: str
    kind: str
    truth: str
