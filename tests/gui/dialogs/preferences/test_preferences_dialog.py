"""Preferences: each change applies to the open window and is in the file at the next start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtTest import QTest

from tests.helpers.windows import opener, until_painted, until_replaced
from vetter.app import open_window
from vetter.gui.dialogs.preferences.preferences_dialog import PreferencesDialog
from vetter.io.settings_file import load_keymap, load_settings
from vetter.review.opening.preferences import PreferenceFiles
from vetter.settings import Settings


@pytest.fixture
def files(tmp_path: Path) -> PreferenceFiles:
    """Settings and keys of a user, with comments of their own."""
    (tmp_path / "s.toml").write_text("# mine\n[fit]\nahead = false  # slow machine\n")
    (tmp_path / "k.toml").write_text('"go.next" = ["Right"]  # N is too near to M\n')
    return PreferenceFiles(str(tmp_path / "s.toml"), str(tmp_path / "k.toml"))


@pytest.fixture
def window(qtbot: Any, tmp_path: Path, files: PreferenceFiles):
    """The demo's window with those preferences."""
    window = open_window(
        "demo",
        session=tmp_path / "s.vetter",
        reviewer="ann",
        settings=load_settings(files.settings),
        keymap=load_keymap(files.keymap),
        preference_files=files,
    )
    until_painted(qtbot, window)
    yield window
    window.dialogs.close_all()
    window.close()


@pytest.fixture
def dialog(window) -> PreferencesDialog:
    window.actions_by_id["file.preferences"].trigger()
    return window.findChild(PreferencesDialog)


def stored(files: PreferenceFiles) -> tuple[Settings, dict[str, Any]]:
    """Return settings and keys as the next start reads them."""
    opener().preferences.close()
    return load_settings(files.settings), load_keymap(files.keymap) or {}


def choose(box, value) -> None:
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def test_theme_applies_at_once_and_is_stored(window, dialog, files):
    for theme in ("light", "dark"):
        choose(dialog.theme, theme)
        assert window.is_dark is (theme == "dark")
        assert stored(files)[0].display.theme == theme
    assert Path(files.settings).read_text().startswith("# mine\n[fit]\nahead = false  # slow")


def test_blink_is_faster_only_where_it_is_allowed(window, dialog, files):
    blink = window.plane_row.auto_blink
    dialog.blink_rate.setValue(9)
    assert dialog.blink_rate.value() == 3
    dialog.fast_blink.setChecked(True)
    dialog.blink_rate.setValue(9)
    dialog.blink_rate.editingFinished.emit()
    assert blink.rate == pytest.approx(9, rel=0.02)
    assert stored(files)[0].display.allowed_blink_rate == 9
    dialog.fast_blink.setChecked(False)
    assert blink.rate <= 3


def test_new_key_applies_at_once_and_is_stored(qtbot, window, dialog, files):
    dialog.keys.select("review.accept")
    dialog.keys.field.setKeySequence(QKeySequence("Ctrl+J"))
    dialog.keys.only.click()
    dialog.close()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=30000)
    QTest.keyClick(window, Qt.Key.Key_A)
    assert window.session.counts.accepted == 0
    QTest.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.session.counts.accepted == 1, timeout=30000)
    assert stored(files)[1] == {"go.next": ["Right"], "review.accept": ["Ctrl+J"]}
    assert "# N is too near to M" in Path(files.keymap).read_text()


def test_key_of_other_command_is_refused_with_both_names_or_taken_from_it(window, dialog, files):
    dialog.keys.select("review.accept")
    dialog.keys.field.setKeySequence(QKeySequence("R"))
    dialog.keys.add.click()
    text = dialog.keys.problem.text()
    assert "Accept, then next" in text and "Reject, then next" in text
    assert window.keymap["review.accept"] == ("A",)
    assert stored(files)[1] == {"go.next": ["Right"]}
    dialog.keys.take.click()
    assert window.keymap["review.accept"] == ("A", "R")
    assert window.keymap["review.reject"] == ()
    assert stored(files)[1]["review.reject"] == []


