"""What the first use of a view needs is imported once, on a thread."""

from __future__ import annotations

import sys

from vetter.gui.opening.import_ahead import MODULES, import_ahead


def test_all_is_there_after_the_thread_and_no_second_begins(qapp) -> None:
    thread = import_ahead()
    if thread is not None:
        thread.join()
    assert set(MODULES) <= set(sys.modules)
    assert import_ahead() is None
