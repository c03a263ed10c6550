from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QPushButton

from tests.helpers.fake_session import FakeSession
from vetter.gui.candidate_list.column_picker import ColumnPicker


@pytest.fixture
def picker(qtbot, qapp) -> ColumnPicker:
    picker = ColumnPicker(FakeSession().columns, ["verdict", "name", "mag"])
    picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(picker)
    return picker


def _line(picker: ColumnPicker, name: str) -> int:
    names = [
        picker.list.item(line).data(Qt.ItemDataRole.UserRole) for line in range(picker.list.count())
    ]
    return names.index(name)


def test_what_is_shown_is_ticked_and_first(picker) -> None:
    assert picker.ticked_names() == ["verdict", "name", "mag"]
    assert _line(picker, "mag") == 2


def test_every_column_is_there_once(picker) -> None:
    names = [
        picker.list.item(line).data(Qt.ItemDataRole.UserRole) for line in range(picker.list.count())
    ]
    assert sorted(names) == sorted(FakeSession().columns.names)


def test_ok_tells_the_ticked_columns_in_order(qtbot, picker) -> None:
    picker.list.item(_line(picker, "mjd")).setCheckState(Qt.CheckState.Checked)
    picker.list.item(_line(picker, "verdict")).setCheckState(Qt.CheckState.Unchecked)
    picker.list.setCurrentRow(_line(picker, "mag"))
    picker.shift(-1)
    with qtbot.waitSignal(picker.picked) as told:
        picker.accept()
    assert told.args == [["mag", "name", "mjd"]]


def test_cancel_tells_nothing(qtbot, picker) -> None:
    with qtbot.assertNotEmitted(picker.picked):
        picker.reject()


def test_the_search_hides_other_columns(picker) -> None:
    picker.search.setText("MAG")
    shown = [
        picker.list.item(line).text()
        for line in range(picker.list.count())
        if not picker.list.item(line).isHidden()
    ]
    assert shown == ["mag", "mag_err"]


def _names(picker: ColumnPicker) -> list[str]:
    lines = range(picker.list.count())
    return [picker.list.item(line).data(Qt.ItemDataRole.UserRole) for line in lines][:4]


@pytest.mark.parametrize(
    ("line", "words", "order", "after"),
    [
        (1, "Move up", ["name", "verdict", "mag"], 0),
        (0, "Move up", ["verdict", "name", "mag"], 0),
        (0, "Move down", ["name", "verdict", "mag"], 1),
        (1, "Move down", ["verdict", "mag", "name"], 2),
        (-1, "Move down", ["verdict", "name", "mag"], -1),
    ],
)
def test_buttons_move_the_selected_column(
    picker, line: int, words: str, order: list[str], after: int
) -> None:
    picker.list.setCurrentRow(line)
    button = next(b for b in picker.findChildren(QPushButton) if b.text() == words)
    button.click()
    assert _names(picker)[:3] == order and picker.list.currentRow() == after
    assert button.toolTip() == {"Move up": "Alt+Up", "Move down": "Alt+Down"}[words]


def test_last_column_stays_last(picker) -> None:
    last = picker.list.count() - 1
    name = picker.list.item(last).text()
    picker.list.setCurrentRow(last)
    picker.shift(1)
    assert picker.list.currentRow() == last and picker.list.item(last).text() == name
    picker.shift(-1)
    assert picker.list.currentRow() == last - 1 and picker.list.item(last - 1).text() == name
    # Moved, it is as it was: not ticked.
    assert name not in picker.ticked_names()
