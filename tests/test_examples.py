"""Examples in the docstrings of the scripting face: each name has one, and it holds."""

from __future__ import annotations

import doctest
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from vetter import cutouts, plots, templates

PUBLIC = {
    f"{module.__name__}.{name}": getattr(module, name)
    for module in (cutouts, plots, templates)
    for name in module.__all__
    if not (inspect.isclass(getattr(module, name)) and issubclass(getattr(module, name), Exception))
}
NEEDS_NETWORK = {"vetter.templates.get_hips_image"}


def _examples(subject: Callable[..., Any]) -> list[doctest.Example]:
    return doctest.DocTestParser().get_examples(inspect.getdoc(subject) or "")


@pytest.mark.parametrize("name", PUBLIC)
def test_public_name_has_example_that_can_run(name: str) -> None:
    run = [e for e in _examples(PUBLIC[name]) if not e.options.get(doctest.SKIP)]
    assert run
    if name not in NEEDS_NETWORK:
        assert run == _examples(PUBLIC[name])


@pytest.mark.parametrize("name", PUBLIC)
def test_example_gives_its_result(name: str) -> None:
    text = inspect.getdoc(PUBLIC[name])
    test = doctest.DocTest(_examples(PUBLIC[name]), {}, name, None, None, text)
    report: list[str] = []
    outcome = doctest.DocTestRunner().run(test, out=report.append)
    assert outcome.failed == 0, "".join(report)
