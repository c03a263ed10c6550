from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.field_files import (
    pixels,
    tan_wcs,
    write_damaged,
    write_field,
    write_image,
    write_list,
)
from tests.helpers.matched_planes import SIDE, night
from vetter import cli
from vetter.io.cutouts.cutout_file import load_cutout


def run(folder: Path, *more: str) -> int:
    specs = write_field(folder, ("image", "template"))
    planes = [word for name, path in specs.items() for word in (f"--{name}", path)]
    return cli.main(["cutouts", str(folder / "l.csv"), *planes, "--radius", "5", *more])


def test_every_candidate_has_a_file(tmp_path: Path) -> None:
    write_list(tmp_path / "l.csv")
    assert run(tmp_path, "-o", str(tmp_path / "out")) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.fits", "b.fits"]
    cutout = load_cutout(tmp_path / "out" / "a.fits")
    np.testing.assert_array_equal(cutout["template"], pixels(1)[25:36, 15:26])
    assert cutout.meta["x"] == 20.25


def test_names_stay_inside_the_folder(tmp_path: Path) -> None:
    write_list(tmp_path / "l.csv", id=["../../x", "a/b"], x=[20.0, 30.0], y=[20.0, 30.0])
    assert run(tmp_path, "-o", str(tmp_path / "out")) == 0
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_those_without_pixels_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_list(tmp_path / "l.csv", id=["a", "far"], x=[20.0, 3000.0], y=[20.0, 30.0])
    assert run(tmp_path, "-o", str(tmp_path / "out")) == 0
    text = capsys.readouterr().err
    assert "far: off the image" in text and "1 cutout written, 1 candidate without" in text


def test_a_file_where_the_folder_should_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_list(tmp_path / "l.csv")
    (tmp_path / "out").touch()
    assert run(tmp_path, "-o", str(tmp_path / "out")) == 2
    assert "found a file" in capsys.readouterr().err


def test_cutout_files_are_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_list(tmp_path / "l.csv")
    run(tmp_path, "-o", str(tmp_path / "out"))
    assert cli.main(["cutouts", str(tmp_path / "out"), "-o", str(tmp_path / "out")]) == 2
    assert "holds the inputs" in capsys.readouterr().err


def test_cutout_files_of_a_second_folder_are_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_list(tmp_path / "l.csv")
    folders = [str(tmp_path / name) for name in ("one", "two")]
    run(tmp_path, "-o", folders[0])
    shutil.copytree(*folders)
    assert cli.main(["cutouts", *folders, "-o", str(tmp_path / "one" / ".." / "two")]) == 2
    assert "holds the inputs" in capsys.readouterr().err


def test_a_candidate_called_as_a_plane_does_not_take_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_list(tmp_path / "l.csv", id=["a", "image"], x=[20.0, 20.0], y=[30.0, 30.0])
    assert run(tmp_path, "-o", str(tmp_path)) == 2
    refused = f"{tmp_path / 'image.fits'}: is an input; write to another folder"
    assert capsys.readouterr().err == f"vetter: {refused}\n"
    assert not (tmp_path / "a.fits").exists()


def test_what_is_refused_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_list(tmp_path / "l.csv")
    assert run(tmp_path, "-o", str(tmp_path / "l.csv")) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_not_one_cutout_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_list(tmp_path / "l.csv", id=["far"], x=[3000.0], y=[20.0])
    assert run(tmp_path, "-o", str(tmp_path / "out")) == 2
    assert "no candidate has a cutout" in capsys.readouterr().err.splitlines()[-1]


def test_a_plane_that_cannot_be_read_is_left_out_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_list(tmp_path / "l.csv", id=["low", "high"], x=[20.0, 20.0], y=[10.0, 50.0])
    damaged = write_damaged(tmp_path / "e.fits", pixels(2), last=20, wcs=tan_wcs())
    assert run(tmp_path, "--err", str(damaged), "-o", str(tmp_path / "out")) == 0
    said = capsys.readouterr().err
    assert f"low: no err: {damaged.name}: a damaged tile" in said and "high:" not in said
    assert "2 cutouts written, 1 with planes left out, 0 candidates without one" in said
    low, high = (load_cutout(tmp_path / "out" / f"{name}.fits") for name in ("low", "high"))
    assert "err" not in low and "a damaged tile" in low.unread["err"]
    assert "err" in high and not high.unread


def test_planes_in_wrong_roles_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    planes = night(err=np.full((SIDE, SIDE), 121.0))
    words = []
    for name in ("image", "err"):
        path = write_image(tmp_path / f"{name}.fits", planes[name].astype(np.float32))
        words += [f"--{name}", str(path)]
    table = write_list(tmp_path / "l.csv")
    assert cli.main(["cutouts", str(table), *words, "-o", str(tmp_path / "out")]) == 0
    assert "vetter: caution: err is 121, the noise of image" in capsys.readouterr().err
