"""Given error planes: right ones stay as they are, wrong ones are corrected."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.helpers.noisy_fields import FWHM, SKY, Scene, expose, make_scene, plane
from vetter.core.noise.err_check import ErrCheck, check_err


def check(image: np.ndarray, convolved: np.ndarray, err: np.ndarray, **options: Any) -> ErrCheck:
    checked = check_err(plane(image), plane(convolved), plane(err), **options)
    assert isinstance(checked, ErrCheck)
    return checked


def true_err(scene: Scene) -> np.ndarray:
    return np.sqrt(scene.light + SKY)


@pytest.mark.parametrize("seed", range(2, 8))
def test_right_err_is_untouched(seed: int) -> None:
    scene = make_scene(seed=seed)
    image, err = expose(scene.light, seed=seed), true_err(scene)
    checked = check(image, scene.light, err, stars=scene.stars, fwhm=FWHM)
    assert checked.factor == 1 and checked.model_error == 0 and checked.description == ""
    assert checked.apply(err, image, scene.light, 0, 0) is err


def test_err_from_noisy_pixels_is_untouched() -> None:
    scene = make_scene()
    image = expose(scene.light)
    checked = check(image, scene.light, np.sqrt(image.clip(1)), stars=scene.stars, fwhm=FWHM)
    assert checked.description == ""


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.3, 3.0])
def test_wrong_scale_is_found(factor: float) -> None:
    scene = make_scene()
    image, err = expose(scene.light), factor * true_err(scene)
    checked = check(image, scene.light, err, stars=scene.stars, fwhm=FWHM)
    assert checked.factor == pytest.approx(1 / factor, rel=0.03)
    corrected = checked.apply(err, image, scene.light, 0, 0)
    assert np.median(corrected / true_err(scene)) == pytest.approx(1, abs=0.03)
    bright = scene.light > SKY
    assert np.median((corrected / true_err(scene))[bright]) == pytest.approx(1, abs=0.06)
    assert checked.description == f"err times {1 / factor:.2g} by the scatter of the difference"


def test_lacking_template_noise_is_found() -> None:
    scene = make_scene()
    image, template = expose(scene.light), expose(scene.light, seed=3) - SKY
    checked = check(image, template, true_err(scene), stars=scene.stars, fwhm=FWHM)
    assert checked.factor == pytest.approx(np.sqrt(2), rel=0.03)


def test_lacking_photons_are_added() -> None:
    scene = make_scene()
    image, err = expose(scene.light), np.full(scene.light.shape, np.sqrt(SKY))
    checked = check(image, scene.light, err)
    assert checked.factor == 1 and "photon noise of gain" in checked.description
    bright = scene.light > SKY
    corrected = checked.apply(err, image, scene.light, 0, 0)
    assert np.median((corrected / true_err(scene))[bright]) == pytest.approx(1, abs=0.1)


def test_factor_of_one_amplifier_is_found() -> None:
    scene = make_scene()
    image, err = expose(scene.light), true_err(scene)
    left = np.arange(err.shape[1]) < 160
    corrected = check(image, scene.light, np.where(left, err, 0.7 * err)).apply(
        np.where(left, err, 0.7 * err), image, scene.light, 0, 0
    )
    assert np.median((corrected / err)[:, :120]) == pytest.approx(1, abs=0.03)
    assert np.median((corrected / err)[:, 200:]) == pytest.approx(1, abs=0.05)


def test_bad_pixels_of_err_stay_bad() -> None:
    scene = make_scene()
    image, err = expose(scene.light), 0.8 * true_err(scene)
    err[::7], err[1::7] = np.nan, 0.0
    checked = check(image, scene.light, err)
    corrected = checked.apply(err, image, scene.light, 0, 0)
    assert checked.factor == pytest.approx(1.25, rel=0.03)
    assert np.isnan(corrected[7]).all() and (corrected[8] == 0).all()


def test_err_without_numbers_gives_reason() -> None:
    scene = make_scene(side=100, count=3)
    nothing = plane(np.full(scene.light.shape, np.nan))
    reason = check_err(plane(expose(scene.light)), plane(scene.light), nothing)
    assert reason == "err cannot be checked: no blank pixel has an error"


def test_zeros_stay_bad_where_photons_are_added() -> None:
    scene = make_scene()
    image, err = expose(scene.light), np.full(scene.light.shape, np.sqrt(SKY))
    err[:, ::9] = 0.0
    corrected = check(image, scene.light, err).apply(err, image, scene.light, 0, 0)
    assert (corrected[:, ::9] == 0).all() and (corrected[:, 1::9] > 0).all()


def test_error_of_template_adds_to_that_of_image() -> None:
    scene = make_scene()
    image, template = expose(scene.light), expose(scene.light, seed=3)
    given = plane(true_err(scene))
    checked = check(image, template, given.pixels, stars=scene.stars, template_err=given)
    assert checked.factor == 1 and checked.description == ""
