"""Numbers of a fit as cells of a table: a caption, a value, and the limit that it breaks."""

from __future__ import annotations

import math
from typing import NamedTuple

from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_answer import DEFAULT_LIMITS, FREE, AnswerLimits
from vetter.core.number_text import format_p_value

UNKNOWN = "-"


class NumberCell(NamedTuple):
    """One number of a fit.

    Attributes
    ----------
    caption : str
    value : str
        ``-`` if unknown.
    sample : str
        Text as wide as the widest usual value, by which the cells of all candidates are aligned.
    broken : str
        Limit that the number breaks, in words; empty if none.
    """

    caption: str
    value: str
    sample: str
    broken: str = ""


def make_cells(
    fit: Adjustment,
    judgement: Judgement,
    limits: AnswerLimits = DEFAULT_LIMITS,
    unit: str = "",
) -> tuple[NumberCell, ...]:
    """Return the numbers of a fit, for every fit the same captions in the same order.

    Parameters
    ----------
    fit : Adjustment
    judgement : Judgement
    limits : AnswerLimits
        Limits that numbers are compared with.
    unit : str
        Unit of the image's pixels; empty if unknown.

    Returns
    -------
    tuple of NumberCell
        Empty for a fit that did not converge.
    """
    if not fit.converged:
        return ()
    low, high = limits.scale_range
    outside = "" if low < fit.scale < high else f"outside {low:g} to {high:g}"
    survives = f"{limits.max_snr:g} or more" if abs(fit.snr) >= limits.max_snr else ""
    before, after = (_divide(chi2, fit.df) for chi2 in (fit.chi2_0, fit.chi2))
    change = UNKNOWN if math.isnan(after) else f"{_ratio(before)} to {_ratio(after)}"
    p_value = UNKNOWN if math.isnan(fit.pval) else format_p_value(fit.pval).replace("under ", "<")
    flux = _format("{:,.3g}", judgement.flux_limit)
    if math.isfinite(judgement.flux_limit):
        # Without an exponent up to a million.
        flux = f"{float(flux.replace(',', '')):,g} {unit}".rstrip()
    stars = f"{judgement.stars:,}" if judgement.stars else _no_stars(judgement)
    return (
        NumberCell("chi2/df", change, "000.0 to 00.00"),
        NumberCell("p", p_value, "<0e-000"),
        _bounded("dx", fit.dx, "{:+.3f}", fit),
        _bounded("dy", fit.dy, "{:+.3f}", fit),
        _bounded("scale", fit.scale, "{:.3f}", fit, outside),
        NumberCell(f"S/N, {FREE}", _format("{:.1f}", fit.snr), "-000.0", survives),
        NumberCell("neighbours", _format("{:+.2f}", fit.correlation), "+0.00"),
        NumberCell("flux limit", flux, "00,000 adu"),
        NumberCell("own flux at S/N", _format("{:.2g}", judgement.power), "000"),
        NumberCell("stars", stars, "none"),
    )


def describe_broken(cells: tuple[NumberCell, ...]) -> str:
    """Return the broken limits in words: ``beyond its limit: dy (on its bound)``; or empty."""
    broken = [f"{cell.caption} ({cell.broken})" for cell in cells if cell.broken]
    return f"beyond its limit: {', '.join(broken)}" if broken else ""


def _bounded(name: str, value: float, form: str, fit: Adjustment, outside: str = "") -> NumberCell:
    is_on_bound = name in fit.at_bound
    text = _format(form, value) + (" bound" if is_on_bound else "")
    broken = "on its bound" if is_on_bound else "" if math.isnan(value) else outside
    return NumberCell(name, text, "-0.000 bound", broken)


def _no_stars(judgement: Judgement) -> str:
    return UNKNOWN if judgement.answer is Answer.NOT_JUDGED else "none"


def _divide(chi2: float, df: int) -> float:
    return chi2 / df if df > 0 else math.nan


def _ratio(value: float) -> str:
    if math.isnan(value):
        return "?"
    return f"{value:.2f}" if value < 100 else f"{value:.4g}"


def _format(form: str, value: float) -> str:
    return form.format(value) if math.isfinite(value) else UNKNOWN
