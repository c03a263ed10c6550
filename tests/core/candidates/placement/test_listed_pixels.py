"""Listed pixels as those of the image: conventions, parents, and the sky instead."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from tests.helpers.field_files import SHAPE, tan_wcs
from vetter.core.candidates.column_roles import recognise
from vetter.core.candidates.placement.listed_pixels import ImageFrame
from vetter.core.candidates.placement.positions import find_positions
from vetter.core.coordinates.parent_pixels import ParentPixels

X, Y = np.array([10.0, 30.5, 50.25]), np.array([5.0, 25.0, 45.5])
PARENT = ParentPixels(12000.0, 20000.0, "LTV1, LTV2")
FRAME = ImageFrame(tan_wcs(), SHAPE, (PARENT,))
RA, DEC = tan_wcs().all_pix2world(X, Y, 0)
UNSETTLED = "x and y may count pixels from 0 or from 1: no sky position settles it"


def find(columns, frame=FRAME, one_based=None, **more):
    """Return the positions of a list with such columns."""
    table = Table({**columns, **more})
    return find_positions(table, recognise(table.colnames), {}, frame, one_based)


@pytest.mark.parametrize(
    ("ra", "dec"),
    [("RA_OBJ", "DEC_OBJ"), ("alpha_fit", "delta_fit"), ("sky_0", "sky_1"), ("RAmean", "b")],
)
@pytest.mark.parametrize("base", [0, 1])
def test_pixels_any_sky_columns_settle_convention(ra, dec, base):
    found = find({"x": X + base, "y": Y + base, ra: RA, dec: DEC, "mag": [150.0, 2.0, 18.0]})
    np.testing.assert_allclose(found.x, X)
    assert found.cautions == () and found.roles.one_based is bool(base)


def test_pixels_sexagesimal_sky_columns_settle_convention():
    texts = {"RA_OBJ": ["10:00:00.0"], "DEC_OBJ": ["+02:00:00.0"]}
    found = find({"x": [40.0], "y": [30.0], **texts})
    assert (found.x[0], found.y[0], found.cautions) == (39.0, 29.0, ())


@pytest.mark.parametrize(
    "sky",
    [
        {"ra_h": RA / 15, "dec_d": DEC},
        {"sky_0": np.radians(RA), "sky_1": np.radians(DEC)},
        {"coord_ra": np.radians(RA), "coord_dec": np.radians(DEC)},
    ],
    ids=["hours", "radians", "Rubin"],
)
def test_pixels_sky_in_other_units_settles_convention(sky):
    found = find({"x": X + 1, "y": Y + 1, **sky})
    np.testing.assert_allclose(found.x, X)
    # That a column counts hours is a caution of its own.
    assert [text for text in found.cautions if "to count hours" not in text] == []


def test_pixels_empty_sky_columns_do_not_hide_others():
    nan = np.full(3, np.nan)
    found = find({"x": X + 1, "y": Y + 1, "ra": nan, "dec": nan, "ra_fit": RA, "dec_fit": DEC})
    np.testing.assert_allclose(found.x, X)


@pytest.mark.parametrize(
    "more",
    [{}, {"a": [150.0, 150.0, 150.0], "b": [2.0, 2.0, 2.0]}, {"ra_x": RA + 0.5, "dec_x": DEC}],
    ids=["none", "one place", "elsewhere"],
)
def test_pixels_without_sky_have_caution(more):
    found = find({"x": X, "y": Y}, **more)
    np.testing.assert_allclose(found.x, X)
    assert found.cautions == (f"{UNSETTLED}; taken to count from 0",)


@pytest.mark.parametrize(
    "columns",
    [
        {"X_IMAGE": X, "Y_IMAGE": Y},
        {"xcentroid": X, "ycentroid": Y},
        {"slot_Centroid_x": X, "slot_Centroid_y": Y},
        {"x": X, "y": Y, "tnpix": [9, 9, 9]},
    ],
    ids=["SExtractor", "photutils", "Rubin", "sep"],
)
def test_pixels_of_known_programs_have_no_caution(columns):
    assert find(columns).cautions == ()


@pytest.mark.parametrize("one_based", [True, False])
def test_pixels_as_user_counts_have_no_caution(one_based):
    found = find({"x": X, "y": Y}, one_based=one_based)
    assert found.cautions == () and found.roles.one_based is one_based


def test_pixels_half_pixel_off_have_caution():
    (caution,) = find({"x": X + 0.5, "y": Y + 0.5, "ra": RA, "dec": DEC}).cautions
    assert caution.endswith("neither 0 nor 1 px; taken to count from 0")


@pytest.mark.parametrize("base", [0, 1])
def test_parent_pixels_are_proven_by_sky(base):
    columns = {"x": X + 12000 + base, "y": Y + 20000 + base, "ra": RA, "dec": DEC}
    found = find(columns)
    np.testing.assert_allclose(found.x, X)
    np.testing.assert_allclose(found.y, Y)
    assert found.cautions == ()
    assert f"they count pixels of the image's parent (LTV1, LTV2) from {base}" in found.notes[0]


def test_parent_pixels_are_proven_by_any_sky_columns():
    columns = {"x": X + 12000, "y": Y + 20000, "RA_OBJ": RA, "DEC_OBJ": DEC}
    np.testing.assert_allclose(find(columns).x, X)


def test_parent_pixels_without_sky_have_caution():
    found = find({"x": X + 12000, "y": Y + 20000})
    np.testing.assert_allclose(found.x, X)
    assert found.cautions[0].startswith("x and y lie off the image, but on it as pixels of its")


def test_image_pixels_stay_beside_parent():
    near = ImageFrame(tan_wcs(), SHAPE, (ParentPixels(5.0, 5.0, "LTV1, LTV2"),))
    np.testing.assert_allclose(find({"x": X, "y": Y}, near).x, X)
    np.testing.assert_allclose(find({"x": X, "y": Y, "ra": RA, "dec": DEC}, near).x, X)


def test_contradicting_sky_on_image_is_used():
    found = find({"x": X + 700, "y": Y + 900, "ra": RA, "dec": DEC})
    np.testing.assert_allclose(found.x, X, atol=1e-6)
    assert "ra, dec are used, which put 3 of 3 candidates on the image" in found.cautions[0]


def test_contradicting_pixels_on_image_are_used():
    found = find({"x": X, "y": Y, "ra": RA + 1, "dec": DEC})
    np.testing.assert_allclose(found.x, X)
    assert "disagree by more than 2 px" in found.cautions[0]


def test_rows_without_sky_keep_their_pixels():
    ra = np.where(X > 50, np.nan, RA)
    found = find({"x": X + 700, "y": Y + 900, "ra": ra, "dec": DEC})
    np.testing.assert_allclose(found.x[:2], X[:2], atol=1e-6)
    assert found.x[2] == X[2] + 700
