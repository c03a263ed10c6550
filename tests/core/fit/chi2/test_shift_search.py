"""The best minimum is found from the grid's, for one as for a stack."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.fit.chi2.moments import Array, Window, gram, margin, windows
from vetter.core.fit.chi2.spline import coefficients
from vetter.core.fit.search import search

SCALES = 0.5, 2.0


def moments_of(image: Array, template: Array, max_shift: float) -> tuple[Array, Window]:
    """Moments of one cutout with an error of 1 everywhere, and their window."""
    box = slice(0, image.shape[0]), slice(0, image.shape[1])
    window, edge = windows(max_shift)[0], margin(max_shift)
    coefs = coefficients(template[None], edge)
    weight = np.ones((1, *image.shape))
    return gram(coefs, box, [(0, window)], edge, weight, image[None, None])[0], window


def stars(*places: tuple[float, float, float]) -> Array:
    """Gaussian stars of FWHM 3 px at x, y with a peak, in 25 x 25 pixels."""
    y, x = np.mgrid[:25, :25] - 12.0
    image = np.zeros((25, 25))
    for sx, sy, peak in places:
        image += peak * np.exp(-0.5 * ((x - sx) ** 2 + (y - sy) ** 2) / 1.27**2)
    return image


@pytest.mark.parametrize("max_shift", [1.0, 2.0])
def test_one_alone_ends_where_it_does_in_a_stack(max_shift: float) -> None:
    rng = np.random.default_rng(5)
    template = stars((-2.0, 0.0, 80.0), (2.0, 1.0, 60.0))
    lot = []
    for _ in range(20):
        dx, dy = rng.uniform(-max_shift, max_shift, 2)
        image = stars((dx - 2.0, dy, 80.0), (dx + 2.0, dy + 1.0, 60.0))
        lot.append(moments_of(image + rng.normal(size=image.shape), template, max_shift))
    window = lot[0][1]
    # Parabolas through flat or infinite points are no warnings, as in a fit.
    with np.errstate(all="ignore"):
        together = search(np.concatenate([matrix for matrix, _ in lot]), window, SCALES)
    alone = [search(matrix, window, SCALES) for matrix, _ in lot]
    for column in ("u", "v", "scale", "chi2"):
        values = np.concatenate([getattr(found, column) for found in alone])
        np.testing.assert_allclose(getattr(together, column), values, rtol=1e-7, atol=1e-5)


@pytest.mark.parametrize("brighter", [0, 1])
def test_the_lower_of_two_minima_is_found(brighter: int) -> None:
    peaks = (100.0, 90.0) if brighter == 0 else (90.0, 100.0)
    image = stars((-1.9, -1.9, peaks[0]), (1.9, 1.9, peaks[1]))
    matrix, window = moments_of(image, stars((0.0, 0.0, 100.0)), 2.0)
    found = search(matrix, window, SCALES)
    sign = -1.0 if brighter == 0 else 1.0
    assert float(found.u[0]) == pytest.approx(sign * 1.9, abs=0.1)
    assert float(found.v[0]) == pytest.approx(sign * 1.9, abs=0.1)


def test_moments_that_are_not_numbers_give_a_result_that_is_none() -> None:
    matrix, window = moments_of(stars((0.3, 0.0, 9.0)), stars((0.0, 0.0, 9.0)), 1.0)
    matrix[:] = np.nan
    with np.errstate(all="ignore"):
        assert not np.isfinite(search(matrix, window, SCALES).chi2[0])
