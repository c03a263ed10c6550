"""Storms of the opened list: found behind the window, remembered, dismissed."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.columns.filter import match_filter
from vetter.core.decisions.decision import Verdict
from vetter.core.fakes.planted_row import make_row
from vetter.review.opening.storm_watch import StormWatch

COUNTS = (3, 4, 60, 3, 2, 50, 4)
IMAGES = np.repeat([f"e{number}.fits" for number in range(len(COUNTS))], COUNTS)


@pytest.fixture
def session(qapp: Any) -> FakeSession:
    session = FakeSession(candidate_list(len(IMAGES), filename=IMAGES))
    session.stored = {}
    session.writer = SimpleNamespace(keep_setting=session.stored.__setitem__)
    return session


@pytest.fixture
def watch(session: FakeSession) -> Iterator[StormWatch]:
    watch = StormWatch(session)
    yield watch
    watch.close()


def start(qtbot: Any, watch: StormWatch) -> None:
    with qtbot.waitSignal(watch.changed, timeout=30000):
        watch.start()


def test_largest_storm_comes_first(qtbot: Any, session: FakeSession, watch: StormWatch) -> None:
    start(qtbot, watch)
    assert [storm.name for storm in watch.storms] == ["image e2.fits", "image e5.fits"]
    assert session.stored["storms"]["found"] == [
        {"kind": "image", "label": "e2.fits", "candidates": 60, "usual": 3.5},
        {"kind": "image", "label": "e5.fits", "candidates": 50, "usual": 3.5},
    ]


def test_storm_and_sample_are_columns(qtbot: Any, session: FakeSession, watch: StormWatch) -> None:
    assert "storm" not in session.columns.names
    start(qtbot, watch)
    storm = watch.storms[0]
    sample = np.flatnonzero(match_filter(watch.sample_filter(storm), session.columns))
    assert watch.sample_filter(storm) == 'storm_sample="image e2.fits"'
    assert sample.tolist() == storm.sample.tolist()
    whole = np.flatnonzero(match_filter('storm="image e2.fits"', session.columns))
    assert whole.tolist() == storm.rows.tolist()


def test_decided_storm_is_shown_no_more(
    qtbot: Any, session: FakeSession, watch: StormWatch
) -> None:
    start(qtbot, watch)
    first, second = watch.storms
    session.say(int(first.rows[0]), verdict=Verdict.ACCEPT)
    assert watch.undecided(first).tolist() == first.rows[1:].tolist()
    session.decide_group(watch.undecided(first).tolist(), Verdict.REJECT)
    assert [storm.name for storm in watch.storms] == [second.name]


def test_dismissed_storm_stays_away(qtbot: Any, session: FakeSession, watch: StormWatch) -> None:
    start(qtbot, watch)
    watch.dismiss(watch.storms[0])
    assert [storm.name for storm in watch.storms] == ["image e5.fits"]
    assert session.stored["storms"]["dismissed"] == ["image e2.fits"]
    again = StormWatch(session)
    again.restore(session.stored["storms"])
    start(qtbot, again)
    again.close()
    assert [storm.name for storm in again.storms] == ["image e5.fits"]


@pytest.mark.parametrize("stored", [None, [], {"dismissed": 3}, {"found": []}])
def test_damaged_record_dismisses_nothing(qtbot: Any, watch: StormWatch, stored: Any) -> None:
    watch.restore(stored)
    start(qtbot, watch)
    assert len(watch.storms) == 2


def test_list_that_grows_is_counted_at_its_end(
    qtbot: Any, session: FakeSession, watch: StormWatch
) -> None:
    session.complete = False
    watch.start()
    assert watch.storms == []
    with qtbot.waitSignal(watch.changed, timeout=30000):
        session.completed.emit()
    assert len(watch.storms) == 2


def test_test_rows_do_not_count(qtbot: Any, session: FakeSession, watch: StormWatch) -> None:
    # Without its test rows the sixth image has fewer than a storm, and the third has 55.
    planted = [*np.flatnonzero(IMAGES == "e5.fits")[:25], *np.flatnonzero(IMAGES == "e2.fits")[:5]]
    keys = session.candidates.keys
    session.source.planted = tuple(make_row(str(keys[row]), "fake", {}) for row in planted)
    start(qtbot, watch)
    (storm,) = watch.storms
    assert storm.label == "e2.fits"
    assert len(storm.rows) == 60
    assert session.stored["storms"]["found"][0]["candidates"] == 55
