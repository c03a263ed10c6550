"""The list as a picture: heading with the sort's arrow, the current line, verdicts, answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.gui.conftest import CheckLook
from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.columns.sorted_rows import SortKey
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


def test_list_without_room(qtbot: Any, check_look: CheckLook) -> None:
    """Long names, candidates off the image, a sort by two columns, and a part scrolled away."""
    names = [f"ZTF26{'abcdefgh'[row % 8]}survey-J0421{row:04d}" for row in range(40)]
    session = FakeSession(candidate_list(40, id=names, place=np.arange(40) * 1000.5))
    session.candidates.x[1:3] = 5000, np.nan
    session.source.shape = (50, 50)
    session.due.rows = {3: "due"}
    session.say(5, verdict=Verdict.LATER)
    session.queue.arrange([SortKey("filter"), SortKey("mag", True)], None, at_once=True)
    view = CandidateListView(session, ["name", "verdict", "filter", "mag", "place", "tags"])
    qtbot.addWidget(view)
    view.resize(300, 240)
    view.show()
    view.follow(int(session.queue.order[15]))
    view.horizontalScrollBar().setValue(20)
    check_look(view, "list_narrow")
