"""The list of plain stamps: positions by their headers, without astropy, and columns."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from tests.helpers.stamp_files import write_stamp
from vetter.io.cutouts.triplet_list import is_on_stamp, list_stamps, stamp_header, stamp_middle
from vetter.io.cutouts.triplet_names import PlaneSet

PLACE = {
    "ctype1": "RA---TAN",
    "ctype2": "DEC--TAN",
    "crval1": 359.99,
    "crval2": 71.0,
    "crpix1": 900.0,
    "crpix2": -300.5,
}
TURNED = {"pc1_1": 0.8, "pc1_2": -0.6, "pc2_1": 0.6, "pc2_2": 0.8}
STEPS = {"cdelt1": -2e-4, "cdelt2": 3e-4}


@pytest.mark.parametrize(
    "matrix",
    [
        {"cd1_1": -2e-4, "cd1_2": 5e-5, "cd2_1": 4e-5, "cd2_2": 3e-4},
        {"cd1_1": -2e-4, "cd2_2": 3e-4},
        {"cd2_2": 3e-4, "cd1_1": -2e-4, **STEPS},
        STEPS,
        {**STEPS, **TURNED},
        {**STEPS, "pc1_2": 0.25},
        {**STEPS, "pc2_1": 0.25},
    ],
)
@pytest.mark.parametrize("shape", [(11, 11), (21, 60)])
def test_middle_is_astropys(matrix: dict[str, float], shape: tuple[int, int]) -> None:
    values: dict[str, Any] = {**PLACE, **matrix}
    header = fits.Header({name.upper(): value for name, value in values.items()})
    sky = WCS(header).pixel_to_world_values((shape[0] - 1) / 2, (shape[1] - 1) / 2)
    ra, dec, _ = stamp_middle(values, shape)
    assert (ra, dec) == pytest.approx([float(value) for value in sky], abs=1e-9)
    assert 0 <= ra < 360


def test_size_is_half_the_diagonal() -> None:
    values = {**PLACE, "cd1_1": -3e-4, "cd1_2": 4e-4, "cd2_1": 1e-4, "cd2_2": 1e-4}
    # A pixel of 5e-4 degrees, and a diagonal of 50 of them.
    assert stamp_middle(values, (30, 40))[2] == pytest.approx(25 * 5e-4)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"ctype1": "RA---SIN"}, ()),
        ({"ctype2": "DEC--SIN"}, ()),
        ({"ctype1": "GLON-TAN"}, ()),
        ({"crpix1": "one"}, ()),
        *(({}, (name,)) for name in (*PLACE, *STEPS)),
    ],
)
def test_other_wcs_has_no_middle(changes: dict[str, Any], missing: tuple[str, ...]) -> None:
    values = {**PLACE, **STEPS, **changes}
    for name in missing:
        del values[name]
    assert np.isnan(stamp_middle(values, (11, 11))).all()
    assert np.isnan(stamp_middle({**PLACE, **STEPS}, (11,))).all()


@pytest.mark.parametrize(
    ("position", "middle", "is_on"),
    [
        ((10.0, 60.0), (10.0, 60.0, 0.1), True),
        ((10.19, 60.0), (10.0, 60.0, 0.1), True),
        ((10.21, 60.0), (10.0, 60.0, 0.1), False),
        ((10.0, 60.09), (10.0, 60.0, 0.1), True),
        ((10.0, 0.5), (10.0, 0.0, 0.5), True),
        ((10.0, 59.89), (10.0, 60.0, 0.1), False),
        ((10.16, 60.08), (10.0, 60.0, 0.1), False),
        ((359.95, 0.0), (0.02, 0.0, 0.1), True),
        ((0.02, 0.0), (359.95, 0.0, 0.1), True),
        ((180.0, 0.0), (0.0, 0.0, 0.1), False),
        ((10.0, 60.0), (math.nan, math.nan, math.nan), True),
        ((math.nan, 60.0), (10.0, 60.0, 0.1), False),
        ((10.0, math.nan), (math.nan, math.nan, math.nan), False),
    ],
)
def test_position_is_on_the_stamp_within_its_size(
    position: tuple[float, float], middle: tuple[float, float, float], is_on: bool
) -> None:
    assert is_on_stamp(position, middle) is is_on


def of_file(path: Path, name: str = "A", **planes: str) -> PlaneSet:
    return PlaneSet(name, str(path.parent), {"image": str(path), **planes}, True)


@pytest.mark.parametrize(
    ("cards", "ra", "dec"),
    [
        ({"RA": "10:00:00", "DEC": "+02:00:00"}, 150.0, 2.0),
        ({"OBJRA": 150.0003, "OBJDEC": 2.0}, 150.0003, 2.0),
        ({"RA": 150.0003, "DEC": 2.0, "OBJRA": 150.0, "OBJDEC": 2.0}, 150.0003, 2.0),
        # Another keyword is looked at if the first is no position.
        ({"RA": "none", "DEC": 2.0, "OBJRA": 150.0003, "OBJDEC": 2.0}, 150.0003, 2.0),
        ({"RA": 150.0003, "OBJDEC": 2.0}, 150.0, 2.0),
        ({"RA": 150.0003, "DEC": 91.0}, 150.0, 2.0),
        ({"RA": 151.0, "DEC": 2.0}, 150.0, 2.0),
    ],
)
def test_position_of_header_counts_if_it_is_on_the_stamp(
    tmp_path: Path, cards: dict[str, Any], ra: float, dec: float
) -> None:
    header = stamp_header(of_file(write_stamp(tmp_path / "A_sci.fits", **cards)))
    assert header is not None
    assert (header.ra, header.dec) == pytest.approx((ra, dec), abs=1e-9)
    assert (header.values["ra"], header.values["dec"]) == (header.ra, header.dec)
    assert header.axes == (11, 11)


@pytest.mark.parametrize(
    ("ra", "dec", "known"),
    [(360, 90, True), (0, -90, True), (361, 0, False), (1, 90.5, False), (1, -90.5, False)],
)
def test_position_without_wcs_is_taken_as_it_is(
    tmp_path: Path, ra: float, dec: float, known: bool
) -> None:
    path = write_stamp(tmp_path / "A_sci.fits", wcs=False, OBJRA=ra, OBJDEC=dec, ID="x")
    header = stamp_header(of_file(path))
    assert header is not None
    assert (
        (header.ra, header.dec) == (ra, dec) if known else np.isnan((header.ra, header.dec)).all()
    )
    assert ("ra" in header.values) is known and header.values["header_id"] == "x"
    assert float(header.values["header_objra"]) == ra


def test_image_that_cannot_be_read_has_no_header(tmp_path: Path) -> None:
    bad = tmp_path / "bad.fits"
    assert stamp_header(of_file(bad)) is None
    bad.write_bytes(b"no FITS")
    assert stamp_header(of_file(bad)) is None


def test_list_has_names_for_keys_and_says_what_is_missing(tmp_path: Path) -> None:
    sets = [
        of_file(write_stamp(tmp_path / "A_sci.fits"), "A", template="t", diff="d"),
        of_file(write_stamp(tmp_path / "B_sci.fits", 1), "B"),
        of_file(tmp_path / "gone.fits", "C", diff="d"),
    ]
    headers = [stamp_header(one) for one in sets]
    listed = list_stamps(sets, headers)
    assert listed.keys.tolist() == list(listed.table["id"]) == ["A", "B", "C"]
    assert list(listed.table["missing"]) == ["", "template, diff", "template"]
    np.testing.assert_allclose(listed.ra, [150.0, 150.01, np.nan], atol=1e-9)
    assert np.isnan(listed.x).all() and listed.roles.key == "id" and listed.roles.name is None
    whole = list_stamps(sets[:1], headers[:1])
    assert set(whole.table.colnames) == {"id", "filter", "date-obs", "ra", "dec"}
