"""What stands against taking a fit's figures at their word."""

from __future__ import annotations

import math
import re

from vetter.core.fit.adjustment import Adjustment, is_off

CORRELATED = 0.15
UNDERSAMPLED = 2.9
NOISY = 0.3
"""Noise of the template in units of ``err`` from which on it is named as the reason."""


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
