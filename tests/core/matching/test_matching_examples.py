"""Examples in the docstrings of the room hold."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from vetter.core import matching

MODULES = [module.name for module in pkgutil.iter_modules(matching.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module_hold(name: str) -> None:
    module = importlib.import_module(f"vetter.core.matching.{name}")
    assert doctest.testmod(module).failed == 0
