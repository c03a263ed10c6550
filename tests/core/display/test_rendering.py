"""Planes made into pixels."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.display.colour_map import MASK_BAD, MASK_GOOD, NO_DATA, colour_table
from vetter.core.display.interval import Interval
from vetter.core.display.plane_noise import PlaneNoise
from vetter.core.display.rendering import render
from vetter.core.display.stretch import STRETCHES
from vetter.core.display.style import DisplayStyle, PlaneStyle

MINMAX = Interval("minmax")
PLAIN = DisplayStyle(PlaneStyle(MINMAX), PlaneStyle(MINMAX, cmap="diverging"), PlaneStyle(MINMAX))
RAMP = np.arange(12.0).reshape(3, 4)


def test_the_limits_are_the_ends_of_the_map() -> None:
    pictures, limits = render({"image": RAMP}, PLAIN)
    assert limits == {"image": (0, 11)}
    assert pictures["image"][0, 0] == 0xFF000000 and pictures["image"][2, 3] == 0xFFFFFFFF


def test_rows_stay_in_the_order_of_the_plane() -> None:
    picture = render({"image": RAMP}, PLAIN)[0]["image"]
    assert picture.shape == RAMP.shape and picture[2, 0] > picture[0, 0]


def test_missing_pixels_have_a_tone_of_their_own() -> None:
    plane = RAMP.copy()
    plane[1, 2] = np.nan
    picture = render({"image": plane}, PLAIN)[0]["image"]
    assert (picture == NO_DATA).sum() == 1 and picture[1, 2] == NO_DATA


def test_infinite_pixels_are_the_ends_of_the_map() -> None:
    plane = RAMP.copy()
    plane[1, 1:3] = -np.inf, np.inf
    picture = render({"image": plane}, PLAIN)[0]["image"]
    assert picture[1, 1] == 0xFF000000 and picture[1, 2] == 0xFFFFFFFF


def test_a_mask_has_two_flat_tones_and_no_limits() -> None:
    pictures, limits = render({"mask": RAMP > 5, "flags_mask": (RAMP > 7).astype(int)}, PLAIN)
    assert limits == {}
    assert (pictures["mask"] == np.where(RAMP > 5, MASK_BAD, MASK_GOOD)).all()
    assert (pictures["flags_mask"] == np.where(RAMP > 7, MASK_BAD, MASK_GOOD)).all()


def test_image_template_and_convolved_share_limits() -> None:
    planes = {"image": RAMP, "template": RAMP + 5, "convolved": RAMP - 2, "survey": RAMP * 9}
    limits = render(planes, PLAIN)[1]
    assert limits["image"] == limits["template"] == limits["convolved"] == (-2, 16)
    assert limits["survey"] == (0, 99)


def test_limits_are_each_planes_own_where_they_are_not_shared() -> None:
    looks = DisplayStyle(PLAIN.sky, PLAIN.difference, PLAIN.err, shared=False)
    limits = render({"image": RAMP, "template": RAMP + 5}, looks)[1]
    assert limits == {"image": (0, 11), "template": (5, 16)}


def test_a_difference_is_symmetric_and_zero_is_the_middle_of_its_map() -> None:
    plane = np.array([[-1.0, 0.0, 4.0]])
    pictures, limits = render({"diff": plane}, PLAIN)
    table = colour_table("diverging")
    assert limits["diff"] == (-4, 4)
    assert pictures["diff"][0, 2] == table[-1]
    assert abs(int(pictures["diff"][0, 1] & 255) - int(table[2048] & 255)) <= 1


def test_adjusted_has_the_limits_of_the_difference() -> None:
    limits = render({"diff": RAMP * 10, "adjusted": RAMP}, PLAIN)[1]
    assert limits["adjusted"] == limits["diff"] == (-110, 110)


@pytest.mark.parametrize("stretch", STRETCHES)
@pytest.mark.parametrize(
    "plane",
    [np.full((4, 4), np.nan), np.full((4, 4), 3.0), np.array([[1, np.inf, -np.inf, np.nan]])],
    ids=["nan", "constant", "not finite"],
)
def test_any_plane_can_be_drawn(plane: np.ndarray, stretch: str) -> None:
    looks = DisplayStyle(PlaneStyle(stretch=stretch), PlaneStyle(stretch=stretch, cmap="diverging"))
    pictures, _ = render({"image": plane, "diff": plane}, looks)
    for picture in pictures.values():
        assert picture.dtype == np.uint32 and picture.shape == plane.shape
        assert ((picture == NO_DATA) == np.isnan(plane)).all()


def test_equalisation_uses_all_tones_evenly() -> None:
    plane = np.random.default_rng(2).exponential(1, (50, 50))
    picture = render({"image": plane}, DisplayStyle(PlaneStyle(MINMAX, "histeq")))[0]["image"]
    assert np.histogram(picture & 255, 4, (0, 256))[0].min() > 500


@pytest.mark.parametrize("dtype", ["f4", "f8", "i2", "u1", "i8"])
def test_every_type_of_pixel_is_drawn_alike(dtype: str) -> None:
    picture = render({"image": RAMP.astype(dtype)}, PLAIN)[0]["image"]
    assert (picture == render({"image": RAMP}, PLAIN)[0]["image"]).all()


def test_bias_darkens_and_contrast_steepens() -> None:
    def grey(**changes: float) -> int:
        looks = PLAIN.with_("sky", **changes)
        return int(render({"image": RAMP}, looks)[0]["image"][1, 3] & 255)

    assert grey(bias=0.7) < grey() < grey(contrast=3.0)


def test_pictures_cannot_be_changed() -> None:
    picture = render({"image": RAMP}, PLAIN)[0]["image"]
    with pytest.raises(ValueError, match="read-only"):
        picture[0, 0] = 0


EXTREMES = {
    "denormal": [0.0, 2.2e-309, 5e-324, np.nan],
    "largest": [1.79e308, 1.79e308, 1.79e308, np.inf],
    "both ends": [-1.79e308, 0.0, 1.79e308, -np.inf],
}


@pytest.mark.parametrize("stretch", STRETCHES)
@pytest.mark.parametrize("pixels", EXTREMES.values(), ids=EXTREMES)
def test_extreme_pixels_have_a_tone_each(pixels: list[float], stretch: str) -> None:
    for kind in ("zscale", "percentile", "minmax"):
        look = PlaneStyle(Interval(kind, 1.0, 99.0), stretch)
        pictures = render(
            {"image": np.array([pixels]), "diff": np.array([pixels])},
            DisplayStyle(look, look, look),
        )[0]
        for picture in pictures.values():
            assert ((picture == NO_DATA) == np.isnan([pixels])).all()


ALL_LEVELS = np.arange(4096.0)


def colours(name: str, values: np.ndarray, limits: tuple[float, float], stretch: str) -> np.ndarray:
    look = PlaneStyle(Interval("manual", *limits), stretch, "diverging")
    return render({name: values[None]}, DisplayStyle(look, look, look))[0][name][0]


@pytest.mark.parametrize("off", [-0.45, 0.0, 0.45])
@pytest.mark.parametrize(
    ("stretch", "power"), [("linear", 1), ("sqrt", 0.5), ("square", 2)], ids=str
)
def test_value_has_the_nearest_of_4096_tones(stretch: str, power: float, off: float) -> None:
    table = colour_table("diverging")
    bright = (ALL_LEVELS / 4095) ** power
    found = colours("image", ALL_LEVELS + off, (0, 4095), stretch)
    assert (found == table[np.rint(4095 * bright).astype(int)]).all()


@pytest.mark.parametrize("off", [-0.45, 0.45])
def test_value_by_noise_has_the_nearest_tone(off: float) -> None:
    look = PlaneStyle(cmap="diverging", stretch="asinh")
    # From 2 sigma below the sky to 10 above.
    sigmas = (ALL_LEVELS + off) / 4095 * 12 - 2
    noise = {"image": PlaneNoise(0.0, 1.0, -2.0, 10.0)}
    picture = render({"image": sigmas[None]}, DisplayStyle(look, look, look), noise)[0]["image"][0]
    assert (picture == colour_table("diverging")).all()


def test_stretch_of_a_difference_is_the_same_on_both_sides() -> None:
    signed = np.linspace(-1, 1, 4096)
    bright = 0.5 + 0.5 * np.sign(signed) * np.sqrt(np.abs(signed))
    found = colours("diff", signed, (-1, 1), "sqrt")
    assert (found == colour_table("diverging")[np.rint(4095 * bright).astype(int)]).mean() > 0.98


def test_equalised_difference_ranks_sizes() -> None:
    # Two of four pixels are above zero and up to 1 in size: half the brightness of one side.
    found = colours("diff", np.array([-4.0, -1.0, 0.0, 1.0, 4.0]), (-4, 4), "histeq")
    table = colour_table("diverging")
    assert found[[0, 1, 3, 4]].tolist() == table[[0, 1024, 3071, 4095]].tolist()


def test_contrast_turns_about_the_bias() -> None:
    def greys(**changes: float) -> list[int]:
        looks = PLAIN.with_("sky", **changes)
        return [int(value) for value in render({"image": RAMP}, looks)[0]["image"].ravel() & 255]

    plain = greys()
    # 0.5 + 2 (v - 0.5) of v = n / 11, and v - 0.7 + 0.5.
    for n, (steep, dark) in enumerate(zip(greys(contrast=2.0), greys(bias=0.7), strict=True)):
        assert plain[n] == pytest.approx(255 * n / 11, abs=1)
        assert steep == pytest.approx(255 * min(max(2 * n / 11 - 0.5, 0), 1), abs=1)
        assert dark == pytest.approx(255 * max(n / 11 - 0.2, 0), abs=1)
