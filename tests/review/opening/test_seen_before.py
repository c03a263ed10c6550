"""Earlier verdicts on the objects of a list, read behind the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.decisions import event, listing
from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.plain_source import PlainSource
from vetter.core.columns.filter import match_filter
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.decisions.decision import Opinion, Verdict
from vetter.io.inputs.blind_source import make_blind
from vetter.io.session.recent_sessions import RecentSession
from vetter.io.session.session_file import SessionFile
from vetter.review.opening.recent_settings import remember
from vetter.review.opening.seen_before import EarlierInputs, SeenBefore, read_earlier
from vetter.settings import ReviewSettings, Settings


@pytest.fixture
def session(qapp: Any) -> FakeSession:
    session = FakeSession(candidate_list(6))
    session.columns = ReviewColumns(session.candidates, session, None, has_seen=True)
    return session


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "labels.csv"
    # At the places of the second and fourth candidate.
    path.write_text(
        "name,ra,dec,verdict,decided_at\n"
        "a,65.251,-33.5,reject,2026-05-02T00:00:00.000Z\n"
        "b,65.251,-33.5001,reject,2026-06-02T00:00:00.000Z\n"
        "c,65.253,-33.5,,\n"
    )
    return path


@pytest.fixture
def seen(qtbot: Any, session: FakeSession, labels: Path) -> Iterator[SeenBefore]:
    seen = SeenBefore(session, EarlierInputs(lists=(str(labels),)), Path("own.vetter"))
    with qtbot.waitSignal(seen.changed, timeout=30000):
        seen.start()
    yield seen
    seen.close()


def test_candidates_say_what_was_decided(seen: SeenBefore) -> None:
    words = [seen.words(row) for row in range(6)]
    assert words[1] == "rejected 2 times since 2026-05-02"
    assert words[3] == "known: c (labels.csv)"
    assert [words[row] for row in (0, 2, 4, 5)] == [""] * 4
    assert seen.verdict(1) is Verdict.REJECT and seen.verdict(3) is Verdict.NONE


def test_seen_is_a_column(session: FakeSession, seen: SeenBefore) -> None:
    for expression, rows in (("seen~rejected", [1]), ("seen!=missing", [1, 3])):
        assert np.flatnonzero(match_filter(expression, session.columns)).tolist() == rows


def test_verdicts_on_epochs_in_this_session_count(session: FakeSession, seen: SeenBefore) -> None:
    session.due.objects = {4: [4, 5], 5: [4, 5]}
    session.say(5, verdict=Verdict.ACCEPT)
    assert seen.verdict(4) is Verdict.ACCEPT
    assert seen.words(5) == ""


def test_unreadable_input_is_told(qtbot: Any, session: FakeSession, tmp_path: Path) -> None:
    missing = str(tmp_path / "gone.vetter")
    seen = SeenBefore(session, EarlierInputs(sessions=(missing,)), Path("own.vetter"))
    with qtbot.waitSignal(session.noticed, timeout=30000) as told:
        seen.start()
    seen.close()
    assert missing in told.args[0]


def test_own_session_is_no_earlier_one(tmp_path: Path) -> None:
    own, problems = tmp_path / "own.vetter", []
    assert read_earlier(EarlierInputs(sessions=(str(own),)), own, problems) == []
    assert problems == []


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is read, of which nothing is found."""
    asked: list[Any] = []
    name = "vetter.review.opening.seen_before.read_earlier"
    monkeypatch.setattr(name, lambda *given: asked.append(given) or [])
    return asked


def test_list_without_earlier_verdicts_is_not_matched_again(
    qtbot: Any, session: FakeSession, asked: list[Any]
) -> None:
    seen = SeenBefore(session, EarlierInputs(("a",)), Path("own.vetter"))
    with qtbot.waitSignal(seen.changed, timeout=30000):
        seen.start()
    session.grown.emit(2)
    session.settings_changed.emit()
    seen.close()
    assert len(asked) == 1


def test_nothing_is_read_where_nothing_is_named(session: FakeSession, asked: list[Any]) -> None:
    seen = SeenBefore(session, EarlierInputs(), Path("own.vetter"))
    seen.start()
    seen.close()
    assert asked == []


