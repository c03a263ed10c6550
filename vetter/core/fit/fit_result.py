"""The result of a fit from its figures, for one cutout and for each of a stack."""

from __future__ import annotations

import math
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import UNSEEN, Adjustment, FitOptions, failed
from vetter.core.fit.fit_facts import About
from vetter.core.fit.input import FitInput

Array = npt.NDArray[np.float64]

T = TypeVar("T")


class FitFigures(NamedTuple, Generic[T]):
    """Numbers of one fit, or of a stack with an array or a list for each.

    `Adjustment` says what they mean. ``chi2`` is NaN where there is no solution; the last three are
    NaN unless the options ask for the scatter of the residuals.
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


def known(about: About) -> dict[str, Any]:
    """What a fit without a result can still say."""
    return {
        "template": about.template,
        "caveats": about.caveats,
        "fwhm": about.fwhm,
        "psf": about.psf_said,
    }


def result(
    data: FitInput,
    options: FitOptions,
    figures: FitFigures[float],
    residual: Array,
    spline: int,
    seen: bool,
) -> Adjustment:
    """A fit's result, or that its numbers overflow.

    Parameters
    ----------
    data : FitInput
    options : FitOptions
    figures : FitFigures
        Without a solution the first seven are not all finite.
    residual : ndarray (ny, nx)
        Image minus model; it goes into the result.
    spline : int
    seen : bool
        Whether the pixels can tell what survives at the candidate's place.
    """
    about = data.about
    if not all(map(math.isfinite, figures[:7])):
        return failed("the numbers overflow: too large for their errors", **known(about))
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
        at_bound=at_bound(figures.dx, figures.dy, figures.scale, options),
        correlation=figures.correlation if math.isfinite(figures.correlation) else math.nan,
        flux=figures.flux,
        flux_err=figures.flux_err,
        snr=figures.snr,
        absorbed=figures.absorbed,
        held_err=_six_digits(figures.held_err),
        shift_err=_six_digits(figures.shift_err),
        fwhm=about.fwhm,
        psf=about.psf_said,
        box=float(max(rows.stop - rows.start, columns.stop - columns.start)),
        template=about.template,
        caveats=about.caveats,
        notes=about.notes if seen or about.psf is None else (*about.notes, UNSEEN),
        fit_bg=options.fit_bg,
        spline=spline,
        scatter=figures.scatter,
        scatter_err=figures.scatter_err,
        template_noise=figures.template_noise,
        residual=residual,
    )


def _six_digits(error: float) -> float:
    """Round an error: six digits are enough, and a session stores a hundred thousand of them."""
    return float(f"{error:.6g}")


def at_bound(dx: float, dy: float, scale: float, options: FitOptions) -> tuple[str, ...]:
    """Which free parameters ended on their bound."""
    shift = options.max_shift - 1e-6
    found = [n for n, value in (("dx", dx), ("dy", dy)) if abs(value) >= shift > 0]
    low, high = 1.0 / options.max_scale, options.max_scale
    if high > 1 and not low * (1 + 1e-6) < scale < high * (1 - 1e-6):
        found.append("scale")
    return tuple(found)
