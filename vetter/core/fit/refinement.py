"""Quintic refinement of fits to stars so sharp and bright that the cubic spline's error matters.

A cubic spline shifts a star of FWHM 3 px with an error of up to 0.8% of its peak, one of 4 px with
0.2%: in the residual of a star of S/N 100 this is noise that ``err`` lacks. At a fraction f of a
pixel the error is f^2 (1 - f)^2 / 24 of the fourth derivative (the first term of the interpolation
error). The fourth differences of the coefficients give this derivative, and the moments give their
sum of squares in sigmas.

Where the error may matter, a quintic spline continues the fit from the cubic solution, on the same
pixels, by Gauss-Newton steps to the nearest minimum of chi2. The solution of lower chi2 is the
result, so chi2 never rises. The steps start so near the minimum that two passes over the pixels are
cheaper than the additional moments of a wider spline.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import FitOptions
from vetter.core.fit.chi2.background import make_slopes, remove_slopes
from vetter.core.fit.chi2.moments import margin, project_out, windows
from vetter.core.fit.chi2.newton import MAX_UNCHECKED_STEP, SMALL_GAIN, Minima
from vetter.core.fit.chi2.pixels import Box
from vetter.core.fit.chi2.spline import (
    QUINTIC_REACH,
    fourth_differences,
    quintic_coefficients,
    shift_images_quintic,
)
from vetter.core.fit.deviations import JudgedFits, Normals, add_precisions
from vetter.core.fit.point_source import PointSources, measure_sources, render_points
from vetter.core.fit.search import CellMinimum
from vetter.core.fit.weights import Solutions, Stack, count_pixels

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

_MEMORY = 4
"""Pixels beyond the quintic spline's reach where a wrong fill of a template's hole still matters:
the spline's memory of a value falls by 0.43 a pixel, over these pixels to about 0.03."""

_ROUNDS = 6
"""Number of Gauss-Newton steps, at most."""

_MAX_CUBIC_ERROR = 0.05 * 24.0**2 / 3.0
"""Power of the cubic spline's error that is accepted: 0.05 of the scatter of chi2, sqrt(2 df). The
estimate is low by about 3, since it has the leading term only, and lacks its factor of 1/24."""

_MAX_ESTIMATE_SHIFT = 2.0
"""Largest ``max_shift``, pixels, for which the estimate holds. At larger shifts a star leaves the
weights of its own light, and the window that contains it decides. There every fit tries the quintic
spline."""

_THIRD_TO_FOURTH = 9.0
"""Factor from the power of third differences to a bound of that of fourth differences. It would be
four, but for weights and edges. If the bound is too high, the fourth differences are computed."""


def refine(
    stack: Stack,
    options: FitOptions,
    moments: list[Array],
    found: Solutions,
    joint: Solutions | None,
    sources: PointSources,
    residual: Array,
    judged: JudgedFits | None,
) -> frozenset[int]:
    """Continue the fits with a quintic spline where the cubic spline's error may matter.

    Parameters
    ----------
    stack : Stack
    options : FitOptions
    moments : list of ndarray
        Moments of the last fit, one array for each window.
    found, joint : Found
        The cubic spline's solutions: of the fit, and of the joint fit with a PSF, if any.
    sources : PointSources
        Point sources of the joint fit.
    residual : ndarray (k, ny, nx)
        Image minus model, background not subtracted.
    judged : JudgedFits, optional
        Fits by which deviations from the field's normal are judged, if a PSF is known.

    Returns
    -------
    frozenset of int
        Indices in the stack for which the quintic spline was chosen. Their values in ``found``,
        ``sources``, ``judged`` and ``residual`` are replaced.
    """
    sharp = find_inaccurate_fits(moments, found, stack, options)
    if sharp:
        sharp = _select_clear(stack, sharp, options)
    if not sharp:
        return frozenset()
    which = np.array(sharp)
    edge = margin(options.max_shift) - 1 + QUINTIC_REACH
    coefs = quintic_coefficients(stack.template[which], edge)
    box = stack.inputs[0].about.box
    ends = _descend(stack, which, coefs, box, found, options, None)
    better = ends.chi2 < found.minima.chi2[which]
    which, coefs, ends = (
        which[better],
        coefs[better],
        QuinticEnds(*(column[better] for column in ends)),
    )
    if not len(which):
        return frozenset()
    found.minima.u[which] += ends.dx - found.dx[which]
    found.minima.v[which] += ends.dy - found.dy[which]
    found.dx[which], found.dy[which] = ends.dx, ends.dy
    found.minima.scale[which], found.minima.chi2[which] = ends.scale, ends.chi2
    whole = tuple(slice(0, size) for size in residual.shape[1:])
    model = shift_images_quintic(coefs, (whole[0], whole[1]), ends.dx, ends.dy, edge)[:, 2]
    residual[which] = stack.image[which] - ends.scale[:, None, None] * model
    if joint is not None:
        measured = np.isfinite(sources.flux[which])
        _measure_sources(stack, which[measured], coefs[measured], joint, sources, options)
    if judged is not None:
        _measure_alone(stack, which, coefs, judged, options)
        measured = np.isfinite(sources.flux[which])
        _measure_prior(stack, which[measured], coefs[measured], judged, sources, options)
    return frozenset(which.tolist())


