"""Card and evidence as pictures: name, verdict, facts, comment; chip, cells, broken limits."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import QObject, pyqtSignal

from tests.gui.conftest import CheckLook
from tests.helpers.fake_session import FakeSession
from vetter.core.decisions.decision import Verdict
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import FitState, FitStatus
from vetter.gui.card.candidate_card import CandidateCard
from vetter.gui.card.evidence import Evidence
from vetter.settings import ReviewSettings, Settings

FIT = Adjustment(
    True,
    dx=0.212,
    dy=-1.0,
    scale=1.034,
    chi2_0=4091,
    chi2=352,
    df=286,
    pval=1e-4,
    correlation=0.12,
    snr=6.2,
    fwhm=3.6,
    box=15,
    template="convolved",
    at_bound=("dy",),
)


def test_card_of_a_candidate(qtbot: Any, check_look: CheckLook) -> None:
    session = FakeSession()
    session.say(3, verdict=Verdict.MAYBE, tags=("dipole",), comment="beside a bright star")
    card = CandidateCard(session)
    qtbot.addWidget(card)
    card.resize(760, card.sizeHint().height())
    card.show()
    card.show_row(3)
    check_look(card, "card")


class Seen(QObject):
    """Earlier verdicts of a few candidates."""

    changed = pyqtSignal()

    def words(self, row: int) -> str:
        return "rejected 2 times since 2026-05-02" if row == 3 else ""

    def verdict(self, row: int) -> Verdict:
        return Verdict.REJECT if row == 3 else Verdict.NONE


def test_card_with_coloured_tags_and_earlier_verdicts(qtbot: Any, check_look: CheckLook) -> None:
    session = FakeSession()
    review = ReviewSettings(tags=("dipole", "ghost", "sn"), tag_colours=("#d55e00", "", "#0072b2"))
    session.settings = Settings(review=review)
    session.say(3, verdict=Verdict.LATER, tags=("dipole", "ghost", "sn"), comment="")
    session.due.rows = {3: "a new epoch"}
    card = CandidateCard(session)
    qtbot.addWidget(card)
    seen = Seen()
    card.set_seen(seen, "Shift+A")
    card.resize(960, card.sizeHint().height())
    card.show()
    card.show_row(3)
    check_look(card, "card_seen")


@pytest.mark.parametrize("answer", [Answer.KEPT, Answer.EXPLAINED, Answer.NOT_JUDGED])
def test_evidence_of_a_fit(qtbot: Any, check_look: CheckLook, answer: Answer) -> None:
    evidence = Evidence()
    qtbot.addWidget(evidence)
    evidence.resize(760, evidence.height())
    reason = "a source of S/N 68.3 is missing at the field's own shift and scale, flux -3788"
    judgement = Judgement(answer, reason, 344.0, 6.2, 159)
    evidence.show_state(FitState(FitStatus.DONE, FIT, judgement))
    check_look(evidence, f"evidence_{answer.value.replace(' ', '_')}")
