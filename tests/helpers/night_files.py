"""A night on the disk: small images of one place, turned differently, with a list each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table
from astropy.wcs import WCS

from tests.helpers.field_files import pixels, write_image

SHAPES = ((60, 80), (80, 60), (60, 80))
PLACES = ((150.0, 2.0), (150.001, 2.001))
"""RA and Dec of two objects; the second is not found on the third image."""


def turned_wcs(shape: tuple[int, int], angle: float) -> WCS:
    """0.36 arcsec pixels about (150, 2), turned by an angle in degrees."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [150.0, 2.0]
    wcs.wcs.crpix = [shape[1] / 2, shape[0] / 2]
    c, s = 1e-4 * np.cos(np.radians(angle)), 1e-4 * np.sin(np.radians(angle))
    wcs.wcs.cd = np.array([[-c, s], [s, c]])
    return wcs


def write_night(
    folder: Path, more: str = "", planes: tuple[str, ...] = ("image", "template")
) -> Path:
    """Three images called n0 to n2, of nights one day apart, and ``night.toml``; its path."""
    text = more
    for number, shape in enumerate(SHAPES):
        wcs = turned_wcs(shape, 90.0 * number)
        header = {"MJD-OBS": 61000.0 + number, "FILTER": "rgr"[number], "EXPTIME": 60.0}
        text += f'\n[[field]]\nname = "n{number}"\ncandidates = "n{number}.csv"\n'
        for seed, plane in enumerate(planes):
            data = pixels(10 * number + seed, shape)
            write_image(folder / f"n{number}_{plane}.fits", data, header, wcs)
            text += f'{plane} = "n{number}_{plane}.fits"\n'
        places = np.array(PLACES if number < 2 else PLACES[:1])
        write_places(folder / f"n{number}.csv", wcs, places)
    path = folder / "night.toml"
    path.write_text(text)
    return path


def write_places(path: Path, wcs: WCS, places: Any, **columns: Any) -> None:
    """A list of places (RA and Dec), numbered from 1, with pixels from 0."""
    x, y = wcs.all_world2pix(places, 0).T
    numbers = np.arange(1, len(places) + 1)
    ra, dec = np.asarray(places).T
    table = Table({"id": numbers, "x": x, "y": y, "ra": ra, "dec": dec, **columns})
    table.write(path, format="ascii.csv")
