from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS, DistortionLookupTable

from tests.helpers.field_files import pixels, tan_wcs, write_image
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.fits.image_wcs import image_wcs, settled_image_wcs
from vetter.io.fits.images import FitsImage, open_image


@pytest.fixture
def opened() -> Iterator[Any]:
    images: list[FitsImage] = []

    def open_(path: Path) -> FitsImage:
        images.append(open_image(parse_fits_name(path)))
        return images[-1]

    yield open_
    for image in images:
        image.close()


def test_a_wcs(opened: Any, tmp_path: Path) -> None:
    wcs, said = image_wcs(opened(write_image(tmp_path / "f.fits", pixels(), wcs=tan_wcs())))
    assert said == ""
    np.testing.assert_allclose(wcs.all_pix2world(3, 4, 0), tan_wcs().all_pix2world(3, 4, 0))


@pytest.mark.parametrize(("inherit", "is_taken"), [(None, True), (True, True), (False, False)])
def test_an_extension_without_a_wcs_has_that_of_the_primary_header(
    opened: Any, tmp_path: Path, inherit: bool | None, is_taken: bool
) -> None:
    primary = fits.PrimaryHDU(header=tan_wcs().to_header())
    extension = fits.ImageHDU(pixels(), name="SCI")
    if inherit is not None:
        extension.header["INHERIT"] = inherit
    fits.HDUList([primary, extension]).writeto(tmp_path / "f.fits")
    found = settled_image_wcs(opened(tmp_path / "f.fits"))
    assert (found.wcs is not None) is is_taken
    assert found.decisions == (
        ("its header has no WCS: that of the primary header is taken",) if is_taken else ()
    )
    if is_taken:
        expected = tan_wcs().all_pix2world(3, 4, 0)
        np.testing.assert_allclose(found.wcs.all_pix2world(3, 4, 0), expected)
        # A cutout's header is cut from this one.
        assert found.header["CRVAL1"] == primary.header["CRVAL1"]


def test_a_primary_header_of_other_axes_gives_no_wcs(opened: Any, tmp_path: Path) -> None:
    primary = fits.PrimaryHDU()
    primary.header["CTYPE1"], primary.header["CTYPE2"] = "LINEAR", "LINEAR"
    fits.HDUList([primary, fits.ImageHDU(pixels())]).writeto(tmp_path / "f.fits")
    wcs, said = image_wcs(opened(tmp_path / "f.fits"))
    assert wcs is None and "no WCS in the header" in said


def test_no_wcs_is_said(opened: Any, tmp_path: Path) -> None:
    wcs, said = image_wcs(opened(write_image(tmp_path / "f.fits", pixels())))
    assert wcs is None and "no WCS" in said


def test_for_an_image_without_a_wcs_astropys_is_not_imported(tmp_path: Path) -> None:
    """It brings all of astropy's coordinates, a tenth of the program's start."""
    write_image(tmp_path / "plain.fits", pixels())
    code = f"""
import sys
from vetter.io.field.planes import open_plane
from vetter.io.fits.image_wcs import image_wcs, settled_image_wcs
said = image_wcs(open_plane("image", {str(tmp_path / "plain.fits")!r}).image)
print(said[0], "astropy.wcs" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["None", "False"]


def test_a_broken_wcs_is_said(opened: Any, tmp_path: Path) -> None:
    header = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CD1_1": 1.0, "CD1_2": 1.0}
    header |= {"CD2_1": 1.0, "CD2_2": 1.0}
    wcs, said = image_wcs(opened(write_image(tmp_path / "f.fits", pixels(), header)))
    assert wcs is None and "no WCS" in said


def test_a_wcs_with_tables(opened: Any, tmp_path: Path) -> None:
    wcs = tan_wcs()
    table = np.full((4, 4), 0.5, np.float32)
    wcs.cpdis1 = DistortionLookupTable(table, (1, 1), (1, 1), (30, 20))
    wcs.cpdis2 = DistortionLookupTable(table, (1, 1), (1, 1), (30, 20))
    hdus = wcs.to_fits(relax=True)
    hdus[0].data = pixels()
    hdus.writeto(tmp_path / "f.fits")
    read, said = image_wcs(opened(tmp_path / "f.fits"))
    assert said == "" and isinstance(read, WCS) and read.cpdis1 is not None
