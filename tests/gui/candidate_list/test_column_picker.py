from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt

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
