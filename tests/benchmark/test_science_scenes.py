"""Generator of simulated scenes: it makes the S/N, shifts, noise and files that it promises."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from tests.benchmark.science.fields import KINDS, simulate_field, write_field
from tests.benchmark.science.kinds import list_kinds, steady_star
from tests.benchmark.science.stamp_answers import summarise
from tests.benchmark.science.stamps import (
    SIDE,
    Conditions,
    Galaxy,
    Scene,
    draw_galaxy,
    draw_points,
    psf_image,
    simulate,
)
from vetter.core.judgement.answer import Answer, Judgement

COUNT = 20
MIDDLE = 0.5 * (SIDE - 1)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(3)


@pytest.mark.parametrize("fwhm", [1.5, 2.5, 5.0])
def test_psf_of_fit_is_that_of_stamps(fwhm: float) -> None:
    of, one = Conditions(fwhm=fwhm), np.ones(1)
    drawn = draw_points(of, 0.3 * one, -0.2 * one, one)[0]
    fitted = psf_image(of).render((SIDE, SIDE), MIDDLE + 0.3, MIDDLE - 0.2)
    assert np.abs(fitted - drawn).max() < 0.004 * drawn.max()


def test_galaxy_as_small_as_point_is_point() -> None:
    of, one = Conditions(), np.ones(1)
    tiny = Galaxy(1.0, 0.05 * one, one, 0.0 * one)
    galaxy = draw_galaxy(of, tiny, 0.3 * one, -0.2 * one, one)
    point = draw_points(of, 0.3 * one, -0.2 * one, one)
    assert np.abs(galaxy - point).max() < 0.01 * point.max()


def test_new_source_has_measured_snr_of_truth(rng: np.random.Generator) -> None:
    of, wanted = Conditions(), np.full(COUNT, 12.0)
    stamps = simulate(of, Scene(snr=wanted), COUNT, rng)
    psf = draw_points(of, *np.zeros((2, 1)), np.ones(1))
    weight = psf / stamps.err**2
    flux = (weight * (stamps.image - 1000.0)).sum(axis=(1, 2)) / (weight * psf).sum(axis=(1, 2))
    snr = flux * np.sqrt((weight * psf).sum(axis=(1, 2)))
    # The source's own photons add a few percent to err.
    assert snr.mean() == pytest.approx(12.0, abs=0.7)
    assert 0.6 < snr.std() < 1.4


def test_template_shift_has_rms_of_registration(rng: np.random.Generator) -> None:
    of = Conditions(registration=0.5)
    stamps = simulate(of, steady_star(of, 400, rng), 400, rng)
    assert np.sqrt((stamps.shift**2).sum(axis=1).mean()) == pytest.approx(0.5, rel=0.1)


def test_template_star_is_off_by_shift(rng: np.random.Generator) -> None:
    of = Conditions(registration=0.5, template_noise=1e-6)
    stamps = simulate(of, steady_star(of, COUNT, rng, (500, 1000)), COUNT, rng)
    pixel = np.arange(SIDE) - MIDDLE
    light = [stamps.model, stamps.convolved - 100.0]
    image, template = ((p.sum(axis=1) @ pixel) / p.sum(axis=(1, 2)) for p in light)
    assert image - template == pytest.approx(stamps.shift[:, 0], abs=0.01)


@pytest.mark.parametrize("correlation", [0.0, 0.4])
def test_noise_is_err_and_correlation(correlation: float, rng: np.random.Generator) -> None:
    of = Conditions(correlation=correlation, err_factor=0.8)
    stamps = simulate(of, Scene(), COUNT, rng)
    noise = (stamps.image - 1000.0 - stamps.model) / stamps.err
    assert noise.std() == pytest.approx(1.0 / 0.8, rel=0.03)
    neighbours = float((noise[:, :, 1:] * noise[:, :, :-1]).mean()) / float(noise.var())
    assert neighbours == pytest.approx(correlation, abs=0.03)


def test_kinds_have_names_of_their_own() -> None:
    names = [kind.name for kind in list_kinds()]
    assert len(set(names)) == len(names) >= 36


@pytest.mark.parametrize("kind", list_kinds(), ids=lambda kind: kind.name)
def test_kind_draws_finite_stamps(kind, rng: np.random.Generator) -> None:
    of = replace(kind.conditions, fwhm=kind.fwhms[0])
    stamps = simulate(of, kind.draw(of, 5, rng), 5, rng)
    assert np.isfinite(stamps.image).all() and np.isfinite(stamps.convolved).all()
    assert (stamps.err > 0).all() and len(stamps.cutouts()) == 5


def test_wrong_answers_over_goal_are_over() -> None:
    kind = next(kind for kind in list_kinds() if kind.most == 5.0)
    answers = [Answer.KEPT] * 2 + [Answer.NOTHING] * 8
    figure = summarise(kind, [Judgement(answer, "") for answer in answers])
    assert figure.values["wrong"] == 20.0
    assert figure.within is False


def test_field_files_hold_sources_of_list(tmp_path: Path) -> None:
    field = simulate_field(KINDS[0])
    words = write_field(field, tmp_path, ("image", "diff"))
    of = field.candidates
    assert words[1::2] == ["--image", "--diff"]
    assert len(Table.read(tmp_path / "list.csv")) == len(of.x)
    difference = fits.getdata(tmp_path / "diff.fits")
    bright = np.flatnonzero(of.snr > 40)
    peaks = [difference[round(of.y[i]), round(of.x[i])] / field.err[0, 0] for i in bright]
    blanks = np.flatnonzero(of.role == "blank")
    empty = [difference[round(of.y[i]), round(of.x[i])] / field.err[0, 0] for i in blanks]
    assert min(peaks) > 5.0
    assert np.std(empty) == pytest.approx(1.0, abs=0.3)


def test_field_of_uint16_has_no_wcs(tmp_path: Path) -> None:
    kind = next(kind for kind in KINDS if kind.is_uint16)
    write_field(simulate_field(kind), tmp_path, ("image",))
    with fits.open(tmp_path / "image.fits") as hdus:
        assert hdus[0].data.dtype == np.uint16
        assert "CTYPE1" not in hdus[0].header
