"""Names that a screen reader speaks, by the rules of Qt's accessible interfaces.

PyQt6 has no QAccessible; the rules are those of Qt's qaccessiblewidget.cpp and simplewidgets.cpp.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QCalendarWidget,
    QComboBox,
    QFileDialog,
    QFrame,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QMenuBar,
    QTabBar,
    QWidget,
)


def spoken_name(widget: QWidget) -> str:
    """Name of a widget for a screen reader; empty if it has none."""
    own = widget.accessibleName() or _own_text(widget)
    parent = widget.parentWidget()
    if not own and isinstance(widget, QLineEdit) and isinstance(parent, _WITH_LINE):
        own = spoken_name(parent)
    return (own or _buddy_text(widget)).strip()


_WITH_LINE = QComboBox, QAbstractSpinBox


def _own_text(widget: QWidget) -> str:
    if isinstance(widget, (QAbstractButton, QLabel)):
        return widget.text()
    if isinstance(widget, QGroupBox):
        return widget.title()
    if isinstance(widget, QTabBar):
        return widget.tabText(widget.currentIndex())
    return widget.windowTitle() if widget.isWindow() else ""


def _buddy_text(widget: QWidget) -> str:
    parent = widget.parentWidget()
    labels = [] if parent is None else parent.findChildren(QLabel)
    return next((label.text() for label in labels if label.buddy() is widget), "")


def nameless(window: QWidget) -> list[str]:
    """Focusable widgets of a window without a name, as class and place; empty if all have one."""
    found = []
    for widget in (window, *window.findChildren(QWidget)):
        focusable = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.focusProxy() is None
        if focusable and not _is_qts_own(widget) and not spoken_name(widget):
            found.append(f"{type(widget).__name__} in {_place(widget)}")
    return found


def _is_qts_own(widget: QWidget) -> bool:
    """Whether Qt gives the names: those of menus, lists of combo boxes, calendars, file dialogs."""
    above: QWidget | None = widget
    if isinstance(widget, QAbstractItemView) and isinstance(widget.window(), QFrame):
        return True
    while above is not None:
        if isinstance(above, (QMenu, QMenuBar, QFileDialog, QCalendarWidget)):
            return True
        above = above.parentWidget()
    return False


def _place(widget: QWidget) -> str:
    names = []
    above = widget.parentWidget()
    while above is not None:
        names.append(type(above).__name__)
        above = above.parentWidget()
    return " < ".join(names)
