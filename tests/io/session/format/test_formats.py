"""Sessions of earlier formats: read as they are, migrated when they are opened for writing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.decisions import event, listing
from tests.kept import outputs
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.planted import PlantedRow
from vetter.io.session.format.migration import migrate
from vetter.io.session.format.tables import TABLES_BY_VERSION, VERSION
from vetter.io.session.session_file import SessionFile

ROOT = Path(__file__).resolve().parents[4]
KEPT = ROOT / "tests" / "kept" / "format1.vetter"

KEPT_2 = KEPT.with_name("format2.vetter")

KILLED = """
import os, signal, sqlite3, sys
from vetter.io.session.format.migration import migrate
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_spill = 1")
connection.execute("PRAGMA cache_size = 1")
def kill(statement):
    if statement == "COMMIT":
        os.kill(os.getpid(), signal.SIGKILL)
connection.set_trace_callback(kill)
migrate(connection)
"""
"""A program that is killed between the copy of the decisions and the commit."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A copy of the kept session of format 1."""
    return Path(shutil.copy(KEPT, tmp_path / "night.vetter"))


def stored(path: Path, query: str) -> list[tuple[object, ...]]:
    """Return the rows of a query."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_format_1_is_read_as_it_is(path: Path) -> None:
    before = path.read_bytes()
    with SessionFile.open(path, "ann", read_only=True) as session:
        decisions = session.decisions()
        assert (session.format, session.damage, session.planted()) == (1, (), [])
    assert [len(decisions), decisions[7].comment] == [17, "bright core, «blended»"]
    assert {(d.seen, d.program, d.until) for d in decisions} == {("", "", "")}
    assert path.read_bytes() == before


def test_format_1_opened_for_writing_keeps_its_content(path: Path) -> None:
    with SessionFile.open(path, "ann", read_only=True) as session:
        before = session.decisions(), session.inputs(), session.settings, session.position
        fits = session.adjustments()
    with SessionFile.open(path, "ann") as session:
        after = session.decisions(), session.inputs(), session.settings, session.position
        assert (session.format, session.notes, session.adjustments()) == (VERSION, (), fits)
    assert repr(after) == repr(before)
    assert len(fits) == 3


@pytest.mark.parametrize("read_only", [True, False], ids=["reading", "writing"])
def test_format_2_keeps_its_content(tmp_path: Path, read_only: bool) -> None:
    path = Path(shutil.copy(KEPT_2, tmp_path / "night.vetter"))
    before = stored(path, "SELECT * FROM decisions"), stored(path, "SELECT * FROM planted")
    with SessionFile.open(path, "ann", read_only) as session:
        decisions = session.decisions()
        assert (session.format, session.notes) == (2 if read_only else VERSION, ())
        assert session.planted() == [("c11", "fake", '{"mag":20.5}')]
        assert (session.position, session.settings) == ("c0", {"radius": 20.0})
        assert session.adjustments() == {"c1": ("s", {"adjust_chi2": 1.5})}
    assert (len(decisions), decisions[4].until) == (49, "2027-01-01T00:00:00.000Z")
    assert (decisions[0].seen, decisions[48].how) == ('{"stretch":"asinh"}', "arbiter")
    after = stored(path, "SELECT * FROM decisions"), stored(path, "SELECT * FROM planted")
    assert after == before


@pytest.mark.parametrize("kept", [KEPT, KEPT_2], ids=["1", "2"])
def test_migrated_session_has_definitions_of_new_one(kept: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(kept, tmp_path / "night.vetter"))
    with SessionFile.open(path, "ann"), SessionFile.create(tmp_path / "new.vetter", "ann"):
        pass
    query = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
    assert stored(path, query) == stored(tmp_path / "new.vetter", query)
    assert stored(path, "PRAGMA integrity_check") == [("ok",)]


def test_migrated_session_takes_new_fields(path: Path) -> None:
    new = event(
        listing(), 0, Verdict.LATER, until="2027-01-01T00:00:00.000Z", seen="{}", program="9"
    )
    with SessionFile.open(path, "ann") as session:
        session.append([new])
        session.add_planted([PlantedRow("c1", "fake", '{"mag":20.5}')])
    with SessionFile.open(path, "ann") as session:
        last = session.decisions()[-1]
        assert (last.verdict, last.until, last.seen, last.program) == (
            Verdict.LATER,
            "2027-01-01T00:00:00.000Z",
            "{}",
            "9",
        )
        assert (last.seq, session.planted()) == (18, [("c1", "fake", '{"mag":20.5}')])


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_kill_before_commit_of_migration_leaves_format_1(path: Path) -> None:
    before = stored(path, "SELECT * FROM decisions"), stored(path, "PRAGMA user_version")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], cwd=ROOT, check=False)
    assert killed.returncode == -9
    # The journal of the migration: half of it was in the file.
    assert (path.parent / "night.vetter-journal").stat().st_size > 0
    assert (stored(path, "SELECT * FROM decisions"), stored(path, "PRAGMA user_version")) == before
    with SessionFile.open(path, "ann") as session:
        assert (session.format, len(session.decisions())) == (VERSION, 17)


def test_failed_migration_leaves_format_1(path: Path) -> None:
    before = path.read_bytes()
    connection = sqlite3.connect(path, isolation_level=None)
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        migrate(connection)
    connection.close()
    assert path.read_bytes() == before


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="writes in spite of the mode")
def test_format_1_of_a_disk_without_writing_is_read(path: Path) -> None:
    path.chmod(stat.S_IRUSR)
    with SessionFile.open(path, "ann") as session:
        assert (session.read_only, session.format, len(session.decisions())) == (True, 1, 17)


def test_definitions_of_the_other_format_are_damage(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER decisions_never_go")
    connection.execute(TABLES_BY_VERSION[2][0].replace("decisions", "new"))
    connection.execute("DROP TABLE decisions")
    connection.execute("ALTER TABLE new RENAME TO decisions")
    connection.close()
    with SessionFile.open(path, "ann") as session:
        assert session.read_only
        assert session.damage[0] == "the definitions of its tables are damaged"


@pytest.mark.parametrize("change", ["DELETE FROM planted", "UPDATE planted SET kind = 'known'"])
def test_planted_rows_never_change(tmp_path: Path, change: str) -> None:
    path = tmp_path / "new.vetter"
    with SessionFile.create(path, "ann") as session:
        session.add_planted([PlantedRow("c1", "fake", "{}")])
    with pytest.raises(sqlite3.IntegrityError, match="planted rows are appended"):
        stored(path, change)


def test_planted_row_added_again_stays(tmp_path: Path) -> None:
    with SessionFile.create(tmp_path / "new.vetter", "ann") as session:
        session.add_planted([PlantedRow("c1", "fake", "{}")])
        session.add_planted([PlantedRow("c1", "known", "[]"), PlantedRow("c0", "fake", "{}")])
        assert session.planted() == [("c0", "fake", "{}"), ("c1", "fake", "{}")]


def test_copy_of_session_keeps_planted_rows(tmp_path: Path) -> None:
    with SessionFile.create(tmp_path / "new.vetter", "ann") as session:
        session.add_planted([PlantedRow("c1", "fake", "{}")])
        session.save_as(tmp_path / "copy.vetter")
    with SessionFile.open(tmp_path / "copy.vetter", "ann", read_only=True) as copy:
        assert copy.planted() == [("c1", "fake", "{}")]


def test_log_of_format_1_is_unchanged() -> None:
    kept = (KEPT.parent / "format1_log.txt").read_text(encoding="utf-8")
    assert outputs.printed("log", str(KEPT)) == kept


def test_log_of_migrated_session_is_unchanged(path: Path) -> None:
    with SessionFile.open(path, "ann"):
        pass
    kept = (KEPT.parent / "format1_log.txt").read_text(encoding="utf-8")
    assert outputs.printed("log", str(path)) == kept


def test_status_of_format_1_counts_its_verdicts() -> None:
    report = outputs.printed("status", str(KEPT), "--reviewer", "ann")
    assert report.splitlines()[2:7] == [
        "accepted    1",
        "rejected    5",
        "maybe       1",
        "undecided   143",
        "decisions   15",
    ]
