from __future__ import annotations

import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.alert_files import write_packets
from tests.helpers.field_files import pixels, tan_wcs, write_field, write_image, write_list
from tests.helpers.matched_planes import night
from tests.helpers.stamp_files import write_stamps
from vetter.core.cutout.cutout import Cutout
from vetter.errors import InputError
from vetter.io.cutouts.cutout_file import write_cutout
from vetter.io.field.nearby_planes import PlanesWanted
from vetter.io.input_options import InputOptions
from vetter.io.inputs.folder_search import find_inputs
from vetter.io.inputs.open_input import open_input


def write_cutouts(folder: Path, count: int = 2) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        planes = {"image": pixels(number, (11, 11)), "template": pixels(50 + number, (11, 11))}
        write_cutout(Cutout(planes, {"id": f"C{number}"}), folder / f"C{number}.fits")


def kinds(folder: Path) -> list[tuple[str, int]]:
    return [(one.kind.value, one.count) for one in find_inputs(folder).kinds]


def test_cutouts_in_subfolders(tmp_path: Path) -> None:
    write_cutouts(tmp_path / "a" / "b", 3)
    assert kinds(tmp_path) == [("cutout files", 3)]


def test_stamps_in_subfolders(tmp_path: Path) -> None:
    write_stamps(tmp_path / "a", 3)
    assert kinds(tmp_path) == [("stamps", 3)]


