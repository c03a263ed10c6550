"""Ledgers read from a session file: with a checkpoint they are as the replay of all events."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.decisions import listing
from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.decisions.agreement.other_reviewers import OtherReviewers
from vetter.core.decisions.decision import Decision, Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide, decide_group
from vetter.core.decisions.snapshot import mark_of_list
from vetter.io.session.merging.merge import merge_sessions
from vetter.io.session.session_file import SessionFile
from vetter.review.opening import stored_ledger
from vetter.review.opening.stored_ledger import StoredLedger, read_ledger

ROOT = Path(__file__).resolve().parents[3]
COUNT = 5
LIST = listing(COUNT)
LATER = "2027-01-01T00:00:00.000Z"

KILLED = """
import os, signal, sqlite3, sys
from tests.helpers.decisions import listing
from vetter.io.session.session_file import SessionFile
from vetter.review.opening import stored_ledger

class Killed(sqlite3.Connection):
    def __init__(self, *values, **options):
        super().__init__(*values, **options)
        self.set_trace_callback(kill)

def kill(statement):
    global armed
    armed |= statement.lstrip().startswith("INSERT OR REPLACE INTO checkpoints")
    if armed and statement == "COMMIT":
        os.kill(os.getpid(), signal.SIGKILL)

armed = False
connect = sqlite3.connect
sqlite3.connect = lambda *values, **options: connect(*values, factory=Killed, **options)
store = SessionFile.open(sys.argv[1], "ann")
stored_ledger.CHECKPOINT_EVENTS = 1
stored_ledger.read_ledger(store, listing(5), "ann").keep_checkpoint()
"""
"""A program that is killed between the write of a checkpoint and its commit."""


@pytest.fixture(autouse=True)
def keep_after_each_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_ledger, "CHECKPOINT_EVENTS", 1)


class Opened:
    """A session file opened by a reviewer, in which steps are taken as the window takes them."""

    def __init__(self, path: Path, reviewer: str, candidates: CandidateList = LIST) -> None:
        self.reviewer = reviewer
        self.store = SessionFile.start(path, reviewer)
        self.stored: StoredLedger = read_ledger(self.store, candidates, reviewer)
        self.ledger = self.stored.ledger

    def write(self, made: list[Decision | None]) -> None:
        events = [event for event in made if event is not None]
        if events:
            for written in self.store.append(events, position=events[0].key):
                self.ledger.apply(written)

    def take(self, step: tuple[Any, ...]) -> None:
        kind, ledger = step[0], self.ledger
        if kind == "verdict":
            until = LATER if step[2] is Verdict.LATER else None
            self.write([decide(ledger, step[1], verdict=step[2], until=until, seen="{}")])
        elif kind == "remark":
            self.write([decide(ledger, step[1], comment=step[2], tags=list(step[2][:1]))])
        elif kind == "group":
            self.write([*decide_group(ledger, step[1], step[2])])
        elif kind == "arbiter":
            self.write([decide(ledger, step[1], verdict=Verdict.ACCEPT, as_arbiter=True)])
        else:
            self.write([*(ledger.undo_step() if kind == "undo" else ledger.redo_step())])

    def close(self, keeps: bool = True) -> None:
        """End as a window does, or as one that is killed."""
        if keeps:
            assert self.stored.keep_checkpoint() == ""
        self.store.close()


def picture(ledger: Ledger) -> str:
    rows = range(len(ledger.candidates))
    return repr(
        (
            [ledger.decision(row) for row in rows],
            ledger.codes.tolist(),
            ledger.counts(),
            sorted(ledger.remarked_rows()),
            (ledger.undo_label, ledger.redo_label, ledger.last_report, ledger.unplaced),
        )
    )


def replayed(path: Path, reviewer: str, candidates: CandidateList = LIST) -> Ledger:
    ledger = Ledger(candidates, reviewer)
    with SessionFile.open(path, reviewer, read_only=True) as session:
        ledger.replay(session.decisions())
    return ledger


def is_restored(stored: StoredLedger) -> bool:
    """Whether some of the ledger's events were not replayed."""
    return stored.covered > 0


_ROW = st.integers(0, COUNT - 1)
_VERDICT = st.sampled_from(list(Verdict))
_STEP = st.one_of(
    st.tuples(st.just("verdict"), _ROW, _VERDICT),
    st.tuples(st.just("remark"), _ROW, st.sampled_from(["", "faint", "blend"])),
    st.tuples(st.just("group"), st.lists(_ROW, min_size=1), _VERDICT),
    st.tuples(st.just("undo")),
    st.tuples(st.just("redo")),
    st.tuples(st.just("reopen"), st.sampled_from(["ann", "bob"]), st.booleans()),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(_STEP, min_size=5, max_size=20), arbitrates=st.booleans())
