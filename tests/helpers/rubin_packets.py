"""Alert packets like Rubin's, of schemas 9.0 and 11.1: a minor planet behind the history."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from astropy.io import fits

from tests.helpers.alert_packets import field

SIDE = 31
SCALE = 0.2 / 3600
RA, DEC = 150.0, 2.0
MJD = 61041.25


def rubin_packet(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A packet; changes are its own fields, or the diaSource's."""
    source: dict[str, Any] = {
        "diaSourceId": 169813006680588000 + number,
        "visit": 2025123100000 + number,
        "detector": 94,
        "diaObjectId": 42,
        "ssObjectId": None,
        "midpointMjdTai": MJD + number,
        "ra": RA,
        "dec": DEC,
        "x": 1015.0,
        "y": 2015.0,
        "psfFlux": 1000.0,
        "psfFluxErr": 100.0,
        "scienceFlux": 1500.0,
        "templateFlux": 500.0,
        "reliability": 0.9,
        "band": "r",
        "isDipole": False,
        "dipoleLength": None,
        "dipoleAngle": None,
        "trailLength": None,
        "trailAngle": None,
        "pixelFlags_edge": False,
        "pixelFlags_saturated": None,
    }
    packet: dict[str, Any] = {
        "diaSourceId": source["diaSourceId"],
        "observation_reason": None,
        "diaSource": source,
        "prvDiaSources": [dict(source, midpointMjdTai=MJD - 3)],
        "ssSource": None,
        "MPCORB": None,
        "cutoutDifference": rubin_stamp(3),
        "cutoutScience": rubin_stamp(1),
        "cutoutTemplate": rubin_stamp(2),
    }
    for name, value in changes.items():
        (packet if name in packet else source)[name] = value
    return packet


def rubin_stamp(seed: int, nan_rows: int = 0) -> bytes:
    """A stamp as Rubin writes it: a WCS without CTYPE, north up and east left."""
    image = np.random.default_rng(seed).normal(0, 50, (SIDE, SIDE)).astype(np.float32)
    image[:nan_rows] = np.nan
    hdu = fits.PrimaryHDU(image)
    hdu.header.update(
        {
            "CUTMINX": 999,
            "CUTMINY": 1999,
            "CRPIX1": 16.0,
            "CRPIX2": 16.0,
            "CRVAL1": RA,
            "CRVAL2": DEC,
            "CDELT1": 1.0,
            "CDELT2": 1.0,
            "PC1_1": -SCALE,
            "PC1_2": 0.0,
            "PC2_1": 0.0,
            "PC2_2": SCALE,
        }
    )
    out = io.BytesIO()
    hdu.writeto(out)
    return out.getvalue()


def rubin_schema(planet: list[dict[str, Any]]) -> dict[str, Any]:
    """A packet's schema, whose ``ssSource`` has these fields."""
    longs = ("diaObjectId", "ssObjectId")
    floats = ("psfFlux", "psfFluxErr", "scienceFlux", "templateFlux", "reliability")
    floats += ("dipoleLength", "dipoleAngle", "trailLength", "trailAngle")
    source = [
        *(field(name, "long") for name in ("diaSourceId", "visit", "detector")),
        *(field(name, "long", optional=True) for name in longs),
        *(field(name, "double") for name in ("midpointMjdTai", "ra", "dec", "x", "y")),
        *(field(name, "float", optional=True) for name in floats),
        field("band", "string", optional=True),
        *(
            field(name, "boolean", optional=True)
            for name in ("isDipole", "pixelFlags_edge", "pixelFlags_saturated")
        ),
    ]

    def named(name: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
        return {"type": "record", "name": name, "fields": fields}

    history = {"type": "array", "items": "lsst.diaSource"}
    return {
        "namespace": "lsst",
        **named(
            "alert",
            [
                field("diaSourceId", "long"),
                field("observation_reason", "string", optional=True),
                field("diaSource", named("diaSource", source)),
                field("prvDiaSources", history, optional=True),
                field("ssSource", named("ssSource", planet), optional=True),
                field(
                    "MPCORB",
                    named("MPCORB", [field("mpcDesignation", "string", optional=True)]),
                    optional=True,
                ),
                *(
                    field(name, "bytes", optional=True)
                    for name in ("cutoutDifference", "cutoutScience", "cutoutTemplate")
                ),
            ],
        ),
    }


_NUMBERS = ("ephRa", "ephDec", "ephVmag", "ephRate", "ephOffset")
SCHEMA_11_1 = rubin_schema(
    [
        field("designation", "string", optional=True),
        *(field(name, "double", optional=True) for name in _NUMBERS),
    ]
)
SCHEMA_9_0 = rubin_schema(
    [
        # Twice, as in the schema that was in use.
        field("diaSourceId", "long", optional=True),
        field("ephOffset", "double"),
        field("diaSourceId", "long", optional=True),
        *(
            field(name, "double", optional=True)
            for name in ("predictedVMagnitude", "residualRa", "residualDec")
        ),
    ]
)
