"""Planes of errors: by a noise model, or as given and corrected."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.noisy_fields import expose, make_scene
from vetter.core.cutout.plane import ArrayPlane, Box, Provenance
from vetter.core.noise.err_check import ErrCheck, check_err
from vetter.core.noise.measured_noise import measure_noise
from vetter.core.noise.noise_model import NoiseModel
from vetter.core.noise.noise_plane import CorrectedErrPlane, NoisePlane

SCENE = make_scene()
SKY_LEVEL = 200.0
IMAGE = ArrayPlane("image", expose(SCENE.light))
CONVOLVED = ArrayPlane("convolved", SCENE.light + SKY_LEVEL)
TRUTH = np.sqrt(SCENE.light + SKY_LEVEL)
BOX = Box(100, 80, 60, 50)


@pytest.fixture(scope="module")
def model() -> NoiseModel:
    found = measure_noise(IMAGE, CONVOLVED, None, 1.0, SCENE.stars, 3.5)
    assert isinstance(found, NoiseModel)
    return found


@pytest.fixture(scope="module")
def check() -> ErrCheck:
    found = check_err(IMAGE, CONVOLVED, ArrayPlane("err", 0.8 * TRUTH), None, SCENE.stars, 3.5)
    assert isinstance(found, ErrCheck)
    return found


def test_errors_are_those_of_the_model(model: NoiseModel) -> None:
    plane = NoisePlane(IMAGE, CONVOLVED, model)
    wanted = model.err(IMAGE.read(BOX), CONVOLVED.read(BOX), BOX.x0, BOX.y0)
    assert np.array_equal(plane.read(BOX), wanted)
    assert np.median(plane.read(BOX) / TRUTH[80:130, 100:160]) == pytest.approx(1.0, abs=0.05)


def test_small_errors_are_corrected(check: ErrCheck) -> None:
    given = ArrayPlane("err", 0.8 * TRUTH)
    plane = CorrectedErrPlane(given, IMAGE, CONVOLVED, check)
    assert np.median(plane.read(BOX) / TRUTH[80:130, 100:160]) == pytest.approx(1.0, abs=0.04)


def test_errors_off_the_image_are_unknown(model: NoiseModel, check: ErrCheck) -> None:
    box = Box(-5, -5, 20, 20)
    given = ArrayPlane("err", 0.8 * TRUTH)
    for plane in (NoisePlane(IMAGE, CONVOLVED, model), _corrected(given, check)):
        err = plane.read(box)
        assert err.shape == box.shape
        assert np.isnan(err[:5]).all() and np.isnan(err[:, :5]).all()
        assert (err[5:, 5:] > 0).all()


def test_unknown_error_stays_unknown(check: ErrCheck) -> None:
    err = 0.8 * TRUTH
    err[100, 120] = np.nan
    found = _corrected(ArrayPlane("err", err), check).read(BOX)
    assert np.argwhere(np.isnan(found)).tolist() == [[20, 20]]


def test_planes_say_what_was_measured(model: NoiseModel, check: ErrCheck) -> None:
    given = ArrayPlane("err", 0.8 * TRUTH)
    for plane, words in (
        (NoisePlane(IMAGE, CONVOLVED, model), "measured on the difference"),
        (_corrected(given, check), "err times 1.2"),
    ):
        assert words in plane.note
        assert (plane.name, plane.shape) == ("err", IMAGE.shape)
        assert plane.provenance is Provenance.COMPUTED and not plane.is_mask


def _corrected(given: ArrayPlane, check: ErrCheck) -> CorrectedErrPlane:
    return CorrectedErrPlane(given, IMAGE, CONVOLVED, check)
