"""What stands against taking a fit's figures at their word."""

from __future__ import annotations

import math

from vetter.core.adjustment import Adjustment

CORRELATED = 0.15
UNDERSAMPLED = 3.5


def cautions(adjustment: Adjustment, fit_bg: bool = True) -> tuple[str, ...]:
    """One line for each reason why the p-value or the error of a converged fit is off.

    Parameters
    ----------
    adjustment : Adjustment
    fit_bg : bool
        Whether the background was free.
    """
    if not adjustment.converged:
        return ()
    found = []
    # The scatter of a correlation that is nought is about 1 / sqrt(2 pixels): four of these.
    if abs(adjustment.correlation) > max(CORRELATED, 4.0 / math.sqrt(2.0 * adjustment.pixels)):
        found.append(
            f"neighbouring residuals are correlated ({adjustment.correlation:.2f}): p-value and "
            "errors hold only for independent pixels"
        )
    if adjustment.fwhm < UNDERSAMPLED:
        found.append(
            f"FWHM {adjustment.fwhm:.1f} px is under {UNDERSAMPLED}: where a star is bright the "
            "spline is off by more than the noise, the p-value comes out too small"
        )
    if not fit_bg:
        found.append("the background is held at its mode: p-values come out too small")
    if adjustment.df > 0 and adjustment.pval > 1.0 - 1e-5:
        found.append(f"chi2/df {adjustment.chi2 / adjustment.df:.2f} is too good: err is too large")
    return tuple(found)
