"""Stars of a field by its own shape."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.helpers.star_fields import (
    PSFS,
    StarField,
    add_cosmic_rays,
    make_deep_field,
    make_field,
)
from vetter.core.cutout.plane import ArrayPlane, Box
from vetter.core.psf.field_stars import (
    FieldStars,
    find_bright_sources,
    find_field_stars,
    star_boxes,
)
from vetter.core.psf.fwhm import star_fwhm
from vetter.core.psf.models import Gaussian, Moffat


def found_in(image: np.ndarray, **options: float) -> FieldStars:
    return find_field_stars(ArrayPlane("image", image), **options)


def nearest(found: FieldStars, field: StarField) -> np.ndarray:
    """Distance of each found star from the nearest true one."""
    x, y = field.stars[:, 0], field.stars[:, 1]
    return np.hypot(found.x[:, None] - x, found.y[:, None] - y).min(axis=1)


@pytest.mark.parametrize("name", PSFS)
def test_stars_of_any_shape_are_found_and_measured(name: str) -> None:
    field = make_field(PSFS[name])
    found = found_in(field.image)
    assert found.count >= 20 and not found.saturated.any()
    assert nearest(found, field).max() < 0.3
    measured = star_fwhm(field.image)
    assert measured is not None
    assert measured.fwhm == pytest.approx(PSFS[name].fwhm, rel=0.05)


def test_norm_of_trailed_stars_is_their_shape() -> None:
    found = found_in(make_field(PSFS["trail 3:1"]).image)
    assert found.ratio == pytest.approx(1 / 3, abs=0.03)
    assert found.direction == pytest.approx(0.6, abs=0.03)
    assert found.radius == pytest.approx(3.0, rel=0.03)
    np.testing.assert_allclose(found.axis_ratio, 1 / 3, atol=0.12)


@pytest.mark.parametrize("fwhm", [2.0, 4.0])
def test_galaxies_of_deep_field_are_no_stars(fwhm: float) -> None:
    field = make_deep_field(Gaussian(fwhm), 15, 150)
    found = found_in(field.image)
    assert 8 <= found.count <= 20
    assert np.count_nonzero(nearest(found, field) < 0.5) >= 8
    measured = star_fwhm(field.image)
    assert measured is not None and measured.fwhm == pytest.approx(fwhm, rel=0.05)


@pytest.mark.parametrize("well", [65535, 9000])
def test_flat_tops_of_integer_frame_are_saturated(well: int) -> None:
    field = make_field(Gaussian(4.0), dex=(4.5, 6.7 if well == 65535 else 6.0))
    image = np.clip(field.image, 0, well).astype(np.uint16)
    found = found_in(image)
    assert found.saturation == well
    assert found.saturated.sum() >= 3 and found.count >= 5
    measured = star_fwhm(image)
    assert measured is not None and measured.fwhm == pytest.approx(4.0, rel=0.05)


def test_tops_that_differ_by_a_flat_field_are_saturated() -> None:
    field = make_field(Gaussian(4.0), dex=(4.5, 6.0))
    rng = np.random.default_rng(0)
    image = np.clip(field.image, 0, 9000) * rng.normal(1.0, 0.005, field.image.shape)
    found = found_in(image)
    assert found.saturated.sum() >= 3
    assert found.peak[~found.saturated].max() < 8800


def test_five_stars_of_a_small_field_are_a_norm() -> None:
    field = make_field(Gaussian(3.0), stars=5, side=200, seed=4)
    found = found_in(field.image)
    assert found.count == 5
    measured = star_fwhm(field.image)
    assert measured is not None and measured.fwhm == pytest.approx(3.0, rel=0.05)


@pytest.mark.parametrize("dtype", ["uint16", ">i2", ">f4", "float64"])
def test_pixel_type_does_not_matter(dtype: str) -> None:
    image = np.clip(make_field(Gaussian(3.0)).image, 0, 30000)
    expected, found = found_in(image), found_in(image.astype(dtype))
    assert abs(found.count - expected.count) <= 1
    assert found.radius == pytest.approx(expected.radius, rel=0.01)


def test_cosmic_rays_hot_pixels_and_holes_are_no_stars() -> None:
    field = make_field(Gaussian(3.0))
    image = field.image + 0.5 * np.arange(500)
    add_cosmic_rays(image, 300)
    image[::40, ::50] = np.nan
    image[:, 250] += 5000.0
    found = found_in(image)
    assert found.count >= 12
    assert nearest(found, field).max() < 0.5
    assert found.radius == pytest.approx(1.54, rel=0.03)


def test_hot_blocks_are_no_stars_though_compact_and_alike() -> None:
    field = make_field(Gaussian(3.0))
    for x, y in np.random.default_rng(8).integers(20, 480, (40, 2)):
        field.image[y : y + 2, x : x + 2] += 3000.0
    found = found_in(field.image)
    assert found.count >= 20 and nearest(found, field).max() < 0.5


@pytest.mark.parametrize("stars", [1000, 3500])
def test_crowded_field_has_its_isolated_stars(stars: int) -> None:
    field = make_field(Gaussian(3.0), stars=stars, seed=9)
    found = found_in(field.image)
    assert found.count >= 20 and nearest(found, field).max() < 1.0
    measured = star_fwhm(field.image)
    assert measured is not None and measured.fwhm == pytest.approx(3.0, rel=0.05)


def test_template_selects_and_tells_saturated_stars() -> None:
    field = make_field(Gaussian(4.0))
    template = np.minimum(field.image, 3000.0)
    template[:, :250] = np.random.default_rng(0).normal(1000.0, 10.0, (500, 250))
    found = find_field_stars(ArrayPlane("i", field.image), template=ArrayPlane("t", template))
    assert len(found) >= 8 and found.x.min() > 247
    assert found.saturated.any() and not found.saturated.all()


def test_masked_stars_are_left_out() -> None:
    field = make_field(Gaussian(4.0))
    mask = np.zeros(field.image.shape, bool)
    mask[:, 250:] = True
    found = find_field_stars(ArrayPlane("i", field.image), ArrayPlane("mask", mask))
    assert 5 <= len(found) and found.x.max() < 250


def test_given_saturation_level_holds() -> None:
    image = make_field(Gaussian(4.0)).image
    found = found_in(image, saturation=4000.0)
    assert found.saturation == 4000.0
    np.testing.assert_array_equal(found.saturated, found.peak >= 3800.0)


def test_saturation_level_in_another_unit_is_ignored() -> None:
    image = make_field(Gaussian(4.0)).image
    found = found_in(image, saturation=65.0)
    assert math.isinf(found.saturation) and found.count >= 20


def test_flat_tops_below_given_level_are_saturated() -> None:
    image = np.minimum(make_field(Gaussian(4.0), dex=(4.5, 6.0)).image, 9000.0)
    found = found_in(image, saturation=60000.0)
    assert found.saturation == 9000.0 and found.saturated.sum() >= 3


def test_noise_and_cosmic_rays_alone_are_no_norm() -> None:
    image = np.random.default_rng(5).normal(1000.0, 10.0, (500, 500))
    add_cosmic_rays(image, 800)
    found = found_in(image)
    assert len(found) == 0 and found.count == 0 and math.isnan(found.radius)


def test_boxes_spread_over_a_large_field() -> None:
    boxes = star_boxes((4096, 4096), 16)
    seen = np.zeros((4096, 4096), bool)
    for box in boxes:
        seen[box.y0 : box.y0 + box.ny, box.x0 : box.x0 + box.nx] = True
    assert len(boxes) == 16 and seen.mean() > 0.9
    assert star_boxes((4096, 4096))[0] == Box(1536, 1536, 1024, 1024)
    assert star_boxes((300, 200)) == [Box(0, 0, 200, 300)]


def test_bright_sources_of_any_shape_stand_in_for_few_stars() -> None:
    rng = np.random.default_rng(5)
    places = [(60.0, 70.0), (150.0, 80.0), (90.0, 160.0), (170.0, 180.0)]
    planes = []
    for sky in (100.0, 20.0):
        plane = rng.normal(sky, 1.0, (240, 240))
        for number, (x, y) in enumerate(places):
            shape = Moffat(4.0 + 2.0 * number, 3.0, ratio=1.0 - 0.2 * number)
            plane += 9000.0 * (4 - number) * shape.render(plane.shape, x, y)
        planes.append(plane)
    # A new source is in the image alone.
    planes[0] += 20000.0 * Moffat(4.0, 3.0).render(planes[0].shape, 40.0, 200.0)
    image, template = (ArrayPlane("plane", plane) for plane in planes)
    assert len(find_field_stars(image, None, template)) == 0
    found = find_bright_sources(image, None, template)
    assert np.column_stack([found.x, found.y]) == pytest.approx(np.array(places), abs=1.0)
    assert found.count == 0
