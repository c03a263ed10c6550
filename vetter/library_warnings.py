"""Suppression of libraries' warnings, safe on several threads at once."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

_lock = threading.Lock()
_active = 0
_saved: AbstractContextManager[None] | None = None


@contextmanager
def suppress_warnings() -> Iterator[None]:
    """Suppress warnings on all threads until the last active block has ended.

    The warning filters are one list for the whole process. `warnings.catch_warnings` restores
    the list that it found. If the blocks of two threads overlap, the last to end would restore
    the other's filters, and no warning would appear any more. Here the first block sets the
    filters and the last restores them; no block waits for another.
    """
    global _active, _saved
    with _lock:
        if not _active:
            _saved = warnings.catch_warnings()
            _saved.__enter__()
            warnings.simplefilter("ignore")
        _active += 1
    try:
        yield
    finally:
        with _lock:
            _active -= 1
            if not _active and _saved is not None:
                _saved.__exit__(None, None, None)
                _saved = None
