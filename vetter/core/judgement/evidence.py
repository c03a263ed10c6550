"""The evidence of a fit for the user: words, figures, and cautions against the figures."""

from __future__ import annotations

import math
import re

from vetter.core.fit.adjustment import Adjustment, is_off
from vetter.core.judgement.disappeared import Judgement
from vetter.core.number_text import probability

_HOPELESS = 3.0
"""Chi2 per degree of freedom that neither a wrong err nor correlated pixels bring about."""

_HEADLINES = {True: "explained", False: "not explained", None: "not judged"}

CORRELATED = 0.15
UNDERSAMPLED = 2.9
NOISY = 0.3
"""Noise of the template in units of ``err`` from which on it is named as the reason."""


def headline(judgement: Judgement, fit: Adjustment | None = None) -> str:
    """The judgement with its reason: ``not explained: a source of S/N 12.3 survives``.

    With the fit, before and after stand between them: ``explained, from 12.0 to 1.1 times the
    noise: a shift...``.
    """
    change = "" if fit is None else _change(fit)
    return f"{_HEADLINES[judgement.disappeared]}{change}: {judgement.reason}"


APART = "    "
"""Between two numbers of a fit."""


def numbers(fit: Adjustment) -> str:
    """The fit's numbers on one line; unknown ones are left out.

    Returns
    -------
    str
        Chi2 per degree of freedom before and after, p-value and what stands against it, shift in
        pixels, scale, surviving S/N, correlation of neighbouring residuals, and what it rests on:
        the plane that was fitted, the box, the FWHM. Empty where there is no result.
    """
    if not fit.converged:
        return ""
    bounds = dict.fromkeys(fit.at_bound, " (at its bound)")
    parts = [
        _chi2(fit),
        "" if math.isnan(fit.pval) else f"p {probability(fit.pval)}{_but(fit)}",
        _known("dx {:+.3f}", fit.dx, bounds.get("dx", "")),
        _known("dy {:+.3f} px", fit.dy, bounds.get("dy", "")),
        _known("scale {:.3f}", fit.scale, bounds.get("scale", "")),
        _snr(fit),
        _known("neighbours {:+.2f}", fit.correlation),
        rests_on(fit),
    ]
    return APART.join(part for part in parts if part)


def details(fit: Adjustment) -> str:
    """What else is to be known of a fit, a line each: for the tool tip."""
    quintic = fit.spline == 5
    lines = [
        _known("background: image {:.5g}", fit.bg, _known(", template {:.5g}", fit.tbg)),
        _known("surviving flux {:.5g}", fit.flux, _known(" ± {:.3g}", fit.flux_err)),
        _known("flux taken up by the scale {:.5g}", fit.absorbed),
        _known("neighbouring residuals correlate {:+.2f}", fit.correlation),
        f"fitted plane: {fit.template}" if fit.template else "",
        _known("FWHM {:.2f} px", fit.fwhm),
        _known("fitted box {:.0f} px", fit.box, f", {fit.pixels} pixels" if fit.pixels else ""),
        "shifted by a quintic spline: too sharp and bright for the cubic" if quintic else "",
        *fit.caveats,
        *cautions(fit),
        *fit.notes,
    ]
    return "\n".join(line for line in lines if line)


def rests_on(fit: Adjustment) -> str:
    """What was fitted: ``on convolved, 17 px, PSF from 31 stars of the field, FWHM 4.10``.

    What is not known is left out.
    """
    box, fwhm = _known("{:.0f} px", fit.box), _known("FWHM {:.2f}", fit.fwhm)
    parts = (fit.template, box, fit.psf, fwhm)
    said = ", ".join(part for part in parts if part)
    return f"on {said}" if said else ""


def _known(form: str, value: float, more: str = "") -> str:
    return "" if math.isnan(value) else form.format(value) + more


def _change(fit: Adjustment) -> str:
    """What the fit has done: from how many times the noise to how many."""
    if fit.df <= 0 or math.isnan(fit.chi2_0) or math.isnan(fit.chi2):
        return ""
    before, after = (math.sqrt(chi2 / fit.df) for chi2 in (fit.chi2_0, fit.chi2))
    return f", from {before:.1f} to {after:.1f} times the noise"


def _chi2(fit: Adjustment) -> str:
    if fit.df <= 0 or math.isnan(fit.chi2):
        return ""
    before = "?" if math.isnan(fit.chi2_0) else _short(fit.chi2_0 / fit.df)
    return f"chi2/df {before} to {_short(fit.chi2 / fit.df)} (df {fit.df})"


def _but(fit: Adjustment) -> str:
    """What stands against the p-value, in short; the tool tip has it in full."""
    said = cautions(fit)
    # A fit that bad is bad whatever is said against its p-value.
    if not said or fit.chi2 > _HOPELESS * fit.df:
        return ""
    more = f" and {len(said) - 1} more" if len(said) > 1 else ""
    return f", but {in_short(said[0])}{more}"


def _short(value: float) -> str:
    return f"{value:.2f}" if value < 100 else f"{value:.4g}"


def _snr(fit: Adjustment) -> str:
    if math.isnan(fit.snr):
        return "surviving S/N unknown" if math.isfinite(fit.fwhm) else "surviving S/N: no FWHM"
    return f"surviving S/N {fit.snr:.1f}"


def cautions(adjustment: Adjustment) -> tuple[str, ...]:
    """One line for each reason why the p-value or the error of a converged fit is off."""
    if not adjustment.converged:
        return ()
    found = []
    # The scatter of a correlation that is nought is about 1 / sqrt(2 pixels): four of these.
    by_chance = 4.0 / math.sqrt(2.0 * max(adjustment.pixels, 1))
    if abs(adjustment.correlation) > max(CORRELATED, by_chance):
        found.append(
            f"neighbouring residuals are correlated ({adjustment.correlation:.2f}): p-value and "
            "errors hold only for independent pixels"
        )
    found += _errors(adjustment)
    if not adjustment.fit_bg:
        found.append("the background is held at its mode: p-values come out too small")
    if adjustment.fwhm < UNDERSAMPLED:
        found.append(
            f"FWHM {adjustment.fwhm:.1f} px is under {UNDERSAMPLED}: where a star is bright the "
            "spline is off by more than the noise, the p-value comes out too small"
        )
    return tuple(found)


def _errors(fit: Adjustment) -> list[str]:
    """Whether ``err`` is what the residuals scatter by."""
    if is_off(fit.scatter, fit.scatter_err):
        scattered = f"(residuals around the source scatter by {fit.scatter:.2f} err)"
        if fit.scatter < 1.0:
            percent = 100.0 * (1.0 / fit.scatter - 1.0)
            return [f"err is too large by about {percent:.0f}% {scattered}: so is the p-value"]
        if fit.template_noise > NOISY:
            return [
                f"the template's own noise is not in err ({fit.template_noise:.1f} of it): the "
                "p-value comes out too small; a plane template_err adds it"
            ]
        percent = 100.0 * (1.0 - 1.0 / fit.scatter)
        return [
            f"err is too small by about {percent:.0f}% {scattered}: the p-value comes out too small"
        ]
    if fit.df > 0 and fit.pval > 1.0 - 1e-5:
        return [f"err is too large (chi2/df {fit.chi2 / fit.df:.2f}): so is the p-value"]
    return []


def in_short(caution: str) -> str:
    """What a caution says first: ``err is too small by about 10%``."""
    return re.split(r" \(|: ", caution)[0]
