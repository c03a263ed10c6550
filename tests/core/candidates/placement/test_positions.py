from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from tests.helpers.field_files import tan_wcs
from vetter.core.candidates.column_roles import recognise
from vetter.core.candidates.placement.listed_pixels import ImageFrame
from vetter.core.candidates.placement.positions import find_positions

X, Y = np.array([10.0, 30.5, 50.25]), np.array([5.0, 25.0, 45.5])


def found(columns: dict[str, object], one_based: bool | None = None, wcs: object = None) -> object:
    table = Table(columns)
    units = {name: str(table[name].unit) for name in table.colnames if table[name].unit}
    return find_positions(table, recognise(table.colnames), units, ImageFrame(wcs), one_based)


def sky() -> dict[str, object]:
    ra, dec = tan_wcs().all_pix2world(X, Y, 0)
    return {"ra": ra, "dec": dec}


def test_the_wcs_tells_one_based_pixels() -> None:
    positions = found({"x": X + 1, "y": Y + 1, **sky()}, wcs=tan_wcs())
    np.testing.assert_allclose(positions.x, X, atol=1e-9)
    assert positions.roles.one_based
    assert "count pixels from 1" in positions.notes[0]


def test_the_wcs_overrules_a_sextractor_name() -> None:
    positions = found({"X_IMAGE": X, "Y_IMAGE": Y, **sky()}, wcs=tan_wcs())
    np.testing.assert_allclose(positions.y, Y)
    assert "count pixels from 0" in positions.notes[0]


def test_zero_based_pixels_need_no_words() -> None:
    assert found({"x": X, "y": Y, **sky()}, wcs=tan_wcs()).notes == ()


def test_without_a_wcs_the_name_tells() -> None:
    positions = found({"X_IMAGE": X + 1, "Y_IMAGE": Y + 1})
    np.testing.assert_allclose(positions.x, X)


def test_the_users_word_wins() -> None:
    positions = found({"x": X + 1, "y": Y + 1, **sky()}, one_based=False, wcs=tan_wcs())
    np.testing.assert_allclose(positions.x, X + 1)


def test_a_lone_outlier_does_not_decide() -> None:
    x = X + 1
    x[0] += 500
    assert found({"x": x, "y": Y + 1, **sky()}, wcs=tan_wcs()).roles.one_based


@pytest.mark.parametrize(("off", "told"), [(4, False), (6, True)])
def test_disagreement_of_most_rows_is_told(off: int, told: bool) -> None:
    x, y = np.linspace(5.0, 60.0, 10), np.linspace(5.0, 50.0, 10)
    ra, dec = tan_wcs().all_pix2world(x, y, 0)
    x[:off] += 20.0 * np.arange(1, off + 1)
    positions = found({"x": x, "y": y, "ra": ra, "dec": dec}, wcs=tan_wcs())
    assert any("disagree by more than 2 px" in note for note in positions.notes) is told


def test_positions_that_disagree_are_said() -> None:
    positions = found({"x": X + 7, "y": Y + 9, **sky()}, wcs=tan_wcs())
    np.testing.assert_allclose(positions.x, X + 7)
    said = "x, y and ra, dec disagree by more than 2 px for 100% of the candidates: x, y are used"
    assert positions.cautions == (said,) and said in positions.notes


def test_sky_alone_goes_through_the_wcs() -> None:
    positions = found(sky(), wcs=tan_wcs())
    np.testing.assert_allclose(positions.x, X, atol=1e-6)
    assert "through the WCS" in positions.notes[0]


def test_pixels_alone_get_a_place_on_the_sky() -> None:
    positions = found({"x": X, "y": Y}, wcs=tan_wcs())
    np.testing.assert_allclose(positions.ra, sky()["ra"])


def test_radians() -> None:
    columns = {f"coord_{name}": np.radians(values) for name, values in sky().items()}
    table = Table(columns, units=["rad", "rad"])
    positions = found({name: table[name] for name in table.colnames}, wcs=tan_wcs())
    np.testing.assert_allclose(positions.x, X, atol=1e-5)


def test_sexagesimal_text() -> None:
    positions = found({"ra": ["10:00:00"], "dec": ["+02:00:00"]}, wcs=tan_wcs())
    assert (positions.x[0], positions.y[0]) == (pytest.approx(39), pytest.approx(29))


def test_a_row_without_pixels_is_filled_from_the_sky() -> None:
    x = X.copy()
    x[1] = np.nan
    positions = found({"x": x, "y": Y, **sky()}, wcs=tan_wcs())
    np.testing.assert_allclose(positions.x, X, atol=1e-6)


def test_what_is_not_known_is_nan() -> None:
    positions = found({"x": ["3", "far", ""], "y": [1.0, np.inf, 2.0]})
    assert positions.x[0] == 3
    assert np.isnan(positions.x[1:]).all() and np.isnan(positions.y[1])


def test_a_declination_beyond_the_pole_is_none() -> None:
    positions = found({"ra": [10.0], "dec": [95.0]}, wcs=tan_wcs())
    assert np.isnan(positions.dec[0]) and np.isnan(positions.x[0])


def test_the_far_side_of_the_sky_has_no_pixel() -> None:
    positions = found({"ra": [330.0, 150.0], "dec": [-2.0, 2.0]}, wcs=tan_wcs())
    assert np.isfinite(positions.x[1])
