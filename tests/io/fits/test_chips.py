"""Chips of a mosaic: which images of a file count, and what they are called."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from vetter.core.candidates.chip_rows import Chip
from vetter.io.files.hdu_names import FitsName
from vetter.io.fits.chips import chip_in, chip_title, chips_of, extension_of

PIXELS = np.ones((4, 5), np.float32)


def chip(hdu: int, name: str = "", version: int = 1) -> Chip:
    return Chip(hdu, hdu, name, version, {})


def mosaic(path: Path, *names: str) -> FitsName:
    hdus = [fits.PrimaryHDU(), *(fits.ImageHDU(PIXELS, name=name) for name in names)]
    hdus[1].header["CCDNUM"] = 31
    hdus[1].header["CHIPID"] = " "
    hdus[1].header["DETECTOR"] = None
    fits.HDUList(hdus).writeto(path)
    return FitsName(path)


@pytest.mark.parametrize(
    ("names", "plane", "found"),
    [
        (("S29", "S30"), "image", [(1, 1, "S29"), (2, 2, "S30")]),
        (("SCI", "ERR", "SCI"), "image", [(1, 1, "SCI"), (3, 2, "SCI")]),
        (("SCI", "MASK", "SCI", "MASK"), "mask", [(2, 1, "MASK"), (4, 2, "MASK")]),
        (("S29", "MASK", "S30"), "image", [(1, 1, "S29"), (3, 2, "S30")]),
    ],
)
def test_images_of_one_plane_are_numbered_from_one(
    tmp_path: Path, names: tuple[str, ...], plane: str, found: list[tuple[int, int, str]]
) -> None:
    chips = chips_of(mosaic(tmp_path / "a.fits", *names), plane)
    assert [(one.hdu, one.order, one.name) for one in chips] == found


def test_cards_of_a_chip_are_texts_without_empty_ones(tmp_path: Path) -> None:
    chips = chips_of(mosaic(tmp_path / "a.fits", "S29", "S30"))
    assert [one.cards for one in chips] == [{"ccdnum": "31"}, {}]


@pytest.mark.parametrize(("extension", "hdu"), [(3, 3), ("S29", 0), (None, 0)])
def test_sole_chip_of_a_file_has_its_own_header_first(
    extension: int | str | None, hdu: int
) -> None:
    own, primary = fits.Header(), fits.Header()
    own.update(EXTNAME=" S29 ", EXTVER=2, CCDNUM=31)
    primary.update(CCDNUM=7, CHIPID="x")
    found = chip_in([own, primary], FitsName(Path("a.fits"), extension))
    assert (found.hdu, found.order, found.name, found.version) == (hdu, 0, "S29", 2)
    assert found.cards["ccdnum"] == "31"


@pytest.mark.parametrize(
    ("chips", "extensions", "titles"),
    [
        ([chip(1, "S29"), chip(2, "S30")], ["S29", "S30"], ["S29", "S30"]),
        ([chip(1, "a"), chip(2, "b"), chip(3, "c")], ["a", "b", "c"], ["a", "b", "c"]),
        ([chip(1, "SCI", 1), chip(3, "sci", 2)], [1, 3], ["SCI,1", "sci,2"]),
        (
            [chip(1, "SCI", 1), chip(3, "sci", 2), chip(4, "x")],
            [1, 3, "x"],
            ["SCI,1", "sci,2", "x"],
        ),
        ([chip(1, "SCI", 1), chip(3, "SCI", 1)], [1, 3], ["[1]", "[3]"]),
        ([chip(1), chip(3)], [1, 3], ["[1]", "[3]"]),
        ([chip(1), chip(3, "", 2)], [1, 3], ["[1]", "[3]"]),
        ([chip(4)], [4], ["[4]"]),
        ([chip(1, "im 1"), chip(2, "im2")], [1, "im2"], ["im 1", "im2"]),
    ],
)
def test_chip_is_chosen_and_called_by_what_no_other_has(
    chips: list[Chip], extensions: list[int | str], titles: list[str]
) -> None:
    assert [extension_of(one, tuple(chips)) for one in chips] == extensions
    assert [chip_title(one, tuple(chips)) for one in chips] == titles


@pytest.mark.parametrize("version", [None, "two"])
def test_chip_without_a_number_of_its_version_is_the_first(version: str | None) -> None:
    header = fits.Header() if version is None else fits.Header({"EXTVER": version})
    found = chip_in([header], FitsName(Path("a.fits")))
    assert (found.version, found.name) == (1, "")
