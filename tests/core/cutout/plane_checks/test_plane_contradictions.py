"""Planes in wrong roles, and the right ones that look odd."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from tests.helpers.matched_planes import SIDE, night, residuals, sky
from vetter.core.cutout.plane_checks.plane_content import PlaneContent
from vetter.core.cutout.plane_checks.plane_contradictions import contradictions


def found(words: dict[str, str] | None = None, **planes: Any) -> list[str]:
    contents = {
        name: PlaneContent([pixels], name not in ("err", "mask")) for name, pixels in planes.items()
    }
    return contradictions(contents, words)


@pytest.mark.parametrize("level", [1000.0, 0.0])
@pytest.mark.parametrize("left", ["", "convolved", "template", "diff", "err"])
def test_planes_in_their_roles_are_not_questioned(level: float, left: str) -> None:
    assert found(**night(level, **({left: None} if left else {}))) == []


def test_difference_and_image_swapped_are_found() -> None:
    planes = night()
    image, diff = planes["diff"] + residuals(), planes["image"]
    (line,) = found(image=image, diff=diff)
    assert line.startswith("image and diff look swapped")


def test_difference_as_the_only_image_is_found() -> None:
    (line,) = found(image=sky(3, 0.0) + residuals())
    assert line.startswith("image looks like a difference: its level is")


def test_clean_difference_as_image_is_found_by_the_template() -> None:
    planes = night()
    (line,) = found(image=planes["diff"], template=planes["template"])
    assert line.startswith("image looks like a difference")


def test_clean_difference_as_image_is_found_by_its_name() -> None:
    (line,) = found({"image": "diff"}, image=night()["diff"])
    assert "the file is named as one" in line


def test_sky_subtracted_image_named_sub_is_right() -> None:
    assert found({"image": "diff"}, image=sky(4, 0.0, stars=7)) == []


def test_image_without_stars_is_right() -> None:
    assert found(image=sky(1, 0.0), template=sky(2, 0.0), diff=sky(3, 0.0)) == []


def test_deep_template_of_a_shallow_image_is_right() -> None:
    image = sky(1, 1000.0, 300.0, stars=7)
    assert found(image=image, template=sky(2, 1000.0, 1.0, stars=7)) == []


def test_mask_as_err_is_found() -> None:
    mask = np.where(np.random.default_rng(1).random((SIDE, SIDE)) > 0.97, 4, 0)
    (line,) = found(**night(err=mask))
    assert line.startswith("err looks like a mask: 97% of its pixels are 0")


def test_err_of_whole_numbers_is_right() -> None:
    err = np.random.default_rng(1).integers(9, 13, (SIDE, SIDE))
    assert found(**night(err=err)) == []


def test_err_with_zeros_at_bad_pixels_is_right() -> None:
    err = np.where(np.random.default_rng(1).random((SIDE, SIDE)) > 0.9, 0.0, 10.7)
    assert found(**night(err=err)) == []


@pytest.mark.parametrize(
    ("value", "word"), [(121.0, "--variance"), (1 / 121.0, "--weight"), (1e4, "another image")]
)
def test_err_of_another_quantity_is_found(value: float, word: str) -> None:
    (line,) = found(**night(err=np.full((SIDE, SIDE), value)))
    assert word in line


@pytest.mark.parametrize("factor", [0.4, 2.5])
def test_err_of_a_resampled_image_is_right(factor: float) -> None:
    assert found(**night(err=np.full((SIDE, SIDE), 11 * factor))) == []


def test_difference_as_err_is_found() -> None:
    planes = night()
    (line,) = found(image=planes["image"], err=planes["diff"])
    assert line.startswith("err is no error")


def test_template_of_another_field_is_found() -> None:
    (line,) = found(image=sky(1, stars=7), template=sky(2, stars=8))
    assert line.endswith("it may be another field's")


def test_template_of_another_night_is_found() -> None:
    (line,) = found(**night(convolved=None, template=sky(9, 1000.0, 5.0, stars=7)))
    assert line.startswith("diff was not made with this template")


def test_template_without_noise_is_right() -> None:
    template = sky(2, 1000.0, 0.0, stars=7)
    planes = night(convolved=None, template=template, diff=night()["image"] - template)
    assert found(**planes) == []


def test_difference_with_noise_of_its_own_is_right() -> None:
    # A simulation may draw it anew.
    planes = night(convolved=None, diff=sky(5, 0.0, 11.0, new=True))
    assert found(**planes) == []


def test_difference_of_another_night_is_found() -> None:
    (line,) = found(**night(diff=sky(5, 0.0, 11.0) + residuals()))
    assert line.startswith("diff is not image - convolved")


def test_difference_of_the_convolved_image_is_right() -> None:
    planes = night()
    convolved = gaussian_filter(planes["image"], 1.0)
    planes |= {"convolved": convolved, "diff": convolved - planes["template"]}
    assert found(**planes) == []


def test_negative_difference_is_found() -> None:
    planes = night()
    (line,) = found(**(planes | {"diff": -planes["diff"]}))
    assert line == "diff is convolved - image: new sources are negative in it"


def test_negative_difference_is_found_without_convolved() -> None:
    planes = night(convolved=None)
    (line,) = found(**(planes | {"diff": -planes["diff"]}))
    assert line.startswith("diff is template - image")


def test_difference_that_is_not_subtracted_is_found() -> None:
    planes = night()
    (line,) = found(**(planes | {"diff": planes["image"] - 1000.0}))
    assert line.startswith("diff shows 12 of 12 stars of image at full height")


def test_difference_of_another_image_is_found() -> None:
    planes = night(convolved=None)
    planes["diff"] = planes["image"] - planes["template"]
    other = sky(8, 1000.0, stars=7, width=float(np.hypot(1.4, 0.6)))
    (line,) = found(**(planes | {"image": other}))
    assert line.startswith("diff was not made from this image")


def test_mask_as_template_is_found() -> None:
    mask = np.where(np.random.default_rng(1).random((SIDE, SIDE)) > 0.97, 4, 0)
    (line,) = found(**night(convolved=None, template=mask))
    assert line.startswith("template looks like a mask")


def test_counts_of_few_photons_are_right() -> None:
    image, template = (np.random.default_rng(n).poisson(0.3, (SIDE, SIDE)) for n in (1, 2))
    assert found(image=image, template=template, diff=image - template) == []


def test_errors_as_template_are_found() -> None:
    errors = np.random.default_rng(1).normal(11.0, 0.1, (SIDE, SIDE))
    (line,) = found(**night(convolved=None, template=errors, diff=None))
    assert line.startswith("template shows none of the")


def test_copy_of_the_image_as_template_is_found() -> None:
    image = night()["image"]
    (line,) = found(image=image, template=image.copy())
    assert line.startswith("template has the same pixels as image")


def test_image_as_mask_is_found() -> None:
    (line,) = found(image=sky(1, stars=7), mask=sky(2, stars=7))
    assert line.startswith("mask holds measured values from")


def test_template_off_the_image_is_found() -> None:
    (line,) = found(image=sky(1, stars=7), template=np.full((SIDE, SIDE), np.nan))
    assert line.startswith("template has no pixel at any of 1 places of the image")


def test_fills_of_hotpants_are_no_pixels() -> None:
    planes = night()
    for name in ("convolved", "diff"):
        planes[name] = planes[name].copy()
        planes[name][:, :60] = 1e-30
    assert found(**planes) == []


def test_damaged_numbers_are_not_questioned() -> None:
    image = np.where(np.indices((SIDE, SIDE))[0] % 2, 1e300, -1e300)
    assert isinstance(found(image=image, diff=image, template=-image, err=image), list)


def waves(level: float, noise: float) -> np.ndarray:
    """Of this noise, and of 0.7 of it between neighbours."""
    return level + noise / 1.4826 * (np.arange(3600.0).reshape(60, 60) % 3 - 1)


@pytest.mark.parametrize(
    ("noise", "err", "word"),
    [
        # Up to five times the noise, and down to a fifth of that between neighbours, it is right.
        (20, 99, ""),
        (20, 101, "--variance"),
        (0.05, 0.0072, ""),
        (0.05, 0.0070, "--variance"),
        (1000, 9990, ""),
        (1000, 10010, "another image"),
        (1000, 71, ""),
        (1000, 70, "another image"),
        (1000, 0.99e5, "another image"),
        (1000, 1.01e5, "--variance"),
        (1000, 4.99e6, "--variance"),
        (1000, 5.01e6, "another image"),
        (1000, 1.9e-7, "another image"),
        (1000, 2.1e-7, "--weight"),
        (1000, 0.99e-5, "--weight"),
        (1000, 1.01e-5, "another image"),
    ],
)
def test_errors_are_compared_with_noise_its_square_and_its_inverse(
    noise: float, err: float, word: str
) -> None:
    lines = found(image=waves(5 * noise, noise), err=np.full((60, 60), err))
    assert len(lines) == bool(word)
    assert not word or (
        word in lines[0]
        and lines[0].startswith(f"err is {err:.3g}, the noise of image {noise:.3g}: ")
    )


def test_errors_may_be_those_of_a_noisier_template() -> None:
    planes = {"image": waves(5000, 1000), "err": np.full((60, 60), 20000.0)}
    assert len(found(**planes)) == 1
    assert found(**planes, template=waves(5000, 4100)) == []


@pytest.mark.parametrize(("below", "line"), [(36, ""), (37, "err is no error: 1% of its pixels")])
def test_errors_are_below_zero_at_a_hundredth_of_pixels_at_most(below: int, line: str) -> None:
    err = np.full((60, 60), 1000.5)
    err.flat[:below] = -1
    lines = found(image=waves(5000, 1000), err=err)
    assert [text.startswith(line) for text in lines] == ([True] if line else [])


@pytest.mark.parametrize(("measured", "count"), [(36, 0), (37, 1)])
def test_mask_holds_whole_numbers_but_for_a_hundredth(measured: int, count: int) -> None:
    mask = np.zeros((60, 60))
    mask.flat[:measured] = 7.25
    lines = found(image=waves(5000, 1000), mask=mask)
    assert len(lines) == count
    assert not count or lines[0] == (
        "mask holds measured values from 0 to 7.25, no flags: it may be another plane"
    )


@pytest.mark.parametrize(("known", "count"), [(1799, 0), (1800, 1)])
def test_plane_is_off_the_image_if_half_of_the_image_is_known(known: int, count: int) -> None:
    image = waves(5000, 1000)
    image.flat[known:] = np.nan
    lines = found(image=image, template=np.full((60, 60), np.nan))
    assert len(lines) == count
    assert found(template=np.full((60, 60), np.nan)) == []
