"""Cautions of a list, but for the one that every list of pixels without a sky has."""

from __future__ import annotations

from collections.abc import Iterable

UNSETTLED = "may count pixels from 0 or from 1"


def other_texts(texts: Iterable[str]) -> tuple[str, ...]:
    """Return texts without the caution that nothing settles the pixel convention."""
    return tuple(text for text in texts if UNSETTLED not in text)
