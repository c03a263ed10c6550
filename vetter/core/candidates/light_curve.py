"""Light curve of a candidate's object as alert packets contain it, and its epochs as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.coordinates.times import time_text
from vetter.core.number_text import ab_text

KINDS = ("detection", "forced", "limit")

_MISSING_FROM = 1e30
"""Absolute value from which a number stands for a missing one; drawn, it would overflow."""


@dataclass(frozen=True, eq=False)
class LightCurve:
    """Epochs of one object in the order of time; all arrays have shape (n,).

    Attributes
    ----------
    time : ndarray of float64
        MJD.
    value : ndarray of float64
        Magnitude, or difference flux; where ``limit`` is set, the upper limit. Never NaN.
    error : ndarray of float64
        1 sigma; NaN for unknown errors and for limits.
    limit : ndarray of bool
        Whether the value is an upper limit: nothing brighter was detected.
    band : ndarray of str
    kind : ndarray of str
        'detection', 'forced' (measured at the position of the candidate) or 'limit'.
    negative : ndarray of bool
        Whether the difference was negative: a magnitude is then that of its absolute value.
    quantity : str
        'magnitude' or 'difference flux'.
    unit : str
        'mag', or the unit of the flux.
    current : int
        Index of the candidate's own epoch; -1 for none.
    scale : str
        Time scale, as 'TAI'; empty for UTC.
    """

    time: npt.NDArray[np.float64]
    value: npt.NDArray[np.float64]
    error: npt.NDArray[np.float64]
    limit: npt.NDArray[np.bool_]
    band: npt.NDArray[np.str_]
    kind: npt.NDArray[np.str_]
    negative: npt.NDArray[np.bool_]
    quantity: str = "magnitude"
    unit: str = "mag"
    current: int = -1
    scale: str = ""

    def __len__(self) -> int:
        return len(self.time)

    @classmethod
    def of(
        cls,
        epochs: list[tuple[float, float, float, bool, str, str, bool]],
        quantity: str,
        unit: str,
        current: int = -1,
        scale: str = "",
    ) -> LightCurve:
        """Build a light curve from epochs (time, value, error, limit, band, kind, negative).

        Epochs without time or value are left out, the others sorted by time. ``current`` is an
        index into the given list. An infinite error becomes NaN.
        """
        known = [n for n, e in enumerate(epochs) if _is_known(e[0]) and _is_known(e[1])]
        order = sorted(known, key=lambda n: epochs[n][0])
        columns: list[Any] = list(zip(*(epochs[n] for n in order), strict=True)) or [()] * 7
        return cls(
            np.array(columns[0], np.float64),
            np.array(columns[1], np.float64),
            np.array([error if _is_known(error) else np.nan for error in columns[2]], np.float64),
            np.array(columns[3], np.bool_),
            np.array(columns[4], np.str_),
            np.array(columns[5], np.str_),
            np.array(columns[6], np.bool_),
            quantity,
            unit,
            order.index(current) if current in order else -1,
            scale,
        )


def _is_known(number: float) -> bool:
    """Return whether a number is finite and no placeholder; False for NaN."""
    return abs(number) < _MISSING_FROM


def epoch_text(curve: LightCurve, index: int) -> str:
    """Return the date, MJD, days from the candidate's own epoch, band, value and error of an epoch.

    Example: ``2019-03-02 05:31:12 (MJD 58544.23000), 12.30 d before, r, 19.21 ± 0.08 mag,
    forced``. Times are UTC unless the text names another scale.
    """
    parts = [time_text(float(curve.time[index]), f"mjd{curve.scale}"), _days_text(curve, index)]
    parts += [str(curve.band[index]), _value_text(curve, index)]
    if curve.kind[index] == "forced":
        parts.append("forced")
    if curve.negative[index]:
        parts.append("negative")
    return ", ".join(part for part in parts if part)


def time_axis_text(curve: LightCurve) -> str:
    """Return the label of the time axis: ``MJD``, or ``MJD TAI``."""
    return f"MJD {curve.scale}".strip()


def axis_text(curve: LightCurve) -> str:
    """Return the label of the value axis: ``mag``, or ``difference flux, nJy``."""
    if curve.quantity == "magnitude":
        return curve.unit or "mag"
    return f"{curve.quantity}, {curve.unit}" if curve.unit else curve.quantity


def _days_text(curve: LightCurve, index: int) -> str:
    if curve.current < 0:
        return ""
    if index == curve.current:
        return "this epoch"
    days = float(curve.time[curve.current] - curve.time[index])
    return f"{abs(days):.2f} d {'before' if days >= 0 else 'after'}"


def _value_text(curve: LightCurve, index: int) -> str:
    value, error = float(curve.value[index]), float(curve.error[index])
    decimals = 2 if curve.quantity == "magnitude" else 1 if abs(value) < 1e4 else 0
    if curve.limit[index]:
        sign = ">" if curve.quantity == "magnitude" else "<"
        return f"{sign} {value:.{decimals}f} {curve.unit} (limit)".replace("  ", " ")
    known = "" if error != error else f" ± {error:.{decimals}f}"
    text = f"{value:.{decimals}f}{known} {curve.unit}".strip()
    return ", ".join(filter(None, (text, ab_text(value) if curve.unit == "nJy" else "")))
