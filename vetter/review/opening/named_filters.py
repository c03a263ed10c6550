"""Filters that the user has named, offered in every session."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.core.candidates.numbered_name import numbered_name
from vetter.review.opening.window_settings import MAX_FILTER_CHARACTERS, MAX_FILTERS

MAX_NAME_CHARACTERS = 60
"""Length of a name, so that a menu shows it whole."""


class NamedFilters(QObject):
    """Names of filters; the user's preferences store them.

    Parameters
    ----------
    expressions : mapping
        Expressions by name.
    is_stored : bool
        Whether the names outlast the program; if not, each session stores its own.

    Attributes
    ----------
    expressions : dict
        Expressions by name, sorted by name.

    Examples
    --------
    >>> filters = NamedFilters({"faint": "mag>20"})
    >>> filters.keep("Bright ", "mag<17")
    >>> filters.rename("faint", "very faint")
    >>> filters.expressions
    {'Bright': 'mag<17', 'very faint': 'mag>20'}
    """

    kept = pyqtSignal(str, str)  # name and expression
    deleted = pyqtSignal(str)  # name

    def __init__(
        self,
        expressions: Mapping[str, str] | None = None,
        is_stored: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.expressions = _sort(expressions or {})
        self.is_stored = is_stored

    def why_not_kept(self, expression: str) -> str:
        """Return why a filter cannot get a name; empty if it can."""
        if not expression.strip():
            return "no filter is typed"
        if len(expression.strip()) > MAX_FILTER_CHARACTERS:
            return f"longer than {MAX_FILTER_CHARACTERS:,} characters"
        if len(self.expressions) >= MAX_FILTERS:
            return f"{MAX_FILTERS} filters have names: remove one first"
        return ""

    def keep(self, name: str, expression: str) -> None:
        """Give a filter a name; an earlier filter of that name is replaced.

        An empty name, or a filter that `why_not_kept` refuses, has no effect.
        """
        name, expression = name.strip()[:MAX_NAME_CHARACTERS], expression.strip()
        if name and not self.why_not_kept(expression):
            self.expressions = _sort(self.expressions | {name: expression})
            self.kept.emit(name, expression)

    def adopt(self, name: str, expression: str) -> None:
        """Keep a filter that a session holds; its name gets a number if it is taken."""
        if self.expressions.get(name) != expression:
            self.keep(numbered_name(name, self.expressions, " "), expression)

    def rename(self, name: str, new_name: str) -> None:
        """Give a named filter another name.

        The other name must be free; an empty one has no effect.
        """
        new_name = new_name.strip()[:MAX_NAME_CHARACTERS]
        if new_name and new_name not in self.expressions:
            expression = self.expressions.pop(name)
            self.expressions = _sort(self.expressions | {new_name: expression})
            # In this order: a program that ends between the two keeps the filter.
            self.kept.emit(new_name, expression)
            self.deleted.emit(name)

    def delete(self, name: str) -> None:
        """Remove a name; the filter in force stays."""
        del self.expressions[name]
        self.deleted.emit(name)


def _sort(expressions: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(expressions.items(), key=lambda item: item[0].casefold()))
