"""Buttons of verdicts and tags, with their keys, in the line of the menus."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PyQt6.QtGui import QAction, QIcon
from PyQt6.QtWidgets import QHBoxLayout, QMenuBar, QToolButton, QWidget

from vetter.core.decisions.decision import Verdict
from vetter.gui.actions.keymap import Keymap, keys_text
from vetter.gui.widgets.buttons import CheckedButton
from vetter.gui.widgets.plain_text import menu_text, plain_tip
from vetter.gui.widgets.verdict_style import badge, is_dark
from vetter.review.session import Session

VERDICTS = {
    "review.accept": ("Accept", Verdict.ACCEPT),
    "review.reject": ("Reject", Verdict.REJECT),
    "review.maybe": ("Maybe", Verdict.MAYBE),
    "review.later": ("Later", Verdict.LATER),
}
"""Name and verdict by command."""

UPDATE_DELAY_MS = 40
"""Delay after a candidate is shown until its verdict and tags are marked: pixels come first."""

ICON_SIZE = 14
MENU_MARGINS = 18
"""Width of a menu's heading beside its text, screen units: Fusion's margins and a reserve."""


class VerdictBar(QWidget):
    """One button for each verdict and tag; those of the candidate on screen are down.

    The bar takes the free end of the menus' line, so that the panels lose no room. In a narrow
    window the tags, then the verdicts, are named by their keys alone.

    Parameters
    ----------
    session : Session
    keymap : Keymap
        The keys in force, written on the buttons.
    actions : mapping
        Actions by the id of their command; a button triggers one.
    menus : QMenuBar
        The window's menus.
    """

    def __init__(
        self,
        session: Session,
        keymap: Keymap,
        actions: Mapping[str, QAction],
        menus: QMenuBar,
    ) -> None:
        super().__init__(menus)
        self._session, self._menus = session, menus
        self._keymap, self._actions = keymap, actions
        self._level = 0
        self.setObjectName("verdict bar")
        self.buttons: dict[str, QToolButton] = {}
        self._texts: dict[str, tuple[str, str]] = {}
        self._tags: dict[str, str] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 6, 0)
        self._row.setSpacing(2)
        self._make_buttons()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(UPDATE_DELAY_MS)
        self._soon.timeout.connect(self.refresh)
        session.current_changed.connect(self._on_changed)
        session.opinions_changed.connect(self._on_changed)
        session.blanked.connect(self._on_changed)
        menus.installEventFilter(self)
        menus.setCornerWidget(self, Qt.Corner.TopRightCorner)
        self._set_icons()
        self.fit_width()

    def rebuild(self) -> None:
        """Make the buttons anew, for other tags or keys."""
        while (item := self._row.takeAt(0)) is not None:
            button = item.widget()
            if button is not None:
                button.hide()
                button.deleteLater()
        self.buttons.clear()
        self._texts.clear()
        self._make_buttons()
        self._set_icons()
        self.fit_width()
        self.refresh()

    def stop(self) -> None:
        """Stop the updates when the window closes."""
        self._menus.removeEventFilter(self)
        for signal in (
            self._session.current_changed,
            self._session.opinions_changed,
            self._session.blanked,
        ):
            signal.disconnect(self._on_changed)
        self._soon.stop()

    def refresh(self) -> None:
        """Mark verdict and tags of the candidate on screen."""
        session, row = self._session, self._session.current_row
        blank = row < 0 or session.is_blank
        opinion = None if blank else session.opinion(row)
        for command, button in self.buttons.items():
            if opinion is None:
                down = False
            elif command in VERDICTS:
                down = opinion.verdict is VERDICTS[command][1]
            else:
                down = self._tags[command] in opinion.tags
            button.setChecked(down)
            button.setEnabled(not blank and not session.read_only)

    def fit_width(self) -> None:
        """Choose the texts that fit beside the menus."""
        # Not actionGeometry(), which is empty for a menu that does not fit at present.
        metrics, menus = self._menus.fontMetrics(), self._menus.actions()
        taken = sum(metrics.horizontalAdvance(menu.text()) + MENU_MARGINS for menu in menus)
        room = self._menus.width() - taken
        for level in range(3):
            self._set_level(level)
            if self.sizeHint().width() <= room:
                break

    def minimumSizeHint(self) -> QSize:
        # The buttons must not widen the window.
        return QSize(0, super().minimumSizeHint().height())

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Fit the texts before the menus are laid out anew."""
        if event is not None and event.type() == QEvent.Type.Resize:
            self.fit_width()
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self._set_icons()

    def _make_buttons(self) -> None:
        self._tags = {
            f"review.tag_{number}": tag
            for number, tag in enumerate(self._session.settings.review.tags, 1)
        }
        names = {name: text for name, (text, _) in VERDICTS.items()} | self._tags
        for command, name in names.items():
            key = keys_text(self._keymap.get(command, ())[:1])
            self._texts[command] = (f"{key} {name}".strip(), key or name)
            button = self._make_button(command, name, key, self._actions[command])
            if command == "review.tag_1":
                self._row.addSpacing(10)
            self._row.addWidget(button)

    def _make_button(self, command: str, name: str, key: str, action: QAction) -> QToolButton:
        button = CheckedButton("", self)
        # A click leaves the focus, and each button has a key.
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setAutoRaise(True)
        button.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        kind = "" if command in VERDICTS else "tag "
        button.setAccessibleName(f"{kind}{name}")
        button.setToolTip(plain_tip(f"{kind}{name} ({key})" if key else f"{kind}{name}"))
        button.clicked.connect(action.trigger)
        # A click toggles the button itself; its state is that of the candidate.
        button.clicked.connect(self._on_changed)
        self.buttons[command] = button
        return button

    def _set_level(self, level: int) -> None:
        for command, button in self.buttons.items():
            short = level > (1 if command in VERDICTS else 0)
            text = menu_text(self._texts[command][short])
            if button.text() != text:
                button.setText(text)
        layout = self.layout()
        if layout is not None and level != self._level:
            layout.invalidate()
        self._level = level

    def _set_icons(self) -> None:
        dark, ratio = is_dark(self.palette()), self.devicePixelRatioF()
        for command, (_, verdict) in VERDICTS.items():
            self.buttons[command].setIcon(QIcon(badge(verdict.code, ICON_SIZE, dark, ratio)))

    def _on_changed(self, _what: object = None) -> None:
        self._soon.start()
