"""Rows stored from the top down are read from the bottom up, region by region."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.helpers.field_files import write_image
from vetter.errors import InputError
from vetter.io.files.hdu_names import FitsName
from vetter.io.fits.derived_images.flipped_image import FlippedImage
from vetter.io.fits.images import open_image

STORED = np.arange(20).reshape(5, 4)
TURNED = STORED[::-1]


def flipped(path: Path, kind: str = "int16") -> FlippedImage:
    return FlippedImage(open_image(FitsName(write_image(path, STORED.astype(kind)))))


@pytest.mark.parametrize("rows", [(0, 5), (0, 1), (4, 5), (1, 3), (3, 9), (2, 2), (4, 2)])
@pytest.mark.parametrize("columns", [(0, 4), (1, 3)])
def test_region_is_that_of_the_turned_image(
    tmp_path: Path, rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    image = flipped(tmp_path / "a.fits")
    region = slice(*rows), slice(*columns)
    np.testing.assert_array_equal(image.read(region), TURNED[region])
    image.close()


@pytest.mark.parametrize(("kind", "whole"), [("int16", True), ("float32", False)])
def test_header_shape_and_kind_are_those_of_the_file(
    tmp_path: Path, kind: str, whole: bool
) -> None:
    image = flipped(tmp_path / "a.fits", kind)
    assert image.is_integer is whole and image.shape == (5, 4) and image.primary is None
    assert image.header["NAXIS2"] == 5 and image.name.path == tmp_path / "a.fits"
    image.close()


def test_closed_image_is_not_read(tmp_path: Path) -> None:
    image = flipped(tmp_path / "a.fits")
    image.close()
    with pytest.raises(InputError, match="cannot be read any more"):
        image.read((slice(0, 5), slice(0, 4)))
