"""A cutout of three planes, and the header of its WCS."""

from __future__ import annotations

import numpy as np
from astropy.io import fits

from vetter.core.cutout.cutout import Cutout


def a_header() -> fits.Header:
    cards = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 10.0, "CRVAL2": 20.0}
    cards |= {"CRPIX1": 3.0, "CRPIX2": 2.0, "CD1_1": -1e-4, "CD2_2": 1e-4}
    return fits.Header(list(cards.items()))


def a_cutout(**options: object) -> Cutout:
    planes = {"image": np.ones((3, 5)), "mask": np.zeros((3, 5), bool), "err": None}
    return Cutout(planes, {"x": 12.3, "y": 7.8}, **options)
