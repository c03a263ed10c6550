from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.decisions import REVIEWER, event, listing
from vetter.core.cutout_source import Fingerprint
from vetter.core.decisions.decision import How, Verdict
from vetter.errors import InputError, VetterError
from vetter.io.session import database
from vetter.io.session.connection import connect
from vetter.io.session.errors import SessionLocked
from vetter.io.session.format.tables import APPLICATION_ID, TABLES_BY_VERSION, VERSION
from vetter.io.session.session_file import SessionFile

LIST = listing()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "night.vetter"


def started(path: Path, *decisions: object) -> Path:
    with SessionFile.create(path, REVIEWER) as session:
        session.append(list(decisions))
    return path


def fingerprint(role: str, digest: str) -> Fingerprint:
    return Fingerprint(role, f"/data/{role}.fits", 1, 2, digest)


def test_decisions_come_back_as_they_were(path: Path) -> None:
    said = event(
        listing(6, x=[np.nan] * 6),
        1,
        Verdict.REJECT,
        tags=("dipole", 'naïve, "quoted"'),
        comment="zwölf\n= 12; DROP TABLE",
        group="g",
        undoes="u",
        how=How.GROUP,
    )
    started(path, said)
    with SessionFile.open(path, REVIEWER) as session:
        (back,) = session.decisions()
    assert back[2:12] == said[2:12] and back.id == said.id and back.seq == 1
    np.testing.assert_equal(back[12:], said[12:])


def test_sequence_numbers_go_on_after_a_restart(path: Path) -> None:
    started(path, event(LIST, 0), event(LIST, 1))
    with SessionFile.open(path, REVIEWER) as session:
        (third,) = session.append([event(LIST, 2)])
    assert third.seq == 3


def test_a_group_is_written_whole_or_not_at_all(path: Path) -> None:
    twice = event(LIST, 0)
    with SessionFile.create(path, REVIEWER) as session:
        with pytest.raises(VetterError):
            session.append([event(LIST, 1), twice, twice])
        assert session.decisions() == []
        assert len(session.append([event(LIST, 3)])) == 1


@pytest.mark.parametrize(
    "order", ["UPDATE decisions SET verdict = 'none'", "DELETE FROM decisions"]
)
def test_decisions_are_never_rewritten(path: Path, order: str) -> None:
    started(path, event(LIST, 0))
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="appended"):
        connection.execute(order)
    connection.close()


def test_one_file_is_left(path: Path) -> None:
    started(path, event(LIST, 0))
    assert [entry.name for entry in path.parent.iterdir()] == ["night.vetter"]


def test_rollback_journal_and_full_synchronous(path: Path) -> None:
    with SessionFile.create(path, REVIEWER) as session:
        read = session._database.read
        assert read("PRAGMA journal_mode") == [("persist",)]
        assert read("PRAGMA synchronous") == [(2,)]


