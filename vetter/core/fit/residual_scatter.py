"""Whether ``err`` is what the residuals scatter by, away from the source.

Chi2 cannot tell a bad fit from a wrong error; the pixels around the candidate can. Squares are cut
off at 2 sigma, which keeps neighbours' residuals from counting much and loses little.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.fit_facts import Box
from vetter.core.fit.pixels import central_box, widened

Array = npt.NDArray[np.float64]

_CUT = 2.0
_LEAST_PIXELS = 100
_CORE = 1.5
"""FWHM from the centre that are left out at least."""

_ERROR = 0.752
"""Of a scatter of 1, times the root of the pixels: for squares cut off at 2 sigma."""

_SIGNIFICANT, _RELEVANT = 3.0, 0.05
"""A scatter is off 1 by more than so many errors, and by more than this part."""

_STANDS_OUT, _NEAR = 4.0, 3
"""Scatters from which on a pixel is a neighbour's, and pixels around it that are as well."""

_MAD_TO_SIGMA = 1.4826


class Scatter(NamedTuple):
    """Of residuals in units of ``err``; NaN where not known.

    ``error`` is by how much it differs from 1 by chance where ``err`` is right, 1 sigma.
    """

    value: float
    error: float


_UNKNOWN = Scatter(math.nan, math.nan)


def core(shape: tuple[int, int], box: Box) -> Box:
    """What is left out: the fitted box, or the central half where that leaves too little."""
    sides = box[0].stop - box[0].start, box[1].stop - box[1].start
    least = 0.25 * min(shape)
    if min(sides) >= least and sides[0] * sides[1] <= 0.75 * shape[0] * shape[1]:
        return box
    return central_box(shape, 0.5 * min(shape))


def scatters(
    residual: Array,
    difference: Callable[[int], Array],
    weight: Array,
    whole: bool,
    left_out: Box,
    fwhm: Sequence[float],
) -> list[Scatter]:
    """How much the residuals of a stack scatter outside its core.

    Parameters
    ----------
    residual : ndarray (k, ny, nx)
    difference : callable
        Image minus template of one of the stack, (ny, nx): a fit that is wrong spoils what is
        around the source, and where that scatters less, it counts.
    weight : ndarray (k, ny, nx)
        1 / sigma; 0 where a pixel does not count.
    whole : bool
        Whether all pixels are known to count.
    left_out : (slice, slice)
        From :func:`core`.
    fwhm : sequence of float
        Of the sources, pixels; where it is known and the core is too small for it, the scatter
        is NaN, as it is where under 100 pixels count.
    """
    pulls = residual * weight
    pulls.clip(-_CUT, _CUT, out=pulls)
    inside = (slice(None), *left_out)
    powers = _squares(pulls) - _squares(pulls[inside])
    pixels: Any = weight[0].size - weight[inside][0].size
    if not whole:
        pixels = np.count_nonzero(weight, axis=(1, 2))
        pixels = pixels - np.count_nonzero(weight[inside], axis=(1, 2))
    values = np.interp(powers / np.maximum(pixels, 1), *_table()).tolist()
    counts = [pixels] * len(values) if whole else pixels.tolist()
    half = 0.5 * (left_out[0].stop - left_out[0].start)
    found = []
    for k, (value, count) in enumerate(zip(values, counts, strict=True)):
        if count < _LEAST_PIXELS or _CORE * fwhm[k] > half:
            found.append(_UNKNOWN)
            continue
        error = _ERROR / math.sqrt(count)
        if value > 1.0 and is_off(value, error):
            value = _undisturbed(residual[k] * weight[k], weight[k], left_out)
            if is_off(value, error):
                there = _undisturbed(difference(k) * weight[k], weight[k], left_out)
                value = min(value, there)
        found.append(Scatter(value, error))
    return found


def _undisturbed(pulls: Array, weight: Array, left_out: Box) -> float:
    """The scatter without what else disturbs it: a level that is off, and neighbours' residuals.

    A source in the box may have taken the fit's level; it is taken away in sigmas, near enough
    where these differ little. Neighbours are what stands out, with the pixels near it.
    """
    counted = weight > 0
    counted[left_out] = False
    around = pulls[counted]
    pulls = pulls - np.partition(around, len(around) // 2)[len(around) // 2]
    value = _scatter_of(pulls[counted])
    quiet = counted & ~widened(counted & (np.abs(pulls) > _STANDS_OUT * value), _NEAR)
    if np.count_nonzero(quiet) < max(_LEAST_PIXELS, 0.3 * np.count_nonzero(counted)):
        return value
    return _scatter_of(pulls[quiet])


def _scatter_of(pulls: Array) -> float:
    return float(np.interp(np.mean(pulls.clip(-_CUT, _CUT) ** 2), *_table()))


def _squares(pulls: Array) -> Array:
    flat = pulls.reshape(len(pulls), -1)
    out: Array = np.vecdot(flat, flat)
    return out


@lru_cache(maxsize=1)
def _table() -> tuple[Array, Array]:
    """Means of the squares of a normal variable, cut off, and the scatters that have them."""
    from scipy.special import erf

    values = np.geomspace(0.01, 100.0, 4000)
    z = _CUT / values
    within = erf(z / math.sqrt(2.0))
    squares = within - z * math.sqrt(2.0 / math.pi) * np.exp(-0.5 * z * z)
    means = values**2 * squares + _CUT**2 * (1.0 - within)
    return means, values


def is_off(value: float, error: float) -> bool:
    """Whether a scatter differs from 1 by more than chance, and so much that it matters."""
    # Of what is not known, neither comparison holds.
    return abs(value - 1.0) > _RELEVANT and abs(value - 1.0) > _SIGNIFICANT * error


def template_noise(template: Array, weight: Array, left_out: Box) -> float:
    """Noise of a template in units of ``err``, from what differs between pixels two apart.

    Above and below the core only. A convolved template's noise is smooth and counts less.

    Parameters
    ----------
    template, weight : ndarray (ny, nx)
    left_out : (slice, slice)
    """
    rows = np.r_[0 : left_out[0].start, left_out[0].stop : len(template)]
    values, counts = template[rows], weight[rows]
    # Second differences, of variance 6, do not see a slope.
    rough = (values[:, 4:] - 2.0 * values[:, 2:-2] + values[:, :-4]) * counts[:, 2:-2]
    rough = rough[counts[:, 2:-2] > 0]
    if rough.size < _LEAST_PIXELS:
        return math.nan
    return _MAD_TO_SIGMA * float(np.median(np.abs(rough))) / math.sqrt(6.0)
