"""Tests of where a session is kept when the user names no file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vetter.io.files.fingerprint import list_fingerprint
from vetter.io.session.default_path import default_session_path, results_folder, unusual_name_note
from vetter.io.session.session_file import SessionFile


@pytest.fixture
def lists(tmp_path: Path) -> tuple[str, str]:
    for name in ("x.csv", "x.ecsv"):
        (tmp_path / name).write_text("x,y\n1,2\n")
    return str(tmp_path / "x.csv"), str(tmp_path / "x.ecsv")


def _record(session: Path, *inputs: str) -> Path:
    with SessionFile.start(session, "ann") as file:
        for one in inputs:
            file.record_input({"inputs": [one]}, (list_fingerprint("candidates", Path(one)),), 1)
    return session


def test_a_session_lies_beside_its_list_under_its_name(lists, tmp_path: Path) -> None:
    assert default_session_path(lists[:1]) == tmp_path / "x.vetter"
    assert default_session_path([f"{lists[0]}[1]"]) == tmp_path / "x.vetter"
    assert unusual_name_note(tmp_path / "x.vetter", lists[:1]) == ""


def test_the_session_of_another_list_is_left_to_it_and_that_is_said(lists, tmp_path: Path) -> None:
    usual = _record(tmp_path / "x.vetter", lists[0])
    assert default_session_path([lists[0]]) == usual
    path = default_session_path([lists[1]])
    assert path == tmp_path / "x.ecsv.vetter"
    words = unusual_name_note(path, [lists[1]])
    assert words == "x.vetter is the session of x.csv: this one is x.ecsv.vetter"
    _record(path, lists[1])
    assert default_session_path([lists[1]]) == path
    assert unusual_name_note(path, [lists[1]]) == ""


def test_a_session_that_was_opened_on_both_lists_is_found_by_both(lists, tmp_path: Path) -> None:
    usual = _record(tmp_path / "x.vetter", *lists)
    assert [default_session_path([one]) for one in lists] == [usual, usual]


def test_a_list_that_took_the_place_of_another_finds_its_session(lists, tmp_path: Path) -> None:
    usual = _record(tmp_path / "x.vetter", lists[0])
    os.remove(lists[0])
    assert default_session_path([lists[1]]) == usual


def test_a_session_that_was_copied_with_its_list_is_found(lists, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "x.csv").write_text("x,y\n1,2\n")
    usual = _record(copy / "x.vetter", lists[0])
    assert default_session_path([str(copy / "x.csv")]) == usual


def test_a_session_under_the_whole_name_is_found_when_the_other_is_gone(
    lists, tmp_path: Path
) -> None:
    own = _record(tmp_path / "x.ecsv.vetter", lists[1])
    assert default_session_path([lists[1]]) == own


def test_a_folder_does_not_take_the_session_of_a_list_of_its_name(lists, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    _record(tmp_path / "x.vetter", lists[0])
    assert default_session_path([str(tmp_path / "x")]) == tmp_path / "x-2.vetter"


def test_a_damaged_session_is_not_passed_over_in_silence(lists, tmp_path: Path) -> None:
    (tmp_path / "x.vetter").write_text("no session")
    assert default_session_path([lists[0]]) == tmp_path / "x.vetter"


@pytest.fixture
def listing(lists, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A text that lists a file, and the folder it lies in as the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "files.lst").write_text("x.csv\n")
    return tmp_path


@pytest.mark.parametrize("folder", ["", "below/"])
def test_the_session_of_a_text_that_lists_files_does_not_have_its_sign(
    listing: Path, folder: str
) -> None:
    (listing / "below").mkdir()
    (listing / "below" / "files.lst").write_text("x.csv\n")
    assert default_session_path([f"@{folder}files.lst"]) == listing / folder / "files.vetter"


@pytest.mark.parametrize("name", ["@files.vetter", "@files.lst.vetter"])
def test_a_session_that_was_named_with_the_sign_is_found(listing: Path, name: str) -> None:
    earlier = _record(listing / name, str(listing / "files.lst"))
    assert default_session_path(["@files.lst"]) == earlier
    usual = _record(listing / "files.vetter", str(listing / "files.lst"))
    assert default_session_path(["@files.lst"]) == usual


def test_a_file_that_begins_with_the_sign_keeps_it(listing: Path) -> None:
    (listing / "@x.csv").write_text("x,y\n1,2\n")
    _record(listing / "@@x.vetter", str(listing / "@x.csv"))
    assert default_session_path(["@x.csv"]) == listing / "@x.vetter"


def test_a_list_of_files_in_the_working_folder_finds_its_session(listing: Path) -> None:
    # Such a list means other files elsewhere: its session is recorded on the files themselves.
    (listing / "lists").mkdir()
    (listing / "lists" / "files.lst").write_text("x.csv\n")
    usual = _record(listing / "lists" / "files.vetter", str(listing / "x.csv"))
    assert default_session_path(["lists/files.lst"]) == usual


@pytest.fixture
def users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data folder, and another working directory."""
    for name in ("data", "work"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path / "work")
    return default_session_path(["demo"]).parent


