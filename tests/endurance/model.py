"""A plain model of what one reviewer has decided, with undo and redo by whole pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from vetter.core.decisions.decision import Verdict


class Said(NamedTuple):
    """An opinion on one candidate."""

    verdict: Verdict = Verdict.NONE
    tags: frozenset[str] = frozenset()
    comment: str = ""


Picture = tuple[Said, ...]
Change = Callable[[Said], Said]


class Model:
    """Opinions by row; a step that changes nothing is none.

    Attributes
    ----------
    now : tuple of Said
        The opinions.
    """

    def __init__(self, count: int) -> None:
        self.now: Picture = (Said(),) * count
        self._done: list[Picture] = []
        self._undone: list[Picture] = []

    def verdict(self, rows: Sequence[int], verdict: Verdict) -> None:
        """Give one verdict, as one step."""
        self._change(rows, lambda said: said._replace(verdict=verdict))

    def toggle(self, row: int, tag: str) -> None:
        """Put a tag on, or take it off."""
        self._change([row], lambda said: said._replace(tags=said.tags ^ {tag}))

    def comment(self, row: int, text: str) -> None:
        """Write a comment."""
        self._change([row], lambda said: said._replace(comment=text.strip()))

    def undo(self) -> None:
        """Take the last step back, if there is one."""
        self._move(self._done, self._undone)

    def redo(self) -> None:
        """Bring back the step undone last, if there is one."""
        self._move(self._undone, self._done)

    def _change(self, rows: Sequence[int], change: Change) -> None:
        picture = list(self.now)
        for row in rows:
            picture[row] = change(picture[row])
        if tuple(picture) != self.now:
            self._done.append(self.now)
            self._undone.clear()
            self.now = tuple(picture)

    def _move(self, source: list[Picture], target: list[Picture]) -> None:
        if source:
            target.append(self.now)
            self.now = source.pop()
