from __future__ import annotations

from pathlib import Path

import pytest

from vetter.core.cutout_source import Fingerprint
from vetter.core.decisions.planted import PlantedRow
from vetter.core.fakes.plan import PLANT_KEY, PlantPlan
from vetter.io.session.recorded_inputs import (
    RecordedInput,
    added_count,
    changed_roles,
    current_since,
    list_content,
    own_count,
    relative_paths,
    relocate_record,
    time_after,
)


@pytest.mark.parametrize("folder", ["night", "night [1]", "night *"])
def test_what_moved_with_the_session_is_found(folder: str, tmp_path: Path) -> None:
    here = tmp_path / folder
    here.mkdir()
    for name in ("l.csv", "i.fits"):
        (here / name).touch()
    record = {"inputs": [f"{here}/l.csv"], "options": {"planes": {"image": f"{here}/i.fits[SCI]"}}}
    relative = relative_paths(record, here)
    there = here / "moved"
    there.mkdir()
    for name in ("l.csv", "i.fits"):
        (here / name).rename(there / name)
    assert relocate_record(record, relative, there) == {
        "inputs": [f"{there}/l.csv"],
        "options": {"planes": {"image": f"{there}/i.fits[SCI]"}},
    }


def test_what_is_still_there_stays(tmp_path: Path) -> None:
    (tmp_path / "a.fits").touch()
    record = {"inputs": [f"{tmp_path}/*.fits"]}
    relative = relative_paths(record, tmp_path)
    assert relative == {f"{tmp_path}/*.fits": "*.fits"}
    assert relocate_record(record, relative, tmp_path / "elsewhere") == record


def test_glob_of_a_whole_tree_is_there_with_its_folder(tmp_path: Path) -> None:
    (tmp_path / "night").mkdir()
    deep, wide = f"{tmp_path}/night/**/x*.fits", f"{tmp_path}/night/a*/b*/c*/d*/e*/f*/g*/h*.fits"
    three, two = f"{tmp_path}/night/a*/b*/h*.fits", f"{tmp_path}/night/a*/h*.fits"
    record = {"inputs": [deep, wide, three, two, f"{tmp_path}/gone/**/x*.fits"]}
    relative = relative_paths(record, tmp_path)
    # Two wildcards are looked up, and nothing is found.
    assert set(relative) == {deep, wide, three}
    (tmp_path / "moved" / "night").mkdir(parents=True)
    (tmp_path / "night").rmdir()
    moved = relocate_record(record, relative, tmp_path / "moved")
    assert moved["inputs"][0] == f"{tmp_path}/moved/night/**/x*.fits"


def opening(at: str, **digests: str) -> RecordedInput:
    prints = tuple(Fingerprint(role, f"/{role}", 1, 2, text) for role, text in digests.items())
    return RecordedInput(at, 10, {}, prints)


@pytest.mark.parametrize(
    ("openings", "since"),
    [
        ([], ""),
        ([opening("1", image="a")], ""),
        ([opening("1", image="a"), opening("2", image="a")], ""),
        ([opening("1", image="a"), opening("2", image="b")], "2"),
        ([opening("1", image="a"), opening("2", image="b"), opening("3", image="b")], "2"),
        ([opening("1", image="a"), opening("2", image="b"), opening("3", image="a")], "3"),
        ([opening("1", image="a"), opening("2", image="a", err="c")], "2"),
    ],
)
def test_content_is_current_since_its_last_change(
    openings: list[RecordedInput], since: str
) -> None:
    assert current_since(openings) == since


@pytest.mark.parametrize(
    ("before", "after", "roles"),
    [
        ({"image": "a", "err": "b"}, {"image": "a", "err": "b"}, ()),
        ({"image": "a", "err": "b"}, {"image": "x", "err": "b"}, ("image",)),
        ({"image": "a"}, {"image": "x", "err": "b"}, ("err", "image")),
        ({"image": "a", "err": "b"}, {"image": "a"}, ("err",)),
    ],
)
def test_changed_roles_are_named(
    before: dict[str, str], after: dict[str, str], roles: tuple[str, ...]
) -> None:
    one, other = opening("", **before).fingerprints, opening("", **after).fingerprints
    assert changed_roles(one, other) == roles


def test_content_of_the_list_is_that_of_its_files() -> None:
    prints = opening("", candidates="b", image="a", cutouts="c").fingerprints
    assert list_content(prints) == ("b", "c")


def test_time_rises_when_the_clock_was_set_back() -> None:
    assert time_after("") > "2026"
    assert time_after("2999-12-31T23:59:59.999Z") == "3000-01-01T00:00:00.000Z"
    assert time_after("2999-02-01T00:00:00.000Z") == "2999-02-01T00:00:00.001Z"
    assert time_after("2999-13-01T00:00:00.000Z") < "2999"


def test_forged_plan_adds_nothing() -> None:
    assert added_count({}) == added_count({PLANT_KEY: {"rows": "many"}}) == 0
    plan = PlantPlan(fakes=3, seed=1)
    assert added_count({PLANT_KEY: plan.as_plain()}) == plan.added == 3


def test_missing_path_is_looked_for_beside_the_session_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    record = {"inputs": ["/gone/a.csv", "/gone/b.csv", "plain"], "n": 3, "t": ("/gone/a.csv",)}
    relative = {"/gone/a.csv": "a.csv", "/gone/b.csv": "b.csv"}
    moved = f"{tmp_path}/a.csv"
    assert relocate_record(record, relative, tmp_path) == {
        "inputs": [moved, "/gone/b.csv", "plain"],
        "n": 3,
        "t": [moved],
    }
    assert relative_paths(
        {"a": ["a.csv", f"{moved}[SCI]", "/gone", 5], "b": (moved,)}, tmp_path
    ) == {
        f"{moved}[SCI]": "a.csv[SCI]",
        moved: "a.csv",
    }
    assert relative_paths({"a": ["/a\0b", "/a\0*"]}, tmp_path) == {}


@pytest.mark.parametrize(
    ("planned", "planted", "own"), [(2, 2, 8), (2, 5, 8), (3, 1, 9), (0, 4, 10), (2, 0, 10)]
)
def test_own_candidates_are_those_without_test_rows(planned: int, planted: int, own: int) -> None:
    plan = {PLANT_KEY: PlantPlan(fakes=planned, seed=1).as_plain()} if planned else {}
    rows = [PlantedRow(f"c{number}", "fake", "{}") for number in range(planted)]
    assert own_count(RecordedInput("", 10, plan, ()), rows) == own
