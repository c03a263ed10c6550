"""Opening in the window's place: dialogs, drops, the recent sessions, and what goes wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QMessageBox, QWidget

from tests.helpers.field_files import pixels, tan_wcs, write_field, write_image, write_list
from tests.helpers.stamp_files import write_stamps
from vetter.app import make_opener, open_window
from vetter.errors import InputError
from vetter.gui.all_columns import AllColumns
from vetter.gui.export_dialog import ExportDialog
from vetter.gui.guide import Guide
from vetter.gui.main_window import MainWindow
from vetter.gui.opener import Opener
from vetter.gui.planes_dialog import PlanesDialog
from vetter.gui.start_window import StartWindow
from vetter.io.recent_sessions import RecentSession, recent_sessions
from vetter.review import exporter, input_reader
from vetter.settings import FitSettings, Settings

WITHOUT_FITS = Settings(fit=FitSettings(ahead=False))


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def window(qtbot, tmp_path: Path) -> Iterator[MainWindow]:
    folder = tmp_path / "field"
    folder.mkdir()
    write_field(folder)
    write_list(folder / "candidates.csv")
    window = open_window(folder / "candidates.csv", reviewer="ann", settings=WITHOUT_FITS)
    until_painted(qtbot, window)
    yield window
    for shown in present().findChildren(PlanesDialog):
        shown.close()
    present().close()


@pytest.fixture
def start(qtbot) -> Iterator[StartWindow]:
    opener = make_opener(WITHOUT_FITS, None, "ann")
    opener.show_start()
    assert isinstance(opener.window, StartWindow)
    with qtbot.waitExposed(opener.window, timeout=30000):
        pass
    yield opener.window
    for shown in present().findChildren(PlanesDialog):
        shown.close()
    present().close()


def opener() -> Opener:
    application = QApplication.instance()
    assert application is not None
    return [child for child in application.children() if isinstance(child, Opener)][-1]


def present() -> MainWindow | StartWindow:
    return opener().window


def until_painted(qtbot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.session.busy and window.session.is_painted, timeout=30000)


def until_replaced(qtbot, window: QWidget) -> MainWindow:
    qtbot.waitUntil(lambda: present() is not window, timeout=30000)
    after = present()
    assert isinstance(after, MainWindow)
    until_painted(qtbot, after)
    return after


def drop(target: QWidget, *paths: Path) -> bool:
    """Drop files as the system does, on the top window's handle; whether they were taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    data.setText("\n".join(str(path) for path in paths))
    window = target.window()
    assert window is not None and window.windowHandle() is not None
    place = target.mapTo(window, target.rect().center())
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    plain = Qt.KeyboardModifier.NoModifier
    handle = window.windowHandle()
    entered = QDragEnterEvent(QPoint(place), copy, data, left, plain)
    QApplication.sendEvent(handle, entered)
    dropped = QDropEvent(QPointF(place), copy, data, left, plain, QEvent.Type.Drop)
    QApplication.sendEvent(handle, dropped)
    return dropped.isAccepted()


def planes_dialog(qtbot) -> PlanesDialog:
    qtbot.waitUntil(lambda: present().findChild(PlanesDialog) is not None, timeout=30000)
    found = present().findChild(PlanesDialog)
    assert found is not None
    return found


def test_a_dropped_folder_takes_the_windows_place(qtbot, window, tmp_path):
    folder = write_stamps(tmp_path / "stamps")
    before = window.geometry()
    assert drop(window, folder)
    after = until_replaced(qtbot, window)
    assert after.session.candidates.keys.tolist() == ["T000", "T001", "T002"]
    assert not window.isVisible() and after.geometry() == before
    assert (tmp_path / "stamps.vetter").is_file()


def test_a_drop_on_the_panels_is_the_windows(qtbot, window, tmp_path):
    folder = write_stamps(tmp_path / "stamps")
    assert drop(window.plane_row, folder)
    until_replaced(qtbot, window)


def test_a_drop_on_the_filter_is_no_text(qtbot, window, tmp_path):
    folder = write_stamps(tmp_path / "stamps")
    drop(window.filter_bar, folder)
    until_replaced(qtbot, window)


def test_text_that_is_dropped_is_not_taken(window):
    data = QMimeData()
    data.setText("not a file")
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, event)
    assert not event.isAccepted()


def test_verdicts_of_the_window_before_are_kept(qtbot, window, tmp_path):
    window.session.accept()
    until_painted(qtbot, window)
    list_, session = tmp_path / "field" / "candidates.csv", tmp_path / "field" / "candidates.vetter"
    drop(window, write_stamps(tmp_path / "stamps"))
    other = until_replaced(qtbot, window)
    drop(other, list_)
    assert until_replaced(qtbot, other).session.counts.accepted == 1
    assert session.is_file()


