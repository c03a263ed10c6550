"""Pages of the preferences by themselves: keys, tags, layouts; what each tells and refuses."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QKeySequence
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QColorDialog, QPushButton

from vetter.gui.actions.command import Command
from vetter.gui.actions.keymap import make_keymap
from vetter.gui.dialogs.preferences.key_page import KeyPage
from vetter.gui.dialogs.preferences.layout_page import LayoutDialog, LayoutPage
from vetter.gui.dialogs.preferences.tag_page import TagPage
from vetter.review.opening.preferences import PreferenceFiles, Preferences
from vetter.review.opening.window_settings import Arrangement
from vetter.settings import Settings

COMMANDS = tuple(
    Command(name, title, keys, "Review", lambda w: None)
    for name, title, keys in (
        ("review.accept", "Accept", ("A",)),
        ("review.reject", "Reject", ("R", "X")),
        ("review.later", "Later", ()),
    )
)


@pytest.fixture
def keys(qtbot: Any) -> KeyPage:
    page = KeyPage(COMMANDS, make_keymap(COMMANDS))
    qtbot.addWidget(page)
    page.told = []
    page.keys_changed.connect(page.told.append)
    return page


def shown(page: KeyPage) -> list[str]:
    return [page.table.item(row, 1).text() for row in range(3)]


def press(page: KeyPage, key: str, button: QPushButton) -> None:
    page.field.setKeySequence(QKeySequence(key))
    button.click()


def test_key_is_added_or_set_or_taken_away(keys: KeyPage) -> None:
    assert shown(keys) == ["A", "R or X", ""] and keys.command == "review.accept"
    press(keys, "J", keys.add)
    # Twice the same key is one.
    press(keys, "J", keys.add)
    assert shown(keys)[0] == "A or J" and keys.field.keySequence().isEmpty()
    press(keys, "K", keys.only)
    assert shown(keys)[0] == "K"
    keys.none.click()
    assert shown(keys)[0] == ""
    keys.usual.click()
    assert shown(keys) == ["A", "R or X", ""]
    assert [change["review.accept"] for change in keys.told] == [
        ("A", "J"),
        ("A", "J"),
        ("K",),
        (),
        ("A",),
    ]


def test_without_a_key_nothing_is_changed(keys: KeyPage) -> None:
    keys.add.click()
    keys.only.click()
    keys.take.click()
    assert keys.told == [] and not keys.take.isEnabled()


def test_key_of_another_command_is_taken_only_when_asked(keys: KeyPage) -> None:
    press(keys, "X", keys.add)
    text = "⚠ X would run both 'Accept' and 'Reject': not changed"
    assert keys.problem.text() == text and keys.told == [] and keys.take.isEnabled()
    keys.take.click()
    assert keys.told == [{"review.reject": ("R",), "review.accept": ("A", "X")}]
    assert shown(keys) == ["A or X", "R", ""]
    assert keys.problem.text() == "" and not keys.take.isEnabled()


def test_another_line_forgets_the_clash(keys: KeyPage) -> None:
    press(keys, "X", keys.add)
    keys.select("review.later")
    assert keys.command == "review.later"
    assert keys.problem.text() == "" and not keys.take.isEnabled()
    assert keys.field.keySequence().isEmpty()


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", [0, 1, 2]), ("reject", [1]), ("review ACC", [0]), ("x", [1]), ("accept reject", [])],
)
def test_search_finds_all_words(keys: KeyPage, text: str, lines: list[int]) -> None:
    keys.search.setText("later")
    keys.search.setText(text)
    assert [row for row in range(3) if not keys.table.isRowHidden(row)] == lines


def test_search_selects_a_command_that_is_seen(keys: KeyPage) -> None:
    keys.search.setText("l")
    assert keys.command == "review.later"
    press(keys, "J", keys.only)
    assert keys.told == [{"review.later": ("J",)}]
    # Still visible, so it stays selected.
    keys.search.setText("")
    assert keys.command == "review.later"


def test_buttons_act_on_nothing_while_the_search_finds_nothing(keys: KeyPage) -> None:
    buttons = (keys.add, keys.only, keys.none, keys.usual)
    keys.search.setText("nothing like it")
    assert keys.command == "" and not any(button.isEnabled() for button in buttons)
    for button in buttons:
        press(keys, "J", button)
    assert keys.told == []
    keys.search.setText("accept")
    assert keys.command == "review.accept" and all(button.isEnabled() for button in buttons)


@pytest.fixture
def tags(qtbot: Any) -> TagPage:
    page = TagPage(("dipole", "ghost"), ("#d55e00",))
    qtbot.addWidget(page)
    page.told = []
    page.tags_changed.connect(lambda *told: page.told.append(told))
    return page


def name(page: TagPage, place: int, text: str) -> None:
    page.names[place].setText(text)
    page.names[place].editingFinished.emit()


def test_there_are_nine_tags_with_a_colour_each(tags: TagPage) -> None:
    assert [field.text() for field in tags.names] == ["dipole", "ghost", *[""] * 7]
    assert [swatch.text() for swatch in tags.swatches] == ["#d55e00", *["Colour..."] * 8]
    assert [swatch.icon().isNull() for swatch in tags.swatches] == [False, *[True] * 8]
    assert tags.names[0].accessibleName() == "name of tag 1"
    assert tags.swatches[8].accessibleName() == "colour of tag 9"
    clear = [b.accessibleName() for b in tags.findChildren(QPushButton) if b.text() == "No colour"]
    assert sorted(clear) == [f"no colour for tag {number}" for number in range(1, 10)]


def test_names_and_colours_are_told_up_to_the_last(tags: TagPage) -> None:
    name(tags, 2, "  sn ")
    tags.set_colour(1, "#0072b2")
    tags.set_colour(5, "#ffffff")
    tags.set_colour(1, "")
    assert tags.told == [
        (("dipole", "ghost", "sn"), ("#d55e00",)),
        (("dipole", "ghost", "sn"), ("#d55e00", "#0072b2")),
        # The colour of a tag without a name waits for it.
        (("dipole", "ghost", "sn"), ("#d55e00", "#0072b2")),
        (("dipole", "ghost", "sn"), ("#d55e00",)),
    ]


@pytest.mark.parametrize(
    ("place", "text", "problem"),
    [
        (0, "", "⚠ tag 1 has no name: name it, or clear the tags after it"),
        (3, "sn", "⚠ tag 3 has no name: name it, or clear the tags after it"),
        (2, "ghost", "⚠ 'ghost' is the name of two tags: rename one of them"),
    ],
)
def test_tags_that_cannot_be_told_apart_are_refused_until_mended(
    tags: TagPage, place: int, text: str, problem: str
) -> None:
    before = tags.names[place].text()
    name(tags, place, text)
    assert tags.problem.text() == problem and tags.told == []
    name(tags, place, before)
    assert tags.problem.text() == "" and len(tags.told) == 1


@pytest.fixture
def layouts(qtbot: Any) -> LayoutPage:
    preferences = Preferences(Settings(), None, PreferenceFiles())
    used: list[Arrangement] = []
    page = LayoutPage(preferences, used.append, lambda: Arrangement(list_width=77))
    qtbot.addWidget(page)
    page.used, page.stored = used, preferences
    return page


def names(page: LayoutPage) -> list[str]:
    return [page.list.item(row).text() for row in range(page.list.count())]


def test_without_a_layout_there_is_nothing_to_use(layouts: LayoutPage) -> None:
    assert names(layouts) == []
    assert not layouts.use.isEnabled() and not layouts.delete.isEnabled()
    layouts.use.click()
    assert layouts.used == []


@pytest.mark.parametrize(
    ("typed", "enabled", "word"),
    [("", False, "Save"), ("  ", False, "Save"), ("b", True, "Save"), (" a ", True, "Replace")],
)
def test_button_says_whether_a_layout_is_replaced(
    layouts: LayoutPage, typed: str, enabled: bool, word: str
) -> None:
    layouts.stored.keep_layout("a", Arrangement())
    layouts.name.setText(typed)
    assert (layouts.save.isEnabled(), layouts.save.text()) == (enabled, word)


def test_layout_is_stored_used_and_deleted(layouts: LayoutPage) -> None:
    layouts.name.setText(" b ")
    layouts.save.click()
    assert names(layouts) == ["b"] and layouts.name.text() == ""
    layouts.name.setText("a")
    QTest.keyClick(layouts.name, Qt.Key.Key_Return)
    # The one that was chosen stays chosen.
    assert names(layouts) == ["a", "b"] and layouts.list.currentRow() == 1
    layouts.use.click()
    layouts.list.itemActivated.emit(layouts.list.currentItem())
    assert layouts.used == [Arrangement(list_width=77)] * 2
    layouts.delete.click()
    assert names(layouts) == ["a"] and layouts.list.currentRow() == 0
    layouts.delete.click()
    assert names(layouts) == [] and not layouts.delete.isEnabled()


def test_dialog_of_layouts_begins_with_the_name(qtbot: Any, layouts: LayoutPage) -> None:
    dialog = LayoutDialog(layouts)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    assert dialog.focusWidget() is layouts.name
    dialog.show()
    dialog.reject()
    assert not dialog.isVisible()
    # Both are closed at the end of the test.
    layouts.setParent(None)


def test_colour_of_a_tag_is_chosen_in_a_dialog(tags: TagPage) -> None:
    tags.swatches[1].click()
    dialog = tags.findChild(QColorDialog)
    assert dialog is not None and dialog.windowTitle() == "Colour of tag 2"
    dialog.colorSelected.emit(QColor("#0072b2"))
    dialog.close()
    assert tags.told[-1] == (("dipole", "ghost"), ("#d55e00", "#0072b2"))
    assert tags.swatches[1].text() == "#0072b2"
    tags.clears[1].click()
    assert tags.told[-1] == (("dipole", "ghost"), ("#d55e00",))
