"""Minor planets, dipoles and trails in packets of Rubin, schemas 9.0 to 11.1; past detections."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from vetter.core.cutout.sky_marks import MarkKind, SkyMark
from vetter.io.alerts.packets import size_limits
from vetter.io.alerts.packets.producers import Producer, field_of, number

DIPOLE_FIELDS = ("dipoleLength", "dipoleAngle")
TRAIL_FIELDS = ("trailLength", "trailAngle")


class MinorPlanet(NamedTuple):
    """Known minor planet that a packet's candidate was associated with; NaN where unknown.

    Attributes
    ----------
    designation : str
        As written in the packet; empty if unknown.
    offset : float
        Observed minus predicted place, arcseconds.
    rate : float
        Predicted motion, degrees a day.
    magnitude : float
        Predicted magnitude in V.
    ra, dec : float
        Predicted place, degrees.
    """

    designation: str
    offset: float
    rate: float
    magnitude: float
    ra: float
    dec: float


def minor_planet(record: Mapping[str, Any]) -> MinorPlanet | None:
    """Return the minor planet in a packet's ``ssSource``; None without one.

    Schemas 10.0 to 11.1 have ``ephRa``, ``ephDec``, ``ephVmag`` and ``ephRate``, which is zero,
    as is the magnitude, in the first packets of 10.0: a zero is taken as missing. Schema 9.0 has
    ``predictedVMagnitude``, residuals in degrees (observed minus predicted), no rate, and the
    designation in ``MPCORB``.
    """
    source = field_of(record, "ssSource")
    if not isinstance(source, Mapping):
        return None
    body = record.get("diaSource")
    body = body if isinstance(body, Mapping) else {}
    ra, dec = number(source.get("ephRa")), number(source.get("ephDec"))
    if math.isnan(ra) or math.isnan(dec):
        ra = (number(body.get("ra")) - number(source.get("residualRa"))) % 360.0
        dec = number(body.get("dec")) - number(source.get("residualDec"))
    magnitude = number(_first(source, "ephVmag", "predictedVMagnitude"))
    rate = number(source.get("ephRate"))
    return MinorPlanet(
        _designation(record, source),
        number(source.get("ephOffset")),
        rate if rate != 0 else math.nan,
        magnitude if magnitude != 0 else math.nan,
        ra,
        dec,
    )


def planet_fields(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a packet's minor planet as columns of the list; empty without one."""
    planet = minor_planet(record)
    if planet is None:
        return {}
    return {
        "designation": planet.designation or None,
        "ephOffset": planet.offset,
        "ephRate": planet.rate,
        "ephVmag": planet.magnitude,
    }


def sky_marks(record: Mapping[str, Any], producer: Producer) -> tuple[SkyMark, ...]:
    """Return the marks of a packet: predicted place, dipole and trail of the pipeline."""
    body = record.get(producer.body)
    if not isinstance(body, Mapping) or producer.body != "diaSource":
        return ()
    ra, dec = number(body.get(producer.ra)), number(body.get(producer.dec))
    marks = []
    planet = minor_planet(record)
    if planet is not None:
        name = planet.designation or "minor planet"
        marks.append(SkyMark(MarkKind.PREDICTED, planet.ra, planet.dec, label=name))
    if body.get("isDipole") is not False:
        length, angle = (number(body.get(name)) for name in DIPOLE_FIELDS)
        marks.append(SkyMark(MarkKind.DIPOLE, ra, dec, length, angle, f'dipole {length:.2f}"'))
    if not body.get("trail_flag"):
        length, angle = (number(body.get(name)) for name in TRAIL_FIELDS)
        middle = number(body.get("trailRa")), number(body.get("trailDec"))
        if not all(map(math.isfinite, middle)):
            middle = ra, dec
        marks.append(SkyMark(MarkKind.TRAIL, *middle, length, angle, f'trail {length:.2f}"'))
    return tuple(mark for mark in marks if _is_drawable(mark))


def past_detections(record: Mapping[str, Any], producer: Producer) -> tuple[SkyMark, ...]:
    """Return the places of a packet's earlier detections; limits have none."""
    name = "prvDiaSources" if producer.body == "diaSource" else "prv_candidates"
    entries = field_of(record, name)
    if not isinstance(entries, list):
        return ()
    places = [
        (number(entry.get(producer.ra)), number(entry.get(producer.dec)))
        for entry in entries[: size_limits.HISTORY]
        if isinstance(entry, Mapping)
    ]
    return tuple(
        SkyMark(MarkKind.DETECTION, ra, dec)
        for ra, dec in places
        if math.isfinite(ra) and math.isfinite(dec)
    )


def _is_drawable(mark: SkyMark) -> bool:
    numbers = mark.ra, mark.dec, mark.length, mark.angle
    if not all(map(math.isfinite, numbers)):
        return False
    return mark.kind is MarkKind.PREDICTED or mark.length > 0


def _designation(record: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    for holder, names in (
        (source, ("designation",)),
        (field_of(record, "mpc_orbits"), ("designation", "packed_primary_provisional_designation")),
        (field_of(record, "MPCORB"), ("mpcDesignation",)),
    ):
        value = _first(holder, *names) if isinstance(holder, Mapping) else None
        if value is not None and str(value).strip():
            return str(value).strip()
    return ""


def _first(fields: Mapping[str, Any], *names: str) -> Any:
    return next((fields[name] for name in names if fields.get(name) is not None), None)
