"""Tab goes through a dialog as the eye does."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractButton, QDialog, QWidget

from tests.helpers.fake_session import FakeSession
from tests.helpers.fake_source import FakeCache, FakeSource
from vetter.core.decisions.decision import Verdict
from vetter.gui.dialogs.export import ExportDialog
from vetter.gui.opening.planes_dialog import PlanesDialog


def chain(dialog: QDialog, first: QWidget) -> list[str]:
    """What Tab reaches from a widget on, by name."""
    names, widget = [], first
    while True:
        if (
            widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.isEnabled()
            and widget.isVisibleTo(dialog)
            and widget.focusProxy() is None
        ):
            said = widget.text() if isinstance(widget, QAbstractButton) else ""
            names.append(said or widget.accessibleName())
        following = widget.nextInFocusChain()
        assert following is not None
        widget = following
        if widget is first:
            return [name for name in names if name]


def test_the_export_begins_with_what_is_exported(qtbot) -> None:
    session = FakeSession()
    session.source = FakeSource(session.candidates)
    dialog = ExportDialog(session, FakeCache(session.source), None)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    first = dialog.verdicts[Verdict.ACCEPT]
    assert dialog.focusWidget() is first
    names = chain(dialog, first)
    assert names[0].startswith("accepted") and names[5:9] == ["tags", "since", "until", "filter"]
    assert names[9].startswith("a picture") and names[10].startswith("a page to show")
    assert names[11] == "a contact sheet (PDF)"
    assert names[12:17] == ["ECSV", "CSV", "VOTable", "FITS", "Parquet"]
    assert names[17:] == [
        "only these candidates in the table",
        "folder",
        "Browse...",
        "Export",
        "Close",
    ]


def test_planes_come_line_by_line_and_the_buttons_last(qtbot) -> None:
    dialog = PlanesDialog("The planes:", {"image": "a.fits"}, [])
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    names = chain(dialog, dialog.lines[0][0])
    assert names[:3] == ["name of the plane", "file of the plane image", "Browse..."]
    assert names[-3:] == ["Another plane", "Show these planes", "Cancel"]
