"""Inputs opened by a test are closed after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from vetter.io.inputs.open_input import open_input


@pytest.fixture
def opened() -> Iterator[Callable[..., Any]]:
    """Opens as `open_input` does."""
    sources: list[Any] = []

    def open_one(*arguments: Any) -> Any:
        sources.append(open_input(*arguments))
        return sources[-1]

    yield open_one
    for source in sources:
        source.close()
