"""Figures of a fit (chi2, p-value, bounds, residual), computed from its solution."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import UNSEEN_NOTE, Adjustment, FitOptions, is_off, make_failure
from vetter.core.fit.deviations import Deviations
from vetter.core.fit.field_normal import UNKNOWN_NORMAL, FieldNormal
from vetter.core.fit.input import FitContext, FitInput
from vetter.core.fit.noise_model import central_region, measure_scatters, measure_template_noise
from vetter.core.fit.point_source import PointSources
from vetter.core.fit.weights import Solutions, Stack, pixel_sums

Array = npt.NDArray[np.float64]

_GAUSSIAN_AREA = math.pi / (4.0 * math.log(2.0))
"""Flux of a Gaussian with peak 1 and FWHM 1."""

T = TypeVar("T")

_NO_DEVIATIONS: Mapping[str, Any] = MappingProxyType({})


def make_results(
    stack: Stack,
    options: FitOptions,
    found: Solutions,
    level: Array,
    sources: PointSources,
    residual: Array,
    fine: frozenset[int],
    deviations: Deviations | None,
) -> list[Adjustment]:
    """Compute all figures of the solutions, and return the results.

    ``residual`` is image minus model, (k, ny, nx). ``fine`` holds the indices of the cutouts for
    which a quintic spline was chosen. ``deviations`` is None if no PSF is known.
    """
    from scipy.special import chdtrc

    box = (slice(None), *stack.inputs[0].about.box)
    inside = stack.weight[box]
    pulls = residual[box] * inside
    before = (stack.image[box] - stack.template[box]) * inside
    chi2, chi2_0 = pixel_sums(pulls, pulls), pixel_sums(before, before)
    # Overflowed moments leave no result: make_result() needs a finite chi2.
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
    # copy(): a view of one residual in the cache would keep the whole stack in memory.
    residuals = [residual[0]] if len(residual) == 1 else [plane.copy() for plane in residual]
    more: list[Mapping[str, Any]] = [_NO_DEVIATIONS] * len(residual)
    if deviations is not None:
        figures = zip(*(column.tolist() for column in deviations), strict=True)
        names = (*Deviations._fields, "star_flux")
        stars = _measure_star_fluxes(stack, box, inside)
        more = [
            dict(zip(names, (*row, flux), strict=True))
            for row, flux in zip(figures, stars, strict=True)
        ]
    return [
        make_result(data, options, row, plane, 5 if k in fine else 3, not unseen[k], more[k])
        for k, (data, row, plane) in enumerate(zip(stack.inputs, rows, residuals, strict=True))
    ]


def _scatters(stack: Stack, scale: Array, residual: Array) -> Array:
    """Return the scatter of the residuals, its error and the template's noise, shape (3, k).

    The scatter is measured away from the source, in units of the expected scatter.
    """
    left_out = central_region(residual.shape[1:], stack.inputs[0].about.box)
    fwhm = [data.about.fwhm for data in stack.inputs]
    whole = all(data.usable is None for data in stack.inputs)
    spread = measure_scatters(residual, stack.difference, stack.weight, whole, left_out, fwhm)
    noise = [math.nan] * len(spread)
    for k, scatter in enumerate(spread):
        # Measured only for a scatter above 1, which the template's noise may explain.
        if scatter.value > 1.0 and is_off(*scatter) and stack.inputs[k].template_variance is None:
            unscaled = measure_template_noise(stack.template[k], stack.weight[k], left_out)
            noise[k] = float(scale[k]) * unscaled
    return np.array([(*scatter, sigma) for scatter, sigma in zip(spread, noise, strict=True)]).T


def _measure_star_fluxes(stack: Stack, box: Any, inside: Array) -> list[float]:
    """Return `Adjustment.star_flux` of a stack, (k,); 0 for a template without a peak."""
    pixels = stack.template[box]
    if stack.pixels.min() < pixels[0].size:
        pixels = np.where(inside > 0, pixels, 0.0)
    # One axis of flat rows: two axes take three times as long.
    peaks = np.maximum.reduce(pixels.reshape(len(pixels), -1), axis=1)
    areas = np.array([data.about.fwhm**2 for data in stack.inputs])
    fluxes: list[float] = (_GAUSSIAN_AREA * areas * peaks).tolist()
    return fluxes


def _counted_flux(template: Array, inside: Array, pixels: npt.NDArray[np.intp]) -> Array:
    if pixels.min() < inside[0].size:
        template = template * (inside > 0)
    flux: Array = template.sum(axis=(1, 2))
    return flux


def _correlation(pulls: Array, inside: Array, pixels: npt.NDArray[np.intp], chi2: Array) -> Array:
    """Return the correlation of residuals (in sigmas, 0 where not counted) of adjacent pixels."""
    ny, nx = inside.shape[1:]
    pairs: Any = (ny - 1) * nx + ny * (nx - 1)
    if pixels.min() < ny * nx:
        counted = inside > 0
        pairs = np.count_nonzero(counted[:, 1:] & counted[:, :-1], axis=(1, 2))
        pairs += np.count_nonzero(counted[:, :, 1:] & counted[:, :, :-1], axis=(1, 2))
    flat = pulls.reshape(len(pulls), -1)
    products = np.vecdot(flat[:, nx:], flat[:, :-nx]) + np.vecdot(flat[:, 1:], flat[:, :-1])
    # The flat products pair the last pixel of a row with the first of the next: subtract these.
    products -= np.vecdot(pulls[:, 1:, 0], pulls[:, :-1, -1])
    out: Array = products * pixels / (pairs * chi2)
    return out


class FitFigures(NamedTuple, Generic[T]):
    """Numbers of one fit, or of a stack with an array or a list for each.

    `Adjustment` defines them. ``chi2`` is NaN if there is no solution; the last three are NaN
    without the option ``check_err``.
    """

    dx: T
    dy: T
    scale: T
    bg: T
    tbg: T
    chi2_0: T
    chi2: T
    df: T
    pixels: T
    pval: T
    correlation: T
    flux: T
    flux_err: T
    snr: T
    absorbed: T
    held_err: T
    shift_err: T
    scatter: T
    scatter_err: T
    template_noise: T


_NORMAL_FIELDS = tuple(f"normal_{name}" for name in FieldNormal._fields)


def _known_normal(data: FitInput) -> dict[str, Any]:
    """Return the fields of a result that hold the field's normal; empty if unknown."""
    if data.normal is UNKNOWN_NORMAL:
        return {}
    return dict(zip(_NORMAL_FIELDS, data.normal, strict=True))


