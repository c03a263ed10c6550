from __future__ import annotations

from pathlib import Path

import pytest

from vetter.core.fakes.plan import PlantPlan
from vetter.io.input_options import InputOptions
from vetter.io.session.remembered_columns import with_remembered_columns
from vetter.io.session.session_file import SessionFile

CHOSEN = {"columns": {"x": "u", "y": "v"}, "one_based": True}


@pytest.fixture
def session(tmp_path: Path) -> Path:
    record = {"inputs": [str(tmp_path / "l.csv")], "options": CHOSEN}
    with SessionFile.create(tmp_path / "s.vetter", "ann") as file:
        file.record_input(record, (), 3)
    return tmp_path / "s.vetter"


def test_columns_of_the_session_are_taken_again(session: Path) -> None:
    options = with_remembered_columns([str(session.parent / "l.csv")], InputOptions(), session)
    assert options == InputOptions(columns={"x": "u", "y": "v"}, one_based=True)


def test_what_the_user_says_now_goes_first(session: Path) -> None:
    asked = InputOptions(columns={"x": "q"}, one_based=False)
    options = with_remembered_columns([str(session.parent / "l.csv")], asked, session)
    assert options == InputOptions(columns={"x": "q", "y": "v"}, one_based=False)


def test_those_of_another_list_are_not(session: Path) -> None:
    asked = InputOptions()
    assert with_remembered_columns([str(session.parent / "m.csv")], asked, session) == asked


@pytest.mark.parametrize("content", [None, b"SQLite format 3\0 damaged"])
def test_no_session_or_a_damaged_one(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "s.vetter").write_bytes(content)
    asked = InputOptions()
    assert with_remembered_columns(["l.csv"], asked, tmp_path / "s.vetter") == asked


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (InputOptions(), InputOptions(encoding="cp1251", plant=PlantPlan(fakes=2, seed=3))),
        (
            InputOptions(encoding="utf-8", plant=PlantPlan(fakes=9)),
            InputOptions(encoding="utf-8", plant=PlantPlan(fakes=9)),
        ),
    ],
)
def test_encoding_and_test_rows_are_taken_again(
    tmp_path: Path, asked: InputOptions, found: InputOptions
) -> None:
    path, name = tmp_path / "s.vetter", str(tmp_path / "l.csv")
    record = {"inputs": [name], "options": {"encoding": "cp1251"}}
    record["plant"] = PlantPlan(fakes=2, seed=3).as_plain()
    with SessionFile.create(path, "ann") as file:
        file.record_input({"inputs": ["/other.csv"], "options": {}}, (), 3)
        file.record_input(record, (), 3)
    assert with_remembered_columns([name], asked, path) == found
    assert with_remembered_columns(["/other.csv"], asked, path) == asked


def test_columns_of_the_practice_list_are_taken_from_a_session_in_use(tmp_path: Path) -> None:
    path = tmp_path / "s.vetter"
    with SessionFile.create(path, "ann") as file:
        file.record_input({"inputs": ["demo"], "options": CHOSEN}, (), 3)
        found = with_remembered_columns(["demo"], InputOptions(), path)
    assert found == InputOptions(columns={"x": "u", "y": "v"}, one_based=True)


def test_names_are_compared_in_full(session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(session.parent)
    monkeypatch.setenv("HOME", str(session.parent))
    for name in ("l.csv", "~/l.csv"):
        assert with_remembered_columns([name], InputOptions(), session).one_based is True
