"""Match of a field: how the template of any box becomes the image's equal in PSF and flux."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Direction = Literal["template", "image"]

_MAX_UNKNOWN = 0.02
"""Largest part of a kernel's absolute weight that may lie on unknown pixels."""
_MAX_STILL = 160
"""Longest side of a box under which the kernel of its middle serves, pixels."""


class MatchedPlanes(NamedTuple):
    """Image and matched template of one box, in the image's flux units; NaN where unknown."""

    image: Array
    convolved: Array


class Match(Protocol):
    """A rule that gives the matched template of any box of a field.

    Attributes
    ----------
    margin : int
        Pixels that `apply` needs around a box on each side.
    description : str
        The match in words, for the user.
    """

    @property
    def margin(self) -> int:
        """See the class."""

    @property
    def description(self) -> str:
        """See the class."""

    def apply(self, planes: Mapping[str, npt.NDArray[Any]], x0: float, y0: float) -> MatchedPlanes:
        """Return image and matched template of a box.

        Parameters
        ----------
        planes : mapping of str to ndarray, shape (rows, columns)
            Planes of the box with the margin.
        x0, y0 : float
            Image pixel of their first pixel.

        Returns
        -------
        MatchedPlanes
            Without the margin.
        """


def list_terms(order: int) -> list[tuple[int, int]]:
    """Return the powers (of x, of y) of the terms of a polynomial in two variables."""
    return [(n - j, j) for n in range(order + 1) for j in range(n + 1)]


def find_order(terms: int) -> int:
    """Return the order of a polynomial from the number of its terms."""
    return int(round((np.sqrt(8.0 * terms + 1.0) - 3.0) / 2.0))


def evaluate_terms(order: int, x: Array, y: Array, shape: tuple[int, int]) -> Array:
    """Evaluate the terms of a polynomial at image pixels.

    The pixel coordinates are scaled: -1 and 1 are the outer edges of the field.

    Parameters
    ----------
    order : int
    x, y : ndarray (n,)
    shape : (int, int)
        Rows and columns of the field.

    Returns
    -------
    ndarray (n, terms)
    """
    u = (2.0 * np.asarray(x, np.float64) + 1.0) / shape[1] - 1.0
    v = (2.0 * np.asarray(y, np.float64) + 1.0) / shape[0] - 1.0
    return np.stack([u**i * v**j for i, j in list_terms(order)], axis=-1)


