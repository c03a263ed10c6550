"""Libraries that warn, kept quiet: on several threads at once."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

_turn = threading.Lock()
_inside = 0
_before: AbstractContextManager[None] | None = None


@contextmanager
def quiet() -> Iterator[None]:
    """Let no library warn, on any thread, until the last that asked for it has left.

    The filters of warnings are one list for the whole process. `warnings.catch_warnings` puts
    back what it found: where two threads overlap, the one that leaves last puts back what the
    other had set, and nothing warns any more. Here the first sets the filters, and the last puts
    them back; nobody waits for another.
    """
    global _inside, _before
    with _turn:
        if not _inside:
            _before = warnings.catch_warnings()
            _before.__enter__()
            warnings.simplefilter("ignore")
        _inside += 1
    try:
        yield
    finally:
        with _turn:
            _inside -= 1
            if not _inside and _before is not None:
                _before.__exit__(None, None, None)
                _before = None
