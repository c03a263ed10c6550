"""Edges of amplifiers: the noise has a step there, and no ramp from node to node."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.noisy_fields import make_scene, plane
from vetter.core.noise.measured_noise import measure_noise
from vetter.core.noise.noise_model import NoiseModel


def measure_err(true: np.ndarray, smoothing: float = 0.0) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    light = make_scene(side=len(true), count=40).light
    noise = gaussian_filter(np.random.default_rng(5).normal(0, 1, true.shape), smoothing)
    image = light + true * noise / noise.std()
    model = measure_noise(plane(image), plane(light))
    assert isinstance(model, NoiseModel)
    return model.err(light, light, 0, 0)


@pytest.mark.parametrize("smoothing", [0.0, 0.8])
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("edge", [150, 192, 230])
def test_step_of_noise_is_sharp(axis: int, edge: int, smoothing: float) -> None:
    true = np.where(np.arange(400) < edge, 10.0, 14.0) + np.zeros((400, 400))
    true = true if axis == 1 else true.T
    ratio = measure_err(true, smoothing) / true
    assert np.mean(np.abs(ratio - 1) > 0.06) < 0.04


def test_smooth_change_of_noise_stays_smooth() -> None:
    true = 10.0 + np.arange(400) / 50 + np.zeros((400, 400))
    err = measure_err(true)
    steps = np.abs(np.diff(np.median(err, axis=0)))
    assert steps.max() < 0.3
