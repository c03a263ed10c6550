"""The point source fitted together with the template, against plain least squares."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.fit.chi2.newton import Minima
from vetter.core.fit.point_source import measure_sources

RNG = np.random.default_rng(5)
SCALE = 1.3
# Images in sigmas: scale t_x, scale t_y, t, constant, psf.
IMAGES = RNG.normal(0, 1, (5, 60)) + np.array([0, 0, 3, 5, 2])[:, None]
IMAGE = SCALE * IMAGES[2] + 0.7 * IMAGES[4] + 0.2 * IMAGES[3] + RNG.normal(0, 0.1, 60)
ROWS = np.vstack([IMAGES, IMAGE])


def minima(chi2: float) -> Minima:
    zero = np.zeros(1)
    return Minima(zero, zero, np.array([SCALE]), np.array([chi2]))


def error_of_psf(free: list[int]) -> float:
    return float(np.sqrt(np.linalg.inv(ROWS[free] @ ROWS[free].T)[-1, -1]))


@pytest.mark.parametrize(("chi2", "inflated"), [(25.0, 1.0), (200.0, 2.0)])
@pytest.mark.parametrize(
    ("fixed", "held", "free"),
    [
        ((False, False), [0, 1, 3, 4], [0, 1, 3, 2, 4]),
        ((True, False), [3, 4], [3, 2, 4]),
        ((False, True), [0, 1, 3, 4], [0, 1, 3, 4]),
        ((True, True), [3, 4], [3, 4]),
    ],
)
def test_source_is_that_of_least_squares(
    fixed: tuple[bool, bool], held: list[int], free: list[int], chi2: float, inflated: float
) -> None:
    found = measure_sources((ROWS @ ROWS.T)[None], minima(chi2), np.array([50]), fixed)
    beside = ROWS[[3, 4]].T
    flux = np.linalg.lstsq(beside, IMAGE - SCALE * ROWS[2], rcond=None)[0][1]
    assert found.flux[0] == pytest.approx(flux)
    assert found.template_flux[0] == pytest.approx(np.linalg.lstsq(beside, ROWS[2])[0][1])
    assert found.flux_err[0] == pytest.approx(inflated * error_of_psf(free), rel=1e-6)
    assert found.held_err[0] == pytest.approx(inflated * error_of_psf(held), rel=1e-6)
    assert found.snr[0] == pytest.approx(flux / found.flux_err[0])
    along = 0.5 * (1 / (ROWS[0] @ ROWS[0]) + 1 / (ROWS[1] @ ROWS[1]))
    assert found.shift_err[0] == pytest.approx(
        np.nan if fixed[0] else inflated * np.sqrt(along), nan_ok=True
    )


def test_source_that_the_template_explains_has_no_flux() -> None:
    rows = ROWS.copy()
    rows[4] = rows[2]
    found = measure_sources((rows @ rows.T)[None], minima(25.0), np.array([50]), (False, False))
    assert abs(found.snr[0]) < 1e-3
    assert found.flux_err[0] > 1e3 * found.held_err[0]


def test_nothing_is_measured_without_degrees_of_freedom_or_pixels() -> None:
    flat, unseen, overflown = ROWS.copy(), ROWS.copy(), ROWS.copy()
    flat[4], unseen[4], overflown[5] = 2 * flat[3], 0, np.inf
    with np.errstate(invalid="ignore"):
        inner = np.array([rows @ rows.T for rows in (ROWS, ROWS, flat, unseen, overflown)])
    five = Minima(*(np.repeat(column, 5) for column in minima(25.0)))
    found = measure_sources(inner, five, np.array([1, 0, 50, 50, 50]), (False, False))
    for column in found:
        assert np.isfinite(column).tolist() == [True, False, False, False, False]
