"""The fit of many cutouts at once: every step runs over the whole stack.

One cutout is a stack of one, so that a single fit and a fit of many cannot differ. The exception is
the plainest and most frequent case: one cutout without bad pixels, with only shift and scale free.
There numpy's calls cost more than their arithmetic. `fit_simple` takes the same steps with as few
calls as possible; it uses `find_starts_of_one`, `find_lowest_of_one` and `descend`, which run on
plain numbers. It takes 0.43 ms of processor time, a stack of one 0.55 ms (41 pixels a side; 0.77
and 0.88 with 63). The budget of one fit, 100 times faster than STDPipe, is the only reason for a
second implementation. One table of tests holds both to the same figures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import Adjustment, FitOptions, make_failure
from vetter.core.fit.chi2.background import Slopes, fit_plane, make_slopes, remove_slopes
from vetter.core.fit.chi2.moments import gram, margin, project_out, windows
from vetter.core.fit.chi2.newton import Minima
from vetter.core.fit.chi2.pixels import Box
from vetter.core.fit.chi2.spline import (
    coefficients,
    fraction_weights,
    shift_images,
    shift_one,
)
from vetter.core.fit.deviations import (
    JointMoments,
    JudgedFits,
    join_deviations,
    measure_alone,
    measure_prior,
    measure_raw,
    read_normals,
)
from vetter.core.fit.figures import FitFigures, known_fields, make_result, make_results
from vetter.core.fit.input import FitInput
from vetter.core.fit.noise_model import (
    TemplateNoise,
    measure_at_best_scale,
    measure_noise_power,
    noise_chi2,
    remaining_noise,
    subtract_noise,
)
from vetter.core.fit.point_source import (
    PointSources,
    compute_products,
    measure_sources,
    no_sources,
    render_points,
)
from vetter.core.fit.refinement import needs_quintic, refine
from vetter.core.fit.search import (
    CellMinimum,
    MomentBuilder,
    coarse_grid,
    compute_coarse_chi2,
    find_lowest_of_one,
    find_starts_of_one,
    search,
    search_cells,
)
from vetter.core.fit.weights import (
    Solutions,
    Stack,
    compute_weights,
    count_pixels,
    find_fit_obstacle,
    find_fit_obstacles,
    pixel_sums,
    stack_inputs,
)

Array = npt.NDArray[np.float64]

_PIXELS_PER_BATCH = 256_000
_MIN_CELL_PRODUCTS = 30_000
"""Number of shifted images times pixels above which cells are searched; below, moments of all
shifts are cheaper. Single fits and stacks share the limit: else their results would differ."""

_OVERFLOW = 1e200
_MIN_PSF_SHARE = 0.7
"""Fraction of the PSF's sum of squares, the information on its flux, in good pixels above which the
PSF is measured. With less, over 1% of new sources of S/N 15 beside a star pass as a part of the
star."""


def fit_inputs(inputs: Sequence[FitInput], options: FitOptions) -> list[Adjustment]:
    """Fit the inputs of :func:`vetter.core.fit.input.read_fit_input`; keep their order."""
    results: list[Adjustment | None] = [None] * len(inputs)
    for members in _group_inputs(inputs):
        # errstate: a fit whose numbers overflow ends with a reason, not with a warning.
        with np.errstate(all="ignore"):
            batch = [inputs[i] for i in members]
            limited = options.within(batch[0].image.shape)
            single = len(batch) == 1 and is_simple(batch[0], limited)
            if single and _should_use_cells(batch[0], limited):
                fits = [fit_simple(batch[0], limited)]
            else:
                fits = _fit_batch(batch, limited)
        for i, result in zip(members, fits, strict=True):
            results[i] = result
    return [result for result in results if result is not None]


def _group_inputs(inputs: Sequence[FitInput]) -> list[list[int]]:
    """Return indices of inputs of one shape and equal boxes, in batches that fit the CPU cache."""
    if len(inputs) == 1:
        return [[0]]
    groups: dict[object, list[int]] = {}
    for index, data in enumerate(inputs):
        about = data.about
        (y, x), (psf_y, psf_x) = about.box, about.psf_box
        box = y.start, y.stop, x.start, x.stop
        psf_box = psf_y.start, psf_y.stop, psf_x.start, psf_x.stop
        noisy = data.template_variance is not None
        key = data.image.shape, box, psf_box, about.psf is None, noisy
        groups.setdefault(key, []).append(index)
    batches = []
    for members in groups.values():
        # Equal sizes: a small last batch would cost the fixed time of a full one.
        count = math.ceil(len(members) * inputs[members[0]].image.size / _PIXELS_PER_BATCH)
        ends = [len(members) * n // count for n in range(count + 1)]
        batches += [members[a:b] for a, b in pairwise(ends) if b > a]
    return batches


def _fit_batch(inputs: list[FitInput], options: FitOptions) -> list[Adjustment]:
    """Fit a batch; the errors of noisy templates are multiplied by the scale.

    It is the field's normal scale, or, where this is unknown, that of a first fit. On blank sky,
    a fitted scale may be anything.
    """
    known = [math.isfinite(data.normal.scale_err) for data in inputs]
    first = [
        data.normal.scale if normal else 1.0 for data, normal in zip(inputs, known, strict=True)
    ]
    results = _fit_once(inputs, options, first)
    noisy = [
        i
        for i, data in enumerate(inputs)
        if data.template_variance is not None and results[i].converged and not known[i]
    ]
    if noisy:
        scales = [
            results[i].scale * remaining_noise(inputs[i], results[i].dx, results[i].dy)
            for i in noisy
        ]
        refits = _fit_once([inputs[i] for i in noisy], options, scales)
        for i, result in zip(noisy, refits, strict=True):
            results[i] = result
    return results


def _fit_once(
    inputs: list[FitInput], options: FitOptions, noise_scales: list[float]
) -> list[Adjustment]:
    stack = stack_inputs(inputs, compute_weights(inputs, noise_scales))
    reasons = find_fit_obstacles(stack, options)
    fit = [k for k, reason in enumerate(reasons) if not reason]
    if 0 < len(fit) < len(inputs):
        stack = stack_inputs([inputs[k] for k in fit], stack.weight[fit])
    solved = iter(_solve(stack, options) if fit else [])
    return [
        make_failure(reason, **known_fields(data.about)) if reason else next(solved)
        for data, reason in zip(inputs, reasons, strict=True)
    ]


def _solve(stack: Stack, options: FitOptions) -> list[Adjustment]:
    edge = margin(options.max_shift)
    about = stack.inputs[0].about
    coefs = coefficients(stack.template, edge)
    is_one_box = about.psf is not None and about.psf_box == about.box
    inside = np.ascontiguousarray(stack.weight[(slice(None), *about.box)])
    slopes = make_slopes(inside) if options.fit_plane else None
    moments: list[Array] = []
    sources, joint, raw, judged = no_sources(len(stack.bg)), None, None, None
    if about.psf is None and not options.fit_bg and _should_use_cells(stack.inputs[0], options):
        found = search_cells(stack, coefs, options)
    else:
        normals = read_normals(stack.inputs, options)
        moments = _compute_moments(coefs, stack, about.box, options, is_one_box, slopes)
        if is_one_box:
            raw = measure_raw(moments, normals, options)
        noise = _subtract_noise(moments, stack, about.box, options)
        fitted = _project(moments, options, (1,) if options.fit_bg else ())
        found = _search_windows(fitted, options)
        if about.psf is not None:
            alone = measure_alone(fitted, normals, options, stack.pixels, noise)
            if raw is None:
                moments = _compute_moments(coefs, stack, about.psf_box, options, True, None)
                raw = measure_raw(moments, normals, options)
                noise = _subtract_noise(moments, stack, about.psf_box, options)
            pixels = stack.pixels
            if not is_one_box:
                pixels = count_pixels(stack.inputs, stack.weight, about.psf_box)
            sources, joint, around = _measure_sources(moments, options, pixels, noise)
            prior = measure_prior(moments, around, normals, options, joint, sources, noise)
            judged = JudgedFits(normals, alone, prior)
    residual = shift_images(coefs, found.dx, found.dy, edge)
    residual *= -found.scale[:, None, None]
    residual += stack.image
    fine = refine(stack, options, moments, found, joint, sources, residual, judged)
    level = np.zeros(len(stack.bg))
    if options.fit_bg:
        pulls = residual[(slice(None), *about.box)] * inside
        level = pixel_sums(pulls, inside) / pixel_sums(inside, inside)
        residual -= level[:, None, None]
        if slopes is not None:
            shape = residual.shape[1], residual.shape[2]
            residual -= fit_plane(slopes, pulls, about.box, shape)
    deviations = None
    if raw is not None and judged is not None:
        deviations = join_deviations(raw, judged.prior, judged.alone)
    return make_results(stack, options, found, level, sources, residual, fine, deviations)


def _should_use_cells(data: FitInput, options: FitOptions) -> bool:
    box = data.about.box
    if data.template_variance is not None:
        # subtract_noise() needs the moments of all shifts.
        return False
    shifts = sum(window.taps**2 for window in windows(options.max_shift))
    pixels: int = (box[0].stop - box[0].start) * (box[1].stop - box[1].start)
    return shifts * pixels > _MIN_CELL_PRODUCTS


def _compute_moments(
    coefs: Array,
    stack: Stack,
    box: Box,
    options: FitOptions,
    with_psf: bool,
    slopes: Slopes | None,
) -> list[Array]:
    """Compute each window's moments: shifted coefficients, image, and constant and PSF if free.

    The slopes of a free plane are removed from all of them; None: they are not known yet.
    """
    inside = np.ascontiguousarray(stack.weight[(slice(None), *box)])
    count, ny, nx = inside.shape
    images = 3 if with_psf else 1 + options.fit_bg
    rows = np.empty((count, images + 2 * options.fit_plane, ny, nx))
    if options.fit_plane:
        rows[:, images:] = (slopes or make_slopes(inside)).images
    np.multiply(stack.image[(slice(None), *box)], inside, out=rows[:, 0])
    if images > 1:
        rows[:, 1] = inside
    if with_psf:
        points = render_points(stack.inputs, box)
        if any(data.usable is not None for data in stack.inputs):
            _remove_hidden(points, inside)
        np.multiply(points, inside, out=rows[:, 2])
    edge = margin(options.max_shift)
    moments = [
        gram(coefs, box, [(k, w) for k in range(count)], edge, inside, rows)[0]
        for w in windows(options.max_shift)
    ]
    for matrix in moments:
        overflowed = ~(matrix.diagonal(axis1=1, axis2=2).sum(axis=1) < _OVERFLOW)
        if overflowed.any():
            matrix[overflowed] = np.nan
    if options.fit_plane:
        moments = [remove_slopes(matrix) for matrix in moments]
    return moments


def _remove_hidden(points: Array, weight: Array) -> None:
    """Set to 0, in place, PSFs that could hide in masked pixels: they are not measured."""
    power = points * points
    counted_power = (power * (weight > 0)).sum(axis=(1, 2))
    points[~(counted_power > _MIN_PSF_SHARE * power.sum(axis=(1, 2)))] = 0.0


def _subtract_noise(
    moments: list[Array], stack: Stack, box: Box, options: FitOptions
) -> TemplateNoise | None:
    """Subtract the templates' noise from the moments in place, and return it; None without any."""
    noise = measure_noise_power(stack, box)
    return None if noise is None else subtract_noise(moments, options.max_shift, noise)


