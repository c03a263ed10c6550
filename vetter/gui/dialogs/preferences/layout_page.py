"""Page of the named layouts: save the present window, take a stored one, delete."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vetter.gui.widgets.buttons import button_box
from vetter.gui.widgets.plain_text import plain_label
from vetter.review.opening.preferences import Preferences
from vetter.review.opening.window_settings import Arrangement


class LayoutPage(QWidget):
    """List of the named layouts, and a line for the name of a new one.

    Parameters
    ----------
    preferences : Preferences
    arrange : callable
        Gives the window an `Arrangement`.
    present : callable
        Returns the window's present `Arrangement`.
    """

    def __init__(
        self,
        preferences: Preferences,
        arrange: Callable[[Arrangement], None],
        present: Callable[[], Arrangement],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._preferences, self._arrange, self._present = preferences, arrange, present
        self.list = QListWidget(self)
        self.list.setAccessibleName("layouts")
        self.name = QLineEdit(self)
        self.name.setPlaceholderText("Name of the present layout")
        self.name.setAccessibleName("name of the present layout")
        self.name.setMaxLength(60)
        self.save = self._button("Save", "store size, docks, list, columns and panels")
        self.use = self._button("Use", "give this window the layout")
        self.delete = self._button("Delete", "delete the layout; the window stays")
        explanation = plain_label(
            "A layout is the window's size, its docks, the list with its columns, and the planes "
            "that have panels.",
            self,
        )
        explanation.setWordWrap(True)
        above, below = QHBoxLayout(), QHBoxLayout()
        above.addWidget(self.name, 1)
        above.addWidget(self.save)
        below.addWidget(self.use)
        below.addWidget(self.delete)
        below.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addWidget(explanation)
        layout.addLayout(above)
        layout.addWidget(self.list, 1)
        layout.addLayout(below)
        self.save.clicked.connect(self._on_save)
        self.name.returnPressed.connect(self._on_save)
        self.name.textChanged.connect(self._on_typed)
        self.use.clicked.connect(self._on_use)
        self.list.itemActivated.connect(self._on_activated)
        self.delete.clicked.connect(self._on_delete)
        preferences.layouts_changed.connect(self._show_layouts)
        self._show_layouts()

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        return button

    def _chosen(self) -> str:
        item = self.list.currentItem()
        return "" if item is None else str(item.data(Qt.ItemDataRole.UserRole))

    def _show_layouts(self) -> None:
        chosen = self._chosen()
        self.list.clear()
        for name in self._preferences.layouts:
            item = QListWidgetItem(name, self.list)
            item.setData(Qt.ItemDataRole.UserRole, name)
            if name == chosen:
                self.list.setCurrentItem(item)
        if self.list.currentRow() < 0:
            self.list.setCurrentRow(0)
        for button in (self.use, self.delete):
            button.setEnabled(self.list.count() > 0)
        self._on_typed(self.name.text())

    def _on_typed(self, text: str) -> None:
        name = text.strip()
        self.save.setEnabled(bool(name))
        self.save.setText("Replace" if name in self._preferences.layouts else "Save")

    def _on_save(self) -> None:
        name = self.name.text().strip()
        if name:
            self._preferences.keep_layout(name, self._present())
            self.name.clear()

    def _on_use(self) -> None:
        arrangement = self._preferences.layouts.get(self._chosen())
        if arrangement is not None:
            self._arrange(arrangement)

    def _on_activated(self, _item: QListWidgetItem) -> None:
        self._on_use()

    def _on_delete(self) -> None:
        self._preferences.delete_layout(self._chosen())


class LayoutDialog(QDialog):
    """Dialog with the page of the layouts alone.

    Parameters
    ----------
    page : LayoutPage
    """

    def __init__(self, page: LayoutPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layouts")
        self.setWindowTitle("Layouts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(420, 360)
        self.page = page
        close = button_box(QDialogButtonBox.StandardButton.Close, self)
        close.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(page, 1)
        layout.addWidget(close)
        page.name.setFocus()