def known_fields(about: FitContext) -> dict[str, Any]:
    """Return the fields of a result that are known without a solution."""
    return {
        "template": about.template,
        "caveats": about.caveats,
        "fwhm": about.fwhm,
        "psf": about.psf_text,
    }


def make_result(
    data: FitInput,
    options: FitOptions,
    figures: FitFigures[float],
    residual: Array,
    spline: int,
    seen: bool,
    deviations: Mapping[str, Any] = _NO_DEVIATIONS,
) -> Adjustment:
    """Return the result of a fit; an unconverged one if its numbers overflow.

    Parameters
    ----------
    data : FitInput
    options : FitOptions
    figures : FitFigures
        Without a solution the first seven are not all finite.
    residual : ndarray (ny, nx)
        Image minus model; the result holds this array.
    spline : int
    seen : bool
        Whether a surviving source could be measured at the candidate's position.
    deviations : mapping
        Fields of `Deviations` that are known.
    """
    about = data.about
    if not all(map(math.isfinite, figures[:7])):
        return make_failure(
            "the numbers overflow: too large for their errors", **known_fields(about)
        )
    if data.unknown is not None:
        residual[data.unknown] = math.nan
    rows, columns = about.box
    return Adjustment(
        converged=True,
        dx=figures.dx,
        dy=figures.dy,
        scale=figures.scale,
        bg=figures.bg,
        tbg=figures.tbg,
        chi2_0=figures.chi2_0,
        chi2=figures.chi2,
        df=int(figures.df),
        pixels=int(figures.pixels),
        pval=figures.pval,
        at_bound=names_at_bound(figures.dx, figures.dy, figures.scale, options),
        correlation=figures.correlation if math.isfinite(figures.correlation) else math.nan,
        flux=figures.flux,
        flux_err=figures.flux_err,
        snr=figures.snr,
        absorbed=figures.absorbed,
        held_err=_six_digits(figures.held_err),
        shift_err=_six_digits(figures.shift_err),
        fwhm=about.fwhm,
        psf=about.psf_text,
        box=float(max(rows.stop - rows.start, columns.stop - columns.start)),
        template=about.template,
        caveats=about.caveats,
        notes=about.notes if seen or about.psf is None else (*about.notes, UNSEEN_NOTE),
        fit_bg=options.fit_bg,
        fit_plane=options.fit_plane,
        spline=spline,
        scatter=figures.scatter,
        scatter_err=figures.scatter_err,
        template_noise=figures.template_noise,
        residual=residual,
        unseen=about.psf is not None and not seen,
        **deviations,
        **_known_normal(data),
    )


def _six_digits(error: float) -> float:
    """Round an error: six digits are enough, and a session stores a hundred thousand of them."""
    return float(f"{error:.6g}")


def names_at_bound(dx: float, dy: float, scale: float, options: FitOptions) -> tuple[str, ...]:
    """Return the names of the free parameters that ended on their bound."""
    shift = options.max_shift - 1e-6
    names = [n for n, value in (("dx", dx), ("dy", dy)) if abs(value) >= shift > 0]
    low, high = 1.0 / options.max_scale, options.max_scale
    if high > 1 and not low * (1 + 1e-6) < scale < high * (1 - 1e-6):
        names.append("scale")
    return tuple(names)
