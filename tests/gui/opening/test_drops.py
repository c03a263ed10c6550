"""Files and folders dropped on a window: what opens in its place."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QMimeData, QPointF, Qt
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QApplication

from tests.helpers.drops import drop
from tests.helpers.field_files import write_field, write_list
from tests.helpers.stamp_files import write_stamps
from tests.helpers.windows import until_painted, until_replaced


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
    assert window.filter_bar.line.text() == ""
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
