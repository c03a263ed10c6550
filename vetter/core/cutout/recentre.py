"""An array on a cutout of another size about the same central pixel."""

from __future__ import annotations

import numpy as np

from vetter.core.cutout.plane import Array


def recentred(pixels: Array, shape: tuple[int, int]) -> Array:
    """Crop or pad so that the central pixel stays central.

    Parameters
    ----------
    pixels : ndarray of float, shape (rows, columns)
    shape : (int, int)
        Rows and columns wanted; each as odd or even as it is now.

    Returns
    -------
    ndarray of float, shape `shape`
        NaN where there was nothing; the same array where the shape is as wanted.

    Raises
    ------
    ValueError
        An axis would go from odd to even or back: there is no common centre.
    """
    if pixels.shape == shape:
        return pixels
    grow = [want - have for want, have in zip(shape, pixels.shape, strict=True)]
    if any(step % 2 for step in grow):
        raise ValueError(f"no common centre of shapes {pixels.shape} and {shape}")
    pads = [(max(step, 0) // 2,) * 2 for step in grow]
    cuts = [max(-step, 0) // 2 for step in grow]
    inner = tuple(slice(cut, size - cut) for cut, size in zip(cuts, pixels.shape, strict=True))
    return np.pad(pixels[inner], pads, constant_values=np.nan)
