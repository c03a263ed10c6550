"""get_cutout: what a script passes in, and what it gets."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits
from astropy.nddata import NDData, StdDevUncertainty
from astropy.table import QTable, Table
from astropy.time import Time
from astropy.wcs import WCS

from vetter.core.cutout.extraction import get_cutout
from vetter.errors import InputError

IMAGE = np.arange(60.0 * 50).reshape(50, 60)


def header() -> fits.Header:
    cards = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 10.0, "CRVAL2": 20.0}
    cards |= {"CRPIX1": 31.0, "CRPIX2": 26.0, "CD1_1": -1e-4, "CD2_2": 1e-4, "OBSERVER": "me"}
    return fits.Header(list(cards.items()))


class Record:
    """Neither a dict nor registered as a mapping."""

    def __init__(self, **values: Any) -> None:
        self._values = values

    def keys(self) -> Any:
        return self._values.keys()

    def __getitem__(self, key: str) -> Any:
        return self._values[key]


def a_row() -> Any:
    return Table({"x": [1.0, 30.3], "y": [2.0, 24.8], "MAG_AUTO": [1.0, 18.5]})[1]


CANDIDATES = {
    "dict": {"x": 30.3, "y": 24.8, "MAG_AUTO": 18.5},
    "record": Record(x=30.3, y=24.8, MAG_AUTO=18.5),
    "row": a_row(),
    "masked row": Table({"x": [30.3], "y": [24.8], "MAG_AUTO": [18.5]}, masked=True)[0],
}


@pytest.mark.parametrize("kind", CANDIDATES)
def test_any_kind_of_candidate(kind: str) -> None:
    cutout = get_cutout(IMAGE, CANDIDATES[kind], 2.5)
    assert cutout["image"].shape == (7, 7)
    assert cutout["image"][3, 3] == IMAGE[25, 30]
    assert cutout["meta"]["MAG_AUTO"] == 18.5
    assert cutout.origin == (27, 22)
    assert cutout.position == pytest.approx((3.3, 2.8))
    assert "header" not in cutout


@pytest.mark.parametrize("source", ["header", "wcs"])
def test_ra_and_dec_only(source: str) -> None:
    sky = {"header": header()} if source == "header" else {"wcs": WCS(header())}
    cutout = get_cutout(IMAGE, {"ra": 10.0, "dec": 20.0}, 3, **sky)
    assert cutout["image"][3, 3] == IMAGE[25, 30]
    assert (cutout.meta["x"], cutout.meta["y"]) == pytest.approx((30, 25))


def test_angles_with_units() -> None:
    row = QTable({"ra": [10.0 * 60] * u.arcmin, "dec": [20.0] * u.deg})[0]
    cutout = get_cutout(IMAGE, row, 3, header=header())
    assert cutout["image"][3, 3] == IMAGE[25, 30]
    assert cutout.meta["name"] == "J004000.00+200000.0"


def test_missing_pixels_fall_back_on_the_sky() -> None:
    candidate = {"x": np.ma.masked, "y": np.nan, "ra": 10.0, "dec": 20.0}
    assert get_cutout(IMAGE, candidate, 3, header=header())["image"][3, 3] == IMAGE[25, 30]


@pytest.mark.parametrize(
    ("candidate", "message"),
    [
        ({"id": 3, "mag": 2.0}, "found id, mag"),
        ({}, "found nothing"),
        ({"ra": 10.0, "dec": 20.0}, "need a WCS"),
        ({"x": "left", "y": 1}, "expected a number for x"),
    ],
)
def test_no_position_is_a_clear_error(candidate: Mapping[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        get_cutout(IMAGE, candidate, 3)


def test_off_the_image() -> None:
    mask = np.zeros(IMAGE.shape, bool)
    cutout = get_cutout(IMAGE, {"x": -500, "y": 3}, 2, mask=mask, flags=mask.astype(np.uint8))
    assert np.isnan(cutout["image"]).all()
    assert cutout["mask"].all()
    assert not cutout["flags"].any()


def test_planes_keep_their_dtypes_and_names() -> None:
    planes = {
        "template": IMAGE.astype(np.float32),
        "mask": IMAGE.astype(np.uint16),
        "depth": IMAGE.astype(">i4"),
        "diff": None,
    }
    cutout = get_cutout(IMAGE, {"x": 30, "y": 20}, 2, **planes)
    assert cutout.plane_names == ("image", "template", "mask", "depth")
    kinds = [cutout[name].dtype for name in cutout.plane_names]
    assert kinds == [np.float64, np.float32, np.uint16, np.int32]


def test_inputs_are_not_changed() -> None:
    image = IMAGE.copy()
    image.flags.writeable = False
    candidate, head = {"ra": 10.0, "dec": 20.0}, header()
    cutout = get_cutout(image, candidate, 3, header=head, time="2020-01-01", name="a")
    cutout["image"][:] = 0
    assert candidate == {"ra": 10.0, "dec": 20.0}
    assert repr(head) == repr(header())
    assert image[25, 30] == IMAGE[25, 30]


@pytest.mark.parametrize(
    ("planes", "says"),
    [
        ({"diff": np.zeros((50, 61))}, r"'diff': expected the image's shape \(50, 60\), found"),
        ({"diff": np.zeros((70, 70))}, "'diff': expected the image's shape"),
        ({"meta": IMAGE}, "'meta': .*are not names of planes"),
    ],
)
def test_planes_that_do_not_fit_are_refused(planes: Any, says: str) -> None:
    with pytest.raises(InputError, match=f"plane {says}"):
        get_cutout(IMAGE, {"x": 3, "y": 3}, 2, **planes)


@pytest.mark.parametrize("value", [1.5, "text", np.zeros(50), np.zeros((3, 50, 60))])
def test_what_is_no_image_is_left_out(value: Any) -> None:
    with pytest.warns(UserWarning, match="err: not an image, omitted") as warned:
        cutout = get_cutout(IMAGE, {"x": 3, "y": 3}, 2, err=value)
    assert cutout.plane_names == ("image",)
    # The line of the script is named.
    assert warned[0].filename == __file__


@pytest.mark.parametrize(
    "time", [Time("2020-01-01"), datetime.datetime(2020, 1, 1), "2020-01-01T00:00:00"]
)
def test_time_becomes_a_time(time: Any) -> None:
    found = get_cutout(IMAGE, {"x": 3, "y": 3}, 2, time=time).meta["time"]
    assert isinstance(found, Time)
    assert found.mjd == 58849


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="time: expected"):
        get_cutout(IMAGE, {"x": 3, "y": 3}, 2, time="noon")


@pytest.mark.parametrize(
    ("candidate", "name", "wanted"),
    [
        ({"ra": 10.0, "dec": 20.0}, None, "J004000.00+200000.0"),
        ({"ra": 10.0, "dec": 20.0, "name": "mine"}, None, "mine"),
        ({"ra": 10.0, "dec": 20.0, "name": "mine"}, "yours", "yours"),
        ({"ra": np.nan, "dec": 20.0}, None, None),
        ({"ra": 10.0, "dec": 90.0}, None, "J004000.00+900000.0"),
        ({"ra": 10.0, "dec": -90.0}, None, "J004000.00-900000.0"),
        ({"ra": 10.0, "dec": 90.5}, None, None),
    ],
)
def test_names(candidate: dict[str, Any], name: str | None, wanted: str | None) -> None:
    cutout = get_cutout(IMAGE, {"x": 3, "y": 3, **candidate}, 2, name=name, filename="a.fits")
    assert cutout.meta.get("name") == wanted
    assert cutout.meta["filename"] == "a.fits"


def test_header_and_wcs_follow() -> None:
    cutout = get_cutout(IMAGE, {"x": 40, "y": 30}, 4, header=header())
    ra, dec = map(float, WCS(header()).all_pix2world(41, 32, 0))
    assert np.array(cutout["wcs"].all_pix2world(5, 6, 0)) == pytest.approx([ra, dec], abs=1e-12)
    assert cutout["header"]["OBSERVER"] == "me"


def test_a_wcs_takes_precedence_and_goes_into_the_header() -> None:
    better = WCS(header())
    better.wcs.crval = [50.0, -30.0]
    cutout = get_cutout(IMAGE, {"x": 40, "y": 30}, 4, header=header(), wcs=better)
    wanted = np.array(better.all_pix2world(41, 32, 0))
    assert np.array(cutout["wcs"].all_pix2world(5, 6, 0)) == pytest.approx(wanted, abs=1e-12)
    from_header = WCS(cutout["header"]).all_pix2world(5, 6, 0)
    assert np.array(from_header) == pytest.approx(wanted, abs=1e-11)
    assert cutout["header"]["OBSERVER"] == "me"


def test_a_wcs_without_header() -> None:
    cutout = get_cutout(IMAGE, {"x": 40, "y": 30}, 4, wcs=WCS(header()))
    assert "header" not in cutout
    wanted = np.array(WCS(header()).all_pix2world(36, 26, 0))
    assert np.array(cutout["wcs"].all_pix2world(0, 0, 0)) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("radius", [-1, float("nan"), 1e9])
def test_a_radius_out_of_range_is_refused(radius: float) -> None:
    with pytest.raises(InputError, match="radius: expected"):
        get_cutout(np.zeros((9, 9)), {"x": 4, "y": 4}, radius)


def test_a_wcs_of_three_axes_is_that_of_the_sky() -> None:
    wcs = WCS(naxis=3)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN", "FREQ"]
    wcs.wcs.crval, wcs.wcs.crpix, wcs.wcs.cdelt = [10, 20, 1], [5, 6, 1], [-1e-4, 1e-4, 1]
    cutout = get_cutout(np.zeros((20, 20)), {"ra": 10.0, "dec": 20.0}, 3, wcs=wcs)
    assert cutout.position == pytest.approx((3, 3)) and cutout["wcs"].naxis == 2


@pytest.mark.parametrize(("radius", "side"), [(0, 1), (0.4, 3), (1, 3)])
def test_radius_of_a_part_of_a_pixel_is_a_whole_one(radius: float, side: int) -> None:
    assert get_cutout(IMAGE, {"x": 30, "y": 25}, radius)["image"].shape == (side, side)


def test_position_behind_the_image_is_refused() -> None:
    with pytest.raises(InputError, match=r"the WCS has no pixel for ra = 190.0, dec = -20.0"):
        get_cutout(IMAGE, {"ra": 190.0, "dec": -20.0}, 2, header=header())


@pytest.mark.parametrize(
    ("fields", "x", "y"),
    [
        ({"x": "30.3", "y": "24.8"}, "30.3", "24.8"),
        ({"x": 30.0, "y": np.nan}, 30, 25),
        ({"x": np.nan, "y": 25.0}, 30, 25),
        ({}, 30, 25),
    ],
)
def test_position_is_stored_where_other_fields_gave_it(
    fields: dict[str, Any], x: object, y: object
) -> None:
    meta = get_cutout(IMAGE, {**fields, "X_IMAGE": 31.0, "Y_IMAGE": 26.0}, 2).meta
    assert (meta["x"], meta["y"]) == (x, y)


def test_error_that_is_given_comes_before_that_of_the_image() -> None:
    pixels = np.zeros((30, 30))
    image = NDData(pixels, uncertainty=StdDevUncertainty(np.full((30, 30), 2.0)))
    own = get_cutout(image, {"x": 15, "y": 15}, radius=3)
    given = get_cutout(image, {"x": 15, "y": 15}, radius=3, err=np.full((30, 30), 5.0))
    assert (own["err"] == 2.0).all() and (given["err"] == 5.0).all()
    assert "err" not in get_cutout(pixels, {"x": 15, "y": 15}, radius=3)
