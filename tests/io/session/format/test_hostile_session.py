"""Sessions that somebody has forged: each is one line, or what of it can be read."""

from __future__ import annotations

import json
import os
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.decisions import REVIEWER, event, listing
from vetter.errors import InputError, VetterError
from vetter.headless.sessions import status
from vetter.io.inputs.open_input import open_input
from vetter.io.session.connection import MAX_VALUE_BYTES
from vetter.io.session.format.tables import APPLICATION_ID, TABLES, VERSION
from vetter.io.session.session_file import SessionFile

LIST = listing(9)
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
COLUMNS = "seq id key verdict tags comment reviewer at seconds how step undoes x y ra dec".split()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "s.vetter"
    with SessionFile.create(path, REVIEWER) as session:
        session.append([event(LIST, row) for row in range(9)], position="c1")
    return path


def change(path: Path, *statements: str, values: tuple[object, ...] = ()) -> None:
    """Do to a session what no version of the program does."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute("PRAGMA writable_schema = ON")
    for statement in statements:
        connection.execute(statement, values)
    connection.commit()
    connection.close()


def instead(path: Path, table: str, statement: str) -> None:
    """Make a session anew, with something else in the place of one of its tables."""
    path.unlink()
    marks = (f"PRAGMA application_id = {APPLICATION_ID}", f"PRAGMA user_version = {VERSION}")
    kept = [sql for sql in TABLES if f"TABLE {table} " not in sql and f"ON {table}" not in sql]
    change(path, *kept, statement, *marks)


def endless_view(path: Path) -> None:
    columns = ", ".join(f"i AS {name}" for name in COLUMNS)
    instead(path, "decisions", f"CREATE VIEW decisions AS {ENDLESS} SELECT {columns} FROM n")


def cross_join(path: Path) -> None:
    joined = "SELECT * FROM decisions a, decisions b, decisions c, decisions d"
    instead(path, "inputs", f"CREATE VIEW inputs AS {joined}")


def settings_view(path: Path) -> None:
    long = "SELECT 'looks' AS name, hex(zeroblob(100000000)) AS value"
    instead(path, "settings", f"CREATE VIEW settings AS {long}")


def generated_column(path: Path) -> None:
    (table,) = [sql for sql in TABLES if "TABLE positions" in sql]
    column = "key TEXT AS (hex(zeroblob(99999999)))"
    instead(path, "positions", table.replace("key TEXT NOT NULL", column))


def trigger(path: Path) -> None:
    change(
        path,
        "CREATE TRIGGER t AFTER INSERT ON decisions BEGIN "
        "INSERT INTO settings SELECT hex(randomblob(9)), 'x' FROM decisions a, decisions b; END",
    )


def virtual_table(path: Path) -> None:
    change(path, "CREATE VIRTUAL TABLE more USING fts4(x)")


def index_on_expression(path: Path) -> None:
    change(path, "CREATE INDEX i ON decisions (hex(zeroblob(length(key))))")


def schema_of_megabytes(path: Path) -> None:
    change(path, f"CREATE TABLE wide (x DEFAULT '{'y' * 5_000_000}')")


def many_parts(path: Path) -> None:
    views = (f"CREATE VIEW v{number} AS SELECT 1" for number in range(200))
    change(path, "BEGIN", *views)


@pytest.mark.parametrize(
    "forge",
    [
        endless_view,
        cross_join,
        settings_view,
        generated_column,
        trigger,
        virtual_table,
        index_on_expression,
        schema_of_megabytes,
        many_parts,
    ],
)
@pytest.mark.parametrize("read_only", [True, False], ids=["reading", "writing"])
def test_forged_schema_is_refused_unchanged(
    path: Path, forge: Callable[[Path], None], read_only: bool
) -> None:
    forge(path)
    before = path.read_bytes()
    with pytest.raises(InputError) as refusal:
        SessionFile.open(path, REVIEWER, read_only).close()
    assert len(str(refusal.value)) < 300 and "\n" not in str(refusal.value)
    assert path.read_bytes() == before


def add(path: Path, **values: object) -> None:
    """Add a decision of other values than the program's."""
    row = {
        **dict(zip(("id", "key", "verdict", "tags"), ("i", "c3", "accept", "[]"), strict=True)),
        "comment": "",
        "reviewer": REVIEWER,
        "at": "t",
        "how": "single",
        **values,
    }
    marks = ", ".join("?" * len(row))
    change(
        path,
        f"INSERT INTO decisions ({', '.join(row)}) VALUES ({marks})",
        values=tuple(row.values()),
    )


