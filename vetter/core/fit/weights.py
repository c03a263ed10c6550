"""Weights of the pixels in a fit, stacks of cutouts, and reasons why some cannot be fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import FitOptions
from vetter.core.fit.chi2.newton import Minima
from vetter.core.fit.chi2.pixels import Box
from vetter.core.fit.input import FitInput

Array = npt.NDArray[np.float64]

_MAX_LEVEL = 1e90


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Cutouts of one shape with the same boxes, ready to fit; arrays (k, ny, nx) or (k,).

    ``image`` and ``template`` are without their backgrounds ``bg`` and ``tbg``; ``weight`` is from
    :func:`compute_weights`, and ``pixels`` counts the pixels of the box that enter.
    """

    image: Array
    template: Array
    weight: Array
    bg: Array
    tbg: Array
    pixels: npt.NDArray[np.intp]
    inputs: list[FitInput]

    def difference(self, k: int) -> Array:
        """Return image minus template, unshifted and without their backgrounds, (ny, nx)."""
        out: Array = self.image[k] - self.template[k]
        return out


@dataclass(frozen=True, slots=True, eq=False)
class Solutions:
    """The minima over all windows, (k,) each; ``window`` is the index of each minimum's window.

    ``cells`` are the moments of the cells that contain the minima, (k, 17, 17), if computed.
    """

    window: npt.NDArray[np.intp]
    minima: Minima
    dx: Array
    dy: Array
    cells: Array | None = None

    @property
    def scale(self) -> Array:
        """Flux ratios, (k,)."""
        return self.minima.scale


def compute_weights(inputs: list[FitInput], noise_scales: list[float]) -> Array:
    """Return 1 / sigma for each pixel that counts, 0 for the others; (k, ny, nx).

    The template's error enters times ``noise_scales``.
    """
    out = np.empty((len(inputs), *inputs[0].err.shape))
    for weight, data, scale in zip(out, inputs, noise_scales, strict=True):
        err = data.err
        if data.template_variance is not None:
            err = np.sqrt(err * err + scale * scale * data.template_variance)
        if data.usable is None:
            np.divide(1.0, err, out=weight)
        else:
            weight[...] = 0.0
            np.divide(1.0, err, out=weight, where=data.usable)
    return out


def count_pixels(inputs: Sequence[FitInput], weight: Array, box: Box) -> npt.NDArray[np.intp]:
    """Count the pixels of the box that enter, (k,); ``weight`` is 0 for those that do not."""
    rows, columns = box
    if all(data.usable is None for data in inputs):
        return np.full(len(inputs), (rows.stop - rows.start) * (columns.stop - columns.start))
    return np.asarray(np.count_nonzero(weight[:, rows, columns], axis=(1, 2)))


def stack_inputs(inputs: list[FitInput], weight: Array) -> Stack:
    """Stack inputs of one shape, less backgrounds; ``weight`` is from :func:`compute_weights`."""
    image, template = np.empty(weight.shape), np.empty(weight.shape)
    for k, data in enumerate(inputs):
        np.subtract(data.image, data.bg, out=image[k])
        np.subtract(data.template, data.tbg, out=template[k])
    bg, tbg = np.array([data.bg for data in inputs]), np.array([data.tbg for data in inputs])
    pixels = count_pixels(inputs, weight, inputs[0].about.box)
    return Stack(image, template, weight, bg, tbg, pixels, inputs)


def find_fit_obstacles(stack: Stack, options: FitOptions) -> list[str]:
    """Return why the pixels of the box cannot be fitted, for each cutout; empty if they can."""
    box = (slice(None), *stack.inputs[0].about.box)
    template = stack.template[box]
    size = template[0].size
    if stack.pixels.min() == size:
        # One axis of flat rows: two axes take three times as long.
        rows = template.reshape(len(template), -1)
        low, high = np.minimum.reduce(rows, axis=1), np.maximum.reduce(rows, axis=1)
    else:
        counted = stack.weight[box] > 0
        low = template.min(axis=(1, 2), where=counted, initial=np.inf)
        high = template.max(axis=(1, 2), where=counted, initial=-np.inf)
    # Plain numbers: numpy's calls would cost more, for one and for a stack.
    figures = zip(
        stack.pixels.tolist(), low.tolist(), high.tolist(), stack.tbg.tolist(), strict=True
    )
    return [find_fit_obstacle(*row, options.free) for row in figures]


def find_fit_obstacle(pixels: int, least: float, most: float, tbg: float, free: int) -> str:
    """Return why the pixels of a template cannot be fitted; empty if they can.

    Its pixels reach from ``least`` to ``most`` above its background ``tbg``.
    """
    level = abs(tbg) + max(abs(least), abs(most))
    if pixels <= free:
        return f"too few good pixels in the box: {pixels} for {free} free parameters"
    if not level < _MAX_LEVEL:
        return "the numbers overflow: the template is too large"
    if not most - least > 1e-12 * level:
        return "the template is constant in the box: neither shift nor scale can be told"
    return ""


def pixel_sums(a: Array, b: Array) -> Array:
    """Sum products over the pixels of each cutout of a stack."""
    out: Array = np.vecdot(a.reshape(len(a), -1), b.reshape(len(b), -1))
    return out