def test_one_file_is_left_when_the_session_is_closed(path: Path) -> None:
    with SessionFile.create(path, REVIEWER) as session:
        session.append([event(LIST, 0)], position="c1")
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_write_ahead_log_is_turned_back(path: Path) -> None:
    started(path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    with SessionFile.open(path, REVIEWER) as session:
        assert session._database.read("PRAGMA journal_mode") == [("persist",)]


def test_position_with_the_decision(path: Path) -> None:
    with SessionFile.create(path, REVIEWER) as session:
        session.append([event(LIST, 0)], position="c1")
    with SessionFile.open(path, REVIEWER) as session:
        assert session.position == "c1"


def test_position_is_each_reviewers_own(path: Path) -> None:
    with SessionFile.create(path, REVIEWER) as session:
        session.set_position("c4")
    with SessionFile.open(path, "grace") as session:
        assert session.position is None


def test_who_decided_last_is_named_last(path: Path) -> None:
    started(
        path,
        event(LIST, 0, reviewer="ada"),
        event(LIST, 0, reviewer="grace"),
        event(LIST, 1, reviewer="ada"),
    )
    with SessionFile.open(path, REVIEWER, read_only=True) as session:
        assert session.reviewers() == ["grace", "ada"]


def test_writing_from_another_thread(path: Path) -> None:
    with SessionFile.create(path, REVIEWER) as session:
        thread = threading.Thread(target=session.append, args=([event(LIST, 0)],))
        thread.start()
        thread.join()
        assert len(session.decisions()) == 1


def test_lone_surrogates_do_not_stop_a_comment(path: Path) -> None:
    with SessionFile.create(path, REVIEWER) as session:
        session.append([event(LIST, 0, comment="file\udce9.fits")])
        assert session.decisions()[0].comment == "file\\udce9.fits"


def test_adjustments_keep_every_float(path: Path) -> None:
    meta = {
        "adjust_dx": np.float32(0.5),
        "adjust_chi2": np.inf,
        "adjust_pval": float("nan"),
        "adjust_df": np.int64(12),
        "adjust_reason": None,
        "adjust_box": (1, 2),
        "adjust_converged": np.bool_(True),
    }
    with SessionFile.create(path, REVIEWER) as session:
        session.put_adjustment("c0", "abc", meta)
        signature, back = session.adjustments()["c0"]
    assert signature == "abc"
    np.testing.assert_equal(back, {**meta, "adjust_box": [1, 2], "adjust_dx": 0.5})


def test_newest_adjustment_counts(path: Path) -> None:
    with SessionFile.create(path, REVIEWER) as session:
        session.put_adjustment("c0", "old", {"adjust_dx": 1})
        session.put_adjustment("c0", "new", {"adjust_dx": 2})
        session.put_adjustment("c0", "new", {"adjust_dx": 3})
        assert session.adjustments() == {"c0": ("new", {"adjust_dx": 3})}


def test_adjustments_of_a_signature_come_in_portions(path: Path) -> None:
    with SessionFile.create(path, REVIEWER) as session:
        for key in ("c3", "c1", "c4", "c2"):
            session.put_adjustment(key, "mine", {"adjust_dx": int(key[1])})
        session.put_adjustment("c2", "newer", {"adjust_dx": 7})
        first = session.adjustments_of("mine", "", 3)
        assert first == [(f"c{n}", {"adjust_dx": n}) for n in (1, 2, 3)]
        assert session.adjustments_of("mine", "c3", 3) == [("c4", {"adjust_dx": 4})]
        assert session.adjustments_of("mine", "c4", 3) == []


@pytest.mark.parametrize("times", ["0123", "3210", "0000"], ids=["on", "set_back", "standing"])
def test_adjustments_of_a_changed_list_are_not_shown(
    path: Path, monkeypatch: pytest.MonkeyPatch, times: str
) -> None:
    clock = iter(f"2026-01-01T00:00:0{second}.000Z" for second in times)
    monkeypatch.setattr("vetter.io.session.recorded_inputs.utc_now", lambda: next(clock))
    with SessionFile.create(path, REVIEWER) as session:
        session.record_input({}, [fingerprint("candidates", "1")], 6)
        session.put_adjustment("c0", "s", {})
    with SessionFile.open(path, REVIEWER) as session:
        session.record_input({}, [fingerprint("candidates", "2")], 6)
        session.put_adjustment("c1", "s", {})
        assert list(session.adjustments()) == ["c1"]
        assert session.adjustments_of("s", "", 9) == [("c1", {})]


@pytest.mark.parametrize("time", ["tomorrow", "2026-13-01T00:00:00.000Z", b"\xff"], ids=str)
def test_time_of_a_fit_damaged_leaves_later_writes(path: Path, time: str | bytes) -> None:
    with SessionFile.create(path, REVIEWER) as session:
        with session._database.transaction() as cursor:
            cursor.execute("INSERT INTO adjustments VALUES ('c0', 's', ?, '{}')", (time,))
        session.put_adjustment("c1", "s", {})
        assert session.record_input({}, [fingerprint("candidates", "1")], 6) == ()
        assert "c1" in session.adjustments()


def test_settings_come_back(path: Path) -> None:
    with SessionFile.create(path, REVIEWER) as session:
        session.set_settings({"looks": {"stretch": "asinh"}, "radius": 20.0})
        session.set_settings({"radius": 30.0})
        assert session.settings == {"looks": {"stretch": "asinh"}, "radius": 30.0}


def test_first_input_is_no_change(path: Path) -> None:
    with SessionFile.create(path, REVIEWER) as session:
        assert session.record_input({"inputs": []}, [fingerprint("candidates", "1")], 6) == ()
        (first,) = session.inputs()
    assert (first.candidates, first.fingerprints) == (6, (fingerprint("candidates", "1"),))


def test_the_same_input_is_recorded_once(path: Path) -> None:
    with SessionFile.create(path, REVIEWER) as session:
        for _ in range(3):
            session.record_input({"inputs": []}, [fingerprint("candidates", "1")], 6)
        assert len(session.inputs()) == 1


def test_a_changed_input_is_noticed_and_recorded(path: Path) -> None:
    with SessionFile.create(path, REVIEWER) as session:
        session.record_input({}, [fingerprint("candidates", "1"), fingerprint("image", "a")], 6)
        changed = session.record_input(
            {}, [fingerprint("candidates", "2"), fingerprint("image", "a")], 7
        )
        assert changed == ("candidates",)
        assert [recorded.candidates for recorded in session.inputs()] == [6, 7]


def test_a_changed_input_is_noticed_without_writing(path: Path) -> None:
    with SessionFile.create(path, REVIEWER) as session:
        session.record_input({}, [fingerprint("candidates", "1")], 6)
    with SessionFile.open(path, REVIEWER, read_only=True) as session:
        assert session.record_input({}, [fingerprint("candidates", "2")], 6) == ("candidates",)
        assert len(session.inputs()) == 1


def test_inputs_are_found_after_a_move(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    (before / "data").mkdir(parents=True)
    table = before / "data" / "list.fits"
    table.touch()
    with SessionFile.create(before / "s.vetter", REVIEWER) as session:
        session.record_input(
            {"inputs": [f"{table}[1]"], "options": {"columns": {"x": "XWIN"}}}, [], 1
        )
    shutil.move(before, after)
    with SessionFile.open(after / "s.vetter", REVIEWER) as session:
        assert session.inputs()[-1].record == {
            "inputs": [f"{after / 'data' / 'list.fits'}[1]"],
            "options": {"columns": {"x": "XWIN"}},
        }


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be made: No such file"):
        SessionFile.create(tmp_path / "no" / "s.vetter", REVIEWER)


def test_create_does_not_overwrite(path: Path) -> None:
    started(path)
    with pytest.raises(InputError, match="there already"):
        SessionFile.create(path, REVIEWER)


def test_start_makes_and_then_opens(path: Path) -> None:
    with SessionFile.start(path, REVIEWER) as session:
        session.append([event(LIST, 0)])
    with SessionFile.start(path, REVIEWER) as session:
        assert len(session.decisions()) == 1


def test_decisions_after_append_hold_the_new_one(path: Path) -> None:
    started(path, event(LIST, 0))
    with SessionFile.open(path, REVIEWER) as session:
        session.append([event(LIST, 1)])
        assert len(session.decisions()) == 2


def test_start_after_a_kill_while_it_was_made(path: Path) -> None:
    path.touch()
    with SessionFile.start(path, REVIEWER) as session:
        assert session.decisions() == []


@pytest.mark.parametrize("name", ["a b", "50%#?x", "été", "[1]"])
def test_odd_file_names(tmp_path: Path, name: str) -> None:
    started(tmp_path / f"{name}.vetter", event(LIST, 0))
    with SessionFile.open(tmp_path / f"{name}.vetter", REVIEWER, read_only=True) as session:
        assert len(session.decisions()) == 1


def other_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (x)")
    connection.close()


def newer(path: Path) -> None:
    started(path)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()


def without_a_table(path: Path) -> None:
    started(path)
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE inputs")
    connection.close()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "cannot be read: No such file"),
        (lambda path: path.touch(), "empty file"),
        (lambda path: path.write_bytes(b"x,y\n1,2\n"), "found something else"),
        (lambda path: path.mkdir(), "cannot be read: Is a directory"),
        (lambda path: path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000), "damaged"),
        (other_database, "another program"),
        (newer, "newer vetter"),
        (without_a_table, "table 'inputs' is missing"),
    ],
    ids=["missing", "empty", "text", "folder", "noise", "other", "newer", "table"],
)
@pytest.mark.parametrize("read_only", [True, False], ids=["reading", "writing"])
def test_what_is_no_session_is_refused_in_one_line(
    path: Path, make: object, said: str, read_only: bool
) -> None:
    make(path)
    with pytest.raises(InputError, match=said) as refusal:
        SessionFile.open(path, REVIEWER, read_only).close()
    assert str(path) in str(refusal.value) and "\n" not in str(refusal.value)


