"""What a file of Python holds, as the tests of the house's order ask for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


class Facts(NamedTuple):
    """Full names of the modules that a file imports, wherever in it; whether it has functions."""

    imported: frozenset[str]
    has_behaviour: bool


@cache
def facts_of(file: Path) -> Facts:
    names, has_behaviour = set(), False
    for node in statements(file):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        elif isinstance(node, ast.FunctionDef):
            has_behaviour = True
    return Facts(frozenset(names), has_behaviour)


def imported_by(file: Path) -> frozenset[str]:
    return facts_of(file).imported


def statements(file: Path) -> Iterator[ast.AST]:
    """Yield the module and its statements at any depth, without the expressions in them.

    They are a tenth of what ``ast.walk`` goes through; imports, classes and functions are theirs.
    """
    waiting: list[ast.AST] = [ast.parse(file.read_text())]
    while waiting:
        node = waiting.pop()
        yield node
        for name in _BLOCKS:
            waiting += getattr(node, name, ())
