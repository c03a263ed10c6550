from __future__ import annotations

import numpy as np
import pytest

from vetter.core.fakes.light import NO_LIGHT, render_sources, with_photon_noise
from vetter.core.psf.models import Gaussian

FWHM = 3.0
RENDER = Gaussian(FWHM).render


def test_light_of_source_holds_its_flux_at_its_place() -> None:
    light = render_sources(RENDER, FWHM, [20.3], [30.7], [1000.0])
    box = light.light_in(0, 0, (60, 50))
    assert box is not None
    assert box.sum() == pytest.approx(1000.0, rel=1e-3)
    rows, columns = np.mgrid[:60, :50]
    assert (box * columns).sum() / box.sum() == pytest.approx(20.3, abs=1e-2)
    assert (box * rows).sum() / box.sum() == pytest.approx(30.7, abs=1e-2)


@pytest.mark.parametrize("corner", [(0, 0), (25, 15), (31, 21), (40, 30)])
def test_boxes_cut_the_same_light(corner: tuple[int, int]) -> None:
    light = render_sources(RENDER, FWHM, [20.3, 28.0], [30.7, 33.0], [1000.0, 50.0])
    whole = light.light_in(0, 0, (80, 80))
    part = light.light_in(*corner, (9, 11))
    assert whole is not None
    expected = whole[corner[0] : corner[0] + 9, corner[1] : corner[1] + 11]
    np.testing.assert_array_equal(np.zeros((9, 11)) if part is None else part, expected)


def test_box_without_source_has_no_light() -> None:
    light = render_sources(RENDER, FWHM, [20.3], [30.7], [1000.0])
    assert light.light_in(60, 0, (20, 20)) is None
    assert NO_LIGHT.light_in(0, 0, (20, 20)) is None


def test_photon_noise_follows_the_gain() -> None:
    light = render_sources(RENDER, FWHM, [20.0] * 400, [20.0] * 400, [5000.0] * 400)
    noisy = with_photon_noise(light, 0.5, np.random.default_rng(1))
    half = light.stamps.shape[1] // 2
    peak = light.stamps[0, half, half]
    variance = noisy.stamps[:, half, half].var()
    assert variance == pytest.approx(0.5 * peak, rel=0.2)


def test_photon_noise_of_one_seed_is_the_same() -> None:
    light = render_sources(RENDER, FWHM, [20.0], [20.0], [5000.0])
    first, second = (with_photon_noise(light, 1.0, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first.stamps, second.stamps)
