from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QScrollArea, QWidget

from vetter.gui.actions.keymap import make_keymap
from vetter.gui.commands import COMMANDS
from vetter.gui.dialogs.key_sheet import KEY_NAMES, KeySheet
from vetter.gui.dialogs.palette import keys_text


@pytest.fixture
def make(qtbot):
    def make(changes: dict[str, list[str]] | None = None) -> KeySheet:
        sheet = KeySheet(COMMANDS, make_keymap(COMMANDS, changes))
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(sheet)
        return sheet

    return make


def _texts(sheet: KeySheet) -> list[str]:
    return [label.text() for label in sheet.findChildren(QLabel)]


def test_every_command_with_a_key_is_on_it(make) -> None:
    texts = _texts(make())
    for command in COMMANDS:
        if command.keys and not command.id.startswith("review.tag_"):
            assert command.title in texts
            keys = keys_text(command.keys)
            assert KEY_NAMES.get(keys, keys) in texts


def test_keys_of_the_grid_and_the_field_view_are_on_it(make) -> None:
    texts = _texts(make())
    assert {"Grid", "Next plane", "Field view", "Next button; Enter presses it"} <= set(texts)


def test_tags_are_one_line(make) -> None:
    texts = _texts(make())
    assert "1 to 9" in texts and "Tag 1 on or off" not in texts


def test_the_users_keys_are_shown(make) -> None:
    texts = _texts(make({"review.accept": ["Ctrl+Space"], "review.tag_1": ["Ctrl+1"]}))
    assert "A" not in texts
    assert "Ctrl+1" in texts and "1 to 9" not in texts


def test_command_that_lost_its_key_is_named(make) -> None:
    texts = _texts(make({"view.field": ["X"]}))
    said = "X runs 'Field view' and no longer 'Later: put off until a new epoch'."
    assert any(said in text for text in texts)


def test_it_fits_a_small_screen(make) -> None:
    size = make().sizeHint()
    assert size.width() <= 1280 and size.height() <= 660


def test_signs_that_are_hardly_seen_are_spelt_out(make) -> None:
    assert {".  full stop", ",  comma", "-  minus"} <= set(_texts(make()))


@pytest.mark.parametrize(("height", "scrolls"), [(720, True), (1100, False)])
def test_a_large_window_shows_all_keys(qtbot, height: int, scrolls: bool) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1280, height)
    sheet = KeySheet(COMMANDS, make_keymap(COMMANDS, None), window)
    sheet.show()
    area = sheet.findChild(QScrollArea)
    assert sheet.height() <= height - 40
    assert (area.verticalScrollBar().maximum() > 0) is scrolls
