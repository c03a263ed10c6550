"""The light curve of a candidate's object as alert packets hold it, and its epochs in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.coordinates.times import time_text

KINDS = ("detection", "forced", "limit")

_LARGEST = 1e30
"""Larger numbers stand for missing ones, and would overflow where they are drawn."""


@dataclass(frozen=True, eq=False)
class LightCurve:
    """Epochs in the order of time; all arrays have shape (n,).

    Attributes
    ----------
    time : ndarray of float64
        MJD.
    value : ndarray of float64
        Magnitude, or difference flux; where ``limit`` is set, the upper limit. Never NaN.
    error : ndarray of float64
        1 sigma; NaN where not known, and for limits.
    limit : ndarray of bool
        The value is an upper limit: nothing brighter was there.
    band : ndarray of str
    kind : ndarray of str
        'detection', 'forced' (measured at the place of the candidate) or 'limit'.
    negative : ndarray of bool
        The difference was negative: a magnitude is then that of its absolute value.
    quantity : str
        'magnitude' or 'difference flux'.
    unit : str
        'mag', or that of the flux.
    current : int
        Which epoch is the candidate's own; -1 if none is.
    scale : str
        Of the times, as 'TAI'; empty for UTC.
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
        """A light curve of epochs (time, value, error, limit, band, kind, negative).

        Those without time or value are left out, the others sorted by time; ``current`` is an
        index into the list as given. An infinite error is not known.
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
    return abs(number) < _LARGEST


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
