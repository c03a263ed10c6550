"""The rejection of explained candidates: rows, counts, and no verdict without the button."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PyQt6.QtCore import QItemSelectionModel, Qt
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QPushButton

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from vetter.core.decisions.decision import Verdict
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import FitTable
from vetter.gui.dialogs.reject_explained import RejectExplainedDialog

GONE = (1, 3, 4, 8)
OTHERS = {
    0: Answer.KEPT,
    2: Answer.VARIABLE,
    5: Answer.ORDINARY,
    6: Answer.NOTHING,
    7: Answer.NOT_JUDGED,
}


@pytest.fixture
def session(qapp) -> FakeSession:
    source = FakeSource(candidate_list(10))
    session = FakeSession(source.candidates)
    session.source = source
    return session


@pytest.fixture
def fits(session) -> SimpleNamespace:
    table = FitTable(10)
    for row in range(9):
        fit = Adjustment(True, dx=0.1 * row, dy=0, scale=1, chi2_0=900, chi2=100, df=100, snr=0.5)
        table.set(row, fit, Judgement(OTHERS.get(row, Answer.EXPLAINED), ""))
    return SimpleNamespace(
        table=table,
        disappeared_rows=lambda: [
            int(row) for row in session.queue.order if table.codes[row] == Answer.EXPLAINED.code
        ],
    )


@pytest.fixture
def cache(session) -> FakeCache:
    return FakeCache(session.source)


@pytest.fixture
def make(qtbot, session, cache, fits):
    def made() -> RejectExplainedDialog:
        dialog = RejectExplainedDialog(session, cache, fits)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return made


def said(session: FakeSession) -> list:
    """What the session was told but for where to go: the dialog shows its lines' candidates."""
    return [call for call in session.calls if call[0] != "go_to_row"]


def cells(dialog: RejectExplainedDialog, line: int) -> list[str]:
    model = dialog.model
    role = Qt.ItemDataRole.DisplayRole
    return [model.data(model.index(line, column), role) for column in range(model.columnCount())]


def test_it_says_how_many_and_which(make):
    dialog = make()
    assert dialog.explanation.text().startswith("4 undecided candidates of 10 are explained")
    assert "1 is not fitted yet" in dialog.explanation.text()
    assert cells(dialog, 1) == ["J003", "9.00", "1.00", "0.30", "1.000", "0.5"]
    assert dialog.go.text() == "Reject 4"


def test_they_are_rejected_as_one_group(make, session):
    dialog = make()
    dialog.go.click()
    assert said(session) == [("decide_group", [1, 3, 4, 8], Verdict.REJECT)]


def test_nothing_is_decided_without_the_button(make, session):
    make().reject()
    assert not [call for call in session.calls if call[0] == "decide_group"]


def test_what_has_a_verdict_is_left_out_and_counted(make, session):
    session.codes[3] = 1
    dialog = make()
    assert dialog.model.ticked == [1, 4, 8]
    assert "1 more has a verdict and keeps it" in dialog.explanation.text()


def test_a_verdict_given_meanwhile_stays(make, session):
    dialog = make()
    session.codes[4] = 1
    dialog.accept()
    assert said(session) == [("decide_group", [1, 3, 8], Verdict.REJECT)]


def test_a_filtered_list_is_said(make, session):
    session.queue.set_filter("x < 14")
    dialog = make()
    assert "2 undecided candidates of 4 in the filtered list" in dialog.explanation.text()


def test_what_is_unticked_is_not_rejected(make, session):
    dialog = make()
    index = dialog.model.index(1, 0)
    dialog.model.setData(index, Qt.CheckState.Unchecked.value, Qt.ItemDataRole.CheckStateRole)
    assert dialog.go.text() == "Reject 3"
    dialog.go.click()
    assert said(session) == [("decide_group", [1, 4, 8], Verdict.REJECT)]


def test_with_no_tick_there_is_nothing_to_reject(make):
    dialog = make()
    dialog._tick_none()
    assert not dialog.go.isEnabled()


def test_ticks_go_with_their_lines_when_sorted(make):
    dialog = make()
    dialog.model.tick([0], False)
    dialog.model.sort(3, Qt.SortOrder.DescendingOrder)
    assert [dialog.model.row_at(line) for line in range(4)] == [8, 4, 3, 1]
    assert dialog.model.ticked == [8, 4, 3]


def test_the_chosen_line_is_looked_at_and_left_again(make, session, cache):
    session.go_to_row(6)
    dialog = make()
    dialog.table.setCurrentIndex(dialog.model.index(2, 0))
    assert session.current_row == 4 and dialog.strip.row is None
    cache.want([4])
    cache.serve()
    assert dialog.strip.row == 4
    dialog.reject()
    assert session.current_row == 6


def test_read_only_nothing_can_be_rejected(make, session):
    session.read_only = True
    dialog = make()
    assert not dialog.go.isEnabled()
    dialog.accept()
    assert said(session) == []


