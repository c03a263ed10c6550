"""Pages of the preferences as pictures: keys, tags, list, memory and services."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import Qt

from tests.gui.conftest import CheckLook
from vetter.gui.actions.command import Command
from vetter.gui.actions.keymap import make_keymap
from vetter.gui.dialogs.preferences.preferences_dialog import PreferencesDialog
from vetter.review.opening.preferences import PreferenceFiles, Preferences
from vetter.settings import ReviewSettings, Settings

# A few of them, so that a new command does not change the pictures.
COMMANDS = tuple(
    Command(name, title, keys, "Review", lambda w: None)
    for name, title, keys in (
        ("review.accept", "Accept, then next", ("A",)),
        ("review.reject", "Reject, then next", ("R", "X")),
        ("review.later", "Later", ()),
    )
)


@pytest.mark.parametrize("page", ["look", "keys", "tags", "list", "services"])
def test_page(qtbot: Any, check_look: CheckLook, page: str) -> None:
    review = ReviewSettings(tags=("dipole", "ghost"), tag_colours=("#d55e00", ""))
    preferences = Preferences(Settings(review=review), None, PreferenceFiles())
    keymap = make_keymap(COMMANDS)
    dialog = PreferencesDialog(preferences, COMMANDS, keymap, ("verdict", "name", "mag"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.pages.setCurrentIndex(("look", "keys", "tags", "list", "services").index(page))
    check_look(dialog, f"preferences_{page}")
    dialog.close()
    preferences.close()
