"""The window of the first page alone: themes, keys, settings, and an end that comes once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QApplication

from tests.helpers.turns import until_handled
from vetter.gui.actions.keymap import make_keymap
from vetter.gui.commands import COMMANDS, WINDOW_COMMANDS
from vetter.gui.windows.start_window import StartWindow
from vetter.gui.windows.window import TITLE_BAR, USEFUL_SIZE, first_size
from vetter.review.opening.recents import Recents
from vetter.settings import Settings


class Started(StartWindow):
    """Counts when the work of a shown window begins and ends."""

    begun = ended = 0

    def begin(self) -> None:
        self.begun += 1

    def end(self) -> None:
        super().end()
        self.ended += 1


@pytest.fixture
def window(qtbot: Any) -> Iterator[Started]:
    window = make_window("dark")
    qtbot.addWidget(window)
    yield window
    window.shut_down()
    window.set_theme(True)


def make_window(theme: str, **options: Any) -> Started:
    return Started(theme, None, Recents(), COMMANDS, WINDOW_COMMANDS, **options)


@pytest.mark.parametrize(("theme", "dark"), [("dark", True), ("light", False)])
def test_theme_of_the_settings_is_shown_until_switched(
    qtbot: Any, window: Started, theme: str, dark: bool
) -> None:
    other = make_window(theme)
    qtbot.addWidget(other)
    assert other.is_dark is dark
    ground = QApplication.palette().window().color().lightness()
    assert (ground < 100) == dark
    other.toggle_theme()
    assert other.is_dark is not dark
    assert (QApplication.palette().window().color().lightness() < 100) != dark
    other.shut_down()


def with_theme(theme: str, **review: Any) -> Settings:
    settings = Settings()
    return dataclasses.replace(
        settings,
        display=dataclasses.replace(settings.display, theme=theme),
        review=dataclasses.replace(settings.review, **review),
    )


def test_other_settings_leave_a_switched_theme(window: Started) -> None:
    window.toggle_theme()
    window.apply_settings(with_theme("dark", blind=True))
    # The user's last word stays until the setting itself is another.
    assert not window.is_dark and window.page.blind.isChecked()
    window.apply_settings(with_theme("light"))
    assert not window.is_dark and not window.page.blind.isChecked()
    window.apply_settings(with_theme("dark"))
    assert window.is_dark


def test_changed_keys_are_on_buttons_and_actions(window: Started) -> None:
    held = window.keymap
    assert window.page.buttons[0].text().endswith(f"   {held['file.open'][0]}")
    changed = make_keymap(COMMANDS, {"file.open": ["F9", "F10"], "file.demo": []})
    window.set_keymap(changed)
    assert window.keymap is held and held["file.open"] == ("F9", "F10")
    shortcuts = window.actions_by_id["file.open"].shortcuts()
    assert [keys.toString() for keys in shortcuts] == ["F9", "F10"]
    assert window.page.buttons[0].text().endswith("   F9")
    assert not window.page.buttons[2].text().endswith(" ")


def test_full_screen_is_entered_and_left(window: Started) -> None:
    full = Qt.WindowState.WindowFullScreen
    window.toggle_full_screen()
    assert window.windowState() & full
    window.toggle_full_screen()
    assert not window.windowState() & full


def test_work_begins_after_the_first_paint_alone(qtbot: Any, window: Started) -> None:
    told: list[int] = []
    window.exposed.connect(lambda: told.append(window.begun))
    window.grab()
    window.grab()
    assert window.begun == 0
    until_handled(qtbot)
    assert window.begun == 1 and told == [1]


def test_window_closed_at_once_begins_nothing_and_ends_once(qtbot: Any, window: Started) -> None:
    told: list[int] = []
    window.closed.connect(lambda: told.append(window.ended))
    window.grab()
    window.quit()
    window.shut_down()
    until_handled(qtbot)
    assert (window.begun, window.ended, told) == (0, 1, [1])


def test_palette_searches_the_recent_sessions(window: Started) -> None:
    search, described = window.dialogs.make_palette_search()
    assert described == "a recent session"
    assert list(search("no such session")) == []


class Screen:
    """A screen of some size, or none."""

    def __init__(self, width: int, height: int) -> None:
        self._size = QSize(width, height)

    def availableGeometry(self) -> QSize:
        return self._size


@pytest.mark.parametrize(
    ("screen", "size"),
    [
        (None, USEFUL_SIZE),
        (Screen(3000, 2000), USEFUL_SIZE),
        (Screen(1280, 720), (1280, 720 - TITLE_BAR)),
        (Screen(1280, 2000), (1280, USEFUL_SIZE[1])),
        (Screen(1600, 931), (1600, 899)),
    ],
)
def test_first_size_is_useful_and_fits_the_screen(
    screen: Screen | None, size: tuple[int, int]
) -> None:
    class Application:
        def primaryScreen(self) -> Screen | None:
            return screen

    assert first_size(Application()) == size
