"""Storms of the opened list: found behind the window, remembered, dismissed."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.plain_source import PlainField, PlainFields, PlainSource
from vetter.core.candidates.epochs import Epochs
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


@pytest.mark.parametrize("end", ["completed", "broke_off"])
def test_list_that_grows_is_counted_at_its_end(
    qtbot: Any, session: FakeSession, watch: StormWatch, end: str
) -> None:
    session.complete = False
    watch.start()
    assert watch.storms == []
    with qtbot.waitSignal(watch.changed, timeout=30000):
        getattr(session, end).emit()
    assert len(watch.storms) == 2


def test_list_without_storms_stores_and_tells_nothing(
    qtbot: Any, session: FakeSession, watch: StormWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.candidates = candidate_list(20)
    found: list[Any] = []
    told: list[Any] = []
    monkeypatch.setattr(session.columns, "set_storms", found.append)
    watch.changed.connect(lambda: told.append(watch.storms))
    watch.start()
    qtbot.waitUntil(lambda: found == [[]], timeout=30000)
    session.say(0, verdict=Verdict.ACCEPT)
    assert session.stored == {} and told == []


def test_last_storm_is_told_to_be_gone_once(
    qtbot: Any, session: FakeSession, watch: StormWatch
) -> None:
    start(qtbot, watch)
    told: list[int] = []
    watch.changed.connect(lambda: told.append(len(watch.storms)))
    for storm in watch.storms:
        session.decide_group(storm.rows.tolist(), Verdict.REJECT)
    session.say(0, verdict=Verdict.ACCEPT)
    assert told == [1, 0]


NUMBERS = np.repeat(np.arange(len(COUNTS)), COUNTS)


def test_images_are_those_of_the_source(
    qtbot: Any, session: FakeSession, watch: StormWatch
) -> None:
    """Of which one row more has been read than the list had when it was handed out."""
    session.candidates = candidate_list(len(IMAGES))
    session.source = PlainFields(
        candidates=session.candidates,
        fields=[PlainField(name=f"chip {number}") for number in range(len(COUNTS))],
        field_numbers=np.append(NUMBERS, 0),
        epochs=None,
    )
    start(qtbot, watch)
    assert [storm.name for storm in watch.storms] == ["image chip 2", "image chip 5"]


class Timed(PlainSource):
    """A source that knows the times of its rows."""

    times: Any

    @property
    def object_epochs(self) -> Epochs:
        return Epochs(np.arange(len(self.times)), self.times)


@pytest.mark.parametrize(("more", "count"), [(0, 2), (1, 2), (-1, 0)])
def test_times_are_those_of_the_source_where_it_knows_all(
    qtbot: Any,
    session: FakeSession,
    watch: StormWatch,
    monkeypatch: pytest.MonkeyPatch,
    more: int,
    count: int,
) -> None:
    session.candidates = candidate_list(len(IMAGES))
    times = np.append(50000.5 + NUMBERS, 50000.5)[: len(IMAGES) + more]
    session.source = Timed(candidates=session.candidates, times=times)
    found: list[Any] = []
    monkeypatch.setattr(session.columns, "set_storms", found.append)
    watch.start()
    qtbot.waitUntil(lambda: len(found) == 1, timeout=30000)
    assert [len(storm.rows) for storm in found[0]] == [60, 50][:count]


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
