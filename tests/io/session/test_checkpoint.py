"""Checkpoints in a session file: read if sound, else left for the events."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.decisions import REVIEWER, event, listing
from tests.helpers.table_pages import pages_of
from vetter.core.decisions.agreement.other_reviewers import OtherReviewers
from vetter.core.decisions.agreement.stored_opinions import OpinionTable
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide, decide_group
from vetter.errors import VetterError
from vetter.io.session.checkpoint import StoredState
from vetter.io.session.session_file import SessionFile

COUNT = 400
LIST = listing(COUNT)
PAGE = 4096
MARK = "a list"
NOBODY = OpinionTable(
    0, (), np.zeros((0, COUNT), np.uint8), np.zeros((0, COUNT), int), np.zeros((0, COUNT), bool)
)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(LIST, REVIEWER)


@pytest.fixture
def path(tmp_path: Path, ledger: Ledger) -> Path:
    """A session of 400 decisions, the last 20 undone, and its checkpoint."""
    path = tmp_path / "night.vetter"
    with SessionFile.create(path, REVIEWER) as session:
        for rows in (range(380), range(380, COUNT)):
            ledger.replay(session.append(decide_group(ledger, rows, Verdict.REJECT)))
        ledger.replay(session.append(ledger.undo_step()))
        assert session.put_checkpoint(MARK, ledger.snapshot(), NOBODY)
    return path


def state_of(path: Path, mark: str = MARK, reviewer: str = REVIEWER) -> StoredState | None:
    with SessionFile.open(path, reviewer) as session:
        return session.take_state(mark)


def test_state_is_as_it_was_stored(path: Path, ledger: Ledger) -> None:
    state, taken = state_of(path), ledger.snapshot()
    assert state is not None and taken is not None and state.since == []
    assert repr(state.checkpoint.snapshot) == repr(taken)
    assert sorted(state.decisions) == taken.needed_events()
    assert (state.checkpoint.last, state.checkpoint.events) == (420, 420)
    assert repr(state.checkpoint.opinions) == repr(NOBODY)


def test_state_is_taken_once_and_until_the_file_changes(path: Path) -> None:
    with SessionFile.open(path, REVIEWER) as session:
        assert session.take_state(MARK) is not None
        assert session.take_state(MARK) is None
    with SessionFile.open(path, REVIEWER) as session:
        session.append([event(LIST, 0)])
        assert session.take_state(MARK) is None
        assert len(session.decisions()) == 421


def test_state_is_of_its_reviewer_and_list(path: Path) -> None:
    assert state_of(path, reviewer="bob") is None
    assert state_of(path, mark="another list") is None


def test_state_of_other_list_leaves_the_decisions(path: Path) -> None:
    with SessionFile.open(path, REVIEWER) as session:
        assert session.take_state("another list") is None
        assert len(session.decisions()) == 420


def replace_state(path: Path, column: str, content: bytes) -> None:
    """Put other bytes into a checkpoint, with a checksum that fits."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(f"UPDATE checkpoints SET {column} = ?", (content,))
        digest = hashlib.blake2b(digest_size=16)
        for state in connection.execute("SELECT state, opinions FROM checkpoints").fetchone():
            digest.update(len(state).to_bytes(8))
            digest.update(state)
        connection.execute("UPDATE checkpoints SET checksum = ?", (digest.hexdigest(),))
    connection.close()


@pytest.mark.parametrize(
    "numbers",
    [
        [],
        [1, 2],
        [1, *[0] * 9],
        [1, *[0] * 9, 5],
        [1, -1, *[0] * 8, 1],
        [1, *[0] * 3, 1, 0, 0, *[0] * 4, 7],
    ],
    ids=["empty", "short", "cut", "longer", "negative", "unequal"],
)
def test_forged_state_is_no_state(path: Path, numbers: list[int]) -> None:
    replace_state(path, "state", np.array(numbers, "<i4").tobytes())
    assert state_of(path) is None


