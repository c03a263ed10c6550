"""All figures of a fit, from its solution: chi2, p-value, bounds, what is left of the image."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import Adjustment, FitOptions
from vetter.core.fit.fit_result import FitFigures, result
from vetter.core.fit.input import FitInput
from vetter.core.fit.newton import Minima
from vetter.core.fit.point_source import PointSources
from vetter.core.fit.residual_scatter import core, is_off, scatters, template_noise

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Cutouts of one shape with the same boxes, ready to fit; arrays (k, ny, nx) or (k,)."""

    image: Array
    template: Array
    weight: Array
    bg: Array
    tbg: Array
    pixels: npt.NDArray[np.intp]
    inputs: list[FitInput]

    def difference(self, k: int) -> Array:
        """Image minus template as they came, without their backgrounds, (ny, nx)."""
        out: Array = self.image[k] - self.template[k]
        return out


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The minima over all windows, (k,) each; ``window`` says in which of them each lies.

    ``cells`` are the moments of the cells they lie in, (k, 17, 17), where such were made.
    """

    window: npt.NDArray[np.intp]
    minima: Minima
    dx: Array
    dy: Array
    cells: Array | None = None

    @property
    def scale(self) -> Array:
        """Flux ratios."""
        return self.minima.scale


def pixel_sums(a: Array, b: Array) -> Array:
    """Sum of products over the pixels of each cutout of a stack."""
    out: Array = np.vecdot(a.reshape(len(a), -1), b.reshape(len(b), -1))
    return out


def finished(
    stack: Stack,
    options: FitOptions,
    found: Found,
    level: Array,
    sources: PointSources,
    residual: Array,
    fine: frozenset[int],
) -> list[Adjustment]:
    """All figures of the solutions.

    ``residual`` is image minus model, (k, ny, nx); ``fine`` where a quintic spline was chosen.
    """
    from scipy.special import chdtrc

    box = (slice(None), *stack.inputs[0].about.box)
    inside = stack.weight[box]
    pulls = residual[box] * inside
    before = (stack.image[box] - stack.template[box]) * inside
    chi2, chi2_0 = pixel_sums(pulls, pulls), pixel_sums(before, before)
    # Moments that overflow end without a result as well.
    chi2[~np.isfinite(found.minima.chi2)] = np.nan
    pixels = stack.pixels
    df = pixels - options.free
    correlation = _correlation(pulls, inside, pixels, chi2)
    pval = chdtrc(df, chi2)
    flux = sources.template_flux
    unseen = np.isnan(flux)
    if unseen.any():
        flux = np.where(unseen, _counted_flux(stack.template[box], inside, pixels), flux)
    absorbed = (found.scale - 1.0) * flux
    spread = np.full((3, len(residual)), np.nan)
    if options.check_err:
        spread = _scatters(stack, found.scale, residual)
    columns = FitFigures(
        dx=found.dx,
        dy=found.dy,
        scale=found.scale,
        bg=stack.bg + level,
        tbg=stack.tbg,
        chi2_0=chi2_0,
        chi2=chi2,
        df=df,
        pixels=pixels,
        pval=pval,
        correlation=correlation,
        flux=sources.flux,
        flux_err=sources.flux_err,
        snr=sources.snr,
        absorbed=absorbed,
        held_err=sources.held_err,
        shift_err=sources.shift_err,
        scatter=spread[0],
        scatter_err=spread[1],
        template_noise=spread[2],
    )
    rows: Iterator[FitFigures[float]]
    rows = map(FitFigures._make, zip(*(column.tolist() for column in columns), strict=True))
    # Each residual gets memory of its own: one that is kept would keep all.
    lefts = [residual[0]] if len(residual) == 1 else [left.copy() for left in residual]
    return [
        result(data, options, row, left, 5 if k in fine else 3, not unseen[k])
        for k, (data, row, left) in enumerate(zip(stack.inputs, rows, lefts, strict=True))
    ]


def _scatters(stack: Stack, scale: Array, residual: Array) -> Array:
    """Return scatter of the residuals, its error and the template's noise, shape (3, k).

    The scatter is that away from the source, in units of the expected one.
    """
    left_out = core(residual.shape[1:], stack.inputs[0].about.box)
    fwhm = [data.about.fwhm for data in stack.inputs]
    whole = all(data.usable is None for data in stack.inputs)
    spread = scatters(residual, stack.difference, stack.weight, whole, left_out, fwhm)
    noise = [math.nan] * len(spread)
    for k, one in enumerate(spread):
        # Only where something is wrong: it is what may be behind it.
        if one.value > 1.0 and is_off(*one) and stack.inputs[k].template_variance is None:
            one_noise = template_noise(stack.template[k], stack.weight[k], left_out)
            noise[k] = float(scale[k]) * one_noise
    return np.array([(*one, more) for one, more in zip(spread, noise, strict=True)]).T


def _counted_flux(template: Array, inside: Array, pixels: npt.NDArray[np.intp]) -> Array:
    if pixels.min() < inside[0].size:
        template = template * (inside > 0)
    flux: Array = template.sum(axis=(1, 2))
    return flux


def _correlation(pulls: Array, inside: Array, pixels: npt.NDArray[np.intp], chi2: Array) -> Array:
    """Correlation of the residuals (in sigmas, 0 where not counted) of pixels side by side."""
    ny, nx = inside.shape[1:]
    pairs: Any = (ny - 1) * nx + ny * (nx - 1)
    if pixels.min() < ny * nx:
        counted = inside > 0
        pairs = np.count_nonzero(counted[:, 1:] & counted[:, :-1], axis=(1, 2))
        pairs += np.count_nonzero(counted[:, :, 1:] & counted[:, :, :-1], axis=(1, 2))
    flat = pulls.reshape(len(pulls), -1)
    products = np.vecdot(flat[:, nx:], flat[:, :-nx]) + np.vecdot(flat[:, 1:], flat[:, :-1])
    # The end of a row is no neighbour of the next one's start.
    products -= np.vecdot(pulls[:, 1:, 0], pulls[:, :-1, -1])
    out: Array = products * pixels / (pairs * chi2)
    return out
