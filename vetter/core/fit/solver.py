"""The fit of many cutouts at once: every step runs over the whole stack.

One cutout is a stack of one, so that one at a time and many at once cannot differ; but for the
plainest case, which a script asks for most: one cutout with nothing bad in it, where shift and
scale alone are free. There numpy's calls cost more than their arithmetic. `fit_simple` does the
same steps with as few calls as possible, `starts_of_one` and `lowest_of_one` of the search and
`descend` of the Newton steps in plain numbers. It takes 0.43 ms of the processor where a stack of
one takes 0.55 (41 pixels a side; 0.77 and 0.88 with 63). The budget of one fit, 100 times faster
than STDPipe, is the only reason for a second way. One table of tests holds both to the same
figures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import Adjustment, FitOptions, failed
from vetter.core.fit.figures import FitFigures, finished, known, make_result
from vetter.core.fit.input import FitInput
from vetter.core.fit.moments import gram, margin, projected, windows
from vetter.core.fit.newton import Minima
from vetter.core.fit.noise_model import (
    TemplateNoise,
    added,
    kept_noise,
    template_noise_of,
    whatever_the_scale,
    without_noise,
)
from vetter.core.fit.pixels import Box
from vetter.core.fit.point_source import PointSources, measure, no_sources, products, rendered
from vetter.core.fit.refinement import needs_finer, refine
from vetter.core.fit.search import (
    CellMinimum,
    CellMoments,
    coarse,
    coarse_grid,
    lowest_of_one,
    search,
    search_cells,
    starts_of_one,
)
from vetter.core.fit.spline import coefficients, fraction_weights, shift_one, shifted
from vetter.core.fit.weights import Found, Stack, count, pixel_sums, reason, stacked, unfit, weights

Array = npt.NDArray[np.float64]

_PIXELS_AT_ONCE = 220_000
_CELLS_PAY = 30_000
"""So many products of pixels and shifted images: with fewer, moments of all shifts are cheaper than
to look for the cell. The same for one and for many, whose results would differ."""

_OVERFLOW = 1e200
_SEEN = 0.7
"""A PSF is measured where the pixels hold so much of the information on its flux (of the sum of its
squares). With less, over 1% of new sources of S/N 15 beside a star pass for a part of the star."""


def fit_inputs(inputs: Sequence[FitInput], options: FitOptions) -> list[Adjustment]:
    """Fit what :func:`vetter.core.fit.input.read` has taken apart; results in the same order."""
    results: list[Adjustment | None] = [None] * len(inputs)
    for members in _alike(inputs):
        # Numbers that overflow end as a fit without a result, not as a warning.
        with np.errstate(all="ignore"):
            alike = [inputs[i] for i in members]
            allowed = options.within(alike[0].image.shape)
            if len(alike) == 1 and is_simple(alike[0], allowed) and _cells_pay(alike[0], allowed):
                fits = [fit_simple(alike[0], allowed)]
            else:
                fits = _fit_alike(alike, allowed)
        for i, result in zip(members, fits, strict=True):
            results[i] = result
    return [result for result in results if result is not None]


def _alike(inputs: Sequence[FitInput]) -> list[list[int]]:
    """Indices of inputs of one shape and the same boxes, in lots that fit a processor's cache."""
    if len(inputs) == 1:
        return [[0]]
    groups: dict[object, list[int]] = {}
    for index, data in enumerate(inputs):
        about = data.about
        (y, x), (psf_y, psf_x) = about.box, about.psf_box
        box = y.start, y.stop, x.start, x.stop
        psf_box = psf_y.start, psf_y.stop, psf_x.start, psf_x.stop
        noisy = data.template_variance is not None
        alike = data.image.shape, box, psf_box, about.psf is None, noisy
        groups.setdefault(alike, []).append(index)
    lots = []
    for members in groups.values():
        # Of one size: what a lot costs whatever its size is not spent on a few left over.
        count = math.ceil(len(members) * inputs[members[0]].image.size / _PIXELS_AT_ONCE)
        ends = [len(members) * n // count for n in range(count + 1)]
        lots += [members[a:b] for a, b in pairwise(ends) if b > a]
    return lots


def _fit_alike(inputs: list[FitInput], options: FitOptions) -> list[Adjustment]:
    """Fit a lot; where a template has errors of its own, again with these times the scale."""
    results = _fit_lot(inputs, options, [1.0] * len(inputs))
    noisy = [
        i
        for i, data in enumerate(inputs)
        if data.template_variance is not None and results[i].converged
    ]
    if noisy:
        scales = [
            results[i].scale * kept_noise(inputs[i], results[i].dx, results[i].dy) for i in noisy
        ]
        again = _fit_lot([inputs[i] for i in noisy], options, scales)
        for i, result in zip(noisy, again, strict=True):
            results[i] = result
    return results


def _fit_lot(
    inputs: list[FitInput], options: FitOptions, noise_scales: list[float]
) -> list[Adjustment]:
    stack = stacked(inputs, weights(inputs, noise_scales))
    reasons = unfit(stack, options)
    fit = [k for k, reason in enumerate(reasons) if not reason]
    if 0 < len(fit) < len(inputs):
        stack = stacked([inputs[k] for k in fit], stack.weight[fit])
    solved = iter(_solve(stack, options) if fit else [])
    return [
        failed(reason, **known(data.about)) if reason else next(solved)
        for data, reason in zip(inputs, reasons, strict=True)
    ]


def _solve(stack: Stack, options: FitOptions) -> list[Adjustment]:
    edge = margin(options.max_shift)
    about = stack.inputs[0].about
    coefs = coefficients(stack.template, edge)
    together = about.psf is not None and about.psf_box == about.box
    moments: list[Array] = []
    noise = None
    if about.psf is None and not options.fit_bg and _cells_pay(stack.inputs[0], options):
        found = search_cells(stack, coefs, options)
    else:
        moments = _moments(coefs, stack, about.box, options, together)
        noise = _without_their_noise(moments, stack, about.box, options)
        found = _best(moments, options, (1,) if options.fit_bg else ())
    sources, joint = no_sources(len(stack.bg)), None
    if about.psf is not None:
        if not together:
            moments = _moments(coefs, stack, about.psf_box, options, True)
            noise = _without_their_noise(moments, stack, about.psf_box, options)
        pixels = stack.pixels if together else count(stack.weight, about.psf_box)
        sources, joint = _surviving(moments, options, pixels, noise)
    residual = shifted(coefs, found.dx, found.dy, edge)
    residual *= -found.scale[:, None, None]
    residual += stack.image
    fine = refine(stack, options, moments, found, joint, sources, residual)
    level = np.zeros(len(stack.bg))
    if options.fit_bg:
        inside = stack.weight[(slice(None), *about.box)]
        pulls = residual[(slice(None), *about.box)] * inside
        level = pixel_sums(pulls, inside) / pixel_sums(inside, inside)
        residual -= level[:, None, None]
    return finished(stack, options, found, level, sources, residual, fine)


def _cells_pay(data: FitInput, options: FitOptions) -> bool:
    box = data.about.box
    if data.template_variance is not None:
        # What its noise adds is known of the moments of all shifts.
        return False
    shifts = sum(window.taps**2 for window in windows(options.max_shift))
    pixels: int = (box[0].stop - box[0].start) * (box[1].stop - box[1].start)
    return shifts * pixels > _CELLS_PAY


def _moments(
    coefs: Array,
    stack: Stack,
    box: Box,
    options: FitOptions,
    with_psf: bool,
) -> list[Array]:
    """The moments of each window: shifted coefficients and image; constant and PSF if wanted."""
    inside = np.ascontiguousarray(stack.weight[(slice(None), *box)])
    count, ny, nx = inside.shape
    rows = np.empty((count, 3 if with_psf else 1 + options.fit_bg, ny, nx))
    np.multiply(stack.image[(slice(None), *box)], inside, out=rows[:, 0])
    rows[:, 1:2] = inside[:, None]
    if with_psf:
        rows[:, 2] = rendered(stack.inputs, box)
        power = rows[:, 2] ** 2
        seen = (power * (inside > 0)).sum(axis=(1, 2)) > _SEEN * power.sum(axis=(1, 2))
        # A source that could hide in what is masked is not looked for.
        rows[~seen, 2] = 0.0
        rows[:, 2] *= inside
    edge = margin(options.max_shift)
    moments = [
        gram(coefs, box, [(k, w) for k in range(count)], edge, inside, rows)[0]
        for w in windows(options.max_shift)
    ]
    for matrix in moments:
        overflown = ~(matrix.diagonal(axis1=1, axis2=2).sum(axis=1) < _OVERFLOW)
        if overflown.any():
            matrix[overflown] = np.nan
    return moments


def _without_their_noise(
    moments: list[Array], stack: Stack, box: Box, options: FitOptions
) -> TemplateNoise | None:
    """Take the noise of templates out of the moments; what that was."""
    noise = template_noise_of(stack, box)
    return None if noise is None else without_noise(moments, options.max_shift, noise)


def _best(moments: list[Array], options: FitOptions, linear: tuple[int, ...]) -> Found:
    """The least chi2 over all windows.

    ``linear`` names the images after the fitted one that are free: 1 the constant, 2 the PSF.
    """
    scales = 1.0 / options.max_scale, options.max_scale
    best: Found | None = None
    for index, window in enumerate(windows(options.max_shift)):
        fitted, taps = moments[index], window.taps**2
        for which in linear:
            fitted = projected(fitted, taps + which)
        minima = search(fitted[:, : taps + 1, : taps + 1], window, scales)
        where = np.full(len(minima.u), index)
        here = Found(where, minima, window.cx + minima.u, window.cy + minima.v)
        best = here if best is None else _lower(best, here)
    assert best is not None
    return best


def _lower(one: Found, other: Found) -> Found:
    wins = other.minima.chi2 < one.minima.chi2
    minima = Minima(*(np.where(wins, b, a) for a, b in zip(one.minima, other.minima, strict=True)))
    return Found(
        np.where(wins, other.window, one.window),
        minima,
        np.where(wins, other.dx, one.dx),
        np.where(wins, other.dy, one.dy),
    )


def _surviving(
    moments: list[Array],
    options: FitOptions,
    pixels: npt.NDArray[np.intp],
    noise: TemplateNoise | None,
) -> tuple[PointSources, Found]:
    """The point sources, NaN where one cannot be told, and the joint fits."""
    psf = moments[0].shape[1] - 1
    seen = (moments[0][:, psf, psf] > 0) & (moments[0][:, psf - 1, psf - 1] > 0)
    for inner in moments:
        # Nothing to project out: the result is thrown away below.
        inner[~seen, psf, psf] = inner[~seen, psf - 1, psf - 1] = 1.0
    found = _best(moments, options, (1, 2))
    fixed = options.max_shift == 0, options.max_scale == 1
    df = pixels - 2 - 2 * (not fixed[0]) - (not fixed[1])
    inner = np.empty((len(df), 6, 6))
    chi2 = found.minima.chi2.copy()
    for index, window in enumerate(windows(options.max_shift)):
        here = found.window == index
        minima = Minima(*(column[here] for column in found.minima))
        inner[here] = products(moments[index][here], window, minima)
        if noise is not None:
            own = TemplateNoise(*(column[here] for column in noise))
            chi2[here] += added(window, minima, own)
    minima = found.minima._replace(chi2=chi2)
    sources = measure(inner, minima, np.where(seen, df, 0), fixed)
    if noise is not None:
        scales = 1.0 / options.max_scale, options.max_scale
        whatever_the_scale(sources, inner, chi2 / np.maximum(df, 1), noise, scales)
    return sources, found


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
    """Fit one plain cutout, as a stack of one would; the module says why it is written twice."""
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
) -> CellMinimum:
    """The least chi2, by the cubic spline."""
    scales, grid = (1.0 / options.max_scale, options.max_scale), coarse_grid(options.max_shift)
    planes = coefs[None], data.about.box, inside[None], pulls[None]
    ground = CellMoments(*planes, options.max_shift, scales)
    chi2 = coarse(template[None], ground, grid)
    return lowest_of_one(ground, starts_of_one(chi2[0], grid.x, grid.y, grid.most))


def _residual(data: FitInput, coefs: Array, end: CellMinimum, image: Array, pulls: Array) -> Array:
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


def _found(end: CellMinimum) -> Found:
    dx, dy, u, v, scale, chi2 = (
        np.array([value]) for value in (end.dx, end.dy, end.dx, end.dy, end.scale, end.chi2)
    )
    return Found(np.zeros(1, int), Minima(u, v, scale, chi2), dx, dy, end.moments[None])


def _finished(
    data: FitInput,
    options: FitOptions,
    end: CellMinimum,
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
    return make_result(data, options, figures, residual, 5 if fine else 3, False)
