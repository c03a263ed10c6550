"""Colour maps: tables of 4,096 ready pixels, 0xffRRGGBB."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

LEVELS = 4096
COLOUR_MAPS = ("grey", "viridis", "magma", "inferno", "diverging")

NO_DATA = 0xFF4A4D38
"""Colour of NaN pixels: a dull olive, which none of the maps passes through."""
MASK_GOOD = 0xFF1D2024
MASK_BAD = 0xFF9C4A3A

# The published tables (S. van der Walt and N. Smith 2015, CC0) at every eighth of their 256
# entries; straight lines between these stay within 2/255 of the originals.
_ANCHORS = {
    "viridis": (
        "440154 470d60 48186a 482374 472d7b 453681 424086 3f4989 3b528b 375a8d 33638d "
        "2f6a8e 2c728e 297a8e 26818e 23898e 21908c 1f988b 1f9f88 21a685 28ae80 31b57b "
        "3ebc74 4cc26c 5dc963 6ece58 82d34c 96d83f abdc32 c0df24 d5e21a eae51a fde725"
    ),
    "magma": (
        "000004 030311 0a0822 130d33 1d1146 28115a 36106a 430f76 50127c 5d177f 691c81 "
        "762181 822681 8f2a81 9c2e7f a9327d b63779 c33b75 cf4170 db486a e65163 ee5c5e "
        "f5695c f9785d fb8761 fd9668 fea571 feb47b fec387 fed194 fde0a2 fceeb0 fcfdbf"
    ),
    "inferno": (
        "000004 040312 0b0724 150b37 210c4a 2e0a5a 3c0965 4a0c6b 57106d 63146e 70196e "
        "7d1e6d 89226a 962766 a32b61 af315c bb3755 c63e4d d14644 db4f3b e35932 eb6528 "
        "f1711e f67f14 f98d0a fb9c06 fcab0f fbba1f f9ca32 f5d949 f2e865 f3f586 fcffa4"
    ),
}

# The ends and the middle of the diverging map in OKLab's cylindrical form (lightness, chroma,
# hue in degrees; B. Ottosson 2020, public domain): blue below zero, orange above. The middle
# is dark, as the sky in the other panels is; a positive source is bright in all of them.
_NEGATIVE_HUE, _POSITIVE_HUE = 252.0, 55.0
_DARK_LIGHTNESS, _BRIGHT_LIGHTNESS, _CHROMA = 0.17, 0.93, 0.135


@lru_cache(maxsize=32)
def colour_table(name: str, invert: bool = False) -> npt.NDArray[np.uint32]:
    """Return the pixels of a colour map, from the lower limit to the upper.

    Parameters
    ----------
    name : str
        One of `COLOUR_MAPS`.
    invert : bool
        Whether dark becomes bright. The diverging map keeps its hues when inverted, so that the
        sign of a difference never changes colour: only its middle turns from dark to light.

    Returns
    -------
    ndarray, shape (4096,), uint32
        0xffRRGGBB (Qt's RGB32); read-only.

    Raises
    ------
    ValueError
        The name is unknown.
    """
    if name not in COLOUR_MAPS:
        raise ValueError(f"colour map: expected one of {', '.join(COLOUR_MAPS)}, found {name!r}")
    if name == "diverging":
        rgb = _diverging_colours(light_middle=invert)
    else:
        rgb = _grey() if name == "grey" else _from_anchors(_ANCHORS[name])
        rgb = rgb[::-1] if invert else rgb
    table = _pack(rgb)
    table.flags.writeable = False
    return table


def _pack(rgb: npt.NDArray[Any]) -> npt.NDArray[np.uint32]:
    """Convert floats in 0..1, shape (n, 3), to 0xffRRGGBB."""
    whole = np.floor(np.clip(rgb, 0, 1) * 255 + 0.5).astype(np.uint32)
    packed: npt.NDArray[np.uint32] = (
        np.uint32(0xFF000000) | whole[:, 0] << 16 | whole[:, 1] << 8 | whole[:, 2]
    )
    return packed


def _grey() -> npt.NDArray[Any]:
    return np.repeat(np.linspace(0, 1, LEVELS)[:, None], 3, axis=1)


def _from_anchors(anchors: str) -> npt.NDArray[Any]:
    colours = np.array([list(bytes.fromhex(word)) for word in anchors.split()]) / 255
    at = np.linspace(0, 1, len(colours))
    fine = np.linspace(0, 1, LEVELS)
    return np.stack([np.interp(fine, at, colours[:, band]) for band in range(3)], axis=1)


def _diverging_colours(light_middle: bool) -> npt.NDArray[Any]:
    signed = np.linspace(-1, 1, LEVELS)
    size = np.abs(signed)
    middle, end = _DARK_LIGHTNESS, _BRIGHT_LIGHTNESS
    if light_middle:
        middle, end = 0.97, 0.32
    lightness = middle + (end - middle) * size
    # Chroma is zero at zero and largest at two thirds of the way: the ends would leave sRGB.
    chroma = _CHROMA * np.sin(np.pi * np.minimum(size * 0.75, 1)) ** 0.8
    hue = np.radians(np.where(signed < 0, _NEGATIVE_HUE, _POSITIVE_HUE))
    return _oklab_to_srgb(lightness, chroma * np.cos(hue), chroma * np.sin(hue))


def _oklab_to_srgb(
    lightness: npt.NDArray[Any], a: npt.NDArray[Any], b: npt.NDArray[Any]
) -> npt.NDArray[Any]:
    """Convert OKLab to gamma-encoded sRGB, at least 0, by Ottosson's matrices."""
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    channels = np.stack(
        [
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        ],
        axis=1,
    )
    linear = np.maximum(channels, 0)
    encoded: npt.NDArray[Any] = np.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055
    )
    return encoded
