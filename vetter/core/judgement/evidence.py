"""Texts on a fit for the user: the judgement, its numbers, and cautions about the numbers.

A caution is a reason why the p-value or the errors may be wrong. A caveat
(:class:`vetter.core.fit.adjustment.Adjustment`) is a reason why the fit is not judged at all.
"""

from __future__ import annotations

import math
import re

from vetter.core.fit.adjustment import Adjustment, is_off
from vetter.core.judgement.answer import Judgement
from vetter.core.judgement.fit_answer import FREE
from vetter.core.number_text import format_count, format_p_value

_MAX_CAUTIONED_CHI2 = 3.0
"""Chi2 per degree of freedom above which the p-value has no caution: neither a wrong ``err`` nor
correlated pixels would make a fit so bad."""

_MIN_PVAL_OF_RIGHT_ERR = 1e-5
"""Distance of a p-value from 1 below which chi2 is too small for a right ``err``."""

MIN_CORRELATION = 0.15
"""Correlation of neighbouring residuals above which a caution names it."""

MIN_FWHM = 2.9
"""FWHM in pixels below which a caution names the error of the spline."""

MIN_TEMPLATE_NOISE = 0.3
"""Noise of the template, in units of ``err``, above which it is the reason why residuals scatter by
more than ``err``."""


def headline(judgement: Judgement, fit: Adjustment | None = None) -> str:
    """Return the answer with its reason: ``kept: a source of S/N 12.3 survives``.

    A source survives if the residuals of the fit contain it. With a fit, the residuals before and
    after it are inserted: ``explained, from 12.0 to 1.1 times the noise: a shift and a scale of the
    template explain it``.
    """
    change = "" if fit is None else _describe_change(fit)
    return f"{judgement.answer.value}{change}: {judgement.reason}"


def describe_limits(judgement: Judgement, unit: str = "") -> str:
    """Return in short what the answer could have seen, and what it rests on.

    As ``a source of its flux would survive at S/N 9; limit 310 ADU; calibrated on 41 stars``.

    Parameters
    ----------
    judgement : Judgement
    unit : str
        Unit of the image's pixels; empty if unknown.

    Returns
    -------
    str
        Unknown numbers are left out. The judgement's reason says if it is not calibrated.
    """
    limit, power = "", ""
    if math.isfinite(judgement.flux_limit):
        limit = f"limit {_format_short(judgement.flux_limit)} {unit}".rstrip()
    if math.isfinite(judgement.power):
        power = f"a source of its flux would survive at S/N {_format_short(judgement.power, 2)}"
    stars = judgement.stars
    calibration = f"calibrated on {format_count(stars, 'star')}" if stars else ""
    return "; ".join(part for part in (power, limit, calibration) if part)


NUMBER_SEPARATOR = "    "
"""Separator between two numbers of a fit."""


def numbers(fit: Adjustment) -> str:
    """Return the fit's numbers on one line; unknown numbers are left out.

    Returns
    -------
    str
        Chi2 per degree of freedom before and after, p-value with its first caution, shift in
        pixels, scale, S/N of the surviving source, correlation of neighbouring residuals, fitted
        plane, box, PSF, FWHM. Empty for a fit that did not converge.
    """
    if not fit.converged:
        return ""
    bounds = dict.fromkeys(fit.at_bound, " (at its bound)")
    parts = [
        _format_chi2(fit),
        "" if math.isnan(fit.pval) else f"p {format_p_value(fit.pval)}{_summarise_cautions(fit)}",
        _format("dx {:+.3f}", fit.dx, bounds.get("dx", "")),
        _format("dy {:+.3f} px", fit.dy, bounds.get("dy", "")),
        _format("scale {:.3f}", fit.scale, bounds.get("scale", "")),
        _format_snr(fit),
        _format("neighbours {:+.2f}", fit.correlation),
        describe_basis(fit),
    ]
    return NUMBER_SEPARATOR.join(part for part in parts if part)


def details(fit: Adjustment) -> str:
    """Return further facts, caveats, cautions and notes of a fit for the tool tip, one per line."""
    is_quintic = fit.spline == 5
    lines = [
        _format("background: image {:.5g}", fit.bg, _format(", template {:.5g}", fit.tbg)),
        _explain_snr(fit),
        _format(f"flux with {FREE} {{:.5g}}", fit.flux, _format(" ± {:.3g}", fit.flux_err)),
        _format("flux absorbed by the scale {:.5g}", fit.absorbed),
        _format("neighbouring residuals correlate {:+.2f}", fit.correlation),
        f"fitted plane: {fit.template}" if fit.template else "",
        _format("FWHM {:.2f} px", fit.fwhm),
        _format("fitted box {:.0f} px", fit.box, f", {fit.pixels} pixels" if fit.pixels else ""),
        "quintic spline: the star is too sharp and bright for the cubic one" if is_quintic else "",
        *fit.caveats,
        *cautions(fit),
        *fit.notes,
    ]
    return "\n".join(line for line in lines if line)


