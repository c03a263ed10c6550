from __future__ import annotations

from pathlib import Path

from tests.helpers.windows import WITHOUT_FITS, until_painted
from vetter.app import open_window

LONG = "every word of a message that is far too long for the line that all share " * 5


def test_a_message_that_is_too_long_ends_in_dots_and_has_a_tool_tip(qtbot, tmp_path: Path):
    window = open_window("demo", session=tmp_path / "s.vetter", settings=WITHOUT_FITS)
    window.resize(1280, 720)
    until_painted(qtbot, window)
    status = window.status
    window.session.noticed.emit(LONG)
    shown, whole = status.visible_message, status.toolTip()
    status.clearMessage()
    gone = status.toolTip()
    window.close()
    assert shown.endswith("…") and LONG.startswith(shown[:-1])
    assert whole == LONG and gone == ""


def test_picture_of_hidden_window_has_status(qtbot, tmp_path: Path):
    window = open_window("demo", session=tmp_path / "s.vetter", settings=WITHOUT_FITS)
    window.resize(1280, 720)
    until_painted(qtbot, window)
    window.hide()
    window.status.say("read")
    assert not window.status.grab().isNull() and window.status.visible_message == "read"
    window.close()
