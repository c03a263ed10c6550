"""Basis images of a convolution kernel: single pixels at its core, smooth functions around it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_CORE = 2.9
"""Radius in which each pixel is an own basis image: it takes sub-pixel shifts, and equal PSFs."""


class KernelBasis(NamedTuple):
    """Basis images in order of their distance from the centre.

    Attributes
    ----------
    images : ndarray, shape (n, side, side)
    reach : ndarray (n,)
        Radius around the kernel's centre that holds an image's pixels.
    penalty : ndarray (n, n)
        Quadratic form of the basis' coefficients: curvature of the kernel, and light in its wings.
    """

    images: Array
    reach: Array
    penalty: Array

    def within(self, radius: float) -> npt.NDArray[np.intp]:
        """Return the numbers of the basis images inside a radius."""
        return np.flatnonzero(self.reach <= radius + 1e-9)


def make_basis(radius: int, step: int) -> KernelBasis:
    """Make the basis of a kernel with ``2 radius + 1`` pixels on a side.

    Each pixel of the core is a basis image (Miller et al. 2008, PASP 120, 449); around it they are
    cubic B-splines ``step`` pixels apart, since a kernel finer than the PSF of the plane that it
    convolves is not measured by the stars. With a step of 1 all are single pixels.

    Parameters
    ----------
    radius : int
        Whole pixels.
    step : int
        Distance of the splines, pixels; about half of the FWHM of the plane to be convolved.
    """
    offsets = np.arange(-radius, radius + 1, dtype=np.float64)
    distance = np.hypot(offsets[:, None], offsets)
    inside = distance <= radius + 0.5
    core = inside if step == 1 else distance <= _CORE
    images = []
    for row, column in np.argwhere(core):
        image = np.zeros(distance.shape)
        image[row, column] = 1.0
        images.append(image)
    if step > 1:
        images += _make_splines(offsets, step, inside & ~core)
    stack = np.array(images)
    used = stack != 0
    reach = np.array([distance[each].max() for each in used])
    order = np.argsort(reach, kind="stable")
    stack, reach = stack[order], reach[order]
    return KernelBasis(stack, reach, _measure_roughness(stack, distance / max(radius, 1)))


def _make_splines(offsets: Array, step: int, outside: npt.NDArray[np.bool_]) -> list[Array]:
    """Return cubic B-splines on a grid through the centre, without the pixels of the core."""
    reach = int(offsets[-1]) // step + 1
    nodes = np.arange(-reach, reach + 1) * step
    along = _cubic_spline((offsets[None, :] - nodes[:, None]) / step)
    images = [np.outer(a, b) * outside for a in along for b in along]
    # Corners and pieces beside the core have little light: their neighbours serve there.
    return [image for image in images if image.sum() > 0.3 * step * step]


def _cubic_spline(x: Array) -> Array:
    t = np.abs(x)
    outer = np.clip(2.0 - t, 0.0, None) ** 3 / 6.0
    return np.where(t < 1.0, 2.0 / 3.0 - t * t + 0.5 * t**3, outer)


def _measure_roughness(images: Array, distance: Array) -> Array:
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    curvature = (
        padded[:, :-2, 1:-1] + padded[:, 2:, 1:-1] + padded[:, 1:-1, :-2] + padded[:, 1:-1, 2:]
    ) - 4.0 * images
    wings = images * distance**2
    flat = [each.reshape(len(images), -1) for each in (curvature, wings, images)]
    penalty = flat[0] @ flat[0].T + 2.0 * flat[1] @ flat[1].T + 1e-6 * flat[2] @ flat[2].T
    return np.asarray(penalty, np.float64)
