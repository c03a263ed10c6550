from __future__ import annotations

import numpy as np

from vetter.core.cutout.plane import ArrayPlane
from vetter.core.fakes.places import choose_places

SIDE, FWHM = 200, 3.0


def _planes() -> tuple[ArrayPlane, ArrayPlane, ArrayPlane]:
    rng = np.random.default_rng(0)
    sky = rng.normal(100.0, 3.0, (2, SIDE, SIDE))
    sky[1, 60:80, 60:80] += 150.0
    mask = np.zeros((SIDE, SIDE), bool)
    mask[:, 150:] = True
    image, template = ArrayPlane("image", sky[0]), ArrayPlane("template", sky[1])
    return image, template, ArrayPlane("mask", mask)


def test_half_of_places_are_on_light_of_template() -> None:
    image, template, mask = _planes()
    found = choose_places(
        [image], template, mask, np.empty((0, 2)), 6, FWHM, np.random.default_rng(1)
    )
    on = found.on_source
    assert on.sum() == 3
    inside = (abs(found.x - 69.5) < 11) & (abs(found.y - 69.5) < 11)
    assert inside[on].all()


def test_places_keep_away_from_mask_candidates_and_edges() -> None:
    image, template, mask = _planes()
    taken = np.array([[40.0, 40.0], [100.0, 100.0], [np.nan, 3.0]])
    found = choose_places([image], template, mask, taken, 12, FWHM, np.random.default_rng(2))
    assert len(found.x) == 12
    assert found.x.max() < 148
    assert min(found.x.min(), found.y.min()) >= 6
    for x, y in taken[:2]:
        assert np.hypot(found.x - x, found.y - y).min() >= 8.0
    apart = np.hypot(found.x[:, None] - found.x, found.y[:, None] - found.y)
    assert apart[np.triu_indices(12, 1)].min() >= 12.0


def test_places_avoid_unknown_pixels() -> None:
    image, template, mask = _planes()
    image.pixels[:, :120] = np.nan
    found = choose_places(
        [image], template, mask, np.empty((0, 2)), 5, FWHM, np.random.default_rng(3)
    )
    assert len(found.x) == 5
    assert found.x.min() >= 120


def test_full_field_holds_fewer() -> None:
    image = ArrayPlane("image", np.zeros((40, 40)))
    found = choose_places([image], None, None, np.empty((0, 2)), 50, FWHM, np.random.default_rng(3))
    assert 0 < len(found.x) < 50


def test_places_of_one_seed_are_the_same() -> None:
    image, template, mask = _planes()
    first, second = (
        choose_places([image], template, mask, np.empty((0, 2)), 8, FWHM, np.random.default_rng(5))
        for _ in range(2)
    )
    np.testing.assert_array_equal(first.x, second.x)