def test_opened_state_equals_replay_after_any_steps(
    steps: list[tuple[Any, ...]], arbitrates: bool
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "night.vetter"
        opened = Opened(path, "ann")
        for step in steps:
            if step[0] == "reopen":
                opened.close(keeps=step[2])
                opened = Opened(path, step[1])
                assert picture(opened.ledger) == picture(replayed(path, step[1]))
                assert views(opened.stored.others) == views(whole_others(path, step[1]))
            else:
                opened.take(step)
        if arbitrates:
            opened.take(("arbiter", 0))
        opened.close()
        for reviewer in ("ann", "bob"):
            opened, whole = Opened(path, reviewer), replayed(path, reviewer)
            while True:
                assert picture(opened.ledger) == picture(whole)
                made = opened.ledger.undo_step()
                if not made:
                    break
                opened.write([*made])
                whole = replayed(path, reviewer)
            opened.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A session of ann with steps of all kinds, and her checkpoint."""
    path = tmp_path / "night.vetter"
    opened = Opened(path, "ann")
    for step in (
        ("group", range(COUNT), Verdict.REJECT),
        ("verdict", 2, Verdict.ACCEPT),
        ("remark", 2, "blend"),
        ("verdict", 3, Verdict.LATER),
        ("undo",),
    ):
        opened.take(step)
    opened.close()
    return path


@pytest.fixture
def opened(path: Path) -> Iterator[Opened]:
    opened = Opened(path, "ann")
    yield opened
    opened.store.close()


def test_checkpoint_stands_for_all_events(path: Path, opened: Opened) -> None:
    assert opened.stored.covered == 9 and opened.stored.others.names == ()
    assert picture(opened.ledger) == picture(replayed(path, "ann"))


def test_events_after_checkpoint_are_replayed(path: Path) -> None:
    opened = Opened(path, "ann")
    opened.take(("verdict", 0, Verdict.MAYBE))
    opened.close(keeps=False)
    opened = Opened(path, "ann")
    assert opened.stored.covered == 9 and opened.ledger.counts().decisions == 10
    assert picture(opened.ledger) == picture(replayed(path, "ann"))
    opened.close()


def test_few_events_keep_no_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_ledger, "CHECKPOINT_EVENTS", 3)
    for events, restored in ((2, False), (2, False), (0, True), (2, True)):
        opened = Opened(tmp_path / "night.vetter", "ann")
        assert is_restored(opened.stored) is restored
        for row in range(events):
            verdict = Verdict.ACCEPT if opened.ledger.codes[row] != 1 else Verdict.REJECT
            opened.take(("verdict", row, verdict))
        opened.close()


def test_others_opinions_are_in_the_checkpoint(path: Path) -> None:
    bob = Opened(path, "bob")
    bob.take(("verdict", 1, Verdict.ACCEPT))
    bob.take(("remark", 2, "faint"))
    bob.close()
    for restored in (False, True):
        ann = Opened(path, "ann")
        assert is_restored(ann.stored) is restored
        assert views(ann.stored.others) == views(whole_others(path, "ann"))
        ann.close()


def test_others_decisions_since_the_checkpoint_are_replayed(path: Path) -> None:
    for row in (1, 2):
        bob = Opened(path, "bob")
        bob.take(("verdict", row, Verdict.ACCEPT))
        bob.close()
        ann = Opened(path, "ann")
        assert not is_restored(ann.stored)
        assert views(ann.stored.others) == views(whole_others(path, "ann"))
        ann.close()


def test_other_who_is_arbiter_is_replayed(path: Path) -> None:
    bob = Opened(path, "bob")
    bob.take(("arbiter", 0))
    bob.close()
    for _ in range(2):
        ann = Opened(path, "ann")
        assert not is_restored(ann.stored)
        assert views(ann.stored.others) == views(whole_others(path, "ann"))
        ann.close()


def whole_others(path: Path, reviewer: str) -> OtherReviewers:
    ledger = replayed(path, reviewer)
    with SessionFile.open(path, reviewer, read_only=True) as session:
        return OtherReviewers(ledger, session.decisions())


def views(others: OtherReviewers) -> str:
    ratings, rows = others.all_ratings(), range(len(LIST))
    return repr(
        (
            others.names,
            others.disagreements().tolist(),
            others.texts().tolist(),
            [others.remarks(row) for row in rows],
            ratings.codes.tolist(),
            ratings.arbitrated.tolist(),
            [[ratings.opinion(one, row) for row in rows] for one in range(len(ratings.final))],
            [sorted(one.remarked_rows()) for one in ratings.final],
        )
    )


@pytest.mark.parametrize("when", ["before", "after"])
def test_arbiter_is_replayed(path: Path, when: str) -> None:
    opened = Opened(path, "ann")
    opened.take(("arbiter", 0))
    opened.close(keeps=when == "before")
    opened = Opened(path, "ann")
    assert not is_restored(opened.stored) and opened.ledger.is_arbitrated(0)
    assert picture(opened.ledger) == picture(replayed(path, "ann"))
    opened.close()


def test_other_list_is_replayed(path: Path) -> None:
    other = listing(COUNT + 1)
    opened = Opened(path, "ann", other)
    assert not is_restored(opened.stored)
    assert picture(opened.ledger) == picture(replayed(path, "ann", other))
    opened.close()


def test_checkpoint_counts_without_what_is_left_out(path: Path) -> None:
    with SessionFile.open(path, "ann") as store:
        stored = read_ledger(store, LIST, "ann", left_out=["c0"])
        assert not is_restored(stored) and stored.ledger.codes[0] == 0
        assert stored.keep_checkpoint() == ""
    with SessionFile.open(path, "ann") as store:
        again = read_ledger(store, LIST, "ann", left_out=["c0"])
        assert is_restored(again) and picture(again.ledger) == picture(stored.ledger)


def test_growing_list_is_replayed(path: Path) -> None:
    with SessionFile.open(path, "ann") as store:
        stored = read_ledger(store, LIST, "ann", complete=False)
        assert stored.ledger.counts().decisions == 9 and stored.keep_checkpoint() == ""


def test_reading_only_stores_no_checkpoint(path: Path) -> None:
    change(path, "DELETE FROM checkpoints")
    before = path.read_bytes()
    with SessionFile.open(path, "ann", read_only=True) as store:
        stored = read_ledger(store, LIST, "ann")
        assert stored.keep_checkpoint() == "" and not is_restored(stored)
    assert path.read_bytes() == before


def change(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


STALE = {
    "revision": "UPDATE checkpoints SET revision = revision + 1",
    "last event": "UPDATE checkpoints SET last_id = 'x'",
    "list": "UPDATE checkpoints SET list = 'x'",
    "number of events": "UPDATE checkpoints SET events = events + 1",
    "checksum": "UPDATE checkpoints SET state = zeroblob(80)",
    "type": "UPDATE checkpoints SET state = 'text'",
    "missing": "DELETE FROM checkpoints",
    "later event": "INSERT INTO decisions (id, key, verdict, tags, comment, reviewer, at, how)"
    " VALUES ('x', 'c0', 'maybe', '[]', '', 'ann', '2027', 'single')",
}


@pytest.mark.parametrize("statement", STALE.values(), ids=STALE.keys())
def test_checkpoint_that_does_not_match_is_ignored(path: Path, statement: str) -> None:
    change(path, statement)
    opened = Opened(path, "ann")
    assert picture(opened.ledger) == picture(replayed(path, "ann"))
    assert is_restored(opened.stored) == ("INSERT" in statement)
    opened.close()
    opened = Opened(path, "ann")
    assert is_restored(opened.stored)
    opened.close()


def test_state_that_lacks_an_event_is_not_stored(path: Path) -> None:
    opened = Opened(path, "ann")
    made = decide(opened.ledger, 4, verdict=Verdict.ACCEPT)
    assert made is not None
    opened.store.append([made])
    snapshot = opened.ledger.snapshot()
    assert snapshot is not None
    table = opened.stored.others.tabulate()
    assert table is not None
    assert not opened.store.put_checkpoint(mark_of_list(LIST), snapshot, table)
    opened.close(keeps=False)


def test_merged_session_is_replayed_and_keeps_its_own_checkpoint(path: Path) -> None:
    other, merged = path.with_name("bob.vetter"), path.with_name("all.vetter")
    bob = Opened(other, "bob")
    bob.take(("verdict", 1, Verdict.ACCEPT))
    bob.close()
    merge_sessions([path, other], merged)
    for restored in (False, True):
        opened = Opened(merged, "ann")
        assert is_restored(opened.stored) is restored
        assert picture(opened.ledger) == picture(replayed(merged, "ann"))
        opened.close()
    merge_sessions([path, other], merged)
    opened = Opened(merged, "ann")
    assert not is_restored(opened.stored)
    assert picture(opened.ledger) == picture(replayed(merged, "ann"))
    opened.close()


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_kill_before_commit_of_checkpoint_leaves_the_one_before(path: Path) -> None:
    opened = Opened(path, "ann")
    opened.take(("verdict", 0, Verdict.MAYBE))
    opened.close(keeps=False)
    killed = subprocess.run(
        [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, '.')\n{KILLED}", str(path)],
        cwd=ROOT,
        check=False,
    )
    assert killed.returncode == -9
    assert path.with_name("night.vetter-journal").stat().st_size > 0
    opened = Opened(path, "ann")
    assert opened.stored.covered == 9 and opened.ledger.counts().decisions == 10
    assert picture(opened.ledger) == picture(replayed(path, "ann"))
    opened.close()


def test_checkpoint_that_cannot_be_stored_is_said(path: Path, opened: Opened) -> None:
    opened.take(("verdict", 0, Verdict.MAYBE))
    path.unlink()
    assert opened.stored.keep_checkpoint().startswith("the next opening will take longer: ")
