"""Several reviewers in one window: disagreements, arbiter, others' comments, agreement."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from astropy.table import Table
from PyQt6.QtWidgets import QDialog

from tests.helpers.decisions import event
from tests.helpers.small_list import write_small_list
from tests.helpers.windows import WITHOUT_FITS, until_painted
from vetter.app import open_window
from vetter.core.decisions.decision import How, Verdict
from vetter.gui.actions.next_for_me import NOTHING
from vetter.gui.dialogs.reports.agreement import AgreementDialog
from vetter.gui.windows.main_window import MainWindow
from vetter.io.inputs.open_input import open_input
from vetter.io.session.session_file import SessionFile

A, R = Verdict.ACCEPT, Verdict.REJECT


@pytest.fixture
def window(qtbot: Any, tmp_path: Path) -> Iterator[MainWindow]:
    """Open a list of five as ann, who differs from bob on the second and fourth candidate."""
    path, planes = write_small_list(tmp_path, 5)
    whole = open_input([str(path)])
    listed = whole.candidates
    whole.close()
    events = [event(listed, row, A, reviewer="ann") for row in range(4)]
    events += [event(listed, row, (A, R)[row % 2], reviewer="bob") for row in range(4)]
    events[5] = events[5]._replace(comment="moved")
    with SessionFile.create(tmp_path / "s.vetter", "ann") as file:
        file.append(events)
    window = open_window(
        str(path),
        session=tmp_path / "s.vetter",
        reviewer="ann",
        settings=WITHOUT_FITS,
        **planes,
    )
    until_painted(qtbot, window)
    yield window
    window.close()


def run(window: MainWindow, command: str) -> None:
    window.actions_by_id[command].trigger()


def test_disagreements_are_listed_and_shown(window: MainWindow) -> None:
    window.session.queue.set_filter("others~reject")
    assert window.session.queue.order.tolist() == [1, 3]
    window.session.queue.set_filter("")
    run(window, "go.disagreements")
    assert window.session.queue.expression == "disagree=yes"
    assert window.session.queue.order.tolist() == [1, 3]
    assert window.session.current_row == 1


def test_arbiter_settles_and_keeps_both_ratings(
    qtbot: Any, window: MainWindow, tmp_path: Path
) -> None:
    run(window, "review.arbiter")
    assert window.status._mode.text() == "ARBITER"
    run(window, "go.disagreements")
    until_painted(qtbot, window)
    window.session.reject()
    qtbot.waitUntil(lambda: window.session.ledger.is_arbitrated(1), timeout=30000)
    assert window.session.columns.values("disagree").tolist() == ["no", "settled", "no", "yes", ""]
    with SessionFile.open(tmp_path / "s.vetter", "", read_only=True) as file:
        last = file.decisions()[-1]
    assert (last.how, last.reviewer, last.verdict) == (How.ARBITER, "ann", R)
    run(window, "review.arbiter")
    assert window.status._mode.text() == ""


def test_others_comments_are_shown_on_demand(window: MainWindow) -> None:
    window.session.go_to_row(1)
    window.card.show_row(1)
    assert "moved" not in window.card.comment.text()
    run(window, "view.others")
    assert window.card.comment.text() == "bob: reject; moved"
    run(window, "view.others")
    assert window.card.comment.text() == ""


def test_next_ones_of_the_user_are_listed(qtbot: Any, window: MainWindow) -> None:
    # The fifth has no verdict; both records are equal, and ann's name comes first.
    run(window, "go.next_for_me")
    qtbot.waitUntil(lambda: window.session.queue.expression == "next=ann", timeout=30000)
    assert window.session.queue.order.tolist() == [4]
    assert window.session.columns.values("next").tolist() == ["", "", "", "", "ann"]


def test_user_without_next_ones_is_told(qtbot: Any, window: MainWindow) -> None:
    window.session.go_to_row(4)
    until_painted(qtbot, window)
    window.session.accept()
    qtbot.waitUntil(lambda: window.session.counts.accepted == 5, timeout=30000)
    run(window, "go.next_for_me")
    qtbot.waitUntil(lambda: NOTHING in window.status.currentMessage(), timeout=30000)
    assert not window.session.queue.expression


def test_agreement_is_a_table_of_text(qtbot: Any, window: MainWindow) -> None:
    run(window, "view.agreement")
    (dialog,) = window.findChildren(QDialog)
    assert isinstance(dialog, AgreementDialog)
    qtbot.waitUntil(lambda: "kappa" in dialog.lines.toPlainText(), timeout=30000)
    text = dialog.lines.toPlainText()
    assert "disagreements   2 open, 0 arbitrated" in text
    assert "ann and bob: kappa" in text
    dialog.reject()


def test_lone_reviewer_is_told_why_nothing_is_listed(
    qtbot: Any, window: MainWindow, tmp_path: Path
) -> None:
    window.session.columns.others = None
    messages: list[str] = []
    window.session.message.connect(messages.append)
    for command in ("go.disagreements", "review.arbiter", "view.others", "view.agreement"):
        run(window, command)
    assert set(messages) == {"no other reviewer has decided here; vetter merge joins sessions"}


def test_export_dialog_combines_all_reviewers(
    qtbot: Any, window: MainWindow, tmp_path: Path
) -> None:
    window.dialogs.show_export()
    dialog = window.dialogs.export
    assert dialog is not None
    dialog.folder.setText(str(tmp_path / "out"))
    dialog.policy.setCurrentIndex(dialog.policy.findText("all reviewers, unanimous"))
    with qtbot.waitSignal(dialog.exporter.done, timeout=30000):
        dialog.start()
    table = Table.read(tmp_path / "out" / "decisions.ecsv")
    assert table["verdict"].tolist() == ["accept", "none", "accept", "none", "none"]
    assert set(table["policy"].tolist()) == {"unanimous"}
    dialog.close()
