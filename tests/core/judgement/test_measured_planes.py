"""Planes that were measured take the place of those that are missing or wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vetter.core.cutout.plane import ArrayPlane, Box, Plane
from vetter.core.judgement.measured_planes import MeasuredPlanes
from vetter.core.matching.difference_match import DifferenceMatch
from vetter.core.matching.scale_match import ScaleMatch
from vetter.core.noise.coarse_map import CoarseMap
from vetter.core.noise.correlation import Correlation
from vetter.core.noise.err_check import ErrCheck
from vetter.core.noise.noise_model import NoiseModel

BOX = Box(0, 0, 12, 10)
RNG = np.random.default_rng(4)
PIXELS = {name: RNG.normal(100, 5, BOX.shape) for name in ("image", "template", "convolved", "err")}
PIXELS["diff"] = PIXELS["image"] - PIXELS["template"]


def make_planes(*names: str) -> dict[str, Plane]:
    return {name: ArrayPlane(name, PIXELS[name]) for name in names}


def make_map(value: float) -> CoarseMap:
    return CoarseMap(np.zeros(1), np.zeros(1), np.full((1, 1), value))


def make_noise(sky: float) -> NoiseModel:
    white, nothing = Correlation(np.ones((1, 1))), make_map(0.0)
    parts = make_map(sky), nothing, make_map(100.0), 1.0, 0.0, 0.0, 1, white, 0.0, 1.0
    return NoiseModel(*parts, "measured on the difference")


def read(planes: dict[str, Plane], name: str) -> Any:
    return planes[name].read(BOX)


def test_planes_as_given_stay_where_nothing_was_measured() -> None:
    given = make_planes("image", "convolved", "err")
    assert MeasuredPlanes().replace(given) == given


def test_field_without_a_match_has_its_planes_as_given() -> None:
    given = make_planes("image", "template")
    assert MeasuredPlanes().replace(given) == given


def test_match_adds_the_convolved_template() -> None:
    given = make_planes("image", "template", "diff")
    planes = MeasuredPlanes(DifferenceMatch()).replace(given)
    assert read(planes, "convolved") == pytest.approx(PIXELS["template"])
    assert np.array_equal(read(planes, "image"), PIXELS["image"])
    assert planes["diff"] is given["diff"] and "convolved" not in given


def test_match_replaces_the_convolved_template() -> None:
    planes = MeasuredPlanes(ScaleMatch(0.5, 9)).replace(make_planes("image", "convolved", "err"))
    assert read(planes, "convolved") == pytest.approx(0.5 * PIXELS["convolved"])
    assert np.array_equal(read(planes, "err"), PIXELS["err"])


def test_noise_model_gives_the_errors() -> None:
    planes = MeasuredPlanes(None, make_noise(7.0)).replace(make_planes("image", "convolved"))
    assert read(planes, "err") == pytest.approx(np.full(BOX.shape, 7.0))


def test_errors_are_those_of_the_matched_template() -> None:
    """Photon noise is that of the light after the match, here half of the template's."""
    noise = make_noise(7.0)
    match = ScaleMatch(0.5, 9)
    planes = MeasuredPlanes(match, noise).replace(make_planes("image", "convolved"))
    wanted = noise.err(PIXELS["image"], 0.5 * PIXELS["convolved"], 0, 0)
    assert np.array_equal(read(planes, "err"), wanted)


def test_check_corrects_the_errors_given() -> None:
    check = ErrCheck(make_map(1.25), make_noise(7.0), "err times 1.25")
    planes = MeasuredPlanes(None, check).replace(make_planes("image", "convolved", "err"))
    assert read(planes, "err") == pytest.approx(1.25 * PIXELS["err"])


def test_notes_are_the_descriptions_of_what_was_measured() -> None:
    assert MeasuredPlanes().notes == ()
    notes = MeasuredPlanes(ScaleMatch(0.5, 9), make_noise(7.0)).notes
    assert notes == (ScaleMatch(0.5, 9).description, "measured on the difference")
    silent = ErrCheck(make_map(1.0), make_noise(7.0), "")
    assert MeasuredPlanes(None, silent).notes == ()
