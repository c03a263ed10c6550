"""Tiles are unpacked once, when a region first touches them, and no others."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.io.fits.images import Region, TileCache

IMAGE = np.arange(23 * 31).reshape(23, 31)


class Packed:
    """Counts how often each pixel is unpacked."""

    def __init__(self) -> None:
        self.times = np.zeros(IMAGE.shape, int)

    def unpack(self, region: Region) -> np.ndarray:
        self.times[region] += 1
        return IMAGE[region].copy()


@pytest.fixture
def packed() -> Packed:
    return Packed()


REGIONS = [
    (slice(0, 5), slice(0, 5)),
    (slice(3, 14), slice(9, 20)),
    (slice(20, 23), slice(28, 31)),
    (slice(0, 23), slice(0, 31)),
]


@pytest.mark.parametrize("tile", [(1, 31), (8, 8), (23, 31), (5, 7)])
def test_the_image_s_own_values_whatever_the_tiles(packed: Packed, tile: tuple[int, int]) -> None:
    kept = TileCache(IMAGE.shape, tile, packed.unpack)
    for region in REGIONS:
        np.testing.assert_array_equal(kept.read(region), IMAGE[region])


def test_only_what_is_touched_is_unpacked(packed: Packed) -> None:
    TileCache(IMAGE.shape, (8, 8), packed.unpack).read((slice(9, 12), slice(15, 17)))
    expected = np.zeros(IMAGE.shape, int)
    expected[8:16, 8:24] = 1
    np.testing.assert_array_equal(packed.times, expected)


def test_what_was_unpacked_is_not_unpacked_again(packed: Packed) -> None:
    kept = TileCache(IMAGE.shape, (8, 8), packed.unpack)
    for _ in range(2):
        for region in REGIONS[:3]:
            kept.read(region)
    assert packed.times.max() == 1
