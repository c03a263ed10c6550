"""An epoch of a light curve in words."""

from __future__ import annotations

from vetter.core.coordinates.times import time_text
from vetter.core.light_curve import LightCurve


def epoch_text(curve: LightCurve, index: int) -> str:
    """Date, MJD, days from the candidate's own epoch, band, value and error of an epoch.

    As ``2019-03-02 05:31:12 (MJD 58544.23000), 12.3 d before, r, 19.21 ± 0.08 mag, forced``; the
    times are UTC unless they say what else.
    """
    parts = [time_text(float(curve.time[index]), f"mjd{curve.scale}"), _days(curve, index)]
    parts += [str(curve.band[index]), _value(curve, index)]
    if curve.kind[index] == "forced":
        parts.append("forced")
    if curve.negative[index]:
        parts.append("negative")
    return ", ".join(part for part in parts if part)


def time_axis_text(curve: LightCurve) -> str:
    """What the times are: ``MJD``, or ``MJD TAI``."""
    return f"MJD {curve.scale}".strip()


def axis_text(curve: LightCurve) -> str:
    """What the values are: ``mag``, or ``difference flux, nJy``."""
    if curve.quantity == "magnitude":
        return curve.unit or "mag"
    return f"{curve.quantity}, {curve.unit}" if curve.unit else curve.quantity


def _days(curve: LightCurve, index: int) -> str:
    if curve.current < 0:
        return ""
    if index == curve.current:
        return "this epoch"
    days = float(curve.time[curve.current] - curve.time[index])
    return f"{abs(days):.2f} d {'before' if days >= 0 else 'after'}"


def _value(curve: LightCurve, index: int) -> str:
    value, error = float(curve.value[index]), float(curve.error[index])
    decimals = 2 if curve.quantity == "magnitude" else 1 if abs(value) < 1e4 else 0
    if curve.limit[index]:
        sign = ">" if curve.quantity == "magnitude" else "<"
        return f"{sign} {value:.{decimals}f} {curve.unit} (limit)".replace("  ", " ")
    known = "" if error != error else f" ± {error:.{decimals}f}"
    return f"{value:.{decimals}f}{known} {curve.unit}".strip()
