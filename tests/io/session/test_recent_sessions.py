"""The sessions that were open last: as stored, and counted again."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from platformdirs import user_state_path

from tests.helpers.decisions import REVIEWER, event, listing
from vetter.io.session.recent_sessions import (
    RecentSession,
    entry_of_json,
    entry_to_json,
    is_missing,
    read_earlier_list,
    recount,
)
from vetter.io.session.session_file import SessionFile

ENTRY = RecentSession("/a.vetter", "list @ night", ("/a.csv",), 3, 10, "2026-01-31T03:00:00Z")
LIST = listing(5)


@pytest.mark.parametrize(
    "entry", [ENTRY, replace(ENTRY, estimated=True, reviewer="ann", inputs=())]
)
def test_entry_goes_through_its_text(entry: RecentSession) -> None:
    text = entry_to_json(entry)
    assert text.isascii() and "@" not in text
    assert entry_of_json(text) == entry


@pytest.mark.parametrize(
    "changes",
    [
        {"session": ""},
        {"session": None},
        {"session": "/a\0b"},
        {"title": 1},
        {"at": None},
        {"decided": -1},
        {"decided": "3"},
        {"candidates": -1},
        {"candidates": None},
        {"inputs": "/a.csv"},
        {"inputs": [1]},
    ],
)
def test_damaged_entry_is_none(changes: dict[str, Any]) -> None:
    assert entry_of_json(json.dumps({**asdict(ENTRY), **changes})) is None


@pytest.mark.parametrize("text", ["", "[]", "3", "{", "[" * 100_000])
def test_text_that_is_no_entry_is_none(text: str) -> None:
    assert entry_of_json(text) is None


def test_earlier_versions_wrote_less() -> None:
    plain = {k: v for k, v in asdict(ENTRY).items() if k not in ("estimated", "reviewer")}
    assert entry_of_json(json.dumps({**plain, "decided": 0, "candidates": 0, "estimated": 1})) == (
        replace(ENTRY, decided=0, candidates=0)
    )


def test_earlier_list_is_read_as_far_as_it_is_sound() -> None:
    file = user_state_path("vetter", appauthor=False) / "recent.json"
    assert read_earlier_list() == []
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        file.write_text(json.dumps([asdict(ENTRY), 3, {}, asdict(replace(ENTRY, decided=4))]))
        assert read_earlier_list() == [ENTRY, replace(ENTRY, decided=4)]
        many = [asdict(replace(ENTRY, decided=number)) for number in range(11)]
        file.write_text(json.dumps(many))
        assert [entry.decided for entry in read_earlier_list()] == list(range(10))
        file.write_text(json.dumps(many[:1]).ljust(1_000_000))
        assert len(read_earlier_list()) == 1
        file.write_text(json.dumps(many[:1]).ljust(1_000_001))
        assert read_earlier_list() == []
        for damaged in ("{", '{"a": 1}', "[" * 100_000):
            file.write_text(damaged)
            assert read_earlier_list() == []
    finally:
        file.unlink()


@pytest.mark.parametrize(
    ("seconds", "at", "counted"),
    [(0, None, False), (2, None, False), (2.1, None, True), (0, "no time", True)],
)
def test_session_written_to_later_is_counted_again(
    tmp_path: Path, seconds: float, at: str | None, counted: bool
) -> None:
    path = tmp_path / "a.vetter"
    with SessionFile.create(path, REVIEWER) as session:
        session.append([event(LIST, row) for row in range(4)])
    moment = 1_769_828_400
    os.utime(path, (moment + seconds, moment + seconds))
    entry = replace(ENTRY, session=str(path), at=at or "2026-01-31T03:00:00Z", candidates=2)
    found = recount(entry)
    assert (found.decided, found.candidates) == ((4, 4) if counted else (3, 2))
    assert recount(replace(entry, candidates=9)).candidates == 9
    # Of another reviewer nothing is counted.
    other = recount(replace(entry, reviewer="zoe"))
    assert other.decided == (0 if counted else 3)


def test_session_that_is_gone_or_damaged_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.vetter"
    entry = replace(ENTRY, session=str(path), at="no time")
    assert is_missing(entry) and recount(replace(entry, at=ENTRY.at)) == replace(entry, at=ENTRY.at)
    path.write_text("no session")
    assert not is_missing(entry) and recount(entry) == entry
