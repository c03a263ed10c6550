"""Kinds of input that a folder may hold, and inputs not of the kind that is opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path

MAX_CHECKED_INPUTS = 16
"""Inputs up to which each is read for its kind. A glob of the shell names more, and reading all
of them would delay the start."""


class InputKind(Enum):
    """Kinds of input in a folder, with their names in messages.

    Attributes
    ----------
    singular, plural : str
        Names for counts, as in "3 lists".
    opened_together : bool
        Whether all files are opened at once; else one of them is.
    """

    CUTOUT_FILES = "cutout files", "cutout file", "cutout files", True
    STAMPS = "stamps", "candidate in stamps", "candidates in stamps", True
    ALERT_PACKETS = "alert packets", "file of alert packets", "files of alert packets", True
    ARRAYS = "arrays of stamps", "array of stamps", "arrays of stamps", False
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
        """Whether the kind is a list of candidates."""
        return self in (InputKind.LISTS, InputKind.LISTS_ALONE)


def unused_inputs(
    paths: Sequence[Path], holds: Callable[[Path], bool], kind: InputKind
) -> tuple[str, ...]:
    """Return a line that names the inputs without anything of the kind opened; else empty.

    Parameters
    ----------
    paths : sequence of Path
        The inputs, as the user named them.
    holds : callable
        Returns whether an input holds anything of the kind.
    kind : InputKind
        The kind that is opened.
    """
    if not 1 < len(paths) <= MAX_CHECKED_INPUTS:
        return ()
    unused = [str(path) for path in paths if not holds(path)]
    if not unused:
        return ()
    each = "it" if len(unused) == 1 else "each"
    verb = "holds" if len(unused) == 1 else "hold"
    named = ", ".join(unused)
    return (f"{named} {verb} no {kind.value}, which are opened: open {each} on its own",)
