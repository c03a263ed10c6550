from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.io.fits.hdu.compressed._compression import CfitsioException

from vetter.io.fits.rice import rice_tiles

REGIONS = [
    (slice(0, 75), slice(0, 130)),
    (slice(18, 33), slice(35, 61)),
    (slice(74, 75), slice(129, 130)),
    (slice(5, 5), slice(1, 9)),
]


def sky(kind: str = "f4") -> Any:
    return np.random.default_rng(1).normal(100, 20, (75, 130)).astype(kind)


def with_holes() -> Any:
    image = sky()
    image[20:30, 40:60] = np.nan
    return image


def with_zeros() -> Any:
    image = sky()
    image[::2, ::3] = 0
    return image


def both(path: Path, data: Any, options: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The file, astropy's HDU, and the tiles or None."""
    fits.CompImageHDU(data, compression_type="RICE_1", **options).writeto(path)
    file = path.open("rb")
    hdu = fits.open(file, memmap=False)[1]
    return file, hdu, rice_tiles(file, hdu)


@pytest.mark.parametrize(
    ("data", "options"),
    [
        (sky(), {}),
        (sky(), {"tile_shape": (20, 30)}),
        (sky(), {"quantize_method": 1, "dither_seed": 7}),
        (with_zeros(), {"quantize_method": 2, "dither_seed": 9999}),
        (with_holes(), {}),
        (with_holes(), {"quantize_method": 1, "dither_seed": 3}),
        (sky("f8"), {"quantize_method": 1, "dither_seed": 3}),
        (sky("u1"), {}),
        (sky("i2"), {"tile_shape": (7, 130)}),
        (sky("i4") - 3_000_000, {}),
        (sky(), {"tile_shape": (20, 30), "quantize_method": 1, "dither_seed": 10_000}),
    ],
    ids=["rows", "tiles", "dither", "zeros", "nan", "nan, dither", "f8", "u1", "i2", "i4"]
    + ["tiles, dither"],
)
def test_the_same_values_as_astropy(tmp_path: Path, data: Any, options: dict[str, Any]) -> None:
    file, hdu, tiles = both(tmp_path / "f.fits", data, options)
    with file:
        for region in REGIONS:
            values, wanted = tiles.read(region), hdu.section[region]
            assert values.dtype == wanted.dtype.newbyteorder("=")
            np.testing.assert_array_equal(values, wanted)


def test_a_sequence_of_dither_that_starts_anew_within_a_tile(tmp_path: Path) -> None:
    data = np.random.default_rng(2).normal(5, 2, (3, 25_000)).astype(np.float32)
    options = {"quantize_method": 1, "dither_seed": 9_999}
    file, hdu, tiles = both(tmp_path / "f.fits", data, options)
    with file:
        region = (slice(0, 3), slice(9_000, 24_990))
        np.testing.assert_array_equal(tiles.read(region), hdu.section[region])


def test_seed_below_one_counts_round(tmp_path: Path) -> None:
    path = tmp_path / "f.fits"
    file, _, tiles = both(path, sky(), {"quantize_method": 1, "dither_seed": 7})
    wanted = tiles.read(REGIONS[1])
    file.close()
    content = path.read_bytes()
    card = content[content.index(b"ZDITHER0=") :][:80]
    path.write_bytes(content.replace(card, f"{'ZDITHER0=               -19993':<80}".encode()))
    with path.open("rb") as damaged, fits.open(damaged, memmap=False) as hdus:
        found = rice_tiles(damaged, hdus[1])
        assert found is not None
        np.testing.assert_array_equal(found.read(REGIONS[1]), wanted)


@pytest.mark.parametrize("start", [b"\x10", b"\x55" * 60], ids=["a run of zeros", "codes"])
def test_a_tile_that_ends_too_early_is_said(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "f.fits"
    file, _, tiles = both(path, sky(), {})
    with file:
        length, offset = tiles._places[74].tolist()
        with path.open("r+b") as damaged:
            damaged.seek(tiles._heap + offset + 4)
            damaged.write(start.ljust(length - 4, start[:1] if len(start) > 1 else b"\0"))
        with pytest.raises(CfitsioException, match="end of compressed"):
            tiles.read((slice(74, 75), slice(0, 129)))


@pytest.mark.parametrize(
    ("data", "options"),
    [(sky("u2"), {}), (sky(), {"quantize_level": 0})],
    ids=["shifted integers", "floats without loss"],
)
def test_what_is_not_plain_rice_is_left_to_astropy(
    tmp_path: Path, data: Any, options: dict[str, Any]
) -> None:
    file, _, tiles = both(tmp_path / "f.fits", data, options)
    file.close()
    assert tiles is None


def test_a_tile_that_is_packed_otherwise_is_left_to_astropy(tmp_path: Path) -> None:
    data = np.ones((75, 130), np.float32)
    file, _, tiles = both(tmp_path / "f.fits", data, {})
    with file:
        assert tiles.read(REGIONS[0]) is None


def test_a_heap_cut_short_is_said(tmp_path: Path) -> None:
    path = tmp_path / "f.fits"
    file, _, tiles = both(path, sky(), {})
    with file:
        with path.open("r+b") as end:
            end.truncate(tiles._heap + 10)
        with pytest.raises(ValueError, match="cut short"):
            tiles.read(REGIONS[0])
