"""Fit a template's shift, scale and background to an image: is the candidate a misregistered star?

Model, pixel set and degrees of freedom are those of :class:`vetter.core.adjustment.Adjustment`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from vetter.core.adjustment import Adjustment, FitOptions, failed
from vetter.core.fit_input import FitInput, read
from vetter.core.moments import Window, gram, margin, projected, tap_weights, windows
from vetter.core.point_source import PointSource, measure
from vetter.core.shift import coefficients, shifted
from vetter.core.shift_search import Minimum, search

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Solution:
    """The best shift, scale, and level of the background above its mode."""

    dx: float
    dy: float
    scale: float
    level: float


def fit(cutout: Any, options: FitOptions | None = None) -> Adjustment:
    """Fit one cutout; whatever is wrong with its pixels, the answer says so in words.

    Parameters
    ----------
    cutout : Cutout or mapping
        With planes ``image``, ``err`` and ``convolved`` (else ``template``), of one shape
        (ny, nx), NaN where not known; ``mask`` (non-zero is bad), ``template_mask`` and
        ``template_err`` where there are such. It is left as it is.
    options : FitOptions, optional

    Returns
    -------
    Adjustment
        ``converged`` False with a ``reason`` where there is no result.
    """
    options = options or FitOptions()
    data = read(cutout, options)
    if isinstance(data, Adjustment):
        return data
    result = fit_input(data, options, 1.0)
    if data.template_variance is not None and result.converged:
        result = fit_input(data, options, result.scale)
    return result


def fit_input(data: FitInput, options: FitOptions, noise_scale: float) -> Adjustment:
    """Fit what :func:`vetter.core.fit_input.read` has taken apart.

    The template's error counts ``noise_scale`` times.
    """
    weight = weights(data, noise_scale)
    reason = unfit(data.template[data.box], weight[data.box], options)
    if reason:
        return failed(reason, template=data.template_name, caveats=data.caveats)
    edge = margin(options.max_shift)
    coefs = coefficients(data.template - data.tbg, edge)
    together = data.psf is not None and data.psf_box == data.box
    moments = all_moments(coefs, data, data.box, weight, options, together)
    index, found = best(moments, options, (1,) if options.fit_bg else ())
    window = windows(options.max_shift)[index]
    level = background(moments[index], window, found) if options.fit_bg else 0.0
    solution = Solution(window.cx + found.u, window.cy + found.v, found.scale, level)
    source = PointSource()
    if data.psf is not None:
        if not together:
            moments = all_moments(coefs, data, data.psf_box, weight, options, True)
        source = surviving(moments, options, int(np.count_nonzero(weight[data.psf_box])))
    model = shifted(coefs, solution.dx, solution.dy, edge)
    return finish(data, options, weight, model, solution, source)


def weights(data: FitInput, noise_scale: float) -> Array:
    """1 / sigma of each pixel that counts, 0 of the others; (ny, nx)."""
    sigma = data.err
    if data.template_variance is not None:
        sigma = np.sqrt(sigma * sigma + noise_scale * noise_scale * data.template_variance)
    out = np.zeros(sigma.shape)
    np.divide(1.0, sigma, out=out, where=data.usable)
    return out


def unfit(template: Array, weight: Array, options: FitOptions) -> str:
    """Why the pixels of the box cannot be fitted; empty where they can."""
    pixels = int(np.count_nonzero(weight))
    if pixels <= options.free:
        return f"too few good pixels in the box: {pixels} for {options.free} free parameters"
    counted = template if pixels == weight.size else template[weight > 0]
    low, high = float(counted.min()), float(counted.max())
    if not high - low > 1e-12 * max(abs(low), abs(high)):
        return "the template is constant in the box: neither shift nor scale can be told"
    return ""


def all_moments(
    coefs: Array,
    data: FitInput,
    box: tuple[slice, slice],
    weight: Array,
    options: FitOptions,
    with_psf: bool,
) -> list[Array]:
    """The moments of each window: shifted coefficients, image, constant, and the PSF if wanted."""
    inside = weight[box]
    rows = np.empty((2 + with_psf, inside.size))
    image = np.where(inside > 0, data.image[box] - data.bg, 0.0)
    np.multiply(image, inside, out=rows[0].reshape(inside.shape))
    rows[1] = inside.ravel()
    if with_psf and data.psf is not None:
        psf = data.psf.render(inside.shape, *_in_box(data.position, box))
        rows[2] = (psf * inside).ravel()
    edge = margin(options.max_shift)
    return [gram(coefs, box, w, edge, inside, rows) for w in windows(options.max_shift)]


def _in_box(position: tuple[float, float], box: tuple[slice, slice]) -> tuple[float, float]:
    return position[0] - box[1].start, position[1] - box[0].start


def best(moments: list[Array], options: FitOptions, linear: tuple[int, ...]) -> tuple[int, Minimum]:
    """The window with the least chi2 and the minimum there.

    ``linear`` names the images after the fitted one that are free: 1 the constant, 2 the PSF.
    """
    scales = 1.0 / options.max_scale, options.max_scale
    lowest: tuple[int, Minimum] | None = None
    for index, window in enumerate(windows(options.max_shift)):
        fitted, taps = moments[index], window.taps**2
        for which in linear:
            fitted = projected(fitted, taps + which)
        found = search(fitted[: taps + 1, : taps + 1], window, scales)
        if lowest is None or found.chi2 < lowest[1].chi2:
            lowest = index, found
    assert lowest is not None
    return lowest


def background(moments: Array, window: Window, found: Minimum) -> float:
    """The constant that fits best with the template as found."""
    taps = window.taps**2
    wx, wy = tap_weights(found.u, window.half)[0], tap_weights(found.v, window.half)[0]
    template = wy @ moments[taps + 1, :taps].reshape(window.taps, window.taps) @ wx
    left = moments[taps + 1, taps] - found.scale * template
    return float(left / moments[taps + 1, taps + 1])


def surviving(moments: list[Array], options: FitOptions, pixels: int) -> PointSource:
    """The point source of the joint fit; NaN where it cannot be told."""
    constant, psf = moments[0].shape[0] - 2, moments[0].shape[0] - 1
    if not moments[0][psf, psf] > 0 or not moments[0][constant, constant] > 0:
        return PointSource()
    index, found = best(moments, options, (1, 2))
    fixed = options.max_shift == 0, options.max_scale == 1
    df = pixels - 2 - 2 * (not fixed[0]) - (not fixed[1])
    window = windows(options.max_shift)[index]
    return measure(moments[index], window, found.u, found.v, found.scale, found.chi2, df, fixed)


def finish(
    data: FitInput,
    options: FitOptions,
    weight: Array,
    model: Array,
    solution: Solution,
    source: PointSource,
) -> Adjustment:
    """All figures of a solution; ``model`` is the shifted template minus ``tbg``, (ny, nx)."""
    residual = data.image - (data.bg + solution.level) - solution.scale * model
    inside = weight[data.box]
    counted = inside > 0
    pulls = np.where(counted, residual[data.box], 0.0) * inside
    before = data.image[data.box] - data.bg - (data.template[data.box] - data.tbg)
    before = np.where(counted, before, 0.0) * inside
    pixels = int(np.count_nonzero(counted))
    df = pixels - options.free
    chi2 = float(np.vdot(pulls, pulls))
    if data.hole is not None:
        residual[data.hole] = np.nan
    flux = source.template_flux
    if math.isnan(flux):
        flux = float(np.sum((data.template[data.box] - data.tbg) * counted))
    return Adjustment(
        converged=True,
        dx=solution.dx, dy=solution.dy, scale=solution.scale,
        bg=data.bg + solution.level, tbg=data.tbg,
        chi2_0=float(np.vdot(before, before)), chi2=chi2, df=df, pixels=pixels,
        pval=float(chdtrc(df, chi2)),
        at_bound=at_bound(solution, options),
        correlation=neighbours(pulls, counted),
        flux=source.flux, flux_err=source.flux_err, snr=source.snr,
        absorbed=(solution.scale - 1.0) * flux,
        fwhm=data.psf.fwhm if data.psf is not None else math.nan,
        box=float(max(inside.shape)),
        template=data.template_name, caveats=data.caveats, notes=data.notes,
        residual=residual,
    )  # fmt: skip


def at_bound(solution: Solution, options: FitOptions) -> tuple[str, ...]:
    """Which free parameters ended on their bound."""
    found = []
    for name, value in (("dx", solution.dx), ("dy", solution.dy)):
        if 0 < options.max_shift <= abs(value) + 1e-6:
            found.append(name)
    near = 1e-6 * options.max_scale
    outside = min(solution.scale - 1.0 / options.max_scale, options.max_scale - solution.scale)
    if options.max_scale > 1 and outside <= near:
        found.append("scale")
    return tuple(found)


def neighbours(pulls: Array, counted: npt.NDArray[np.bool_]) -> float:
    """Correlation of the residuals (in sigmas, 0 where not counted) of pixels side by side."""
    pairs = np.count_nonzero(counted[1:] & counted[:-1])
    pairs += np.count_nonzero(counted[:, 1:] & counted[:, :-1])
    total = float(np.vdot(pulls, pulls))
    if pairs == 0 or total == 0:
        return math.nan
    products = float(np.sum(pulls[1:] * pulls[:-1]) + np.sum(pulls[:, 1:] * pulls[:, :-1]))
    return products / pairs / (total / np.count_nonzero(counted))


def adjust_cutout(
    cutout: Any,
    max_shift: float = 2,
    max_scale: float = 1.1,
    inner: float | None = None,
    normalize: bool = False,
    fit_bg: bool = False,
    verbose: bool | Callable[..., Any] = False,
    fwhm: float | None = None,
) -> bool:
    """Fit the template to the image; results go into the cutout.

    After STDPipe's function of this name. Where STDPipe 0.4.1 is wrong this is right: ``adjust_dx``
    is along x and ``adjust_dy`` along y (there they are swapped); ``normalize`` divides by ``err``
    once (there twice); pixels that are NaN or off the image do not enter (there as zeros, or
    it raises); an integer mask is a mask; the pixel set does not move with the shift; ``df`` is
    pixels minus free parameters; ``inner`` works on cutouts that are not square.

    Parameters
    ----------
    cutout : Cutout or dict
        See :func:`fit`. It gets ``meta['adjust_*']`` and the plane ``adjusted``: image minus
        model, (ny, nx), NaN where either is not known. Results of an earlier fit go.
    max_shift : float
        Bound of \\|dx\\| and \\|dy\\| in pixels.
    max_scale : float
        The scale is within ``1 / max_scale`` and ``max_scale``.
    inner : float, optional
        Fit the pixels within ``inner / 2`` of the centre on each axis (12 and 13: 13 x 13).
    normalize : bool
        Divide ``adjusted`` by ``err``; NaN where that is not positive.
    fit_bg : bool
        Fit the background too; else it is the mode of the good pixels.
    verbose : bool or callable
        Say what is found, by ``print`` or the callable.
    fwhm : float, optional
        Of the image, pixels (else ``meta['fwhm']``): the surviving flux and S/N are measured.

    Returns
    -------
    bool
        Whether there is a result; ``meta['adjust_reason']`` says why not.
    """
    options = FitOptions(max_shift, max_scale, inner, None, bool(fit_bg), fwhm)
    result = fit(cutout, options)
    record(cutout, result, normalize)
    if verbose:
        say = verbose if callable(verbose) else print
        for line in report(result):
            say(line)
    return result.converged


def record(cutout: Any, result: Adjustment, normalize: bool = False) -> None:
    """Write a result into a cutout: ``meta['adjust_*']`` and the plane ``adjusted``."""
    meta = cutout["meta"]
    for key in [k for k in meta if str(k).startswith("adjust_")]:
        del meta[key]
    meta.update(result.as_meta())
    if "adjusted" in cutout:
        del cutout["adjusted"]
    if result.residual is not None:
        residual = result.residual
        if normalize:
            err = np.asarray(cutout["err"], float)
            with np.errstate(divide="ignore", invalid="ignore"):
                residual = np.where(err > 0, residual / err, np.nan)
        cutout["adjusted"] = residual


def report(result: Adjustment) -> list[str]:
    """The result in a few lines of text."""
    if not result.converged:
        return [f"No adjustment: {result.reason}"]
    lines = [
        f"Adjustment is: dx {result.dx:.2f} dy {result.dy:.2f} scale {result.scale:.2f} "
        f"bg {result.bg:.4g} tbg {result.tbg:.4g}",
        f"Chi2 improvement: {result.chi2_0:.2f} -> {result.chi2:.2f}",
        f"Final Chi2: {result.chi2:.2f} df: {result.df} p-value: {result.pval:.2g}",
    ]
    if math.isfinite(result.snr):
        lines.append(f"Surviving flux: {result.flux:.4g} +- {result.flux_err:.2g}")
    if result.at_bound:
        lines.append("On its bound: " + ", ".join(result.at_bound))
    return lines


def adjust_cutouts(
    cutouts: Any,
    max_shift: float = 2,
    max_scale: float = 1.1,
    inner: float | None = None,
    normalize: bool = False,
    fit_bg: bool = False,
    verbose: bool | Callable[..., Any] = False,
    fwhm: float | None = None,
) -> list[bool]:
    """As :func:`adjust_cutout`, for many."""
    return [
        adjust_cutout(c, max_shift, max_scale, inner, normalize, fit_bg, verbose, fwhm)
        for c in cutouts
    ]
