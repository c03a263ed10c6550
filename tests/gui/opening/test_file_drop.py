"""Drops on a window, beyond what the tests of opening do."""

from __future__ import annotations

import pytest
from PyQt6 import sip
from PyQt6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PyQt6.QtWidgets import QApplication, QLineEdit, QWidget

from vetter.gui.opening.file_drop import DropHighlight, FileDrop


def a_window() -> tuple[QWidget, QLineEdit]:
    window = QWidget()
    field = QLineEdit(window)
    FileDrop(window)
    window.show()
    return window, field


def test_fields_that_were_added_leave_drops_to_the_window(qtbot):
    window, field = a_window()
    assert field.acceptDrops()
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowDeactivate))
    assert not field.acceptDrops()
    window.close()


def test_a_window_that_goes_while_it_is_active_says_nothing(qtbot):
    window, _ = a_window()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=30000)
    # Qt deactivates it on the way; what an event filter raised would fail this test.
    with qtbot.captureExceptions() as raised:
        sip.delete(window)
        QApplication.processEvents()
    assert not raised


def drag(window: QWidget, kind: QEvent.Type, paths: list[str]) -> None:
    """Send a step of a drag to a window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    plain, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    copy, place = Qt.DropAction.CopyAction, QPoint(5, 5)
    if kind == QEvent.Type.DragLeave:
        QApplication.sendEvent(window, QDragLeaveEvent())
    elif kind == QEvent.Type.DragEnter:
        QApplication.sendEvent(window, QDragEnterEvent(place, copy, data, left, plain))
    else:
        QApplication.sendEvent(window, QDropEvent(QPointF(place), copy, data, left, plain, kind))


@pytest.mark.parametrize("end", [QEvent.Type.DragLeave, QEvent.Type.Drop])
def test_window_is_highlighted_while_files_are_over_it(qtbot, end):
    window, _ = a_window()
    highlight = window.findChild(DropHighlight)
    drag(window, QEvent.Type.DragEnter, ["/a.fits"])
    assert highlight.isVisible() and highlight.size() == window.size()
    drag(window, end, ["/a.fits"])
    assert not highlight.isVisible()
    window.close()


def test_window_is_not_highlighted_for_text(qtbot):
    window, _ = a_window()
    drag(window, QEvent.Type.DragEnter, [])
    assert not window.findChild(DropHighlight).isVisible()
    window.close()


@pytest.mark.parametrize(
    ("urls", "paths"),
    [
        (["file:///n/a.fits", "file:///n/b.csv"], ["/n/a.fits", "/n/b.csv"]),
        (["https://example.org/a.fits", "file:///n/b.csv"], ["/n/b.csv"]),
        (["https://example.org/a.fits"], []),
        ([], []),
    ],
)
def test_only_files_of_this_computer_are_taken(qtbot, urls, paths):
    window, told = QWidget(), []
    qtbot.addWidget(window)
    drop = FileDrop(window)
    drop.dropped.connect(told.append)
    data = QMimeData()
    data.setUrls([QUrl(url) for url in urls])
    plain, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    move, place = Qt.DropAction.MoveAction, QPointF(5, 5)
    for kind in (QEvent.Type.DragMove, QEvent.Type.Drop):
        event = QDropEvent(place, move | Qt.DropAction.CopyAction, data, left, plain, kind)
        event.accept()
        assert drop.eventFilter(window, event)
        assert event.isAccepted() == bool(paths)
        # The file stays where it was.
        assert not paths or event.dropAction() == Qt.DropAction.CopyAction
    assert told == ([paths] if paths else [])
    assert not drop.eventFilter(window, QEvent(QEvent.Type.Show))
