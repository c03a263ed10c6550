"""Whether two WCS are of the same sky."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from astropy.wcs import WCS, DistortionLookupTable

from vetter.core.coordinates.wcs import (
    has_same_sky,
    has_tables,
    header_wcs,
    mapping_cards,
    settle_wcs,
    wcs_cards,
    without_tables,
)
from vetter.errors import InputError

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