def _select_clear(stack: Stack, which: list[int], options: FitOptions) -> list[int]:
    """Return cutouts whose fitted pixels are outside the quintic spline's reach of unknown ones.

    The pixel set, which only respects the cubic spline's reach, does not change.
    """
    by = margin(options.max_shift) - 1 + QUINTIC_REACH + _MEMORY
    clear = []
    for k in which:
        about, unknown = stack.inputs[k].about, stack.inputs[k].unknown
        if stack.inputs[k].template_variance is not None:
            # Skipped: this descent does not subtract the template's noise from the moments.
            continue
        if unknown is None or not unknown[_widen_box(about.psf_box, by)].any():
            clear.append(k)
    return clear


def _widen_box(box: Box, by: int) -> Box:
    rows, columns = (slice(max(0, side.start - by), side.stop + by) for side in box)
    return rows, columns


def _descend(
    stack: Stack,
    which: Indices,
    coefs: Array,
    box: Box,
    start: Solutions,
    options: FitOptions,
    point: Array | None,
) -> QuinticEnds:
    """Step from the cubic spline's solution to the quintic one; jointly with a PSF if given."""
    pixels = _collect_pixels(stack, which, coefs, box, options, point)
    scales = 1.0 / options.max_scale, options.max_scale
    return descend_quintic(pixels, start.dx[which], start.dy[which], options.max_shift, scales)


def _collect_pixels(
    stack: Stack,
    which: Indices,
    coefs: Array,
    box: Box,
    options: FitOptions,
    point: Array | None,
) -> QuinticPixels:
    """Return pixels whose free images are the background and, if given, a PSF."""
    weight = stack.weight[(which, *box)]
    linear = [weight] if point is not None or options.fit_bg else []
    if point is not None:
        linear.append(point * weight)
    linear.append(stack.image[(which, *box)] * weight)
    images = np.stack(linear, axis=1)
    if options.fit_plane:
        images = np.concatenate([images, make_slopes(weight).images], axis=1)
    edge = margin(options.max_shift) - 1 + QUINTIC_REACH
    images = images.reshape(*images.shape[:2], -1)
    return QuinticPixels(coefs, edge, box, weight, images, options.fit_plane)


