"""Error plane of one cutout for scripts: a star in the middle leaves the sky's noise right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from astropy.io.fits import Header

from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.plane import Provenance
from vetter.core.noise.cutout_err import estimate_err
from vetter.errors import InputError


def make_cutout(half: int = 20, peak: float = 900.0, seed: int = 1, **planes: Any) -> Cutout:
    y, x = np.mgrid[-half : half + 1, -half : half + 1]
    star = peak * np.exp(-(x**2 + y**2) / 6)
    image = star + 100 + np.random.default_rng(seed).normal(0, 4, star.shape)
    return Cutout({"image": image, "convolved": star, **planes}, {})


def corner(err: np.ndarray) -> float:
    return float(np.median(err[:5]))


@pytest.mark.parametrize("half", [12, 15, 20, 31, 60])
@pytest.mark.parametrize("peak", [0.0, 900.0, 3e5])
@pytest.mark.parametrize("seed", range(3))
def test_sky_beside_star_is_right_within_10_percent(half: int, peak: float, seed: int) -> None:
    assert corner(estimate_err(make_cutout(half, peak, seed))) == pytest.approx(4, rel=0.1)


@pytest.mark.parametrize("seed", range(3))
def test_bad_match_of_star_leaves_sky(seed: int) -> None:
    cutout = make_cutout(seed=seed, peak=3e4)
    cutout["image"] = cutout["image"] + 0.3 * np.roll(cutout["convolved"], 1, 0)
    assert corner(estimate_err(cutout)) == pytest.approx(4, rel=0.1)


def test_cutout_gets_measured_plane() -> None:
    cutout = make_cutout()
    err = estimate_err(cutout)
    assert np.array_equal(cutout["err"], err)
    assert cutout.provenance["err"] is Provenance.MEASURED
    assert cutout.notes["err"].startswith("measured on the difference: sky ")


def test_given_difference_names_template() -> None:
    whole = make_cutout()
    part = Cutout({"image": whole["image"], "diff": whole["image"] - whole["convolved"]}, {})
    assert estimate_err(part) == pytest.approx(estimate_err(whole))


def test_gain_of_header_adds_photons() -> None:
    cutout = make_cutout()
    cutout.header = Header({"GAIN": 2.0})
    assert estimate_err(cutout)[20, 20] == pytest.approx(np.sqrt(16 + 450), rel=0.03)


def test_image_and_template_may_be_arrays() -> None:
    cutout = make_cutout()
    image = np.round(cutout["image"]).astype(">i2")
    assert corner(estimate_err(image, cutout["convolved"])) == pytest.approx(4, rel=0.1)


def test_masked_pixels_do_not_count() -> None:
    cutout = make_cutout(mask=np.arange(41 * 41).reshape(41, 41) % 2)
    cutout["image"] = cutout["image"] + 50 * cutout["mask"]
    assert corner(estimate_err(cutout)) == pytest.approx(4, rel=0.1)


@pytest.mark.parametrize(
    ("planes", "text"),
    [
        ({"convolved": np.zeros((41, 41))}, "no image plane"),
        ({"image": np.ones((41, 41)), "template": np.ones((41, 41))}, "no template matched"),
        ({"image": np.ones((41, 41)), "convolved": np.ones((41, 41))}, "cannot be measured"),
    ],
)
def test_lack_of_input_is_an_error_in_words(planes: Any, text: str) -> None:
    with pytest.raises(InputError, match=text):
        estimate_err(Cutout(planes, {}))


def test_template_of_other_shape_is_an_error() -> None:
    with pytest.raises(InputError, match="template: expected shape"):
        estimate_err(make_cutout(), template=np.zeros((5, 5)))
