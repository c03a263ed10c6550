"""What was opened, in one line for the status bar."""

from __future__ import annotations

from collections.abc import Sequence

from vetter.core.cutout_source import CutoutSource
from vetter.core.number_text import counted


def opened_words(source: CutoutSource, attention: Sequence[str] = ()) -> str:
    """What was opened and how many there are, and where the notes on it stand.

    Parameters
    ----------
    source : CutoutSource
    attention : sequence of str
        Said before all else.
    """
    candidates = source.candidates
    said = next(iter(candidates.notes), "")
    if not said.startswith(source.title):
        said = f"{source.title}: {_count(source)}"
    notes = len(dict.fromkeys([*source.notes, *candidates.notes]))
    words = [*attention, f"opened {said}"]
    unread = len(source.report)
    if unread:
        words.append(f"{unread} could not be read: File > Report")
    if notes:
        words.append(f"{counted(notes, 'note')}: File > What was recognised")
    return "; ".join(words)


def _count(source: CutoutSource) -> str:
    count = len(source.candidates)
    if source.complete:
        return counted(count, "candidate")
    expected = source.expected
    return f"{counted(count, 'candidate')} so far" + (f" of about {expected:,}" if expected else "")