def test_results_are_suggested_beside_session(lists, users_folder: Path, tmp_path: Path) -> None:
    session = tmp_path / "data" / "night.vetter"
    assert results_folder(session, lists) == tmp_path / "data"


@pytest.mark.parametrize("name", ["x.csv", "x.csv[1]", "@x.csv", "*.csv"])
def test_results_of_session_in_users_folder_are_beside_list(
    lists, users_folder: Path, tmp_path: Path, name: str
) -> None:
    place = f"@{tmp_path / name[1:]}" if name[0] == "@" else str(tmp_path / name)
    expected = tmp_path.parent if name == "*.csv" else tmp_path
    assert results_folder(users_folder / "x.vetter", [place]) == expected


def test_results_of_demo_are_in_working_directory(users_folder: Path) -> None:
    assert results_folder(users_folder / "demo.vetter", ["demo"]) == Path.cwd()


def test_results_of_nothing_are_in_working_directory(users_folder: Path) -> None:
    assert results_folder(users_folder / "x.vetter", []) == Path.cwd()


def test_users_folder_is_made_with_those_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "one" / "two"))
    assert default_session_path(["demo"]).parent.is_dir()


def test_list_that_is_gone_has_a_session_of_its_whole_name(tmp_path: Path) -> None:
    path = tmp_path / "gone.csv.vetter"
    assert default_session_path([str(tmp_path / "gone.csv")]) == path
    assert unusual_name_note(path, [str(tmp_path / "gone.csv")]) == ""


def test_session_without_inputs_is_of_any_list(lists, tmp_path: Path) -> None:
    with SessionFile.start(tmp_path / "x.vetter", "ann") as file:
        file.record_input({"inputs": []}, (), 1)
        file.record_input({}, (), 1)
    assert default_session_path([lists[0]]) == tmp_path / "x.vetter"


def test_results_beside_gone_list_are_in_working_directory(users_folder: Path) -> None:
    session = users_folder / "x.vetter"
    assert results_folder(session, ["/nowhere/at/all/x.csv"]) == Path.cwd()


def test_results_in_unwritable_folder_are_in_working_directory(
    lists, users_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda place, mode: Path(place) != tmp_path)
    assert results_folder(tmp_path / "x.vetter", lists) == Path.cwd()


@pytest.mark.parametrize("name", ["a.vetter", "below/a.vetter", "a.vetter[1]"])
def test_session_is_its_own_path(name: str) -> None:
    assert default_session_path([name]) == Path(name.removesuffix("[1]"))


def test_session_of_practice_is_in_users_folder_each_time(users_folder: Path) -> None:
    assert users_folder.is_dir() and users_folder.parent.name == "data"
    assert default_session_path(["demo"]) == users_folder / "demo.vetter"


def test_sessions_of_unwritable_folder_are_in_users_folder_with_its_name(
    lists, users_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda place, mode: Path(place) != tmp_path)
    front = "_".join(tmp_path.parts[1:]).replace("-", "_")
    usual = users_folder / f"{front}_x.vetter"
    assert default_session_path([lists[0]]) == usual
    _record(usual, lists[0])
    assert default_session_path([lists[1]]) == users_folder / f"{front}_x.ecsv.vetter"


def test_third_input_of_a_name_has_the_next_number(lists, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    _record(tmp_path / "x.vetter", lists[0])
    _record(tmp_path / "x-2.vetter", lists[1])
    assert default_session_path([str(tmp_path / "x")]) == tmp_path / "x-3.vetter"


@pytest.mark.parametrize(
    ("inputs", "made"), [([], False), (["demo"], False), (["x.ecsv"], True), (["y.csv"], False)]
)
def test_usual_name_is_not_remarked_on(
    lists, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inputs: list[str], made: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    _record(tmp_path / "x.vetter", lists[0])
    _record(tmp_path / "demo.vetter", lists[0])
    path = tmp_path / "other.vetter"
    if made:
        path.touch()
    assert unusual_name_note(path, inputs) == ""
    assert unusual_name_note(Path("x.vetter"), ["x.ecsv"]) == ""


@pytest.mark.parametrize("name", ["x*.csv", "x?.csv", "x.csv"])
def test_session_of_a_pattern_has_the_name_of_its_folder(lists, tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.vetter" if name == "x.csv" else Path(f"{tmp_path}.vetter")
    assert default_session_path([str(tmp_path / name)]) == path
