"""Galactic coordinates among the columns of a list."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from vetter.core.candidates.placement.positions import galactic_pair, galactic_to_equatorial


@pytest.mark.parametrize(
    "names",
    [("l", "b"), ("GLON", "GLAT"), ("gal_lon", "gal_lat"), ("L_II", "B_II"), ("pos.l", "pos.b")],
)
def test_pairs_by_name(names: tuple[str, str]) -> None:
    assert galactic_pair(("id", *names, "mag")) == names


def test_a_pair_by_ucd() -> None:
    ucds = {"first": "pos.galactic.lon;meta.main", "second": "pos.galactic.lat"}
    assert galactic_pair(("first", "second"), {}, ucds) == ("first", "second")


@pytest.mark.parametrize(("names", "unit"), [(("l", "c"), ""), (("l", "b"), "mag")])
def test_others_are_no_pair(names: tuple[str, str], unit: str) -> None:
    assert galactic_pair(names, dict.fromkeys(names, unit)) is None


def test_the_same_places_as_astropys() -> None:
    lon, lat = np.array([0.0, 120.5, 359.9, -20.0]), np.array([0.0, -27.1, 89.0, 45.0])
    ra, dec = galactic_to_equatorial(lon, lat, ("deg", ""))
    places = SkyCoord(l=lon, b=lat, unit="deg", frame="galactic").icrs
    made = SkyCoord(ra, dec, unit="deg")
    assert made.separation(places).arcsec.max() < 0.03


def test_what_is_no_place_is_unknown() -> None:
    ra, dec = galactic_to_equatorial(
        np.array([1.0, np.nan, 1.0]), np.array([91.0, 1.0, 1.0]), ("", "")
    )
    assert np.isnan(ra).tolist() == np.isnan(dec).tolist() == [True, True, False]


def test_radians_and_texts() -> None:
    ra, dec = galactic_to_equatorial(np.array([np.pi / 2]), np.array([0.5]), ("rad", "rad"))
    texts = galactic_to_equatorial(
        np.array(["90:00:00"]), np.array([str(np.degrees(0.5))]), ("", "")
    )
    np.testing.assert_allclose([ra, dec], texts)
