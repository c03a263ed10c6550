"""The list's model alone: texts, marks of the sort, growth, and the widths of columns."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFontMetrics

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.snapshots import snapshot_font
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.columns.sorted_rows import SortKey
from vetter.core.decisions.decision import Verdict
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import NOT_FITTED, Answer, Judgement
from vetter.core.judgement.fit_table import FitTable
from vetter.gui.candidate_list.list_model import (
    MAX_COLUMN_WIDTH,
    MIN_COLUMN_WIDTH,
    VERDICT_WIDTH,
    CandidateModel,
    whole_widths,
)

NAMES = ["verdict", "name", "mag", "answer", "comment", "tags"]


@pytest.fixture
def session(qapp: Any) -> FakeSession:
    """Six candidates, the faintest first; one of them is fitted."""
    session = FakeSession(candidate_list(6))
    session.columns = ReviewColumns(session.candidates, session, FitTable(6))
    fit = Adjustment(True, dx=0.0, dy=0.0, scale=1.0)
    session.columns.fits.set(1, fit, Judgement(Answer.KEPT, ""))
    session.say(1, verdict=Verdict.REJECT, tags=("dipole", "ghost"), comment="bright <b>")
    session.queue.sort_by("mag", True)
    return session


@pytest.fixture
def model(session: FakeSession) -> CandidateModel:
    model = CandidateModel(session, session.columns)
    model.set_columns([*NAMES, "no such column", "mag"])
    return model


def test_columns_are_known_ones_and_each_is_there_once(model: CandidateModel) -> None:
    assert model.names == NAMES


def test_lines_are_those_of_the_queue(model: CandidateModel) -> None:
    assert [model.row(place) for place in range(6)] == [5, 4, 3, 2, 1, 0]
    assert model.codes(range(3, 5)) == [0, Verdict.REJECT.code]
    texts = [model.text(4, section) for section in range(6)]
    assert texts == ["rejected", "J001", "18.125", "kept", "bright <b>", "dipole, ghost"]
    assert [model.is_verdict(section) for section in range(3)] == [True, False, False]
    answer = NAMES.index("answer")
    assert model.answer_codes(answer, range(3, 5)) == [NOT_FITTED, Answer.KEPT.code]
    assert model.answer_codes(1, range(3, 5)) == [NOT_FITTED, NOT_FITTED]
    assert model.elision(1) == Qt.TextElideMode.ElideMiddle
    assert model.elision(4) == Qt.TextElideMode.ElideRight


def heading(model: CandidateModel, section: int) -> Any:
    return model.headerData(section, Qt.Orientation.Horizontal)


def test_headings_name_columns_and_their_place_in_the_sort(model: CandidateModel) -> None:
    assert [heading(model, section) for section in range(3)] == ["", "name", "mag\xa0"]
    told: list[tuple[int, int]] = []
    model.headerDataChanged.connect(lambda _way, first, last: told.append((first, last)))
    keys = [SortKey("verdict"), SortKey("mag", True)]
    model.set_sort_marks(keys)
    model.set_sort_marks(keys)
    assert told == [(0, 5)]
    assert [heading(model, section) for section in range(3)] == ["1▲ ", "name", "2▼ mag\xa0"]


def test_new_lines_are_inserted_once(model: CandidateModel, session: FakeSession) -> None:
    told: list[tuple[int, int]] = []
    model.rowsInserted.connect(lambda _parent, first, last: told.append((first, last)))
    session.grown.emit(6)
    assert told == []
    values = candidate_list(9)
    session.candidates = values
    session.columns.extend(values)
    session.queue.extend(9, lambda name: values.table[name][6:], lambda _text: None)
    session.grown.emit(6)
    assert told == [(6, 8)] and model.rowCount() == 9 and model.row(0) == 8
    assert model.text(0, 2) == "19.000" and model.answer_codes(3, range(1)) == [NOT_FITTED]


def metrics() -> QFontMetrics:
    return QFontMetrics(snapshot_font())


def wide_model(**columns: Any) -> CandidateModel:
    session = FakeSession(candidate_list(200, **columns))
    model = CandidateModel(session, session.columns)
    model.set_columns(["verdict", "id", *columns])
    return model


@pytest.mark.parametrize(
    ("texts", "width"),
    [
        (["i"] * 200, MIN_COLUMN_WIDTH),
        (["m" * 100] * 200, MAX_COLUMN_WIDTH),
        # One long text among the first lines decides; of two hundred lines a part is measured.
        (["m" * 12] + ["i"] * 199, None),
        (["i"] * 198 + ["m" * 12] * 2, None),
    ],
)
def test_column_is_as_wide_as_its_widest_text(
    qapp: Any, texts: list[str], width: int | None
) -> None:
    widths = whole_widths(wide_model(t=texts), metrics())
    assert widths[0] == VERDICT_WIDTH
    room = metrics().horizontalAdvance("m" * 12)
    assert widths[2] == width if width else room < widths[2] < room + 30


def test_every_answer_has_room_before_any_fit(model: CandidateModel) -> None:
    widest = max(metrics().horizontalAdvance(answer.value) for answer in Answer)
    assert whole_widths(model, metrics())[3] > widest + 25
