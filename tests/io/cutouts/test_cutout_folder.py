from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io.fits import Header

from tests.helpers.field_files import pixels, write_image
from vetter.core.cutout.cutout import Cutout
from vetter.errors import InputError
from vetter.io.cutouts import cutout_folder
from vetter.io.cutouts.cutout_file import write_cutout
from vetter.io.cutouts.cutout_folder import is_cutout_file, open_cutouts
from vetter.io.input_options import InputOptions, InputOrigin
from vetter.io.inputs.open_input import open_input


def write(path: Path, seed: int = 0, side: int = 11, **meta: Any) -> Path:
    shape = (side, side)
    planes = {"image": pixels(seed, shape), "convolved": pixels(seed + 50, shape)}
    write_cutout(Cutout(planes, meta), path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "one.fits", 1, id="k1", name="J1", x=100.25, y=50.0, mag=19.5, extra="T")
    (tmp_path / "below").mkdir()
    write(tmp_path / "below" / "two.fits", 2, id="k2", x=10.0, y=20.0)
    write(tmp_path / "three.fits", 3, side=15)
    (tmp_path / "readme.txt").write_text("not a cutout")
    write_image(tmp_path / "image.fits", pixels())
    return tmp_path


def test_one_candidate_for_each_file(folder: Path) -> None:
    source = open_input(str(folder))
    assert source.candidates.keys.tolist() == ["k1", "three", "k2"]
    assert [source.candidates.name(row) for row in range(3)] == ["J1", "three", "k2"]
    assert source.candidates.x[0] == 100.25 and np.isnan(source.candidates.x[1])
    assert source.candidates.value("mag", 0) == 19.5


def test_what_is_no_cutout_is_left_alone_and_counted(folder: Path) -> None:
    assert "2 other files were left alone" in open_input(str(folder)).notes


def test_planes_are_those_of_the_files_and_those_made(folder: Path) -> None:
    source = open_input(str(folder))
    assert source.plane_names == ("image", "convolved", "diff", "err")
    cutout = source.cutout(0, 20)
    assert tuple(cutout.planes) == source.plane_names
    assert cutout.notes == {"diff": "image - convolved", "err": "estimated from the image"}


def test_a_cutout_is_as_the_file_has_it(folder: Path) -> None:
    cutout = open_input(str(folder)).cutout(0, 20)
    np.testing.assert_array_equal(cutout["image"], pixels(1, (11, 11)))
    assert cutout.meta["name"] == "J1"


def test_a_smaller_radius_crops(folder: Path) -> None:
    cutout = open_input(str(folder)).cutout(0, 3)
    assert cutout.shape == (7, 7)
    np.testing.assert_array_equal(cutout["image"], pixels(1, (11, 11))[2:9, 2:9])


def test_the_default_radius_holds_the_largest(folder: Path) -> None:
    assert open_input(str(folder)).default_radius == 7


def test_cutouts_of_one_usual_plane_are_opened(tmp_path: Path) -> None:
    planes = {"mine": pixels(1, (11, 21)), "image": pixels(2, (11, 21))}
    write_cutout(Cutout(planes), tmp_path / "a.fits")
    source = open_input(str(tmp_path))
    assert source.plane_names == ("image", "err", "mine") and source.default_radius == 10


def test_a_glob_and_a_list_of_files(folder: Path) -> None:
    assert len(open_input(str(folder / "t*.fits")).candidates) == 1
    both = [str(folder / "one.fits"), str(folder / "three.fits")]
    assert len(open_input(both).candidates) == 2


def test_repeated_ids_are_kept_apart(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / f"{name}.fits", id=7)
    source = open_input(str(tmp_path))
    assert source.candidates.keys.tolist() == ["7", "7#2"]
    assert any("repeat" in note for note in source.notes)


def test_a_file_that_is_gone_is_said(folder: Path) -> None:
    source = open_input(str(folder))
    (folder / "one.fits").unlink()
    with pytest.raises(InputError, match=r"one\.fits"):
        source.cutout(0, 5)


def test_planes_beside_cutout_files_are_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="bring their own planes"):
        open_input(str(folder), InputOptions(planes={"image": str(folder / "image.fits")}))


def test_a_list_of_images_that_are_no_cutouts(folder: Path) -> None:
    path = str(folder / "image.fits")
    with pytest.raises(InputError, match="expected cutout files"):
        open_input([path, path])


