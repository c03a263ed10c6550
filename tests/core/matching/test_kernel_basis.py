"""Basis of a kernel: pixels at its core, splines around, and what smoothness costs."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.matching.kernel_basis import KernelBasis, make_basis


@pytest.mark.parametrize(("radius", "pixels"), [(0, 1), (1, 9), (2, 21), (3, 37)])
def test_basis_of_step_one_is_each_pixel_of_the_disc(radius: int, pixels: int) -> None:
    basis = make_basis(radius, 1)
    side = 2 * radius + 1
    assert basis.images.shape == (pixels, side, side)
    assert (basis.images.sum(axis=(1, 2)) == 1.0).all() and basis.images.max(axis=0).max() == 1.0
    offsets = np.arange(-radius, radius + 1)
    disc = np.hypot(offsets[:, None], offsets) <= radius + 0.5
    np.testing.assert_array_equal(basis.images.sum(axis=0) > 0, disc)


def test_core_is_single_pixels_and_the_rest_splines() -> None:
    basis = make_basis(8, 3)
    distance = np.hypot(*np.mgrid[-8:9, -8:9])
    single = np.count_nonzero(basis.images, axis=(1, 2)) == 1
    # Within 2.9 pixels there are 25.
    assert single.sum() == 25
    core = basis.images[single].sum(axis=0)
    np.testing.assert_array_equal(core > 0, distance <= 2.9)
    splines = basis.images[~single]
    assert not splines[:, core > 0].any() and not splines[:, distance > 8.5].any()
    # Cubic B-splines add up to one where none was left out.
    ring = (distance > 2.9) & (distance < 5.5)
    assert splines.sum(axis=0)[ring] == pytest.approx(np.ones(ring.sum()), abs=0.12)
    # One of them is centred three pixels out on each axis, with 4/9 where it is highest.
    assert splines[:, 8, 11].max() == pytest.approx(4 / 9)
    assert splines[:, 8, 12].max() == pytest.approx(2 / 3 * (2 / 3 - 1 / 9 + 0.5 / 27))
    # None has less than three tenths of a spline's light.
    assert splines.sum(axis=(1, 2)).min() > 0.3 * 9


def test_images_are_ordered_by_their_reach() -> None:
    basis = make_basis(6, 2)
    distance = np.hypot(*np.mgrid[-6:7, -6:7])
    assert (np.diff(basis.reach) >= 0).all()
    for image, reach in zip(basis.images, basis.reach, strict=True):
        assert reach == distance[image != 0].max()


def test_images_within_a_radius_include_those_on_it() -> None:
    basis = KernelBasis(np.zeros((4, 1, 1)), np.array([0.0, 1.0, 2.0, 2.5]), np.zeros((4, 4)))
    assert basis.within(2.0).tolist() == [0, 1, 2]
    assert basis.within(1.99).tolist() == [0, 1]


@pytest.mark.parametrize(("radius", "step"), [(3, 1), (6, 2)])
def test_penalty_is_curvature_and_light_in_the_wings(radius: int, step: int) -> None:
    basis = make_basis(radius, step)
    coefficients = np.random.default_rng(1).normal(size=len(basis.images))
    kernel = np.tensordot(coefficients, basis.images, 1)
    wide = np.pad(kernel, 1)
    curvature = wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:] - 4 * kernel
    distance = np.hypot(*np.mgrid[-radius : radius + 1, -radius : radius + 1]) / radius
    wanted = (curvature**2).sum() + 2 * ((kernel * distance**2) ** 2).sum()
    assert coefficients @ basis.penalty @ coefficients == pytest.approx(wanted, rel=1e-5)
