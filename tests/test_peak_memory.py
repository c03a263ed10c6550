"""The bound of memory in tests."""

from __future__ import annotations

import pytest

from tests.helpers.peak_memory import at_most


def test_memory_over_bound_fails_after_a_larger_block() -> None:
    larger = b"x" * 300_000_000
    del larger
    with pytest.raises(AssertionError, match="memory grew"):
        with at_most(20_000):
            taken = b"x" * 200_000_000
            del taken


def test_memory_within_bound_passes() -> None:
    with at_most(20_000):
        taken = b"x" * 5_000_000
    assert len(taken) == 5_000_000
