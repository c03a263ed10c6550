"""The random numbers that were added to floats before they were rounded to integers.

The sequence is that of the FITS standard 4.0, section 10.2.1 and appendix I; its numbers and where
a tile starts in it are computed as cfitsio does.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from vetter.core.cutout.plane import Array

ZERO = -2147483646
"""What the second method of dithering packs where a pixel was exactly zero."""

_MANY = 10_000
_LAST_SEED = 1043618065


@lru_cache
def _numbers() -> Array:
    seed, seeds = 1, []
    for _ in range(_MANY):
        seed = 16807 * seed % 2147483647
        seeds.append(seed)
    assert seed == _LAST_SEED
    return (np.array(seeds) / 2147483647.0).astype(np.float32)


def dither(tile: int, pixels: Array) -> Array:
    """What was added to pixels of a tile.

    Parameters
    ----------
    tile : int
        The tile's number, from 0, plus the image's ``ZDITHER0``.
    pixels : numpy.ndarray
        Indices into the tile's pixels, any shape.

    Returns
    -------
    numpy.ndarray
        float32 from 0 to 1, shaped as ``pixels``.
    """
    numbers = _numbers()
    seed = (tile - 1) % _MANY
    out = np.empty(pixels.shape, np.float32)
    # The sequence is left at its end, and entered again where the next number says.
    begin, start = 0, int(numbers[seed] * np.float32(500))
    last = int(pixels.max(initial=-1))
    while begin <= last:
        end = begin + _MANY - start
        inside = (pixels >= begin) & (pixels < end)
        out[inside] = numbers[pixels[inside] - begin + start]
        seed = (seed + 1) % _MANY
        begin, start = end, int(numbers[seed] * np.float32(500))
    return out
