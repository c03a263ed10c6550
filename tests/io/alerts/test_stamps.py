from __future__ import annotations

import base64
import gzip
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from PIL import Image

from tests.helpers.alert_files import noise, stamp
from vetter.errors import InputError
from vetter.io.alerts.packets import size_limits
from vetter.io.alerts.stamps import read_stamp


def with_extensions(*hdus: fits.ImageHDU) -> bytes:
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(noise()), *hdus]).writeto(out)
    return out.getvalue()


@pytest.mark.parametrize("packed", [True, False])
def test_stamps_are_read_packed_and_plain(packed: bool) -> None:
    found = read_stamp({"fileName": "x", "stampData": stamp(noise(), packed)})
    assert found is not None
    np.testing.assert_array_equal(found.image, noise())
    assert found.image.dtype == np.dtype("f4")


@pytest.mark.parametrize("packed", [True, False])
def test_stamp_of_the_most_bytes_is_read(packed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = stamp(noise(), False)
    value = stamp(noise(), packed)
    monkeypatch.setattr(size_limits, "STAMP", len(plain))
    assert read_stamp(value) is not None
    monkeypatch.setattr(size_limits, "STAMP", len(plain) - 1)
    with pytest.raises(InputError, match="bytes"):
        read_stamp(value)


def test_picture_of_the_most_pixels_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    Image.new("L", (20, 30)).save(out, "PNG")
    monkeypatch.setattr(size_limits, "STAMP", 4 * 20 * 30)
    found = read_stamp(out.getvalue())
    assert found is not None and found.image.shape == (30, 20)
    monkeypatch.setattr(size_limits, "STAMP", 4 * 20 * 30 - 1)
    with pytest.raises(InputError, match="20 x 30"):
        read_stamp(out.getvalue())


@pytest.mark.parametrize("rows", [noise((4, 6)).tolist(), noise((5, 5)).ravel().tolist()])
def test_rows_of_numbers_are_an_image(rows: list[Any]) -> None:
    found = read_stamp({"stampData": rows})
    assert found is not None and found.note == "numbers, not FITS"
    assert found.image.ravel().tolist() == np.ravel(rows).tolist() and found.image.ndim == 2


@pytest.mark.parametrize("value", [None, {"fileName": "x", "stampData": None}])
def test_null_is_no_stamp(value: Any) -> None:
    assert read_stamp(value) is None


def promising_ten_gigabytes() -> bytes:
    cards = ["SIMPLE  =                    T", "BITPIX  =                  -64"]
    cards += ["NAXIS   =                    2", "NAXIS1  =                36000"]
    cards += ["NAXIS2  =                36000", "END"]
    return "".join(f"{card:<80}" for card in cards).ljust(2880).encode()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b"", "is empty"),
        ({"stampData": b""}, "is empty"),
        ("text", "wanted a FITS image, found"),
        ([1.0, 2.0, 3.0], r"found an array of shape \(3,\)"),
        ([], r"found an array of shape \(0, 0\)"),
        ([[1.0, 2.0], [3.0]], "all of one length"),
        ([["a"]], "wanted rows of numbers"),
        (b"not FITS at all", "wanted a FITS image, found b'not FITS'$"),
        (stamp(noise())[:200], "damaged gzip"),
        (b"\x1f\x8b" + bytes(50), "damaged gzip"),
        (gzip.compress(b""), "found b''"),
        (gzip.compress(bytes(20 << 20)), "takes over"),
        (stamp(noise(), packed=False)[:2880], "FITS image"),
        (promising_ten_gigabytes(), "FITS image"),
        (stamp(np.zeros((2, 3, 4), np.float32)), "two dimensions"),
        (b"\xff\xd8\xff\xe0 no JPEG", "a picture that cannot be read"),
    ],
    # Packed bytes hold the time: as names of tests they would differ from process to process.
    ids=range(16),
)
def test_what_is_no_stamp_is_refused_in_words(value: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_stamp(value)


def test_a_picture_is_shown_the_right_way_up_and_said() -> None:
    from PIL import Image

    out = io.BytesIO()
    picture = np.zeros((8, 8), np.uint8)
    picture[0] = 255
    Image.fromarray(picture).save(out, "PNG")
    found = read_stamp(out.getvalue())
    assert found is not None
    assert found.image[-1, 0] == 255 and found.image[0, 0] == 0
    assert "no flux" in found.note


def test_scaled_integers_are_scaled() -> None:
    hdu = fits.PrimaryHDU(np.array([[1, 2], [3, 4]], np.int16))
    hdu.header["BSCALE"] = 0.5
    out = io.BytesIO()
    hdu.writeto(out)
    found = read_stamp(out.getvalue())
    assert found is not None
    assert found.image.tolist() == [[0.5, 1], [1.5, 2]]


def test_scaled_integers_cut_short_are_none() -> None:
    hdu = fits.PrimaryHDU(np.ones((60, 60), np.int16))
    hdu.header["BSCALE"] = 0.5
    out = io.BytesIO()
    hdu.writeto(out)
    # 7,200 bytes of pixels are promised, 2,880 are there beside as much of a header.
    with pytest.raises(InputError, match="two dimensions, found none"):
        read_stamp(out.getvalue()[: 2 * 2880])


def test_the_lowest_number_stands_for_no_data() -> None:
    image = noise()
    image[3, 4] = np.finfo(np.float32).min
    found = read_stamp(stamp(image))
    assert found is not None
    assert np.isnan(found.image[3, 4]) and np.isnan(found.image).sum() == 1
    assert found.note == "no data in 1 pixel"


def test_a_variance_becomes_one_sigma() -> None:
    uncertainty = fits.ImageHDU(np.full((63, 63), 9, np.float32), name="UNCERT")
    uncertainty.header["UTYPE"] = "VarianceUncertainty"
    found = read_stamp(with_extensions(uncertainty))
    assert found is not None and found.sigma is not None
    assert found.sigma[0, 0] == 3 and found.sigma_note == "variance converted"


def test_a_variance_beside_whole_numbers_with_fills_becomes_one_sigma() -> None:
    uncertainty = fits.ImageHDU(np.full((63, 63), 9, np.float32), name="UNCERT")
    uncertainty.header["UTYPE"] = "VarianceUncertainty"
    # A plane that the plain reader leaves to astropy, and the others with it.
    filled = fits.ImageHDU(np.ones((63, 63), np.int16), name="OTHER")
    filled.header["BLANK"] = -1
    found = read_stamp(with_extensions(uncertainty, filled))
    assert found is not None and found.sigma is not None
    assert found.sigma[0, 0] == 3 and found.sigma_note == "variance converted"


def test_a_standard_deviation_stays() -> None:
    uncertainty = fits.ImageHDU(np.full((63, 63), 9, np.float32), name="UNCERT")
    found = read_stamp(with_extensions(uncertainty))
    assert found is not None and found.sigma is not None
    assert found.sigma[0, 0] == 9 and not found.sigma_note


def test_the_psf_keeps_its_own_size() -> None:
    found = read_stamp(with_extensions(fits.ImageHDU(np.ones((41, 41)), name="PSFIMAGE")))
    assert found is not None and found.psf is not None
    assert found.psf.shape == (41, 41)


@pytest.mark.parametrize("kind", ["RICE_1", "GZIP_2", "HCOMPRESS_1"])
def test_a_compressed_stamp_is_read(kind: str) -> None:
    out = io.BytesIO()
    packed = fits.CompImageHDU(noise(), compression_type=kind)
    fits.HDUList([fits.PrimaryHDU(), packed]).writeto(out)
    found = read_stamp(out.getvalue())
    assert found is not None and found.image.shape == noise().shape
    # Quantised in steps of a quarter of the noise.
    np.testing.assert_allclose(found.image, noise(), atol=1.0)


def test_a_compressed_variance_beside_the_stamp_is_read() -> None:
    out = io.BytesIO()
    variance = fits.CompImageHDU(noise() ** 2, name="VARIANCE", quantize_level=0)
    fits.HDUList([fits.PrimaryHDU(noise()), variance]).writeto(out)
    found = read_stamp(out.getvalue())
    assert found is not None and found.sigma is not None
    np.testing.assert_allclose(found.sigma, noise(), rtol=1e-3)


def test_a_table_beside_the_stamp_is_passed_over() -> None:
    table = fits.BinTableHDU.from_columns([fits.Column("x", "J", array=[1])])
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(noise()), table]).writeto(out)
    found = read_stamp(out.getvalue())
    assert found is not None and found.image.shape == noise().shape


