"""Texts on a list that has changed since its verdicts were given."""

from __future__ import annotations

from collections.abc import Sequence

from vetter.core.number_text import format_count


def describe_unplaced(count: int) -> str:
    """Return a text on earlier verdicts that belong to no candidate; empty if all do."""
    if not count:
        return ""
    verdicts = format_count(count, "earlier verdict belongs", "earlier verdicts belong")
    return f"the list has changed: {verdicts} to no candidate; File > Verdicts offered"


def describe_changes(unplaced: str, changed: Sequence[str]) -> list[str]:
    """Return texts on the changed inputs, after the one on unplaced verdicts if there are any.

    That one comes first, since the user has to act on it.
    """
    others = [role for role in changed if role != "candidates" or not unplaced]
    notes = [unplaced] if unplaced else []
    return [*notes, f"changed since the last time: {', '.join(others)}"] if others else notes


def describe_due(count: int) -> str:
    """Return a text on candidates that were put off and are due."""
    return f"{format_count(count, 'candidate put off is', 'candidates put off are')} due"
