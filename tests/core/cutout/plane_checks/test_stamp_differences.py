"""Differences among the planes of stamps: told by several stamps, never by one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vetter.core.cutout.plane_checks.stamp_differences import MIN_STAMPS, Stamp, check_stamps

SIDE = 41
SOURCE = np.exp(-(np.hypot(*(np.mgrid[:SIDE, :SIDE] - 20.0)) ** 2) / 8)
Extra = Callable[[np.random.Generator, np.ndarray, np.ndarray], np.ndarray]


def make_stamps(extra: Extra, count: int = 8) -> list[Stamp]:
    """Stamps of a star that became brighter, with one more plane."""
    stamps = []
    for seed in range(count):
        rng = np.random.default_rng(seed)
        star = np.roll(SOURCE, (9, -11), (0, 1)) * 900
        image = 200 + star + 400 * SOURCE + rng.normal(0, 10, (SIDE, SIDE))
        template = 150 + 0.8 * star + rng.normal(0, 8, (SIDE, SIDE))
        planes = {"image": image, "template": template, "extra": extra(rng, image, template)}
        stamps.append(Stamp(planes, 20, 20))
    return stamps


def difference(rng: np.random.Generator, image: np.ndarray, template: np.ndarray) -> np.ndarray:
    return image - 1.1 * template + rng.normal(0, 3, image.shape)


def exact(_rng: object, image: np.ndarray, template: np.ndarray) -> np.ndarray:
    return image - template


def lobes(rng: np.random.Generator, _image: np.ndarray, _template: np.ndarray) -> np.ndarray:
    lobe = np.roll(SOURCE, (9, -11), (0, 1))
    return rng.normal(0, 10, (SIDE, SIDE)) + 300 * (lobe - np.roll(lobe, 4, 1)) + 500 * SOURCE


@pytest.mark.parametrize("count", [MIN_STAMPS, 8])
@pytest.mark.parametrize("extra", [difference, exact, lobes])
def test_difference_is_recognised_in_several_stamps(extra: Extra, count: int) -> None:
    found = check_stamps(make_stamps(extra, count))
    assert found.differences == ("extra",)
    assert found.lines == []


@pytest.mark.parametrize("extra", [difference, exact, lobes])
def test_too_few_stamps_tell_nothing(extra: Extra) -> None:
    assert check_stamps(make_stamps(extra, MIN_STAMPS - 1)) == ([], ())


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param(lambda _rng, image, _template: image - 200, id="image without its sky"),
        pytest.param(lambda _rng, _image, template: template - 150, id="template without its sky"),
        pytest.param(lambda _rng, image, template: image + template, id="sum"),
        pytest.param(lambda rng, *_: rng.normal(0, 5, (SIDE, SIDE)), id="noise"),
        pytest.param(lambda rng, *_: rng.random((SIDE, SIDE)) < 0.1, id="mask"),
        pytest.param(lambda *_: np.full((SIDE, SIDE), np.nan), id="empty"),
    ],
)
def test_another_plane_is_no_difference(extra: Extra) -> None:
    assert check_stamps(make_stamps(extra)) == ([], ())


def test_turned_difference_is_told_with_its_number_of_stamps() -> None:
    found = check_stamps(make_stamps(lambda *planes: -difference(*planes)))
    (line,) = found.lines
    assert line == (
        "extra is template - image in 8 of 8 stamps looked at: a new source is negative in it"
    )


def test_sign_that_changes_is_told() -> None:
    stamps = make_stamps(exact)
    for stamp in stamps[:3]:
        stamp.planes["extra"][:] *= -1
    (line,) = check_stamps(stamps).lines
    assert line == (
        "extra is template - image in 3 of 8 stamps looked at and image - template in 5: its sign "
        "changes from candidate to candidate"
    )


def test_single_turned_stamp_is_no_finding() -> None:
    stamps = make_stamps(exact)
    stamps[0].planes["extra"][:] *= -1
    assert check_stamps(stamps).lines == []


def test_planes_that_lack_in_some_stamps_are_looked_at_in_the_others() -> None:
    stamps = make_stamps(difference)
    del stamps[0].planes["extra"], stamps[1].planes["template"]
    assert check_stamps(stamps).differences == ("extra",)
    del stamps[2].planes["extra"], stamps[3].planes["extra"], stamps[4].planes["extra"]
    assert check_stamps(stamps).differences == ()