def _project(moments: list[Array], options: FitOptions, linear: tuple[int, ...]) -> list[Array]:
    """Return each window's moments of coefficients and image, without the free images.

    ``linear`` lists the free images after the fitted one: 1 is the constant, 2 the PSF.
    """
    out = []
    for matrix, window in zip(moments, windows(options.max_shift), strict=True):
        taps = window.taps**2
        for which in linear:
            matrix = project_out(matrix, taps + which)
        out.append(matrix[:, : taps + 1, : taps + 1])
    return out


def _search_windows(fitted: list[Array], options: FitOptions) -> Solutions:
    """Find the lowest chi2 over all windows, from the moments of :func:`_project`."""
    scales = 1.0 / options.max_scale, options.max_scale
    best: Solutions | None = None
    for index, window in enumerate(windows(options.max_shift)):
        minima = search(fitted[index], window, scales)
        window_index = np.full(len(minima.u), index)
        here = Solutions(window_index, minima, window.cx + minima.u, window.cy + minima.v)
        best = here if best is None else _select_lower(best, here)
    assert best is not None
    return best


def _select_lower(a: Solutions, b: Solutions) -> Solutions:
    is_lower = b.minima.chi2 < a.minima.chi2
    columns = zip(a.minima, b.minima, strict=True)
    return Solutions(
        np.where(is_lower, b.window, a.window),
        Minima(*(np.where(is_lower, new, old) for old, new in columns)),
        np.where(is_lower, b.dx, a.dx),
        np.where(is_lower, b.dy, a.dy),
    )


