"""Events that tell a widget of a change go on to Qt, which paints anew, scrolls or ends a drag."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.helpers.source_files import statements

ROOT = Path(__file__).resolve().parent.parent
TOLD = """
    changeEvent closeEvent enterEvent focusInEvent focusOutEvent hideEvent resizeEvent showEvent
""".split()
"""Handlers that learn of what has happened already: no widget keeps such an event to itself."""


class Handler(NamedTuple):
    """A widget's handler of an event, and whether Qt's own handler always runs too."""

    place: str
    name: str
    is_passed_on: bool


@cache
def handlers() -> tuple[Handler, ...]:
    found = []
    for file in sorted((ROOT / "vetter" / "gui").rglob("*.py")):
        # Half of the files have no handler, and all workers find the tests here.
        if "Event(self" not in file.read_text():
            continue
        for node in statements(file):
            if isinstance(node, ast.ClassDef):
                found += [
                    Handler(f"{file.stem}.{node.name}.{one.name}", one.name, passes_on(one))
                    for one in node.body
                    if isinstance(one, ast.FunctionDef) and one.name in TOLD
                ]
    return tuple(found)


def passes_on(handler: ast.FunctionDef) -> bool:
    """Whether a statement of the handler itself, under no condition, calls the one of Qt."""
    call = f"super().{handler.name}(event)"
    return any(ast.unparse(statement) == call for statement in handler.body)


def test_handlers_are_found() -> None:
    assert {handler.name for handler in handlers()} > {"changeEvent", "resizeEvent", "hideEvent"}


@pytest.mark.parametrize("handler", handlers(), ids=lambda handler: handler.place)
def test_handler_passes_the_event_on(handler: Handler) -> None:
    assert handler.is_passed_on
