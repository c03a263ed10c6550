"""Rendering of planes to screen pixels, 0xffRRGGBB."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.display.colour_map import LEVELS, MASK_BAD, MASK_GOOD, NO_DATA, colour_table
from vetter.core.display.plane_noise import PlaneNoise, measure_noise
from vetter.core.display.scale import Scale, noise_tones, plane_scales
from vetter.core.display.stretch import equalise, mirror_brightness, stretch
from vetter.core.display.style import DisplayStyle, PlaneStyle

Array = npt.NDArray[Any]
Picture = npt.NDArray[np.uint32]
Limits = tuple[float, float]


def render(
    planes: Mapping[str, Array],
    looks: DisplayStyle,
    noise: Mapping[str, PlaneNoise] | None = None,
) -> tuple[dict[str, Picture], dict[str, Limits]]:
    """Render every plane of a cutout to pixels.

    Parameters
    ----------
    planes : mapping of str to ndarray, shape (ny, nx)
        Planes by name. Boolean planes, and planes with a mask's name, are masks: non-zero is bad.
    looks : DisplayStyle
        Style of each group of planes.
    noise : mapping of str to PlaneNoise, optional
        Result of `measure_noise`; by default it is measured around the middle.

    Returns
    -------
    pictures : dict of str to ndarray, shape (ny, nx), uint32
        0xffRRGGBB; the first row is the image's lowest, as in the plane. NaN is
        `NO_DATA`; -inf and inf are the ends of the colour map.
    limits : dict of str to (float, float)
        Plane values at the ends of the colour map; masks are left out.
    """
    scales = plane_scales(planes, looks, measure_noise(planes) if noise is None else noise)
    return render_scaled(planes, looks, scales), plane_limits(scales)


def render_scaled(
    planes: Mapping[str, Array], looks: DisplayStyle, scales: Mapping[str, Scale]
) -> dict[str, Picture]:
    """Render planes by their scales; a plane without one is a mask."""
    pictures: dict[str, Picture] = {}
    for name, plane in planes.items():
        if name in scales:
            signed = looks.group_of(name) == "difference"
            pictures[name] = _render_plane(plane, scales[name], looks.look(name), signed)
        else:
            pictures[name] = np.where(plane != 0, np.uint32(MASK_BAD), np.uint32(MASK_GOOD))
        pictures[name].flags.writeable = False
    return pictures


def plane_limits(scales: Mapping[str, Scale]) -> dict[str, Limits]:
    """Return the limits of each scale."""
    return {name: (scale.low, scale.high) for name, scale in scales.items()}


def _render_plane(plane: Array, scale: Scale, look: PlaneStyle, signed: bool) -> Picture:
    by_noise = bool(scale.sigma) and look.stretch == "asinh"
    # float64: a float32 plane may hold values whose difference overflows float32.
    with np.errstate(all="ignore"):
        # A damaged file may hold numbers near the end of their range.
        if by_noise:
            scaled = noise_tones(plane, scale, signed) * (LEVELS - 1) + 0.5
        else:
            part = (LEVELS - 1) / (scale.high - scale.low)
            scaled = (plane.astype(np.float64) - scale.low) * part + 0.5
    missing = np.isnan(scaled)
    levels = np.clip(np.where(missing, 0, scaled), 0, LEVELS - 1).astype(np.int16)
    if look.stretch == "histeq":
        table = _equalise_table(levels[~missing], look, signed)
    else:
        # The tones by noise are quantised in the place of the values.
        stretch_name = "linear" if by_noise else look.stretch
        table = _table(stretch_name, look.cmap, look.invert, look.contrast, look.bias, signed)
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