@dataclass(frozen=True, eq=False)
class FieldMatch:
    """Convolution kernel that varies over a field, fitted on its stars.

    Attributes
    ----------
    kernels : ndarray, shape (terms, side, side)
        Kernel image of each term of the polynomial, see `evaluate_terms`; the sum of the terms
        times these is the kernel at a place. It takes the source plane to the target's flux.
    background : ndarray (terms,)
        Polynomial of the target's sky, in the target's units.
    sky : float
        Sky of the source plane, which is subtracted before the convolution.
    shape : (int, int)
        Rows and columns of the field.
    direction : {'template', 'image'}
        Plane that is convolved.
    scale : float
        Flux of the image over that of the template, at the field's middle.
    stars : int
        Number of stars that the kernel rests on.
    residual : float
        Residual of stars left out of the fit, as a factor of the noise (root of chi2/df, typical).
    description : str
        The match in words, for the user.
    new_light : ndarray (n, 2)
        Places of candidates beside stars whose light was free in the fit.
    """

    kernels: Array
    background: Array
    sky: float
    shape: tuple[int, int]
    direction: Direction
    scale: float
    stars: int
    residual: float
    description: str
    new_light: Array = field(default_factory=lambda: np.empty((0, 2)))

    @property
    def margin(self) -> int:
        """Pixels that `apply` needs around a box on each side."""
        return int(self.kernels.shape[1]) // 2

    def kernel(self, x: float, y: float) -> Array:
        """Return the kernel at an image pixel, shape (side, side)."""
        order = find_order(len(self.kernels))
        terms = evaluate_terms(order, np.array(x), np.array(y), self.shape)
        return np.asarray(np.tensordot(terms, self.kernels, 1), np.float64)

    def scale_at(self, x: float, y: float) -> float:
        """Return the flux of the image over that of the template at an image pixel."""
        total = float(self.kernel(x, y).sum())
        return total if self.direction == "template" else 1.0 / total

    def apply(self, planes: Mapping[str, npt.NDArray[Any]], x0: float, y0: float) -> MatchedPlanes:
        """See `Match`: ``image`` and ``template`` are read.

        A result is NaN where over 2% of the kernel's absolute weight lie on unknown pixels.
        """
        margin = self.margin
        source = np.asarray(planes[self.direction], np.float64)
        other = "image" if self.direction == "template" else "template"
        target = np.asarray(planes[other], np.float64)
        target = target[margin : target.shape[0] - margin, margin : target.shape[1] - margin]
        first = x0 + margin, y0 + margin
        moved = self._convolve(source, first)
        sky = self._evaluate_sky(first, moved.shape)
        if self.direction == "template":
            return MatchedPlanes(target, moved + sky)
        middle = first[0] + (moved.shape[1] - 1) / 2, first[1] + (moved.shape[0] - 1) / 2
        scale = self.scale_at(*middle)
        return MatchedPlanes(scale * moved + self.sky, scale * (target - sky) + self.sky)

    def _convolve(self, source: Array, first: tuple[float, float]) -> Array:
        """Return the source less its sky, convolved; ``first`` is the result's first pixel."""
        pixels = source - self.sky
        known = np.isfinite(pixels)
        if not known.all():
            pixels = fill_unknown(pixels, known)
        rows, columns = (size - 2 * self.margin for size in source.shape)
        kernel = self.kernel(first[0] + (columns - 1) / 2, first[1] + (rows - 1) / 2)
        if len(self.kernels) == 1 or max(rows, columns) <= _MAX_STILL:
            moved = convolve(pixels, kernel)
        else:
            order = find_order(len(self.kernels))
            x = np.arange(columns, dtype=np.float64) + first[0]
            y = np.arange(rows, dtype=np.float64) + first[1]
            grid = evaluate_terms(order, x[None, :], y[:, None], self.shape)
            moved = np.zeros((rows, columns))
            for number, part in enumerate(self.kernels):
                moved += grid[..., number] * convolve(pixels, part)
        if not known.all():
            weight = np.abs(kernel)
            lost = convolve((~known).astype(np.float64), weight / weight.sum())
            moved[lost > _MAX_UNKNOWN] = np.nan
        return moved

    def _evaluate_sky(self, first: tuple[float, float], shape: tuple[int, ...]) -> Array:
        x = np.arange(shape[1], dtype=np.float64) + first[0]
        y = np.arange(shape[0], dtype=np.float64) + first[1]
        order = find_order(len(self.background))
        terms = evaluate_terms(order, x[None, :], y[:, None], self.shape)
        return np.asarray(terms @ self.background, np.float64)


def convolve(pixels: Array, kernel: Array) -> Array:
    """Return the pixels convolved with a kernel where all of it lies on pixels."""
    from scipy import fft

    shape = [fft.next_fast_len(size, True) for size in pixels.shape]
    rows, columns = (size - 1 for size in kernel.shape)
    moved = fft.irfft2(fft.rfft2(pixels, shape) * fft.rfft2(kernel, shape), shape)
    return np.asarray(moved[rows : pixels.shape[0], columns : pixels.shape[1]], np.float64)


def fill_unknown(pixels: Array, known: npt.NDArray[np.bool_]) -> Array:
    """Return pixels with unknown ones replaced by a Gaussian mean of the known ones around.

    They are 0 where none is within 4 pixels.
    """
    from scipy.ndimage import gaussian_filter

    weight = gaussian_filter(known.astype(np.float64), 1.3, truncate=3.0)
    mean = gaussian_filter(np.where(known, pixels, 0.0), 1.3, truncate=3.0)
    near = weight > 1e-6
    return np.where(known, pixels, np.where(near, mean / np.where(near, weight, 1.0), 0.0))
