"""Scales by noise: one dark sky, sources above it, neighbours that may saturate."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.display.colour_map import colour_table
from vetter.core.display.interval import SIGMAS, Interval
from vetter.core.display.plane_noise import PlaneNoise, measure_noise
from vetter.core.display.rendering import render
from vetter.core.display.scale import Scale, is_outside, noise_tones, plane_scales
from vetter.core.display.style import DisplayStyle

BY_NOISE = DisplayStyle()


def sky(level: float = 100.0, sigma: float = 5.0, side: int = 41, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(level, sigma, (side, side))


def source(peak: float, x: float = 20, y: float = 20, width: float = 1.6) -> np.ndarray:
    rows, columns = np.indices((41, 41))
    return peak * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * width**2))


def scales(planes: dict[str, np.ndarray], looks: DisplayStyle = BY_NOISE) -> dict[str, Scale]:
    return plane_scales(planes, looks, measure_noise(planes))


def sky_tone(image: np.ndarray) -> float:
    grey = (render({"image": image}, BY_NOISE)[0]["image"] & 255) / 255
    return float(np.median(grey[:, :8]))


@pytest.mark.parametrize("peak", [0, 20, 500, 6e4])
@pytest.mark.parametrize("neighbour", [0, 6e4])
def test_sky_has_one_dark_tone(peak: float, neighbour: float) -> None:
    image = sky() + source(peak) + source(neighbour, 34, 34)
    assert sky_tone(image) == pytest.approx(1 / 6, abs=0.02)


def test_black_is_two_sigma_below_the_sky() -> None:
    scale = scales({"image": sky()})["image"]
    assert scale.low == pytest.approx(90, abs=1) and scale.high == pytest.approx(150, abs=2)


def test_white_is_the_candidate_not_its_neighbour() -> None:
    scale = scales({"image": sky() + source(400) + source(6e4, 36, 36)})["image"]
    assert scale.high == pytest.approx(500, abs=15)


def test_sky_of_a_crowded_box_is_its_faint_half() -> None:
    rng = np.random.default_rng(4)
    image = sky() + sum(source(300, *rng.uniform(0, 40, 2)) for _ in range(25))
    noise = measure_noise({"image": image})["image"]
    assert noise.level == pytest.approx(100, abs=5) and noise.sigma < 10


def test_noise_of_a_box_filled_by_a_galaxy_is_err() -> None:
    image = sky() + source(2000, 20, 20, 14)
    planes = {"image": image, "err": np.full((41, 41), 5.0)}
    assert measure_noise(planes)["image"].sigma == pytest.approx(5, rel=0.5)
    assert measure_noise({"image": image})["image"].sigma > 100


def test_noise_below_a_wrong_err_is_that_of_neighbours() -> None:
    planes = {"image": sky(), "err": np.full((41, 41), 0.01)}
    assert measure_noise(planes)["image"].sigma == pytest.approx(5, rel=0.2)


def test_bad_pixel_of_the_mask_sets_no_limit() -> None:
    image = sky()
    image[21, 22] = 65535
    mask = image > 1000
    assert scales({"image": image, "mask": mask})["image"].high < 200
    assert scales({"image": image})["image"].high == 65535


@pytest.mark.parametrize("most", [10.0, 11, 30, 1e3, 1e6])
def test_tone_is_linear_to_three_sigma(most: float) -> None:
    scale = Scale(-2, most, 0, 1)
    tones = noise_tones(np.array([-2.0, 0, 1, 3, most]), scale, signed=False)
    assert tones == pytest.approx([0, 1 / 6, 3 / 12, 5 / 12, 1])


@pytest.mark.parametrize("most", [10.0, 12, 40, 1e4, 1e9])
def test_tone_rises_all_the_way_without_a_kink(most: float) -> None:
    at = np.concatenate([np.linspace(-2, 3.2, 300), np.geomspace(3.21, most, 300)])
    tones = noise_tones(at, Scale(-2, most, 0, 1), signed=False)
    slopes = np.diff(tones) / np.diff(at)
    assert (slopes > 0).all() and (slopes < 1.001 / 12).all()
    near = noise_tones(np.array([3.0, 3.001]), Scale(-2, most, 0, 1), signed=False)
    assert (near[1] - near[0]) / 0.001 == pytest.approx(1 / 12, rel=0.01)


def test_difference_by_noise_is_symmetric_about_zero() -> None:
    diff = sky(0, 5) + source(-300) + source(6e4, 37, 37)
    scale = scales({"diff": diff})["diff"]
    assert -scale.low == scale.high == pytest.approx(300, abs=20)
    tones = noise_tones(np.array([-300.0, -15, 0, 15, 300]), Scale(-300, 300, 0, 5), signed=True)
    assert tones == pytest.approx([0, 0.35, 0.5, 0.65, 1])


def test_difference_without_a_source_ends_at_ten_sigma() -> None:
    assert scales({"diff": sky(0, 5)})["diff"].high == pytest.approx(50, rel=0.05)


def test_adjusted_keeps_the_scale_of_the_difference() -> None:
    both = scales({"diff": sky(0, 5) + source(300), "adjusted": sky(0, 5, seed=2)})
    assert both["adjusted"] == both["diff"]


def test_picture_without_negative_values_has_its_middle_at_the_level() -> None:
    stamp = np.clip(sky(127, 6) + source(100), 0, 255).astype(np.uint8)
    for interval in (Interval(), Interval("percentile"), Interval("minmax")):
        looks = BY_NOISE.with_("difference", interval=interval)
        scale = scales({"diff": stamp}, looks)["diff"]
        assert (scale.low + scale.high) / 2 == pytest.approx(127, abs=1)
    picture = render({"diff": stamp}, BY_NOISE)[0]["diff"]
    middle = int(colour_table("diverging")[2048] & 255)
    assert abs(int(picture[stamp == 127][0] & 255) - middle) <= 4


def test_image_planes_of_one_sky_share_a_scale_by_noise() -> None:
    planes = {"image": sky(), "template": sky(104, 2, seed=2) + source(400), "convolved": sky()}
    shared = scales(planes)
    assert shared["image"] == shared["template"] == shared["convolved"]
    assert shared["image"].high == pytest.approx(504, abs=15)


@pytest.mark.parametrize("other", [sky(400), sky(-300), sky(100, 60)], ids=["up", "down", "noisy"])
def test_plane_of_another_sky_has_its_own_scale(other: np.ndarray) -> None:
    found = scales({"image": sky(), "template": other})
    assert found["template"].own and not found["image"].own
    assert found["template"].middle == pytest.approx(np.median(other), abs=3)


@pytest.mark.parametrize("kind", ["percentile", "sigma"])
def test_plane_outside_the_shared_limits_has_its_own(kind: str) -> None:
    numbers = (-2.0, 10.0) if kind == "sigma" else (0.5, 40.0)
    looks = BY_NOISE.with_("sky", interval=Interval(kind, *numbers))
    template = sky(9000)
    found = scales({"image": sky(), "template": template}, looks)["template"]
    assert found.own and found.low < np.percentile(template, 30) < found.high


def test_limits_that_the_user_typed_are_kept() -> None:
    looks = BY_NOISE.with_("sky", interval=Interval("manual", 0, 200))
    found = scales({"image": sky(), "template": sky(9000)}, looks)
    assert found["template"] == found["image"]


def test_sigma_limits_follow_the_clipped_sky() -> None:
    looks = BY_NOISE.with_("sky", interval=Interval("sigma", -3, 5))
    scale = scales({"image": sky() + source(6e4, 30, 30)}, looks)["image"]
    assert (scale.low, scale.high) == pytest.approx((85, 125), abs=2)


def test_noise_plane_keeps_percentiles() -> None:
    err = np.linspace(5, 9, 41 * 41).reshape(41, 41)
    assert scales({"err": err})["err"][:2] == pytest.approx((5.02, 8.98), abs=0.01)


@pytest.mark.parametrize("stretch", ["linear", "log", "sqrt"])
def test_other_stretches_use_the_limits_by_noise(stretch: str) -> None:
    looks = BY_NOISE.with_("sky", stretch=stretch)
    image = sky() + source(500)
    picture, limits = render({"image": image}, looks)
    at_high = np.unravel_index(np.argmax(image), image.shape)
    assert picture["image"][at_high] == 0xFFFFFFFF
    assert limits["image"][0] == pytest.approx(90, abs=1)


def test_constant_plane_by_noise_is_its_middle_tone() -> None:
    picture, limits = render({"image": np.full((9, 9), 7.0)}, BY_NOISE)
    assert limits["image"][0] < 7 < limits["image"][1]
    assert 100 < (picture["image"][4, 4] & 255) < 250


@pytest.mark.parametrize(("value", "own"), [(110.0, False), (9000.0, True)])
def test_constant_template_has_its_own_scale_if_outside(value: float, own: bool) -> None:
    found = scales({"image": sky(), "template": np.full((41, 41), value)})
    assert found["template"].own == own
    assert found["template"].low < value < found["template"].high


SIGMA = DisplayStyle().with_("sky", interval=Interval("sigma", -3, 5))


def two_scales(first: PlaneNoise, second: PlaneNoise) -> dict[str, Scale]:
    planes = {"image": np.full((3, 3), first.level), "template": np.full((3, 3), second.level)}
    return plane_scales(planes, BY_NOISE, {"image": first, "template": second})


@pytest.mark.parametrize(
    ("level", "sigma", "own"),
    [
        (91, 5, False),
        (89, 5, True),
        (114, 5, False),
        (116, 5, True),
        (100, 19, False),
        (100, 21, True),
        (100, 0.5, False),
    ],
)
def test_skies_within_two_below_and_three_sigma_above_are_alike(
    level: float, sigma: float, own: bool
) -> None:
    found = two_scales(PlaneNoise(100, 5, 90, 110), PlaneNoise(level, sigma, 80, 300))
    assert found["template"].own is own and not found["image"].own
    # The brightest candidate of the planes that share limits sets them.
    assert found["image"].high == (150 if own else 300)


@pytest.mark.parametrize(("highest", "sigma"), [(416, 5.0), (414, 2.0)])
def test_quiet_plane_takes_the_sigma_of_the_image_if_it_has_a_source(
    highest: float, sigma: float
) -> None:
    found = two_scales(PlaneNoise(100, 5, 90, 110), PlaneNoise(400, 2, 380, highest))
    assert found["template"].own and found["template"].sigma == sigma
    noisy = two_scales(PlaneNoise(100, 5, 90, 110), PlaneNoise(400, 7, 380, 900))
    assert noisy["template"].sigma == 7


@pytest.mark.parametrize(
    ("noise", "scale"),
    [
        (PlaneNoise(100, 5, 90, 149), Scale(90, 150, 100, 5)),
        (PlaneNoise(100, 5, 90, 151), Scale(90, 151, 100, 5)),
    ],
)
def test_scale_by_noise_ends_at_ten_sigma_or_the_candidate(noise: PlaneNoise, scale: Scale) -> None:
    assert plane_scales({"image": np.ones((3, 3))}, BY_NOISE, {"image": noise})["image"] == scale


def test_scale_in_sigmas_has_no_noise_tones() -> None:
    noise = PlaneNoise(100, 5, 90, 900)
    found = plane_scales({"image": np.ones((3, 3))}, SIGMA, {"image": noise})["image"]
    assert found == Scale(85, 125, 100, 0)


@pytest.mark.parametrize(
    ("noise", "scale"),
    [
        (PlaneNoise(0, 5, -40, 49), Scale(-50, 50, 0, 5)),
        (PlaneNoise(0, 5, -60, 49), Scale(-60, 60, 0, 5)),
        (PlaneNoise(0, 5, -40, 70), Scale(-70, 70, 0, 5)),
        (PlaneNoise(127, 5, 100, 197, 127), Scale(57, 197, 127, 5)),
        (PlaneNoise(127, 5, 47, 130, 127), Scale(47, 207, 127, 5)),
    ],
)
def test_difference_reaches_as_far_on_both_sides(noise: PlaneNoise, scale: Scale) -> None:
    assert plane_scales({"diff": np.ones((3, 3))}, BY_NOISE, {"diff": noise})["diff"] == scale


@pytest.mark.parametrize(("limits", "reach"), [((-3, 5), 25), ((-7, 5), 35)])
def test_difference_in_sigmas_reaches_the_farther_limit(
    limits: tuple[float, float], reach: float
) -> None:
    looks = BY_NOISE.with_("difference", interval=Interval("sigma", *limits))
    noise = {"diff": PlaneNoise(0, 5, -400, 400)}
    found = plane_scales({"diff": np.ones((3, 3))}, looks, noise)["diff"]
    assert found == Scale(-reach, reach, 0, 0)


def test_picture_has_typed_limits_and_its_level_in_the_middle() -> None:
    looks = BY_NOISE.with_("difference", interval=Interval("manual", 20, 10))
    noise = {"diff": PlaneNoise(127, 5, 100, 197, 127)}
    assert plane_scales({"diff": np.ones((3, 3))}, looks, noise)["diff"] == Scale(10, 20, 127)


@pytest.mark.parametrize("level", [0.0, 1e299])
def test_sky_near_the_largest_float_has_percentiles(level: float) -> None:
    plane = np.array([[1.0, 2.0, 3.0]])
    noise = {"image": PlaneNoise(level, 1e149, 0, 2e300 if level == 0 else 1e299)}
    found = plane_scales({"image": plane}, BY_NOISE, noise)["image"]
    assert (found.low, found.high, found.sigma) == (1, 3, 0)


def test_adjusted_without_its_difference_has_a_scale_of_its_own() -> None:
    noise = {"adjusted": PlaneNoise(0, 5, -40, 70), "diff": PlaneNoise(0, 5, -40, 90)}
    plane = np.ones((3, 3))
    assert plane_scales({"adjusted": plane}, BY_NOISE, noise)["adjusted"].high == 70
    both = plane_scales({"adjusted": plane, "diff": plane}, BY_NOISE, noise)
    assert both["adjusted"].high == 90
    noise["snr"] = PlaneNoise(0, 5, -40, 60)
    assert plane_scales({"snr": plane, "diff": plane}, BY_NOISE, noise)["snr"].high == 60


def test_difference_without_noise_is_symmetric_about_zero() -> None:
    plane = np.array([[-3.0, 1.0, 2.0]])
    looks = BY_NOISE.with_("difference", interval=Interval("minmax"))
    assert plane_scales({"diff": plane}, looks, {})["diff"] == Scale(-3, 3)


def test_tones_are_counted_from_the_sky() -> None:
    tones = noise_tones(np.array([90.0, 100, 105, 115, 150]), Scale(90, 150, 100, 5), signed=False)
    assert tones == pytest.approx([0, 1 / 6, 3 / 12, 5 / 12, 1])
    tones = noise_tones(np.array([50.0, 75, 100, 125, 150]), Scale(50, 150, 100, 5), signed=True)
    assert tones == pytest.approx([0, 0.25, 0.5, 0.75, 1])


def test_sigmas_offered_at_first_are_those_of_the_scale_by_noise() -> None:
    noise = {"image": PlaneNoise(100, 5, 90, 110)}
    plane = np.ones((3, 3))
    looks = BY_NOISE.with_("sky", interval=Interval("sigma", *SIGMAS))
    by_noise, by_sigmas = (
        plane_scales({"image": plane}, style, noise)["image"] for style in (BY_NOISE, looks)
    )
    assert by_noise[:2] == by_sigmas[:2] == (90, 150)


@pytest.mark.parametrize(
    ("pixels", "outside"),
    [
        ([10.0, 30.0], False),
        ([5.0, 20.0], False),
        ([9.9, 20.1], True),
        ([np.nan, 15.0], False),
        ([np.nan, 25.0], True),
        ([np.nan, np.nan], False),
    ],
)
def test_plane_is_outside_if_no_pixel_is_within_the_limits(
    pixels: list[float], outside: bool
) -> None:
    assert is_outside(np.array(pixels), Scale(10, 20)) is outside


def test_masks_have_no_scale() -> None:
    planes = {"image": np.ones((3, 3)), "flags": np.ones((3, 3), bool), "mask": np.ones((3, 3))}
    assert list(scales(planes)) == ["image"]


def test_scale_of_a_signed_plane_has_black_and_white_at_its_ends() -> None:
    scale = Scale(-50, 50, 0, 5)
    tones = noise_tones(np.array([-1e9, -50, -25, 25, 50, 1e9]), scale, signed=True)
    assert tones == pytest.approx([0, 0, 0.25, 0.75, 1, 1])
