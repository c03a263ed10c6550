"""Limits between planes that are questioned and planes that are not, by numbers of their pixels."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from vetter.core.cutout.plane_checks.plane_content import Peak
from vetter.core.cutout.plane_checks.plane_contradictions import contradictions


class Numbers(SimpleNamespace):
    """What `PlaneContent` measures, given: a sky of level 100 and noise 1 by default.

    ``shows`` are the stars that are seen, ``heights`` those of the image at full height or less;
    ``noise_with`` and ``with_`` correlations, and ``less`` differences, by the other's name.
    """

    def __init__(self, name: str, **numbers: Any) -> None:
        usual: dict[str, Any] = {"known": 1.0, "noise": 1.0, "level": 100.0, "fine_noise": 1.0}
        usual |= {"is_flags": False, "is_symmetric": False, "outliers": (0, 0), "peaks": []}
        usual |= {"zeros": 0.0, "negative": 0.0, "whole": 1.0, "faint_noise": 1.0, "shows": []}
        usual |= {"heights": {}, "noise_with": {}, "with_": {}, "less": {}, "copy_of": ""}
        super().__init__(name=name, values=np.array([0.0, 1.0]), boxes=[0], **(usual | numbers))

    def seen(self, peaks: Sequence[Peak]) -> tuple[int, int]:
        return sum(peak in self.shows for peak in peaks), len(peaks)

    def height_at(self, peak: Peak) -> float:
        return float(self.heights.get(peak, 0.0))

    def noise_correlation(self, other: Numbers) -> float:
        return float(self.noise_with.get(other.name, np.nan))

    def correlation(self, other: Numbers) -> float:
        return float(self.with_.get(other.name, np.nan))

    def minus(self, other: Numbers) -> Numbers:
        return self.less.get(other.name) or Numbers(f"{self.name} - {other.name}")

    def equals(self, other: Numbers) -> bool:
        return bool(self.copy_of == other.name)


def stars(count: int, plane: int = 0) -> list[Peak]:
    return [Peak(plane, row, 0, 2.0) for row in range(count)]


def found(*planes: Numbers, word: str = "") -> list[str]:
    named: dict[str, Any] = {plane.name: plane for plane in planes}
    return contradictions(named, {"image": word})


THREE = stars(3)


def sky(name: str = "image", **numbers: Any) -> Numbers:
    """An image of three stars, or a plane that shows them."""
    return Numbers(name, **({"peaks": THREE, "shows": THREE} | numbers))


@pytest.mark.parametrize(
    ("count", "full", "height", "template", "shown"),
    [
        (10, 10, 1.1, None, True),
        (9, 9, 1.1, None, False),
        (10, 10, 1.0, None, False),
        (10, 8, 1.1, None, True),
        (10, 7, 1.1, None, False),
        (3, 3, 1.1, 3, True),
        (3, 3, 1.1, 2, False),
        (2, 2, 1.1, 2, False),
        # Stars that the template lacks are rightly in the difference.
        (10, 8, 1.1, 8, True),
    ],
)
def test_difference_of_most_stars_at_half_their_height_is_not_subtracted(
    count: int, full: int, height: float, template: int | None, shown: bool
) -> None:
    peaks = stars(count)
    image = sky(peaks=peaks, shows=peaks)
    diff = Numbers("diff", heights=dict.fromkeys(peaks[:full], height))
    planes = [image, diff]
    if template is not None:
        planes.append(Numbers("template", peaks=peaks, shows=peaks[:template]))
    lines = found(*planes)
    total = count if template is None else template
    line = f"diff shows {full} of {total} stars of image at full height: it is not subtracted"
    assert lines == ([line] if shown else [])


NEGATIVE = "diff is convolved - image: new sources are negative in it"


@pytest.mark.parametrize(
    ("image_noise", "same", "other", "line"),
    [
        (0.5, -0.51, 0.0, NEGATIVE),
        (0.51, -0.51, 0.0, ""),
        (0.0, -0.5, 0.0, ""),
        (0.0, 0.3, 0.0, ""),
        (0.0, -0.3, 0.0, ""),
        (0.0, 0.29, 0.0, "diff is not image - convolved (correlation 0.29): one may be another"),
        (0.0, -0.29, 0.0, "diff is not image - convolved (correlation -0.29): one may be another"),
        (0.0, -0.9, 0.91, ""),
        (0.0, -0.9, -0.91, ""),
        (0.0, -0.9, 0.9, NEGATIVE),
        (0.0, -0.9, np.nan, NEGATIVE),
    ],
)
def test_difference_correlates_with_image_minus_convolved(
    image_noise: float, same: float, other: float, line: str
) -> None:
    convolved = sky("convolved", noise_with={"image": image_noise})
    diff = Numbers("diff", with_={"image - convolved": same, "convolved - template": other})
    planes = [sky(), diff, convolved, sky("template")]
    lines = found(*(planes[:3] if np.isnan(other) else planes))
    assert [text.startswith(line) for text in lines] == ([True] if line else [])


SWAPPED = "diff is template - image, and new sources are negative in it; or image and template"
NOT_IMAGE = "diff was not made from this image: it has the noise of template (correlation -0.16)"
NOT_TEMPLATE = "diff was not made with this template: image - diff has other noise"


@pytest.mark.parametrize(
    ("by_image", "by_template", "faint", "line"),
    [
        (-0.31, 0.11, 1.0, SWAPPED),
        (-0.3, 0.11, 1.0, ""),
        (-0.31, 0.1, 1.0, ""),
        (0.04, -0.16, 0.71, NOT_IMAGE),
        (0.05, -0.16, 0.71, ""),
        (0.04, -0.15, 0.71, ""),
        (0.04, -0.16, 0.7, ""),
        (0.7, -0.7, 1.0, ""),
    ],
)
def test_difference_has_the_noise_of_its_planes(
    by_image: float, by_template: float, faint: float, line: str
) -> None:
    matched = Numbers("matched", noise_with={"template": 0.9, "image": 0.0})
    image = sky(faint_noise=faint, less={"diff": matched})
    diff = Numbers("diff", noise_with={"image": by_image, "template": by_template})
    lines = found(image, diff, sky("template"))
    assert [text.startswith(line) for text in lines] == ([True] if line else [])


@pytest.mark.parametrize(
    ("with_template", "with_image", "matched", "template", "shown"),
    [
        (0.14, 0.49, 0.031, 1.0, True),
        (0.15, 0.49, 0.031, 1.0, False),
        (0.14, 0.5, 0.031, 1.0, False),
        # What is left is rounding, or the template is without noise.
        (0.14, 0.49, 0.03, 1.0, False),
        (0.14, 0.49, 0.031, 0.5, True),
        (0.14, 0.49, 0.031, 0.0, False),
    ],
)
def test_image_minus_difference_has_the_noise_of_the_template(
    with_template: float, with_image: float, matched: float, template: float, shown: bool
) -> None:
    left = Numbers(
        "left",
        faint_noise=matched,
        noise_with={"template": with_template, "image": with_image},
    )
    image = sky(less={"diff": left})
    diff = Numbers("diff", noise_with={"image": 0.7, "template": -0.7})
    lines = found(image, diff, sky("template", faint_noise=template))
    assert [text.startswith(NOT_TEMPLATE) for text in lines] == ([True] if shown else [])


@pytest.mark.parametrize(
    ("count", "here", "level", "own", "there", "line"),
    [
        (10, 1, 0.9, 2, 0, "template looks like a difference"),
        (10, 2, 0.9, 2, 0, ""),
        (10, 1, 1.0, 2, 0, ""),
        (3, 0, 0.9, 0, 0, "template looks like a difference"),
        (2, 0, 0.9, 0, 0, ""),
        (10, 0, 100.0, 2, 2, "template shows none of the 10 brightest stars of image"),
        (9, 0, 100.0, 2, 2, ""),
        (10, 3, 100.0, 3, 1, "template shows 3 of the 10 brightest stars of image, and image 1 of"),
        (10, 3, 100.0, 3, 2, ""),
        (10, 4, 100.0, 3, 1, ""),
        (3, 1, 100.0, 3, 1, "template shows 1 of the 3 brightest stars of image, and image 1 of"),
        (10, 3, 100.0, 2, 0, ""),
        (10, 1, 0.9, 3, 3, ""),
        (8, 1, 0.9, 2, 0, ""),
        (10, 1, 100.0, 2, 2, ""),
        (10, 0, 100.0, 3, 3, ""),
    ],
)
def test_template_shares_stars_with_the_image(
    count: int, here: int, level: float, own: int, there: int, line: str
) -> None:
    peaks, others = stars(count), stars(own, 1)
    image = sky(peaks=peaks, shows=[*peaks, *others[:there]])
    template = Numbers("template", level=level, peaks=others, shows=[*peaks[:here], *others])
    lines = found(image, template)
    assert [text.startswith(line) for text in lines] == ([True] if line else [])


def test_template_is_no_copy_and_no_difference() -> None:
    assert found(sky(), sky("convolved", copy_of="image")) == [
        "convolved has the same pixels as image: it may be a copy of it"
    ]
    symmetric = sky("template", level=0.5, is_symmetric=True)
    (line,) = found(sky(), symmetric)
    assert line.startswith("template looks like a difference: its level is 0.5 at a noise of 1, ")
    assert len(found(sky(is_symmetric=True, outliers=(9, 11)), symmetric)) == 1


@pytest.mark.parametrize(
    ("count", "seen", "shown"), [(3, 1, True), (2, 0, False), (4, 2, False), (4, 1, True)]
)
def test_image_and_difference_are_swapped_where_the_image_has_no_stars(
    count: int, seen: int, shown: bool
) -> None:
    peaks = stars(count)
    image = Numbers("image", is_symmetric=True, outliers=(9, 11), shows=peaks[:seen])
    (line,) = found(image, Numbers("diff", peaks=peaks, shows=peaks))
    if shown:
        assert line.startswith("image and diff look swapped")
    else:
        assert line.endswith("and 11 of its 20 outlying pixels are dark")


@pytest.mark.parametrize(
    ("level", "noise", "lacking", "own", "word", "says"),
    [
        (0.9, 1.0, 3, 0, "", "it has none of the 3 stars of template"),
        (1.0, 1.0, 3, 0, "", ""),
        (0.9, 1.0, 2, 0, "", ""),
        (0.9, 1.0, 2, 2, "diff", "the file is named as one"),
        (0.9, 1.0, 2, 3, "diff", ""),
        (1.1, 1.0, 2, 2, "diff", ""),
        (0.009, 0.01, 3, 0, "", "it has none of the 3 stars of template"),
        (0.9, 1.0, 2, 2, "template", ""),
    ],
)
def test_image_about_zero_is_a_difference_if_it_lacks_stars(
    level: float, noise: float, lacking: int, own: int, word: str, says: str
) -> None:
    image = Numbers("image", level=level, noise=noise, peaks=stars(own))
    peaks = stars(lacking, 1)
    template = Numbers("template", peaks=peaks, shows=[*peaks, *stars(own)])
    lines = found(image, template, word=word)
    assert [says in line for line in lines] == ([True] if says else [])


@pytest.mark.parametrize(("whole", "shown"), [(0.98, True), (0.99, False)])
def test_mask_is_of_whole_numbers(whole: float, shown: bool) -> None:
    assert bool(found(sky(noise=0.0), Numbers("mask", whole=whole))) is shown
