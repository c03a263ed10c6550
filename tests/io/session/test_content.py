"""What of a session is readable, and the words for what is not."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.decisions import REVIEWER, event, listing
from vetter.core.cutout_source import Fingerprint
from vetter.io.session.content import SessionContent, input_rows, readable_settings
from vetter.io.session.database import SessionDatabase
from vetter.io.session.format.rows import COLUMNS
from vetter.io.session.merging.parts import are_sound, read_parts
from vetter.io.session.session_file import SessionFile

LIST = listing(9)
UNTIL = COLUMNS.split(", ").index("until") - 1
PRINT = Fingerprint("candidates", "/l.csv", 1, 2, "digest")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "s.vetter"
    with SessionFile.create(path, REVIEWER) as session:
        session.record_input({"inputs": ["/l.csv"], "options": {}}, [PRINT], 9)
        session.append([event(LIST, row) for row in range(3)], position="c1")
        session.set_settings({"radius": 20.0, "looks": [1, 2]})
    return path


def change(path: Path, statement: str, *values: object) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    for name in [
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    ]:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def rows_of(path: Path) -> tuple[list[Any], str]:
    with SessionDatabase.open(path, read_only=True) as database:
        return input_rows(database)


def test_opening_is_read_as_it_was_recorded(path: Path) -> None:
    (row,), damage = rows_of(path)
    assert damage == ""
    assert (row.candidates, row.fingerprints) == (9, (PRINT,))
    assert row.record == {"inputs": ["/l.csv"], "options": {}} and row.relative == {}
    recorded = row.relocate(path.parent)
    assert (recorded.at, recorded.candidates) == (row.at, 9)
    assert (recorded.record, recorded.fingerprints) == (row.record, row.fingerprints)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", b"5"),
        ("candidates", "nine"),
        ("candidates", -1),
        ("record", "{"),
        ("record", "[]"),
        ("record", json.dumps({"inputs": "l.csv"})),
        ("record", json.dumps({"inputs": [1]})),
        ("record", json.dumps({"options": {"radius": "wide"}})),
        ("record", json.dumps({"plant": {"fakes": "many"}})),
        ("relative", json.dumps({"/l.csv": 1})),
        ("relative", "[1]"),
        ("fingerprints", json.dumps([{"role": 1}])),
        ("fingerprints", json.dumps([{"role": "image", "other": 1}])),
        ("fingerprints", json.dumps([{**PRINT.__class__.__annotations__, "digest": None}])),
        ("fingerprints", "{}" + "x"),
    ],
)
def test_opening_that_no_version_writes_is_left_out(path: Path, column: str, value: Any) -> None:
    change(path, f"UPDATE inputs SET {column} = ?", value)
    assert rows_of(path) == ([], "1 record of its inputs is not readable")


@pytest.mark.parametrize(
    ("bad", "words"),
    [(1, "1 record of its inputs is not"), (2, "2 records of its inputs are not")],
)
def test_unreadable_openings_are_counted(path: Path, bad: int, words: str) -> None:
    for number in range(2):
        change(
            path,
            "INSERT INTO inputs (at, candidates, record, relative, fingerprints)"
            " VALUES ('2026', 5, ?, '{}', '[]')",
            "{" if number < bad else "{}",
        )
    rows, damage = rows_of(path)
    assert damage.startswith(words) and len(rows) == 3 - bad
    assert rows[0].candidates == 9


@pytest.mark.parametrize(("value", "readable"), [("{", {"looks"}), (b"1", {"looks"})])
def test_settings_are_read_one_by_one(path: Path, value: object, readable: set[str]) -> None:
    with SessionDatabase.open(path, read_only=True) as database:
        assert readable_settings(database) == ({"radius": 20.0, "looks": [1, 2]}, "")
    change(path, "UPDATE settings SET value = ? WHERE name = 'radius'", value)
    with SessionDatabase.open(path, read_only=True) as database:
        settings, damage = readable_settings(database)
    assert set(settings) == readable and damage == "some of its settings are not readable"


def test_damage_is_noted_once() -> None:
    content = SessionContent()
    for damage in ("", "one", "two", "one", ""):
        content.note(damage)
    assert content.damage == ["one", "two"]


def test_examined_decisions_are_taken_once(path: Path) -> None:
    content = SessionContent("somebody else")
    with SessionDatabase.open(path, read_only=True) as database:
        assert content.examine(database) and content.damage == []
        first = content.take_decisions(database)
        again = content.take_decisions(database)
        assert first == again and first is not again and len(first) == 3
        assert content.take_state("mark") is None
        content.examine(database)
        content.forget()
        assert len(content.take_decisions(database)) == 3


KEPT = Path(__file__).parents[2] / "kept"
TABLES = ("inputs", "positions", "settings", "holder")


def miscount_free_bytes(path: Path, table: str) -> None:
    """Make a table's page say that it has one free byte more: it can be read, not written to."""
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        ((root,),) = connection.execute(query, (table,))
        ((size,),) = connection.execute("PRAGMA page_size")
    content = bytearray(path.read_bytes())
    content[(root - 1) * size + 7] += 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("kept", "table"),
    [
        *(("format1", table) for table in TABLES),
        *(("format2", table) for table in (*TABLES, "planted")),
        *((None, table) for table in (*TABLES, "planted", "checkpoints")),
    ],
)
def test_table_that_can_only_be_read_counts_as_damage(
    path: Path, kept: str | None, table: str
) -> None:
    if kept:
        shutil.copy(KEPT / f"{kept}.vetter", path)
    what = "planted rows" if table == "planted" else table
    for is_sound, damage in ((True, []), (False, [f"the pages of its {what} are damaged"])):
        content = SessionContent("somebody else")
        with SessionDatabase.open(path, read_only=True) as database:
            assert content.examine(database) is is_sound
        assert content.damage == damage
        miscount_free_bytes(path, table)