def test_packets_in_subfolders(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    write_packets(tmp_path / "a", 4)
    assert kinds(tmp_path) == [("alert packets", 4)]


def test_a_list_with_its_planes_is_opened_with_them(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    (tmp_path / "field").mkdir()
    write_field(tmp_path / "field")
    write_list(tmp_path / "field" / "candidates.csv")
    source = opened(str(tmp_path))
    assert source.candidates.keys.tolist() == ["a", "b"]
    assert source.plane_names[:2] == ("image", "template")


def test_images_of_a_list_are_no_stamps(tmp_path: Path) -> None:
    write_field(tmp_path)
    write_list(tmp_path / "candidates.csv")
    assert [kind for kind, _ in kinds(tmp_path)] == ["lists"]


def write_night(folder: Path, **names: str) -> None:
    planes = night()
    for plane, name in names.items():
        data = planes[plane].astype(np.float32)
        write_image(folder / f"{name}.fits", data, wcs=tan_wcs(data.shape))


def write_many(folder: Path, largest: float = 150.0) -> None:
    places = np.random.default_rng(4).uniform(5, largest, (2, 150))
    ids = [f"c{number}" for number in range(150)]
    write_list(folder / "candidates.csv", id=ids, x=places[0], y=places[1])


def test_a_list_and_images_of_other_names_are_opened_together(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    write_night(tmp_path, image="night_new", template="ps1_ref")
    write_many(tmp_path)
    assert [kind for kind, _ in kinds(tmp_path)] == ["lists"]
    source = opened(str(tmp_path))
    assert len(source.candidates) == 150
    assert source.plane_names == ("image", "template", "err")


def test_list_and_images_in_folders_of_their_own(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    for name in ("lists", "images"):
        (tmp_path / name).mkdir()
    write_night(tmp_path / "images", image="night_new", template="ps1_ref")
    write_many(tmp_path / "lists")
    source = opened(str(tmp_path))
    assert len(source.candidates) == 150
    assert source.record["inputs"] == [str(tmp_path / "lists" / "candidates.csv")]
    assert set(source.record["options"]["planes"]) == {"image", "template"}


def test_images_in_doubt_in_another_folder_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    write_night(tmp_path / "images", image="a", template="b")
    write_many(tmp_path)
    with pytest.raises(PlanesWanted, match="cannot tell which of the images") as refused:
        open_input(str(tmp_path))
    assert len(refused.value.beside) == 2


def test_images_in_doubt_are_asked_for_and_are_no_stamps(tmp_path: Path) -> None:
    write_night(tmp_path, image="night_new", template="dusk_new")
    write_many(tmp_path)
    assert [kind for kind, _ in kinds(tmp_path)] == ["lists without an image beside them"]
    with pytest.raises(PlanesWanted) as refused:
        open_input(str(tmp_path))
    assert len(refused.value.beside) == 2
    assert str(refused.value).endswith(
        f"as: vetter {tmp_path}/candidates.csv --image {tmp_path}/dusk_new.fits"
    )


def test_many_images_that_a_list_falls_on_are_no_stamps(tmp_path: Path) -> None:
    for number in range(7):
        write_night(tmp_path, image=f"n{number}_sci", template=f"n{number}_ref")
    write_many(tmp_path)
    with pytest.raises(PlanesWanted) as refused:
        open_input(str(tmp_path))
    assert len(refused.value.beside) == 14


def test_many_stamps_beside_a_list_that_is_off_them_stay_stamps(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    write_stamps(tmp_path, 9)
    write_many(tmp_path, 4000.0)
    assert len(opened(str(tmp_path)).candidates) == 9


def test_stamps_beside_a_list_that_is_off_them_stay_stamps(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    write_stamps(tmp_path, 3)
    write_many(tmp_path, 4000.0)
    assert len(opened(str(tmp_path)).candidates) == 3


def test_a_list_of_a_folder_takes_the_usual_radius(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    write_field(tmp_path)
    write_list(tmp_path / "candidates.csv")
    source = opened(str(tmp_path), InputOptions(usual_radius=7.0))
    assert source.default_radius == 7.0
    assert "usual_radius" not in source.record["options"]


def test_the_kind_with_the_most_candidates_is_taken_and_the_others_are_said(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    write_stamps(tmp_path / "stamps", 5)
    write_cutouts(tmp_path / "cutouts", 2)
    source = opened(str(tmp_path))
    assert len(source.candidates) == 5
    said = f"also in this folder: 2 cutout files ({tmp_path / 'cutouts'})"
    assert any(note.startswith(said) for note in source.notes)


@pytest.mark.parametrize("typed", [".", "absolute"])
def test_what_lies_in_several_subfolders_is_said_by_the_fullest_of_them(
    tmp_path: Path, opened: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    write_stamps(tmp_path / "stamps", 5)
    write_cutouts(tmp_path / "few", 1)
    write_cutouts(tmp_path / "more", 2)
    monkeypatch.chdir(tmp_path)
    folder = "." if typed == "." else str(tmp_path)
    said = f"also in this folder: 3 cutout files ({os.path.join(folder, 'more')})"
    assert any(note.startswith(said) for note in opened(folder).notes)


def test_what_is_no_input_is_left_alone_and_counted(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    write_stamps(tmp_path, 2)
    (tmp_path / "notes.txt").write_text("cloudy")
    (tmp_path / "script.py").write_text("print()")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    assert "3 other files were left alone" in opened(str(tmp_path)).notes


def test_a_field_file_goes_before_the_lists_that_it_names(tmp_path: Path) -> None:
    write_field(tmp_path)
    write_list(tmp_path / "candidates.csv")
    (tmp_path / "night.toml").write_text(
        '[[field]]\nname = "r1"\nimage = "image.fits"\ncandidates = "candidates.csv"\n'
    )
    assert kinds(tmp_path)[0][0] == "field files"


def test_links_in_circles_are_not_followed(tmp_path: Path) -> None:
    write_stamps(tmp_path / "a", 2)
    os.symlink(tmp_path, tmp_path / "a" / "round")
    assert kinds(tmp_path) == [("stamps", 2)]


def test_a_link_that_leads_nowhere_does_not_stop_the_search(tmp_path: Path) -> None:
    write_packets(tmp_path, 3)
    with tarfile.open(tmp_path / "more.tar", "w"):
        pass
    for name in ("gone.tar", "gone.csv", "gone.fits", "gone.avro"):
        (tmp_path / name).symlink_to(tmp_path / "nowhere" / name)
    found = find_inputs(tmp_path)
    assert [one.kind.value for one in found.kinds] == ["alert packets"]


def test_a_folder_with_nothing_in_it_says_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("cloudy")
    with pytest.raises(InputError, match="found none in 1 file"):
        open_input(str(tmp_path))


def test_a_list_alone_wants_its_image(tmp_path: Path) -> None:
    write_list(tmp_path / "candidates.csv")
    with pytest.raises(InputError, match="name the image with --image FILE"):
        open_input(str(tmp_path))


def test_a_list_alone_takes_the_planes_that_are_named(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    (tmp_path / "list").mkdir()
    write_list(tmp_path / "list" / "candidates.csv")
    specs = write_field(tmp_path)
    source = opened(str(tmp_path / "list"), InputOptions(planes=specs))
    assert len(source.candidates) == 2


def write_listed(folder: Path, rows: int = 2) -> Path:
    """A field with a list of short rows."""
    folder.mkdir(exist_ok=True)
    write_field(folder)
    table = folder / "candidates.csv"
    lines = [f"{number},{5 + number},7" for number in range(rows)]
    table.write_text("\n".join(("id,x,y", *lines, "")))
    return table


def test_a_broken_field_file_is_passed_over_and_named(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    write_listed(tmp_path)
    (tmp_path / "night.toml").write_text("[[field")
    source = opened(str(tmp_path))
    assert source.title == "candidates.csv"
    said = f"not opened: {tmp_path / 'night.toml'}: not a field file (TOML)"
    assert source.notes[0].startswith(said)
    assert source.extra_cautions == source.notes[:1]
    assert not any("also in this folder" in note for note in source.notes)


def test_a_field_file_that_is_broken_leaves_the_other(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    write_listed(tmp_path)
    (tmp_path / "a.toml").write_text("[[field]]\nimage = 'gone.fits'\n")
    (tmp_path / "b.toml").write_text("[[field]]\nimage='image.fits'\ncandidates='candidates.csv'")
    source = opened(str(tmp_path))
    assert source.title == "b.toml"
    assert "gone.fits: no such file" in source.notes[0]


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "with a list without its image"])
def test_a_broken_field_file_with_nothing_beside_it_says_what_is_wrong(
    tmp_path: Path, alone: bool
) -> None:
    (tmp_path / "night.toml").write_text("[[field")
    if not alone:
        write_list(tmp_path / "candidates.csv")
    with pytest.raises(InputError, match=r"night\.toml: not a field file"):
        open_input(str(tmp_path))


def test_a_table_that_is_no_candidate_list_is_passed_over(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    write_listed(tmp_path)
    (tmp_path / "log.csv").write_text("file,exposure\n" + "a,30\n" * 100)
    source = opened(str(tmp_path))
    assert source.title == "candidates.csv"
    assert source.notes[0].startswith(f"not opened: {tmp_path / 'log.csv'}: ")


@pytest.mark.parametrize(
    ("name", "columns", "maker"),
    [
        ("adjusted.csv", "adjust_chi2,disappeared,disappeared_reason", "vetter adjust"),
        ("a_decisions.csv", "verdict,tags,comment,reviewer,decided_at", "vetter export"),
    ],
)
def test_the_programs_own_tables_come_last_and_that_is_said(
    tmp_path: Path, opened: Callable[..., Any], name: str, columns: str, maker: str
) -> None:
    write_listed(tmp_path)
    own = tmp_path / name
    filler = ",none" * columns.count(",")
    own.write_text(f"id,x,y,{columns}\n" + f"0,5,7,none{filler}\n1,6,7,none{filler}\n")
    source = opened(str(tmp_path))
    assert source.title == "candidates.csv"
    said = f"candidates.csv is opened; also in this folder: {own} (written by {maker}); "
    assert any(note.startswith(said) for note in source.notes)


def test_cutouts_made_of_a_list_do_not_go_before_it(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    write_listed(tmp_path, 12)
    write_cutouts(tmp_path / "cutouts", 12)
    assert opened(str(tmp_path)).title == "candidates.csv"


def test_the_settings_of_another_program_are_left_alone(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    write_listed(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.other]\nfields = "all"\n')
    source = opened(str(tmp_path))
    assert source.title == "candidates.csv" and not source.extra_cautions
