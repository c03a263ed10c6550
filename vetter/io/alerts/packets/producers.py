"""Producers of alert packets, and their names for fields and filters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

_SENTINELS = (-999.0, -99999.0)
"""Numbers that stand for a missing value."""


@dataclass(frozen=True)
class Producer:
    """Field names and conventions of one producer's packets.

    Attributes
    ----------
    name : str
        Name shown to the user.
    body : str
        Name of the candidate's record in the packet.
    key, x, y, ra, dec, mag, mag_err, time, filter, fwhm : str
        Field of the candidate's record for each; empty if it has none.
    objects : str
        Field whose value the epochs of one object share.
    one_based : bool
        Whether x and y count pixels from 1.
    side : int
        Side of a stamp away from edges, pixels; 0 if it varies.
    centred : bool
        Whether the stamp's middle pixel contains (x, y): then the fractions of x and y give the
        position in it. Otherwise the candidate is taken to be at the middle of the stamp.
    bands : mapping of int to str
        Names of the filters that are numbered.
    band : str
        Name of the only filter, if there is one.
    flux_unit : str
        Unit of the light curve if it is not in magnitudes.
    """

    name: str
    body: str = "candidate"
    key: str = "candid"
    objects: str = "objectId"
    x: str = "xpos"
    y: str = "ypos"
    ra: str = "ra"
    dec: str = "dec"
    mag: str = "magpsf"
    mag_err: str = "sigmapsf"
    time: str = "jd"
    filter: str = "fid"
    fwhm: str = "fwhm"
    one_based: bool = False
    side: int = 0
    centred: bool = False
    bands: Mapping[int, str] = field(default_factory=dict)
    band: str = ""
    flux_unit: str = ""


# mindtoedge is 3072.5 - xpos: pixel centres are whole numbers from 1. The centroids of bright
# sources in the difference are at the fraction of xpos from the middle pixel.
ZTF = Producer("ZTF", one_based=True, side=63, centred=True, bands={1: "g", 2: "r", 3: "i"})
# x and y are SExtractor's minus one; the middle pixel is the brightest pixel.
WINTER = Producer(
    "WINTER", objects="objectid", side=81, centred=True, bands={1: "Y", 2: "J", 3: "Hs"}
)
GATTINI = Producer("Gattini-IR", side=61, band="J")
TURBO = Producer("TURBO", side=63)
ALERT = Producer("alert packets")
RUBIN = Producer(
    "Rubin",
    body="diaSource",
    key="diaSourceId",
    objects="diaObjectId",
    x="x",
    y="y",
    mag="",
    mag_err="",
    time="midpointMjdTai",
    filter="band",
    fwhm="",
    flux_unit="nJy",
)
# ELAsTiCC and the older schemas; fluxes have zero point 27.5.
ELASTICC = Producer(
    "LSST (old schema)",
    body="diaSource",
    key="diaSourceId",
    objects="diaObjectId",
    x="x",
    y="y",
    dec="decl",
    mag="",
    mag_err="",
    time="midPointTai",
    filter="filterName",
    fwhm="",
    flux_unit="flux units",
)


def producer_of(record: Mapping[str, Any]) -> Producer | None:
    """Return the producer of a packet; None if it has no record of a candidate."""
    source = record.get("diaSource")
    if isinstance(source, Mapping):
        return RUBIN if "midpointMjdTai" in source else ELASTICC
    if not isinstance(record.get("candidate"), Mapping):
        return None
    publisher = str(record.get("publisher") or "").lower()
    for word, producer in (
        ("ztf", ZTF),
        ("winter", WINTER),
        ("wntr", WINTER),
        ("pgir", GATTINI),
        ("gattini", GATTINI),
        ("turbo", TURBO),
    ):
        if word in publisher:
            return producer
    return ALERT


def normal(name: str) -> str:
    """Return a field's name for comparison: ``cutout_science`` and ``cutoutScience`` are equal."""
    return name.replace("_", "").lower()


@lru_cache(1024)
def is_nested(name: str) -> bool:
    """Return whether a packet's field is a stamp, a history or another object, even if null."""
    plain = normal(name)
    return plain.startswith(("cutout", "prv", "fphists", "mpcorb", "diaobject", "sssource")) and (
        plain != "diaobjectid"
    )


def field_of(record: Mapping[str, Any], name: str) -> Any:
    """Return a packet's field by its name in any spelling; None if it is missing."""
    if name in record:
        return record[name]
    normal_name = normal(name)
    for key, value in record.items():
        if normal(key) == normal_name:
            return value
    return None


def number(value: Any) -> float:
    """Return a finite float; NaN for null, text that is not a number, and -999 or -99999."""
    if value is None or isinstance(value, (bytes, bool)):
        return math.nan
    try:
        result = float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
    return result if math.isfinite(result) and result not in _SENTINELS else math.nan


def is_positive(value: Any) -> bool | None:
    """Return whether ``isdiffpos`` is ``t``, ``1``, 1, True or alike; None for null."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip().lower() in ("t", "true", "1", "+", "y", "yes")
    return bool(value)


def band(producer: Producer, value: Any) -> str:
    """Return a filter's name: looked up by number, or the text itself."""
    if value is None:
        return producer.band
    if isinstance(value, int) and not isinstance(value, bool):
        return producer.bands.get(value, f"{producer.filter} {value}")
    return str(value)