def test_a_compressed_image_larger_than_stamps_are_is_refused() -> None:
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(np.zeros((3000, 3000), "f4"))]).writeto(out)
    assert len(out.getvalue()) < 300_000
    with pytest.raises(InputError, match="found none"):
        read_stamp(out.getvalue())


def as_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    "encode",
    [
        as_base64,
        lambda data: base64.urlsafe_b64encode(data).decode().rstrip("="),
        lambda data: base64.encodebytes(data).decode(),
        lambda data: "data:application/fits;base64," + as_base64(data),
        lambda data: data.decode("latin-1"),
    ],
    ids=["base64", "of addresses", "of mail", "data address", "letter a byte"],
)
@pytest.mark.parametrize("packed", [True, False])
def test_stamps_in_text_are_decoded(encode: Callable[[bytes], str], packed: bool) -> None:
    found = read_stamp({"stampData": encode(stamp(noise(), packed))})
    assert found is not None
    np.testing.assert_array_equal(found.image, noise())


def test_a_number_a_byte_is_joined() -> None:
    found = read_stamp(list(stamp(noise())))
    assert found is not None
    np.testing.assert_array_equal(found.image, noise())
    with pytest.raises(InputError, match="numbers that are no bytes"):
        read_stamp([0x1F, 0x8B, 256])