@pytest.mark.parametrize(
    "values",
    [
        {"tags": "[" * 100_000 + "]" * 100_000},
        {"tags": "[" * 500 + "]" * 500},
        {"tags": '{"a": 1}'},
        {"tags": "1" * 10_000},
        {"key": b"c3"},
        {"verdict": b"accept"},
        {"comment": b"\xff\xfe"},
        {"x": "east"},
        {"seconds": b"1"},
        {"how": 3},
    ],
    ids=["deep", "deeper", "object", "number", "key", "verdict", "comment", "x", "s", "how"],
)
def test_forged_decision_is_left_out(path: Path, values: dict[str, object]) -> None:
    add(path, **values)
    with SessionFile.open(path, REVIEWER) as session:
        assert len(session.decisions()) == 9 and session.read_only
        assert session.damage == ("1 of 10 decisions is not readable",)


@pytest.mark.parametrize("value", [float("inf"), -float("inf"), 1e300, 2**62])
def test_absurd_position_is_unknown_or_number(path: Path, value: float) -> None:
    add(path, x=value, y=value, ra=value, dec=value, seconds=value)
    with SessionFile.open(path, REVIEWER) as session:
        last = session.decisions()[-1]
    assert last.key == "c3" and not abs(last.x) > 1e30 and not abs(last.ra) > 1e30


@pytest.mark.parametrize("column", ["comment", "tags", "key", "reviewer", "id"])
def test_text_beyond_the_limit_is_left_out(path: Path, column: str) -> None:
    row = {**_PLAIN, column: "y" * (MAX_VALUE_BYTES + 1)}
    marks = ", ".join("?" * len(row))
    statement = f"INSERT INTO decisions ({', '.join(row)}) VALUES ({marks})"
    change(path, statement, values=tuple(row.values()))
    with SessionFile.open(path, REVIEWER) as session:
        assert len(session.decisions()) == 9 and session.reviewers() == [REVIEWER]
        assert session.damage == ("1 of 10 decisions is not readable",)


_PLAIN = {
    "id": "i",
    "key": "c3",
    "verdict": "accept",
    "tags": "[]",
    "comment": "",
    "reviewer": REVIEWER,
    "at": "t",
    "how": "single",
}


def test_pages_in_a_circle_end(path: Path) -> None:
    with SessionFile.open(path, REVIEWER) as session:
        many = listing(400)
        session.append([event(many, row) for row in range(400)])
    connection = sqlite3.connect(path)
    (root,) = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'decisions'"
    ).fetchone()
    connection.close()
    content = bytearray(path.read_bytes())
    start = (root - 1) * 4096
    assert content[start] == 5  # an interior page: each child becomes the first
    (cells,) = struct.unpack_from(">H", content, start + 3)
    places = struct.unpack_from(f">{cells}H", content, start + 12)
    first = content[start + places[0] : start + places[0] + 4]
    for place in (8, *places):
        content[start + place : start + place + 4] = first
    path.write_bytes(content)
    with SessionFile.open(path, REVIEWER) as session:
        numbers = [decision.seq for decision in session.decisions()]
        assert session.read_only and 0 < len(numbers) < 409


def record(path: Path, text: str, relative: str = "{}", prints: str = "[]") -> None:
    change(
        path,
        "INSERT INTO inputs (at, candidates, record, relative, fingerprints) "
        "VALUES ('2026-01-01T00:00:00.000Z', 9, ?, ?, ?)",
        values=(text, relative, prints),
    )


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000 + "]" * 100_000,
        '{"inputs": ' + "[" * 900 + "]" * 900 + "}",
        "[]",
        '{"inputs": [1]}',
        '{"inputs": "list.csv"}',
        '{"inputs": [], "options": {"radius": "wide"}}',
        '{"inputs": [], "options": {"radius": 1e9}}',
        '{"inputs": [], "options": {"planes": ["image"]}}',
        '{"inputs": [], "options": {"columns": {"x": 3}}}',
    ],
    ids=["deep", "deeper", "list", "number", "text", "radius", "vast", "planes", "columns"],
)
def test_forged_record_of_inputs_is_one_line(path: Path, text: str) -> None:
    record(path, text)
    with pytest.raises(InputError, match="1 record of its inputs is not readable"):
        open_input([str(path)])


