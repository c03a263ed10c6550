"""Which pixels weigh how much in a fit, and why some cannot be fitted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vetter.core.adjustment import FitOptions
from vetter.core.fit_facts import Box
from vetter.core.fit_figures import Stack, stacked
from vetter.core.fit_input import FitInput

Array = npt.NDArray[np.float64]

_HUGE = 1e90


def weights(inputs: list[FitInput], noise_scales: list[float]) -> Array:
    """1 / sigma of each pixel that counts, 0 of the others; (k, ny, nx).

    The template's error counts ``noise_scales`` times.
    """
    out = stacked([data.err for data in inputs])
    for err, data, scale in zip(out, inputs, noise_scales, strict=True):
        if data.template_variance is not None:
            np.sqrt(err * err + scale * scale * data.template_variance, out=err)
        if data.usable is not None:
            err[~data.usable] = np.inf
    np.divide(1.0, out, out=out)
    return out


def count(weight: Array, box: Box) -> npt.NDArray[np.intp]:
    """Pixels of the box that count, (k,)."""
    inside = weight[(slice(None), *box)]
    if len(inside) == 1:
        return np.array([np.count_nonzero(inside)])
    return np.asarray(np.count_nonzero(inside, axis=(1, 2)))


def unfit(stack: Stack, options: FitOptions) -> list[str]:
    """Why the pixels of the box cannot be fitted, for each; empty where they can."""
    box = (slice(None), *stack.inputs[0].about.box)
    template = stack.template[box]
    size = template[0].size
    if stack.pixels.min() == size:
        # Along one axis: two at a time take three times as long.
        rows = template.reshape(len(template), -1)
        low, high = rows.min(axis=1), rows.max(axis=1)
    else:
        counted = stack.weight[box] > 0
        low = template.min(axis=(1, 2), where=counted, initial=np.inf)
        high = template.max(axis=(1, 2), where=counted, initial=-np.inf)
    reasons = []
    # In plain numbers: numpy's calls would cost more, for one and for a stack.
    figures = zip(
        stack.pixels.tolist(), low.tolist(), high.tolist(), stack.tbg.tolist(), strict=True
    )
    for pixels, least, most, tbg in figures:
        level = abs(tbg) + max(abs(least), abs(most))
        if pixels <= options.free:
            text = f"too few good pixels in the box: {pixels} for {options.free} free parameters"
        elif not level < _HUGE:
            text = "the numbers overflow: the template is too large"
        elif not most - least > 1e-12 * level:
            text = "the template is constant in the box: neither shift nor scale can be told"
        else:
            text = ""
        reasons.append(text)
    return reasons
