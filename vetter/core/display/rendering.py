"""Rendering of planes to screen pixels, 0xffRRGGBB."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.display.colour_map import LEVELS, MASK_BAD, MASK_GOOD, NO_DATA, colour_table
from vetter.core.display.interval import find_limits
from vetter.core.display.stretch import equalise, mirror_brightness, stretch
from vetter.core.display.style import SHARING, DisplayStyle, PlaneStyle

Array = npt.NDArray[Any]
Picture = npt.NDArray[np.uint32]
Limits = tuple[float, float]


def render(
    planes: Mapping[str, Array], looks: DisplayStyle
) -> tuple[dict[str, Picture], dict[str, Limits]]:
    """Render every plane of a cutout to pixels.

    Parameters
    ----------
    planes : mapping of str to ndarray, shape (ny, nx)
        Planes by name. Boolean planes, and planes with a mask's name, are masks: non-zero is bad.
    looks : DisplayStyle
        Style of each group of planes.

    Returns
    -------
    pictures : dict of str to ndarray, shape (ny, nx), uint32
        0xffRRGGBB; the first row is the image's lowest, as in the plane. NaN is
        `NO_DATA`; -inf and inf are the ends of the colour map.
    limits : dict of str to (float, float)
        Plane values at the ends of the colour map; masks are left out.
    """
    ends = plane_limits(planes, looks)
    pictures: dict[str, Picture] = {}
    for name, plane in planes.items():
        if name in ends:
            signed = DisplayStyle.group(name) == "difference"
            pictures[name] = _render_plane(plane, ends[name], looks.look(name), signed)
        else:
            pictures[name] = np.where(plane != 0, np.uint32(MASK_BAD), np.uint32(MASK_GOOD))
        pictures[name].flags.writeable = False
    return pictures, ends


def plane_limits(planes: Mapping[str, Array], looks: DisplayStyle) -> dict[str, Limits]:
    """Return the limits of each plane except masks.

    If `looks.shared` is set, `image`, `template` and `convolved` share limits, measured on all
    pixels of the three. `adjusted` has the limits of `diff`, so that the two can be compared.
    """
    pixels = {name: plane for name, plane in planes.items() if not _is_mask(name, plane)}
    ends: dict[str, Limits] = {}
    sharing = [pixels[name] for name in SHARING if name in pixels] if looks.shared else []
    common = find_limits(sharing, looks.sky.interval) if sharing else None
    for name, plane in pixels.items():
        if common is not None and name in SHARING:
            ends[name] = common
            continue
        measured = pixels["diff"] if name == "adjusted" and "diff" in pixels else plane
        signed = DisplayStyle.group(name) == "difference"
        ends[name] = find_limits(measured, looks.look(name).interval, signed)
    return ends


def _is_mask(name: str, plane: Array) -> bool:
    return plane.dtype.kind == "b" or DisplayStyle.group(name) == "mask"


def _render_plane(plane: Array, ends: Limits, look: PlaneStyle, signed: bool) -> Picture:
    low, high = ends
    # float64: a float32 plane may hold values whose difference overflows float32.
    with np.errstate(all="ignore"):
        # A damaged file may hold numbers near the end of their range.
        scaled = (plane.astype(np.float64) - low) * ((LEVELS - 1) / (high - low)) + 0.5
    missing = np.isnan(scaled)
    levels = np.clip(np.where(missing, 0, scaled), 0, LEVELS - 1).astype(np.int16)
    if look.stretch == "histeq":
        table = _equalise_table(levels[~missing], look, signed)
    else:
        table = _table(look.stretch, look.cmap, look.invert, look.contrast, look.bias, signed)
    picture: Picture = np.take(table, levels, mode="clip")
    picture[missing] = NO_DATA
    return picture


@lru_cache(maxsize=64)
def _table(
    name: str, cmap: str, invert: bool, contrast: float, bias: float, signed: bool
) -> Picture:
    brightness = stretch(np.linspace(0, 1, LEVELS), name)
    return _colour(
        mirror_brightness(brightness) if signed else brightness, cmap, invert, contrast, bias
    )


def _equalise_table(levels: npt.NDArray[np.int16], look: PlaneStyle, signed: bool) -> Picture:
    if signed:
        sizes = np.abs(2 * levels.astype(np.int32) - (LEVELS - 1))
        brightness = mirror_brightness(equalise(sizes, LEVELS))
    else:
        brightness = equalise(levels, LEVELS)
    return _colour(brightness, look.cmap, look.invert, look.contrast, look.bias)


def _colour(brightness: Array, cmap: str, invert: bool, contrast: float, bias: float) -> Picture:
    adjusted = np.clip((brightness - bias) * contrast + 0.5, 0, 1)
    colours: Picture = colour_table(cmap, invert)[(adjusted * (LEVELS - 1) + 0.5).astype(np.intp)]
    return colours
