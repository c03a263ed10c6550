"""Who sends alert packets, and how they name what is in them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

_SENTINELS = (-999.0, -99999.0)


@dataclass(frozen=True)
class Producer:
    """How one producer's packets are read.

    Attributes
    ----------
    name : str
        As the user knows it.
    body : str
        The record with the candidate's own fields.
    key, x, y, ra, dec, mag, mag_err, time, filter, fwhm : str
        Its fields for these; empty where it has none.
    objects : str
        The field that is common to the epochs of one object.
    one_based : bool
        x and y count pixels from 1.
    side : int
        Of a stamp that no edge cuts; 0: they vary.
    centred : bool
        The stamp's middle pixel is the one that contains (x, y), so that the fractions of x and
        y tell where in it the candidate is. Else it is taken to be in the middle of the stamp.
    bands : mapping of int to str
        Names of the filters that are numbered.
    band : str
        The only filter there is.
    flux_unit : str
        Of the light curve where it is not in magnitudes.
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


# mindtoedge is 3072.5 - xpos: pixel centres are whole numbers from 1. The centroid of bright
# sources in the difference lies at the fraction of xpos about the middle pixel.
ZTF = Producer("ZTF", one_based=True, side=63, centred=True, bands={1: "g", 2: "r", 3: "i"})
# x and y are SExtractor's less one; the middle pixel is the brightest one.
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
# As of ELAsTiCC and the older schemas; its fluxes are of zero point 27.5.
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
    """Who sent a packet; None where it has no record of a candidate."""
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
    """A field's name as compared: ``cutout_science`` is ``cutoutScience``."""
    return name.replace("_", "").lower()


@lru_cache(1024)
def is_nested(name: str) -> bool:
    """Whether a packet's field is a stamp, a history or another object, even where it is null."""
    plain = normal(name)
    return plain.startswith(("cutout", "prv", "fphists", "mpcorb", "diaobject", "sssource")) and (
        plain != "diaobjectid"
    )


def field_of(record: Mapping[str, Any], name: str) -> Any:
    """A packet's field by its name, however it is written; None where there is none."""
    if name in record:
        return record[name]
    wanted = normal(name)
    for key, value in record.items():
        if normal(key) == wanted:
            return value
    return None


def number(value: Any) -> float:
    """A float; NaN for null, for text and for the numbers that stand for nothing."""
    if value is None or isinstance(value, (bytes, bool)):
        return math.nan
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
    return found if math.isfinite(found) and found not in _SENTINELS else math.nan


def is_positive(value: Any) -> bool | None:
    """What ``isdiffpos`` says: ``t``, ``1``, 1 and True are positive; None for null."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip().lower() in ("t", "true", "1", "+", "y", "yes")
    return bool(value)


def band(producer: Producer, value: Any) -> str:
    """A filter's name: by number where they are numbered, else as it stands."""
    if value is None:
        return producer.band
    if isinstance(value, int) and not isinstance(value, bool):
        return producer.bands.get(value, f"{producer.filter} {value}")
    return str(value)
