"""Buttons of verdicts and tags, and the counts of verdicts in the status bar."""

from __future__ import annotations

import dataclasses
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.helpers.windows import until_painted
from vetter.core.decisions.decision import Verdict
from vetter.gui.windows.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def click(window: MainWindow, command: str) -> None:
    QTest.mouseClick(window.verdict_bar.buttons[command], LEFT)


def test_click_on_verdict_decides_and_advances(qtbot: Any, window: MainWindow) -> None:
    key = window.session.current_key
    assert key is not None
    click(window, "review.reject")
    qtbot.waitUntil(lambda: window.session.current_row == 1, timeout=30000)
    assert window.session.verdict(key) is Verdict.REJECT


def test_click_on_tag_marks_it_on_button(qtbot: Any, window: MainWindow) -> None:
    click(window, "review.tag_2")
    qtbot.waitUntil(lambda: window.session.opinion(0).tags == ("cosmic ray",), timeout=30000)
    window.verdict_bar.refresh()
    down = [name for name, button in window.verdict_bar.buttons.items() if button.isChecked()]
    assert down == ["review.tag_2"]


def test_buttons_show_opinion_of_candidate_on_screen(qtbot: Any, window: MainWindow) -> None:
    click(window, "review.accept")
    until_painted(qtbot, window)
    window.verdict_bar.refresh()
    assert not window.verdict_bar.buttons["review.accept"].isChecked()
    window.session.previous()
    window.verdict_bar.refresh()
    assert window.verdict_bar.buttons["review.accept"].isChecked()


def test_buttons_fit_the_width_and_keep_menus_and_keys(window: MainWindow) -> None:
    bar, menus = window.verdict_bar, window.menuBar()
    assert menus is not None
    # A middle window shows every menu.
    bar.fit_width()
    texts = {bar.buttons[f"review.{name}"].text() for name in ("accept", "tag_9")}
    assert texts == {"A Accept", "9"}
    assert all(not menus.actionGeometry(menu).isEmpty() for menu in menus.actions())
    # A wide one names the tags too.
    window.resize(1900, 900)
    bar.fit_width()
    assert bar.buttons["review.tag_1"].text() == "1 dipole"
    window.resize(900, 700)
    bar.fit_width()
    last = menus.actionGeometry(menus.actions()[-1])
    assert last.right() < menus.width() - bar.sizeHint().width()
    assert bar.buttons["review.tag_9"].text() == "9"


def test_hidden_buttons_stay_hidden(window: MainWindow) -> None:
    window.actions_by_id["view.verdict_bar"].trigger()
    assert window.verdict_bar.isHidden()


def test_buttons_wait_while_filter_matches_nothing(window: MainWindow) -> None:
    window.filter_bar.apply("mag<0")
    window.verdict_bar.refresh()
    assert not any(button.isEnabled() for button in window.verdict_bar.buttons.values())


def test_click_on_count_lists_its_candidates(qtbot: Any, window: MainWindow) -> None:
    QTest.mouseClick(window.status.verdicts.labels["decided"], LEFT)
    assert window.session.queue.expression == "verdict=none"
    click(window, "review.reject")
    qtbot.waitUntil(lambda: window.session.counts.rejected == 1, timeout=30000)
    window.status.refresh()
    QTest.mouseClick(window.status.verdicts.labels["rejected"], LEFT)
    assert window.session.queue.expression == "verdict=reject"
    assert window.session.queue.order.tolist() == [0]


def test_bar_follows_other_tags_and_keys(window: MainWindow) -> None:
    window.resize(1900, 900)
    settings = window.session.settings
    review = dataclasses.replace(settings.review, tags=("ghost", "trail"), tag_colours=())
    window.apply_settings(dataclasses.replace(settings, review=review))
    window.set_keymap({**window.keymap, "review.accept": ("X",)})
    texts = {name: button.text() for name, button in window.verdict_bar.buttons.items()}
    assert texts["review.tag_2"] == "2 trail" and "review.tag_3" not in texts
    assert texts["review.accept"] == "X Accept"
