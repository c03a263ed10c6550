"""What tests of plots share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    """No figure outlives its test."""
    pyplot = pytest.importorskip("matplotlib.pyplot")
    yield
    pyplot.close("all")
