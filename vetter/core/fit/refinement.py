"""Fits of stars so sharp and bright that the cubic spline's own error is not lost in the noise.

A cubic spline shifts a star of FWHM 3 px wrongly by up to 0.8% of its peak, one of 4 px by 0.2%:
in the residual of a star of S/N 100 that is noise which ``err`` does not know of. Where it may
matter, a quintic spline takes the fit on from the cubic one's solution, on the same pixels; of the
two the one of lower chi2 is the result, so that chi2 never rises.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import FitOptions
from vetter.core.fit.figures import Found, Stack
from vetter.core.fit.fine_descent import Ends, Pixels, descend
from vetter.core.fit.fine_need import where_it_matters
from vetter.core.fit.fit_facts import Box
from vetter.core.fit.moments import margin
from vetter.core.fit.newton import Minima
from vetter.core.fit.point_source import PointSources, measure, rendered
from vetter.core.fit.quintic import QUINTIC_REACH, quintic_coefficients, quintic_shifted
from vetter.core.fit.weights import count

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

_MEMORY = 4
"""Pixels beyond the quintic spline's own where a wrong fill of a template's hole still counts: its
memory of a value falls by 0.43 a pixel, after these to about 0.03."""


def refine(
    stack: Stack,
    options: FitOptions,
    moments: list[Array],
    found: Found,
    joint: Found | None,
    sources: PointSources,
    residual: Array,
) -> frozenset[int]:
    """Take the fits on by a quintic spline, where the cubic one's error may matter.

    Parameters
    ----------
    stack : Stack
    options : FitOptions
    moments : list of ndarray
        As the last fit had them, one for each window.
    found, joint : Found
        The cubic spline's solutions: of the fit, and of that together with a PSF if there is one.
    sources : PointSources
        What the joint fit says of the PSF.
    residual : ndarray (k, ny, nx)
        Image minus model, the background left in.

    Returns
    -------
    frozenset of int
        Where of the stack the quintic spline was chosen: there ``found``, ``sources`` and
        ``residual`` have been written to.
    """
    sharp = where_it_matters(moments, found, stack, options)
    if sharp:
        sharp = _clear(stack, sharp, options)
    if not sharp:
        return frozenset()
    which = np.array(sharp)
    edge = margin(options.max_shift) - 1 + QUINTIC_REACH
    coefs = quintic_coefficients(stack.template[which], edge)
    box = stack.inputs[0].about.box
    ends = _descend(stack, which, coefs, box, found, options, None)
    better = ends.chi2 < found.minima.chi2[which]
    which, coefs, ends = which[better], coefs[better], Ends(*(column[better] for column in ends))
    if not len(which):
        return frozenset()
    found.minima.u[which] += ends.dx - found.dx[which]
    found.minima.v[which] += ends.dy - found.dy[which]
    found.dx[which], found.dy[which] = ends.dx, ends.dy
    found.minima.scale[which], found.minima.chi2[which] = ends.scale, ends.chi2
    whole = tuple(slice(0, size) for size in residual.shape[1:])
    model = quintic_shifted(coefs, (whole[0], whole[1]), ends.dx, ends.dy, edge)[:, 2]
    residual[which] = stack.image[which] - ends.scale[:, None, None] * model
    if joint is not None:
        told = np.isfinite(sources.flux[which])
        _measure(stack, which[told], coefs[told], joint, sources, options)
    return frozenset(which.tolist())


def _clear(stack: Stack, which: list[int], options: FitOptions) -> list[int]:
    """Those whose fitted pixels are clear of what is not known by the quintic spline's reach.

    The pixel set is clear of the template's holes by the cubic's, and stays as it is.
    """
    by = margin(options.max_shift) - 1 + QUINTIC_REACH + _MEMORY
    clear = []
    for k in which:
        about, unknown = stack.inputs[k].about, stack.inputs[k].unknown
        if stack.inputs[k].template_variance is not None:
            # The descent from here on would take the template's noise for light again.
            continue
        if unknown is None or not unknown[_wider(about.psf_box, by)].any():
            clear.append(k)
    return clear


def _wider(box: Box, by: int) -> Box:
    rows, columns = (slice(max(0, side.start - by), side.stop + by) for side in box)
    return rows, columns


def _descend(
    stack: Stack,
    which: Indices,
    coefs: Array,
    box: Box,
    start: Found,
    options: FitOptions,
    point: Array | None,
) -> Ends:
    """From the cubic spline's solution to the quintic's; together with a PSF where one is given."""
    weight = stack.weight[(which, *box)]
    free = [weight] if point is not None or options.fit_bg else []
    if point is not None:
        free.append(point * weight)
    linear = np.stack([*free, stack.image[(which, *box)] * weight], axis=1)
    edge = margin(options.max_shift) - 1 + QUINTIC_REACH
    pixels = Pixels(coefs, edge, box, weight, linear.reshape(*linear.shape[:2], -1))
    scales = 1.0 / options.max_scale, options.max_scale
    return descend(pixels, start.dx[which], start.dy[which], options.max_shift, scales)


def _measure(
    stack: Stack,
    which: Indices,
    coefs: Array,
    joint: Found,
    sources: PointSources,
    options: FitOptions,
) -> None:
    """The point sources by the quintic spline, written into ``sources``."""
    if not len(which):
        return
    box = stack.inputs[0].about.psf_box
    point = rendered([stack.inputs[k] for k in which], box)
    ends = _descend(stack, which, coefs, box, joint, options, point)
    ends.products[:, :2] *= ends.scale[:, None, None]
    ends.products[:, :, :2] *= ends.scale[:, None, None]
    minima = Minima(ends.dx, ends.dy, ends.scale, ends.chi2)
    df = count(stack.weight[which], box) - 4 - (options.max_scale > 1)
    new = measure(ends.products, minima, df, (False, options.max_scale == 1))
    for column, values in zip(sources, new, strict=True):
        column[which] = values