def test_the_line_that_the_pictures_are_of_is_marked_from_the_start(make, session):
    dialog = make()
    selection = dialog.table.selectionModel()
    assert [index.row() for index in selection.selectedRows()] == [0]
    assert session.current_row == dialog.model.row_at(0)


def test_headings_stand_over_what_they_are_of(make):
    model, role = make().model, Qt.ItemDataRole.TextAlignmentRole
    for column in range(model.columnCount()):
        heading = model.headerData(column, Qt.Orientation.Horizontal, role)
        assert heading == model.data(model.index(0, column), role)


def test_tick_boxes_are_outlined_as_in_other_tables(make, qapp):
    before = QPalette(qapp.palette("QTableWidget"))
    outlined = QPalette(before)
    outlined.setColor(QPalette.ColorRole.Window, QColor("#8b8e92"))
    qapp.setPalette(outlined, "QTableWidget")
    try:
        assert make().table.palette().window().color().name() == "#8b8e92"
    finally:
        qapp.setPalette(before, "QTableWidget")


def test_other_answers_are_counted_and_not_listed(make):
    dialog = make()
    assert dialog.model.ticked == list(GONE)
    said = "not rejected: 1 variable, 1 ordinary, 1 nothing, 1 kept, 1 not judged."
    assert said in dialog.explanation.text()


def test_headings_are_whole(make) -> None:
    dialog = make()
    heading = dialog.table.horizontalHeader()
    for section in range(heading.count()):
        assert heading.sectionSize(section) >= heading.sectionSizeHint(section)
    assert heading.length() <= heading.width()


def press(dialog: RejectExplainedDialog, words: str) -> None:
    next(b for b in dialog.findChildren(QPushButton) if b.text() == words).click()


def test_buttons_tick_all_or_none_or_untick_the_selected(make):
    dialog = make()
    press(dialog, "Tick none")
    assert dialog.model.ticked == [] and dialog.go.text() == "Reject 0"
    press(dialog, "Tick all")
    assert dialog.model.ticked == list(GONE) and dialog.go.isEnabled()
    selection = dialog.table.selectionModel()
    rows = QItemSelectionModel.SelectionFlag.Rows
    selection.clear()
    for line in (1, 3):
        selection.select(dialog.model.index(line, 0), rows | selection.SelectionFlag.Select)
    press(dialog, "Untick selected lines")
    assert dialog.model.ticked == [1, 4] and dialog.go.text() == "Reject 2"


@pytest.mark.parametrize(
    ("column", "order", "rows"),
    [
        (3, Qt.SortOrder.AscendingOrder, [1, 3, 4, 8]),
        (3, Qt.SortOrder.DescendingOrder, [8, 4, 3, 1]),
        (0, Qt.SortOrder.DescendingOrder, [8, 4, 3, 1]),
        (0, Qt.SortOrder.AscendingOrder, [1, 3, 4, 8]),
    ],
)
def test_headings_sort_by_name_and_number(make, column, order, rows):
    dialog = make()
    heading = dialog.table.horizontalHeader()
    heading.setSortIndicator(3, Qt.SortOrder.DescendingOrder)
    heading.setSortIndicator(column, order)
    assert [dialog.model.row_at(line) for line in range(4)] == rows
    # No column any more: the lines stay.
    heading.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    assert [dialog.model.row_at(line) for line in range(4)] == rows


def test_only_the_first_column_can_be_ticked(make):
    model, role = make().model, Qt.ItemDataRole
    told: list[int] = []
    model.ticked_changed.connect(lambda: told.append(1))
    off = Qt.CheckState.Unchecked.value
    assert not model.setData(model.index(1, 1), off, role.CheckStateRole)
    assert not model.setData(model.index(1, 0), off, role.EditRole)
    assert told == [] and model.ticked == list(GONE)
    assert model.setData(model.index(1, 0), off, role.CheckStateRole) and told == [1]
    states = [model.data(model.index(1, column), role.CheckStateRole) for column in (0, 1)]
    assert states == [Qt.CheckState.Unchecked, None]
    checkable = Qt.ItemFlag.ItemIsUserCheckable
    assert [bool(model.flags(model.index(1, n)) & checkable) for n in (0, 1)] == [True, False]
    assert model.rowCount(model.index(0, 0)) == model.columnCount(model.index(0, 0)) == 0
    assert model.headerData(0, Qt.Orientation.Vertical, role.DisplayRole) is None
    assert model.headerData(0, Qt.Orientation.Horizontal, role.DecorationRole) is None
    assert model.data(model.index(0, 0), role.DecorationRole) is None


def test_unknown_numbers_are_empty(make, fits):
    fits.table.set(3, Adjustment(True, dx=0.1, dy=0, scale=1), Judgement(Answer.EXPLAINED, ""))
    assert cells(make(), 1)[:3] == ["J003", "", ""]


def test_list_that_is_still_read_is_said(make, session):
    session.incomplete_reason = "the list is still read: more may come"
    assert make().explanation.text().endswith(" The list is still read: more may come.")
