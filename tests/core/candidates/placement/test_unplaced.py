from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from astropy.table import Table
from astropy.wcs import WCS

from tests.helpers.cautions import other_texts
from tests.helpers.field_files import SHAPE, tan_wcs
from vetter.core.candidates.column_roles import recognise
from vetter.core.candidates.placement.listed_pixels import AxisOrigin, ImageFrame
from vetter.core.candidates.placement.positions import Positions, find_positions
from vetter.core.candidates.sentinels import find_sentinels

X, Y = np.array([10.0, 30.5, 50.25, 20.0]), np.array([5.0, 25.0, 45.5, 30.0])


def place(columns: dict[str, Any], wcs: WCS | None = None, **options: Any) -> Positions:
    table = Table(columns)
    roles = recognise(table.colnames)
    missing = find_sentinels(table, roles)
    return find_positions(table, roles, {}, ImageFrame(wcs, SHAPE), None, missing, **options)


def sky() -> tuple[Any, Any]:
    ra, dec = tan_wcs().all_pix2world(X, Y, 0)
    return ra, dec


def test_empty_cells_are_counted_without_caution() -> None:
    ra, dec = sky()
    positions = place({"ra": ra, "dec": [dec[0], np.nan, dec[2], np.nan]}, tan_wcs())
    assert positions.empty_count == 2 and positions.cautions == ()


def test_unreadable_cells_are_a_caution_with_count_and_example() -> None:
    ra, dec = (list(map(str, axis)) for axis in sky())
    positions = place({"ra": ra, "dec": [dec[0], "2;30", "NA", "2;31"]}, tan_wcs())
    assert positions.cautions == (
        "2 candidates have a position in ra and dec that cannot be read: dec '2;30' in row 2",
    )
    assert positions.empty_count == 1 and positions.cautions[0] in positions.notes


def test_declination_beyond_pole_is_unreadable() -> None:
    ra, dec = sky()
    positions = place({"ra": ra, "dec": [dec[0], 95.5, dec[2], dec[3]]}, tan_wcs())
    assert "cannot be read: dec '95.5' in row 2" in positions.cautions[0]


def test_position_without_pixel_is_a_caution() -> None:
    ra, dec = sky()
    positions = place({"ra": [*ra[:3], 330.0], "dec": [*dec[:3], -2.0]}, tan_wcs())
    assert positions.cautions == (
        "1 candidate has no pixel by the image's WCS: ra 330.0, dec -2.0 in row 4",
    )


def test_unreadable_sky_beside_pixels_is_a_note() -> None:
    positions = place({"x": X, "y": Y, "ra": ["a", "1", "2", "3"], "dec": ["1"] * 4})
    assert other_texts(positions.cautions) == ()
    assert "1 candidate has ra and dec that cannot be read: ra 'a' in row 1" in positions.notes


def test_sentinel_positions_are_empty() -> None:
    ra, dec = sky()
    ra[1] = dec[1] = -999
    x, y = X.copy(), Y.copy()
    x[1] = y[1] = -99
    positions = place({"x": x, "y": y, "ra": ra, "dec": dec}, tan_wcs())
    assert np.isnan([positions.x[1], positions.y[1], positions.ra[1]]).all()
    assert positions.empty_count == 1 and positions.cautions == ()


def test_row_numbers_of_a_sample_are_those_of_the_list() -> None:
    positions = place({"x": ["1", "a"], "y": ["1", "2"]}, rows=np.array([0, 70]))
    assert positions.cautions[-1].endswith("x 'a' in row 71")


def test_decimal_hours_on_image_are_taken_with_caution() -> None:
    ra, dec = sky()
    positions = place({"ra": ra / 15, "dec": dec}, tan_wcs())
    np.testing.assert_allclose(positions.x, X, atol=1e-6)
    assert positions.cautions == (
        "ra is taken to count hours: in degrees no candidate lies on the image, in hours 4 of 4 do",
    )


def test_decimal_hours_that_agree_with_pixels_are_taken() -> None:
    ra, dec = sky()
    positions = place({"x": X + 1, "y": Y + 1, "ra": ra / 15, "dec": dec}, tan_wcs())
    np.testing.assert_allclose(positions.x, X, atol=1e-6)
    np.testing.assert_allclose(positions.ra, ra, atol=1e-9)


@pytest.mark.parametrize("factor", [1.0, 1 / 14.0])
def test_degrees_are_no_hours(factor: float) -> None:
    ra, dec = sky()
    positions = place({"ra": ra * factor, "dec": dec}, tan_wcs())
    assert not any("hours" in caution for caution in positions.cautions)


def test_small_right_ascensions_on_image_stay_degrees() -> None:
    wcs = tan_wcs()
    wcs.wcs.crval = [1.0, 0.0]
    ra, dec = wcs.all_pix2world(X, Y, 0)
    assert place({"ra": ra, "dec": dec}, wcs).cautions == ()


def test_axis_origin_tells_evidence() -> None:
    ra, dec = sky()
    assert place({"ra": ra, "dec": dec}, tan_wcs()).axis_origin is None
    assert place({"x": X, "y": Y}).axis_origin is AxisOrigin.NAME
    both = {"x": X + 1, "y": Y + 1, "ra": ra, "dec": dec}
    assert place(both, tan_wcs()).axis_origin is AxisOrigin.WCS
    far = {"x": X + 7, "y": Y + 7, "ra": ra, "dec": dec}
    assert place(far, tan_wcs()).axis_origin is AxisOrigin.NAME


def test_sexagesimal_hours_in_a_column_of_degrees_are_taken_with_caution() -> None:
    ra, dec = sky()
    texts = [f"{int(one / 15)}:{one / 15 % 1 * 60:.9f}" for one in ra]
    table = Table({"ra": texts, "dec": dec})
    roles = recognise(table.colnames)
    positions = find_positions(table, roles, {"ra": "deg"}, ImageFrame(tan_wcs(), SHAPE), None)
    np.testing.assert_allclose(positions.x, X, atol=1e-3)
    assert "ra is taken to count hours" in positions.cautions[0]


def test_same_nines_off_the_image_are_empty() -> None:
    x, y = np.append(X, 9999.0), np.append(Y, 9999.0)
    x[0] = 400.0
    table = Table({"x": x, "y": y})
    roles = recognise(table.colnames)
    missing = find_sentinels(table, roles, {}, SHAPE)
    assert missing == {"x": (9999.0,), "y": (9999.0,)}
    assert find_positions(table, roles, {}, ImageFrame(None, SHAPE), None, missing).empty_count == 1


def test_same_nines_on_the_image_or_in_one_column_stay() -> None:
    table = Table({"x": [99.0, 20.0, 9999.0], "y": [99.0, 30.0, 400.0]})
    roles = recognise(table.colnames)
    assert find_sentinels(table, roles, {}, (200, 200)) == {"x": (9999.0,)}
    table = Table({"ra": [99.0, 99.0, 98.5], "dec": [99.0, 60.0, 61.0]})
    assert find_sentinels(table, recognise(table.colnames), {}, SHAPE) == {}