def test_is_cutout_file(folder: Path) -> None:
    names = ("one.fits", "image.fits", "readme.txt", "missing.fits")
    assert [is_cutout_file(folder / name) for name in names] == [True, False, False, False]


def test_stdpipes_own_files(real_data: Path) -> None:
    source = open_input(str(real_data / "stdpipe"))
    assert source.plane_names == ("image", "template", "convolved", "diff", "err", "mask")
    row = source.candidates.row_of("3")
    assert source.cutout(row, 20).meta["note"] == "real DECam field"
    assert np.isnan(source.candidates.value("mag_err", row))


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"variance": "v.fits"}, "--variance"),
        ({"mask_bits": "3"}, "--mask-bits"),
        ({"columns": {"x": "xc"}}, "--column"),
        ({"one_based": False}, "--zero-based"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_options_of_lists_are_refused(folder: Path, option: Any, said: str) -> None:
    with pytest.raises(InputError, match=f"bring their own planes, found {said} too"):
        open_input(str(folder), InputOptions(**option))


def test_the_users_word_on_the_fwhm(folder: Path) -> None:
    fwhm = open_input(str(folder), InputOptions(fwhm=3.5)).fwhm()
    assert fwhm is not None and fwhm.value == 3.5


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twelve cutouts, of which four are scanned at first; the last has further metadata."""
    monkeypatch.setattr(cutout_folder, "FIRST_LOT", 4)
    for number in range(12):
        image = np.full((5, 5), number, float)
        meta = {"id": f"C{number % 11}", "x": 2.0, "y": 2.0, "mag": number}
        if number == 11:
            meta |= {"mag": 11.5, "late": "yes"}
        write_cutout(
            Cutout({"image": image, "template": image}, meta), tmp_path / f"{number:02d}.fits"
        )
    (tmp_path / "99.fits").write_bytes(b"no FITS at all")
    return tmp_path


def test_many_cutouts_are_listed_while_the_first_are_looked_at(many: Path) -> None:
    source = open_cutouts([many], None, InputOrigin())
    assert not source.is_complete
    assert len(source.candidates) == 4 and source.expected_count == 13
    assert source.cutout(0)["image"][0, 0] == 0
    lengths = []
    while (longer := source.grow()) is not None:
        assert longer.keys[:4].tolist() == ["C0", "C1", "C2", "C3"]
        lengths.append(len(longer))
    assert lengths == [8, 12]
    assert source.is_complete and source.candidates.keys[-1] == "C0#2"
    assert source.candidates.column("mag").tolist() == [*range(11), 11.5]
    assert source.candidates.column("late").tolist() == [""] * 11 + ["yes"]
    assert source.cutout(11)["image"][0, 0] == 11
    assert "1 other file was left alone" in source.notes


def test_a_listing_that_is_closed_ends(many: Path) -> None:
    source = open_cutouts([many], None, InputOrigin())
    source.close()
    assert source.grow() is None


def test_a_plane_that_could_not_be_read_is_not_made_up(tmp_path: Path) -> None:
    cutout = Cutout({"image": pixels(1, (11, 11)), "convolved": pixels(2, (11, 11))}, {})
    cutout.unread = {"err": "e.fits: gone", "diff": "d.fits: gone"}
    write_cutout(cutout, tmp_path / "a.fits")
    read = open_input(str(tmp_path)).cutout(0, 5)
    assert tuple(read.planes) == ("image", "convolved") and read.unread == cutout.unread


def test_fills_of_a_cutout_file_are_no_data(tmp_path: Path) -> None:
    planes = {"image": pixels(1, (11, 11)), "convolved": pixels(2, (11, 11))}
    planes["convolved"][0] = -999.0
    planes["err"] = np.full((11, 11), 3.0, np.float32)
    planes["err"][:, 0] = 0.0
    write_cutout(Cutout(planes, {"id": "k"}, Header({"MASKVAL": -999.0})), tmp_path / "a.fits")
    cutout = open_input(str(tmp_path)).cutout(0)
    assert np.argwhere(np.isnan(cutout["convolved"]))[:, 0].tolist() == [0] * 11
    assert np.argwhere(np.isnan(cutout["err"]))[:, 1].tolist() == [0] * 11
    assert np.isfinite(cutout["image"]).all()
    assert cutout.notes["convolved"] == cutout.notes["err"] == "11 pixels without data"
