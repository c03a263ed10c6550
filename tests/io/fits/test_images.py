from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.field_files import pixels, write_image
from vetter.errors import InputError
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.fits.images import FitsImage, open_image

ALL = (slice(None), slice(None))
PART = (slice(3, 7), slice(10, 30))


@pytest.fixture
def opened() -> Iterator[Any]:
    """Opens images, and closes them at the end."""
    images: list[FitsImage] = []

    def open_(spec: str | Path, prefer: str | None = None) -> FitsImage:
        images.append(open_image(parse_fits_name(spec), prefer))
        return images[-1]

    yield open_
    for image in images:
        image.close()


def integers(dtype: str) -> Any:
    return np.arange(600).astype(dtype).reshape(20, 30)


@pytest.mark.parametrize(
    "data",
    [integers(kind) for kind in ("u1", "i2", "i4", "i8", "u2", "u4", "u8", "f4", "f8")],
    ids="uint8 int16 int32 int64 uint16 uint32 uint64 float32 float64".split(),
)
def test_values_as_astropy_reads_them(opened: Any, tmp_path: Path, data: Any) -> None:
    image = opened(write_image(tmp_path / "f.fits", data))
    np.testing.assert_array_equal(image.read(PART), data[PART])
    assert image.read(PART).dtype.isnative


def test_scaled_integers(opened: Any, tmp_path: Path) -> None:
    hdu = fits.PrimaryHDU(integers("f4") * 0.5 + 3)
    hdu.scale("int16", bscale=0.5, bzero=3)
    hdu.writeto(tmp_path / "f.fits")
    image = opened(tmp_path / "f.fits")
    assert not image.is_integer
    np.testing.assert_allclose(image.read(PART), integers("f4")[PART] * 0.5 + 3)


@pytest.mark.parametrize("kind", ["i2", "f4"])
@pytest.mark.parametrize("scale", [1e-44, 1e46])
def test_scale_outside_single_precision_keeps_its_digits(
    opened: Any, tmp_path: Path, kind: str, scale: float
) -> None:
    # astropy would scale the pixels themselves: its EXTEND card is written over.
    path = write_image(tmp_path / "f.fits", integers(kind))
    card = f"BSCALE  = {scale:>20}".encode()
    path.write_bytes(path.read_bytes().replace(b"EXTEND  =                    T", card, 1))
    np.testing.assert_allclose(opened(path).read(PART), integers("f8")[PART] * scale)


def test_blank_integers_are_nan(opened: Any, tmp_path: Path) -> None:
    write_image(tmp_path / "f.fits", integers("i2"), {"BLANK": 5})
    values = opened(tmp_path / "f.fits").read(ALL)
    assert np.isnan(values[0, 5]) and values[0, 6] == 6


def test_rows_of_a_wide_image(opened: Any, tmp_path: Path) -> None:
    data = np.arange(50 * 3000, dtype=np.float32).reshape(50, 3000)
    image = opened(write_image(tmp_path / "f.fits", data))
    region = (slice(0, 41), slice(100, 141))
    np.testing.assert_array_equal(image.read(region), data[region])


@pytest.mark.parametrize("kind", ["RICE_1", "GZIP_2", "HCOMPRESS_1"])
def test_tiles(opened: Any, tmp_path: Path, kind: str) -> None:
    hdu = fits.CompImageHDU(integers("i2"), compression_type=kind)
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(tmp_path / "f.fits.fz")
    image = opened(tmp_path / "f.fits.fz")
    assert image.is_integer and image.shape == (20, 30)
    for _ in range(20):
        np.testing.assert_array_equal(image.read(PART), integers("i2")[PART])


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed_files_whatever_their_name(opened: Any, tmp_path: Path, pack: Any) -> None:
    plain = write_image(tmp_path / "f.fits", pixels())
    plain.write_bytes(pack(plain.read_bytes()))
    np.testing.assert_array_equal(opened(plain).read(PART), pixels()[PART])


def extensions(path: Path) -> Path:
    images = [fits.ImageHDU(np.full((4, 4), n, np.float32), name="SCI", ver=n) for n in (1, 2)]
    mask = fits.ImageHDU(np.zeros((4, 4), np.uint8), name="MASK")
    fits.HDUList([fits.PrimaryHDU(), *images, mask]).writeto(path)
    return path


@pytest.mark.parametrize(
    ("suffix", "value"), [("", 1), ("[2]", 2), ("[SCI]", 1), ("[SCI,2]", 2), ("[sci,2]", 2)]
)
def test_extensions(opened: Any, tmp_path: Path, suffix: str, value: int) -> None:
    assert opened(f"{extensions(tmp_path / 'f.fits')}{suffix}").read(ALL)[0, 0] == value


