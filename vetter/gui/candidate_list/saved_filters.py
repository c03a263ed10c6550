"""Earlier filters, and those with a name, in a menu beside the filter line."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QAction, QIcon
from PyQt6.QtWidgets import QInputDialog, QLineEdit, QMenu, QPushButton, QWidget

from vetter.gui.widgets.plain_text import menu_text, plain_tip
from vetter.review.opening.named_filters import MAX_NAME_CHARACTERS, NamedFilters

MAX_EARLIER = 20
"""Number of earlier filters kept: as many as a menu shows at a glance."""
MAX_SHOWN_CHARACTERS = 60
DIALOG_WIDTH = 360


class SavedFilters(QPushButton):
    """Button with a menu of earlier and named filters.

    Earlier filters belong to the session, names to the user. A filter that cannot be applied to
    this list is greyed, with the reason.

    Parameters
    ----------
    present : callable
        Returns the text in the filter line, which can get a name.
    why_unusable : callable
        Returns why a filter cannot be applied to this list; empty if it can.
    """

    picked = pyqtSignal(str)
    """Expression of the chosen filter."""

    changed = pyqtSignal(dict)
    """Record of the filters that the session stores."""

    def __init__(
        self,
        present: Callable[[], str],
        why_unusable: Callable[[str], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._present = present
        self._why_unusable = why_unusable
        self.earlier: list[str] = []
        self._names = NamedFilters(parent=self)
        self._draft = ""
        self.setAccessibleName("earlier and named filters")
        self.setText("Filters")
        self.setToolTip("Earlier filters, and those with a name")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        menu = QMenu(self)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)

    @property
    def named(self) -> dict[str, str]:
        """Expressions of the named filters by name."""
        return self._names.expressions

    @property
    def usable(self) -> dict[str, str]:
        """Expressions of the named filters that can be applied to this list, by name."""
        return {name: text for name, text in self.named.items() if not self._why_unusable(text)}

    def set_names(self, names: NamedFilters) -> None:
        """Use the user's named filters; those that the session holds join them."""
        own, self._names = self.named, names
        for name, expression in own.items():
            names.adopt(name, expression)
        if own and names.is_stored:
            # Otherwise a name would come back after its removal.
            self._store()

    def restore(self, stored: object) -> None:
        """Take over the filters that the session has stored."""
        record = stored if isinstance(stored, dict) else {}
        earlier, named = record.get("earlier"), record.get("named")
        if isinstance(earlier, list):
            self.earlier = [str(text) for text in earlier][:MAX_EARLIER]
        if isinstance(named, dict):
            self._names = NamedFilters(
                {str(name): str(text) for name, text in named.items()}, parent=self
            )

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
        self._names.keep(name, expression)
        self._store()

    def rename(self, name: str, new_name: str) -> None:
        """Give a named filter another name; a name in use is asked for again."""
        if new_name.strip() in self.named and new_name.strip() != name:
            self._ask_new_name(name, new_name)
            return
        self._names.rename(name, new_name)
        self._store()

    def forget(self, name: str) -> None:
        """Remove a named filter."""
        self._names.delete(name)
        self._store()

    def open_menu(self) -> None:
        """Open the menu, for the keyboard."""
        self.showMenu()

    def _store(self) -> None:
        named = {} if self._names.is_stored else self.named
        self.changed.emit({"earlier": self.earlier, "named": named})

    def _fill(self) -> None:
        menu = self.menu()
        assert menu is not None
        menu.clear()
        for name, expression in self.named.items():
            self._add_filter(menu, f"{name}:  {_shorten(expression)}", expression)
        if self.named:
            menu.addSeparator()
        for expression in self.earlier:
            self._add_filter(menu, _shorten(expression), expression)
        if self.earlier:
            menu.addSeparator()
        reason = self._names.why_not_kept(self._present())
        self._add(menu, "Name this filter...", self._ask_name, reason)
        self._add_submenu(menu, "Rename", self._ask_new_name)
        self._add_submenu(menu, "Remove", self.forget)

    def _add_filter(self, menu: QMenu, title: str, expression: str) -> None:
        self._add(menu, title, partial(self._pick, expression), self._why_unusable(expression))

    def _add_submenu(self, menu: QMenu, title: str, run: Callable[[str], None]) -> None:
        """Add a menu of all names, if there are any."""
        if self.named:
            submenu = menu.addMenu(title)
            assert submenu is not None
            for name in self.named:
                self._add(submenu, name, partial(run, name))

    def _add(self, menu: QMenu, title: str, run: Callable[[], None], reason: str = "") -> QAction:
        """Add an entry; with a reason it is greyed, and shows the reason."""
        action = menu.addAction(menu_text(f"{title}  ({reason})" if reason else title))
        assert action is not None
        action.setEnabled(not reason)
        action.triggered.connect(partial(_run, run))
        return action

    def _pick(self, expression: str) -> None:
        self.picked.emit(expression)

    def _ask_name(self) -> None:
        expression = self._present().strip()
        title = f"Name of {_shorten(expression)}"
        take = partial(self._take_name, expression)
        dialog = self._open_line("Name this filter", title, "", take)
        dialog.textValueChanged.connect(partial(self._show_replaced, dialog, title))

    def _take_name(self, expression: str, name: str) -> None:
        self.name_filter(name, expression)

    def _show_replaced(self, dialog: QInputDialog, title: str, name: str) -> None:
        """Show which filter a name in use would be taken from."""
        replaced = self.named.get(name.strip())
        more = "" if replaced is None else f"\nReplaces {_shorten(replaced)}"
        dialog.setLabelText(plain_tip(title + more))

    def _ask_new_name(self, name: str, taken: str = "") -> None:
        problem = f"{taken.strip()} is in use. " if taken else ""
        label = f"{problem}New name of {name}"
        self._open_line("Rename a filter", label, taken or name, partial(self.rename, name))

    def _open_line(
        self, title: str, label: str, text: str, take: Callable[[str], None]
    ) -> QInputDialog:
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(title)
        # plain_tip(): the label takes an expression such as 'a<b' for HTML.
        dialog.setLabelText(plain_tip(label))
        dialog.setTextValue(text)
        line = dialog.findChild(QLineEdit)
        assert line is not None
        line.setMaxLength(MAX_NAME_CHARACTERS)
        line.setAccessibleName("name of the filter")
        dialog.textValueSelected.connect(take)
        # Otherwise the window's title is cut off.
        dialog.resize(DIALOG_WIDTH, dialog.sizeHint().height())
        for button in dialog.findChildren(QPushButton):
            button.setIcon(QIcon())
        dialog.open()
        return dialog


def _shorten(expression: str) -> str:
    if len(expression) <= MAX_SHOWN_CHARACTERS:
        return expression
    return f"{expression[: MAX_SHOWN_CHARACTERS - 1]}…"


def _run(run: Callable[[], None], _checked: bool) -> None:
    run()
