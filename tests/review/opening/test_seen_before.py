"""Earlier verdicts on the objects of a list, read behind the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.columns.filter import match_filter
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.decisions.decision import Verdict
from vetter.review.opening.seen_before import EarlierInputs, SeenBefore, read_earlier


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


def test_list_with_test_rows_says_nothing(session: FakeSession, labels: Path) -> None:
    session.source.record = {"plant": {"repeats": 1}}
    seen = SeenBefore(session, EarlierInputs(lists=(str(labels),)), Path("own.vetter"))
    session.due.objects = {4: [4, 5]}
    session.say(5, verdict=Verdict.ACCEPT)
    seen.start()
    seen.close()
    assert seen.words(1) == seen.words(4) == ""