def _measure_sources(
    moments: list[Array],
    options: FitOptions,
    pixels: npt.NDArray[np.intp],
    noise: TemplateNoise | None,
) -> tuple[PointSources, Solutions, JointMoments]:
    """Return the point sources, NaN where not measurable, the joint fits and their moments."""
    psf = moments[0].shape[1] - 1
    measurable = (moments[0][:, psf, psf] > 0) & (moments[0][:, psf - 1, psf - 1] > 0)
    for inner in moments:
        # 1.0 avoids a division by 0 in project_out(); df = 0 below discards these results.
        inner[~measurable, psf, psf] = inner[~measurable, psf - 1, psf - 1] = 1.0
    fitted = _project(moments, options, (1, 2))
    found = _search_windows(fitted, options)
    fixed = options.max_shift == 0, options.max_scale == 1
    df = pixels - 2 - 2 * options.fit_plane - 2 * (not fixed[0]) - (not fixed[1])
    inner = np.empty((len(df), 6, 6))
    chi2 = found.minima.chi2.copy()
    for index, window in enumerate(windows(options.max_shift)):
        # slice(None): a single window needs no copies.
        here = slice(None) if len(moments) == 1 else found.window == index
        minima = Minima(*(column[here] for column in found.minima))
        inner[here] = compute_products(moments[index][here], window, minima)
        if noise is not None:
            window_noise = TemplateNoise(*(column[here] for column in noise))
            chi2[here] += noise_chi2(window, minima, window_noise)
    minima = found.minima._replace(chi2=chi2)
    sources = measure_sources(inner, minima, np.where(measurable, df, 0), fixed)
    if noise is not None:
        scales = 1.0 / options.max_scale, options.max_scale
        measure_at_best_scale(sources, inner, chi2 / np.maximum(df, 1), noise, scales)
    return sources, found, JointMoments(fitted, inner, df)


