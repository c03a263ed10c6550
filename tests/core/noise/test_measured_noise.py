"""Noise measured on simulated differences: pulls have scatter 1 in the sky and on sources."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from tests.helpers.noisy_fields import (
    FWHM,
    SKY,
    expose,
    make_scene,
    plane,
    pulls_of,
    sky_scatter,
    source_scatter,
)
from vetter.core.cutout.plane import Box
from vetter.core.noise.measured_noise import measure_noise
from vetter.core.noise.noise_model import NoiseModel


def measure(image: np.ndarray, convolved: np.ndarray, **options: object) -> NoiseModel:
    model = measure_noise(plane(image), plane(convolved), **options)  # type: ignore[arg-type]
    assert isinstance(model, NoiseModel)
    return model


def check(image: np.ndarray, convolved: np.ndarray, light: np.ndarray, **options: object) -> None:
    model = measure(image, convolved, **options)
    pulls, sigma = pulls_of(model, image, convolved), float(np.median(model.sky.values))
    assert sky_scatter(pulls, light, sigma) == pytest.approx(1, abs=0.05)
    assert source_scatter(pulls, light, sigma) == pytest.approx(1, abs=0.08)


@pytest.mark.parametrize("gain", [1.0, 4.0])
@pytest.mark.parametrize("is_known", [True, False])
def test_pulls_of_photons_are_normal(gain: float, is_known: bool) -> None:
    light = make_scene().light
    check(expose(light, gain), light, light, gain=gain if is_known else None)


def test_pulls_with_galaxies_are_normal() -> None:
    light = make_scene(galaxies=20).light
    check(expose(light), light, light)


def test_template_noise_counts_despite_gain() -> None:
    light = make_scene().light
    image, template = expose(light), expose(light, seed=3) - SKY
    check(image, template, light, gain=1.0)
    assert measure(image, template).sky.values.mean() == pytest.approx(20, rel=0.02)


def test_shared_noise_does_not_count() -> None:
    light = make_scene().light
    exposures = [expose(light, seed=seed) for seed in range(4)]
    model = measure(exposures[0], np.mean(exposures, axis=0), gain=1.0)
    assert model.sky.values.mean() == pytest.approx(np.sqrt(SKY * 0.75), rel=0.02)


def test_noise_slope_is_followed() -> None:
    light = make_scene().light
    x = np.arange(light.shape[1])
    sky = SKY * (1 + 2 * x / light.shape[1])
    model = measure(expose(light + sky, sky=0.0), light, gain=1.0)
    err = model.sky.at(Box(0, 0, light.shape[1], light.shape[0])).mean(axis=0)
    assert np.abs(err / np.sqrt(sky) - 1)[32:-32].max() < 0.05


def test_amplifiers_have_own_noise() -> None:
    light = make_scene().light
    true = np.where(np.arange(light.shape[1]) < 160, 10.0, 15.0)
    image = light + np.random.default_rng(5).normal(0, true, light.shape)
    err = measure(image, light).err(image, light, 0, 0)
    assert np.median(err[:, :120]) == pytest.approx(10, rel=0.03)
    assert np.median(err[:, 200:]) == pytest.approx(15, rel=0.03)


def test_constant_noise_gives_constant_map() -> None:
    light = make_scene().light
    assert measure(expose(light), light).sky.is_constant


def test_background_gradient_does_not_count() -> None:
    light = make_scene().light
    gradient = 7.0 * np.arange(light.shape[1])
    check(expose(light) + gradient, light, light, gain=1.0)


def test_holes_do_not_count() -> None:
    light = make_scene().light
    image = expose(light)
    image[np.random.default_rng(4).random(image.shape) < 0.05] = np.nan
    image[100:200, 50:90] = np.nan
    check(image, light, light, gain=1.0)
    assert np.isnan(measure(image, light).err(image, light, 0, 0)[150, 70])


def test_masked_pixels_do_not_count() -> None:
    light = make_scene().light
    image, mask = expose(light), np.zeros(light.shape, bool)
    mask[::3] = True
    image[mask] += np.random.default_rng(4).normal(0, 300, mask.sum())
    model = measure(image, light, mask=plane(mask))
    assert model.sky.values.mean() == pytest.approx(np.sqrt(SKY), rel=0.03)


def test_saturated_cores_do_not_count() -> None:
    scene = make_scene()
    image = np.minimum(expose(scene.light), 3000.0)
    model = measure(image, scene.light, gain=1.0, stars=scene.stars, fwhm=FWHM)
    assert model.photon_noise == 1 and model.model_error == 0


@pytest.mark.parametrize("sigma", [0.3, 0.5, 0.9])
def test_quantised_pixels_have_scatter_of_steps(sigma: float) -> None:
    light = make_scene().light / 20
    noise = np.random.default_rng(6).normal(0, sigma, light.shape)
    image = np.round(light + 100.3 + noise).astype(">u2")
    model = measure(image, light)
    blank = (image - light)[light < 0.01]
    assert model.sky.values.mean() == pytest.approx(blank.std(), rel=0.05)


def test_integers_of_both_planes_do_not_wrap() -> None:
    light = make_scene().light
    image = np.round(expose(light)).astype(">u2")
    template = np.round(light + SKY + 50).astype(">u2")
    model = measure(image, template)
    assert np.median(model.err(image, template, 0, 0)) == pytest.approx(np.sqrt(SKY), rel=0.05)


def test_mismatch_becomes_model_error() -> None:
    from scipy.ndimage import gaussian_filter

    scene = make_scene()
    image = expose(gaussian_filter(scene.light, 0.45), 4.0)
    model = measure(image, scene.light, gain=4.0, stars=scene.stars, fwhm=FWHM)
    assert 0.003 < model.model_error < 0.1
    assert f"model error {100 * model.model_error:.2g}% of the template" in model.description


def test_small_shift_of_stars_is_no_model_error() -> None:
    from scipy.ndimage import shift

    scene = make_scene()
    image = expose(shift(scene.light, (0.15, -0.2)))
    model = measure(image, scene.light, gain=1.0, stars=scene.stars, fwhm=FWHM)
    assert model.model_error < 0.01


def test_box_of_function_equals_plane() -> None:
    light = make_scene().light
    image = plane(expose(light))
    from_plane, called = measure_noise(image, plane(light)), measure_noise(image, plane(light).read)
    assert isinstance(from_plane, NoiseModel) and isinstance(called, NoiseModel)
    assert np.array_equal(from_plane.sky.values, called.sky.values)


def test_err_of_box_equals_part_of_whole() -> None:
    light = make_scene().light
    image = expose(light)
    model = measure(image, light)
    part = model.err(image[100:160, 40:120], light[100:160, 40:120], 40, 100)
    assert np.allclose(part[1:-1, 1:-1], model.err(image, light, 0, 0)[101:159, 41:119])


def test_new_source_has_photon_noise() -> None:
    scene = make_scene()
    image = expose(scene.light)
    template = make_scene(count=0).light
    err = measure(image, template, gain=1.0).err(image, template, 0, 0)
    bright = scene.light > 1000
    assert np.median(err[bright] / np.sqrt(scene.light + SKY)[bright]) == pytest.approx(1, abs=0.1)


def test_model_is_small_when_pickled() -> None:
    light = make_scene().light
    model = measure(expose(light), light)
    text = pickle.dumps(model)
    assert len(text) < 20_000
    assert pickle.loads(text).description == model.description


@pytest.mark.parametrize("value", [np.nan, 7.0])
def test_field_without_noise_gives_reason(value: float) -> None:
    flat = np.full((100, 100), value)
    reason = measure_noise(plane(flat), plane(np.zeros((100, 100))))
    assert isinstance(reason, str) and reason.startswith("the noise cannot be measured: ")


@pytest.mark.parametrize("unit", [1e-20, 1e6])
def test_unit_of_pixels_does_not_matter(unit: float) -> None:
    scene = make_scene()
    image, options = expose(scene.light), {"stars": scene.stars, "fwhm": FWHM}
    one = measure(image, scene.light, **options)
    other = measure(unit * image, unit * scene.light, **options)
    assert np.allclose(other.sky.values, unit * one.sky.values, rtol=1e-6, atol=0)
    assert other.photon_noise == pytest.approx(unit * one.photon_noise)
    assert other.model_error == one.model_error == 0


def test_cosmic_rays_are_no_model_error() -> None:
    scene = make_scene()
    image, rng = expose(scene.light), np.random.default_rng(9)
    hit = rng.random(image.shape) < 0.003
    image[hit] += rng.exponential(3000, hit.sum())
    model = measure(image, scene.light, gain=1.0, stars=scene.stars, fwhm=FWHM)
    assert model.model_error == 0
    assert model.sky.values.mean() == pytest.approx(np.sqrt(SKY), rel=0.03)


def test_step_between_amplifiers_is_no_noise() -> None:
    light = make_scene().light
    step = np.where(np.arange(light.shape[1]) < 150, 0.0, 80.0)
    model = measure(expose(light) + step, light, gain=1.0)
    assert np.median(model.sky.values) == pytest.approx(np.sqrt(SKY), rel=0.03)
    assert model.sky.values.max() < 1.15 * np.sqrt(SKY)
    assert model.psf_noise_factor(FWHM) == 1


def test_photons_of_large_galaxy_count() -> None:
    y, x = np.mgrid[:320, :320]
    light = 2000 * np.exp(-np.hypot(x - 160, y - 160) / 50)
    model = measure(expose(light), light, gain=1.0)
    ratio = model.err(expose(light), light, 0, 0) / np.sqrt(light + SKY)
    assert np.median(ratio[60:260, 60:260]) == pytest.approx(1, abs=0.05)


def test_photons_of_low_counts_have_their_scatter() -> None:
    light = make_scene().light / 50
    image = np.random.default_rng(3).poisson(light + 0.4).astype(np.uint16)
    assert measure(image, light).sky.values.mean() == pytest.approx(np.sqrt(0.4), rel=0.05)


def test_strange_stars_and_width_are_ignored() -> None:
    light = make_scene().light
    stars = [(np.nan, 3.0), (1e9, 3.0), (-5.0, 2.0), (0.0, 0.0)]
    model = measure(expose(light), light, gain=1.0, stars=stars, fwhm=np.nan)
    assert model.model_error == 0


@pytest.mark.parametrize("shape", [(1, 1), (5, 5)])
def test_few_pixels_give_reason(shape: tuple[int, int]) -> None:
    assert isinstance(measure_noise(plane(np.ones(shape)), plane(np.zeros(shape))), str)


@pytest.mark.parametrize("shape", [(9, 9), (3, 300), (33, 97)])
def test_small_fields_have_scatter(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).normal(0, 3, shape)
    model = measure(image, np.zeros(shape))
    assert model.sky.values.mean() == pytest.approx(3, rel=0.1)
