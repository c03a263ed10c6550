"""A bound on the memory that a block of a test takes at its peak."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpers.collecting import collect_and_freeze

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@contextmanager
def at_most(kilobytes: int) -> Iterator[None]:
    """Fail where the resident memory grows by more than this within the block.

    `resource.getrusage` gives the highest value since the process began: after a test that took
    more it stays as it is. Linux can count anew from the present value (proc(5), clear_refs).
    """
    if not _RESET.exists():
        pytest.skip("needs Linux to count the peak of memory anew")
    # What earlier tests left behind would be freed meanwhile, and hide a growth.
    collect_and_freeze()
    _RESET.write_text("5")
    before = _peak()
    yield
    grown = _peak() - before
    assert grown < kilobytes, f"memory grew by {grown} kB, expected under {kilobytes} kB"


def _peak() -> int:
    lines = _STATUS.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
