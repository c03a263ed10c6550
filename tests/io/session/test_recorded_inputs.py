from __future__ import annotations

from pathlib import Path

import pytest

from vetter.io.session.recorded_inputs import relative_paths, relocate_record


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
    record = {"inputs": [deep, wide, f"{tmp_path}/gone/**/x*.fits"]}
    relative = relative_paths(record, tmp_path)
    assert set(relative) == {deep, wide}
    (tmp_path / "moved" / "night").mkdir(parents=True)
    (tmp_path / "night").rmdir()
    moved = relocate_record(record, relative, tmp_path / "moved")
    assert moved["inputs"][0] == f"{tmp_path}/moved/night/**/x*.fits"
