from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from vetter.core.cutout.plane import Box, Provenance
from vetter.errors import InputError
from vetter.io.field.field_planes import open_planes
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input

STARS = np.array([[30.0, 20.0], [30.004, 20.003], [29.997, 19.996], [29.992, 20.006]])
BOX = Box(40, 40, 31, 31)


def header(angle: float, scale: float = 1.0, size: tuple[int, int] = (120, 120)) -> fits.Header:
    turn = np.radians(angle)
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = 30.0, 20.0
    wcs.wcs.crpix = size[1] / 2, size[0] / 2
    wcs.wcs.cd = (
        scale / 3600 * np.array([[-np.cos(turn), np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    )
    return wcs.to_header()


def sky(cards: fits.Header, size: tuple[int, int] = (120, 120)) -> Any:
    """Stars of one width on the sky (2.5 arcsec sigma), at their places in this image."""
    wcs = WCS(cards)
    rows, columns = np.mgrid[: size[0], : size[1]]
    sigma = 2.5 / (3600 * abs(np.linalg.det(wcs.pixel_scale_matrix)) ** 0.5)
    image = np.full(size, 50.0)
    for x, y in zip(*wcs.all_world2pix(*STARS.T, 0), strict=True):
        image += 800 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * sigma**2))
    return image


def write(path: Path, pixels: Any, cards: fits.Header | None = None) -> str:
    fits.PrimaryHDU(pixels, cards).writeto(path)
    return str(path)


@pytest.fixture
def image(tmp_path: Path) -> str:
    return write(tmp_path / "image.fits", sky(header(0)), header(0))


@pytest.mark.parametrize(
    ("angle", "scale", "size"),
    [(25, 1.0, (120, 120)), (0, 0.7, (200, 190)), (140, 1.3, (100, 130))],
)
def test_a_template_on_another_grid_shows_the_same_stars(
    image: str, tmp_path: Path, angle: float, scale: float, size: tuple[int, int]
) -> None:
    cards = header(angle, scale, size)
    other = write(tmp_path / "t.fits", sky(cards, size), cards)
    planes = open_planes({"image": image, "template": other})
    here, there = (planes.planes[name].read(BOX) for name in ("image", "template"))
    assert there.shape == here.shape and np.isfinite(there).all()
    np.testing.assert_allclose(there, here, atol=4.0)
    assert planes.plane_notes["template"].startswith("reprojected")
    assert planes.provenance["template"] is Provenance.REPROJECTED
    planes.close()


def test_a_mask_on_another_grid_keeps_its_bits(image: str, tmp_path: Path) -> None:
    bits = np.zeros((120, 120), np.int32)
    cards = header(90)
    x, y = (round(float(v)) for v in WCS(cards).all_world2pix(30.0, 20.0, 0))
    bits[y - 2 : y + 3, x - 2 : x + 3] = 6
    planes = open_planes({"image": image, "mask": write(tmp_path / "m.fits", bits, cards)})
    mask, found = planes.planes["mask"].read_both(BOX)
    assert mask.sum() == 25 and found[mask].tolist() == [6] * 25
    np.testing.assert_array_equal(planes.planes["mask"].read(BOX), mask)
    planes.close()


def test_a_variance_is_converted_and_then_put_on_the_grid(image: str, tmp_path: Path) -> None:
    cards = header(90)
    planes = open_planes(
        {"image": image},
        variance=write(tmp_path / "v.fits", np.full((120, 120), 9.0), cards),
    )
    np.testing.assert_allclose(planes.planes["err"].read(BOX), 3.0)
    assert planes.plane_notes["err"].startswith("variance converted, reprojected")
    assert planes.provenance["err"] == Provenance.CONVERTED | Provenance.REPROJECTED
    planes.close()


def test_off_the_image_is_off_though_the_template_goes_on(image: str, tmp_path: Path) -> None:
    cards = header(0, 1.0, (200, 200))
    other = write(tmp_path / "t.fits", sky(cards, (200, 200)), cards)
    planes = open_planes({"image": image, "template": other})
    values = planes.planes["template"].read(Box(-5, 50, 20, 20))
    assert np.isnan(values[:, :5]).all() and np.isfinite(values[:, 5:]).all()
    planes.close()


def test_where_the_template_ends_is_nan(image: str, tmp_path: Path) -> None:
    cards = header(0, 1.0, (60, 60))
    other = write(tmp_path / "t.fits", sky(cards, (60, 60)), cards)
    planes = open_planes({"image": image, "template": other})
    values = planes.planes["template"].read(Box(20, 20, 80, 80))
    assert np.isfinite(values).sum() == 60 * 60
    assert np.isnan(planes.planes["template"].read(Box(0, 0, 10, 10))).all()
    planes.close()


def test_one_shape_without_a_wcs_is_taken_as_aligned(image: str, tmp_path: Path) -> None:
    other = write(tmp_path / "t.fits", sky(header(0)))
    planes = open_planes({"image": image, "template": other})
    assert "template" not in planes.plane_notes
    planes.close()


def test_two_fits_of_one_pointing_are_aligned(image: str, tmp_path: Path) -> None:
    cards = header(0)
    cards["CRPIX1"] += 0.3
    planes = open_planes(
        {"image": image, "template": write(tmp_path / "t.fits", sky(cards), cards)}
    )
    assert "template" not in planes.plane_notes
    planes.close()


def test_another_shape_without_a_wcs_is_refused(image: str, tmp_path: Path) -> None:
    other = write(tmp_path / "t.fits", np.ones((50, 60)))
    with pytest.raises(InputError, match=r"t\.fits: template is 60 x 50 .* 120 x 120.*have a WCS"):
        open_planes({"image": image, "template": other})


def test_a_cutout_says_what_was_reprojected(image: str, tmp_path: Path) -> None:
    cards = header(25)
    other = write(tmp_path / "t.fits", sky(cards), cards)
    (tmp_path / "l.csv").write_text("id,ra,dec\na,30.0,20.0\n")
    options = InputOptions(planes={"image": image, "template": other})
    source = open_input([str(tmp_path / "l.csv")], options)
    cutout = source.cutout(0, 10)
    assert cutout.notes["template"].startswith("reprojected")
    assert np.unravel_index(np.nanargmax(cutout["template"]), (21, 21)) == (10, 10)
    source.close()


def test_a_template_of_another_place_is_said_not_to_cover_it(image: str, tmp_path: Path) -> None:
    cards = header(0, 1.0, (60, 60))
    other = write(tmp_path / "t.fits", sky(cards, (60, 60)), cards)
    (tmp_path / "l.csv").write_text("id,x,y\na,60,60\nb,10,10\n")
    options = InputOptions(planes={"image": image, "template": other})
    source = open_input([str(tmp_path / "l.csv")], options)
    assert source.cutout(0, 10).notes["template"].startswith("reprojected")
    assert source.cutout(1, 10).notes["template"] == "does not cover this place"
    source.close()
