"""Stretches: brightness as a function of a pixel's value, 0 to 1 between the limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

STRETCHES = ("linear", "asinh", "log", "sqrt", "square", "histeq")

# DS9's exponent for log; astropy.visualization's softening for asinh.
_LOG_EXPONENT = 1000.0
_ASINH_SOFTENING = 0.1


def stretch(fraction: Array, name: str) -> Array:
    """Return the brightness of each fraction.

    Parameters
    ----------
    fraction : ndarray
        0 at the lower limit, 1 at the upper; clipped to that range.
    name : str
        One of `STRETCHES`. 'histeq' depends on the data (see `equalise`) and is linear here.

    Returns
    -------
    ndarray
        Same shape, 0 to 1, rising with `fraction`.

    Raises
    ------
    ValueError
        The name is unknown.
    """
    fraction = np.clip(fraction, 0, 1)
    if name in ("linear", "histeq"):
        return fraction
    if name == "asinh":
        return np.asarray(
            np.arcsinh(fraction / _ASINH_SOFTENING) / np.arcsinh(1 / _ASINH_SOFTENING)
        )
    if name == "log":
        return np.asarray(np.log1p(_LOG_EXPONENT * fraction) / np.log1p(_LOG_EXPONENT))
    if name == "sqrt":
        return np.asarray(np.sqrt(fraction))
    if name == "square":
        return np.asarray(fraction**2)
    raise ValueError(f"stretch: expected one of {', '.join(STRETCHES)}, found {name!r}")


def equalise(levels: npt.NDArray[np.integer[Any]], count: int) -> Array:
    """Return the brightness of each level by histogram equalisation.

    Parameters
    ----------
    levels : ndarray of int
        Level, 0 to count - 1, of each pixel that counts.
    count : int
        Number of levels.

    Returns
    -------
    ndarray, shape (count,)
        0 at the lowest level that occurs, 1 at the highest, never falling; a straight line
        if fewer than two levels occur.
    """
    pixels = np.bincount(levels.ravel(), minlength=count)[:count]
    present = np.flatnonzero(pixels)
    if len(present) < 2:
        return np.linspace(0, 1, count)
    above_lowest = np.cumsum(pixels) - pixels[present[0]]
    return np.asarray(np.maximum(above_lowest / above_lowest[-1], 0))


def mirror_brightness(brightness: Array) -> Array:
    """Return a brightness table for differences from one for absolute values.

    Parameters
    ----------
    brightness : ndarray, shape (n,)
        Brightness of |value|, from 0 to the limit.

    Returns
    -------
    ndarray, shape (n,)
        0 at minus the limit, one half at zero, 1 at plus the limit.
    """
    count = len(brightness)
    signed = np.linspace(-1, 1, count)
    size = np.interp(np.abs(signed), np.linspace(0, 1, count), brightness)
    return 0.5 + 0.5 * np.sign(signed) * size
