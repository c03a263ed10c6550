"""Planes of a list guessed by names, pixels and positions, and what must stay in doubt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.field_files import tan_wcs, write_image, write_list
from tests.helpers.matched_planes import SIDE, night, sky
from vetter.io.field.guessed_planes import GuessedPlanes, guess_planes
from vetter.io.files.hdu_names import FitsName


def write(folder: Path, **planes: Any) -> dict[str, Path]:
    """Images called as given."""
    wcs = tan_wcs((SIDE, SIDE))
    return {
        name: write_image(folder / f"{name}.fits", np.asarray(pixels, np.float32), wcs=wcs)
        for name, pixels in planes.items()
    }


def guess(folder: Path, files: dict[str, Path], **columns: Any) -> GuessedPlanes:
    columns = columns or {"id": ["a", "b", "c"], "x": [20.0, 70.0, 110.0], "y": [30.0, 90.0, 5.0]}
    table = write_list(folder / "list.csv", **columns)
    return guess_planes(FitsName(table), list(files.values()))


def names(found: GuessedPlanes) -> dict[str, str]:
    return {plane: Path(path).stem for plane, path in found.planes.items()}


def test_words_with_different_stems_tell_the_planes(tmp_path: Path) -> None:
    planes = night()
    files = write(tmp_path, night_new=planes["image"], ps1_ref=planes["template"])
    found = guess(tmp_path, files)
    assert names(found) == {"image": "night_new", "template": "ps1_ref"}
    assert found.is_sure


def test_words_that_the_pixels_contradict_are_in_doubt(tmp_path: Path) -> None:
    planes = night()
    files = write(tmp_path, a_new=planes["diff"], b_ref=planes["template"], c_diff=planes["image"])
    assert not guess(tmp_path, files).is_sure


def test_one_image_of_any_name_is_the_image(tmp_path: Path) -> None:
    found = guess(tmp_path, write(tmp_path, frame17=night()["image"]))
    assert names(found) == {"image": "frame17"}
    assert found.is_sure


def test_three_images_without_words_are_told_by_their_noise(tmp_path: Path) -> None:
    planes = night()
    files = write(
        tmp_path, a=planes["template"], b=planes["image"], c=planes["image"] - planes["template"]
    )
    found = guess(tmp_path, files)
    assert names(found) == {"image": "b", "template": "a", "diff": "c"}
    assert found.is_sure


def test_four_images_without_words_are_told_by_their_pixels(tmp_path: Path) -> None:
    planes = night()
    files = write(
        tmp_path,
        a=planes["convolved"],
        b=planes["template"],
        c=planes["image"],
        d=planes["diff"],
    )
    assert names(guess(tmp_path, files)) == {
        "image": "c",
        "diff": "d",
        "template": "b",
        "convolved": "a",
    }


def test_flags_and_errors_are_told_by_their_values(tmp_path: Path) -> None:
    planes = night()
    flags = np.where(np.random.default_rng(1).random((SIDE, SIDE)) > 0.97, 16, 0)
    files = write(tmp_path, a_new=planes["image"], one=planes["err"], two=flags)
    assert names(guess(tmp_path, files)) == {"image": "a_new", "err": "one", "mask": "two"}


def test_image_and_template_without_words_stay_in_doubt(tmp_path: Path) -> None:
    planes = night()
    found = guess(tmp_path, write(tmp_path, a=planes["image"], b=planes["template"]))
    assert not found.is_sure
    assert len(found.on_image) == 2


def test_two_images_of_one_word_stay_in_doubt(tmp_path: Path) -> None:
    files = write(tmp_path, n1_sci=sky(1, stars=7), n2_sci=sky(2, stars=7))
    assert not guess(tmp_path, files).is_sure


def test_small_picture_of_the_psf_is_left_out(tmp_path: Path) -> None:
    files = write(tmp_path, night_new=night()["image"])
    files["psf"] = write_image(tmp_path / "psf.fits", np.ones((15, 15), np.float32))
    found = guess(tmp_path, files)
    assert names(found) == {"image": "night_new"}
    assert found.is_sure


def test_list_off_the_images_has_no_planes(tmp_path: Path) -> None:
    files = write(tmp_path, night_new=night()["image"])
    found = guess(tmp_path, files, id=["a", "b"], x=[2000.0, 3100.0], y=[900.0, 20.0])
    assert found == GuessedPlanes()


def test_middles_of_stamps_do_not_make_a_stamp_an_image(tmp_path: Path) -> None:
    files = write(tmp_path, a_sci=sky(1), b_sci=sky(2))
    middle = (SIDE - 1) / 2
    found = guess(tmp_path, files, id=["a", "b"], x=[middle, middle], y=[middle, middle + 0.4])
    assert found == GuessedPlanes()


@pytest.mark.parametrize("count", [13, 0])
def test_files_that_are_no_images_have_no_planes(tmp_path: Path, count: int) -> None:
    files = {str(n): tmp_path / f"{n}.fits" for n in range(count)}
    assert guess(tmp_path, files) == GuessedPlanes()


def test_file_that_is_no_image_is_passed_over(tmp_path: Path) -> None:
    files = write(tmp_path, night_new=night()["image"])
    files["broken"] = tmp_path / "broken.fits"
    files["broken"].write_bytes(b"no FITS")
    assert guess(tmp_path, files).is_sure