def _measure_alone(
    stack: Stack, which: Indices, coefs: Array, judged: JudgedFits, options: FitOptions
) -> None:
    """Fit shift and scale alone with the quintic spline, and write the figures into ``judged``."""
    normals, alone = judged.normals.of(which), judged.alone
    pixels = _collect_pixels(stack, which, coefs, stack.inputs[0].about.box, options, None)
    scales = 1.0 / options.max_scale, options.max_scale
    products = pixels.products(np.arange(len(which)), normals.dx, normals.dy)
    held = _slopes(products, scales)
    df = np.maximum(stack.pixels[which] - (options.max_scale > 1) - options.background, 1)
    alone.scale_chi2[which], alone.scale[which] = held.chi2, held.scale
    alone.scale_err[which] = np.sqrt(np.maximum(1.0, held.chi2 / df) / held.power)
    # The template times its normal scale is compared with the image: divide the image by it.
    pixels.linear[:, -3 if options.fit_plane else -1] /= normals.scale[:, None]
    ends = descend_quintic(pixels, alone.dx[which], alone.dy[which], options.max_shift, (1.0, 1.0))
    alone.shift_chi2[which] = ends.chi2 * normals.scale**2


def _measure_prior(
    stack: Stack,
    which: Indices,
    coefs: Array,
    judged: JudgedFits,
    sources: PointSources,
    options: FitOptions,
) -> None:
    """Fit the PSF with priors and the quintic spline, and write the figures into ``judged``."""
    prior = judged.prior
    prior.flux[which], prior.flux_err[which] = sources.flux[which], sources.flux_err[which]
    known = judged.normals.is_known[which]
    which, coefs = which[known], coefs[known]
    if not len(which):
        return
    normals, box = judged.normals.of(which), stack.inputs[0].about.psf_box
    point = render_points([stack.inputs[k] for k in which], box)
    pixels = _collect_pixels(stack, which, coefs, box, options, point)
    scales = 1.0 / options.max_scale, options.max_scale
    ends = descend_quintic(
        pixels, prior.dx[which], prior.dy[which], options.max_shift, scales, normals
    )
    chi2 = np.maximum(ends.chi2 - normals.penalty(ends.dx, ends.dy, ends.scale), 0.0)
    _scale_slopes(ends)
    add_precisions(ends.products, normals)
    measured = measure_sources(
        ends.products,
        Minima(ends.dx, ends.dy, ends.scale, chi2),
        _count_freedom(stack, which, box, options),
        (False, options.max_scale == 1),
    )
    prior.flux[which], prior.flux_err[which] = measured.flux, measured.flux_err


def _scale_slopes(ends: QuinticEnds) -> None:
    """Scale the products of the template's derivatives, in place."""
    ends.products[:, :2] *= ends.scale[:, None, None]
    ends.products[:, :, :2] *= ends.scale[:, None, None]


def _count_freedom(stack: Stack, which: Indices, box: Box, options: FitOptions) -> Indices:
    """Return the degrees of freedom of joint fits with a free shift."""
    parameters = 4 + (options.max_scale > 1) + 2 * options.fit_plane
    return count_pixels([stack.inputs[k] for k in which], stack.weight[which], box) - parameters


def _measure_sources(
    stack: Stack,
    which: Indices,
    coefs: Array,
    joint: Solutions,
    sources: PointSources,
    options: FitOptions,
) -> None:
    """Measure the point sources with the quintic spline, and write them into ``sources``."""
    if not len(which):
        return
    box = stack.inputs[0].about.psf_box
    point = render_points([stack.inputs[k] for k in which], box)
    ends = _descend(stack, which, coefs, box, joint, options, point)
    _scale_slopes(ends)
    minima = Minima(ends.dx, ends.dy, ends.scale, ends.chi2)
    df = _count_freedom(stack, which, box, options)
    measured = measure_sources(ends.products, minima, df, (False, options.max_scale == 1))
    for column, values in zip(sources, measured, strict=True):
        column[which] = values


