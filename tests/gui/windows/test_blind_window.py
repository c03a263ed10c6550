"""Blind review: no part of the window holds a score, an answer or another's verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.table import Table
from PyQt6.QtWidgets import QLabel, QWidget

from tests.helpers.decisions import event
from tests.helpers.field_files import write_field
from tests.helpers.windows import until_painted
from vetter.app import open_window
from vetter.core.decisions.decision import Verdict
from vetter.errors import InputError
from vetter.gui.windows.main_window import MainWindow
from vetter.io.export.export import export
from vetter.io.inputs.open_input import open_input
from vetter.io.session.session_file import SessionFile


@pytest.fixture
def blind(qtbot: Any, tmp_path: Path) -> MainWindow:
    """Return a blind window on three scored candidates, of which bob has rejected one."""
    planes = write_field(tmp_path, ("image", "convolved", "diff", "err"))
    table = Table({"id": ["a", "b", "c"], "x": [20.0, 30.0, 40.0], "y": [30.0, 20.0, 25.0]})
    table["rb"] = [0.987, 0.123, 0.5]
    table["mag"] = [18.0, 19.0, 20.0]
    table.write(tmp_path / "l.csv")
    whole = open_input([str(tmp_path / "l.csv")])
    decided = event(whole.candidates, 0, Verdict.REJECT, reviewer="bob", comment="bobs words")
    with SessionFile.create(tmp_path / "s.vetter", "bob") as file:
        file.append([decided])
    whole.close()
    window = open_window(
        tmp_path / "l.csv", session=tmp_path / "s.vetter", reviewer="ann", blind=True, **planes
    )
    qtbot.addWidget(window)
    until_painted(qtbot, window)
    return window


def accept(qtbot: Any, window: MainWindow) -> None:
    """Accept the first candidate, and wait until this is on disk."""
    window.session.accept()
    qtbot.waitUntil(lambda: window.session.counts.accepted == 1, timeout=30000)


def texts_of(widget: QWidget) -> str:
    """Return all texts of labels and their tips, and of the list's cells."""
    labels = [text for label in widget.findChildren(QLabel) for text in (label.text(),)]
    tips = [child.toolTip() for child in widget.findChildren(QWidget)]
    names = [child.accessibleName() for child in widget.findChildren(QWidget)]
    return "\n".join([*labels, *tips, *names])


def test_no_widget_holds_score_or_other_verdict(blind: MainWindow) -> None:
    text = texts_of(blind)
    assert "0.987" not in text
    assert "bobs words" not in text


def test_evidence_says_that_the_answer_is_hidden(blind: MainWindow) -> None:
    assert blind.evidence.words == "hidden: blind review"


def test_fit_key_shows_no_answer(blind: MainWindow) -> None:
    blind.fit_now()
    assert blind.evidence.words == "hidden: blind review"
    assert not len(blind.fits.table)


def test_columns_hold_no_score_and_no_answer(blind: MainWindow) -> None:
    names = blind.session.columns.names
    assert "mag" in names
    assert not {"rb", "answer", "shift"} & set(names)


@pytest.mark.parametrize("text", ["rb>0.5", "answer=explained", "disagree=yes", "others~reject"])
def test_filter_knows_no_hidden_column(text: str, blind: MainWindow) -> None:
    with pytest.raises(InputError, match=r"no column|unknown|hidden"):
        blind.session.queue.set_filter(text)


def test_hidden_columns_cannot_be_sorted_by(blind: MainWindow) -> None:
    with pytest.raises(KeyError):
        blind.session.queue.sort_by("rb")


def test_card_shows_magnitude_and_no_score(blind: MainWindow) -> None:
    captions = [fact.caption for fact in blind.card._facts]
    assert "mag" in captions
    assert "rb" not in captions


def test_title_says_blind_review(blind: MainWindow) -> None:
    assert "blind review" in blind.windowTitle()


def test_decision_records_what_was_hidden(blind: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    accept(qtbot, blind)
    with SessionFile.open(tmp_path / "s.vetter", "ann", read_only=True) as file:
        seen = json.loads(file.decisions()[-1].seen)
    assert seen["blind"] is True
    assert seen["hidden"] == ["rb"]


def test_export_of_the_view_holds_no_score(blind: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    session = blind.session
    accept(qtbot, blind)
    export(session.source, session.ledger, tmp_path / "out", formats=("csv",))
    assert "rb" not in (tmp_path / "out" / "decisions.csv").read_text().splitlines()[0].split(",")
    (cutout,) = (tmp_path / "out" / "cutouts").glob("*.fits")
    assert b"0.987" not in cutout.read_bytes()


def test_session_opens_with_all_columns_without_blind(
    blind: MainWindow, qtbot: Any, tmp_path: Path
) -> None:
    accept(qtbot, blind)
    blind.close()
    again = open_window(tmp_path / "s.vetter", reviewer="ann")
    qtbot.addWidget(again)
    until_painted(qtbot, again)
    assert "rb" in again.session.columns.names
    assert np.isclose(again.session.candidates.table["rb"][0], 0.987)
    assert again.session.verdict("a") is Verdict.ACCEPT
