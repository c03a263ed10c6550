"""Given difference: taken as the matched template's source, or refused with the reason."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from vetter.core.cutout.plane import ArrayPlane
from vetter.core.matching.difference_match import DifferenceMatch, check_difference
from vetter.core.psf.models import Gaussian

SIDE = 160
STARS = np.random.default_rng(2).uniform(30, SIDE - 30, (12, 2))


def make_pair() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Make image, template and the template convolved to the image's PSF."""
    rng = np.random.default_rng(3)
    template, image = rng.normal(0, 5, (SIDE, SIDE)), rng.normal(100, 8, (SIDE, SIDE))
    for x, y in STARS:
        template += 1e4 * Gaussian(3.5).render((SIDE, SIDE), x, y)
        image += 1e4 * Gaussian(4.5).render((SIDE, SIDE), x, y)
    convolved = gaussian_filter(template, (4.5**2 - 3.5**2) ** 0.5 / 2.3548) + 100
    return image, template, convolved


def check(make: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> DifferenceMatch | str:
    image, template, convolved = make_pair()
    planes = {"image": image, "diff": make(image, convolved), "template": template}
    return check_difference(*(ArrayPlane(n, p) for n, p in planes.items()), None, STARS)


@pytest.mark.parametrize("factor", [1.0, -1.0, 1e-3, 2e4])
def test_difference_in_any_unit_gives_the_convolved(factor: float) -> None:
    match = check(lambda image, convolved: factor * (image - convolved))
    assert isinstance(match, DifferenceMatch)
    assert match.factor == pytest.approx(factor, rel=1e-2)
    image, _, convolved = make_pair()
    found = match.apply({"image": image, "diff": factor * (image - convolved)}, 0, 0)
    assert np.abs(found.convolved - convolved).max() < 0.02 * convolved.max()
    assert found.image is image


def test_plain_difference_has_the_factor_one() -> None:
    match = check(lambda image, convolved: image - convolved)
    assert match == DifferenceMatch(1.0, "matched template is image - diff")


@pytest.mark.parametrize(
    "make",
    [
        lambda image, convolved: gaussian_filter(image - convolved, 1.5),
        lambda image, convolved: (
            (image - convolved) - 0.8 * gaussian_filter(image - convolved, 1.0)
        ),
        lambda image, convolved: gaussian_filter(image, 1.2) - convolved,
        lambda image, convolved: np.random.default_rng(1).normal(size=image.shape),
    ],
    ids=["smoothed", "sharpened", "image convolved", "noise"],
)
def test_filtered_difference_is_refused(make: Callable[..., np.ndarray]) -> None:
    match = check(make)
    assert isinstance(match, str)
    assert "image - diff is no matched template" in match


def test_difference_divided_by_its_noise_is_refused() -> None:
    match = check(lambda image, convolved: (image - convolved) / np.sqrt(image))
    assert isinstance(match, str)


def test_difference_without_known_stars_is_refused() -> None:
    match = check(lambda image, convolved: np.full(image.shape, np.nan))
    assert match == "image, diff and template have no stars with known pixels in common"
