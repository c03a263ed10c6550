"""The result of a fit from its figures, for one cutout and for each of a stack."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.adjustment import UNSEEN, Adjustment, FitOptions, failed
from vetter.core.fit_facts import About
from vetter.core.fit_input import FitInput

Array = npt.NDArray[np.float64]

NOT_CHECKED: tuple[float, ...] = (math.nan, math.nan, math.nan)
"""Scatter, its error and the template's noise where the options do not want them."""


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
    figures: tuple[float, ...],
    residual: Array,
    spline: int,
    seen: bool,
) -> Adjustment:
    """A fit's result, or that its numbers overflow.

    Parameters
    ----------
    data : FitInput
    options : FitOptions
    figures : tuple
        dx, dy, scale, bg, tbg, chi2_0, chi2 (without a solution not all finite), df, pixels, pval,
        correlation; flux, flux_err, snr, absorbed, held_err, shift_err; scatter,
        scatter_err, template_noise.
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
    dx, dy, scale, bg, tbg, chi2_0, chi2, df, pixels, pval, correlation, *rest = figures
    flux, flux_err, snr, absorbed, *errors, scatter, scatter_err, template_noise = rest
    # Of errors six digits say all: a session keeps a hundred thousand of each.
    held_err, shift_err = (float(f"{error:.6g}") for error in errors)
    rows, columns = about.box
    return Adjustment(
        True, "", dx, dy, scale, bg, tbg, chi2_0, chi2, int(df), int(pixels), pval,
        at_bound(dx, dy, scale, options), correlation if math.isfinite(correlation) else math.nan,
        flux, flux_err, snr, absorbed, held_err, shift_err, about.fwhm, about.psf_said,
        float(max(rows.stop - rows.start, columns.stop - columns.start)),
        about.template, about.caveats,
        about.notes if seen or about.psf is None else (*about.notes, UNSEEN),
        options.fit_bg, spline, scatter, scatter_err, template_noise, residual,
    )  # fmt: skip


def at_bound(dx: float, dy: float, scale: float, options: FitOptions) -> tuple[str, ...]:
    """Which free parameters ended on their bound."""
    shift = options.max_shift - 1e-6
    found = [n for n, value in (("dx", dx), ("dy", dy)) if abs(value) >= shift > 0]
    low, high = 1.0 / options.max_scale, options.max_scale
    if high > 1 and not low * (1 + 1e-6) < scale < high * (1 - 1e-6):
        found.append("scale")
    return tuple(found)
