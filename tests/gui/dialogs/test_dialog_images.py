"""Dialogs as pictures, as large as they open: keys, palette, export, values, explained, offers."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialog, QWidget

from tests.gui.conftest import CheckLook
from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from vetter.core.decisions.carry_over import Offer
from vetter.core.decisions.decision import Opinion, Verdict
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import FitTable
from vetter.gui.actions.command import Command
from vetter.gui.actions.keymap import make_keymap
from vetter.gui.dialogs.all_columns import AllColumns
from vetter.gui.dialogs.export import ExportDialog
from vetter.gui.dialogs.key_sheet import KeySheet
from vetter.gui.dialogs.palette import Palette
from vetter.gui.dialogs.palette_search import CandidateSearch
from vetter.gui.dialogs.reject_explained import RejectExplainedDialog
from vetter.gui.dialogs.verdict_offers import OffersDialog
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


def a_session() -> FakeSession:
    source = FakeSource(candidate_list(8))
    session = FakeSession(source.candidates)
    session.source = source
    return session


def look_at(qtbot: Any, check_look: CheckLook, dialog: QDialog, name: str) -> None:
    """Check the picture of a dialog, as large as it opens; not shown, no cursor blinks in it."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    check_look(dialog, name)
    dialog.reject()


def test_all_values(qtbot: Any, check_look: CheckLook) -> None:
    look_at(qtbot, check_look, AllColumns(a_session()), "all_values")


def test_explained_ones(qtbot: Any, check_look: CheckLook) -> None:
    session, table = a_session(), FitTable(8)
    rows = [1, 3, 4]
    for row in range(7):
        fit = Adjustment(True, dx=0.1 * row, dy=0, scale=1, chi2_0=900, chi2=100, df=100, snr=0.5)
        table.set(row, fit, Judgement(Answer.EXPLAINED if row in rows else Answer.KEPT, ""))
    fits = SimpleNamespace(table=table, disappeared_rows=lambda: rows)
    dialog = RejectExplainedDialog(session, FakeCache(session.source), fits)
    look_at(qtbot, check_look, dialog, "explained")


def test_offered_verdicts(qtbot: Any, check_look: CheckLook) -> None:
    session = a_session()
    offers = [
        Offer("old 2", 2, 0.41, "arcsec", Opinion(Verdict.REJECT, ("dipole",), "faint")),
        Offer("old 4", 4, 1.2, "pixels", Opinion(Verdict.ACCEPT, (), "")),
    ]
    session.ledger = SimpleNamespace(offers=lambda: offers)
    dialog = OffersDialog(session, FakeCache(session.source))
    look_at(qtbot, check_look, dialog, "offers")
