"""Lists as reports meet them: a list with magnitudes, one of Rubin, one of ZTF."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy.table import Table

from tests.helpers.plain_source import PlainSource
from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.candidates.light_curve import LightCurve
from vetter.core.cutout_source import CutoutSource


def list_source(columns: dict[str, Any], **roles: Any) -> CutoutSource:
    """A source of these columns, with keys K0, K1..."""
    table = Table(columns)
    count = len(table)
    nowhere = np.full(count, np.nan)
    places = [
        np.asarray(table[roles[axis]], float) - (roles.get("one_based", False) and axis in "xy")
        if roles.get(axis)
        else nowhere
        for axis in ("x", "y", "ra", "dec")
    ]
    keys = np.array([f"K{row}" for row in range(count)])
    return PlainSource(candidates=CandidateList(table, Roles(**roles), keys, *places))


def magnitudes(**columns: Any) -> CutoutSource:
    """Two candidates with magnitudes of an unknown system."""
    table = {
        "title": ["J1", "J2"],
        "x": [10.0, 20.0],
        "y": [30.0, 40.0],
        "ra": [150.1234567, 0.5],
        "dec": [-20.5, 20.25],
        "mag": [18.1234, 19.5],
        "mag_err": [0.05, 0.1],
        "mjd": [60000.5, 60001.25],
        "filter": ["r", "g"],
        **columns,
    }
    roles = {name: name for name in ("x", "y", "ra", "dec", "mag", "mag_err", "filter")}
    return list_source(table, name="title", time="mjd", **roles)


def rubin(**columns: Any) -> CutoutSource:
    """Two sources of Rubin, the second with a negative flux."""
    table = {
        "diaObjectId": [170001, 170002],
        "ra": [53.1, 53.2],
        "dec": [-27.8, -27.9],
        "psfFlux": [1000.0, -523.0],
        "psfFluxErr": [50.0, 60.0],
        "raErr": [1e-5, 1e-5],
        "decErr": [2e-5, 2e-5],
        "midpointMjdTai": [61000.0, 61000.0],
        "band": ["r", "g"],
        **columns,
    }
    return list_source(
        table, name="diaObjectId", ra="ra", dec="dec", time="midpointMjdTai", filter="band"
    )


def curve(*epochs: tuple[Any, ...], unit: str = "mag", scale: str = "") -> LightCurve:
    """A light curve of epochs (time, value, error, limit, band, kind, negative)."""
    quantity = "magnitude" if unit == "mag" else "difference flux"
    return LightCurve.of(list(epochs), quantity, unit, scale=scale)
