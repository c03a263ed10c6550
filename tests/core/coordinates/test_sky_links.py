"""Addresses of services and regions: signs, missing positions, pixel conventions."""

from __future__ import annotations

import math
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from vetter.core.coordinates.sky_links import region_text, sky_links

NAN = math.nan


@pytest.mark.parametrize("dec", [12.5, 0.0, 0.5, -0.25])
def test_services_get_signed_declination(dec: float) -> None:
    links = sky_links(10.125, dec)
    assert parse_qs(urlsplit(links["SIMBAD"]).query)["Coord"] == [f"10.125000 {dec:+.6f}"]
    assert f"{dec:+.6f}d" in unquote(links["NED"])
    assert parse_qs(urlsplit(links["TNS"]).query)["decl"] == [f"{dec:.6f}"]
    assert f"10.125000 {dec:+.6f}" in unquote(links["Aladin Lite"])


def test_missing_position_has_no_links() -> None:
    assert sky_links(10.0, NAN) == {} == sky_links(math.inf, 1.0)


def test_right_ascension_is_taken_modulo_full_circle() -> None:
    assert "ra=359.500000&" in sky_links(-0.5, 0.0)["TNS"]


def test_region_prefers_sky() -> None:
    assert region_text(10.0, -1.0, 3.0, 4.0) == 'icrs; circle(10.000000,-1.000000,5")'
    assert region_text(-0.5, 1.0, NAN, NAN) == 'icrs; circle(359.500000,1.000000,5")'
    assert region_text(10.0, NAN, 3.0, 4.0) == region_text(NAN, 1.0, 3.0, 4.0)
    assert region_text(10.0, NAN, 3.0, 4.0) == "image; circle(4.00,5.00,10)"


def test_region_of_pixels_counts_from_one() -> None:
    assert region_text(NAN, NAN, 0.0, 9.5) == "image; circle(1.00,10.50,10)"


def test_region_without_position_is_empty() -> None:
    assert region_text(NAN, NAN, NAN, 1.0) == ""
