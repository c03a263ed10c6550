"""Dialogs of a window: which opens, and what is said instead where there is nothing to show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace as Some
from typing import Any

import pytest
from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QTextDocument
from PyQt6.QtWidgets import QApplication, QDialog, QMenu, QMessageBox, QWidget

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from vetter.core.decisions.carry_over import Offer
from vetter.core.decisions.decision import Opinion, Verdict
from vetter.core.fakes.planted_row import make_row
from vetter.core.judgement.fit_table import FitTable
from vetter.gui.dialogs.reports.reviewer_report import ReviewerReportDialog
from vetter.gui.windows.main_dialogs import MainDialogs
from vetter.io.input_options import InputOptions

# The offscreen platform neither raises windows nor grabs the keyboard for a menu.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Source(FakeSource):
    """A source whose report a test may give."""

    report: tuple[str, ...] = ()
    planted: tuple[Any, ...] = ()


class Window(QWidget):
    """As much of the window as its dialogs touch."""

    open_wanted = pyqtSignal(object)


@pytest.fixture
def session(qapp: Any) -> FakeSession:
    source = Source(candidate_list(6))
    session = FakeSession(source.candidates)
    session.source = source
    session.results_folder, session.path, session.is_blank = None, None, False
    session.ledger = Some(offers=list)
    session.report_no_match = lambda: session.message.emit("no match")
    return session


@pytest.fixture
def window(qtbot: Any) -> Window:
    window = Window()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def explained() -> list[int]:
    return []


@pytest.fixture
def dialogs(
    session: FakeSession, window: Window, said: list[str], explained: list[int]
) -> Iterator[MainDialogs]:
    fits = Some(table=FitTable(6), disappeared_rows=lambda: explained)
    cautions = ["image and diff look swapped", "a note"]
    dialogs = MainDialogs(
        session, FakeCache(session.source), fits, window, said.append, lambda: cautions
    )
    yield dialogs
    dialogs.close_all()
    for left in (*window.findChildren(QMessageBox), *window.findChildren(QMenu)):
        left.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def opened(window: Window) -> list[str]:
    return [type(dialog).__name__ for dialog in window.findChildren(QDialog)]


OFFER = Offer("old", 2, 0.4, "arcsec", Opinion(Verdict.REJECT, (), ""))


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("show_disappeared", "no fitted candidate in this list is explained"),
        ("show_offers", "no verdicts are offered from an earlier list"),
        ("show_report", "nothing to report: the whole list was read"),
        ("show_list_columns", "columns fixed: this input's format defines them"),
        ("show_reviewer_report", "no test rows: open the input with --fakes N or --repeats N"),
    ],
)
def test_nothing_to_show_is_said(
    dialogs: MainDialogs, window: Window, said: list[str], verb: str, words: str
) -> None:
    getattr(dialogs, verb)()
    assert said == [words] and opened(window) == []


def test_dialogs_open_where_there_is_something(
    dialogs: MainDialogs,
    window: Window,
    session: FakeSession,
    said: list[str],
    explained: list[int],
) -> None:
    explained += [1, 2]
    session.ledger.offers = lambda: [OFFER]
    session.source.report = ("a.avro: no packet",)
    for verb in ("show_disappeared", "show_offers", "show_report"):
        getattr(dialogs, verb)()
    assert opened(window) == ["RejectExplainedDialog", "OffersDialog", "ReportDialog"]
    assert said == []


def test_list_that_is_still_read_has_a_report(
    dialogs: MainDialogs, window: Window, session: FakeSession
) -> None:
    session.complete = False
    dialogs.show_report()
    assert opened(window) == ["ReportDialog"]


@pytest.mark.parametrize("has_path", [True, False])
def test_report_on_test_rows_is_of_a_session_on_the_disk(
    dialogs: MainDialogs,
    window: Window,
    session: FakeSession,
    said: list[str],
    tmp_path: Path,
    has_path: bool,
) -> None:
    session.source.planted = (make_row("J001", "fake", {"snr": 6.0}),)
    session.path = tmp_path / "s.vetter" if has_path else None
    dialogs.show_reviewer_report()
    assert bool(said) == (not has_path)
    shown = window.findChildren(ReviewerReportDialog)
    assert len(shown) == has_path
    for dialog in shown:
        assert "6 candidates are not decided yet" in dialog.question.text()


def test_export_is_known_while_it_is_open(dialogs: MainDialogs, window: Window) -> None:
    assert dialogs.export is None
    dialogs.show_export()
    assert dialogs.export is window.findChildren(QDialog)[0]
    dialogs.export.reject()
    assert dialogs.export is None


@pytest.mark.parametrize("verb", ["show_export", "show_report_preview"])
def test_test_rows_leave_after_a_question_only(
    dialogs: MainDialogs, window: Window, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setattr(dialogs.planted, "agree", lambda _parent: False)
    getattr(dialogs, verb)()
    assert opened(window) == [] and dialogs.export is None


@pytest.mark.parametrize("blank", [True, False])
def test_candidate_on_screen_is_put_off(
    dialogs: MainDialogs, window: Window, session: FakeSession, blank: bool
) -> None:
    told: list[str] = []
    session.message.connect(told.append)
    session.is_blank = blank
    dialogs.show_later()
    assert told == (["no match"] if blank else [])
    assert len(window.findChildren(QMenu)) == (not blank)


def test_notes_are_listed_once_cautions_first(
    dialogs: MainDialogs, window: Window, session: FakeSession
) -> None:
    session.source.notes = ("a note", "x counts from 1")
    dialogs.show_notes()
    (box,) = window.findChildren(QMessageBox)
    read = QTextDocument()
    read.setHtml(box.text())
    lines = [line.strip() for line in read.toPlainText().splitlines() if line.strip(" \n•\xa0")]
    assert lines == ["image and diff look swapped", "a note", "x counts from 1"]
    assert box.windowTitle() == "Notes on the input"


def test_list_is_read_again_with_other_options(
    qtbot: Any, dialogs: MainDialogs, window: Window, session: FakeSession
) -> None:
    session.source.record = {"inputs": ["a.csv", "b.csv"]}
    options = InputOptions(columns={"x": "xcen"})
    with qtbot.waitSignal(window.open_wanted, timeout=30000) as told:
        dialogs.read_again(options)
    (request,) = told.args
    assert request.inputs == ("a.csv", "b.csv") and request.options == options


def test_messages_stay_when_the_dialogs_close(
    dialogs: MainDialogs, window: Window, session: FakeSession
) -> None:
    session.source.report = ("a.avro: no packet",)
    dialogs.show_report()
    dialogs.show_warning("read this")
    dialogs.show_unexpected("it failed", "line 3")
    dialogs.close_all()
    visible = [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]
    assert [box.text() for box in visible] == ["read this", "Unexpected error: it failed"]
    icons = [box.icon() for box in visible]
    assert icons == [QMessageBox.Icon.Warning, QMessageBox.Icon.Critical]
    assert visible[1].detailedText() == "line 3"
    assert visible[0].testAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
