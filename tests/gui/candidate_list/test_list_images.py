"""The list as a picture: heading with the sort's arrow, the current line, verdicts, answers."""

from __future__ import annotations

from typing import Any

from tests.gui.conftest import CheckLook
from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.decisions.decision import Verdict
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import ANSWERS, Judgement
from vetter.core.judgement.fit_table import FitTable
from vetter.gui.candidate_list.list_view import CandidateListView


def test_list_of_candidates(qtbot: Any, check_look: CheckLook) -> None:
    session = FakeSession(candidate_list(40))
    fits = FitTable(40)
    for row, answer in enumerate(ANSWERS):
        fits.set(row, Adjustment(True, dx=0.1 * row), Judgement(answer, "why"))
    session.columns = ReviewColumns(session.candidates, session, fits)
    for row, verdict in enumerate((Verdict.ACCEPT, Verdict.REJECT, Verdict.MAYBE)):
        session.say(row, verdict=verdict, tags=("dipole", "ghost")[: row + 1])
    view = CandidateListView(session, ["verdict", "name", "mag", "answer", "tags"])
    qtbot.addWidget(view)
    view.resize(430, 260)
    view.show()
    view.follow(4)
    check_look(view, "list")
