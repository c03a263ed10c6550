"""Menu of earlier and named filters: offered, greyed with a reason, named and renamed."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QInputDialog, QLabel, QLineEdit, QMenu

from vetter.gui.candidate_list.saved_filters import MAX_SHOWN_CHARACTERS, SavedFilters
from vetter.review.opening.named_filters import NamedFilters


@pytest.fixture
def saved(qtbot: Any) -> SavedFilters:
    button = SavedFilters(lambda: "mag<19", lambda text: "no rb" if "rb" in text else "")
    qtbot.addWidget(button)
    button.show()
    return button


def entries(menu: QMenu | None) -> dict[str, QAction]:
    """Entries of a menu as it opens."""
    assert menu is not None
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions() if action.text()}


def dialog_of(saved: SavedFilters) -> QInputDialog:
    dialog = [box for box in saved.findChildren(QInputDialog) if box.isVisible()][-1]
    assert isinstance(dialog, QInputDialog)
    return dialog


def enter(dialog: QInputDialog, text: str) -> None:
    """Type a text, and accept it."""
    dialog.setTextValue(text)
    dialog.accept()


@pytest.mark.parametrize("stored", [None, [], {"earlier": 3, "named": []}, {"named": {"a": "b"}}])
def test_damaged_record_of_filters_is_no_hindrance(saved: SavedFilters, stored: object) -> None:
    saved.restore(stored)
    assert saved.earlier == [] and "Name this filter..." in entries(saved.menu())


def test_filter_that_cannot_be_applied_is_greyed_with_reason(saved: SavedFilters) -> None:
    saved.name_filter("real", "rb>0.5")
    saved.remember("rb>0.9")
    shown = entries(saved.menu())
    for text in ("real:  rb>0.5  (no rb)", "rb>0.9  (no rb)"):
        assert not shown[text].isEnabled()


def test_filter_gets_a_name_in_dialog(qtbot: Any, saved: SavedFilters) -> None:
    entries(saved.menu())["Name this filter..."].trigger()
    with qtbot.waitSignal(saved.changed) as changed:
        enter(dialog_of(saved), "bright")
    assert changed.args == [{"earlier": [], "named": {"bright": "mag<19"}}]


def test_dialog_shows_which_filter_would_be_replaced(saved: SavedFilters) -> None:
    saved.name_filter("bright", "mag<b>")
    entries(saved.menu())["Name this filter..."].trigger()
    dialog = dialog_of(saved)
    dialog.setTextValue("bright")
    (label,) = dialog.findChildren(QLabel)
    assert "Replaces mag&lt;b&gt;" in label.text()


def test_filter_is_renamed_and_removed_from_menu(saved: SavedFilters) -> None:
    saved.name_filter("bright", "mag<17")
    entries(entries(saved.menu())["Rename"].menu())["bright"].trigger()
    dialog = dialog_of(saved)
    assert dialog.textValue() == "bright"
    enter(dialog, "very bright")
    assert saved.named == {"very bright": "mag<17"}
    entries(entries(saved.menu())["Remove"].menu())["very bright"].trigger()
    assert saved.named == {}
    assert "Remove" not in entries(saved.menu())


def test_new_name_in_use_is_asked_for_again(saved: SavedFilters) -> None:
    saved.name_filter("bright", "mag<17")
    saved.name_filter("faint", "mag>20")
    saved.rename("faint", "bright")
    dialog = dialog_of(saved)
    assert dialog.labelText() == "bright is in use. New name of faint"
    enter(dialog, "dim")
    assert saved.named == {"bright": "mag<17", "dim": "mag>20"}


def test_line_of_dialog_has_accessible_name(saved: SavedFilters) -> None:
    entries(saved.menu())["Name this filter..."].trigger()
    line = dialog_of(saved).findChild(QLineEdit)
    assert line is not None and line.accessibleName() == "name of the filter"


def test_filters_of_session_join_those_of_user(qtbot: Any, saved: SavedFilters) -> None:
    saved.restore({"earlier": ["mag<5"], "named": {"faint": "mag>21", "red": "b-r>2"}})
    names = NamedFilters({"faint": "mag>20"}, is_stored=True)
    with qtbot.waitSignal(saved.changed) as changed:
        saved.set_names(names)
    assert changed.args == [{"earlier": ["mag<5"], "named": {}}]
    assert names.expressions == {"faint": "mag>20", "faint 2": "mag>21", "red": "b-r>2"}
    assert saved.named == names.expressions


def test_without_user_settings_session_stores_names(qtbot: Any, saved: SavedFilters) -> None:
    saved.set_names(NamedFilters())
    with qtbot.waitSignal(saved.changed) as changed:
        saved.name_filter("bright", "mag<17")
    assert changed.args == [{"earlier": [], "named": {"bright": "mag<17"}}]


def test_menu_has_named_then_earlier_filters_then_what_can_be_done(saved: SavedFilters) -> None:
    def titles() -> list[str]:
        menu = saved.menu()
        assert menu is not None
        menu.aboutToShow.emit()
        return ["-" if action.isSeparator() else action.text() for action in menu.actions()]

    assert titles() == ["Name this filter..."]
    saved.remember("mag<18")
    saved.remember("mag<17")
    assert titles() == ["mag<17", "mag<18", "-", "Name this filter..."]
    saved.name_filter("bright", "mag<16")
    assert titles() == [
        "bright:  mag<16",
        "-",
        "mag<17",
        "mag<18",
        "-",
        "Name this filter...",
        "Rename",
        "Remove",
    ]


@pytest.mark.parametrize("more", [0, 1])
def test_filter_without_room_is_cut_off_at_its_end(saved: SavedFilters, more: int) -> None:
    expression = "name=" + "x" * (MAX_SHOWN_CHARACTERS - 5 + more)
    saved.remember(expression)
    (shown, *_) = entries(saved.menu())
    assert len(shown) == MAX_SHOWN_CHARACTERS
    assert (shown == expression) == (not more) and shown.endswith("…") == bool(more)


def test_steps_through_earlier_filters_end_at_what_was_typed(saved: SavedFilters) -> None:
    for text in ("mag<18", "mag<17"):
        saved.remember(text)
    assert saved.step("mag", 1) == "mag<17"
    assert saved.step("mag<17", 1) == "mag<18"
    assert saved.step("mag<18", 1) is None
    assert saved.step("mag<18", -1) == "mag<17"
    assert saved.step("mag<17", -1) == "mag"
    assert saved.step("mag", -1) is None
