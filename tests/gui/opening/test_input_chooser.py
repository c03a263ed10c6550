"""Opening in a window's place: by dialog, what goes wrong, and the first page."""

from __future__ import annotations

import threading

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog, QMessageBox

from tests.helpers.drops import drop
from tests.helpers.field_files import write_field, write_list
from tests.helpers.readings import readings
from tests.helpers.stamp_files import write_stamps
from tests.helpers.turns import until_handled
from tests.helpers.windows import opener, present, until_painted, until_replaced
from vetter.gui.dialogs.all_columns import AllColumns
from vetter.gui.dialogs.guide import Guide
from vetter.gui.windows.start_window import StartWindow
from vetter.io.session.recent_sessions import RecentSession
from vetter.review.opening import input_reader


def test_what_cannot_be_opened_is_said_in_the_window_which_stays(qtbot, window, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("")
    drop(window, bad)
    strip = window.opening.strip
    qtbot.waitUntil(lambda: "not opened" in strip.text.text(), timeout=30000)
    assert "the file is empty" in strip.text.text()
    assert present() is window and window.isVisible()
    until_painted(qtbot, window)
    window.session.accept()
    until_painted(qtbot, window)
    assert window.session.counts.accepted == 1
    strip.button.click()
    assert not strip.isVisible()


def test_waiting_can_be_ended(qtbot, window, monkeypatch):
    go = threading.Event()

    def read(request, usual_radius):
        assert go.wait(60), "the gate stayed shut"
        raise ValueError("nobody waits for it")

    monkeypatch.setattr(input_reader, "read_input", read)
    window.opening.open_paths(["/slow/disk/list.csv"])
    strip = window.opening.strip
    assert strip.isVisible() and strip.text.text() == "opening list.csv ..."
    window.session.next()
    until_painted(qtbot, window)
    strip.button.click()
    assert not strip.isVisible()
    go.set()
    qtbot.waitUntil(lambda: not readings(), timeout=30000)
    until_handled(qtbot)
    assert not strip.isVisible() and present() is window


def test_a_session_that_cannot_be_used_leaves_the_window(qtbot, window, tmp_path):
    folder = write_stamps(tmp_path / "stamps")
    (tmp_path / "stamps.vetter").write_text("no session")
    drop(window, folder)
    strip = window.opening.strip
    qtbot.waitUntil(lambda: "not opened" in strip.text.text(), timeout=30000)
    assert "stamps.vetter" in strip.text.text() and present() is window


@pytest.mark.parametrize("verb", ["open_files", "open_folder"])
def test_the_dialogs_open_what_is_chosen(qtbot, window, tmp_path, verb):
    folder = write_stamps(tmp_path / "stamps")
    getattr(window.opening, verb)()
    dialog = window.findChild(QFileDialog)
    dialog.filesSelected.emit([str(folder)])
    dialog.close()
    until_replaced(qtbot, window)


def test_what_was_opened_is_said_with_its_notes(window):
    said = window.status.currentMessage()
    assert "opened candidates.csv: 2 candidates" in said
    assert said.endswith("notes: File > Notes on the input")


def test_closing_brings_the_first_page_in_the_same_place(qtbot, window):
    before = window.geometry()
    window.opening.close_input()
    after = present()
    assert isinstance(after, StartWindow) and after.isVisible() and not window.isVisible()
    assert after.geometry() == before
    qtbot.waitUntil(lambda: after.page.table.rowCount() == 1, timeout=30000)
    assert after.page.table.item(0, 0).text() == "candidates.vetter"


def test_the_first_page_is_reached_by_keys(qtbot, start, tmp_path):
    page = start.page
    assert start.focusWidget() is page.buttons[0]
    opener().recents.remember(RecentSession("/gone.vetter", "gone", (), 1, 2, ""))
    qtbot.waitUntil(page.table.isVisible, timeout=30000)
    reached = set()
    for _ in range(8):
        reached.add(start.focusWidget())
        qtbot.keyClick(start.focusWidget(), Qt.Key.Key_Tab)
    assert {*page.buttons, page.clear, page.table} <= reached


def test_the_demo_opens_from_the_first_page(qtbot, start):
    start.page.buttons[2].click()
    assert until_replaced(qtbot, start).session.source.title.startswith("Demo")


def test_dialogs_of_the_window_before_are_closed_but_what_must_be_read(qtbot, window, tmp_path):
    window.dialogs.show_all_columns()
    window.dialogs.show_guide()
    window.dialogs.show_warning("not saved")
    (columns,) = window.findChildren(AllColumns)
    (guide,), (box,) = window.findChildren(Guide), window.findChildren(QMessageBox)
    gone: list[bool] = []
    columns.destroyed.connect(lambda: gone.append(True))
    drop(window, write_stamps(tmp_path / "stamps"))
    until_replaced(qtbot, window)
    qtbot.waitUntil(lambda: bool(gone), timeout=30000)
    assert guide.isVisible() and box.isVisible()
    guide.close()
    box.close()


def test_box_of_the_first_page_opens_for_blind_review(qtbot, start, tmp_path):
    write_field(tmp_path)
    write_list(tmp_path / "candidates.csv")
    start.page.blind.click()
    start.opening.open_paths([str(tmp_path / "candidates.csv")])
    after = until_replaced(qtbot, start)
    assert after.session.is_blind
    after.opening.close_input()
    assert present().page.blind.isChecked()
