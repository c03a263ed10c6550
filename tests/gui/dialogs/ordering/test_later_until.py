"""Menu of times until which a candidate is put off, and the question for a date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PyQt6.QtCore import QDate, Qt
from PyQt6.QtWidgets import QMenu, QWidget

from tests.helpers.fake_session import FakeSession
from vetter.gui.dialogs.ordering.later_until import DateDialog, ask_until

# The offscreen platform neither raises windows nor grabs the keyboard for a menu.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

EPOCH, DAY, WEEK, WEEKS, DATE = range(5)


@pytest.fixture
def session(qapp: Any) -> FakeSession:
    session = FakeSession()
    session.later = lambda until: session.calls.append(("later", until))
    return session


@pytest.fixture
def window(qtbot: Any) -> Iterator[QWidget]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(300, 200)
    yield window
    for menu in window.findChildren(QMenu):
        menu.close()


@pytest.fixture
def menu(session: FakeSession, window: QWidget) -> QMenu:
    ask_until(session, window)
    (menu,) = window.findChildren(QMenu)
    return menu


def test_menu_offers_an_epoch_times_and_a_date(menu: QMenu) -> None:
    titles = [action.text() for action in menu.actions()]
    assert [title.replace("&", "") for title in titles] == [
        "Until a new epoch of the object",
        "For 1 day",
        "For 1 week",
        "For 4 weeks",
        "Until a date...",
    ]
    letters = [title[title.index("&") + 1] for title in titles]
    assert len(set(letters)) == len(letters)


def test_new_epoch_has_no_time(session: FakeSession, menu: QMenu) -> None:
    menu.actions()[EPOCH].trigger()
    assert session.calls == [("later", "")]


@pytest.mark.parametrize(("entry", "days"), [(DAY, 1), (WEEK, 7), (WEEKS, 28)])
def test_time_is_so_many_days_from_now(
    session: FakeSession, menu: QMenu, entry: int, days: int
) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    menu.actions()[entry].trigger()
    after = datetime.now(UTC)
    ((_, until),) = session.calls
    wait = timedelta(days=days)
    assert before + wait <= datetime.fromisoformat(until) <= after + wait


def test_another_candidate_is_not_put_off(session: FakeSession, menu: QMenu) -> None:
    session.current_row = 3
    menu.actions()[DAY].trigger()
    assert session.calls == []


def test_date_is_asked_for_and_means_its_beginning(
    session: FakeSession, window: QWidget, menu: QMenu
) -> None:
    menu.actions()[DATE].trigger()
    (dialog,) = window.findChildren(DateDialog)
    today = QDate.currentDate()
    assert dialog.date.minimumDate() in (today, today.addDays(-1))
    assert dialog.date.date() in (today.addDays(7), today.addDays(6))
    dialog.date.setDate(QDate(2126, 3, 9))
    assert session.calls == []
    dialog.accept()
    assert session.calls == [("later", "2126-03-09T00:00:00.000Z")]


def test_cancelled_question_puts_nothing_off(session: FakeSession, qtbot: Any) -> None:
    dialog = DateDialog()
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.accepted.connect(lambda: session.calls.append(dialog.until))
    dialog.show()
    dialog.reject()
    assert session.calls == [] and not dialog.isVisible()