@dataclass(frozen=True, slots=True, eq=False)
class QuinticPixels:
    """Pixels and spline coefficients on which the quintic steps operate.

    Attributes
    ----------
    coefs : ndarray (k, ny + 2 edge, nx + 2 edge)
        Coefficients of the templates, from
        :func:`vetter.core.fit.chi2.spline.quintic_coefficients`.
    edge : int
        Rows and columns of coefficients on each side of the cutout.
    box : (slice, slice)
        Rows and columns that are fitted.
    weight : ndarray (k, rows of the box, columns of the box)
        1 / sigma; 0 where a pixel does not count.
    linear : ndarray (k, m, pixels of the box)
        Weighted images: those that are free besides the template, then the fitted image, then
        the slopes of a free plane.
    has_slopes : bool
        Whether the last two are slopes.
    """

    coefs: Array
    edge: int
    box: Box
    weight: Array
    linear: Array
    has_slopes: bool = False

    def products(self, which: npt.NDArray[np.intp], dx: Array, dy: Array) -> Array:
        """Compute inner products of the template's derivatives, the template and ``linear``.

        Slopes are removed from the other images.
        """
        rows = np.empty((len(which), 3 + self.linear.shape[1], self.linear.shape[2]))
        shifted = shift_images_quintic(self.coefs[which], self.box, dx, dy, self.edge)
        shifted *= self.weight[which][:, None]
        rows[:, :3] = shifted.reshape(len(which), 3, -1)
        rows[:, 3:] = self.linear[which]
        out: Array = rows @ rows.transpose(0, 2, 1)
        return remove_slopes(out) if self.has_slopes else out


class QuinticEnds(NamedTuple):
    """Ends of the steps, (k,) each, and the inner products of the last pass over the pixels."""

    dx: Array
    dy: Array
    scale: Array
    chi2: Array
    products: Array


class _Slopes(NamedTuple):
    """The chi2 at the best scale, half its gradient by (dx, dy) and half its Hessian, (k,) each."""

    chi2: Array
    scale: Array
    gx: Array
    gy: Array
    hxx: Array
    hxy: Array
    hyy: Array
    sx: Array
    sy: Array
    power: Array


def descend_quintic(
    pixels: QuinticPixels,
    dx: Array,
    dy: Array,
    max_shift: float,
    scales: tuple[float, float],
    normals: Normals | None = None,
) -> QuinticEnds:
    """Take steps from (dx, dy), each to a lower chi2, within the bounds.

    Parameters
    ----------
    pixels : Pixels
    dx, dy : ndarray (k,)
    max_shift : float
    scales : (float, float)
        Bounds of the scale.
    normals : Normals, optional
        Priors of shift and scale; the ends' ``chi2`` then contains their penalty.
    """
    dx, dy = dx.copy(), dy.copy()
    active = np.arange(len(dx))
    products = pixels.products(active, dx, dy)
    here = _penalised_slopes(products, scales, dx, dy, normals)
    scale, chi2 = here.scale.copy(), here.chi2.copy()
    for _ in range(_ROUNDS):
        du, dv = _steps(here, dx[active], dy[active], max_shift)
        gain = -(here.gx * du + here.gy * dv)
        # chi2 is not evaluated after the last step: its error is the square of the gain.
        short = np.maximum(np.abs(du), np.abs(dv)) < MAX_UNCHECKED_STEP
        last = (gain >= 0.0) & (gain < SMALL_GAIN * here.chi2) & short
        ends = active[last]
        dx[ends] += du[last]
        dy[ends] += dv[last]
        final_scale = (here.scale + here.sx * du + here.sy * dv)[last]
        scale[ends] = np.clip(final_scale, *scales)
        chi2[ends] -= gain[last]
        # A NaN gain compares as False and ends the descent too.
        moving = (gain >= 0.0) & ~last
        active, du, dv = active[moving], du[moving], dv[moving]
        if not len(active):
            break
        x, y = dx[active] + du, dy[active] + dv
        inner = pixels.products(active, x, y)
        own = None if normals is None else normals.of(active)
        there = _penalised_slopes(inner, scales, x, y, own)
        better = there.chi2 < chi2[active]
        active, inner = active[better], inner[better]
        here = _Slopes(*(column[better] for column in there))
        dx[active] += du[better]
        dy[active] += dv[better]
        scale[active], chi2[active], products[active] = here.scale, here.chi2, inner
    return QuinticEnds(dx, dy, scale, chi2, products)


