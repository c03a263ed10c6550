"""Pause of the garbage collector: it is as before afterwards, even after an error."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from vetter.core.decisions.collector_pause import collector_paused


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    enabled = gc.isenabled()
    yield
    (gc.enable if enabled else gc.disable)()


@pytest.mark.parametrize("enabled", [True, False])
def test_collector_is_as_before_after_pause(enabled: bool) -> None:
    (gc.enable if enabled else gc.disable)()
    with collector_paused():
        assert not gc.isenabled()
    assert gc.isenabled() is enabled


def test_collector_runs_again_after_error() -> None:
    gc.enable()
    with pytest.raises(ValueError, match="broken"), collector_paused():
        raise ValueError("broken")
    assert gc.isenabled()
