"""Producers of alert packets, and their names for fields and filters."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

_ZTF_OBJECT = re.compile(r"ZTF\d\d[a-z]{7}")

_OF_SURVEY = re.compile(r"^(candidate[._]|[ir]:)")
"""Beginning of the names of a survey's own fields: in flattened packets, and in Fink's of ZTF and
Rubin."""
_PREFIX = re.compile(r"^[a-z]:")
"""Fink's mark of where a field is from: the survey (i, r), its own work (d, f, v), stamps (b)."""

_SENTINELS = (-999.0, -99999.0)
"""Numbers that stand for a missing value."""


@dataclass(frozen=True, slots=True)
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
    pixel_scale : float
        Arcseconds per pixel of the stamps, which have no WCS; 0 if not fixed.
    north, east : float
        Directions of north and east on the stamps, degrees from +x towards +y.
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
    pixel_scale: float = 0.0
    north: float = 90.0
    east: float = 180.0


_FIDS = {1: "g", 2: "r", 3: "i"}

# mindtoedge is 3072.5 - xpos: pixel centres are whole numbers from 1. The centroids of bright
# sources in the difference are at the fraction of xpos from the middle pixel. Scale and directions
# are those of xpos, ypos against ra, dec in 10 quadrants: south is up, turned by up to 0.7 degrees.
ZTF = Producer(
    "ZTF",
    one_based=True,
    side=63,
    centred=True,
    bands=_FIDS,
    pixel_scale=1.0125,
    north=-90.0,
    east=180.0,
)
# x and y are SExtractor's minus one; the middle pixel is the brightest pixel. Scale and directions
# are those of x, y against ra, dec of 11 candidates: north is up and east left, to 0.02 degrees.
WINTER = Producer(
    "WINTER",
    objects="objectid",
    side=81,
    centred=True,
    bands={1: "Y", 2: "J", 3: "Hs"},
    pixel_scale=1.1084,
)
GATTINI = Producer("Gattini-IR", side=61, band="J")
TURBO = Producer("TURBO", side=63)
# Brokers that write packets anew may leave the publisher out; fid then has ZTF's meaning.
ALERT = Producer("alert packets", bands=_FIDS)
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
        ("zwicky", ZTF),
        ("winter", WINTER),
        ("wntr", WINTER),
        ("pgir", GATTINI),
        ("gattini", GATTINI),
        ("turbo", TURBO),
    ):
        if word in publisher:
            return producer
    # Brokers leave the publisher out, or put their own name there.
    is_ztf = _ZTF_OBJECT.fullmatch(str(field_of(record, "objectId") or "")) is not None
    return ZTF if is_ztf else ALERT


def with_body(record: dict[str, Any]) -> dict[str, Any]:
    """Return a flat packet with its numbers and texts as the candidate's record; others as given.

    Tables of packets, and packets of small surveys, have the position beside the stamps. Fields of
    the position, identity, magnitude, time and filter get the names of ZTF's where those are free:
    ``decl`` becomes ``dec``. ``candidate.ra``, ``candidate_ra`` and ``i:ra``, as Fink calls the
    survey's own fields, become ``ra``; Fink's additions keep their names (``d:cdsxmatch``).

    Examples
    --------
    >>> with_body({"id": 7, "ra": 1.5, "decl": -2.0, "cutoutScience": b""})["candidate"]
    {'candid': 7, 'ra': 1.5, 'dec': -2.0}
    """
    if isinstance(record.get("candidate"), Mapping) or isinstance(record.get("diaSource"), Mapping):
        return record
    names = tuple(
        name
        for name, value in record.items()
        if not is_nested(name) and (value is None or isinstance(value, (int, float, str)))
    )
    new_names = _ztf_names(names)
    if "ra" not in new_names.values():
        return record
    body = {new: record[name] for name, new in new_names.items()}
    # Object and publisher stay, since they tell the producer.
    rest = {
        _OF_SURVEY.sub("", name): value
        for name, value in record.items()
        if name not in new_names or normal(name) in ("objectid", "publisher")
    }
    return {**rest, "candidate": body}


@lru_cache(64)
def _ztf_names(names: tuple[str, ...]) -> dict[str, str]:
    """Return the names of a flat packet's fields, those with a role called as ZTF calls them."""
    from vetter.core.candidates.column_roles import recognise

    bare = {name: _OF_SURVEY.sub("", name) for name in names}
    bare = bare if len(set(bare.values())) == len(names) else dict(zip(names, names, strict=True))
    roles = recognise(list(bare.values()), {}, {})
    taken = set(bare.values())
    wanted = {}
    for role in ("ra", "dec", "key", "mag", "mag_err", "time", "filter", "fwhm"):
        found, new = getattr(roles, role), getattr(ALERT, role)
        if found is not None and new not in taken:
            wanted[found] = new
    return {name: wanted.get(plain, plain) for name, plain in bare.items()}


def needs_rest(record: Mapping[str, Any]) -> bool:
    """Return whether the list needs fields behind the candidate's record: a minor planet's.

    A source of Rubin is associated with a diaObject, or with a minor planet.
    """
    source = record.get("diaSource")
    if not isinstance(source, Mapping):
        return False
    return bool(source.get("ssObjectId")) or not source.get("diaObjectId")


STAMP_NAMES = frozenset(("cutoutscience", "cutouttemplate", "cutoutdifference"))
"""Names of the stamps' fields, as `normal` spells them."""


@lru_cache(4096)
def normal(name: str) -> str:
    """Return a field's name for comparison: ``cutout_science`` and ``cutoutScience`` are equal.

    So is ``b:cutoutScience_stampData``, as Fink calls a stamp in a table.
    """
    plain = _PREFIX.sub("", name).replace("_", "").replace(".", "").lower()
    return plain.removesuffix("stampdata") if plain.startswith("cutout") else plain


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
    """Return whether ``isdiffpos`` is ``t``, ``1``, 1, True or alike; None for null.

    Brokers write -1 for negative candidates.
    """
    if value is None:
        return None
    if isinstance(value, str):
        text = value.strip().lower()
        return text in ("t", "true", "+", "y", "yes") or number(text) > 0
    if isinstance(value, (int, float)):
        return value > 0
    return bool(value)


def band(producer: Producer, value: Any) -> str:
    """Return a filter's name: looked up by number, or the text itself."""
    if value is None or isinstance(value, bool):
        return producer.band
    if isinstance(value, float) and math.isnan(value):
        return producer.band
    if type(value) is int:
        return producer.bands.get(value, f"{producer.filter} {value}")
    # Tables with gaps hold the numbers as floats, and brokers write them as texts.
    text = str(value).strip().removesuffix(".0")
    if not text.isdecimal():
        return str(value)
    return producer.bands.get(int(text), f"{producer.filter} {text}")
