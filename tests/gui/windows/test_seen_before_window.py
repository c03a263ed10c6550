"""Objects judged before, in the window: words on the card, and keys that adopt the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from tests.helpers.night_files import PLACES, write_night
from tests.helpers.windows import WITHOUT_FITS, activate, until_painted
from vetter.app import open_window
from vetter.core.decisions.decision import Verdict
from vetter.gui.windows.main_window import MainWindow

KEY, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier


@contextmanager
def opened(qtbot: Any, input: str | Path, session: Path, **options: Any) -> Iterator[MainWindow]:
    window = open_window(input, session=session, reviewer="ann", settings=WITHOUT_FITS, **options)
    try:
        activate(qtbot, window)
        until_painted(qtbot, window)
        yield window
    finally:
        window.close()


def press(
    window: MainWindow, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key, held)


def until_said(qtbot: Any, window: MainWindow, text: str) -> None:
    """Wait for the earlier verdicts on the card, whose labels follow its picture."""
    qtbot.waitUntil(lambda: window.card.seen.text() == text, timeout=30000)


def decide(qtbot: Any, window: MainWindow, row: int, key: Qt.Key) -> None:
    """Go to a candidate, press a key on it, and wait until the next is shown."""
    window.session.go_to_row(row)
    until_painted(qtbot, window)
    press(window, key)
    qtbot.waitUntil(lambda: window.session.current_row == row + 1, timeout=30000)
    until_painted(qtbot, window)


def test_key_adopts_verdicts_of_an_earlier_session(qtbot: Any, tmp_path: Path) -> None:
    with opened(qtbot, "demo", tmp_path / "may.vetter") as window:
        decide(qtbot, window, 0, KEY.Key_R)
        decide(qtbot, window, 2, KEY.Key_A)
    earlier = [str(tmp_path / "may.vetter")]
    with opened(qtbot, "demo", tmp_path / "june.vetter", earlier=earlier) as window:
        session = window.session
        qtbot.waitUntil(lambda: window.card.seen.text() != "", timeout=30000)
        assert "rejected once" in window.card.seen.text()
        assert "; Y gives the same verdict" in window.card.seen.toolTip()
        window.set_keymap({**window.keymap, "review.adopt": ("J",)})
        assert "; J gives the same verdict" in window.card.seen.toolTip()
        window.set_keymap({**window.keymap, "review.adopt": ()})
        assert "gives the same" not in window.card.seen.toolTip()
        window.set_keymap({**window.keymap, "review.adopt": ("Y",)})
        press(window, KEY.Key_Y)
        qtbot.waitUntil(lambda: session.current_row == 1, timeout=30000)
        assert session.codes[0] == Verdict.REJECT.code
        until_painted(qtbot, window)
        until_said(qtbot, window, "")
        press(window, KEY.Key_Y)
        assert window.status.currentMessage() == "no earlier verdict on this object"
        assert session.current_row == 1 and session.counts.decisions == 1
        decide(qtbot, window, 2, KEY.Key_Y)
        assert session.codes[2] == Verdict.ACCEPT.code
        session.undo()
        qtbot.waitUntil(lambda: session.current_row == 2, timeout=30000)
        assert session.codes[2] == 0


def test_key_adopts_verdict_of_a_known_list(qtbot: Any, tmp_path: Path) -> None:
    known = tmp_path / "known.csv"
    with opened(qtbot, "demo", tmp_path / "a.vetter") as window:
        listed = window.session.candidates
        places = [(listed.ra[row], listed.dec[row]) for row in (0, 1)]
    rows = zip(("v1", "v2"), places, ("maybe", ""), strict=True)
    lines = [f"{name},{ra:.7f},{dec:.7f},{verdict}" for name, (ra, dec), verdict in rows]
    known.write_text("\n".join(["name,ra,dec,verdict", *lines]))
    with opened(qtbot, "demo", tmp_path / "b.vetter", known_list=[str(known)]) as window:
        session = window.session
        qtbot.waitUntil(lambda: window.card.seen.text() != "", timeout=30000)
        press(window, KEY.Key_Y)
        qtbot.waitUntil(lambda: session.current_row == 1, timeout=30000)
        assert session.codes[0] == Verdict.MAYBE.code
        until_painted(qtbot, window)
        # A list without a verdict only names the object.
        until_said(qtbot, window, "↺ known: v2 (known.csv)")
        press(window, KEY.Key_Y)
        assert window.status.currentMessage() == "no earlier verdict on this object"


def test_shift_adopts_for_all_epochs_as_one_step(qtbot: Any, tmp_path: Path) -> None:
    known = tmp_path / "known.csv"
    known.write_text("name,ra,dec,verdict\nv1,{},{},reject\n".format(*PLACES[0]))
    night = write_night(tmp_path)
    with opened(qtbot, night, tmp_path / "s.vetter", known_list=[str(known)]) as window:
        session = window.session
        qtbot.waitUntil(lambda: window.card.seen.text() != "", timeout=30000)
        press(window, KEY.Key_Y, SHIFT)
        assert "3 epochs" in window.epochs.question.text
        press(window, KEY.Key_Return)
        qtbot.waitUntil(lambda: session.counts.rejected == 3, timeout=30000)
        rows = session.due.epochs_of(0)
        assert all(session.codes[row] == Verdict.REJECT.code for row in rows)
        session.undo()
        qtbot.waitUntil(lambda: session.counts.rejected == 0, timeout=30000)


def test_candidate_put_off_is_due_when_a_new_epoch_comes(qtbot: Any, tmp_path: Path) -> None:
    night = write_night(tmp_path)
    whole = night.read_text()
    night.write_text(whole[: whole.index('[[field]]\nname = "n2"')])
    with opened(qtbot, night, tmp_path / "s.vetter") as window:
        decide(qtbot, window, 0, KEY.Key_X)
        assert window.session.counts.later == 1
    night.write_text(whole)
    with opened(qtbot, night, tmp_path / "s.vetter") as window:
        session = window.session
        assert session.counts.later == 0 and session.due.since(0) == "a new epoch"
        lanes = {line.lane.name: line for line in window.lanes.lines}
        due = lanes["due again"]
        qtbot.waitUntil(lambda: due.isVisible() and due.numbers == "1", timeout=30000)
        due.click()
        assert session.queue.order.tolist() == [0]
        press(window, KEY.Key_X)
        qtbot.waitUntil(lambda: session.counts.later == 1, timeout=30000)
        assert session.due.since(0) == ""
