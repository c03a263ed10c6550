"""Import of what the first use of a view needs, on a thread, after the start."""

from __future__ import annotations

import gc
import sys
import threading
from importlib import import_module

DELAY_MS = 1500
"""Delay after the first paint, when the first candidates have been built."""
MODULES = (
    "vetter.gui.grid.grid",
    "vetter.gui.field_view.field_view",
    "vetter.gui.light_curve.plot",
    "vetter.gui.panels.measures.plots",
    "vetter.gui.dialogs.palette",
    "vetter.gui.dialogs.key_sheet",
)


def import_ahead() -> threading.Thread | None:
    """Return a thread that imports grid, field view, plots and dialogs; None if all are there.

    The first opening of the field view took 60 ms of imports between its key and its pixels.
    """
    missing = [name for name in MODULES if name not in sys.modules]
    if not missing:
        return None
    thread = threading.Thread(target=_import, args=(missing,), name="imports", daemon=True)
    thread.start()
    return thread


def _import(names: list[str]) -> None:
    for name in names:
        import_module(name)
    # These objects stay until the end: a full collection takes 4 ms less without them.
    gc.freeze()
