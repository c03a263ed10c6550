"""New light beside a star: where it is free, and where it is the star's own."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.psf.new_light import choose_places, draw_new_light, find_free

FWHM = 5.0
SHAPE = 31, 31
MOMENTS = np.eye(2) * (FWHM / 2.3548) ** 2


def draw(*places: tuple[float, float]) -> np.ndarray:
    return draw_new_light(SHAPE, np.array(places, float).reshape(-1, 2), MOMENTS)


def test_places_come_from_the_farthest_inside_the_stamp() -> None:
    places = np.array([[15.0, 17.0], [0.0, 0.0], [31.0, 15.0], [20.0, 15.0]])
    assert choose_places(SHAPE, places).tolist() == [1, 3, 0]


def test_crowded_stamp_has_the_six_nearest() -> None:
    places = np.array([[15.0 + k, 15.0] for k in range(10)])
    assert choose_places(SHAPE, places).tolist() == [5, 4, 3, 2, 1, 0]


def test_light_is_drawn_at_its_place() -> None:
    (light,) = draw((12.0, 20.0))
    assert np.unravel_index(int(light.argmax()), SHAPE) == (20, 12)
    assert draw().shape == (0, 31 * 31)


@pytest.mark.parametrize(("away", "free"), [(0.2, 0), (0.3, 0), (0.6, 1), (1.5, 1)])
def test_light_is_free_apart_from_the_star_alone(away: float, free: int) -> None:
    (star,) = 1e4 * draw((15.0, 15.0))
    found = find_free(star, np.ones(len(star)), draw((15.0 + away * FWHM, 15.0)))
    assert len(found) == 1 + free


def test_free_images_are_orthogonal_and_take_out_constant_and_light() -> None:
    rng = np.random.default_rng(4)
    (star,), light = 1e4 * draw((15.0, 15.0)), draw((15.0, 21.0), (22.0, 13.0))
    weight = rng.uniform(0.0, 2.0, len(star)) * (rng.random(len(star)) > 0.2)
    free, root = find_free(star, weight, light), np.sqrt(weight)
    assert free @ free.T == pytest.approx(np.eye(3), abs=1e-12)
    left = root * (7.0 + 30.0 * light[0] - 50.0 * light[1])
    assert left - (left @ free.T) @ free == pytest.approx(np.zeros(len(left)), abs=1e-9)


def test_same_light_twice_is_free_once() -> None:
    (star,), light = 1e4 * draw((15.0, 15.0)), draw((21.0, 15.0), (21.0, 15.0))
    assert len(find_free(star, np.ones(len(star)), light)) == 2
