"""Rates of answers on simulated cutouts with fixed seeds, calibrated on simulated stars."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pytest

from tests.helpers.simulated_cutouts import Field, Truth, simulate
from vetter.core.fit.adjust import fit_many
from vetter.core.fit.adjustment import FitOptions
from vetter.core.judgement.answer import Answer
from vetter.core.judgement.fit_answer import answer_fit
from vetter.core.judgement.star_calibration import StarCalibration

FIELD = Field()
SKY = FIELD.sky_noise()
OPTIONS = FitOptions(1.0, 2.0, inner_fwhm=4.0, fit_plane=True, fwhm=FIELD.fwhm, check_err=True)
COUNT = 50
POSITION = (450.0, 450.0)

Draw = Callable[[np.random.Generator], Truth]


def draw_shift(rng: np.random.Generator, registration: float) -> tuple[float, float]:
    """Draw a shift of normally distributed components, within the bound of the fit."""
    dx, dy = np.clip(rng.normal(0.0, registration * math.sqrt(0.5), 2), -0.9, 0.9)
    return float(dx), float(dy)


@lru_cache(maxsize=4)
def calibrate(registration: float, err_factor: float = 1.0) -> StarCalibration:
    """Fit 40 stars of S/N 15 to 1000 and 20 places of sky, twice: the normals are theirs."""
    rng = np.random.default_rng(1)
    field = Field(err_factor=err_factor)
    stars = [
        simulate(field, Truth(snr * SKY, (0, 0), *draw_shift(rng, registration)), rng)
        for snr in np.geomspace(15, 1000, 40)
    ]
    skies = [simulate(field, Truth(30 * SKY, star=(-14.0, 14.0)), rng) for _ in range(20)]
    places = [(float(x), float(y)) for x, y in rng.uniform(0, 900, (60, 2))]
    first = StarCalibration.from_fits(places[:40], fit_many(stars, OPTIONS))
    fits = fit_many(stars + skies, OPTIONS, [first.normal_at(*place) for place in places])
    return StarCalibration.from_fits(places[:40], fits[:40], places[40:], fits[40:])


def count_answers(
    draw: Draw, registration: float, seed: int, err_factor: float = 1.0
) -> Counter[Answer]:
    """Return the answers on 50 cutouts in percent, those that do not occur left out."""
    rng = np.random.default_rng(seed)
    field = Field(err_factor=err_factor)
    stars = calibrate(registration, err_factor)
    cutouts = [simulate(field, draw(rng), rng) for _ in range(COUNT)]
    fits = fit_many(cutouts, OPTIONS, [stars.normal_at(*POSITION)] * COUNT)
    counts = Counter(answer_fit(fit, stars).answer for fit in fits)
    return Counter({answer: 100 * count // COUNT for answer, count in counts.items()})


def draw_dipole(snr: float, length: float) -> Draw:
    """Return the draw of a star that moved; the candidate is on one of its lobes."""

    def draw(rng: np.random.Generator) -> Truth:
        angle = rng.uniform(0, 2 * math.pi)
        cos, sin = math.cos(angle), math.sin(angle)
        lobe = rng.choice((-1.0, 1.0)) * rng.uniform(0.3, 0.6) * FIELD.fwhm
        # S/N with the star's own photon noise; 11.3 FWHM^2 / 10 is the effective area in pixels.
        return Truth(snr * SKY, (lobe * cos, lobe * sin), length * cos, length * sin)

    return draw


def draw_source(
    snr: tuple[float, float], distance: tuple[float, float], registration: float, sign: int = 1
) -> Draw:
    """Return the draw of a new source at a distance in FWHM from a star of S/N 30 to 300."""

    def draw(rng: np.random.Generator) -> Truth:
        angle, away = rng.uniform(0, 2 * math.pi), rng.uniform(*distance) * FIELD.fwhm
        flux = SKY * math.exp(rng.uniform(math.log(30), math.log(300)))
        place = away * math.cos(angle), away * math.sin(angle)
        # The star's photon noise: the S/N is that of a matched filter in the image.
        photons = flux * math.exp(-2.77 * (away / FIELD.fwhm) ** 2 / 1.5) / 1.5
        sigma = SKY * math.sqrt(1 + photons / (1.133 * FIELD.fwhm**2 * FIELD.gain * FIELD.noise**2))
        new = sign * rng.uniform(*snr) * sigma
        return Truth(flux, place, *draw_shift(rng, registration), new=new)

    return draw


@pytest.mark.parametrize(("snr", "least"), [(1000, 95), (150, 60)])
def test_dipoles_of_half_a_pixel_are_explained(snr: float, least: int) -> None:
    assert count_answers(draw_dipole(snr, 0.5), 0.5, 2)[Answer.EXPLAINED] >= least


def test_faint_dipoles_are_not_kept() -> None:
    assert count_answers(draw_dipole(30, 0.15), 0.15, 3)[Answer.KEPT] <= 4


@pytest.mark.parametrize("registration", [0.15, 0.5])
@pytest.mark.parametrize("distance", [(0.0, 0.3), (0.3, 1.0), (1.0, 2.0)])
def test_faint_sources_by_star_are_not_explained(
    distance: tuple[float, float], registration: float
) -> None:
    draw = draw_source((8, 15), distance, registration)
    assert count_answers(draw, registration, 4)[Answer.EXPLAINED] <= 2


@pytest.mark.parametrize("sign", [-1, 1])
def test_bright_sources_by_star_are_kept(sign: int) -> None:
    draw = draw_source((20, 50), (0.5, 2.0), 0.15, sign)
    assert count_answers(draw, 0.15, 5)[Answer.KEPT] >= 94


@pytest.mark.parametrize("scale", [0.7, 1.2])
def test_changed_stars_are_variable(scale: float) -> None:
    def draw(rng: np.random.Generator) -> Truth:
        return Truth(100 * SKY, (0.0, 0.0), *draw_shift(rng, 0.15), scale=scale)

    assert count_answers(draw, 0.15, 6)[Answer.VARIABLE] >= 94


@pytest.mark.parametrize("err_factor", [0.8, 1.0])
def test_steady_stars_and_sky_are_not_kept(err_factor: float) -> None:
    def draw(rng: np.random.Generator) -> Truth:
        snr = math.exp(rng.uniform(math.log(5), math.log(500)))
        return Truth(snr * SKY, (0.0, 0.0), *draw_shift(rng, 0.15))

    answers = count_answers(draw, 0.15, 7, err_factor)
    assert answers[Answer.KEPT] + answers[Answer.VARIABLE] <= 4