def test_list_with_test_rows_says_nothing(
    session: FakeSession, labels: Path, asked: list[Any]
) -> None:
    session.source.record = {"plant": {"repeats": 1}}
    seen = SeenBefore(session, EarlierInputs(lists=(str(labels),)), Path("own.vetter"))
    session.due.objects = {4: [4, 5]}
    session.say(5, verdict=Verdict.ACCEPT)
    seen.start()
    seen.close()
    assert seen.words(1) == seen.words(4) == "" and asked == []


def test_rows_that_are_listed_later_are_matched_too(
    qtbot: Any, session: FakeSession, seen: SeenBefore
) -> None:
    session.candidates = candidate_list(4)
    session.columns.extend(session.candidates)
    with qtbot.waitSignal(seen.changed, timeout=30000):
        session.grown.emit(2)
    assert seen.words(3) == "known: c (labels.csv)"


def test_radius_is_that_of_the_settings(qtbot: Any, session: FakeSession, seen: SeenBefore) -> None:
    assert len(seen.of(1)) == 2
    # One of the two places is 0.36 arcseconds away.
    session.settings = Settings(review=ReviewSettings(seen_radius=0.3))
    with qtbot.waitSignal(seen.changed, timeout=30000):
        session.settings_changed.emit()
    assert [sighting.verdict.at for sighting in seen.of(1)] == ["2026-05-02T00:00:00.000Z"]


def test_latest_verdict_comes_first(session: FakeSession, seen: SeenBefore) -> None:
    session.due.objects = {1: [0, 1, 2]}
    for row, verdict, at in ((0, Verdict.ACCEPT, "2026-05-20"), (2, Verdict.MAYBE, "2026-07-01")):
        session.opinions[row] = Opinion(verdict, decided_at=at, reviewer="bob")
    session.opinions[1] = Opinion(Verdict.LATER, decided_at="2026-08-01", reviewer="ann")
    found = [(one.verdict.at[:10], one.verdict.verdict.value) for one in seen.of(1)]
    assert found == [
        ("2026-07-01", "maybe"),
        ("2026-06-02", "reject"),
        ("2026-05-20", "accept"),
        ("2026-05-02", "reject"),
    ]
    (first, *_) = seen.of(1)
    assert (first.verdict.reviewer, first.verdict.origin) == ("bob", "this session")
    assert seen.verdict(1) is Verdict.MAYBE


@pytest.mark.parametrize(
    "inputs", [EarlierInputs(("a",)), EarlierInputs(lists=("a",)), EarlierInputs(takes_recent=True)]
)
def test_inputs_are_there_where_one_is_named(inputs: EarlierInputs) -> None:
    assert inputs and not EarlierInputs()


@pytest.fixture
def recent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A session that was open before, with two verdicts, and one that has gone since."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    path = tmp_path / "night.vetter"
    with SessionFile.create(path, "ada") as store:
        store.append([event(listing(), row) for row in (0, 2)])
    for session in (path, tmp_path / "gone.vetter"):
        remember(RecentSession(str(session), "night", (), 2, 6, "2026-11-22T20:00"))
    return path


@pytest.mark.parametrize(
    ("named", "takes_recent", "count"),
    [((), True, 2), ((), False, 0), (("night.vetter",), True, 2), (("night.vetter",), False, 2)],
)
def test_session_is_read_once_and_one_that_has_gone_is_passed_over(
    recent: Path, named: tuple[str, ...], takes_recent: bool, count: int
) -> None:
    problems: list[str] = []
    sessions = tuple(str(recent.parent / name) for name in named)
    inputs = EarlierInputs(sessions, takes_recent=takes_recent)
    found = read_earlier(inputs, Path("/own.vetter"), problems)
    assert [one.ra for one in found] == pytest.approx([150.0, 150.2][:count])
    assert problems == []
    assert read_earlier(inputs, recent, problems) == [] and problems == []


def test_blind_review_says_nothing(session: FakeSession, labels: Path, asked: list[Any]) -> None:
    given = {"candidates": session.candidates, "default_radius": 20.0}
    session.source = make_blind(PlainSource(**given, plane_names=("image",), plane_provenance={}))
    session.due.objects = {4: [4, 5]}
    session.say(5, verdict=Verdict.ACCEPT)
    seen = SeenBefore(session, EarlierInputs(lists=(str(labels),)), Path("own.vetter"))
    seen.start()
    seen.close()
    assert seen.of(4) == [] and seen.words(4) == "" and asked == []
