"""Planes that were measured take the place of those that are missing or wrong."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from vetter.core.cutout.plane import ArrayPlane, Box, Plane
from vetter.core.judgement.measured_planes import MeasuredPlanes
from vetter.core.matching.difference_match import DifferenceMatch
from vetter.core.matching.match import MatchedPlanes
from vetter.core.matching.scale_match import ScaleMatch
from vetter.core.noise.coarse_map import CoarseMap
from vetter.core.noise.correlation import Correlation
from vetter.core.noise.err_check import ErrCheck
from vetter.core.noise.noise_model import NoiseModel

BOX = Box(0, 0, 12, 10)
RNG = np.random.default_rng(4)
PIXELS = {name: RNG.normal(100, 5, BOX.shape) for name in ("image", "template", "convolved", "err")}
PIXELS["diff"] = PIXELS["image"] - PIXELS["template"]


class WideMatch:
    """A match that changes nothing, and says that it needs pixels around a box."""

    description = ""

    def __init__(self, margin: int) -> None:
        self.margin = margin

    def apply(self, planes: Any, x0: float, y0: float) -> MatchedPlanes:
        raise AssertionError("no pixels are asked for")


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


@pytest.mark.parametrize(("given", "image", "template"), [(False, 0.6, 0.8), (True, 1.0, None)])
def test_check_divides_the_error_unless_the_template_has_its_own(
    given: bool, image: float, template: float | None
) -> None:
    noise = dataclasses.replace(make_noise(7.0), template_share=0.64)
    own = make_planes("image", "convolved", "err")
    if given:
        own["template_err"] = ArrayPlane("template_err", PIXELS["err"])
    planes = MeasuredPlanes(None, ErrCheck(make_map(1.0), noise, "")).replace(own)
    assert read(planes, "err") == pytest.approx(image * PIXELS["err"])
    assert read(planes, "template_err") == pytest.approx((template or 1.0) * PIXELS["err"])


@pytest.mark.parametrize(("share", "factor"), [(0.0, 1.0), (0.64, 0.6)])
def test_noise_of_the_difference_holds_the_template_given_or_not(
    share: float, factor: float
) -> None:
    given = make_planes("image", "convolved") | {
        "template_err": ArrayPlane("template_err", PIXELS["err"])
    }
    noise = dataclasses.replace(make_noise(7.0), template_share=share)
    planes = MeasuredPlanes(None, noise).replace(given)
    assert read(planes, "err") == pytest.approx(np.full(BOX.shape, 7.0 * factor))
    assert ("template_err" in planes) == (share > 0)
    if share:
        assert read(planes, "template_err") == pytest.approx(np.full(BOX.shape, 7.0 * 0.8))


@pytest.mark.parametrize(
    ("margin", "template", "reach"),
    [(None, "template", 1), (None, "convolved", 1), (9, "template", 5), (4, "convolved", 3)],
)
def test_saturated_template_masks_what_the_kernel_reaches(
    margin: int | None, template: str, reach: int
) -> None:
    pixels = {name: np.zeros((20, 20)) for name in ("image", template)}
    pixels["image"][3, 4] = pixels[template][10, 9] = 100.0
    match = None if margin is None else WideMatch(margin)
    given = {name: ArrayPlane(name, values) for name, values in pixels.items()}
    planes = MeasuredPlanes(match, None, 100.0, 50.0).replace(given)
    whole = Box(0, 0, 20, 20)
    bad = {name: np.argwhere(planes[name].read(whole)) for name in ("mask", "template_mask")}
    assert (bad["mask"].min(axis=0).tolist(), bad["mask"].max(axis=0).tolist()) == ([2, 3], [4, 5])
    corner = [10 - reach, 9 - reach], [10 + reach, 9 + reach]
    assert (bad["template_mask"].min(0).tolist(), bad["template_mask"].max(0).tolist()) == corner


def test_image_and_template_may_saturate_alone() -> None:
    given = make_planes("image", "template")
    assert set(MeasuredPlanes(saturation=1e5).replace(given)) == {*given, "mask"}
    assert set(MeasuredPlanes(template_saturation=1e5).replace(given)) == {*given, "template_mask"}
    alone = make_planes("image")
    assert set(MeasuredPlanes(None, None, 1e5, 1e5).replace(alone)) == {"image", "mask"}