@pytest.mark.parametrize("prints", ['[{"role": 1}]', '[{"role": [], "path": ""}]', "{}x", "[3]"])
def test_forged_fingerprints_are_left_out(path: Path, prints: str) -> None:
    record(path, '{"inputs": []}', prints=prints)
    with SessionFile.open(path, REVIEWER) as session:
        assert session.inputs() == [] and session.read_only


@pytest.mark.parametrize("name", ["/dev/zero", "fifo", "a\0b", "/" + "x/" * 5000, "", "~"])
def test_recorded_input_that_is_no_file_is_one_line(path: Path, name: str) -> None:
    if name == "fifo":
        name = str(path.with_name("fifo"))
        os.mkfifo(name)
    text = json.dumps({"inputs": [name], "options": {"planes": {"image": name}}})
    record(path, text, json.dumps({name: "../../../../dev/zero"}))
    with pytest.raises(VetterError) as refusal:
        open_input([str(path)])
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ["itself", "another", "link"])
def test_recorded_session_is_not_followed(path: Path, name: str) -> None:
    other = path if name == "itself" else path.with_name("other.vetter")
    if name == "another":
        other.write_bytes(path.read_bytes())
        record(other, json.dumps({"inputs": [str(path)]}))
    elif name == "link":
        other.symlink_to(path)
    record(path, json.dumps({"inputs": [str(other)]}))
    with pytest.raises(InputError, match="expected a list or cutouts, found a session"):
        open_input([str(path)])


def test_recorded_glob_over_the_whole_disk_is_not_followed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked: list[str] = []
    scan = os.scandir

    def counted(folder: str) -> object:
        walked.append(str(folder))
        assert len(walked) < 100
        return scan(folder)

    monkeypatch.setattr(os, "scandir", counted)
    name = "/**/no-such-file-anywhere-*.fits"
    record(path, json.dumps({"inputs": [name]}), json.dumps({name: "**/*.none"}))
    with SessionFile.open(path, REVIEWER) as session:
        assert session.inputs()[-1].record["inputs"] == [name]


def test_journal_that_names_other_files_deletes_none(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"")
    journal = Path(f"{path}-journal")
    name = str(other).encode()
    check = sum(name) & 0xFFFFFFFF
    head = struct.pack(">8sIIIII", bytes.fromhex("d9d505f920a163d7"), 0, 0, 10, 512, 4096)
    tail = struct.pack(">I", 0) + name + struct.pack(">II", len(name), check) + head[:8]
    journal.write_bytes(head.ljust(512, b"\0") + tail)
    with pytest.raises(InputError, match="names other files; remove it"):
        SessionFile.open(path, REVIEWER)
    assert other.exists()


def test_holder_of_absurd_values_is_one_short_line(path: Path) -> None:
    with SessionFile.open(path, REVIEWER) as first:
        with first._database.transaction() as cursor:
            cursor.execute("UPDATE holder SET pid = 'me', host = ?, since = x'00'", ("h" * 9999,))
        with SessionFile.start(path, "eve") as second:
            assert second.read_only and len(second.notes[0]) < 300


def test_session_in_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "s.vetter")
    with pytest.raises(InputError, match="no regular file; choose"):
        SessionFile.start(tmp_path / "s.vetter", REVIEWER)


@pytest.mark.parametrize("name", ["/dev/zero", "fifo"])
def test_recorded_list_that_is_no_file_leaves_status(
    path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if name == "fifo":
        name = str(path.with_name("fifo"))
        os.mkfifo(name)
    prints = [{"role": "candidates", "path": name, "size": 1, "mtime_ns": 1, "digest": "d"}]
    record(path, json.dumps({"inputs": [name]}), prints=json.dumps(prints))
    assert json.loads(status(path, as_json=True))["accepted"] == 9


@pytest.mark.parametrize("kind", ["journal", "wal"])
@pytest.mark.parametrize("linked", [False, True], ids=["itself", "by a link"])
@pytest.mark.parametrize("read_only", [True, False], ids=["reading", "writing"])
def test_journal_that_is_a_device_is_refused(
    path: Path, kind: str, linked: bool, read_only: bool
) -> None:
    Path(f"{path}-journal").unlink(missing_ok=True)
    Path(f"{path}-{kind}").symlink_to("/dev/zero")
    before = path.read_bytes()
    named = path
    if linked:
        named = path.with_name("link.vetter")
        named.symlink_to(path)
    with pytest.raises(
        InputError, match=f"-{kind}: expected a session's journal, found no regular file"
    ):
        SessionFile.open(named, REVIEWER, read_only)
    assert path.read_bytes() == before
