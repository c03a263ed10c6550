from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.decisions import event, listing
from vetter.core.decisions.decision import Decision, How, Verdict
from vetter.io.session.database import SessionDatabase
from vetter.io.session.merging.plain_verdicts import read_plain_verdicts
from vetter.io.session.session_file import SessionFile

LIST = listing(3)
Read = Callable[..., Any]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that writes events, changes the file, and reads the plain verdicts."""

    def write_and_read(*events: Decision, change: str = "", is_sound: bool = False) -> Any:
        path = tmp_path / "s.vetter"
        with SessionFile.create(path, "ann") as session:
            session.append(list(events))
        connection = sqlite3.connect(path)
        connection.execute("DROP TRIGGER decisions_never_change")
        connection.execute(change or "SELECT 1")
        connection.commit()
        connection.close()
        with SessionFile.open(path, "ann", read_only=True) as session:
            return session.plain_verdicts(is_sound)

    return write_and_read


def test_verdicts_of_all_events_are_in_order(read: Read) -> None:
    later = event(LIST, 1, Verdict.REJECT, reviewer="bob")
    plain = read(event(LIST, 1), later, event(LIST, 0, Verdict.NONE, how=How.UNDO))
    assert plain.keys == ("c1", "c1", "c0")
    assert plain.reviewers == ("ada", "bob", "ada")
    assert plain.verdicts == ("accept", "reject", "none")


def test_session_without_events_has_no_verdicts(read: Read) -> None:
    assert read() == ((), (), ())


UNCERTAIN = {
    "arbiter": {"how": How.ARBITER},
    "another place": {"x": 5.0},
    "another place in the sky": {"ra": 5.0},
    "half a place": {"dec": float("nan")},
}


@pytest.mark.parametrize("changes", UNCERTAIN.values(), ids=UNCERTAIN.keys())
def test_events_that_a_ledger_has_to_judge_give_none(read: Read, changes: dict[str, Any]) -> None:
    assert read(event(LIST, 1), event(LIST, 1, **changes)) is None


def test_half_a_place_of_all_events_gives_none(read: Read) -> None:
    assert read(event(LIST, 1, dec=float("nan"))) is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE decisions SET tags = '[['",
        "UPDATE decisions SET at = x'ff'",
        "UPDATE decisions SET key = CAST(x'ff' AS TEXT)",
    ],
)
def test_damage_gives_none(read: Read, change: str) -> None:
    assert read(event(LIST, 1), change=change) is None


@pytest.mark.parametrize(
    ("column", "value", "is_place"),
    [
        ("x", "1e999", False),
        ("y", "1e30", False),
        ("ra", "-1e30", False),
        ("dec", "1e30", False),
        ("x", "9e29", True),
        ("dec", "-9e29", True),
    ],
)
def test_number_that_is_no_place_gives_none(
    read: Read, column: str, value: str, is_place: bool
) -> None:
    change = f"UPDATE decisions SET {column} = {value}"
    plain = read(event(LIST, 1, ra=1.0, dec=2.0), change=change, is_sound=True)
    assert (plain is not None) is is_place


def test_look_for_damage_is_spared(read: Read, tmp_path: Path) -> None:
    plain = read(event(LIST, 1), change="UPDATE decisions SET tags = '[['", is_sound=True)
    assert plain.keys == ("c1",)
    with SessionDatabase.open(tmp_path / "s.vetter", read_only=True) as database:
        assert read_plain_verdicts(database) is None
