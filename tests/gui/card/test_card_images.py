"""Card and evidence as pictures: name, verdict, facts, comment; chip, cells, broken limits."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gui.conftest import CheckLook
from tests.helpers.fake_session import FakeSession
from vetter.core.decisions.decision import Verdict
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import FitState, FitStatus
from vetter.gui.card.candidate_card import CandidateCard
from vetter.gui.card.evidence import Evidence

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


@pytest.mark.parametrize("answer", [Answer.KEPT, Answer.EXPLAINED, Answer.NOT_JUDGED])
def test_evidence_of_a_fit(qtbot: Any, check_look: CheckLook, answer: Answer) -> None:
    evidence = Evidence()
    qtbot.addWidget(evidence)
    evidence.resize(760, evidence.height())
    reason = "a source of S/N 68.3 is missing at the field's own shift and scale, flux -3788"
    judgement = Judgement(answer, reason, 344.0, 6.2, 159)
    evidence.show_state(FitState(FitStatus.DONE, FIT, judgement))
    check_look(evidence, f"evidence_{answer.value.replace(' ', '_')}")
