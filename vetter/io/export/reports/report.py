"""A report: its files as text, and what is left out or missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Report:
    """Content of a report before it is saved.

    Attributes
    ----------
    kind : str
    files : mapping of str to str
        Texts by file name; the first is the one to preview.
    count : int
        Number of objects or observations in it.
    missing : tuple of str
        Facts that the receiver demands and nobody has given: the field, then its meaning.
    wanted : tuple of str
        Facts without which something is left out, as ``missing``.
    notes : tuple of str
        Candidates left out, with the reason, and facts left out, one line each.
    pictures : mapping of str to int
        Rows of the candidates to draw, by file name.
    """

    kind: str
    files: Mapping[str, str]
    count: int
    missing: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    pictures: Mapping[str, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Text to preview."""
        return next(iter(self.files.values()), "")


def parse_codes(pairs: tuple[str, ...]) -> dict[str, str]:
    """Return codes by filter from settings as ``r=22``; a text without = is ignored."""
    split = (pair.partition("=") for pair in pairs)
    return {name.strip(): code.strip() for name, equals, code in split if equals}
