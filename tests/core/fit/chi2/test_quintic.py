"""The quintic spline's shift: scipy's, its derivatives, and how much nearer to a star it is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import shift

from vetter.core.fit.chi2.spline import quintic_coefficients, shift_images_quintic
from vetter.core.psf.models import Gaussian

WHOLE = (slice(0, 19), slice(0, 25))
BOX = (slice(3, 15), slice(0, 22))
SHIFTS = [(0.3, -1.7), (-1.0, 2.0), (2.0, 0.0), (-2.0, -0.4)]


def shifted(images: np.ndarray, box: tuple[slice, slice], dx: float, dy: float) -> np.ndarray:
    coefs = quintic_coefficients(images, 4)
    return shift_images_quintic(coefs, box, np.full(len(images), dx), np.full(len(images), dy), 4)


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(2, 19, 25))


@pytest.mark.parametrize(("dx", "dy"), SHIFTS)
@pytest.mark.parametrize("box", [WHOLE, BOX], ids=["whole", "box"])
def test_it_is_scipys(images: np.ndarray, box: tuple[slice, slice], dx: float, dy: float) -> None:
    for image, ours in zip(images, shifted(images, box, dx, dy)[:, 2], strict=True):
        theirs = shift(image, (dy, dx), order=5, mode="reflect")[box]
        np.testing.assert_allclose(ours, theirs, atol=1e-11)


@pytest.mark.parametrize(("dx", "dy"), [(0.3, -1.7), (-1.0, 0.0)])
def test_derivatives_are_those_of_the_shifted_image(
    images: np.ndarray, dx: float, dy: float
) -> None:
    by_dx, by_dy, _ = shifted(images, BOX, dx, dy).transpose(1, 0, 2, 3)
    h = 1e-5
    for found, u, v in ((by_dx, h, 0.0), (by_dy, 0.0, h)):
        ahead, behind = (shifted(images, BOX, dx + s * u, dy + s * v)[:, 2] for s in (1, -1))
        np.testing.assert_allclose(found, (ahead - behind) / (2 * h), atol=1e-7)


def test_one_row_shifts_as_any_other() -> None:
    line = np.ones((1, 1, 9))
    box = slice(0, 1), slice(0, 9)
    np.testing.assert_allclose(shifted(line, box, 0.4, -0.7)[:, 2], 1.0, atol=1e-6)


def test_a_star_of_three_pixels_is_off_by_a_fifth_of_the_cubics_error() -> None:
    psf = Gaussian(3.0)
    template, wanted = psf.render((41, 41), 20.0, 20.0), psf.render((41, 41), 20.5, 20.5)
    box = slice(0, 41), slice(0, 41)
    quintic = abs(shifted(template[None], box, 0.5, 0.5)[0, 2] - wanted).max() / wanted.max()
    moved = shift(template, (0.5, 0.5), order=3, mode="reflect")
    cubic = abs(moved - wanted).max() / wanted.max()
    assert cubic > 5e-3
    assert quintic < 0.25 * cubic
