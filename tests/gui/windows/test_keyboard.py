"""Keyboard in the main window: Tab reaches every control, and the focus is visible."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget

from tests.helpers.turns import until_handled
from vetter.gui.dialogs.preferences.preferences_dialog import PreferencesDialog
from vetter.gui.widgets.focus_outline import FocusOutline

KEY = Qt.Key


def test_tab_goes_through_stretch_bar_and_list_visibly(window):
    window.setFocus()
    names = []
    for _ in range(12):
        QTest.keyClick(QApplication.focusWidget() or window, KEY.Key_Tab)
        widget = QApplication.focusWidget()
        names.append(widget.accessibleName() or widget.text())
        assert window.focus.target is widget and window.focus.outline.isVisible()
    expected = ["planes", "limits", "stretch", "colours", "invert", "shared limits"]
    assert [name for name in names if name in expected][:6] == expected
    assert "candidates" in names


def test_new_window_has_keyboard_itself_and_escape_gives_it_back(window):
    assert QApplication.focusWidget() is window
    assert not window.focus.outline.isVisible()
    window.candidate_list.setFocus(Qt.FocusReason.TabFocusReason)
    assert window.focus.outline.isVisible()
    QTest.keyClick(window.candidate_list, KEY.Key_Escape)
    assert QApplication.focusWidget() is window
    assert not window.focus.outline.isVisible()


def test_window_that_becomes_active_again_has_keyboard_itself(qtbot, window):
    window.stretch_bar.type_limits()
    QApplication.focusWidget().clearFocus()
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow, timeout=30000)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=30000)
    assert QApplication.focusWidget() is window


def test_control_that_tab_reached_has_arrows_and_enter_and_leaves_letters(qtbot, window):
    box = window.stretch_bar._stretch
    box.setFocus(Qt.FocusReason.TabFocusReason)
    before = window.stretch_bar.looks.sky.stretch
    QTest.keyClick(box, KEY.Key_Down)
    assert window.stretch_bar.looks.sky.stretch != before
    box = window.stretch_bar._invert
    box.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(box, KEY.Key_Return)
    assert window.stretch_bar.looks.sky.invert
    # Letters stay commands.
    box = window.stretch_bar._map
    box.setFocus(Qt.FocusReason.TabFocusReason)
    chosen = box.currentIndex()
    QTest.keyClick(box, KEY.Key_M)
    qtbot.waitUntil(lambda: window.session.counts.maybe == 1, timeout=30000)
    assert box.currentIndex() == chosen


def test_arrows_go_along_list_that_tab_reached(qtbot, window):
    window.candidate_list.setFocus(Qt.FocusReason.TabFocusReason)
    for key, row in ((KEY.Key_Down, 1), (KEY.Key_Down, 2), (KEY.Key_Up, 1)):
        QTest.keyClick(window.candidate_list, key)
        qtbot.waitUntil(lambda row=row: window.session.current_row == row, timeout=30000)


def test_opening_strip_moves_no_panel(qtbot, window):
    before = window.plane_row.geometry(), window.plane_row.mapTo(window, window.rect().topLeft())
    window.opening.strip.show_failed("field.csv: no such file")
    qtbot.waitUntil(window.opening.strip.isVisible, timeout=10000)
    until_handled(qtbot)
    after = window.plane_row.geometry(), window.plane_row.mapTo(window, window.rect().topLeft())
    assert after == before
    strip = window.opening.strip
    assert strip.button.text() == "Dismiss"
    assert strip.parentWidget().rect().contains(strip.geometry())
    assert strip.height() >= strip.button.sizeHint().height()


def test_focus_of_dialog_is_outlined(qtbot, window):
    window.actions_by_id["file.preferences"].trigger()
    dialog = window.findChild(PreferencesDialog)
    qtbot.waitUntil(dialog.theme.hasFocus, timeout=30000)
    QTest.keyClick(dialog.theme, KEY.Key_Tab)
    outline = dialog.findChild(FocusOutline)
    assert outline.isVisible() and outline.target is QApplication.focusWidget()
    dialog.close()
