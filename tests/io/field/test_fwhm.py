from __future__ import annotations

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from tests.helpers.field_files import tan_wcs
from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.cutout.plane import ArrayPlane
from vetter.io.field.fwhm import known_fwhm, measure_widths


def a_list(**columns: object) -> CandidateList:
    table = Table({"id": [1, 2, 3], **columns})
    nan = np.full(3, np.nan)
    roles = Roles(fwhm="fwhm" if columns else None)
    return CandidateList(table, roles, np.array(["1", "2", "3"], object), nan, nan, nan, nan)


def header(*card: object) -> fits.Header:
    return fits.Header([card])


def test_the_users_word_comes_first() -> None:
    found = known_fwhm(3.5, a_list(fwhm=[4.0, 4, 4]), header("FWHM", 5.0), None)
    assert found is not None and found.value == 3.5 and "as you say" in found.origin


def test_the_median_of_the_column_without_nonsense() -> None:
    found = known_fwhm(None, a_list(fwhm=[4.0, np.nan, -99.0]), header("FWHM", 5.0), None)
    assert found is not None and found.value == 4.0 and "column fwhm" in found.origin


@pytest.mark.parametrize(
    ("card", "value"),
    [
        (("FWHM", 5.25), 5.25),
        (("FWHM", 1.8, "[arcsec] seeing"), 5.0),
        (("SEEING", 1.44), 4.0),
        (("SEEING", 4.5, "in pixels"), 4.5),
    ],
)
def test_the_header(card: tuple[object, ...], value: float) -> None:
    found = known_fwhm(None, a_list(), header(*card), tan_wcs())
    assert found is not None and found.value == pytest.approx(value)
    assert str(card[0]) in found.origin


@pytest.mark.parametrize("card", [("FWHM", "wide"), ("FWHM", -1.0), ("FWHM", 1e6), ("GAIN", 2.0)])
def test_a_header_that_does_not_tell(card: tuple[object, ...]) -> None:
    assert known_fwhm(None, a_list(), header(*card), tan_wcs()) is None


def test_arcseconds_without_a_wcs_do_not_tell() -> None:
    assert known_fwhm(None, a_list(), header("SEEING", 1.4), None) is None


def test_stars_of_the_field() -> None:
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:300, :300]
    image = rng.normal(0, 1, x.shape)
    for i in range(5):
        for j in range(5):
            r2 = (x - 30 - 60 * i - rng.random()) ** 2 + (y - 30 - 60 * j - rng.random()) ** 2
            image += 1000 * np.exp(-r2 / (2 * (4 / 2.3548) ** 2))
    found = measure_widths(ArrayPlane("image", image))
    assert found is not None and abs(found.fwhm - 4) < 0.2 and "stars" in found.note


def test_a_field_without_stars() -> None:
    image = np.random.default_rng(1).normal(0, 1, (200, 200))
    assert measure_widths(ArrayPlane("image", image)) is None
