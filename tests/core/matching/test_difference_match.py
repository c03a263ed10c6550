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


def check_strip(
    factors: list[float], noise: float = 0.0, mask_rows: int = 0
) -> DifferenceMatch | str:
    """Check a strip of pixels, around each of whose stars the difference has another factor."""
    rng, stars = np.random.default_rng(5), 30 + 60 * np.arange(len(factors))
    image, template, more = rng.normal(0, 1, (3, 60, 60 * len(factors)))
    convolved = gaussian_filter(template, 1.0)
    difference = np.repeat(factors, 60) * (image - convolved)
    difference += noise * difference.std() * more
    mask = np.zeros(image.shape, bool)
    mask[12 : 12 + mask_rows] = True
    planes = {"image": image, "diff": difference, "template": template, "mask": mask}
    places = np.column_stack([stars, np.full(len(stars), 30)])
    return check_difference(*(ArrayPlane(name, values) for name, values in planes.items()), places)


@pytest.mark.parametrize(
    ("factor", "used", "words"),
    [
        (1.019, 1.0, "image - diff"),
        (1.021, 1.021, "image - diff / 1.021"),
        (0.979, 0.979, "image - diff / 0.979"),
        (-0.981, -1.0, "image + diff: diff is template - image"),
        (-1.021, -1.021, "image + diff / 1.021"),
        (-0.979, -0.979, "image + diff / 0.979"),
    ],
)
def test_factor_of_nearly_one_is_one(factor: float, used: float, words: str) -> None:
    match = check_strip([factor])
    assert isinstance(match, DifferenceMatch)
    assert match.factor == pytest.approx(used, abs=1e-6)
    assert match.description == f"matched template is {words}"


UNITS = "image - diff is no matched template: the difference has other flux units in places"


@pytest.mark.parametrize(
    ("factors", "refused"),
    [
        ([2.0, 2.0, 2.0, 3.0, 4.0], False),
        ([2.0, 2.0, 3.0, 4.0, 5.0], True),
        ([2.0, 2.0, 2.1, 2.2, 2.2], False),
        ([2.0, 2.0, 2.12, 2.24, 2.24], True),
    ],
)
def test_three_of_five_stars_agree_on_the_factor(factors: list[float], refused: bool) -> None:
    match = check_strip(factors)
    assert (match == UNITS) is refused
    assert refused or match.factor == pytest.approx(np.median(factors))


@pytest.mark.parametrize(("noise", "refused"), [(0.12, False), (0.18, True)])
def test_difference_of_other_images_leaves_their_noise(noise: float, refused: bool) -> None:
    assert isinstance(check_strip([2.0], noise), str) is refused


@pytest.mark.parametrize(("rows", "known"), [(12, True), (13, False)])
def test_stars_need_four_known_pixels_for_each_of_the_kernel(rows: int, known: bool) -> None:
    """Image and 15 x 15 kernel: of 37 x 37 pixels, 904 have to be known."""
    assert isinstance(check_strip([2.0], mask_rows=rows), DifferenceMatch) is known
