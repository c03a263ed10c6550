from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.decisions import event, listing
from vetter.core.cutout_source import Fingerprint
from vetter.core.decisions.decision import Decision, Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide
from vetter.core.decisions.planted import PlantedRow
from vetter.core.fakes.plan import PlantPlan
from vetter.errors import InputError
from vetter.io.session.errors import SessionLocked
from vetter.io.session.merging import merge as merging
from vetter.io.session.merging.merge import merge_sessions
from vetter.io.session.session_file import SessionFile

LIST = listing(8)
A, R, M = Verdict.ACCEPT, Verdict.REJECT, Verdict.MAYBE

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a session of decisions on one list."""

    def write_session(name: str, *events: Decision, digest: str = "abc", **record: Any) -> Path:
        path = tmp_path / f"{name}.vetter"
        print_ = Fingerprint("candidates", "/data/l.csv", 9, 9, digest)
        with SessionFile.create(path, name) as file:
            file.record_input({"inputs": ["/data/l.csv"], "options": {}, **record}, [print_], 8)
            file.append(list(events))
        return path

    return write_session


def rate(row: int, verdict: Verdict, reviewer: str, minute: int, **changes: Any) -> Decision:
    return event(
        LIST, row, verdict, reviewer=reviewer, at=f"2026-01-31T03:{minute:02d}:00.000Z", **changes
    )


def content(path: Path) -> list[Any]:
    """Return everything in a session but its holder."""
    with SessionFile.open(path, "ann", read_only=True) as file:
        decisions = [repr(one) for one in file.decisions()]
        inputs = [(one.at, one.candidates, one.record) for one in file.inputs()]
        return [decisions, inputs, file.settings, file.adjustments(), file.planted(), file.position]


def decisions_of(path: Path) -> list[Decision]:
    with SessionFile.open(path, "", read_only=True) as file:
        return file.decisions()


def codes(path: Path, reviewer: str) -> list[int]:
    ledger = Ledger(LIST, reviewer)
    ledger.replay(decisions_of(path))
    return [int(code) for code in ledger.codes]


def ann_and_bob(write: Write) -> tuple[Path, Path]:
    ann = [rate(0, A, "ann", 1), rate(1, R, "ann", 5, comment="moved"), rate(2, M, "ann", 6)]
    bob = [rate(0, R, "bob", 2), rate(1, R, "bob", 3, tags=("dipole",))]
    return write("a", *ann), write("b", *bob)


def test_union_keeps_every_verdict(write: Write, tmp_path: Path) -> None:
    a, b = ann_and_bob(write)
    report = merge_sessions([a, b], tmp_path / "c.vetter")
    assert (report.events, report.reviewers) == (5, ("ann", "bob"))
    assert codes(report.path, "ann") == codes(a, "ann") == [1, 2, 3, 0, 0, 0, 0, 0]
    assert codes(report.path, "bob") == codes(b, "bob")


def test_events_are_in_the_order_of_time(write: Write, tmp_path: Path) -> None:
    path = merge_sessions(ann_and_bob(write), tmp_path / "c.vetter").path
    times = [decision.at for decision in decisions_of(path)]
    assert times == sorted(times)


def test_comments_and_tags_survive(write: Write, tmp_path: Path) -> None:
    events = decisions_of(merge_sessions(ann_and_bob(write), tmp_path / "c.vetter").path)
    assert [one.comment for one in events if one.comment] == ["moved"]
    assert [one.tags for one in events if one.tags] == [("dipole",)]


def test_merging_again_changes_nothing(write: Write, tmp_path: Path) -> None:
    sessions = ann_and_bob(write)
    path = merge_sessions(sessions, tmp_path / "c.vetter").path
    before = content(path)
    merge_sessions(sessions, path)
    assert content(path) == before
    merge_sessions([sessions[1]], path)
    assert content(path) == before


def test_order_of_sessions_does_not_matter(write: Write, tmp_path: Path) -> None:
    a, b = ann_and_bob(write)
    one = merge_sessions([a, b], tmp_path / "c.vetter").path
    other = merge_sessions([b, a], tmp_path / "d.vetter").path
    assert content(one) == content(other)


def test_existing_session_gets_what_it_lacks(write: Write, tmp_path: Path) -> None:
    a, b = ann_and_bob(write)
    both = merge_sessions([a, b], tmp_path / "c.vetter").path
    assert merge_sessions([b], a).events == 5
    assert content(a) == content(both)


def test_session_given_twice_counts_once(write: Write, tmp_path: Path) -> None:
    a, _ = ann_and_bob(write)
    assert merge_sessions([a, a], tmp_path / "c.vetter").events == 3


def test_copies_that_went_apart_are_joined_by_time(write: Write, tmp_path: Path) -> None:
    start = rate(0, A, "ann", 1)
    a = write("a", start, rate(1, A, "ann", 4))
    b = write("b", start, rate(1, R, "ann", 3), rate(2, R, "ann", 5))
    path = merge_sessions([a, b], tmp_path / "c.vetter").path
    assert [one.at[14:16] for one in decisions_of(path)] == ["01", "03", "04", "05"]
    assert codes(path, "ann")[:3] == [1, 1, 2]
    before = content(path)
    merge_sessions([b, a], path)
    assert content(path) == before


def test_clock_that_went_back_keeps_the_order_made(write: Write, tmp_path: Path) -> None:
    a = write("a", rate(0, A, "ann", 30), rate(0, R, "ann", 10))
    b = write("b", rate(0, M, "bob", 20))
    report = merge_sessions([a, b], tmp_path / "c.vetter")
    assert codes(report.path, "ann")[0] == R.code
    assert f"{a}: ann's clock went back once, by 20 min" in report.lines


def test_undo_and_redo_work_after_a_merge(write: Write, tmp_path: Path) -> None:
    a, b = ann_and_bob(write)
    path = merge_sessions([a, b], tmp_path / "c.vetter").path
    ledger = Ledger(LIST, "ann")
    ledger.replay(decisions_of(path))
    ledger.replay(ledger.undo_step())
    assert ledger.codes.tolist()[:3] == [1, 2, 0]
    ledger.replay(ledger.redo_step())
    assert ledger.codes.tolist()[:3] == [1, 2, 3]
    ledger.replay(ledger.undo_step())
    ledger.replay(ledger.undo_step())
    assert ledger.codes.tolist()[:3] == [1, 0, 0]


@pytest.mark.parametrize("seed", range(4))
def test_random_sessions_merge_as_their_ledgers_say(
    seed: int, write: Write, tmp_path: Path
) -> None:
    rng = random.Random(seed)
    paths, expected = [], {}
    for reviewer in ("ann", "bob", "cat"):
        ledger, events = Ledger(LIST, reviewer), []
        for minute in range(25):
            made = rng.choice((ledger.undo_step, ledger.redo_step))() if rng.random() < 0.4 else []
            if not made:
                one = decide(ledger, rng.randrange(8), verdict=rng.choice((A, R, M)))
                made = [] if one is None else [one]
            at = f"2026-01-31T03:{minute + rng.randrange(3):02d}:00.000Z"
            made = [decision._replace(at=at) for decision in made]
            ledger.replay(made)
            events += made
        paths.append(write(reviewer, *events))
        expected[reviewer] = ledger.codes.tolist()
    rng.shuffle(paths)
    first = merge_sessions(paths[:2], tmp_path / "m.vetter").path
    path = merge_sessions([paths[2], first, paths[0]], tmp_path / "n.vetter").path
    assert {name: codes(path, name) for name in expected} == expected


def test_other_list_is_pointed_out(write: Write, tmp_path: Path) -> None:
    a = write("a", rate(0, A, "ann", 1))
    b = write("b", rate(0, R, "bob", 2), digest="other")
    lines = merge_sessions([a, b], tmp_path / "c.vetter").lines
    assert [line for line in lines if "found another" in line] == [
        f"{a}: expected the list /data/l.csv, found another (/data/l.csv): "
        "its verdicts count where key and position agree"
    ]


def test_shares_become_the_whole_list(write: Write, tmp_path: Path) -> None:
    shares = [
        {"numbers": [n], "of": 2, "keys": [f"c{k}" for k in keys], "overlap": ["c3"]}
        for n, keys in ((1, range(4)), (2, range(3, 8)))
    ]
    a = write("a", rate(0, A, "ann", 1), share=shares[0])
    b = write("b", rate(4, R, "bob", 2), share=shares[1])
    path = merge_sessions([a, b], tmp_path / "c.vetter").path
    with SessionFile.open(path, "", read_only=True) as file:
        (recorded,) = file.inputs()
    assert recorded.candidates == 8
    assert recorded.record["share"] == {
        "numbers": [1, 2],
        "of": 2,
        "keys": None,
        "overlap": ["c3"],
    }


def test_some_shares_stay_shares(write: Write, tmp_path: Path) -> None:
    a = write("a", share={"numbers": [1], "of": 3, "keys": ["c0", "c1"], "overlap": ["c1"]})
    b = write("b", share={"numbers": [3], "of": 3, "keys": ["c1", "c2"], "overlap": ["c1"]})
    path = merge_sessions([a, b], tmp_path / "c.vetter").path
    with SessionFile.open(path, "", read_only=True) as file:
        record = file.inputs()[-1].record
    assert (record["share"]["numbers"], record["share"]["keys"]) == ([1, 3], ["c0", "c1", "c2"])


def test_planted_rows_of_all_sessions_survive(write: Write, tmp_path: Path) -> None:
    a = write("a", rate(0, A, "ann", 1))
    b = write("b", rate(1, A, "bob", 1))
    rows = [PlantedRow("c0", "fake", "{}"), PlantedRow("c1", "repeat", '{"of": "c2"}')]
    for path, row in zip((a, b), rows, strict=True):
        with SessionFile.open(path, "") as file:
            file.add_planted([row])
    merged = merge_sessions([a, b], tmp_path / "c.vetter").path
    with SessionFile.open(merged, "", read_only=True) as file:
        assert file.planted() == rows


def test_newest_fit_and_setting_stay(write: Write, tmp_path: Path) -> None:
    a, b = ann_and_bob(write)
    for number, path in enumerate((a, b)):
        with SessionFile.open(path, "ann") as file:
            file.put_adjustment("c0", "s", {"adjust_dx": float(number)})
            file.set_settings({"columns": [path.stem], path.stem: 1})
    path = merge_sessions([b, a], tmp_path / "c.vetter").path
    with SessionFile.open(path, "", read_only=True) as file:
        assert file.adjustments()["c0"][1] == {"adjust_dx": 1.0}
        assert file.settings == {"columns": ["b"], "a": 1, "b": 1}


def test_session_in_a_window_is_not_replaced(write: Write) -> None:
    a, b = ann_and_bob(write)
    with SessionFile.open(a, "ann"), pytest.raises(SessionLocked):
        merge_sessions([b], a)


def test_session_in_a_window_can_be_read(write: Write, tmp_path: Path) -> None:
    a, b = ann_and_bob(write)
    with SessionFile.open(a, "ann"):
        assert merge_sessions([a, b], tmp_path / "c.vetter").events == 5


def test_failed_merge_leaves_the_old_session(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = ann_and_bob(write)
    before = a.read_bytes()

    def fail(*_: object) -> None:
        raise InputError("the disk is full")

    monkeypatch.setattr(merging, "readable_fits", fail)
    with pytest.raises(InputError, match="the disk is full"):
        merge_sessions([b], a)
    after = decisions_of(a)
    assert len(after) == 3 and len(a.read_bytes()) == len(before)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.vetter", "b.vetter"]


def test_damaged_session_gives_what_can_be_read(write: Write, tmp_path: Path) -> None:
    import sqlite3

    a, b = ann_and_bob(write)
    connection = sqlite3.connect(a)
    connection.execute("DROP TRIGGER decisions_never_change")
    connection.execute("UPDATE decisions SET comment = x'ff' WHERE seq = 2")
    connection.commit()
    connection.close()
    report = merge_sessions([a, b], tmp_path / "c.vetter")
    assert report.events >= 4
    assert any("damaged session" in line for line in report.lines)


def test_more_sessions_than_sqlite_attaches(write: Write, tmp_path: Path) -> None:
    paths = [write(f"r{n}", rate(n % 8, A, f"r{n}", n)) for n in range(12)]
    report = merge_sessions(paths, tmp_path / "c.vetter")
    assert (report.events, len(report.reviewers)) == (12, 12)


def test_forged_uuid_of_another_reviewer_is_kept_once(write: Write, tmp_path: Path) -> None:
    own = rate(0, A, "ann", 1)
    a, b = write("a", own), write("b", own._replace(reviewer="bob"))
    assert merge_sessions([a, b], tmp_path / "c.vetter").events == 1


def test_what_is_no_session_is_refused(write: Write, tmp_path: Path) -> None:
    a, _ = ann_and_bob(write)
    (tmp_path / "l.csv").write_text("id\n")
    with pytest.raises(InputError, match="expected a vetter session"):
        merge_sessions([a, tmp_path / "l.csv"], tmp_path / "c.vetter")
    assert not (tmp_path / "c.vetter").exists()


def test_session_of_the_first_format_is_merged(write: Write, tmp_path: Path) -> None:
    kept = Path(__file__).parents[3] / "kept" / "format1.vetter"
    a, _ = ann_and_bob(write)
    expected = len(decisions_of(kept)) + 3
    assert merge_sessions([kept, a], tmp_path / "c.vetter").events == expected


def test_list_of_shares_counts_their_test_rows_once(tmp_path: Path) -> None:
    plan = PlantPlan(fakes=2).as_plain()
    paths = []
    for number, keys in ((1, ("c0", "c1", "c2", "c3", "c4")), (2, ("c3", "c4", "c5", "c6", "c7"))):
        share = {"numbers": [number], "of": 2, "keys": list(keys), "overlap": ["c3", "c4"]}
        record = {"inputs": ["/data/l.csv"], "options": {}, "share": share, "plant": plan}
        path = tmp_path / f"{number}.vetter"
        with SessionFile.create(path, "ann") as file:
            file.record_input(record, [Fingerprint("candidates", "/data/l.csv", 9, 9, "abc")], 7)
        paths.append(path)
    merge_sessions(paths, tmp_path / "c.vetter")
    with SessionFile.open(tmp_path / "c.vetter", "", read_only=True) as file:
        (recorded,) = file.inputs()
    assert recorded.candidates == 8 + 2


def test_list_with_other_test_rows_counts_none(write: Write, tmp_path: Path) -> None:
    paths = [write(str(n), plant=PlantPlan(fakes=2, seed=n).as_plain()) for n in (1, 2)]
    merge_sessions(paths, tmp_path / "c.vetter")
    with SessionFile.open(tmp_path / "c.vetter", "", read_only=True) as file:
        (recorded,) = file.inputs()
    assert "plant" not in recorded.record
    assert recorded.candidates == 8 - 2
