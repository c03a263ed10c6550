"""Light curves in packets: earlier detections, upper limits, forced photometry."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from vetter.core.candidates.light_curve import LightCurve
from vetter.io.alerts.packets import size_limits
from vetter.io.alerts.packets.producers import Producer, band, field_of, is_positive, number

_JD_OF_MJD_ZERO = 2400000.5
# ZTF's advice for forced photometry: detections from 3 sigma, limits at 5 sigma.
_DETECTION_SIGMA = 3.0
_LIMIT_SIGMA = 5.0

Epoch = tuple[float, float, float, bool, str, str, bool]
"""Time (MJD), value, error, whether the value is a limit, filter, kind, whether it is negative."""


def light_curve(record: Mapping[str, Any], producer: Producer) -> LightCurve | None:
    """Return the light curve of a packet's object with its own epoch; None without any epoch."""
    body = record.get(producer.body)
    if not isinstance(body, Mapping):
        return None
    if producer.flux_unit:
        epochs, current = _fluxes(record, body, producer)
        quantity, unit = "difference flux", producer.flux_unit
    else:
        epochs, current = _magnitudes(record, body, producer)
        quantity, unit = "magnitude", "mag"
    # Rubin's field names end in the scale: midpointMjdTai, midPointTai.
    scale = "TAI" if producer.time.lower().endswith("tai") else ""
    return LightCurve.of(epochs, quantity, unit, current, scale) if epochs else None


def _entries(record: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    entries = field_of(record, name)
    if isinstance(entries, list):
        for entry in entries[: size_limits.HISTORY]:
            if isinstance(entry, Mapping):
                yield entry


def _mjd(value: Any) -> float:
    """Return the MJD of a JD; numbers below 1e6 are MJD already."""
    time = number(value)
    return time - _JD_OF_MJD_ZERO if time > 1e6 else time


def _magnitudes(
    record: Mapping[str, Any], body: Mapping[str, Any], producer: Producer
) -> tuple[list[Epoch], int]:
    """Return all epochs in magnitudes, and the index of the packet's own."""
    epochs = [_detection_or_limit(entry, producer) for entry in _entries(record, "prv_candidates")]
    epochs += [_forced_epoch(entry, producer) for entry in _entries(record, "fp_hists")]
    current = _detection_or_limit(body, producer)
    # WINTER lists the packet's own epoch among the earlier ones at times.
    epochs = [
        e for e in epochs if not (e[5] == current[5] and e[0] == current[0] and e[4] == current[4])
    ]
    return [*epochs, current], len(epochs)


def _detection_or_limit(entry: Mapping[str, Any], producer: Producer) -> Epoch:
    time, name = _mjd(entry.get(producer.time)), band(producer, entry.get(producer.filter))
    mag = number(entry.get(producer.mag))
    if math.isnan(mag):
        return time, number(entry.get("diffmaglim")), math.nan, True, name, "limit", False
    negative = is_positive(entry.get("isdiffpos")) is False
    return time, mag, number(entry.get(producer.mag_err)), False, name, "detection", negative


def _forced_epoch(entry: Mapping[str, Any], producer: Producer) -> Epoch:
    """Return an epoch of forced photometry in magnitudes; a 5 sigma limit below 3 sigma."""
    time, name = _mjd(entry.get(producer.time)), band(producer, entry.get(producer.filter))
    flux = number(entry.get("forcediffimflux"))
    sigma = number(entry.get("forcediffimfluxunc"))
    zero = number(entry.get("magzpsci"))
    if not sigma > 0 or math.isnan(flux):
        return time, math.nan, math.nan, True, name, "forced", False
    if abs(flux) < _DETECTION_SIGMA * sigma:
        return (
            time,
            zero - 2.5 * math.log10(_LIMIT_SIGMA * sigma),
            math.nan,
            True,
            name,
            "forced",
            False,
        )
    mag = zero - 2.5 * math.log10(abs(flux))
    return time, mag, 1.0857362 * sigma / abs(flux), False, name, "forced", flux < 0


def _fluxes(
    record: Mapping[str, Any], body: Mapping[str, Any], producer: Producer
) -> tuple[list[Epoch], int]:
    """Return all epochs in fluxes, and the index of the packet's own."""
    epochs = [
        _flux_epoch(entry, producer, "detection") for entry in _entries(record, "prvDiaSources")
    ]
    epochs += [
        _flux_epoch(entry, producer, "forced") for entry in _entries(record, "prvDiaForcedSources")
    ]
    for entry in _entries(record, "prvDiaNondetectionLimits"):
        noise = number(_first_field(entry, "diaNoise"))
        name = band(producer, _first_field(entry, producer.filter))
        epochs.append(
            (
                _mjd(_first_field(entry, producer.time)),
                _LIMIT_SIGMA * noise,
                math.nan,
                True,
                name,
                "limit",
                False,
            )
        )
    return [*epochs, _flux_epoch(body, producer, "detection")], len(epochs)


def _flux_epoch(entry: Mapping[str, Any], producer: Producer, kind: str) -> Epoch:
    flux, sigma = (
        number(_first_field(entry, "psfFlux", "psFlux")),
        _first_field(entry, "psfFluxErr", "psFluxErr"),
    )
    name = band(producer, _first_field(entry, producer.filter))
    time = _mjd(_first_field(entry, producer.time))
    return time, flux, number(sigma), False, name, kind, flux < 0


def _first_field(entry: Mapping[str, Any], *names: str) -> Any:
    """Return the first field of these names that is present and not null; else None."""
    return next((entry[name] for name in names if entry.get(name) is not None), None)