def test_damaged_bytes_are_refused_said_or_harmless(path: Path) -> None:
    started(path, *(event(LIST, row % 6, comment=f"number {row}") for row in range(50)))
    with SessionFile.open(path, REVIEWER, read_only=True) as session:
        written = session.decisions()
    whole = path.read_bytes()
    fates = Counter()
    for seed in range(60):
        path.write_bytes(damaged(whole, seed))
        try:
            with SessionFile.open(path, REVIEWER, read_only=True) as session:
                read, damage = session.decisions(), session.damage
                session.inputs()
        except VetterError as error:
            assert str(path) in str(error) and "\n" not in str(error)
            fates["refused"] += 1
            continue
        # What is gone is said; what is there has a verdict, a key and an order.
        assert len(read) == len(written) or damage
        assert all(decision.verdict in Verdict for decision in read)
        fates["said" if damage else "changed" if read != written else "harmless"] += 1
    assert min(fates[fate] for fate in ("refused", "said", "harmless")) >= 3, fates


def damaged(content: bytes, seed: int) -> bytes:
    """The content with 1 to 40 bytes turned over."""
    rng = np.random.default_rng(seed)
    out = bytearray(content)
    for place in rng.integers(0, len(out), rng.integers(1, 41)):
        out[place] ^= 0xFF
    return bytes(out)


