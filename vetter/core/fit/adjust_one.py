"""The fit of one cutout with nothing bad in it, where shift and scale alone are free.

It is what a script asks for most, one cutout at a time; then numpy's calls cost more than their
arithmetic. The steps are those of :mod:`vetter.core.fit.solver` with as few calls as will do.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import Adjustment, FitOptions, failed
from vetter.core.fit.cell_descent import End, Ground, lowest_of_one
from vetter.core.fit.coarse_grid import starts_of_one
from vetter.core.fit.figures import Found, Stack
from vetter.core.fit.fine_need import needs_finer
from vetter.core.fit.fit_result import FitFigures, known, result
from vetter.core.fit.input import FitInput
from vetter.core.fit.moments import margin
from vetter.core.fit.newton import Minima
from vetter.core.fit.point_source import no_sources
from vetter.core.fit.refinement import refine
from vetter.core.fit.search import coarse, coarse_grid
from vetter.core.fit.spline import coefficients, fraction_weights, shift_one
from vetter.core.fit.weights import reason

Array = npt.NDArray[np.float64]


def is_simple(data: FitInput, options: FitOptions) -> bool:
    """Whether :func:`fit_simple` fits such a cutout."""
    return (
        data.usable is None
        and data.unknown is None
        and data.template_variance is None
        and data.about.psf is None
        and not options.fit_bg
        and not options.check_err
    )


def fit_simple(data: FitInput, options: FitOptions) -> Adjustment:
    """The fit, as :func:`vetter.core.fit.solver.fit_inputs` has it."""
    box = data.about.box
    image, template = data.image - data.bg, data.template - data.tbg
    weight: Array = 1.0 / data.err
    inner = template[box]
    least, most = float(np.minimum.reduce(inner, None)), float(np.maximum.reduce(inner, None))
    wrong = reason(inner.size, least, most, data.tbg, options.free)
    if wrong:
        return failed(wrong, **known(data.about))
    edge, inside = margin(options.max_shift), np.ascontiguousarray(weight[box])
    coefs = coefficients(template, edge)
    pulls = image[box] * inside
    end = _searched(template, coefs, data, inside, pulls, options)
    residual = _residual(data, coefs, end, image, pulls)
    fine: frozenset[int] = frozenset()
    if needs_finer(end, inner.size, options):
        stack = _stack(image, template, weight, inner.size, data)
        found = _found(end)
        fine = refine(stack, options, [], found, None, no_sources(1), residual[None])
        ((dx,), (dy,), (scale,)) = found.dx.tolist(), found.dy.tolist(), found.scale.tolist()
        end = end._replace(dx=dx, dy=dy, scale=scale)
    before = (image[box] - inner) * inside
    return _finished(
        data, options, end, residual[box] * inside, before, inner, residual, bool(fine)
    )


def _searched(
    template: Array, coefs: Array, data: FitInput, inside: Array, pulls: Array, options: FitOptions
) -> End:
    """The least chi2, by the cubic spline."""
    scales, grid = (1.0 / options.max_scale, options.max_scale), coarse_grid(options.max_shift)
    planes = coefs[None], data.about.box, inside[None], pulls[None]
    ground = Ground(*planes, options.max_shift, scales)
    chi2 = coarse(template[None], ground, grid)
    return lowest_of_one(ground, starts_of_one(chi2[0], grid.x, grid.y, grid.most))


def _residual(data: FitInput, coefs: Array, end: End, image: Array, pulls: Array) -> Array:
    """Image minus model, (ny, nx); ``pulls`` is the image in sigmas."""
    if end.images is None or pulls.size < image.size:
        residual = shift_one(coefs, end.dx, end.dy, (len(coefs) - len(image)) // 2)
        residual *= -end.scale
        residual += image
        return residual
    # The shifted images of all pixels are at hand, in sigmas.
    wx, wy = (
        fraction_weights(shift - first)[0]
        for shift, first in zip((end.dx, end.dy), end.cell, strict=True)
    )
    taps = np.array([y * x for y in wy for x in wx])
    taps *= -end.scale
    residual = (taps @ end.images[: len(taps)]).reshape(image.shape)
    residual += pulls
    residual *= data.err
    return residual


def _stack(image: Array, template: Array, weight: Array, pixels: int, data: FitInput) -> Stack:
    bg, tbg = np.array([data.bg]), np.array([data.tbg])
    planes = image[None], template[None], weight[None]
    return Stack(*planes, bg, tbg, np.array([pixels]), [data])


def _found(end: End) -> Found:
    dx, dy, u, v, scale, chi2 = (
        np.array([value]) for value in (end.dx, end.dy, end.dx, end.dy, end.scale, end.chi2)
    )
    return Found(np.zeros(1, int), Minima(u, v, scale, chi2), dx, dy, end.moments[None])


def _finished(
    data: FitInput,
    options: FitOptions,
    end: End,
    pulls: Array,
    before: Array,
    template: Array,
    residual: Array,
    fine: bool,
) -> Adjustment:
    from scipy.special import chdtrc

    after, before = pulls.ravel(), before.ravel()
    # Moments that overflow end without a result as well.
    chi2 = float(after @ after) if math.isfinite(end.chi2) else math.nan
    pixels, df = after.size, after.size - options.free
    ny, nx = pulls.shape
    pairs = (ny - 1) * nx + ny * (nx - 1)
    side_by_side = float(after[nx:] @ after[:-nx] + after[1:] @ after[:-1])
    # The end of a row is no neighbour of the next one's start.
    side_by_side -= float(pulls[1:, 0] @ pulls[:-1, -1])
    correlation = side_by_side * pixels / (pairs * chi2) if chi2 else math.nan
    figures = FitFigures(
        dx=end.dx,
        dy=end.dy,
        scale=end.scale,
        bg=data.bg,
        tbg=data.tbg,
        chi2_0=float(before @ before),
        chi2=chi2,
        df=df,
        pixels=pixels,
        pval=float(chdtrc(df, chi2)),
        correlation=correlation,
        flux=math.nan,
        flux_err=math.nan,
        snr=math.nan,
        absorbed=(end.scale - 1.0) * float(np.add.reduce(template, None)),
        held_err=math.nan,
        shift_err=math.nan,
        scatter=math.nan,
        scatter_err=math.nan,
        template_noise=math.nan,
    )
    return result(data, options, figures, residual, 5 if fine else 3, False)
