"""Words of the band of a storm: what is left of it, what follows, and a name without room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QObject, pyqtSignal

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.triage.storms import Storm
from vetter.gui.opening import storm_band
from vetter.gui.opening.storm_band import MAX_NAME_CHARACTERS, NO_STORM, StormBand


class Watch(QObject):
    """As much of the watch as the band asks."""

    changed = pyqtSignal()

    def __init__(self, session: FakeSession, _parent: QObject) -> None:
        super().__init__()
        self._session = session
        self.storms: list[Storm] = []
        self.dismissed: list[Storm] = []

    def undecided(self, storm: Storm) -> np.ndarray:
        return np.array([row for row in storm.rows if not self._session.codes[row]], np.intp)

    def sample_filter(self, storm: Storm) -> str:
        return f"sample of {storm.name}"

    def dismiss(self, storm: Storm) -> None:
        self.dismissed.append(storm)

    def close(self) -> None:
        pass


@pytest.fixture
def session(qapp: Any) -> FakeSession:
    return FakeSession(candidate_list(40))


@pytest.fixture
def band(qtbot: Any, session: FakeSession, monkeypatch: pytest.MonkeyPatch) -> Iterator[StormBand]:
    monkeypatch.setattr(storm_band, "StormWatch", Watch)
    band = StormBand(session)
    qtbot.addWidget(band)
    yield band
    band.stop()


def storm(label: str, count: int = 30) -> Storm:
    return Storm("image", label, np.arange(count), 3.0)


def tell(band: StormBand, *storms: Storm) -> None:
    band.watch.storms = list(storms)
    band.watch.changed.emit()


def test_without_a_storm_there_is_no_band_and_it_is_said(band: StormBand) -> None:
    tell(band)
    assert band.isHidden() and band.storm is None
    assert band.show_sample() == band.ask() == NO_STORM


def test_words_tell_what_is_left_and_what_follows(session: FakeSession, band: StormBand) -> None:
    tell(band, storm("e3"))
    words = band.words.text()
    assert words.startswith("⚠ Image e3 has 30 candidates") and "undecided" not in words
    assert not band.isHidden() and "more after this" not in words
    session.codes[:2] = Verdict.ACCEPT.code
    tell(band, storm("e3"), storm("e4"), storm("e5"))
    assert band.words.text() == f"{words}; 28 undecided; 2 more after this"
    tell(band)
    assert band.isHidden()


def test_read_only_session_rejects_no_storm(session: FakeSession, band: StormBand) -> None:
    tell(band, storm("e3"))
    assert band.reject.isEnabled()
    session.read_only = True
    tell(band, storm("e3"))
    assert not band.reject.isEnabled()


@pytest.mark.parametrize("more", [0, 1])
def test_name_without_room_is_cut_in_its_middle(band: StormBand, more: int) -> None:
    label = "a" * (MAX_NAME_CHARACTERS - 6 + more - 3) + "end"
    tell(band, storm(label))
    band.ask()
    name = f"image {label}"
    assert len(name) == MAX_NAME_CHARACTERS + more
    half = MAX_NAME_CHARACTERS // 2
    shown = f"{name[:half]}…{name[-half:]}" if more else name
    # The first candidate is on screen.
    assert band.question.text == (
        f"Reject 30 undecided candidates of {shown}?  29 of them have not been on screen."
    )


def test_answer_rejects_what_was_asked_about_and_ends_the_sample(
    session: FakeSession, band: StormBand
) -> None:
    wanted: list[str] = []
    band.filter_wanted.connect(wanted.append)
    session.codes[5] = Verdict.ACCEPT.code
    tell(band, storm("e3"))
    assert band.show_sample() == "" and wanted == ["sample of image e3"]
    for row in (-1, 1, 2):
        session.current_changed.emit(row)
    assert band.ask() == ""
    assert band.words.isHidden() and band.reject.isHidden()
    assert "26 of them have not" in band.question.text
    band.question.agree()
    rows = [row for row in range(30) if row != 5]
    assert session.calls[-1] == ("decide_group", rows, Verdict.REJECT)
    # Another filter than that of the sample stays.
    assert wanted == ["sample of image e3"]
    assert not band.words.isHidden() and not band.reject.isHidden()


def test_another_storm_withdraws_the_question(band: StormBand) -> None:
    tell(band, storm("e3"))
    band.ask()
    tell(band, storm("e4"))
    assert band.question.text == "" and "e4" in band.words.text()


def test_dismissed_storm_is_told(band: StormBand) -> None:
    tell(band, storm("e3"))
    band.away.click()
    assert [one.label for one in band.watch.dismissed] == ["e3"]