def is_simple(data: FitInput, options: FitOptions) -> bool:
    """Return whether :func:`fit_simple` can fit a cutout with these options."""
    return (
        data.usable is None
        and data.unknown is None
        and data.template_variance is None
        and data.about.psf is None
        and not options.fit_bg
        and not options.check_err
    )


def fit_simple(data: FitInput, options: FitOptions) -> Adjustment:
    """Fit one plain cutout with the steps of a stack; the module docstring gives the reason."""
    box = data.about.box
    image, template = data.image - data.bg, data.template - data.tbg
    weight: Array = 1.0 / data.err
    inner = template[box]
    least, most = float(np.minimum.reduce(inner, None)), float(np.maximum.reduce(inner, None))
    why = find_fit_obstacle(inner.size, least, most, data.tbg, options.free)
    if why:
        return make_failure(why, **known_fields(data.about))
    edge, inside = margin(options.max_shift), np.ascontiguousarray(weight[box])
    coefs = coefficients(template, edge)
    pulls = image[box] * inside
    end = _search_simple(template, coefs, data, inside, pulls, options)
    residual = _compute_residual(data, coefs, end, image, pulls)
    fine: frozenset[int] = frozenset()
    if needs_quintic(end, inner.size, options):
        stack = _make_stack(image, template, weight, inner.size, data)
        found = _make_found(end)
        fine = refine(stack, options, [], found, None, no_sources(1), residual[None], None)
        ((dx,), (dy,), (scale,)) = found.dx.tolist(), found.dy.tolist(), found.scale.tolist()
        end = end._replace(dx=dx, dy=dy, scale=scale)
    before = (image[box] - inner) * inside
    return _make_simple_result(
        data, options, end, residual[box] * inside, before, inner, residual, bool(fine)
    )


