"""Whether two WCS are of the same sky."""

from __future__ import annotations

import numpy as np
from astropy.wcs import WCS

from vetter.core.coordinates.wcs import has_same_sky

SHAPE = (40, 50)


def make_wcs(turn: float = 0.0, size: float = 1e-4) -> WCS:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = 65.25, -33.5
    wcs.wcs.crpix = 25.5, 20.5
    wcs.wcs.cd = size * np.array([[-1.0, turn], [turn, 1.0]])
    return wcs


def test_equal_wcs_are_of_the_same_sky() -> None:
    assert has_same_sky(make_wcs(), make_wcs(), SHAPE)
    assert not has_same_sky(make_wcs(), make_wcs(turn=1e-4), SHAPE)


def test_image_without_wcs_has_the_sky_of_no_other() -> None:
    assert has_same_sky(None, None, SHAPE)
    assert not has_same_sky(make_wcs(), None, SHAPE)
    assert not has_same_sky(None, make_wcs(), SHAPE)


def test_singular_wcs_has_the_sky_of_no_other() -> None:
    assert not has_same_sky(make_wcs(size=0.0), make_wcs(), SHAPE)
    assert not has_same_sky(make_wcs(size=0.0), make_wcs(size=0.0), SHAPE)