def describe_basis(fit: Adjustment) -> str:
    """Return the fitted plane, box and PSF, without unknown parts.

    As ``on convolved, 17 px, PSF from 31 stars of the field, FWHM 4.10``.
    """
    box, fwhm = _format("{:.0f} px", fit.box), _format("FWHM {:.2f}", fit.fwhm)
    text = ", ".join(part for part in (fit.template, box, fit.psf, fwhm) if part)
    return f"on {text}" if text else ""


def _format(form: str, value: float, suffix: str = "") -> str:
    return "" if math.isnan(value) else form.format(value) + suffix


def _format_short(value: float, digits: int = 3) -> str:
    """Return a number to a few digits, without an exponent up to a million: ``1,910``, ``0.59``."""
    return f"{float(f'{value:.{digits}g}'):,g}"


def _describe_change(fit: Adjustment) -> str:
    """Return the residuals before and after the fit, in times the noise."""
    if fit.df <= 0 or math.isnan(fit.chi2_0) or math.isnan(fit.chi2):
        return ""
    before, after = (math.sqrt(chi2 / fit.df) for chi2 in (fit.chi2_0, fit.chi2))
    return f", from {before:.1f} to {after:.1f} times the noise"


def _format_chi2(fit: Adjustment) -> str:
    if fit.df <= 0 or math.isnan(fit.chi2):
        return ""
    before = "?" if math.isnan(fit.chi2_0) else _format_ratio(fit.chi2_0 / fit.df)
    return f"chi2/df {before} to {_format_ratio(fit.chi2 / fit.df)} (df {fit.df})"


def _summarise_cautions(fit: Adjustment) -> str:
    """Return the first caution in short, and how many more there are; the tool tip has all."""
    lines = cautions(fit)
    if not lines or fit.chi2 > _MAX_CAUTIONED_CHI2 * fit.df:
        return ""
    more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
    return f", but {shorten_caution(lines[0])}{more}"


def _format_ratio(value: float) -> str:
    return f"{value:.2f}" if value < 100 else f"{value:.4g}"


def _format_snr(fit: Adjustment) -> str:
    if math.isnan(fit.snr):
        return "S/N unknown" if math.isfinite(fit.fwhm) else "S/N unknown: no FWHM"
    return f"S/N {fit.snr:.1f} with {FREE}"


def _explain_snr(fit: Adjustment) -> str:
    """Return how the S/N of the reason differs from that of the numbers; empty if it does not."""
    if math.isnan(fit.snr) or not fit.normal.is_known:
        return ""
    return (
        "The S/N in the reason is measured at the field's own shift and scale. The one in the "
        f"numbers is measured with {FREE}: they can take up a source's light."
    )


def cautions(fit: Adjustment) -> tuple[str, ...]:
    """Return a line for each reason why the p-value or the errors of a converged fit are wrong."""
    if not fit.converged:
        return ()
    lines = []
    # The correlation of n independent pixels scatters by about 1 / sqrt(2 n); four sigmas of it.
    by_chance = 4.0 / math.sqrt(2.0 * max(fit.pixels, 1))
    if abs(fit.correlation) > max(MIN_CORRELATION, by_chance):
        lines.append(
            f"neighbouring residuals are correlated ({fit.correlation:.2f}): p-value and "
            "errors hold only for independent pixels"
        )
    lines += _check_err(fit)
    if not fit.fit_bg:
        lines.append("the background is held at its mode: p-values come out too small")
    if fit.fwhm < MIN_FWHM:
        lines.append(
            f"FWHM {fit.fwhm:.1f} px is under {MIN_FWHM}: for a bright star the "
            "spline's error exceeds the noise, and the p-value comes out too small"
        )
    return tuple(lines)


def _check_err(fit: Adjustment) -> list[str]:
    """Return a caution if ``err`` differs from the scatter of the residuals; at most one."""
    if is_off(fit.scatter, fit.scatter_err):
        scattered = f"(residuals around the source scatter by {fit.scatter:.2f} err)"
        if fit.scatter < 1.0:
            percent = 100.0 * (1.0 / fit.scatter - 1.0)
            return [f"err is too large by about {percent:.0f}% {scattered}: so is the p-value"]
        if fit.template_noise > MIN_TEMPLATE_NOISE:
            return [
                f"the template's own noise is not in err ({fit.template_noise:.1f} of it): the "
                "p-value comes out too small; a plane template_err adds it"
            ]
        percent = 100.0 * (1.0 - 1.0 / fit.scatter)
        return [
            f"err is too small by about {percent:.0f}% {scattered}: the p-value comes out too small"
        ]
    if fit.df > 0 and fit.pval > 1.0 - _MIN_PVAL_OF_RIGHT_ERR:
        return [f"err is too large (chi2/df {fit.chi2 / fit.df:.2f}): so is the p-value"]
    return []


def shorten_caution(caution: str) -> str:
    """Return the first clause of a caution: ``err is too small by about 10%``."""
    return re.split(r" \(|: ", caution)[0]