def _penalised_slopes(
    products: Array, scales: tuple[float, float], dx: Array, dy: Array, normals: Normals | None
) -> _Slopes:
    """Return the slopes of chi2, with the priors' penalty if there are normals."""
    if normals is None:
        return _slopes(products, scales)
    precision, scale = normals.scale_precision, normals.scale
    # The prior of the scale is one more pixel: template 1, image the normal scale.
    products = products.copy()
    products[:, 2, 2] += precision
    products[:, 2, -1] += precision * scale
    products[:, -1, 2] += precision * scale
    products[:, -1, -1] += precision * scale**2
    at, precision = _slopes(products, scales), normals.shift_precision
    along, across = dx - normals.dx, dy - normals.dy
    return at._replace(
        chi2=at.chi2 + precision * (along * along + across * across),
        gx=at.gx + precision * along,
        gy=at.gy + precision * across,
        hxx=at.hxx + precision,
        hyy=at.hyy + precision,
    )


def _slopes(products: Array, scales: tuple[float, float]) -> _Slopes:
    free = products
    for which in range(3, products.shape[1] - 1):
        free = project_out(free, which)
    xx, xy, xt, xi = (free[:, 0, k] for k in (0, 1, 2, -1))
    yy, yt, yi = (free[:, 1, k] for k in (1, 2, -1))
    tt, ti, ii = free[:, 2, 2], free[:, 2, -1], free[:, -1, -1]
    unbounded = ti / tt
    s = np.clip(unbounded, *scales)
    inside = (scales[0] < unbounded) & (unbounded < scales[1])
    sx, sy = (np.where(inside, (i - 2.0 * s * t) / tt, 0.0) for i, t in ((xi, xt), (yi, yt)))
    # Gauss-Newton Hessian: without the residuals times second derivatives.
    ax, ay = (np.where(inside, t / tt, 0.0) for t in (xt, yt))
    return _Slopes(
        ii + s * (s * tt - 2.0 * ti),
        s,
        s * (s * xt - xi),
        s * (s * yt - yi),
        s * s * (xx - ax * xt),
        s * s * (xy - ax * yt),
        s * s * (yy - ay * yt),
        sx,
        sy,
        tt,
    )


def _steps(at: _Slopes, dx: Array, dy: Array, bound: float) -> tuple[Array, Array]:
    """Return steps downhill that stay within the bound; on it, along it."""
    free_x = ~(((dx <= -bound) & (at.gx >= 0.0)) | ((dx >= bound) & (at.gx <= 0.0)))
    free_y = ~(((dy <= -bound) & (at.gy >= 0.0)) | ((dy >= bound) & (at.gy <= 0.0)))
    determinant = at.hxx * at.hyy - at.hxy * at.hxy
    both = free_x & free_y
    du = np.where(both, (at.hxy * at.gy - at.hyy * at.gx) / determinant, -at.gx / at.hxx)
    dv = np.where(both, (at.hxy * at.gx - at.hxx * at.gy) / determinant, -at.gy / at.hyy)
    du, dv = np.where(free_x, du, 0.0), np.where(free_y, dv, 0.0)
    return np.clip(dx + du, -bound, bound) - dx, np.clip(dy + dv, -bound, bound) - dy


def find_inaccurate_fits(
    moments: list[Array], found: Solutions, stack: Stack, options: FitOptions
) -> list[int]:
    """Return the cutouts of a stack for which the cubic spline may not suffice.

    Parameters
    ----------
    moments : list of ndarray
        One array for each window; unused if ``found`` holds moments of cells.
    found : Found
        The cubic spline's solutions.
    stack : Stack
    options : FitOptions
    """
    if options.max_shift == 0:
        return []
    if options.max_shift > _MAX_ESTIMATE_SHIFT:
        return list(range(len(stack.inputs)))
    if found.cells is not None:
        differences = _third_differences()
        power = (differences @ found.cells @ differences.T).tolist()
        masked = [k for k, data in enumerate(stack.inputs) if data.usable is not None]
        likely = sorted({*_select_inaccurate(range(len(power)), power, found, stack), *masked})
        return _select_inaccurate(likely, _powers(stack, likely), found, stack) if likely else []
    which: list[int] = []
    all_windows = windows(options.max_shift)
    for index, window in enumerate(all_windows):
        matrices = moments[index]
        differences = _fourth_differences(window.half, matrices.shape[1])
        power = (differences @ matrices @ differences.T).tolist()
        here: Sequence[int] = range(len(power))
        if len(all_windows) > 1:
            here = np.flatnonzero(found.window == index).tolist()
            power = [power[k] for k in here]
        which += _select_inaccurate(here, power, found, stack)
    return sorted(which)


