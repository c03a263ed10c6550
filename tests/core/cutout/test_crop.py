"""Cropping: pixels, header and WCS of a part of an image."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from tests.helpers.distorted_wcs import WCSS, with_tables
from vetter.core.coordinates.wcs import header_wcs, wcs_cards, without_tables
from vetter.core.cutout.crop import (
    card_number,
    crop_header,
    crop_image,
    crop_image_centered,
    crop_wcs,
    fill_masked,
)
from vetter.core.cutout.plane import Box
from vetter.errors import InputError

X, Y = np.array([0.0, 40.0, 0.0, 40.0, 20.3]), np.array([0.0, 0.0, 30.0, 30.0, 11.7])


def test_inside_is_a_copy_of_the_same_dtype() -> None:
    image = np.arange(30, dtype=np.int16).reshape(5, 6)
    part = crop_image(image, 1, 2, 3, 2)
    assert part.dtype == np.int16
    assert part.tolist() == [[13, 14, 15], [19, 20, 21]]
    part[:] = 0
    assert image[2, 1] == 13


@pytest.mark.parametrize(
    ("dtype", "outside"), [("f4", np.nan), ("f8", np.nan), ("u2", 0), ("i8", 0), ("?", True)]
)
def test_off_the_image(dtype: str, outside: float) -> None:
    part = crop_image(np.zeros((4, 4), dtype), -2, 1, 4, 2)
    assert part.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(part[:, :2], np.full((2, 2), outside, dtype))
    assert not part[:, 2:].any()


def test_wholly_off_the_image() -> None:
    assert np.isnan(crop_image(np.ones((4, 4)), 100, -100, 3, 2)).all()


def test_big_endian_and_read_only_input() -> None:
    image = np.arange(16, dtype=">f8").reshape(4, 4)
    image.flags.writeable = False
    part = crop_image(image, 0, 0, 2, 2)
    assert part.dtype.isnative
    assert part.flags.writeable


def test_masked_pixels_become_nan() -> None:
    part = crop_image(np.ma.MaskedArray([[1, 2], [3, 4]], [[0, 1], [0, 0]]), 0, 0, 2, 2)
    np.testing.assert_array_equal(part, [[1, np.nan], [3, 4]])


@pytest.mark.parametrize(("x", "column"), [(0.5, 1), (1.5, 2), (2.49, 2), (-0.5, 0), (-0.51, -1)])
def test_halves_are_rounded_up(x: float, column: int) -> None:
    image = np.arange(10.0)[np.newaxis].repeat(10, axis=0)
    part = crop_image_centered(image, x, 5, 1.2)
    assert part.shape == (5, 5)
    middle = part[2, 2]
    assert np.isnan(middle) if column < 0 else middle == column


def test_a_cube_is_refused() -> None:
    with pytest.raises(InputError, match="two-dimensional"):
        crop_image(np.zeros((2, 3, 4)), 0, 0, 1, 1)


def test_a_position_that_is_nan_is_refused() -> None:
    with pytest.raises(InputError, match="finite"):
        crop_image_centered(np.zeros((3, 3)), np.nan, 1, 1)


def test_header_is_of_the_part() -> None:
    header = fits.Header(
        [
            ("SIMPLE", True),
            ("BITPIX", 16),
            ("NAXIS", 2),
            ("NAXIS1", 100),
            ("NAXIS2", 90),
            ("BZERO", 32768),
            ("BSCALE", 1),
            ("CHECKSUM", "abc"),
            ("DATASUM", "123"),
            ("DATASEC", "[1:100,1:90]"),
            ("CCDSEC1", "[1:100,1:90]"),
            ("CRPIX1", 50.5),
            ("CRPIX2A", 40.5),
            ("LTV1", -3.0),
            ("OBJECT", "M 1"),
        ]
    )
    before = repr(header)
    cropped = crop_header(header, Box(10, -5, 21, 22))
    assert repr(header) == before
    gone = ("SIMPLE", "BITPIX", "BZERO", "BSCALE", "CHECKSUM", "DATASUM", "DATASEC", "CCDSEC1")
    assert not [keyword for keyword in gone if keyword in cropped]
    wanted = {
        "NAXIS": 2,
        "NAXIS1": 21,
        "NAXIS2": 22,
        "CRPIX1": 40.5,
        "CRPIX2A": 45.5,
        "LTV1": -13.0,
        "LTV2": 5.0,
        "CROP_X1": 10,
        "CROP_X2": 31,
        "CROP_Y1": -5,
        "CROP_Y2": 17,
        "OBJECT": "M 1",
    }
    assert {keyword: cropped[keyword] for keyword in wanted} == wanted


def test_physical_coordinates_add_up_over_two_crops() -> None:
    once = crop_header(fits.Header(), Box(10, 20, 30, 30))
    twice = crop_header(once, Box(3, 4, 5, 5))
    assert (twice["LTV1"], twice["LTV2"]) == (-13, -24)
    assert list(twice).count("LTV1") == 1


@pytest.mark.parametrize("kind", WCSS)
def test_wcs_follows_the_crop(kind: str) -> None:
    wcs = WCSS[kind]()
    before = np.array(wcs.all_pix2world(X + 100, Y + 200, 0))
    cropped = crop_wcs(wcs, Box(100, 200, 41, 31))
    np.testing.assert_allclose(cropped.all_pix2world(X, Y, 0), before, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(wcs.all_pix2world(X + 100, Y + 200, 0), before)
    assert cropped.pixel_shape == (41, 31)


def test_header_of_the_real_field_follows_the_crop(real_data: object) -> None:
    header = fits.getheader(f"{real_data}/decam_field/science.fits")
    cropped = header_wcs(crop_header(header, Box(100, 200, 41, 31)))
    whole = header_wcs(header)
    assert cropped is not None and whole is not None
    np.testing.assert_allclose(
        cropped.all_pix2world(X, Y, 0), whole.all_pix2world(X + 100, Y + 200, 0), atol=1e-12
    )


@pytest.mark.parametrize("kind", ["sip", "tpv"])
def test_cards_of_a_wcs_lose_no_digits(kind: str) -> None:
    wcs = WCSS[kind]()
    again = header_wcs(wcs_cards(wcs))
    assert again is not None
    np.testing.assert_allclose(
        again.all_pix2world(X, Y, 0), wcs.all_pix2world(X, Y, 0), rtol=0, atol=1e-12
    )


def test_without_tables_is_exact_at_the_position() -> None:
    wcs = with_tables()
    plain = without_tables(wcs, 500.0, 400.0)
    here = np.array(plain.all_pix2world(500, 400, 0))
    # The tables move it by up to an arcsecond; 2e-6 degrees is a fortieth of a pixel.
    np.testing.assert_allclose(here, wcs.all_pix2world(500, 400, 0), rtol=0, atol=2e-6)


def test_a_header_without_sky_has_no_wcs() -> None:
    assert header_wcs(fits.Header([("CRPIX1", 1.0)])) is None
    assert header_wcs(fits.Header([("CTYPE1", "PIXEL"), ("CTYPE2", "PIXEL")])) is None


def test_a_header_that_wants_tables_says_so() -> None:
    hdus = with_tables().to_fits(relax=True)
    with pytest.raises(InputError, match="look-up tables"):
        header_wcs(hdus[0].header)


def test_a_nonsense_wcs_is_one_clear_error() -> None:
    header = fits.Header([("CTYPE1", "RA---TAN"), ("CTYPE2", "RA---TAN")])
    with pytest.raises(InputError, match="cannot be used"):
        header_wcs(header)


def test_a_text_for_a_reference_pixel_is_left_as_it_is() -> None:
    header = fits.Header([("CRPIX1", "bad"), ("CRPIX2", 9.0)])
    cropped = crop_header(header, Box(3, 4, 5, 5))
    assert (cropped["CRPIX1"], cropped["CRPIX2"]) == ("bad", 5.0)


def header_of(*cards: str) -> fits.Header:
    """A header of cards as they stand in a file, whatever they hold."""
    return fits.Header.fromstring("".join(card.ljust(80) for card in cards))


NO_NUMBERS = ["NaN", "nan", "inf", "1E999", "-1E999", "'text'", "''", "(1.0, 2.0)", "T", ""]


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_crop_takes_ltv_without_number_as_missing(value: str) -> None:
    cropped = crop_header(header_of(f"LTV1    = {value}", "LTV2    = 2.5"), Box(3, 4, 5, 5))
    assert (cropped["LTV1"], cropped["LTV2"]) == (-3, -1.5)


@pytest.mark.parametrize("value", ["1.5D1", "15", "'15.0'"])
def test_crop_moves_any_number_of_ltv(value: str) -> None:
    assert crop_header(header_of(f"LTV1    = {value}"), Box(3, 4, 5, 5))["LTV1"] == 12


@pytest.mark.parametrize("value", NO_NUMBERS[3:])
def test_crop_keeps_reference_pixel_without_number(value: str) -> None:
    card = f"CRPIX1  = {value}".ljust(80)
    assert card in crop_header(header_of(card, "CRPIX2  = 9.0"), Box(3, 4, 5, 5)).tostring()


@pytest.mark.parametrize("value", NO_NUMBERS[:3])
def test_crop_passes_unparsable_reference_pixel(value: str) -> None:
    cropped = crop_header(header_of(f"CRPIX1  = {value}", "CRPIX2  = 9.0"), Box(3, 4, 5, 5))
    assert "CRPIX1" in cropped and cropped["CRPIX2"] == 5.0


def test_of_more_axes_the_celestial_ones_are_cropped() -> None:
    wcs = WCS(naxis=3)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN", "FREQ"]
    wcs.wcs.crpix = [10, 20, 1]
    cropped = crop_wcs(wcs, Box(3, 4, 5, 6))
    assert cropped.naxis == 2 and cropped.pixel_shape == (5, 6)
    assert cropped.wcs.crpix.tolist() == [7, 16]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, 1.0),
        ("2.5", 2.5),
        (True, None),
        (1 + 2j, None),
        (None, None),
        ("north", None),
        (float("nan"), None),
        (float("inf"), None),
        pytest.param(10**400, None, id="huge"),
    ],
)
def test_value_of_a_card_is_a_finite_number(value: object, number: float | None) -> None:
    assert card_number(value) == number


def test_crop_of_an_image_brings_its_header() -> None:
    header = fits.Header({"CRPIX1": 5.0, "CRPIX2": 6.0})
    data = np.arange(12.0).reshape(3, 4)
    pixels, cropped = crop_image(data, 1, 2, 3, 1, header)
    assert pixels.tolist() == [[9, 10, 11]]
    assert (cropped["CRPIX1"], cropped["CRPIX2"], cropped["NAXIS1"], cropped["NAXIS2"]) == (
        4,
        4,
        3,
        1,
    )
    assert [cropped[f"CROP_{name}"] for name in ("X1", "X2", "Y1", "Y2")] == [1, 4, 2, 3]
    assert (cropped["LTV1"], cropped["LTV2"]) == (-1, -2) and header["CRPIX1"] == 5
    pixels, cropped = crop_image_centered(data, 2.2, 1.4, 0.5, header)
    assert pixels.tolist() == [[1, 2, 3], [5, 6, 7], [9, 10, 11]]
    assert (cropped["CRPIX1"], cropped["CRPIX2"]) == (4, 6)


@pytest.mark.parametrize("place", [(np.nan, 1), (1, np.inf)])
def test_position_that_is_not_finite_is_refused(place: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="position: expected finite x and y, found"):
        crop_image_centered(np.ones((3, 3)), *place, 1)


def test_wcs_of_three_axes_without_sky_is_shifted_too() -> None:
    wcs = WCS(naxis=3)
    wcs.wcs.crpix = 10, 20, 30
    cropped = crop_wcs(wcs, Box(3, 4, 5, 6))
    assert cropped.naxis == 3 and cropped.wcs.crpix.tolist() == [7, 16, 30]
    assert wcs.wcs.crpix.tolist() == [10, 20, 30]


@pytest.mark.parametrize(
    ("values", "filled"),
    [
        (np.array([False, True, False]), [True, True, False]),
        (np.array([1.5, 2.5, 3.5], np.float32), [np.nan, 2.5, 3.5]),
        (np.array([1, 2, 3], np.int16), [np.nan, 2, 3]),
    ],
)
def test_masked_pixels_are_nan_and_bad_in_a_mask(values: np.ndarray, filled: list[float]) -> None:
    found = fill_masked(np.ma.MaskedArray(values, [True, False, False]))
    np.testing.assert_array_equal(found, filled)
    assert found.dtype == (np.float64 if values.dtype.kind == "i" else values.dtype)
