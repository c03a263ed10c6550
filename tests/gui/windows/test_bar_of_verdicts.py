"""The buttons of verdicts and tags alone, in a line of menus of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMenuBar

from tests.helpers.fake_session import FakeSession
from tests.helpers.snapshots import pixels
from tests.helpers.turns import until_timer
from vetter.core.decisions.decision import Verdict
from vetter.gui.widgets.theme import DARK, LIGHT, palette_of
from vetter.gui.windows.verdict_bar import UPDATE_DELAY_MS, VERDICTS, VerdictBar

KEYS = {
    "review.accept": ("A", "Y"),
    "review.reject": ("R",),
    "review.maybe": ("M",),
    "review.tag_1": ("1",),
}


class Session(FakeSession):
    blanked = pyqtSignal()
    is_blank = False


@pytest.fixture
def session(qapp: Any) -> Session:
    session = Session()
    set_tags(session, "dipole", "R&D")
    return session


def set_tags(session: Session, *tags: str) -> None:
    review = dataclasses.replace(session.settings.review, tags=tags)
    session.settings = dataclasses.replace(session.settings, review=review)


@pytest.fixture
def bar(qtbot: Any, session: Session) -> Iterator[VerdictBar]:
    menus = QMenuBar()
    qtbot.addWidget(menus)
    menus.addMenu("File")
    menus.resize(1200, 30)
    names = [*VERDICTS, "review.tag_1", "review.tag_2"]
    actions = {name: QAction(name, menus) for name in names}
    bar = VerdictBar(session, KEYS, actions, menus)
    bar.run = []
    for name, action in actions.items():
        action.triggered.connect(lambda _checked, name=name: bar.run.append(name))
    menus.show()
    # Held by the bar: Python would delete a parent that only Qt refers to.
    bar.menus = menus
    yield bar
    menus.hide()


def texts(bar: VerdictBar) -> list[str]:
    return [button.text() for button in bar.buttons.values()]


def down(bar: VerdictBar) -> list[str]:
    return [name for name, button in bar.buttons.items() if button.isChecked()]


WHOLE = ["A Accept", "R Reject", "M Maybe", "Later", "1 dipole", "R&&D"]


def test_tags_then_verdicts_are_shortened_to_their_keys(bar: VerdictBar) -> None:
    seen: list[list[str]] = []
    for width in range(1200, 40, -10):
        bar.menus.resize(width, 30)
        if not seen or texts(bar) != seen[-1]:
            seen.append(texts(bar))
    # What has no key keeps its name.
    assert seen == [
        WHOLE,
        [*WHOLE[:4], "1", "R&&D"],
        ["A", "R", "M", "Later", "1", "R&&D"],
    ]
    bar.menus.resize(1200, 30)
    assert texts(bar) == WHOLE and bar.minimumSizeHint().width() == 0


def test_names_and_tips_tell_tags_from_verdicts(bar: VerdictBar) -> None:
    names = [button.accessibleName() for button in bar.buttons.values()]
    assert names == ["Accept", "Reject", "Maybe", "Later", "tag dipole", "tag R&D"]
    tips = [button.toolTip() for button in bar.buttons.values()]
    assert "Accept (A)" in tips[0] and "(" not in tips[3] and "tag dipole (1)" in tips[4]


def test_opinion_on_screen_is_down(qtbot: Any, bar: VerdictBar, session: Session) -> None:
    session.say(0, verdict=Verdict.MAYBE, tags=("R&D",))
    assert down(bar) == []
    qtbot.waitUntil(lambda: down(bar) == ["review.maybe", "review.tag_2"], timeout=30000)
    session.go_to_row(1)
    qtbot.waitUntil(lambda: down(bar) == [], timeout=30000)


@pytest.mark.parametrize(
    ("change", "enabled", "marked"),
    [
        ({}, True, ["review.reject"]),
        ({"read_only": True}, False, ["review.reject"]),
        ({"is_blank": True}, False, []),
        ({"current_row": -1}, False, []),
    ],
)
def test_buttons_are_of_use_where_something_can_be_decided(
    bar: VerdictBar, session: Session, change: dict[str, Any], enabled: bool, marked: list[str]
) -> None:
    session.say(0, verdict=Verdict.REJECT)
    vars(session).update(change)
    bar.refresh()
    assert {button.isEnabled() for button in bar.buttons.values()} == {enabled}
    assert down(bar) == marked


def test_click_runs_the_command_and_shows_the_candidates_state(qtbot: Any, bar: VerdictBar) -> None:
    bar.buttons["review.accept"].click()
    assert bar.run == ["review.accept"]
    # The command did nothing here, so that the button comes up again.
    qtbot.waitUntil(lambda: down(bar) == [], timeout=30000)


def test_other_tags_have_other_buttons(bar: VerdictBar, session: Session) -> None:
    set_tags(session, "ghost")
    session.say(0, tags=("ghost",))
    bar.rebuild()
    assert texts(bar) == [*WHOLE[:4], "1 ghost"] and down(bar) == ["review.tag_1"]
    icons = [button.icon().isNull() for button in bar.buttons.values()]
    assert icons == [False] * 4 + [True]


def test_marks_of_verdicts_follow_the_theme(bar: VerdictBar) -> None:
    pictures = []
    for tones in (DARK, LIGHT):
        bar.setPalette(palette_of(tones))
        icon = bar.buttons["review.accept"].icon()
        pictures.append(pixels(icon.pixmap(14, 14).toImage()).tolist())
    assert pictures[0] != pictures[1]


def test_stopped_bar_follows_no_more(qtbot: Any, bar: VerdictBar, session: Session) -> None:
    session.go_to_row(1)
    bar.stop()
    session.say(1, verdict=Verdict.ACCEPT)
    session.blanked.emit()
    until_timer(qtbot, UPDATE_DELAY_MS)
    assert down(bar) == []
    bar.menus.resize(60, 30)
    assert texts(bar) == WHOLE
