"""Windows of the program in tests: the one that is shown now, and waiting for it."""

from __future__ import annotations

from typing import Any

from PyQt6.QtWidgets import QApplication, QWidget

from vetter.gui.windows.main_window import MainWindow
from vetter.gui.windows.window import Window
from vetter.gui.windows.window_manager import WindowManager
from vetter.settings import FitSettings, Settings

WITHOUT_FITS = Settings(fit=FitSettings(ahead=False))


def opener() -> WindowManager:
    """What shows one window after another: the one made last."""
    application = QApplication.instance()
    assert application is not None
    return [child for child in application.children() if isinstance(child, WindowManager)][-1]


def present() -> Window:
    """The window that is shown now."""
    return opener().window


def activate(qtbot: Any, window: QWidget) -> None:
    """Make a window the active one: shortcuts reach no other."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=30000)


def until_painted(qtbot: Any, window: MainWindow) -> None:
    """Wait until verdict keys apply to the candidate on screen."""
    session = window.session
    qtbot.waitUntil(lambda: not session.busy and session.is_painted, timeout=30000)


def until_replaced(qtbot: Any, window: QWidget) -> MainWindow:
    """Wait until another window with candidates has taken the place of this one."""
    qtbot.waitUntil(lambda: present() is not window, timeout=30000)
    after = present()
    assert isinstance(after, MainWindow)
    until_painted(qtbot, after)
    return after
