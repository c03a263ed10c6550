"""Layout in lines: what does not fit on a line goes on the next."""

from __future__ import annotations

from PyQt6.QtCore import QPoint, QRect, QSize, Qt
from PyQt6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Layout of widgets from left to right, in as many lines as the width needs.

    Its least width is that of the widest widget, so a bar of many controls fits a narrow window.

    Parameters
    ----------
    parent : QWidget, optional
        Widget that gets the layout.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem | None) -> None:
        if item is not None:
            self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), apply=False)

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._place(area, apply=True)

    def sizeHint(self) -> QSize:
        """Return the size of all widgets on one line."""
        sizes = [item.sizeHint() for item in self._shown()]
        gaps = max(len(sizes) - 1, 0) * max(self.spacing(), 0)
        height = max((size.height() for size in sizes), default=0)
        return QSize(sum(size.width() for size in sizes) + gaps, height)

    def minimumSize(self) -> QSize:
        sizes = [item.minimumSize() for item in self._shown()]
        return QSize(
            max((size.width() for size in sizes), default=0),
            max((size.height() for size in sizes), default=0),
        )

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _place(self, area: QRect, apply: bool) -> int:
        """Place the widgets in an area; return the height they need."""
        gap = max(self.spacing(), 0)
        x, y, line_height = area.x(), area.y(), 0
        line: list[tuple[QLayoutItem, int, QSize]] = []
        for item in self._shown():
            size = item.sizeHint()
            if line and x + size.width() > area.x() + area.width():
                self._set_line(line, y, line_height, apply)
                x, y, line, line_height = area.x(), y + line_height + gap, [], 0
            line.append((item, x, size))
            x += size.width() + gap
            line_height = max(line_height, size.height())
        self._set_line(line, y, line_height, apply)
        return y + line_height - area.y()

    @staticmethod
    def _set_line(
        line: list[tuple[QLayoutItem, int, QSize]], top: int, height: int, apply: bool
    ) -> None:
        for item, x, size in line if apply else ():
            item.setGeometry(QRect(QPoint(x, top + (height - size.height()) // 2), size))
