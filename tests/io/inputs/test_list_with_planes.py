from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.field_files import pixels, tan_wcs, write_field, write_image, write_list
from tests.helpers.matched_planes import night
from vetter.errors import InputError
from vetter.io.field.nearby_planes import PlanesWanted
from vetter.io.inputs.open_input import open_input


def test_a_list_named_with_its_planes(tmp_path: Path, opened: Callable[..., Any]) -> None:
    specs = write_field(tmp_path, ("image", "template", "mask"))
    table = write_list(tmp_path / "any.csv")
    source = opened([*specs.values(), str(table)])
    assert source.plane_names == ("image", "template", "err", "mask")


def test_a_list_that_is_fits_too(tmp_path: Path, opened: Callable[..., Any]) -> None:
    specs = write_field(tmp_path)
    table = write_list(tmp_path / "candidates.fits")
    assert len(opened([str(table), *specs.values()]).candidates) == 2


def test_one_image_of_any_name_is_the_image(tmp_path: Path, opened: Callable[..., Any]) -> None:
    image = write_image(tmp_path / "frame0017.fits", pixels(), wcs=tan_wcs())
    table = write_list(tmp_path / "any.csv")
    assert opened([str(table), str(image)]).plane_names == ("image", "err")


def test_names_that_leave_a_doubt_are_refused_with_what_is_known(tmp_path: Path) -> None:
    names = ("a.fits", "b.fits", "b_diff.fits")
    images = [str(write_image(tmp_path / name, pixels())) for name in names]
    table = write_list(tmp_path / "any.csv")
    with pytest.raises(PlanesWanted, match="which plane .*a.fits is") as refused:
        open_input([str(table), *images])
    assert refused.value.guesses == {"image": images[1], "diff": images[2]}


def test_planes_that_share_the_lists_name_are_found_beside_it(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    for name in ("r1_sci.fits", "r1_diff.fits", "r2_sci.fits", "r2_diff.fits"):
        write_image(tmp_path / name, pixels(), wcs=tan_wcs())
    source = opened(str(write_list(tmp_path / "r1.csv")))
    assert source.plane_names == ("image", "diff", "err")
    assert any("image = r1_sci.fits" in note for note in source.notes)


def test_a_weight_map_beside_the_list_is_converted(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    write_image(tmp_path / "r1_sci.fits", pixels(), wcs=tan_wcs())
    write_image(tmp_path / "r1_wht.fits", pixels() * 0 + 0.25, wcs=tan_wcs())
    source = opened(str(write_list(tmp_path / "r1.csv")))
    assert source.plane_names == ("image", "err")
    assert source.cutout(0).planes["err"][0, 0] == 2.0


def test_of_err_and_variance_beside_the_list_err_is_taken(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    for name in ("r1_sci", "r1_err", "r1_var"):
        write_image(tmp_path / f"{name}.fits", pixels(), wcs=tan_wcs())
    source = opened(str(write_list(tmp_path / "r1.csv")))
    assert source.plane_names == ("image", "err")
    assert source.plane_provenance.get("err") is None


def test_a_doubt_beside_the_list_comes_with_guesses(tmp_path: Path) -> None:
    for name in ("r1_sci.fits", "r1_new.fits", "r1_diff.fits"):
        write_image(tmp_path / name, pixels())
    with pytest.raises(PlanesWanted) as refused:
        open_input(str(write_list(tmp_path / "r1.csv")))
    assert set(refused.value.guesses) == {"image", "diff"}


def test_two_lists_at_once_are_refused(tmp_path: Path) -> None:
    lists = [write_list(tmp_path / name) for name in ("a.csv", "b.csv")]
    with pytest.raises(InputError):
        open_input([str(path) for path in lists])


def test_images_without_words_are_told_by_their_pixels(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    planes = night()
    planes["diff"] = planes["image"] - planes["template"]
    for name, plane in {"one": "diff", "two": "template", "three": "image"}.items():
        data = planes[plane].astype("float32")
        write_image(tmp_path / f"{name}.fits", data, wcs=tan_wcs(data.shape))
    images = [str(tmp_path / f"{name}.fits") for name in ("one", "two", "three")]
    source = opened([str(write_list(tmp_path / "any.csv")), *images])
    assert source.record["options"]["planes"] == {
        "diff": images[0],
        "template": images[1],
        "image": images[2],
    }
