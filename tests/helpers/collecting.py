"""Collection of garbage that looks through what the tests themselves have made, and no more."""

from __future__ import annotations

import gc
import sys

freeze = gc.freeze
"""The collector's own: `tests.conftest` puts a function in its place that does nothing."""


def collect_and_freeze() -> None:
    """Collect what was left so far, and leave what lives to no later collection.

    Errors that this makes are unsaid: Qt asks plots of pyqtgraph for their size while they are
    taken apart.
    """
    hook, sys.excepthook = sys.excepthook, lambda *_: None
    try:
        gc.collect()
    finally:
        sys.excepthook = hook
    freeze()
