from __future__ import annotations

import math

import numpy as np
import pytest

from tests.helpers.decisions import NAN, event, listing, unplaced
from vetter.core.decisions.carry_over import has_same_position, nearest_offers, separation
from vetter.core.decisions.decision import Verdict

ARCSEC = 1 / 3600


def test_separation_across_the_meridian() -> None:
    assert separation(359.9999, 0, 0.0001, 0) == pytest.approx(0.72)


def test_separation_shrinks_with_declination() -> None:
    assert separation(10, 60, 10 + ARCSEC, 60) == pytest.approx(0.5, rel=1e-6)


@pytest.mark.parametrize(
    ("offset", "same"), [(0, True), (1.4 * ARCSEC, True), (1.6 * ARCSEC, False)]
)
def test_sky_decides_where_both_have_it(offset: float, same: bool) -> None:
    decision = event(listing(), 0)
    assert has_same_position(decision, 5000.0, 5000.0, 150.0, 20 + offset) is same


@pytest.mark.parametrize(("offset", "same"), [(0, True), (2.0, True), (2.1, False)])
def test_pixels_decide_where_there_is_no_sky(offset: float, same: bool) -> None:
    decision = event(listing(**unplaced(x=np.arange(6.0), y=np.arange(6.0))), 3)
    assert has_same_position(decision, 3.0 + offset, 3.0, NAN, NAN) is same


def test_pixels_decide_where_only_one_has_sky() -> None:
    decision = event(listing(), 1)
    assert has_same_position(decision, 101.0, 50.0, NAN, NAN) is True


def test_without_any_position_the_key_counts() -> None:
    assert has_same_position(event(listing(**unplaced()), 0), NAN, NAN, NAN, NAN) is True


def test_positions_that_cannot_be_compared() -> None:
    decision = event(listing(**unplaced(ra=np.zeros(6), dec=np.zeros(6))), 0)
    assert has_same_position(decision, 10.0, 10.0, NAN, NAN) is None


def test_nearest_on_the_sky() -> None:
    old, new = listing(), listing(keys=[f"n{row}" for row in range(6)])
    new.dec[2] += 1.2 * ARCSEC
    (offer,) = nearest_offers([event(old, 2, Verdict.REJECT)], new)
    assert (offer.old_key, offer.row, offer.unit) == ("c2", 2, "arcsec")
    assert offer.distance == pytest.approx(1.2, rel=1e-6)
    assert offer.opinion.verdict is Verdict.REJECT


@pytest.mark.parametrize(("offset", "count"), [(1.4999, 1), (1.5001, 0), (1.7, 0)])
def test_offers_reach_as_far_as_the_same_position_does(offset: float, count: int) -> None:
    old, new = listing(), listing()
    new.dec[2] += offset * ARCSEC
    decision = event(old, 2)
    assert len(nearest_offers([decision], new)) == count
    assert has_same_position(decision, NAN, NAN, new.ra[2], new.dec[2]) is bool(count)


def test_sky_that_disagrees_is_not_overruled_by_pixels() -> None:
    old, new = listing(), listing(dec=np.full(6, 21.0))
    assert nearest_offers([event(old, 2)], new) == []


def test_nearest_in_pixels_where_there_is_no_sky() -> None:
    old = listing(**unplaced(x=np.arange(6) * 10.0, y=np.zeros(6)))
    new = listing(**unplaced(x=np.arange(6) * 10.0 + 1.5, y=np.zeros(6)))
    (offer,) = nearest_offers([event(old, 4)], new)
    assert (offer.row, offer.distance, offer.unit) == (4, 1.5, "px")


def test_each_candidate_is_offered_the_nearest_only() -> None:
    old = listing(**unplaced(x=np.arange(6.0), y=np.zeros(6)))
    new = listing(1, keys=["n"], x=[1.2], y=[0.0], ra=[NAN], dec=[NAN])
    (offer,) = nearest_offers([event(old, 0), event(old, 1), event(old, 2)], new)
    assert offer.old_key == "c1"


def test_no_candidate_has_a_position() -> None:
    assert nearest_offers([event(listing(), 0)], listing(**unplaced())) == []


@pytest.mark.parametrize(
    ("places", "arcsec"),
    [
        ((10.0, 0.0, 10.001, 0.0), 3.6),
        ((10.0, 60.0, 10.001, 60.0), 1.8),
        ((0.0005, 0.0, 359.9995, 0.0), 3.6),
        ((10.0, 89.9995, 190.0, 89.9995), 3.6),
        ((10.0, -20.0, 10.0, -20.001), 3.6),
        ((0.0, 0.0, 180.0, 0.0), 648000.0),
        ((0.0, 90.0, 0.0, -90.0), 648000.0),
        ((10.0, 20.0, 10.0, 20.0), 0.0),
    ],
)
def test_separation_is_an_angle_on_the_sphere(
    places: tuple[float, float, float, float], arcsec: float
) -> None:
    assert separation(*places) == pytest.approx(arcsec, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("place", range(4))
def test_separation_of_an_unknown_place_is_unknown(place: int) -> None:
    places = [10.0, 20.0, 10.0, 20.0]
    places[place] = float("nan")
    assert math.isnan(separation(*places))


@pytest.mark.parametrize("place", [(NAN, 0, 1, 1), (0, NAN, 1, 1), (0, 0, NAN, 1), (0, 0, 1, NAN)])
def test_separation_from_an_unknown_place_is_unknown(place: tuple[float, ...]) -> None:
    assert np.isnan(separation(*place))


def test_separation_of_opposite_places_is_half_a_turn() -> None:
    assert separation(0, 0, 180, 0) == separation(7, 90, 7, -90) == 180 * 3600


def test_pixels_offer_where_one_of_the_two_has_no_sky() -> None:
    old, new = listing(), listing(**{place: np.full(6, NAN) for place in ("ra", "dec")})
    for strays, candidates in ((old, new), (new, old)):
        (offer,) = nearest_offers([event(strays, 2)], candidates)
        assert (offer.row, offer.unit, offer.distance) == (2, "px", 0)


@pytest.mark.parametrize("place", ["ra", "dec", "x", "y"])
def test_half_a_position_offers_nothing(place: str) -> None:
    both = {"x": "xy", "y": "xy"}.get(place, "sky")
    gone = {"xy": ("ra", "dec"), "sky": ("x", "y")}[both]
    stray = event(listing(), 2)._replace(**dict.fromkeys((place, *gone), NAN))
    assert nearest_offers([stray], listing()) == []


@pytest.mark.parametrize(("pixels", "key"), [(1.4, "flat"), (1.8, "sky")])
def test_nearer_is_what_is_less_of_its_radius(pixels: float, key: str) -> None:
    """An angle of 1.2 arcsec is 0.8 of its radius, 1.4 px are 0.7 of theirs, and 1.8 px 0.9."""
    listed = listing()
    on_sky = event(listed, 2)._replace(key="sky", dec=20.0 + 1.2 * ARCSEC)
    flat = event(listed, 2)._replace(key="flat", x=200.0 + pixels, ra=NAN, dec=NAN)
    for strays in ([on_sky, flat], [flat, on_sky]):
        (offer,) = nearest_offers(strays, listed)
        assert (offer.old_key, offer.row) == (key, 2)