@pytest.mark.parametrize(
    "values",
    [
        {"tags": "not json"},
        {"tags": "[1]"},
        {"how": "guessed"},
        {"key": b"bytes"},
        {"comment": b"bytes"},
        {"ra": "north"},
        {"step": b"bytes"},
    ],
    ids=str,
)
def test_a_decision_that_no_version_writes(path: Path, values: dict[str, Any]) -> None:
    started(path)
    row = {
        "id": "i",
        "key": "k",
        "verdict": "accept",
        "tags": "[]",
        "comment": "",
        "reviewer": "r",
        "at": "t",
        "how": "single",
        "step": None,
        "ra": 1.0,
        **values,
    }
    connection = sqlite3.connect(path)
    marks = ", ".join("?" * len(row))
    connection.execute(
        f"INSERT INTO decisions ({', '.join(row)}) VALUES ({marks})", list(row.values())
    )
    connection.commit()
    connection.close()
    with SessionFile.open(path, REVIEWER, read_only=True) as session:
        with pytest.raises(InputError, match="decision 1 is not readable"):
            session.decisions()


def test_the_second_window_is_told_who_writes(path: Path) -> None:
    with SessionFile.create(path, REVIEWER):
        with pytest.raises(SessionLocked, match=r"process \d+ on .+ since 20") as refusal:
            SessionFile.open(path, "grace")
        assert refusal.value.holder is not None


def test_the_second_window_reads(path: Path) -> None:
    with SessionFile.create(path, REVIEWER) as first:
        with SessionFile.start(path, "grace") as second:
            assert second.read_only and "process" in second.notes[0]
            first.append([event(LIST, 0)])
            assert len(second.decisions()) == 1
            with pytest.raises(VetterError, match="read-only"):
                second.append([event(LIST, 1)])


def test_the_first_window_writes_on_after_the_second_has_gone(path: Path) -> None:
    with SessionFile.create(path, REVIEWER) as first:
        SessionFile.start(path, "grace").close()
        first.append([event(LIST, 0)])
        with SessionFile.start(path, "grace") as again:
            assert again.read_only


def test_a_closed_session_can_be_written_by_the_next(path: Path) -> None:
    started(path)
    with SessionFile.open(path, "grace") as session:
        assert not session.read_only


def test_closing_twice(path: Path) -> None:
    session = SessionFile.create(path, REVIEWER)
    session.close()
    session.close()
    with SessionFile.open(path, REVIEWER) as again:
        assert not again.read_only


def test_writing_after_closing_is_one_line(path: Path) -> None:
    session = SessionFile.create(path, REVIEWER)
    session.close()
    with pytest.raises(VetterError, match="closed"):
        session.append([event(LIST, 0)])