@pytest.mark.parametrize("text", ["A", "https://example.org/stamp.fits", "SIMPLE  = \u2026"])
def test_text_that_is_no_stamp_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="wanted a FITS image"):
        read_stamp(text)


def hdus(*more: fits.ImageHDU) -> bytes:
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(np.ones((4, 5), np.float32)), *more]).writeto(out)
    return out.getvalue()


def plane(
    name: str, value: float, dtype: str = "f4", shape: tuple[int, int] = (4, 5), **cards: Any
) -> Any:
    return fits.ImageHDU(np.full(shape, value, dtype), fits.Header(cards), name=name)


@pytest.mark.parametrize(
    ("hdu", "sigma", "note"),
    [
        (plane("UNCERT", 4), 4, ""),
        (plane("UNCERT", 4, UTYPE="StdUncertainty"), 4, ""),
        (plane("UNCERT", 4, UTYPE="VarianceUncertainty"), 2, "variance converted"),
        (plane("UNCERT", 4, UTYPE="InverseVariance"), 0.5, "variance converted"),
        (plane("uncert", 4, UTYPE="stduncertainty"), 4, ""),
        (plane("VARIANCE", 4), 2, "variance converted"),
        (plane("UNCERT", 4, UTYPE="UnknownUncertainty"), None, ""),
        (plane("UNCERT", 4, shape=(4, 4)), None, ""),
        (plane("OTHER", 4), None, ""),
    ],
)
def test_uncertainty_is_converted_by_its_kind(hdu: Any, sigma: float | None, note: str) -> None:
    found = read_stamp(hdus(hdu))
    assert found is not None and found.sigma_note == note
    assert (found.sigma is None) == (sigma is None)
    assert sigma is None or np.unique(found.sigma).tolist() == [sigma]


def test_mask_is_of_integers_on_the_grid() -> None:
    found = read_stamp(hdus(plane("MASK", 8, "i2", MP_SAT=3), plane("PSFIMAGE", 0.5, shape=(3, 3))))
    assert found is not None and found.mask is not None and found.psf is not None
    assert np.unique(found.mask).tolist() == [8] and found.mask_header["MP_SAT"] == 3
    assert found.psf.shape == (3, 3) and found.psf.dtype == np.dtype("=f4")
    none = read_stamp(hdus(plane("MASK", 8, "f4"), plane("MASK", 8, "i2", (3, 3))))
    assert none is not None and none.mask is None and dict(none.mask_header) == {}


def test_pixels_without_data_are_counted() -> None:
    image = np.ones((4, 5), np.float32)
    image[0, :2], image[1, 1], image[2, 2] = -3.4e38, 1.1e37, 0.9e37
    found = read_stamp(stamp(image))
    assert found is not None and np.isnan(found.image).sum() == 3
    assert found.note == "no data in 3 pixels" and found.image.dtype == np.float32


@pytest.mark.parametrize(
    ("dtype", "found"), [("u1", "f4"), ("i2", "f4"), ("i4", "f8"), ("i8", "f8"), (">f4", "f4")]
)
def test_integers_become_floats_that_hold_them(dtype: str, found: str) -> None:
    read = read_stamp(stamp(np.full((4, 5), 100, dtype)))
    assert read is not None and read.image.dtype == np.dtype(found)
    assert (read.image == 100).all()


@pytest.mark.parametrize(
    ("rows", "shape"), [([[1, 2, 3], [4, 5, 6]], (2, 3)), ([1, 2, 3, 4], (2, 2)), ([7], (1, 1))]
)
def test_numbers_are_rows_or_a_square(rows: list[Any], shape: tuple[int, int]) -> None:
    found = read_stamp(rows)
    assert found is not None and found.image.shape == shape
    assert found.image.ravel().tolist() == np.ravel(rows).tolist()
    assert found.note == "numbers, not FITS"


@pytest.mark.parametrize("rows", [[1, 2, 3], [], [[]], [[[1]]], [[1, 2], [3]], ["a"]])
def test_numbers_of_no_image_are_refused(rows: list[Any]) -> None:
    with pytest.raises(InputError, match="wanted rows of numbers"):
        read_stamp(rows)
