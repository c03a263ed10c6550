"""Dialogs as pictures: key sheet, palette, export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget

from tests.gui.conftest import CheckLook
from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from vetter.core.decisions.decision import Verdict
from vetter.gui.actions.command import Command
from vetter.gui.actions.keymap import make_keymap
from vetter.gui.dialogs.export import ExportDialog
from vetter.gui.dialogs.key_sheet import KeySheet
from vetter.gui.dialogs.palette import Palette
from vetter.gui.dialogs.palette_search import CandidateSearch
from vetter.gui.widgets.row_choice import RowChoiceForm

# A few of them, so that a new command does not change the pictures.
COMMANDS = tuple(
    Command(f"{menu}.{title}", title, keys, menu.title(), lambda w: None)
    for menu, title, keys in (
        ("review", "Accept, then next", ("A",)),
        ("review", "Reject, then next", ("R",)),
        ("go", "Next", ("Right", "N")),
        ("view", "Blink image and template", ("B",)),
        ("view", "Fit view", ("0",)),
        ("fit", "Fit now (adjust_cutout)", ("F",)),
    )
)


def test_key_sheet(qtbot: Any, check_look: CheckLook) -> None:
    sheet = KeySheet(COMMANDS, make_keymap(COMMANDS, None))
    sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(sheet)
    sheet.resize(sheet.sizeHint())
    check_look(sheet, "key_sheet")


def test_palette(qtbot: Any, check_look: CheckLook) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    keymap = {command.id: command.keys for command in COMMANDS}
    palette = Palette(COMMANDS, keymap, window, CandidateSearch(FakeSession()), "a name")
    palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    check_look(palette, "palette")
    palette.close()


def test_export(qtbot: Any, check_look: CheckLook, tmp_path: Path) -> None:
    source = FakeSource(candidate_list(6))
    session = FakeSession(source.candidates)
    session.source = source
    session.say(0, verdict=Verdict.ACCEPT)
    dialog = ExportDialog(session, FakeCache(source), None)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.folder.setText("night/vetter_export")
    # A thread counts the chosen ones.
    preview = dialog.findChild(RowChoiceForm).preview
    qtbot.waitUntil(lambda: bool(preview.text()), timeout=30000)
    dialog.resize(dialog.sizeHint())
    check_look(dialog, "export")
    dialog.close()