def test_the_extension_called_as_the_plane_is_preferred(opened: Any, tmp_path: Path) -> None:
    image = opened(extensions(tmp_path / "f.fits"), prefer="mask")
    assert image.name.suffix == "[MASK]"


def test_a_slice_of_a_cube(opened: Any, tmp_path: Path) -> None:
    data = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    path = write_image(tmp_path / "f.fits", data)
    np.testing.assert_array_equal(opened(f"{path}[0][1]").read(ALL), data[1])


def test_a_cube_of_one_slice_is_an_image(opened: Any, tmp_path: Path) -> None:
    path = write_image(tmp_path / "f.fits", np.ones((1, 3, 4), np.float32))
    assert opened(path).shape == (3, 4)


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("odd_fits/arange.fits", "cube of 11x10x7; choose a slice"),
        ("odd_fits/equatorial_3d.fits", "cube of 7x5x4"),
        ("odd_fits/arange.fits[0][7]", "no slice"),
        ("odd_fits/random_groups.fits", "random groups"),
        ("odd_fits/text_named_fits.fits", "expected a FITS image"),
        ("odd_fits/truncated_midimage_MADE.fits", "cut short"),
        ("odd_fits/test0.fits[7]", "no HDU"),
        ("odd_fits/nothing.fits", "no such file"),
        ("odd_fits", "found a folder"),
        ("decam_field/candidates_derived.csv", "expected a FITS image"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(real_data: Path, spec: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        open_image(parse_fits_name(real_data / spec))
    assert "\n" not in str(caught.value)
    assert Path(spec.partition("[")[0]).name in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "shape"),
    [
        ("blank.fits", (1, 1)),
        ("compressed_with_nan.fits", (12, 12)),
        ("double_ext.fits", (5, 5)),
        ("gzip_named_fits_MADE.fits", (256, 256)),
        ("m13.fits", (300, 300)),
        ("m13_rice.fits", (300, 300)),
        ("scale.fits", (21, 20)),
        ("sip-wcs.fits", (50, 100)),
        ("test0.fits[SCI,2]", (40, 40)),
    ],
)
def test_odd_files_that_can_be_used(
    opened: Any, real_data: Path, spec: str, shape: tuple[int, int]
) -> None:
    image = opened(f"{real_data / 'odd_fits' / spec}")
    assert image.shape == shape == image.read(ALL).shape


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "f.fits").touch()
    with pytest.raises(InputError, match="empty"):
        open_image(parse_fits_name(tmp_path / "f.fits"))


def test_a_header_that_promises_too_much_costs_nothing(tmp_path: Path) -> None:
    header = fits.PrimaryHDU(np.zeros((2, 2), np.float32)).header
    header["NAXIS1"], header["NAXIS2"] = 100_000, 100_000
    (tmp_path / "f.fits").write_bytes(header.tostring().encode())
    with pytest.raises(InputError, match="promises 40000"):
        open_image(parse_fits_name(tmp_path / "f.fits"))


def test_a_file_cut_while_it_is_open(opened: Any, tmp_path: Path) -> None:
    path = write_image(tmp_path / "f.fits", pixels())
    image = opened(path)
    with path.open("r+b") as file:
        file.truncate(3000)
    with pytest.raises(InputError, match="cut short while it was open"):
        image.read(PART)


def test_a_file_that_vanishes_stays_readable(opened: Any, tmp_path: Path) -> None:
    path = write_image(tmp_path / "f.fits", pixels())
    image = opened(path)
    path.unlink()
    np.testing.assert_array_equal(image.read(PART), pixels()[PART])


def test_damaged_gzip(tmp_path: Path) -> None:
    data = gzip.compress(write_image(tmp_path / "a.fits", pixels()).read_bytes())
    (tmp_path / "f.fits.gz").write_bytes(data[:2000])
    with pytest.raises(InputError, match="damaged packed file"):
        open_image(parse_fits_name(tmp_path / "f.fits.gz"))


def test_a_large_image_is_read_whole(opened: Any, tmp_path: Path) -> None:
    large = np.arange(1100 * 1000, dtype=np.float32).reshape(1100, 1000)
    image = opened(write_image(tmp_path / "large.fits", large))
    assert np.array_equal(image.read((slice(None), slice(None))), large)
    part = slice(30, 1090), slice(1, 999)
    assert np.array_equal(image.read(part), large[part])
