"""Band that offers earlier verdicts: until the user has looked at them or dismissed it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.helpers.fake_session import FakeSession
from vetter.gui.opening.offer_band import OfferBand


@pytest.fixture
def session(qapp: Any) -> FakeSession:
    session = FakeSession()
    session.ledger = SimpleNamespace(unplaced=0)
    return session


@pytest.fixture
def band(qtbot: Any, session: FakeSession) -> OfferBand:
    session.ledger.unplaced = 3
    band = OfferBand(session)
    qtbot.addWidget(band)
    return band


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "⚠ The list has changed: 1 earlier verdict may belong to other candidates"),
        (1200, "⚠ The list has changed: 1,200 earlier verdicts may belong to other candidates"),
    ],
)
def test_band_counts_the_verdicts(
    session: FakeSession, band: OfferBand, count: int, words: str
) -> None:
    session.ledger.unplaced = count
    session.completed.emit()
    assert band.words.text() == words and not band.isHidden()


def test_band_goes_with_the_last_of_them(session: FakeSession, band: OfferBand) -> None:
    session.ledger.unplaced = 0
    session.opinions_changed.emit([1])
    assert band.isHidden()
    # A verdict brings no band that was not there; the end of the list does.
    session.ledger.unplaced = 2
    session.opinions_changed.emit([1])
    assert band.isHidden()
    session.completed.emit()
    assert not band.isHidden()


def test_nothing_is_offered_where_nothing_can_be_taken(
    session: FakeSession, band: OfferBand
) -> None:
    session.read_only = True
    band.refresh()
    assert band.isHidden()


def test_buttons_show_the_offers_or_dismiss_them(
    qtbot: Any, session: FakeSession, band: OfferBand
) -> None:
    with qtbot.waitSignal(band.wanted, timeout=30000):
        band.look.click()
    assert not band.isHidden()
    band.away.click()
    assert band.isHidden()
    session.completed.emit()
    assert band.isHidden()