def needs_quintic(end: CellMinimum, pixels: int, options: FitOptions) -> bool:
    """Return whether the cubic spline may not suffice at a search's end, by its cell's moments."""
    if options.max_shift == 0:
        return False
    if options.max_shift > _MAX_ESTIMATE_SHIFT:
        return True
    differences = _third_differences()
    power = (differences @ end.moments @ differences.T).tolist()
    return _is_inaccurate(power, end.dx, end.dy, end.scale, pixels)


def _select_inaccurate(
    which: Sequence[int], power: list[list[list[float]]], found: Solutions, stack: Stack
) -> list[int]:
    """Return the cutouts whose cubic error is too large; ``power``: of the fourth differences."""
    # Plain numbers: numpy's calls would cost more, for one and for a stack.
    dx, dy, scale = found.dx.tolist(), found.dy.tolist(), found.scale.tolist()
    pixels = stack.pixels.tolist()
    return [
        k
        for k, matrix in zip(which, power, strict=True)
        if _is_inaccurate(matrix, dx[k], dy[k], scale[k], pixels[k])
    ]


def _is_inaccurate(
    power: list[list[float]], dx: float, dy: float, scale: float, pixels: int
) -> bool:
    (xx, xy), (_, yy) = power
    u, v = dx % 1.0, dy % 1.0
    x, y = (u - u * u) ** 2, (v - v * v) ** 2
    error_power = (x * x * xx + 2.0 * x * y * xy + y * y * yy) * scale * scale
    # False for NaN: such a fit has no result.
    return error_power > _MAX_CUBIC_ERROR * math.sqrt(2.0 * pixels)


def _powers(stack: Stack, which: list[int]) -> list[list[list[float]]]:
    """Compute inner products of the fourth differences, in sigmas, along x and along y."""
    box = stack.inputs[0].about.box
    template, weight = stack.template, stack.weight[(slice(None), *box)]
    if len(which) < len(template):
        template, weight = template[which], weight[which]
    ny, nx = template.shape[1:]
    along = (template[:, box[0]] @ fourth_differences(nx)[:, box[1]]) * weight
    across = (fourth_differences(ny)[:, box[0]].T @ template[:, :, box[1]]) * weight
    both = np.stack((along, across), axis=1).reshape(len(along), 2, -1)
    products: list[list[list[float]]] = (both @ both.transpose(0, 2, 1)).tolist()
    return products


@lru_cache(maxsize=1)
def _third_differences() -> Array:
    """Return third differences of a cell's coefficients, scaled to fourth: along x, y, (2, 17)."""
    along, across = np.array([-1.0, 3.0, -3.0, 1.0]), np.array([1.0, 4.0, 1.0, 0.0]) / 6.0
    out = np.zeros((2, 17))
    out[0, :16] = np.outer(across, along).ravel()
    out[1, :16] = np.outer(along, across).ravel()
    out *= math.sqrt(_THIRD_TO_FOURTH)
    return out


@lru_cache(maxsize=16)
def _fourth_differences(half: float, size: int) -> Array:
    """Return weights (2, size) of a window's shifted coefficients: along x, and along y."""
    taps, middle = int(2 * half) + 3, int(half) + 1
    along, across = np.zeros(taps), np.zeros(taps)
    along[middle - 2 : middle + 3] = 1.0, -4.0, 6.0, -4.0, 1.0
    across[middle - 1 : middle + 2] = 1.0 / 6.0, 2.0 / 3.0, 1.0 / 6.0
    out = np.zeros((2, size))
    out[0, : taps * taps] = np.outer(across, along).ravel()
    out[1, : taps * taps] = np.outer(along, across).ravel()
    return out
