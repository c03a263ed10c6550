"""Record of what is on screen, which each decision stores as its ``seen``."""

from __future__ import annotations

import json
from typing import Any

from vetter.core.cutout_source import CutoutSource
from vetter.io.inputs.blind_source import BlindSource

_ORDER = (
    "page",
    "stretch",
    "interval",
    "inverted",
    "difference",
    "panels",
    "answer",
    "columns",
    "hidden",
    "filter",
    "sort",
    "blind",
)
_HIDING = ("hidden", "blind")


class DisplayRecord:
    """Facts about the screen, and their compact JSON.

    The window notes each fact when it shows it, and composes the text while it is idle: a key
    finds the text ready.

    Facts, each left out of the text if empty or false: ``page`` ('grid' if the grid is in front),
    ``stretch``, ``interval`` and ``inverted`` of the image, ``difference`` (the same of the
    difference, if it differs), ``panels``, ``answer`` of the fit as shown, ``columns`` of the list
    as shown, ``hidden`` columns, ``filter``, ``sort`` and ``blind`` (scores, fits and others'
    verdicts are hidden).
    """

    def __init__(self) -> None:
        self._facts: dict[str, Any] = {}
        self._text: str | None = ""

    def note(self, **facts: Any) -> None:
        """Replace facts; raises KeyError for an unknown one."""
        for name, value in facts.items():
            if name not in _ORDER:
                raise KeyError(name)
            if self._facts.get(name) != value:
                self._facts[name] = value
                self._text = None

    def fact(self, name: str) -> Any:
        """Return a fact; None if it was never noted."""
        return self._facts.get(name)

    def take_hidden(self, source: CutoutSource) -> None:
        """Take over the columns that a blind review hides so far."""
        if isinstance(source, BlindSource):
            self.note(blind=True, hidden=list(source.hidden))

    def compose_hidden(self) -> str:
        """Return the facts of a blind review alone; empty without one.

        They hold for each candidate, on screen or not, as for those of a group.
        """
        shown = {name: self._facts[name] for name in _HIDING if self._facts.get(name)}
        return _as_text(shown) if shown.get("blind") else ""

    def compose(self) -> str:
        """Return the text, composed if a fact has changed since the last call."""
        if self._text is None:
            shown = {name: self._facts[name] for name in _ORDER if self._facts.get(name)}
            self._text = _as_text(shown)
        return self._text


def _as_text(facts: dict[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