def test_a_list_and_its_images_dropped_together(qtbot, start, tmp_path):
    specs = write_field(tmp_path, ("image", "diff"))
    table = write_list(tmp_path / "any.csv")
    drop(start, *(Path(spec) for spec in specs.values()), table)
    after = until_replaced(qtbot, start)
    assert after.session.source.plane_names == ("image", "diff", "err")
    assert (tmp_path / "any.vetter").is_file()


def test_an_image_dropped_on_a_list_is_offered_as_a_plane(qtbot, window, tmp_path):
    image = write_image(tmp_path / "r1_diff.fits", pixels(7), wcs=tan_wcs())
    drop(window, image)
    shown = planes_dialog(qtbot)
    assert shown.planes()["diff"] == str(image)
    assert set(shown.planes()) == {"image", "template", "diff"}
    shown.accept()
    after = until_replaced(qtbot, window)
    assert "diff" in after.session.source.plane_names
    assert after.session.source.record["options"]["planes"]["diff"] == str(image)


def test_it_may_have_any_name(qtbot, window, tmp_path):
    image = write_image(tmp_path / "frame0001.fits", pixels(7), wcs=tan_wcs())
    drop(window, image)
    shown = planes_dialog(qtbot)
    line = next(line for line in shown.lines if line[1].currentText() == image.name)
    assert line[0].currentText() == "convolved"
    line[0].setCurrentText("scorr")
    shown.accept()
    assert "scorr" in until_replaced(qtbot, window).session.source.plane_names


def test_it_may_be_opened_by_itself(qtbot, window, tmp_path):
    image = write_image(tmp_path / "frame0001.fits", pixels(7))
    drop(window, image)
    planes_dialog(qtbot).instead.emit([str(image)])
    strip = window.opening.strip
    qtbot.waitUntil(lambda: "not opened" in strip.text.text(), timeout=30000)
    assert "found [0] PRIMARY 80x60" in strip.text.text()


def test_a_list_without_planes_asks_for_them(qtbot, start, tmp_path):
    for name in ("r1_sci.fits", "r1_new.fits", "r1_diff.fits"):
        write_image(tmp_path / name, pixels(), wcs=tan_wcs())
    table = write_list(tmp_path / "r1.csv")
    start.opening.open_paths([str(table)])
    shown = planes_dialog(qtbot)
    assert not start.opening.strip.isVisible()
    assert set(shown.planes()) == {"image", "diff"}
    shown.accept()
    assert until_replaced(qtbot, start).session.source.plane_names == ("image", "diff", "err")


def test_the_image_is_wanted(qtbot, start, tmp_path):
    start.opening.open_paths([str(write_list(tmp_path / "r1.csv"))])
    shown = planes_dialog(qtbot)
    assert "the image is wanted" in shown.said.text()
    ok = shown.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not ok.isEnabled()
    shown.lines[0][1].setCurrentText(write_field(tmp_path, ("image",))["image"])
    assert ok.isEnabled() and not shown.said.text()


def test_the_planes_of_an_open_list_can_be_changed(qtbot, window):
    window.opening.choose_planes()
    shown = planes_dialog(qtbot)
    assert set(shown.planes()) == {"image", "template"}
    shown.lines[1][1].setCurrentText("")
    shown.accept()
    assert until_replaced(qtbot, window).session.source.plane_names == ("image", "err")


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
        go.wait(60)
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
    qtbot.wait(50)
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
    assert said.startswith("opened candidates.csv: 2 candidates")
    assert said.endswith("notes: File > What was recognised")


def test_closing_brings_the_first_page_in_the_same_place(qtbot, window):
    before = window.geometry()
    window.opening.close_input()
    after = present()
    assert isinstance(after, StartWindow) and after.isVisible() and not window.isVisible()
    assert after.geometry() == before
    qtbot.waitUntil(lambda: after.page.table.rowCount() == 1, timeout=30000)
    assert after.page.table.item(0, 0).text() == "candidates.vetter"


def test_sessions_are_remembered_with_how_far_they_are(qtbot, window, tmp_path):
    window.session.accept()
    until_painted(qtbot, window)
    window.close()
    (entry,) = recent_sessions()
    assert entry.session == str(tmp_path / "field" / "candidates.vetter")
    assert (entry.decided, entry.candidates) == (1, 2)
    assert entry.inputs == (str(tmp_path / "field" / "candidates.csv"),)


