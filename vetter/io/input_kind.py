"""Kinds of input that a folder may hold."""

from __future__ import annotations

from enum import Enum


class InputKind(Enum):
    """Kinds of input in a folder, by what messages call them.

    Attributes
    ----------
    singular, plural : str
        What is counted of them.
    opened_together : bool
        Whether all files are opened at once; else one is.
    """

    CUTOUT_FILES = "cutout files", "cutout file", "cutout files", True
    STAMPS = "stamps", "candidate in stamps", "candidates in stamps", True
    ALERT_PACKETS = "alert packets", "file of alert packets", "files of alert packets", True
    LISTS = "lists", "list", "lists", False
    LISTS_ALONE = (
        "lists without an image beside them",
        "list without an image beside it",
        "lists without an image beside them",
        False,
    )
    FIELD_FILES = "field files", "field file", "field files", False

    singular: str
    plural: str
    opened_together: bool

    def __new__(cls, words: str, singular: str, plural: str, opened_together: bool) -> InputKind:
        kind = object.__new__(cls)
        kind._value_ = words
        kind.singular, kind.plural, kind.opened_together = singular, plural, opened_together
        return kind

    @property
    def is_list(self) -> bool:
        """Whether it is a list of candidates."""
        return self in (InputKind.LISTS, InputKind.LISTS_ALONE)
