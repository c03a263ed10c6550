"""Names made of positions."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from vetter.core.coordinates.angles import j_name


@pytest.mark.parametrize(
    ("ra", "dec", "name"),
    [
        (0.0, 0.0, "J000000.00+000000.0"),
        (65.25, 33.2, "J042100.00+331200.0"),
        (10.5, -90.0, "J004200.00-900000.0"),
        (180.0, -0.00001, "J120000.00-000000.0"),
        (15.0 - 1e-9, 60.0 - 1e-9, "J010000.00+600000.0"),
        (-15.0, 5.0, "J230000.00+050000.0"),
    ],
)
def test_names(ra: float, dec: float, name: str) -> None:
    assert j_name(ra, dec) == name


def test_agrees_with_astropy() -> None:
    rng = np.random.default_rng(3)
    ra, dec = rng.uniform(0, 360, 300), rng.uniform(-90, 90, 300)
    sky = SkyCoord(ra, dec, unit="deg")
    hours = sky.ra.to_string("hour", sep="", precision=2, pad=True)
    degrees = sky.dec.to_string(sep="", precision=1, alwayssign=True, pad=True)
    wanted = [f"J{h}{d}" for h, d in zip(hours, degrees, strict=True)]
    assert [j_name(r, d) for r, d in zip(ra, dec, strict=True)] == wanted


@pytest.mark.parametrize(("ra", "dec"), [(np.nan, 1), (1, np.inf), (1, 90.1)])
def test_no_name_for_no_position(ra: float, dec: float) -> None:
    with pytest.raises(ValueError, match="no name"):
        j_name(ra, dec)
