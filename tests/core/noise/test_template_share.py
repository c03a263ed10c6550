"""Share of the template's own noise in the difference, and what a fit makes of it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.noisy_fields import FWHM, SKY, expose, make_scene, plane
from vetter.core.fit.adjust import fit
from vetter.core.fit.adjustment import FitOptions
from vetter.core.noise.err_check import ErrCheck, check_err
from vetter.core.noise.measured_noise import measure_noise
from vetter.core.noise.noise_model import NoiseModel


def measure(image: np.ndarray, template: np.ndarray) -> NoiseModel:
    model = measure_noise(plane(image), plane(template))
    assert isinstance(model, NoiseModel)
    return model


@pytest.mark.parametrize(("gain", "share"), [(1.0, 0.5), (4.0, 0.2), (0.25, 0.8)])
def test_share_of_noisier_template_is_larger(gain: float, share: float) -> None:
    light = make_scene(galaxies=20).light
    model = measure(expose(light), expose(light, gain, seed=3))
    assert model.template_share == pytest.approx(share, abs=0.05)


def test_noiseless_template_has_no_share() -> None:
    light = make_scene(galaxies=20).light
    model = measure(expose(light), light)
    err = model.err(expose(light), light, 0, 0)
    assert model.template_share == 0
    assert model.split_err(err) == (err, None)


def test_shared_noise_is_not_the_templates_own() -> None:
    light = make_scene().light
    exposures = [expose(light, seed=seed) for seed in range(4)]
    assert measure(exposures[0], np.mean(exposures, axis=0)).template_share == 0


def test_parts_of_err_sum_to_whole() -> None:
    light = make_scene().light
    image, template = expose(light), expose(light, seed=3)
    model = measure(image, template)
    whole = model.err(image, template, 0, 0)
    err, template_err = model.split_err(whole)
    assert template_err is not None and np.allclose(np.hypot(err, template_err), whole)


def test_given_err_has_share_too() -> None:
    light = make_scene().light
    image, template = expose(light), expose(light, seed=3)
    err = plane(np.sqrt(2 * (light + SKY)))
    checked = check_err(plane(image), plane(template), err)
    assert isinstance(checked, ErrCheck) and checked.description == ""
    assert checked.template_share == pytest.approx(0.5, abs=0.05)


def test_star_of_noisy_template_leaves_no_source() -> None:
    scene = make_scene()
    image, template = expose(scene.light), expose(scene.light, seed=3)
    model = measure(image, template)
    survived = []
    for x, y in scene.stars:
        part = slice(round(y) - 12, round(y) + 13), slice(round(x) - 12, round(x) + 13)
        if image[part].shape == (25, 25):
            whole = model.err(image[part], template[part], part[1].start, part[0].start)
            err, template_err = model.split_err(whole)
            planes = {"image": image[part], "convolved": template[part], "err": err}
            result = fit(
                {**planes, "template_err": template_err, "meta": {}},
                FitOptions(1.0, 2.0, 4 * FWHM + 1, None, True, FWHM),
            )
            survived.append(abs(result.snr))
    assert len(survived) > 10 and np.median(survived) < 2