def test_a_recent_session_is_opened_from_the_menu(qtbot, window, tmp_path):
    drop(window, write_stamps(tmp_path / "stamps"))
    other = until_replaced(qtbot, window)
    qtbot.waitUntil(lambda: len(opener().recents.entries) == 2, timeout=30000)
    entry = opener().recents.entries[1]
    other.opening.open_recent(entry)
    after = until_replaced(qtbot, other)
    assert after.session.candidates.keys.tolist() == ["a", "b"]


def test_a_missing_session_is_marked_in_words(qtbot, window):
    opener().recents.remember(RecentSession("/gone.vetter", "gone", (), 1, 2, ""))
    menu = window.opening._menu
    qtbot.waitUntil(lambda: "(missing)" in menu.actions()[0].text(), timeout=30000)
    assert not menu.actions()[0].isEnabled()
    window.opening.close_input()
    table = present().page.table
    qtbot.waitUntil(lambda: table.rowCount() == 2, timeout=30000)
    assert {table.item(row, 2).text() for row in range(2)} == {"0 of 2", "file is missing"}


def test_the_recent_sessions_can_be_cleared(qtbot, window):
    qtbot.waitUntil(lambda: len(opener().recents.entries) == 1, timeout=30000)
    window.opening.clear_recent()
    qtbot.waitUntil(lambda: not opener().recents.entries, timeout=30000)
    assert [action.text() for action in window.opening._menu.actions()][0] == "none yet"


def test_the_first_page_is_reached_by_keys(qtbot, start, tmp_path):
    page = start.page
    assert page.buttons[0].hasFocus() or start.focusWidget() is page.buttons[0]
    opener().recents.remember(RecentSession("/gone.vetter", "gone", (), 1, 2, ""))
    qtbot.waitUntil(page.table.isVisible, timeout=30000)
    reached = set()
    for _ in range(8):
        reached.add(start.focusWidget())
        qtbot.keyClick(start.focusWidget(), Qt.Key.Key_Tab)
    assert {*page.buttons, page.clear, page.table} <= reached


def test_enter_on_a_recent_session_opens_it(qtbot, window):
    window.opening.close_input()
    start = present()
    qtbot.waitUntil(lambda: start.page.table.rowCount() == 1, timeout=30000)
    start.page.table.setFocus()
    qtbot.keyClick(start.page.table, Qt.Key.Key_Return)
    assert until_replaced(qtbot, start).session.candidates.keys.tolist() == ["a", "b"]


def test_the_demo_opens_from_the_first_page(qtbot, start):
    start.page.buttons[2].click()
    assert until_replaced(qtbot, start).session.source.title.startswith("Demo")


@pytest.fixture
def export(qtbot, window, tmp_path, monkeypatch) -> Iterator[ExportDialog]:
    """An export that runs until it is cancelled."""

    def endless(*_, cancelled, **__):
        while not cancelled():
            time.sleep(0.01)
        raise InputError("cancelled")

    monkeypatch.setattr(exporter, "export", endless)
    window.dialogs.show_export()
    dialog = window.dialogs.export
    dialog.folder.setText(str(tmp_path / "out"))
    dialog.start()
    qtbot.waitUntil(lambda: dialog.exporter.running, timeout=30000)
    yield dialog


def hold(qtbot, window, path: Path) -> None:
    """Open something under the export, until it is read."""
    window.opening.open_paths([str(path)])
    qtbot.waitUntil(lambda: "is read" in window.opening.strip.text.text(), timeout=30000)


def leave(qtbot, export: ExportDialog) -> None:
    """Cancel the export, and close its dialog."""
    export.reject()
    qtbot.waitUntil(lambda: export.stop.text() == "Close", timeout=30000)
    export.reject()


def test_what_is_read_during_an_export_waits_for_it_and_says_so(qtbot, window, export, tmp_path):
    hold(qtbot, window, write_stamps(tmp_path / "stamps"))
    assert present() is window and export.exporter.running and export.isVisible()
    assert window.opening.strip.text.text() == (
        "stamps is read: it is shown when the export is over and its dialog closed"
    )
    leave(qtbot, export)
    after = until_replaced(qtbot, window)
    assert after.session.candidates.keys.tolist() == ["T000", "T001", "T002"]


def test_what_waits_for_an_export_can_be_left(qtbot, window, export, tmp_path):
    hold(qtbot, window, write_stamps(tmp_path / "stamps"))
    window.opening.strip.button.click()
    leave(qtbot, export)
    qtbot.waitUntil(lambda: window.dialogs.export is None, timeout=30000)
    qtbot.wait(50)
    assert present() is window and window.isVisible()


def test_dialogs_of_the_window_before_are_closed_but_what_must_be_read(qtbot, window, tmp_path):
    window.dialogs.show_all_columns()
    window.dialogs.show_guide()
    window.dialogs.say_failure("not saved")
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
