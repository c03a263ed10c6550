"""Tests of the forms of candidates and images that scripts give to get_cutout."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.nddata import (
    CCDData,
    InverseVariance,
    NDData,
    StdDevUncertainty,
    UnknownUncertainty,
    VarianceUncertainty,
)
from astropy.table import Column, QTable, Table
from astropy.time import Time
from astropy.wcs import WCS

from vetter.core.cutout.candidate_fields import find_pixel, find_sky_position, read_number
from vetter.core.cutout.extraction import get_cutout
from vetter.errors import InputError

IMAGE = np.arange(60.0 * 50).reshape(50, 60)
HEADER = fits.Header(
    {
        "CTYPE1": "RA---TAN",
        "CTYPE2": "DEC--TAN",
        "CRVAL1": 10.0,
        "CRVAL2": 20.0,
        "CRPIX1": 31.0,
        "CRPIX2": 26.0,
        "CD1_1": -1e-4,
        "CD2_2": 1e-4,
        "OBSERVER": "me",
    }
)
Point = namedtuple("Point", "x y mag")


@dataclass
class Detection:
    x: float
    y: float


def record() -> Any:
    return np.array([(30.3, 24.8, 18.5)], dtype=[("x", float), ("y", float), ("mag", float)])[0]


WITH_PIXELS = {
    "void": record(),
    "np.record": np.rec.array([(30.3, 24.8)], dtype=[("x", float), ("y", float)])[0],
    "namedtuple": Point(30.3, 24.8, 18.5),
    "dataclass": Detection(30.3, 24.8),
    "SExtractor": {"X_IMAGE": 31.3, "Y_IMAGE": 25.8},
    "windowed before isophotal": {
        "X_IMAGE": 3.0,
        "Y_IMAGE": 3.0,
        "XWIN_IMAGE": 31.3,
        "YWIN_IMAGE": 25.8,
    },
    "text of RA beside pixels": {"x": 30.3, "y": 24.8, "RA": "00:40:00", "DEC": "+20:00:00"},
}


@pytest.mark.parametrize("kind", WITH_PIXELS)
def test_candidate_form_with_pixels_is_centred(kind: str) -> None:
    cutout = get_cutout(IMAGE, WITH_PIXELS[kind], 2)
    assert cutout["image"][2, 2] == IMAGE[25, 30]
    assert (cutout["meta"]["x"], cutout["meta"]["y"]) == pytest.approx((30.3, 24.8))


def test_pandas_rows_are_centred() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame({"x": [30.3], "y": [24.8], "name": ["a"]})
    rows = [frame.iloc[0], next(frame.itertuples())]
    for row in rows:
        cutout = get_cutout(IMAGE, row, 2)
        assert cutout["image"][2, 2] == IMAGE[25, 30]
        assert cutout["meta"]["name"] == "a"


class Series:
    """What a row of pandas has that a mapping lacks: iteration over values, and an index."""

    def __init__(self, fields: dict[str, object]) -> None:
        self._fields, self.index = fields, list(fields)

    def __getitem__(self, name: str) -> object:
        return self._fields[name]

    def __iter__(self) -> Iterator[object]:
        return iter(self._fields.values())

    def keys(self) -> list[str]:
        return self.index


@pytest.mark.parametrize(
    ("x", "y", "position"),
    [(5.0, 6.0, (5, 6)), (np.nan, 6.0, (30, 25)), (5.0, np.nan, (30, 25)), (5.0, None, (30, 25))],
)
def test_half_of_x_and_y_gives_way(x: float, y: float, position: tuple[float, float]) -> None:
    assert find_pixel({"x": x, "y": y, "X_IMAGE": 31.0, "Y_IMAGE": 26.0}) == position


@pytest.mark.parametrize(
    "place", [SkyCoord(np.nan, 5, unit="deg"), SkyCoord(5, np.nan, unit="deg")], ids=["ra", "dec"]
)
def test_half_a_sky_position_gives_way_to_the_next(place: SkyCoord) -> None:
    fields = {"first": place, "second": SkyCoord(10, 20, unit="deg")}
    assert find_sky_position(fields) == pytest.approx((10, 20))
    assert find_sky_position({"first": place}) is None
    halves = {"ra": place.ra.deg, "dec": place.dec.deg}
    assert find_sky_position({**halves, "second": fields["second"]}) == pytest.approx((10, 20))


def test_text_of_ra_is_refused_though_another_position_is_there() -> None:
    fields = {"ra": "00:40:00", "dec": 20.0, "place": SkyCoord(10, 20, unit="deg")}
    with pytest.raises(InputError, match="expected a number for ra, found '00:40:00'"):
        find_sky_position(fields)


@pytest.mark.parametrize("unknown", ["XWIN_IMAGE", "YWIN_IMAGE"])
def test_half_a_position_gives_way_to_the_next(unknown: str) -> None:
    windowed = {"XWIN_IMAGE": 5.0, "YWIN_IMAGE": 6.0}
    position = find_pixel({**windowed, unknown: np.nan, "X_IMAGE": 31.0, "Y_IMAGE": 26.0})
    assert position == (30.0, 25.0)
    assert find_pixel({**windowed, unknown: np.nan}) is None
    assert find_pixel(windowed) == (4.0, 5.0)


def test_row_that_iterates_over_values_is_centred() -> None:
    cutout = get_cutout(IMAGE, Series({"x": 30.3, "y": 24.8, "name": "a"}), 2)
    assert cutout["image"][2, 2] == IMAGE[25, 30]
    assert cutout["meta"]["name"] == "a"


POSITION = SkyCoord(10.0, 20.0, unit="deg")
WITH_SKY = {
    "SkyCoord": POSITION,
    "galactic SkyCoord": POSITION.galactic,
    "column of SkyCoord": QTable({"position": SkyCoord([10.0], [20.0], unit="deg")})[0],
    "RA, DEC": {"RA": 10.0, "DEC": 20.0},
    "J2000 of SExtractor": Table({"ALPHA_J2000": [10.0], "DELTA_J2000": [20.0]})[0],
    "angles": {"ra": 10.0 * u.deg, "dec": 1200.0 * u.arcmin},
}


@pytest.mark.parametrize("kind", WITH_SKY)
def test_candidate_form_with_sky_position_is_centred(kind: str) -> None:
    cutout = get_cutout(IMAGE, WITH_SKY[kind], 2, header=HEADER)
    assert cutout["image"][2, 2] == IMAGE[25, 30]
    assert (cutout["meta"]["x"], cutout["meta"]["y"]) == pytest.approx((30, 25), abs=1e-6)
    assert cutout["meta"]["name"] == "J004000.00+200000.0"


@pytest.mark.parametrize("candidate", [(30.3, 24.8), 7, "a", np.zeros(2), Detection])
def test_candidate_without_names_is_refused(candidate: Any) -> None:
    with pytest.raises(InputError, match="expected named fields"):
        get_cutout(IMAGE, candidate, 2)


def test_array_of_sky_positions_is_refused() -> None:
    with pytest.raises(InputError, match="expected named fields"):
        get_cutout(IMAGE, SkyCoord([10.0, 11.0], [20.0, 20.0], unit="deg"), 2, header=HEADER)


def test_header_as_dict_follows_the_crop() -> None:
    cards: dict[str, Any] = {**dict(HEADER), "GAIN": np.float32(1.5), "BAD": [1, 2], "NAN": np.nan}
    expected = get_cutout(IMAGE, WITH_SKY["RA, DEC"], 2, header=HEADER)
    cutout = get_cutout(IMAGE, WITH_SKY["RA, DEC"], 2, header=cards)
    assert cutout["header"]["CRPIX1"] == expected["header"]["CRPIX1"]
    assert (cutout["header"]["OBSERVER"], cutout["header"]["GAIN"]) == ("me", 1.5)
    assert "BAD" not in cutout["header"]


def test_header_dict_keeps_comments() -> None:
    header = HEADER.copy()
    header.add_comment("taken at dusk")
    header.add_history("flat fielded")
    cutout = get_cutout(IMAGE, record(), 2, header=dict(header))
    assert list(cutout["header"]["COMMENT"]) == ["taken at dusk"]
    assert list(cutout["header"]["HISTORY"]) == ["flat fielded"]


def test_header_of_another_kind_is_refused() -> None:
    with pytest.raises(InputError, match="expected a FITS header or a dict, found str"):
        get_cutout(IMAGE, record(), 2, header="SIMPLE")  # type: ignore[arg-type]


@pytest.mark.parametrize("radius", [3 * u.pix, 3 * u.dimensionless_unscaled, 1.05 * u.arcsec])
def test_radius_quantity_gives_pixels(radius: Any) -> None:
    cutout = get_cutout(IMAGE, record(), radius, header=HEADER)
    assert cutout["image"].shape == (7, 7)


def test_radius_angle_without_wcs_is_refused() -> None:
    with pytest.raises(InputError, match=r"radius: 1.0 arcsec needs a WCS; give wcs"):
        get_cutout(IMAGE, record(), 1 * u.arcsec)


def test_radius_of_another_unit_is_refused() -> None:
    with pytest.raises(InputError, match="expected pixels or an angle, found 1.0 s"):
        get_cutout(IMAGE, record(), 1 * u.s)


UNCERTAINTIES = {
    "deviation": StdDevUncertainty(np.full(IMAGE.shape, 2.0)),
    "variance": VarianceUncertainty(np.full(IMAGE.shape, 4.0)),
    "weight": InverseVariance(np.full(IMAGE.shape, 0.25)),
}


@pytest.mark.parametrize("kind", UNCERTAINTIES)
def test_ccddata_gives_mask_header_wcs_and_err(kind: str) -> None:
    mask = np.zeros(IMAGE.shape, bool)
    mask[25, 31] = True
    image = CCDData(IMAGE, unit="adu", mask=mask, uncertainty=UNCERTAINTIES[kind], meta={"GAIN": 2})
    image.wcs = WCS(HEADER)
    cutout = get_cutout(image, WITH_SKY["RA, DEC"], 2, template=image)
    assert cutout["image"][2, 2] == IMAGE[25, 30]
    assert np.isnan(cutout["image"][2, 3]) and np.isnan(cutout["template"][2, 3])
    assert np.all(cutout["err"] == 2.0)
    assert cutout["header"]["GAIN"] == 2
    assert cutout["wcs"].pixel_to_world_values(2, 2) == pytest.approx((10, 20))


def test_given_err_goes_before_the_uncertainty() -> None:
    image = NDData(IMAGE, uncertainty=UNCERTAINTIES["deviation"])
    cutout = get_cutout(image, record(), 2, err=np.ones(IMAGE.shape))
    assert np.all(cutout["err"] == 1.0)


def test_unknown_uncertainty_is_no_err() -> None:
    image = NDData(IMAGE, uncertainty=UnknownUncertainty(np.ones(IMAGE.shape)))
    assert "err" not in get_cutout(image, record(), 2).planes


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5.0),
        ("5.5", 5.5),
        (None, np.nan),
        (np.ma.masked, np.nan),
        (0.5 * u.arcmin, 0.5 / 60),
        (7.0 * u.pix, 7.0),
    ],
)
def test_number_of_a_candidate_has_no_unit_but_degrees(value: Any, number: float) -> None:
    assert read_number({"x": value}, "x") == pytest.approx(number, nan_ok=True)
    assert np.isnan(read_number({}, "x"))


@pytest.mark.parametrize("value", ["west", Time("2026-11-30"), Column([5.0, 6.0], unit="pix")])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="candidate: expected a number for x, found "):
        read_number({"x": value}, "x")
