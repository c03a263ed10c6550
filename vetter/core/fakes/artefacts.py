"""Light of artefacts: stars moved a little, which leave dipoles, and hits of single pixels."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fakes.light import PlantedLight, Render, stamp_half

Array = npt.NDArray[np.float64]

MAX_SHIFT = 1.0
"""Shift of a star at most, pixels: a larger one is a moving object, no misregistration."""
_TRIAL_SHIFT = 0.2
_MAX_HIT_PIXELS = 3


class Dipole(NamedTuple):
    """A moved star: its light less the light at its old place, and the shift in pixels."""

    light: PlantedLight
    dx: float
    dy: float


def make_dipole(
    render: Render,
    fwhm: float,
    x: float,
    y: float,
    flux: float,
    variance: Array,
    snr: float,
    angle: float,
) -> Dipole:
    """Move a star so far that the difference shows it at a given ratio, at most `MAX_SHIFT`.

    Parameters
    ----------
    render : callable
        PSF of the field.
    fwhm : float
    x, y, flux : float
        Star on the image.
    variance : ndarray (side, side)
        Variance of the difference in the star's stamp.
    snr : float
        Ratio of the whole dipole to the noise.
    angle : float
        Direction of the shift, radians from x towards y.
    """
    half = stamp_half(fwhm)
    side = 2 * half + 1
    x0, y0 = math.floor(x + 0.5) - half, math.floor(y + 0.5) - half

    def moved(shift: float) -> Array:
        dx, dy = shift * math.cos(angle), shift * math.sin(angle)
        before = render((side, side), x - x0, y - y0)
        return flux * (render((side, side), x - x0 + dx, y - y0 + dy) - before)

    good = np.isfinite(variance) & (variance > 0)
    trial = moved(_TRIAL_SHIFT)
    seen = math.sqrt(float((trial[good] ** 2 / variance[good]).sum()))
    # A small shift's dipole grows in proportion to it.
    shift = MAX_SHIFT if seen == 0 else min(_TRIAL_SHIFT * snr / seen, MAX_SHIFT)
    light = PlantedLight(np.array([x0]), np.array([y0]), moved(shift)[np.newaxis])
    return Dipole(light, shift * math.cos(angle), shift * math.sin(angle))


def make_hit(
    fwhm: float, x: float, y: float, sigma: float, snr: float, rng: np.random.Generator
) -> PlantedLight:
    """Make a hit of one to three pixels in a line, as a cosmic ray leaves it.

    Parameters
    ----------
    fwhm : float
        Sets the size of the stamp alone.
    x, y : float
        Place of the hit.
    sigma : float
        Noise of a pixel.
    snr : float
        Ratio of the whole hit to the noise.
    rng : Generator
    """
    half = stamp_half(fwhm)
    side = 2 * half + 1
    stamp = np.zeros((side, side))
    count = int(rng.integers(1, _MAX_HIT_PIXELS + 1))
    angle = rng.uniform(0, math.pi)
    for k in range(count):
        row = half + round((k - count // 2) * math.sin(angle))
        column = half + round((k - count // 2) * math.cos(angle))
        stamp[row, column] += snr * sigma / math.sqrt(count)
    x0, y0 = math.floor(x + 0.5) - half, math.floor(y + 0.5) - half
    return PlantedLight(np.array([x0]), np.array([y0]), stamp[np.newaxis])


def choose_stars(stars: Array, taken: Array, distance: float, count: int) -> list[int]:
    """Return the first stars that keep a distance from all taken places and from each other.

    Parameters
    ----------
    stars : ndarray (n, 2)
        Positions x, y, in the order of preference.
    taken : ndarray (m, 2)
    distance : float
        Pixels.
    count : int
    """
    chosen: list[int] = []
    used = taken[np.isfinite(taken).all(axis=1)].tolist()
    for number, (x, y) in enumerate(stars.tolist()):
        if len(chosen) == count:
            break
        if all(math.hypot(x - a, y - b) >= distance for a, b in used):
            chosen.append(number)
            used.append([x, y])
    return chosen
