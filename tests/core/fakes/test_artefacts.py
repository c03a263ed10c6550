from __future__ import annotations

import numpy as np
import pytest

from vetter.core.fakes.artefacts import MAX_SHIFT, choose_stars, make_dipole, make_hit
from vetter.core.fakes.light import stamp_half
from vetter.core.psf.models import Gaussian

FWHM = 3.0
RENDER = Gaussian(FWHM).render
SIDE = 2 * stamp_half(FWHM) + 1
VARIANCE = np.full((SIDE, SIDE), 25.0)


def test_dipole_is_a_star_moved() -> None:
    dipole = make_dipole(RENDER, FWHM, 40.3, 50.6, 20_000.0, VARIANCE, 10.0, 0.6)
    x0, y0 = int(dipole.light.x0[0]), int(dipole.light.y0[0])
    star = 20_000.0 * RENDER((SIDE, SIDE), 40.3 - x0, 50.6 - y0)
    moved = 20_000.0 * RENDER((SIDE, SIDE), 40.3 - x0 + dipole.dx, 50.6 - y0 + dipole.dy)
    np.testing.assert_allclose(star + dipole.light.stamps[0], moved, atol=1e-6)


def test_dipole_has_the_wanted_ratio() -> None:
    light = make_dipole(RENDER, FWHM, 40.3, 50.6, 50_000.0, VARIANCE, 10.0, 2.0).light
    snr = np.sqrt((light.stamps[0] ** 2 / VARIANCE).sum())
    assert snr == pytest.approx(10.0, rel=0.05)


def test_faint_star_moves_at_most_a_pixel() -> None:
    dipole = make_dipole(RENDER, FWHM, 40.3, 50.6, 10.0, VARIANCE, 30.0, 2.0)
    assert np.hypot(dipole.dx, dipole.dy) == pytest.approx(MAX_SHIFT)


def test_hit_is_few_pixels_of_the_wanted_ratio() -> None:
    hit = make_hit(FWHM, 20.0, 30.0, 5.0, 12.0, np.random.default_rng(3))
    lit = hit.stamps[0][hit.stamps[0] > 0]
    assert 1 <= len(lit) <= 3
    assert lit.sum() / np.sqrt(len(lit)) == pytest.approx(5.0 * 12.0)
    assert hit.light_in(30, 20, (1, 1)) is not None


def test_stars_near_taken_places_are_left() -> None:
    stars = np.array([[10.0, 10.0], [50.0, 50.0], [52.0, 50.0], [90.0, 90.0]])
    assert choose_stars(stars, np.array([[12.0, 10.0], [np.nan, 0.0]]), 9.0, 5) == [1, 3]
