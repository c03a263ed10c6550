from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtWidgets import QWidget

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.decisions.decision import Verdict
from vetter.core.fakes.planted_row import make_row
from vetter.gui.opening.practice_band import AGAIN, BEGIN, OFFER, PracticeBand

PRACTICE = {"fakes": 2, "artefacts": 1, "practice": 1, "seed": 0}
ROWS = (
    make_row("J000", "fake", {"snr": 6.0}),
    make_row("J001", "artefact", {"artefact": "hit", "snr": 9.0}),
)


def band_of(qtbot: Any, plan: dict[str, int] | None, count: int = 2) -> PracticeBand:
    session = FakeSession(candidate_list(count))
    session.source.record = {"inputs": ["l.csv"]} | ({"plant": plan} if plan else {})
    session.source.planted = ROWS
    band = PracticeBand(session)
    # Held by the band: Python would delete a parent that only Qt refers to.
    band.both = band.above(QWidget())
    qtbot.addWidget(band.both)
    band.both.show()
    return band


def test_session_without_test_rows_has_no_offer(qtbot) -> None:
    assert band_of(qtbot, None).isHidden()


def test_new_session_with_fakes_offers_a_practice(qtbot) -> None:
    band = band_of(qtbot, {"fakes": 2})
    assert not band.isHidden()
    assert band.words.text() == OFFER
    with qtbot.waitSignal(band.practice_wanted):
        band.go.click()
    band.away.click()
    assert band.isHidden()


def test_offer_goes_with_the_first_verdict(qtbot) -> None:
    band = band_of(qtbot, {"fakes": 2})
    band._session.say(0, verdict=Verdict.ACCEPT)
    assert band.isHidden()


def test_offer_comes_again_after_many_verdicts(qtbot) -> None:
    band = band_of(qtbot, {"fakes": 2})
    band._session.opinions_changed.emit(list(range(2)) * 249)
    assert band.isHidden()
    band._session.opinions_changed.emit([0, 1])
    assert not band.isHidden()
    assert band.words.text() == AGAIN


def test_practice_gives_the_answer_to_each_verdict(qtbot) -> None:
    band = band_of(qtbot, PRACTICE)
    assert band.words.text() == BEGIN
    band._session.say(0, verdict=Verdict.REJECT)
    assert band.words.text().startswith("J000, wrong: a new source of S/N 6")
    band._session.say(1, verdict=Verdict.REJECT)
    assert "J001, right: an artefact: a hit of single pixels" in band.words.text()
    assert "1 of 2 right: the practice is over" in band.words.text()


def test_cleared_verdict_no_longer_counts(qtbot) -> None:
    band = band_of(qtbot, PRACTICE)
    band._session.say(0, verdict=Verdict.ACCEPT)
    band._session.say(0, verdict=Verdict.NONE)
    assert band.right == 0
    assert band.words.text() == BEGIN


@pytest.mark.parametrize(
    ("button", "signal"), [("go", "practice_wanted"), ("away", "session_wanted")]
)
def test_practice_leads_on(qtbot, button: str, signal: str) -> None:
    band = band_of(qtbot, PRACTICE)
    with qtbot.waitSignal(getattr(band, signal)):
        getattr(band, button).click()
