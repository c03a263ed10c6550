"""Parents that headers state, as pipelines write them."""

from __future__ import annotations

import pytest

from vetter.core.coordinates.parent_pixels import parent_pixels

LSST = {
    "CTYPE1A": "LINEAR",
    "CTYPE2A": "LINEAR",
    "CRPIX1A": 1.0,
    "CRPIX2A": 1.0,
    "CRVAL1A": 12000.0,
    "CRVAL2A": 20000.0,
    "CD1_1A": 1.0,
    "CD2_2A": 1.0,
}


@pytest.mark.parametrize(
    "header",
    [
        LSST,
        {"LTV1": -12000, "LTV2": -20000.0, "LTM1_1": 1.0},
        {"CROP_X1": 12000, "CROP_Y1": 20000},
        {"CRPIX1P": 0.0, "CRPIX2P": 0.0, "CRVAL1P": 11999.0, "CRVAL2P": 19999.0},
    ],
    ids=["Rubin", "IRAF", "STDPipe", "physical"],
)
def test_parent_offset_is_read(header):
    assert [(found.dx, found.dy) for found in parent_pixels(header)] == [(12000.0, 20000.0)]


def test_parent_stated_twice_is_one():
    assert len(parent_pixels({**LSST, "LTV1": -12000.0, "LTV2": -20000.0})) == 1


@pytest.mark.parametrize(
    "header",
    [
        {"LTV1": 0.0, "LTV2": 0.0},
        {"LTV1": "far", "LTV2": -5.0},
        {"LTV1": -12000.0, "LTV2": -20000.0, "LTM1_1": 0.5, "LTM2_2": 0.5},
        {**LSST, "CTYPE1A": "RA---TAN", "CTYPE2A": "DEC--TAN"},
        {**LSST, "CD1_2A": 0.1},
        {**LSST, "CD1_1A": 2.0},
    ],
    ids=["zero", "text", "binned", "sky", "turned", "scaled"],
)
def test_parent_is_not_made_up(header):
    assert parent_pixels(header) == ()


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, ()),
        ({"LTV1": -7.0}, ((7.0, 0.0, "LTV1, LTV2"),)),
        ({"LTV2": 3.0}, ((0.0, -3.0, "LTV1, LTV2"),)),
        ({"CROP_X1": 4}, ()),
        ({"CROP_X1": 4, "CROP_Y1": 0}, ((4.0, 0.0, "CROP_X1, CROP_Y1"),)),
        (
            {"LTV1": -7.0, "CROP_X1": 4, "CROP_Y1": 5},
            ((7.0, 0.0, "LTV1, LTV2"), (4.0, 5.0, "CROP_X1, CROP_Y1")),
        ),
        ({"LTV1": -7.0, "LTM1_2": 0.1}, ()),
        ({"LTV1": -7.0, "LTM2_1": 0.1}, ()),
        ({"LTV1": -7.0, "LTM2_2": 2.0}, ()),
    ],
)
def test_each_offset_with_its_keywords(header, found):
    assert parent_pixels(header) == found
