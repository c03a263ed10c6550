"""First detection and last non-detection of an object, from the history in its packet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.light_curve import LightCurve
from vetter.io.export.reports.observations import (
    MAG_PER_RELATIVE_ERROR,
    Observation,
    ab_magnitude,
    utc_mjd,
)

LIMIT_SNR = 5.0
"""S/N of the limiting flux that forced photometry without a detection stands for."""


class NonDetection(NamedTuple):
    """Last epoch without a detection: MJD in UTC, limiting AB magnitude, filter."""

    mjd: float
    limit: float
    band: str


def first_detection(own: Observation, curve: LightCurve | None) -> Observation | None:
    """Return the first positive detection in a history, if it is before the candidate's own."""
    if curve is None or own.mjd is None or curve.unit not in ("mag", "nJy"):
        return None
    found = _positive(curve)
    if not len(found):
        return None
    first = int(found[0])
    mjd = _utc(curve, first)
    if not mjd < own.mjd - 1e-5:
        return None
    value, error = float(curve.value[first]), float(curve.error[first])
    if curve.unit == "nJy":
        error, value = MAG_PER_RELATIVE_ERROR * error / value, ab_magnitude(value)
    known = error if error > 0 else None
    return replace(own, mjd=mjd, mag=value, mag_err=known, band=str(curve.band[first]))


def last_non_detection(first_mjd: float, curve: LightCurve | None) -> NonDetection | None:
    """Return the last non-detection of a history before the first detection (MJD, UTC)."""
    if curve is None or curve.unit not in ("mag", "nJy"):
        return None
    for index in range(len(curve) - 1, -1, -1):
        mjd = _utc(curve, index)
        limit = _limit(curve, index)
        if mjd < first_mjd - 1e-5 and limit is not None:
            return NonDetection(mjd, limit, str(curve.band[index]))
    return None


def _limit(curve: LightCurve, index: int) -> float | None:
    """Return the limiting AB magnitude of an epoch without a detection; None for others."""
    value, error = float(curve.value[index]), float(curve.error[index])
    if curve.limit[index]:
        return value if curve.unit == "mag" else ab_magnitude(value) if value > 0 else None
    is_forced_flux = curve.kind[index] == "forced" and curve.unit == "nJy"
    if is_forced_flux and error > 0 and value < LIMIT_SNR * error:
        return ab_magnitude(LIMIT_SNR * error)
    return None


def _positive(curve: LightCurve) -> npt.NDArray[Any]:
    good = (curve.kind == "detection") & ~curve.limit & ~curve.negative
    if curve.unit == "nJy":
        good &= curve.value > 0
    return np.flatnonzero(good)


def _utc(curve: LightCurve, index: int) -> float:
    return utc_mjd(float(curve.time[index]), "mjd" + curve.scale)
