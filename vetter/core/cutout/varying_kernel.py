"""Kernels that vary over an image: sums of basis images times Chebyshev polynomials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Chebyshev(NamedTuple):
    """A Chebyshev polynomial in x and y over a rectangle of whole pixels.

    Attributes
    ----------
    coefficients : ndarray, shape (orders of y, orders of x)
        Element (p, q) is that of ``T_p(y) T_q(x)``.
    x0, x1, y0, y1 : int
        First pixel and the one after the last; the pixels' outer edges are -1 and 1.
    """

    coefficients: Array
    x0: int
    x1: int
    y0: int
    y1: int


@dataclass(frozen=True, eq=False)
class VaryingKernel:
    """A convolution kernel whose value at each pixel is a weighted sum of basis images.

    Attributes
    ----------
    basis : ndarray, shape (n, rows, columns)
    weights : sequence of Chebyshev
        Weight of each basis image, as a function of the pixel.
    center : (int, int)
        Column and row of the kernel's centre in the basis images.
    """

    basis: Array
    weights: Sequence[Chebyshev]
    center: tuple[int, int]

    @property
    def margins(self) -> tuple[int, int, int, int]:
        """Pixels that a result needs to the left, right, below and above."""
        rows, columns = self.basis.shape[1:]
        x, y = self.center
        return x, columns - 1 - x, y, rows - 1 - y

    def at(self, x: float, y: float) -> Array:
        """Return the kernel at one pixel of the weights, shape (rows, columns)."""
        total = np.zeros(self.basis.shape[1:])
        for image, (coefficients, x0, x1, y0, y1) in zip(self.basis, self.weights, strict=True):
            along_x, along_y = _scaled(x, 1, x0, x1), _scaled(y, 1, y0, y1)
            weight = np.polynomial.chebyshev.chebval2d(along_y, along_x, coefficients)
            total += float(weight[0]) * image
        return total

    def convolve(self, pixels: Array, x0: int, y0: int) -> Array:
        """Return pixels convolved with the kernel at each result's own place.

        The sum runs over kernel times the pixel at the same offset, without a flip, as in Rubin's
        ``afw.math.convolve`` (``convolveAtAPoint`` in ConvolveImage.h).

        Parameters
        ----------
        pixels : ndarray, shape (rows, columns)
            Larger than the result by the `margins`; NaN where unknown.
        x0, y0 : int
            Column and row of the result's first pixel, in the pixels of the weights.

        Returns
        -------
        ndarray
            NaN where a pixel under the kernel is unknown.
        """
        good = np.isfinite(pixels)
        known = np.where(good, pixels, 0.0)
        left, right, below, above = self.margins
        shape = pixels.shape[0] - below - above, pixels.shape[1] - left - right
        result = np.zeros(shape)
        # Equal bounds are the rule: then few products of polynomials are left of many images.
        for bounds in dict.fromkeys(weight[1:] for weight in self.weights):
            chosen = [n for n, weight in enumerate(self.weights) if weight[1:] == bounds]
            x = _scaled(x0, shape[1], bounds[0], bounds[1])
            y = _scaled(y0, shape[0], bounds[2], bounds[3])
            for (p, q), kernel in _kernels_by_order(self, chosen).items():
                along_y, along_x = _chebyshev(p, y), _chebyshev(q, x)
                result += np.outer(along_y, along_x) * _correlate(known, kernel)
        if not good.all():
            support = (self.basis != 0).any(axis=0).astype(float)
            result[_correlate((~good).astype(float), support) > 0.5] = np.nan
        return result


def _kernels_by_order(kernel: VaryingKernel, chosen: list[int]) -> dict[tuple[int, int], Array]:
    """Return the sum of basis images that goes with each product ``T_p(y) T_q(x)``."""
    sums: dict[tuple[int, int], Array] = {}
    for number in chosen:
        coefficients = kernel.weights[number].coefficients
        for p, q in np.argwhere(coefficients != 0).tolist():
            part = coefficients[p, q] * kernel.basis[number]
            sums[p, q] = sums[p, q] + part if (p, q) in sums else part
    return sums


def _scaled(first: float, count: int, start: int, stop: int) -> Array:
    """Return pixels mapped so that the outer edges of start and stop - 1 are -1 and 1."""
    return (2.0 * (np.arange(first, first + count) - start) + 1.0) / (stop - start) - 1.0


def _chebyshev(order: int, x: Array) -> Array:
    return np.asarray(np.polynomial.chebyshev.chebval(x, [0.0] * order + [1.0]), np.float64)


def _correlate(pixels: Array, kernel: Array) -> Array:
    from scipy.signal import correlate

    result: Any = correlate(pixels, kernel, mode="valid")
    return np.asarray(result, np.float64)
