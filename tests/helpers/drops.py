"""Files dropped on a window, as the system does it."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QApplication, QWidget


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