def test_texts_name_the_new_key(window, dialog):
    dialog.keys.select("go.filter")
    dialog.keys.field.setKeySequence(QKeySequence("Ctrl+J"))
    dialog.keys.only.click()
    dialog.keys.select("stretch.invert")
    dialog.keys.field.setKeySequence(QKeySequence("Ctrl+I"))
    dialog.keys.only.click()
    assert window.filter_bar.line.placeholderText() == "Filter or search  (Ctrl+J)"
    assert window.stretch_bar._invert.toolTip().endswith("(Ctrl+I)")


def test_tags_and_colours_apply_at_once_and_are_stored(qtbot, window, dialog, files):
    dialog.tags.names[0].setText("trail")
    dialog.tags.names[0].editingFinished.emit()
    dialog.tags.set_colour(1, "#12ab56")
    window.session.toggle_tag(1)
    qtbot.waitUntil(lambda: window.session.opinion(0).tags == ("trail",), timeout=30000)
    assert window.actions_by_id["review.tag_1"].text() == "Tag: trail"
    assert window.card.tags.colour_of("cosmic ray") == "#12ab56"
    review = stored(files)[0].review
    assert review.tags[:2] == ("trail", "cosmic ray")
    assert review.tag_colours == ("", "#12ab56")


def test_only_a_tag_with_a_colour_can_lose_it(dialog):
    clear = dialog.tags.clears[1]
    assert clear.isHidden() and dialog.tags.swatches[1].text() == "Colour..."
    dialog.tags.set_colour(1, "#12ab56")
    assert not clear.isHidden() and dialog.tags.swatches[1].text() == "#12ab56"
    clear.click()
    assert clear.isHidden()


def test_tags_that_keys_cannot_tell_apart_are_refused(window, dialog, files):
    for name, says in (("", "tag 1 has no name"), ("ghost", "two tags")):
        dialog.tags.names[0].setText(name)
        dialog.tags.names[0].editingFinished.emit()
        assert says in dialog.tags.problem.text()
        assert stored(files)[0].review.tags[0] == "dipole"


def test_numbers_and_services_apply_and_are_stored(window, dialog, files):
    dialog.cache.setValue(64)
    dialog.radius.setValue(30)
    dialog.cache.editingFinished.emit()
    dialog.services["TNS"].setChecked(False)
    assert window.cache.radius == 30
    settings = stored(files)[0]
    assert (settings.review.cache_megabytes, settings.display.radius) == (64, 30)
    assert "TNS" not in settings.services.pages and len(settings.services.pages) == 4


def test_reticle_is_hidden_at_once_and_at_next_start(qtbot, window, dialog, files, tmp_path):
    dialog.reticle.setChecked(False)
    assert not window.plane_row.is_reticle_shown
    again = open_window("demo", session=tmp_path / "t.vetter", settings=stored(files)[0])
    shown = again.plane_row.is_reticle_shown
    again.close()
    assert not shown


def test_columns_of_list_become_first_columns(window, dialog, files):
    dialog.take_columns.click()
    assert stored(files)[0].review.columns == tuple(window.candidate_list.columns)
    dialog.usual_columns.click()
    assert stored(files)[0].review.columns == ()


def test_change_that_cannot_be_stored_is_named(qtbot, window, dialog, files):
    Path(files.settings).write_text("[broken\n")
    choose(dialog.theme, "light")
    qtbot.waitUntil(lambda: "not stored" in dialog.state.text(), timeout=30000)
    assert not window.is_dark
    assert Path(files.settings).read_text() == "[broken\n"


def test_long_state_widens_no_dialog(dialog):
    before = dialog.minimumSizeHint().width()
    dialog.state.setText("not stored: /a/long/folder/settings.toml cannot be written " * 9)
    dialog.layout().activate()
    assert dialog.minimumSizeHint().width() == before


def test_search_finds_command_by_its_key(dialog):
    dialog.keys.search.setText("ctrl+shift+r")
    table = dialog.keys.table
    shown = [row for row in range(table.rowCount()) if not table.isRowHidden(row)]
    assert [table.item(row, 0).text() for row in shown] == ["Fit: Reject all explained..."]


def test_blind_review_reads_the_list_again_and_is_stored(qtbot, window, dialog, files):
    dialog.blind.click()
    blind = until_replaced(qtbot, window)
    assert blind.session.is_blind
    assert stored(files)[0].review.blind
    blind.actions_by_id["file.preferences"].trigger()
    assert blind.findChild(PreferencesDialog).blind.isChecked()
    blind.dialogs.close_all()
    blind.close()