def test_a_folder_in_which_nothing_can_be_made(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started(path, event(LIST, 0))
    hold = database._record_holder

    def refused(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA query_only = ON")
        hold(connection)

    monkeypatch.setattr(database, "_record_holder", refused)
    with SessionFile.open(path, REVIEWER) as session:
        assert session.read_only and "cannot be written to" in session.notes[0]
        assert len(session.decisions()) == 1


def test_a_new_session_and_who_holds_it_are_one_commit(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(connection: sqlite3.Connection) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(database, "_record_holder", killed)
    with pytest.raises(KeyboardInterrupt):
        SessionFile.create(path, REVIEWER)
    assert path.stat().st_size == 0


def test_a_journal_that_cannot_be_read_is_one_line(path: Path) -> None:
    started(path, event(LIST, 0))
    Path(f"{path}-journal").mkdir()
    with pytest.raises(VetterError, match="found no regular file; remove it"):
        SessionFile.open(path, REVIEWER)


def test_a_full_disk_is_one_line_and_changes_nothing(path: Path) -> None:
    with SessionFile.create(path, REVIEWER) as session:
        session.append([event(LIST, 0)])
        (pages,) = session._database.read("PRAGMA page_count")[0]
        session._database.read(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(VetterError, match="disk is full; nothing was written"):
            session.append([event(LIST, 1, comment="x" * 100_000)])
        assert len(session.decisions()) == 1


def test_a_new_session_on_a_full_disk_is_one_line_and_leaves_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_a_full_disk(file: Path, mode: str, locks: bool) -> sqlite3.Connection:
        connection = connect(file, mode, locks)
        connection.execute("PRAGMA max_page_count = 2")
        return connection

    monkeypatch.setattr("vetter.io.session.database.connect", on_a_full_disk)
    with pytest.raises(VetterError, match="the disk is full; nothing was written"):
        SessionFile.create(path, REVIEWER)
    assert not list(path.parent.iterdir())


KILLED = """
import os, signal, sys
from tests.helpers.decisions import event, places
from vetter.io.session import database
from vetter.io.session.connection import connect
from vetter.io.session.session_file import SessionFile
session = SessionFile.start(sys.argv[1], "ada")
session.append([event(places(), 0)])
session._database._connection.execute("BEGIN IMMEDIATE")
session._database._connection.execute("PRAGMA cache_spill = 1")
session._database._connection.execute("PRAGMA cache_size = 1")
session._database._connection.executemany(
    "INSERT INTO settings VALUES (?, ?)", [(str(i), "x" * 4000) for i in range(200)]
)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_a_kill_leaves_nothing_locked_and_nothing_half_written(path: Path) -> None:
    root = Path(__file__).parent.parents[2]
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], cwd=root, check=False)
    assert killed.returncode == -9
    with SessionFile.open(path, REVIEWER) as session:
        assert not session.read_only
        assert len(session.decisions()) == 1 and session.settings == {}
    assert [entry.name for entry in path.parent.iterdir()] == ["night.vetter"]


def test_session_of_first_version_opens_and_is_written(path: Path) -> None:
    # The tables as the first version made them.
    changes = {
        "seq INTEGER PRIMARY KEY": "seq INTEGER PRIMARY KEY AUTOINCREMENT",
        "number INTEGER PRIMARY KEY": "number INTEGER PRIMARY KEY AUTOINCREMENT",
        "PRIMARY KEY (signature, key)": "PRIMARY KEY (key, signature)",
        "value TEXT NOT NULL) WITHOUT ROWID": "value TEXT NOT NULL)",
    }
    connection = sqlite3.connect(path)
    for sql in TABLES_BY_VERSION[1]:
        for new, old in changes.items():
            sql = sql.replace(new, old)
        connection.execute(sql)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    with SessionFile.open(path, REVIEWER) as session:
        session.append([event(LIST, 0)], position="c0")
        session.put_adjustment("c0", "s", {"adjust_dx": 1.0})
        session.set_settings({"radius": 1})
    with SessionFile.open(path, REVIEWER) as session:
        assert len(session.decisions()) == 1 and session.notes == ()
        assert session.adjustments_of("s", "", 9) == [("c0", {"adjust_dx": 1.0})]
