"""Measures of a cutout: profile, growth, cut and aperture fluxes with their errors."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from vetter.core.psf.measures.cutout_measures import UNKNOWN_APERTURE, measure_cutout
from vetter.cutouts import Cutout

SIDE = 41
FWHM = 4.0
SIGMA = FWHM / 2.3548


def gaussian(flux: float, x: float = 20.0, y: float = 20.0, angle: float = 0.0) -> np.ndarray:
    """Return a Gaussian of a flux; with an angle one three times as long in this direction."""
    rows, columns = np.indices((SIDE, SIDE))
    dx, dy = columns - x, rows - y
    turn = math.radians(angle)
    along, across = (
        dx * math.cos(turn) + dy * math.sin(turn),
        dy * math.cos(turn) - dx * math.sin(turn),
    )
    long = 3.0 if angle else 1.0
    shape = np.exp(-0.5 * ((along / (long * SIGMA)) ** 2 + (across / SIGMA) ** 2))
    return flux / (2 * math.pi * SIGMA**2 * long) * shape


def test_aperture_of_one_fwhm_holds_94_percent() -> None:
    cutout = Cutout({"diff": gaussian(1000) + 50, "err": np.full((SIDE, SIDE), 2.0)})
    plane = measure_cutout(cutout, FWHM).planes["diff"]
    # 1 - 2**-4 of a Gaussian; pixels cut by the circle cost 1%.
    assert plane.flux == pytest.approx(937.5, rel=0.015)
    assert plane.sky == pytest.approx(50, abs=0.01)


def test_flux_error_is_the_scatter_of_fluxes() -> None:
    rng, pulls = np.random.default_rng(5), []
    for _ in range(75):
        noisy = rng.normal(0, 2, (SIDE, SIDE))
        cutout = Cutout({"diff": noisy, "err": np.full((SIDE, SIDE), 2.0)})
        pulls.append(measure_cutout(cutout, FWHM).planes["diff"].snr)
    # 75 values know their scatter to 8%.
    assert np.std(pulls) == pytest.approx(1.0, abs=0.2)


def test_error_without_err_plane_is_the_scatter_of_the_sky() -> None:
    noisy = gaussian(1000) + np.random.default_rng(6).normal(0, 2, (SIDE, SIDE))
    measures = measure_cutout(Cutout({"image": noisy}), FWHM)
    plane = measures.planes["image"]
    assert plane.err_from_sky
    assert plane.flux_err == pytest.approx(2 * math.sqrt(math.pi) * FWHM, rel=0.2)
    assert "errors from the scatter of the sky" in measures.lines


def test_growth_rises_to_the_whole_flux() -> None:
    cutout = Cutout({"image": gaussian(1000), "err": np.ones((SIDE, SIDE))})
    plane = measure_cutout(cutout, FWHM).planes["image"]
    assert (np.diff(plane.growth) >= -1e-6).all()
    assert plane.growth[-1] == pytest.approx(1000, rel=0.01)


def test_profile_falls_to_half_at_half_the_fwhm() -> None:
    cutout = Cutout({"image": gaussian(1000), "err": np.ones((SIDE, SIDE))})
    plane = measure_cutout(cutout, FWHM).planes["image"]
    half = np.interp(FWHM / 2, plane.radius, plane.profile)
    assert half == pytest.approx(0.5 * 1000 / (2 * math.pi * SIGMA**2), rel=0.06)


@pytest.mark.parametrize("angle", [30.0, 120.0])
def test_cut_along_an_elongated_source_is_wide(angle: float) -> None:
    cutout = Cutout({"image": gaussian(1000, angle=30.0), "err": np.ones((SIDE, SIDE))})
    plane = measure_cutout(cutout, FWHM, angle).planes["image"]
    width = np.count_nonzero(plane.cut > 0.5 * np.nanmax(plane.cut)) * 0.5
    assert width == pytest.approx(3 * FWHM if angle == 30.0 else FWHM, abs=1.0)


def test_masked_pixels_add_no_flux_and_are_counted() -> None:
    planes = {"diff": np.zeros((SIDE, SIDE)), "err": np.ones((SIDE, SIDE))}
    mask = np.zeros((SIDE, SIDE), bool)
    planes["diff"][20, 21], mask[20, 21] = 1e6, True
    planes["diff"][21, 20] = np.nan
    measures = measure_cutout(Cutout({**planes, "mask": mask}), FWHM)
    plane = measures.planes["diff"]
    assert (plane.flux, plane.unused) == (pytest.approx(0, abs=1e-9), 2)
    assert "2 bad pixels in the aperture" in measures.lines


def test_measures_follow_the_candidate_not_the_middle() -> None:
    cutout = Cutout({"diff": gaussian(1000, 26, 14)}, {"x": 126, "y": 214}, origin=(100, 200))
    assert measure_cutout(cutout, FWHM).planes["diff"].flux > 900


def test_unknown_fwhm_takes_a_fixed_aperture() -> None:
    measures = measure_cutout(Cutout({"image": gaussian(1000)}), None)
    assert measures.aperture == UNKNOWN_APERTURE
    assert measures.lines[0] == "aperture 4.0 px (no FWHM known)"


def test_small_stamp_limits_the_aperture() -> None:
    measures = measure_cutout(Cutout({"image": gaussian(1000)[10:31, 10:31]}), 9.0)
    assert measures.aperture == 5.0
    assert "as large as this cutout allows" in measures.lines[0]


@pytest.mark.parametrize(
    "planes, words",
    [
        ({"image": np.ones((5, 5))}, "5 x 5 pixels are too few to measure"),
        ({"template": np.ones((21, 21))}, "there is neither image nor diff to measure"),
    ],
)
def test_unmeasurable_cutout_says_why(planes: dict[str, np.ndarray], words: str) -> None:
    measures = measure_cutout(Cutout(planes), FWHM)
    assert (measures.planes, measures.lines) == ({}, [words])


@pytest.mark.parametrize(
    "plane", [np.full((21, 21), np.nan), np.zeros((21, 21)), np.ones((21, 21), np.uint8)]
)
def test_plane_without_noise_has_no_snr(plane: np.ndarray) -> None:
    measures = measure_cutout(Cutout({"image": plane}), FWHM)
    assert measures.planes["image"].star is None
    assert not [line for line in measures.lines if line.startswith("S/N")]


@pytest.mark.parametrize(
    ("err", "words"),
    [
        (1.0, r"FWHM 3\.\d\d ± 0\.\d\d px"),
        (0.1, r"FWHM 3\.\d{3} ± 0\.00\d px"),
        (1e-3, r"FWHM 3\.\d{3} px, error under 0\.001"),
    ],
)
def test_error_of_fwhm_is_never_zero(err: float, words: str) -> None:
    noise = np.random.default_rng(2).normal(0, err, (SIDE, SIDE))
    planes = {"diff": gaussian(2000) + noise, "err": np.full((SIDE, SIDE), err)}
    lines = measure_cutout(Cutout(planes), FWHM).lines
    line = next(line for line in lines if line.startswith("FWHM"))
    assert re.fullmatch(words, line) and "± 0.00 " not in line, line
