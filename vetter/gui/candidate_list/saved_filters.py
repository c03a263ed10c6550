"""Earlier filters, and those with a name, in a menu beside the filter line."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QInputDialog, QMenu, QToolButton, QWidget

from vetter.gui.widgets.plain_text import menu_text

MAX_EARLIER = 20
"""Number of earlier filters kept: as many as a menu shows at a glance."""
MAX_SHOWN_CHARACTERS = 60


class SavedFilters(QToolButton):
    """Button with a menu of earlier and named filters.

    Parameters
    ----------
    present : callable
        Returns the text in the filter line, which can get a name.
    """

    picked = pyqtSignal(str)
    """Expression of the chosen filter."""

    changed = pyqtSignal(dict)
    """Record of all filters, for the session to store."""

    def __init__(self, present: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._present = present
        self.earlier: list[str] = []
        self.named: dict[str, str] = {}
        self._draft = ""
        self.setText("Filters")
        self.setToolTip("Earlier filters, and those with a name")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)

    def restore(self, stored: object) -> None:
        """Take over the filters that the session has stored."""
        record = stored if isinstance(stored, dict) else {}
        earlier, named = record.get("earlier"), record.get("named")
        if isinstance(earlier, list):
            self.earlier = [str(text) for text in earlier][:MAX_EARLIER]
        if isinstance(named, dict):
            self.named = {str(name): str(text) for name, text in named.items()}

    def remember(self, expression: str) -> None:
        """Put a filter first among the earlier ones."""
        if not expression or self.earlier[:1] == [expression]:
            return
        others = [text for text in self.earlier if text != expression]
        self.earlier = [expression, *others][:MAX_EARLIER]
        self._store()

    def step(self, text: str, steps: int) -> str | None:
        """Return the earlier filter so many steps before the text; None beyond the ends.

        The step after the latest filter returns what was typed before the first step.
        """
        at = self.earlier.index(text) if text in self.earlier else -1
        if at < 0:
            self._draft = text
        target = at + steps
        if target == -1 and at >= 0:
            return self._draft
        return self.earlier[target] if 0 <= target < len(self.earlier) else None

    def name_filter(self, name: str, expression: str) -> None:
        """Give a filter a name; an earlier filter of that name is replaced."""
        name = name.strip()
        if name and expression.strip():
            self.named[name] = expression.strip()
            self._store()

    def forget(self, name: str) -> None:
        """Remove a named filter."""
        self.named.pop(name, None)
        self._store()

    def open_menu(self) -> None:
        """Open the menu, for the keyboard."""
        self.showMenu()

    def _store(self) -> None:
        self.changed.emit({"earlier": self.earlier, "named": self.named})

    def _fill(self) -> None:
        menu = self.menu()
        assert menu is not None
        menu.clear()
        for name, expression in self.named.items():
            self._add(menu, f"{name}:  {_shorten(expression)}", partial(self._pick, expression))
        if self.named:
            menu.addSeparator()
        for expression in self.earlier:
            self._add(menu, _shorten(expression), partial(self._pick, expression))
        if self.earlier:
            menu.addSeparator()
        present = self._present().strip()
        action = self._add(menu, "Name this filter...", self._ask_name)
        action.setEnabled(bool(present))
        if self.named:
            removal = menu.addMenu("Remove")
            assert removal is not None
            for name in self.named:
                self._add(removal, name, partial(self.forget, name))

    def _add(self, menu: QMenu, title: str, run: Callable[[], None]) -> QAction:
        action = menu.addAction(menu_text(title))
        assert action is not None
        action.triggered.connect(partial(_run, run))
        return action

    def _pick(self, expression: str) -> None:
        self.picked.emit(expression)

    def _ask_name(self) -> None:
        expression = self._present().strip()
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Name this filter")
        dialog.setLabelText(f"Name of {_shorten(expression)}")
        dialog.textValueSelected.connect(partial(self._take_name, expression))
        dialog.open()

    def _take_name(self, expression: str, name: str) -> None:
        self.name_filter(name, expression)


def _shorten(expression: str) -> str:
    if len(expression) <= MAX_SHOWN_CHARACTERS:
        return expression
    return f"{expression[: MAX_SHOWN_CHARACTERS - 1]}…"


def _run(run: Callable[[], None], _checked: bool = False) -> None:
    run()
