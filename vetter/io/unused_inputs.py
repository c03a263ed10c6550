"""What was named, or lies beside the input, and is not of the kind that is opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from vetter.core.counted import counted
from vetter.io.input_kind import InputKind

BY_HAND = 16
"""More inputs than these were written by the shell: looking into each would cost the start."""


def unused_inputs(
    paths: Sequence[Path], holds: Callable[[Path], bool], kind: InputKind
) -> tuple[str, ...]:
    """A line that names those of several inputs from which nothing is taken; none where all serve.

    Parameters
    ----------
    paths : sequence of Path
        As the user named them.
    holds : callable
        Whether an input holds what is opened.
    kind : InputKind
        Its kind.
    """
    if not 1 < len(paths) <= BY_HAND:
        return ()
    unused = [str(path) for path in paths if not holds(path)]
    if not unused:
        return ()
    each = "it" if len(unused) == 1 else "each"
    verb = "holds" if len(unused) == 1 else "hold"
    named = ", ".join(unused)
    return (f"{named} {verb} no {kind.value}, which are opened: open {each} on its own",)


def left_alone_words(count: int) -> str:
    """How many files of a folder were left alone."""
    return counted(count, "other file was left alone", "other files were left alone")
