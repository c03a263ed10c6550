"""Whether two WCS are of the same sky."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from astropy.io.fits import Header
from astropy.wcs import WCS, DistortionLookupTable

from vetter.core.coordinates.wcs import (
    has_same_mapping,
    has_same_sky,
    has_tables,
    header_wcs,
    is_mapping,
    mapping_cards,
    settle_wcs,
    sky_to_pixel,
    wcs_cards,
    with_wcs,
    without_table_cards,
    without_tables,
    without_wcs,
)
from vetter.errors import InputError

TABLES = ("cpdis1", "cpdis2", "det2im1", "det2im2")


CARDS = {
    "OBJECT": "M31",
    "CTYPE1": "RA---TAN",
    "CTYPE2": "DEC--TAN",
    "CRVAL1": 65.25,
    "CRVAL2": -33.5,
    "CRPIX1": 25.5,
    "CRPIX2": 20.5,
    "CD1_1": -1e-4,
    "CD2_2": 1e-4,
    "MJD-OBS": 58849.5,
}


SHAPE = (41, 51)


def make_wcs(turn: float = 0.0, size: float = 1e-4, ra: float = 65.25) -> WCS:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = ra, -33.5
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


def with_tables(detector: tuple[float, float], focal: tuple[float, float]) -> WCS:
    """A WCS whose tables shift x and y by constants: first of the detector, then of the focus."""
    wcs = make_wcs()
    flat = [np.full((2, 2), shift, np.float32) for shift in (*detector, *focal)]
    tables = [DistortionLookupTable(t, (1, 1), (1, 1), (200, 200)) for t in flat]
    wcs.det2im1, wcs.det2im2, wcs.cpdis1, wcs.cpdis2 = tables
    return wcs


@pytest.mark.parametrize(
    ("detector", "focal"), [((0.5, -1.0), (2.0, 0.25)), ((0.5, -1.0), (0, 0)), ((0, 0), (2, 0.25))]
)
def test_without_tables_a_pixel_keeps_its_place(detector: Any, focal: Any) -> None:
    wcs = with_tables(detector, focal)
    plain = without_tables(wcs, 20, 30)
    assert has_tables(wcs) and not has_tables(plain)
    there = wcs.all_pix2world([[20, 30]], 0)
    np.testing.assert_allclose(plain.all_pix2world([[20, 30]], 0), there, rtol=0, atol=1e-9)
    # Without a pixel no place is kept.
    np.testing.assert_array_equal(without_tables(wcs).wcs.crpix, wcs.wcs.crpix)
    np.testing.assert_array_equal(without_tables(wcs, 20).wcs.crpix, wcs.wcs.crpix)


def test_header_with_look_up_tables_names_the_first() -> None:
    header = wcs_cards(make_wcs())
    header["CPDIS1"], header["CPDIS2"] = "LOOKUP", "LOOKUP"
    with pytest.raises(InputError, match=r"from other HDUs \(CPDIS1\); give wcs=WCS"):
        header_wcs(header)


def test_header_without_sky_axes_has_no_wcs() -> None:
    header = wcs_cards(make_wcs())
    del header["CTYPE2"]
    assert header_wcs(header) is None and mapping_cards(header) == ()
    assert settle_wcs(header) == (header, ())
    header["CTYPE1"], header["CTYPE2"] = "LINEAR", "LINEAR"
    assert header_wcs(header) is None


def test_header_that_needs_no_decision_stays_itself() -> None:
    header = wcs_cards(make_wcs())
    assert settle_wcs(header)[0] is header
    header.append(("CRVAL1", 10.0))
    settled, decisions = settle_wcs(header)
    assert settled is not header and settled.count("CRVAL1") == 1 and len(decisions) == 1


def with_table(name: str, table: np.ndarray) -> WCS:
    """A WCS of which one axis is shifted by a table of pixels."""
    wcs = make_wcs()
    setattr(wcs, name, DistortionLookupTable(table.astype(np.float32), (1, 1), (1, 1), (1, 1)))
    return wcs


def header(**changes: Any) -> Header:
    """A header with other cards; None takes a card away."""
    cards = {**CARDS, **{keyword.replace("__", "-"): card for keyword, card in changes.items()}}
    return Header([(keyword, card) for keyword, card in cards.items() if card is not None])


@pytest.mark.parametrize(("shift", "same"), [(0.8e-11, True), (1.2e-11, False)])
def test_sky_is_the_same_to_a_part_in_1e11_of_a_degree(shift: float, same: bool) -> None:
    assert has_same_sky(make_wcs(), make_wcs(ra=65.25 + shift), SHAPE) is same


@pytest.mark.parametrize(("x", "y"), [(0, 0), (50, 0), (0, 40), (50, 40), (25, 20)])
def test_sky_is_compared_at_corners_and_middle(x: int, y: int) -> None:
    bump = np.zeros(SHAPE)
    bump[y, x] = 0.5
    for name in ("cpdis1", "cpdis2"):
        assert not has_same_sky(make_wcs(), with_table(name, bump), SHAPE)
        assert has_same_sky(with_table(name, bump), with_table(name, bump), SHAPE)


def test_corners_off_the_sky_are_the_same() -> None:
    wcs = make_wcs(size=5.0)
    wcs.wcs.ctype = ["RA---AIT", "DEC--AIT"]
    assert np.isnan(wcs.all_pix2world([[0, 0]], 0)).any()
    assert has_same_sky(wcs, wcs.deepcopy(), SHAPE)
    assert not has_same_sky(wcs, make_wcs(), SHAPE)


@pytest.mark.parametrize(
    "changes",
    [
        {"CTYPE1": None},
        {"CTYPE2": None},
        {"CTYPE1": "LINEAR", "CTYPE2": "LINEAR"},
    ],
)
def test_header_without_sky_has_no_wcs(changes: dict[str, Any]) -> None:
    assert header_wcs(header(**changes)) is None


def test_wcs_of_a_header_has_its_time_and_sky_axes() -> None:
    wcs = header_wcs(header())
    assert wcs is not None and wcs.wcs.mjdobs == 58849.5
    assert has_same_sky(wcs, make_wcs(), SHAPE)
    cube = header_wcs(header(CTYPE3="FREQ", CRVAL3=1e9, CRPIX3=1.0, CD3_3=1e6))
    assert cube is not None and cube.naxis == 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"CPDIS1": "LOOKUP", "CPDIS2": "LOOKUP"}, r"look-up tables from other HDUs \(CPDIS1\)"),
        ({"CTYPE1": "RA---XYZ", "CTYPE2": "DEC--XYZ"}, "header: its WCS cannot be used"),
        ({"CRVAL1": "east"}, "header: its WCS cannot be used .CRVAL1 is the text 'east'"),
    ],
)
def test_wcs_that_a_header_does_not_hold_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        header_wcs(header(**changes))


def test_header_without_contradictions_is_settled_as_it_is() -> None:
    for given in (header(), header(CTYPE1=None), header(CTYPE2=None)):
        assert settle_wcs(given) == (given, ()) and settle_wcs(given)[0] is given
    # A number written as text is replaced, and no card goes.
    settled, decisions = settle_wcs(header(CRVAL1="65.25"))
    assert settled["CRVAL1"] == 65.25 and len(settled) == len(CARDS) and len(decisions) == 1


def test_header_keeps_other_cards_without_its_wcs() -> None:
    assert list(without_wcs(header())) == ["OBJECT", "MJD-OBS"]
    assert [word for word in CARDS if is_mapping(word)] == list(CARDS)[1:-1]


def test_header_has_another_wcs_behind_its_other_cards() -> None:
    given = header()
    given["COMMENT"] = "as it came"
    changed = with_wcs(given, make_wcs(ra=10.0))
    assert list(changed)[:3] == ["OBJECT", "MJD-OBS", "COMMENT"]
    assert changed["CRVAL1"] == 10 and changed["MJD-OBS"] == 58849.5
    wcs = header_wcs(changed)
    assert wcs is not None and has_same_sky(wcs, make_wcs(ra=10.0), SHAPE)


def test_mapping_is_the_cards_of_the_wcs_in_order() -> None:
    assert mapping_cards(header()) == tuple(CARDS.items())[1:-1]
    assert mapping_cards(header(CTYPE1=None)) == () == mapping_cards(header(CTYPE2=None))


def test_same_mapping_may_be_written_otherwise() -> None:
    exact = header()
    padded = Header.fromstring(exact.tostring().replace("65.25 ", "65.250", 1))
    assert has_same_mapping(exact, padded) and has_same_mapping(padded, exact)
    assert has_same_mapping(exact, header(OBJECT="M33"))
    assert not has_same_mapping(exact, header(CRPIX2=20.6))
    assert not has_same_mapping(exact, header(CRPIX2=None))


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_left_out_and_absorbed_at_a_pixel(name: str) -> None:
    slope = np.add.outer(np.arange(41) * 0.01, np.arange(51) * 0.02)
    wcs = with_table(name, slope)
    assert has_tables(wcs) and not has_tables(make_wcs())
    plain, near = without_tables(wcs), without_tables(wcs, 30.0, 10.0)
    assert not has_tables(plain) and not has_tables(near) and has_tables(wcs)
    assert has_same_sky(plain, make_wcs(), SHAPE)
    # 10 rows and 30 columns: 0.1 + 0.6 pixels.
    assert np.abs(near.wcs.crpix - [25.5, 20.5]).sum() == pytest.approx(0.7, abs=1e-6)
    place = wcs.all_pix2world([[30.0, 10.0]], 0)
    np.testing.assert_allclose(near.all_pix2world([[30.0, 10.0]], 0), place, atol=1e-10)
    assert without_tables(wcs, 30.0, None).wcs.crpix.tolist() == [25.5, 20.5]
    assert without_tables(wcs, None, 10.0).wcs.crpix.tolist() == [25.5, 20.5]
    assert not any(keyword.startswith(("CPDIS", "D2IM")) for keyword in wcs_cards(wcs))


def test_tables_of_detector_and_focal_plane_add_up() -> None:
    wcs = with_table("det2im1", np.full(SHAPE, 0.25))
    wcs.cpdis1 = with_table("cpdis1", np.full(SHAPE, 0.5)).cpdis1
    assert without_tables(wcs, 30.0, 10.0).wcs.crpix.tolist() == [24.75, 20.5]


def test_cards_of_a_wcs_have_all_its_digits() -> None:
    wcs = make_wcs(turn=1 / 3, size=1e-4 / 7)
    wcs.wcs.crval, wcs.wcs.crpix = (200 / 3, -100 / 3), (50 / 3, 20 / 7)
    wcs.wcs.dateobs = "2026-03-14T00:00:00"
    cards = wcs_cards(wcs)
    assert [cards[f"CRVAL{n}"] for n in (1, 2)] == [200 / 3, -100 / 3]
    assert [cards[f"CRPIX{n}"] for n in (1, 2)] == [50 / 3, 20 / 7]
    matrix = [[cards[f"PC{i}_{j}"] * cards[f"CDELT{i}"] for j in (1, 2)] for i in (1, 2)]
    assert matrix == wcs.wcs.cd.tolist()
    assert all(is_mapping(keyword) for keyword in cards)


def test_cards_of_an_upright_wcs_have_no_matrix() -> None:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype, wcs.wcs.cdelt = ["RA---TAN", "DEC--TAN"], [-0.25, 0.125]
    cards = wcs_cards(wcs)
    assert (cards["CDELT1"], cards["CDELT2"]) == (-0.25, 0.125)
    assert not any(keyword.startswith("PC") for keyword in cards)


def test_cards_of_tables_are_left_out_of_a_copy() -> None:
    given = header()
    assert without_table_cards(given) is given
    tables = header(CPDIS1="LOOKUP", D2IMARR=1)
    assert list(without_table_cards(tables)) == list(CARDS) and "CPDIS1" in tables


def test_pixel_of_a_position_is_counted_from_0() -> None:
    assert sky_to_pixel(make_wcs(), 65.25, -33.5) == pytest.approx((24.5, 19.5))
    axis = {"CTYPE3": "FREQ", "CRVAL3": 1e9, "CRPIX3": 1.0, "CD3_3": 1e6, "MJD__OBS": None}
    cube = WCS(header(**axis))
    assert cube.naxis == 3
    assert sky_to_pixel(cube, 65.25, -33.5) == pytest.approx((24.5, 19.5))
    assert np.isnan(sky_to_pixel(make_wcs(size=0.0), 65.25, -33.5)).all()
