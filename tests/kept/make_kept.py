"""Make the kept outputs again: the session, its export, and the tables of `vetter adjust`.

    .venv/bin/python -P tests/kept/make_kept.py [session] [adjust]

Run it only where an output is meant to change. The outputs were made before the files of the
package were moved, so that the program after the moves can be compared with the one before. The
real input is looked for where the tests look for it. A session file holds the paths of its inputs:
run this in a copy of the project whose path may be seen by everybody.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

KEPT = Path(__file__).resolve().parent
ROOT = KEPT.parent.parent
sys.path.insert(0, str(ROOT))
os.environ["QT_QPA_PLATFORM"] = "offscreen"

from tests.kept import outputs  # noqa: E402

RADIUS = 10
COLUMNS = ["name", "snr", "mag", "verdict", "tags", "disappeared", "dx", "dy"]


def make_session() -> None:
    """Vet the demo as two reviewers, through the verbs of the window."""
    from PyQt6.QtWidgets import QApplication

    from vetter.app import open_window

    path = KEPT / outputs.SESSION
    path.unlink(missing_ok=True)
    app = QApplication([])
    for reviewer, vet in (("ann", vet_as_ann), ("bob", vet_as_bob)):
        window = open_window("demo", session=path, reviewer=reviewer, radius=RADIUS)
        vet(window, app)
        window.close()
        app.processEvents()
    for format in outputs.FORMATS:
        outputs.export(path, KEPT / outputs.EXPORT, format)
    for name, arguments in outputs.REPORTS.items():
        (KEPT / name).write_text(outputs.printed(*arguments, str(path)), encoding="utf-8")


def vet_as_ann(window: Any, app: Any) -> None:
    """Give verdicts of all kinds, tags and a comment, undo, redo, and set the window up."""
    from vetter.core.decisions.decision import Verdict

    session = window.session

    def do(verb: Callable[[], None]) -> None:
        wait(app, lambda: session.is_painted and not session.busy)
        verb()

    for verb in (session.accept, session.reject, session.maybe, session.reject, session.accept):
        do(verb)
    do(session.undo)
    do(session.undo)
    do(session.redo)
    do(lambda: session.toggle_tag(1))
    do(lambda: session.toggle_tag(5))
    do(lambda: session.toggle_tag(1))
    do(lambda: session.set_comment(session.current_row, "bright core, «blended»; see 2\t3"))
    do(lambda: session.go_to_row(20))
    do(session.accept)
    do(lambda: session.go_to_row(20))
    do(session.clear)
    do(lambda: session.go_to_row(50))
    do(session.accept)
    do(lambda: session.decide_group([30, 31, 32, 33], Verdict.REJECT))
    do(lambda: session.decide_group([40, 41], Verdict.MAYBE))
    do(session.undo)
    do(lambda: session.go_to_row(12))
    window.set_columns(COLUMNS)
    window.session.writer.keep_setting("columns", COLUMNS)
    window.session.writer.keep_setting("panels", {"err": False, "mask": True})
    window.session.writer.keep_setting("light_curve", False)
    window.stretch_bar.next_stretch()
    window.stretch_bar.toggle_invert()
    wait(app, lambda: window.fits.progress == f"fits: all {len(session.candidates)}")


def vet_as_bob(window: Any, app: Any) -> None:
    """Decide on some of the same candidates otherwise, as a second reviewer."""
    session = window.session
    for verb in (session.reject, session.reject, session.accept):
        wait(app, lambda: session.is_painted and not session.busy)
        verb()
    wait(app, lambda: session.is_painted and not session.busy)


def wait(app: Any, until: Callable[[], bool]) -> None:
    """Process events until a condition holds."""
    deadline = time.monotonic() + 120
    while not until():
        assert time.monotonic() < deadline, "the window does not get there"
        app.processEvents()
        time.sleep(0.002)


def make_adjusted() -> None:
    """Write the tables of `vetter adjust`, and what they were computed on."""
    for name in outputs.ADJUSTED:
        outputs.adjust(name, KEPT / name)
    text = json.dumps(outputs.computed_on(), indent=1) + "\n"
    (KEPT / outputs.COMPUTED_ON).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    parts = sys.argv[1:] or ["session", "adjust"]
    if "session" in parts:
        make_session()
    if "adjust" in parts:
        make_adjusted()
