"""The point source fitted together with the template, against plain least squares."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.fit.adjustment import FitOptions
from vetter.core.fit.chi2.moments import tap_weights, windows
from vetter.core.fit.chi2.newton import Minima
from vetter.core.fit.input import FitInput, read_fit_input
from vetter.core.fit.point_source import (
    compute_products,
    measure_sources,
    no_sources,
    render_points,
)

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


def test_products_are_those_of_the_shifted_template() -> None:
    window = windows(1.0)[0]
    taps = window.taps
    rng = np.random.default_rng(6)
    coefs = rng.normal(size=(12 + taps - 1, 9 + taps - 1))
    tapped = [coefs[j : j + 12, i : i + 9].ravel() for j in range(taps) for i in range(taps)]
    image, constant, psf = rng.normal(size=(3, 108))
    rows = np.array([*tapped, image, constant, psf])
    moments = (rows @ rows.T)[None]
    at = Minima(np.array([0.3]), np.array([-0.6]), np.array([1.4]), np.array([5.0]))

    def shifted(u: float, v: float) -> np.ndarray:
        wx, wy = tap_weights(u, v, window.half)
        return np.outer(wy[0], wx[0]).ravel() @ rows[: taps**2]

    h = 1e-5
    slope_x = 1.4 * (shifted(0.3 + h, -0.6) - shifted(0.3 - h, -0.6)) / (2 * h)
    slope_y = 1.4 * (shifted(0.3, -0.6 + h) - shifted(0.3, -0.6 - h)) / (2 * h)
    wanted = np.array([slope_x, slope_y, shifted(0.3, -0.6), constant, psf, image])
    found = compute_products(moments, window, at)[0]
    np.testing.assert_allclose(found, wanted @ wanted.T, rtol=1e-6, atol=1e-6)


def test_source_without_degrees_of_freedom_is_unknown_throughout() -> None:
    assert all(np.isnan(column).tolist() == [True, True] for column in no_sources(2))


def test_point_is_rendered_at_its_place_in_the_box() -> None:
    planes = {name: np.ones((15, 15)) for name in ("image", "template", "err")}
    planes["template"] = planes["template"] + np.eye(15)
    with_psf = read_fit_input({**planes, "meta": {"fwhm": 3.0}}, FitOptions())
    without = read_fit_input(planes, FitOptions())
    assert isinstance(with_psf, FitInput) and isinstance(without, FitInput)
    box = slice(3, 14), slice(2, 12)
    point, nothing = render_points([with_psf, without], box)
    assert point.shape == (11, 10) and not nothing.any()
    assert np.unravel_index(point.argmax(), point.shape) == (7 - 3, 7 - 2)
    assert point.sum() == pytest.approx(1.0, abs=0.01)
