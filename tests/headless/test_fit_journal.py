"""The journal of a run of fits: read by a later run, whole, and on a disk that is full."""

from __future__ import annotations

from pathlib import Path

import pytest

from vetter.core.fit.adjustment import Adjustment
from vetter.errors import InputError
from vetter.headless.fit_journal import FitJournal


def no_room(self: FitJournal, line: bytes) -> None:
    raise InputError(f"{self.path}: cannot be written: No space left on device")


def test_a_journal_that_cannot_be_begun_is_not_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FitJournal, "_write", no_room)
    with pytest.raises(InputError, match="No space left"):
        FitJournal(tmp_path / "out.ecsv", "same")
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_journal_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FitJournal(tmp_path / "out.ecsv", "same") as journal:
        journal.add(1, [])
    monkeypatch.setattr(FitJournal, "_write", no_room)
    with pytest.raises(InputError, match="No space left"):
        FitJournal(tmp_path / "out.ecsv", "other")
    assert [path.name for path in tmp_path.iterdir()] == ["out.ecsv.journal"]


METAS = [Adjustment(True, dx=0.25).as_meta(), Adjustment(False, "no pixels").as_meta()]


def batches(path: Path, identity: str = "same") -> list[tuple[int, list[dict[str, object]]]]:
    with FitJournal(path, identity) as journal:
        return list(journal.read_batches())


def test_batches_are_read_in_a_later_run_of_the_same_identity(tmp_path: Path) -> None:
    path = tmp_path / "out.ecsv"
    for number in (3, 1):
        with FitJournal(path, "same") as journal:
            assert not journal.was_other_run
            list(journal.read_batches())
            journal.add(number, METAS[:number])
    assert str(batches(path)) == str([(3, METAS), (1, METAS[:1])])
    with FitJournal(path, "other") as journal:
        assert journal.was_other_run and list(journal.read_batches()) == []
        journal.remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "rest", [b"[2, []]", b"[2, [[1]]]\n", b"text\n", b'["2", []]\n', b"[2]\n", b"3\n"]
)
def test_line_that_is_not_whole_is_dropped_with_those_after_it(tmp_path: Path, rest: bytes) -> None:
    path = tmp_path / "out.ecsv"
    with FitJournal(path, "same") as journal:
        journal.add(1, METAS)
    with journal.path.open("ab") as file:
        file.write(rest)
    assert [number for number, _ in batches(path)] == [1]
    with FitJournal(path, "same") as journal:
        list(journal.read_batches())
        journal.add(2, [])
    assert [number for number, _ in batches(path)] == [1, 2]


def test_two_runs_do_not_write_the_same_table(tmp_path: Path) -> None:
    path = tmp_path / "out.ecsv"
    with FitJournal(path, "same"), pytest.raises(InputError, match=f"^{path}: another run is"):
        FitJournal(path, "same")
    assert batches(path) == []


def test_journal_in_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="out.ecsv.journal: cannot be written: No such file"):
        FitJournal(tmp_path / "gone" / "out.ecsv", "same")
