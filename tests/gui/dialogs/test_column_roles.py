"""The dialog of the list's columns, and the window that reads the list anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtWidgets import QDialogButtonBox

from tests.helpers.field_files import tan_wcs, write_field
from tests.helpers.windows import WITHOUT_FITS, present, until_painted, until_replaced
from vetter.app import open_window
from vetter.gui.dialogs.column_roles import ListColumns
from vetter.gui.windows.main_window import MainWindow


@pytest.fixture
def window(qtbot, tmp_path: Path) -> Iterator[MainWindow]:
    """A list that counts from 1, with a second pair of pixels and a second name."""
    steps = np.arange(4)
    x, y = 20 + 5 * steps, 25 + 5 * steps
    ra, dec = tan_wcs().all_pix2world(x, y, 1)
    lines = ["id,other,x,y,xcen,ycen,ra,dec"]
    lines += [
        f"{n + 1},J{n},{x[n]},{y[n]},{x[n] + 3},{y[n]},{ra[n]:.7f},{dec[n]:.7f}" for n in steps
    ]
    (tmp_path / "l.csv").write_text("\n".join(lines) + "\n")
    planes = write_field(tmp_path, ("image", "diff"))
    window = open_window(
        tmp_path / "l.csv", session=tmp_path / "s.vetter", settings=WITHOUT_FITS, **planes
    )
    until_painted(qtbot, window)
    yield window
    for shown in window.findChildren(ListColumns):
        shown.close()
    present().close()


def dialog(window: MainWindow) -> ListColumns:
    window.dialogs.show_list_columns()
    found = window.findChild(ListColumns)
    assert found is not None
    return found


def choose(shown: ListColumns, **columns: str | None) -> None:
    for role, column in columns.items():
        shown.combos[role].setCurrentIndex(shown.combos[role].findData(column))


def read_anew(qtbot, window: MainWindow, shown: ListColumns) -> MainWindow:
    shown.accept()
    return until_replaced(qtbot, window)


def test_what_was_recognised_is_shown_and_what_cannot_be_is_not_taken(qtbot, window):
    shown = dialog(window)
    table = shown.table
    # All first candidates are seen at once.
    qtbot.waitUntil(table.isVisible, timeout=30000)
    assert table.verticalScrollBar().maximum() == 0
    lines = sum(table.rowHeight(row) for row in range(table.rowCount()))
    assert lines <= table.viewport().height() <= lines + 4
    assert {role: combo.currentData() for role, combo in shown.combos.items()} == {
        "key": "id", "name": None, "x": "x", "y": "y", "ra": "ra", "dec": "dec", "mag": None,
        "mag_err": None, "time": None, "filter": None, "fwhm": None,
    }  # fmt: skip
    assert shown.counting.currentText() == "as found: from 1, by the WCS"
    assert [table.item(0, n).text() for n in range(3)] == ["1", "19.00", "24.00"]
    choose(shown, y=None)
    assert "x and y go together" in shown.notes.text()
    assert not shown.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()


def test_the_list_is_read_anew_in_the_same_place(qtbot, window):
    window.session.next()
    before = window.geometry()
    shown = dialog(window)
    choose(shown, x="xcen", y="ycen")
    after = read_anew(qtbot, window, shown)
    assert not window.isVisible() and after.isVisible()
    assert after.session.candidates.x[0] == 23 and after.session.current_row == 1
    assert after.geometry() == before


def test_verdicts_carry_over_by_key_and_place(qtbot, window):
    window.session.accept()
    until_painted(qtbot, window)
    shown = dialog(window)
    assert "1; all carry over" in shown.notes.text()
    choose(shown, name="other")
    after = read_anew(qtbot, window, shown)
    assert after.session.counts.accepted == 1 and after.session.candidates.name(0) == "J0"


def test_another_key_says_how_many_verdicts_stay(qtbot, window):
    window.session.accept()
    until_painted(qtbot, window)
    shown = dialog(window)
    choose(shown, key="other")
    assert "1; 0 carry over" in shown.notes.text()
    after = read_anew(qtbot, window, shown)
    assert after.session.counts.accepted == 0 and len(after.session.ledger.offers()) == 1


def test_the_choice_is_remembered(qtbot, window, tmp_path):
    shown = dialog(window)
    choose(shown, x="xcen", y="ycen")
    shown.counting.setCurrentIndex(1)
    shown.encoding.setCurrentIndex(shown.encoding.findData("gb18030"))
    after = read_anew(qtbot, window, shown)
    after.close()
    again = open_window(
        tmp_path / "l.csv",
        session=tmp_path / "s.vetter",
        settings=WITHOUT_FITS,
        image=str(tmp_path / "image.fits"),
    )
    assert again.session.candidates.roles.x == "xcen"
    assert again.session.candidates.x[0] == 23
    assert again.session.source.record["options"]["one_based"] is False
    assert again.session.source.record["options"]["encoding"] == "gb18030"


def test_a_list_that_has_gone_is_said_and_the_window_stays(qtbot, window, tmp_path):
    said = window.opening.strip.text
    shown = dialog(window)
    (tmp_path / "l.csv").unlink()
    shown.accept()
    qtbot.waitUntil(lambda: "not opened" in said.text(), timeout=30000)
    assert "no such file" in said.text() and present() is window and window.isVisible()


def test_a_disagreement_is_said_on_opening(qtbot, window):
    shown = dialog(window)
    choose(shown, x="xcen", y="ycen")
    assert "disagree by more than 2 px" in shown.notes.text()
    after = read_anew(qtbot, window, shown)
    assert "disagree by more than 2 px" in after.status.currentMessage()
