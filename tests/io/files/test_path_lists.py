"""Texts that list files, one a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.field_files import pixels, write_field, write_list
from tests.helpers.night_files import write_night
from vetter.core.cutout.cutout import Cutout
from vetter.errors import InputError
from vetter.io.cutouts.cutout_file import write_cutout
from vetter.io.files import path_lists
from vetter.io.files.path_lists import path_list
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input


@pytest.fixture
def cutouts(tmp_path: Path) -> Path:
    """A folder with three cutout files."""
    folder = tmp_path / "cutouts"
    folder.mkdir()
    for number, name in enumerate(("a", "b", "c c")):
        planes = {"image": pixels(number, (11, 11)), "template": pixels(9, (11, 11))}
        write_cutout(Cutout(planes, {"id": f"k{number}"}), folder / f"{name}.fits")
    return folder


@pytest.mark.parametrize(
    "text",
    [
        "a.fits\nb.fits\nc c.fits\n",
        "# mine\r\n\r\n'a.fits'\r\n  b.fits\r\nc c.fits",
        "filename\na.fits\nb.fits\nc c.fits\n",
        "{folder}/a.fits\n{folder}/b.fits\n{folder}/c c.fits\n",
        "../cutouts/*.fits\n",
    ],
    ids=["plain", "commented", "headed", "absolute", "glob"],
)
def test_listed_files_are_the_inputs(cutouts: Path, text: str) -> None:
    path = cutouts / "files.lst"
    path.write_text(text.format(folder=cutouts))
    source = open_input(str(path))
    assert source.candidates.keys.tolist() == ["k0", "k1", "k2"]
    assert source.notes[0].startswith("files.lst: a list of ")
    assert source.record["inputs"] == [str(path)]
    source.close()


def test_a_list_is_called_as_in_iraf(cutouts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (cutouts / "files").write_text("a.fits\n")
    monkeypatch.chdir(cutouts)
    source = open_input("@files")
    assert source.candidates.keys.tolist() == ["k0"]
    source.close()


def test_a_list_relative_to_the_working_folder_is_kept_as_its_files(
    cutouts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = cutouts.parent / "other" / "files.txt"
    path.parent.mkdir()
    path.write_text("a.fits\nb.fits\n")
    monkeypatch.chdir(cutouts)
    source = open_input(str(path))
    assert source.record["inputs"] == [str(cutouts / "a.fits"), str(cutouts / "b.fits")]
    source.close()


def test_a_list_may_name_a_table_and_its_planes(tmp_path: Path) -> None:
    write_field(tmp_path, ("image", "template"))
    write_list(tmp_path / "l.csv")
    (tmp_path / "all.txt").write_text("l.csv\nimage.fits\ntemplate.fits\n")
    source = open_input(str(tmp_path / "all.txt"))
    assert source.plane_names == ("image", "template", "err") and len(source.candidates) == 2
    source.close()


def test_a_line_without_a_file_is_named(cutouts: Path) -> None:
    (cutouts / "files.txt").write_text("# mine\na.fits\ngone.fits\n")
    with pytest.raises(InputError, match=r"files.txt: line 3 of 2 paths: no such file"):
        open_input(str(cutouts / "files.txt"))


@pytest.mark.parametrize(
    "text",
    [
        "id,x,y\na.fits,1,2\nb.fits,3,4\n",
        "id x y\n1 2 3\n",
        "name\nJ1\nJ2\n",
        "",
        "x" * 300 + " 1\n",
    ],
    ids=["with positions", "plain", "one column", "empty", "long"],
)
def test_a_table_is_no_list_of_paths(tmp_path: Path, text: str) -> None:
    (tmp_path / "l.csv").write_text(text)
    (tmp_path / "a.fits").touch()
    assert path_list(tmp_path / "l.csv") is None


def test_a_list_may_name_a_folder_with_a_field_file(tmp_path: Path) -> None:
    (tmp_path / "night").mkdir()
    write_night(tmp_path / "night")
    (tmp_path / "files.txt").write_text("night\n")
    source = open_input(tmp_path / "files.txt")
    try:
        assert len(source.candidates) == 5
        assert source.notes[0].startswith("files.txt: a list of 1 path, which is opened")
    finally:
        source.close()


def test_a_long_list_is_read_to_its_end(tmp_path: Path) -> None:
    names = [f"{'long' * 20}{number:04}.fits" for number in range(200)]
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / "files.txt").write_text("\n".join(names))
    listed = path_list(tmp_path / "files.txt")
    assert listed is not None and [Path(file).name for file in listed.files] == names


def test_a_list_of_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "files.txt").write_text("files.txt\n")
    with pytest.raises(InputError):
        open_input(str(tmp_path / "files.txt"), InputOptions(radius=5))


def test_list_of_too_many_paths_is_refused(cutouts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(path_lists, "_MAX_BYTES", 1 << 20)
    path = cutouts / "files.lst"
    path.write_text("a.fits\n" * 200_000)
    with pytest.raises(InputError, match="a list of paths of over 1 MB; give a folder or glob"):
        path_list(path)