@pytest.mark.parametrize(
    "views",
    [
        b"",
        b"[]",
        b"{}\n",
        b'{"events": 1, "reviewers": ["bob"], "shape": [1]}\n',
        b'{"events": 1, "reviewers": ["bob"], "shape": [1, 1]}\n\1\1',
        b'{"events": 1, "reviewers": ["bob"], "shape": [1, 1]}\n\1\1\1\1\1',
        b'{"events": 1, "reviewers": ["bob"], "shape": [1, 1]}\n\1\1\xff\xff\xff\xff',
        b'{"events": 1, "reviewers": ["bob"], "shape": [1, 1]}\n\x09\1\1\0\0\0',
        b'{"events": 1, "reviewers": [7], "shape": [1, 1]}\n\1\1\1\0\0\0',
        b'{"events": 1, "reviewers": [], "shape": [-1, -1]}\n\1\1\1\0\0\0',
    ],
    ids=["empty", "list", "lacking", "shape", "short", "odd", "minus", "code", "name", "negative"],
)
def test_forged_opinions_are_no_state(path: Path, views: bytes) -> None:
    replace_state(path, "opinions", views)
    assert state_of(path) is None


def test_opinions_of_others_are_as_they_were_stored(path: Path, ledger: Ledger) -> None:
    with SessionFile.open(path, REVIEWER) as session:
        session.append([event(LIST, 3, reviewer="bob", comment="faint")])
        others = OtherReviewers(ledger, session.decisions())
        snapshot, table = ledger.snapshot(), others.tabulate()
        assert snapshot is not None and table is not None
        assert session.put_checkpoint(MARK, snapshot, table)
        # A state that lacks an event of another reviewer is refused.
        assert not session.put_checkpoint(MARK, snapshot, NOBODY)
    state = state_of(path)
    assert state is not None and repr(state.checkpoint.opinions) == repr(table)
    assert state.decisions[421].comment == "faint"


def test_state_of_missing_events_says_which_there_are(path: Path) -> None:
    numbers = [1, 1, 1, *[0] * 8, 0, 9999]
    replace_state(path, "state", np.array(numbers, "<i4").tobytes())
    state = state_of(path)
    assert state is not None and state.decisions == {}


@pytest.mark.parametrize("place", [0, 3, -1], ids=["first", "middle", "last"])
@pytest.mark.parametrize("table", ["decisions", "sqlite_autoindex_decisions_1"])
def test_spoilt_page_of_decisions_is_told_in_spite_of_checkpoint(
    path: Path, table: str, place: int
) -> None:
    content = bytearray(path.read_bytes())
    page = pages_of(path, table)[place]
    content[(page - 1) * PAGE : page * PAGE] = b"\xa5" * PAGE
    path.write_bytes(content)
    with SessionFile.open(path, REVIEWER) as session:
        assert session.read_only and session.take_state(MARK) is None
        assert session.damage and len(session.decisions()) > 200
    assert path.read_bytes() == bytes(content)


def test_decisions_are_found_by_number(path: Path) -> None:
    with SessionFile.open(path, REVIEWER) as session:
        found = session.decisions_at([3, 420, 999])
        assert {number: found[number].seq for number in found} == {3: 3, 420: 420}


def test_unreadable_decision_is_said_and_none_given(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content.replace(b"reject[]", b"rejoct[]", 1))
    with SessionFile.open(path, REVIEWER, read_only=True) as session:
        assert session.decisions_at(range(1, 421)) == {}
        assert "earlier decisions are not readable" in session.damage[0]


def test_copy_has_no_checkpoint(path: Path) -> None:
    with SessionFile.open(path, REVIEWER) as session:
        session.save_as(path.with_name("copy.vetter"))
    assert state_of(path.with_name("copy.vetter")) is None


def test_moved_session_keeps_its_checkpoint(path: Path) -> None:
    assert state_of(Path(shutil.copy(path, path.with_name("moved.vetter")))) is not None


def test_checkpoint_of_file_that_is_gone_is_refused(path: Path, ledger: Ledger) -> None:
    with SessionFile.open(path, REVIEWER) as session:
        path.unlink()
        snapshot = ledger.snapshot()
        assert snapshot is not None
        with pytest.raises(VetterError, match="the session file is gone"):
            session.put_checkpoint(MARK, snapshot, NOBODY)


def test_later_checkpoint_replaces_the_earlier(path: Path, ledger: Ledger) -> None:
    with SessionFile.open(path, REVIEWER) as session:
        made = decide(ledger, 399, verdict=Verdict.ACCEPT)
        assert made is not None
        ledger.replay(session.append([made]))
        snapshot = ledger.snapshot()
        assert snapshot is not None and session.put_checkpoint("new", snapshot, NOBODY)
    assert state_of(path) is None
    state = state_of(path, mark="new")
    assert state is not None and state.checkpoint.last == 421


def test_sessions_checkpoint_is_a_readers_too(path: Path) -> None:
    with SessionFile.open(path, "reader", read_only=True) as session:
        assert session.take_state(MARK) is None
        assert len(session.decisions()) == 420