def _search_simple(
    template: Array, coefs: Array, data: FitInput, inside: Array, pulls: Array, options: FitOptions
) -> CellMinimum:
    """Find the lowest chi2 with the cubic spline."""
    scales, grid = (1.0 / options.max_scale, options.max_scale), coarse_grid(options.max_shift)
    planes = coefs[None], data.about.box, inside[None], pulls[None]
    builder = MomentBuilder(*planes, options.max_shift, scales)
    chi2 = compute_coarse_chi2(template[None], builder, grid)
    return find_lowest_of_one(builder, find_starts_of_one(chi2[0], grid.x, grid.y, grid.most))


def _compute_residual(
    data: FitInput, coefs: Array, end: CellMinimum, image: Array, pulls: Array
) -> Array:
    """Compute image minus model, (ny, nx); ``pulls`` is the image in sigmas."""
    if end.images is None or pulls.size < image.size:
        residual = shift_one(coefs, end.dx, end.dy, (len(coefs) - len(image)) // 2)
        residual *= -end.scale
        residual += image
        return residual
    # The box is the whole cutout, so the search's shifted images, in sigmas, give the model.
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


def _make_stack(image: Array, template: Array, weight: Array, pixels: int, data: FitInput) -> Stack:
    bg, tbg = np.array([data.bg]), np.array([data.tbg])
    planes = image[None], template[None], weight[None]
    return Stack(*planes, bg, tbg, np.array([pixels]), [data])


def _make_found(end: CellMinimum) -> Solutions:
    dx, dy, u, v, scale, chi2 = (
        np.array([value]) for value in (end.dx, end.dy, end.dx, end.dy, end.scale, end.chi2)
    )
    return Solutions(np.zeros(1, int), Minima(u, v, scale, chi2), dx, dy, end.moments[None])


def _make_simple_result(
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
    # Overflowed moments leave no result: make_result() needs a finite chi2.
    chi2 = float(after @ after) if math.isfinite(end.chi2) else math.nan
    pixels, df = after.size, after.size - options.free
    ny, nx = pulls.shape
    pairs = (ny - 1) * nx + ny * (nx - 1)
    neighbour_products = float(after[nx:] @ after[:-nx] + after[1:] @ after[:-1])
    # The flat products pair the last pixel of a row with the first of the next: subtract these.
    neighbour_products -= float(pulls[1:, 0] @ pulls[:-1, -1])
    correlation = neighbour_products * pixels / (pairs * chi2) if chi2 else math.nan
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
