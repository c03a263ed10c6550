"""A whole window, and its preferences, as pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PyQt6.QtWidgets import QApplication

from tests.helpers.small_list import write_small_list
from tests.helpers.snapshots import check_snapshot
from tests.helpers.windows import WITHOUT_FITS, until_painted
from vetter.app import open_window
from vetter.gui.dialogs.preferences.preferences_dialog import PreferencesDialog


def test_whole_window_and_its_preferences(
    qtbot: Any, tmp_path: Path, snapshot_application: QApplication
) -> None:
    path, planes = write_small_list(tmp_path, 6)
    session = str(tmp_path / "s.vetter")
    window = open_window(path, session=session, reviewer="ann", settings=WITHOUT_FITS, **planes)
    try:
        window.resize(1100, 620)
        until_painted(qtbot, window)
        qtbot.waitUntil(lambda: window.evidence.words.startswith("not fitted"), timeout=30000)
        window.status.say("")
        window.actions_by_id["file.preferences"].trigger()
        dialog = window.findChild(PreferencesDialog)
        assert dialog is not None
        for theme in ("dark", "light"):
            window.set_theme(theme == "dark")
            # Qt gives the palette to the widgets in the next turn.
            snapshot_application.processEvents()
            check_snapshot(window.grab().toImage(), f"window_{theme}")
            check_snapshot(dialog.grab().toImage(), f"preferences_{theme}")
    finally:
        window.dialogs.close_all()
        window.close()
