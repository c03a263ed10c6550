"""The demo field is what its texts say it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from astropy.wcs import WCS

from vetter.io.field.stars.measuring import prepare_field_fit
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.settings import FitSettings

DEMO = Path(__file__).resolve().parent.parent / "resources" / "demo"
PLANES = ("image", "template", "convolved", "diff", "err", "mask")


@pytest.fixture(scope="module")
def planes() -> dict[str, np.ndarray]:
    return {name: fits.getdata(DEMO / f"{name}.fits") for name in PLANES}


@pytest.fixture(scope="module")
def candidates() -> Table:
    return Table.read(DEMO / "candidates.ecsv")


def test_every_file_says_that_it_is_simulated(candidates: Table) -> None:
    for name in PLANES:
        header = fits.getheader(DEMO / f"{name}.fits", 1)
        assert "SIMULATED" in header["OBJECT"]
        assert "not observed" in header["ORIGIN"]
    assert "Simulated" in candidates.meta["comments"][0]


def test_there_are_150_candidates_and_the_truth_of_each(candidates: Table) -> None:
    truth = Table.read(DEMO / "truth.ecsv")
    assert len(candidates) == 150
    assert list(truth["id"]) == list(candidates["id"])
    assert set(truth["truth"]) >= {"transient", "transient on a host", "variable", "dipole"}


def test_the_list_does_not_give_the_truth_away(candidates: Table) -> None:
    assert not {"truth", "true_flux"} & set(candidates.colnames)


def test_planes_have_one_grid(planes: dict[str, np.ndarray]) -> None:
    assert {plane.shape for plane in planes.values()} == {(1024, 1024)}


def test_difference_is_image_less_convolved(planes: dict[str, np.ndarray]) -> None:
    # To within the steps in which the three are stored: 1, 0.5 and 1 counts.
    off = planes["image"] - planes["convolved"] - planes["diff"]
    assert np.nanmax(np.abs(off)) < 1.26


def test_err_is_one_sigma_of_the_difference(planes: dict[str, np.ndarray]) -> None:
    pulls = (planes["diff"] / planes["err"])[planes["mask"] == 0]
    core = pulls[np.abs(pulls) < 3]
    assert np.sqrt((core**2).mean()) == pytest.approx(0.987, abs=0.02)


def test_positions_are_0_based_and_agree_with_the_wcs(candidates: Table) -> None:
    wcs = WCS(fits.getheader(DEMO / "image.fits", 1))
    x, y = wcs.all_world2pix(candidates["ra"], candidates["dec"], 0)
    assert np.abs(x - candidates["x"]).max() < 0.01
    assert np.abs(y - candidates["y"]).max() < 0.01


def test_wcs_is_distorted() -> None:
    wcs = WCS(fits.getheader(DEMO / "image.fits", 1))
    assert wcs.sip is not None
    corner = np.array([[1000.0, 1000.0]])
    assert np.hypot(*(wcs.all_pix2world(corner, 0) - wcs.wcs_pix2world(corner, 0))[0]) > 1e-5


def test_stars_show_the_quarter_that_is_badly_aligned() -> None:
    source = open_input(["demo"], InputOptions())
    try:
        fit, _ = prepare_field_fit(source.fields[0], source.record, FitSettings(), 10.0)
    finally:
        source.close()
    stars = fit.calibration
    assert stars is not None
    bad = np.hypot(stars.x - 750, stars.y - 730) < 150
    assert np.median(stars.dx[bad]) > 0.4 and np.median(stars.dy[bad]) < -0.25