def test_parts_are_all_that_a_merge_needs(path: Path) -> None:
    with SessionDatabase.open(path, read_only=True) as database:
        parts = read_parts(database)
        assert are_sound(database)
        assert parts.is_sound and parts.damage == () and parts.path == path
        assert parts.event_count == 3 and list(parts.events) == [REVIEWER]
        assert [len(row) for row in parts.events[REVIEWER]] == [3, 3, 3]
        whole = parts.whole_events()[REVIEWER]
        assert [row[1] for row in whole] == ["c0", "c1", "c2"] and len(whole[0]) == 18
        assert parts.positions[0][:2] == (REVIEWER, "c1")
        assert parts.settings["radius"] == 20 and parts.inputs[0].candidates == 9
        assert parts.planted == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verdict", "acceptable"),
        ("how", "magic"),
        ("tags", "{}"),
        ("tags", "["),
        ("comment", b"x"),
        ("seconds", b"1"),
        ("step", b"3"),
        ("seen", b"{}"),
        ("program", b"1"),
        ("until", b"2026"),
        ("ra", b"1"),
    ],
)
def test_event_that_no_version_writes_is_not_copied(path: Path, column: str, value: object) -> None:
    change(path, f"UPDATE decisions SET {column} = ? WHERE seq = 2", value)
    with SessionDatabase.open(path, read_only=True) as database:
        assert not are_sound(database)
        parts = read_parts(database)
    assert not parts.is_sound and parts.damage == ("1 of 3 decisions is not readable",)
    assert [len(row) for row in parts.events[REVIEWER]] == [18, 18]


@pytest.mark.parametrize(
    ("kept", "count", "until", "planted"),
    [("format1", 17, "", []), ("format2", 49, "2027-01-01T00:00:00.000Z", ["c11"])],
)
def test_parts_of_earlier_formats_are_whole(
    tmp_path: Path, kept: str, count: int, until: str, planted: list[str]
) -> None:
    file = KEPT / f"{kept}.vetter"
    with SessionDatabase.open(Path(shutil.copy(file, tmp_path)), read_only=True) as database:
        assert are_sound(database)
        parts = read_parts(database)
        rows = [row for rows in parts.whole_events().values() for row in rows]
    assert parts.is_sound and parts.damage == () and parts.event_count == len(rows) == count
    assert max(row[UNTIL] for row in rows) == until
    assert [row.key for row in parts.planted] == planted


def test_openings_of_unknown_content_are_left_out_of_parts_but_the_last(tmp_path: Path) -> None:
    path = tmp_path / "s.vetter"
    with SessionFile.create(path, REVIEWER) as session:
        for name, prints in (("a", ()), ("b", [PRINT]), ("c", ()), ("d", ())):
            session.record_input({"inputs": [name]}, prints, 9)
    with SessionDatabase.open(path, read_only=True) as database:
        parts = read_parts(database)
    assert [one.record["inputs"] for one in parts.inputs] == [["b"], ["d"]]


def test_opening_of_an_empty_list_is_read(path: Path) -> None:
    change(path, "UPDATE inputs SET candidates = 0")
    (row,), damage = rows_of(path)
    assert (row.candidates, damage) == (0, "")
