"""Matched template for scripts: arrays and cutouts."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.plane import Provenance
from vetter.core.matching.match_template import match_template
from vetter.core.psf.models import Moffat
from vetter.errors import InputError

SIDE = 121
STARS = [(20, 25), (95, 30), (30, 92), (88, 96), (60, 18), (24, 60)]


def make_planes(transient: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(6)
    image, template = rng.normal(200, 4, (SIDE, SIDE)), rng.normal(10, 0.4, (SIDE, SIDE))
    for number, (x, y) in enumerate(STARS):
        flux = 4000.0 * (number + 2)
        image += flux * Moffat(4.6).render((SIDE, SIDE), x + 0.3, y - 0.2)
        template += 0.1 * flux * Moffat(3.7).render((SIDE, SIDE), x, y)
    return image + transient * Moffat(4.6).render((SIDE, SIDE), 60, 60), template


def test_arrays_give_the_matched_template() -> None:
    image, template = make_planes()
    convolved, description = match_template(image, template)
    assert np.nanstd(image - convolved) == pytest.approx(4.5, abs=0.7)
    assert description.startswith("template matched here")
    assert np.isfinite(convolved[15:-15, 15:-15]).all()


def test_cutout_gets_the_plane_with_its_origin() -> None:
    image, template = make_planes(8000.0)
    cutout = Cutout({"image": image, "template": template})
    convolved, description = match_template(cutout)
    assert cutout["convolved"] is convolved
    assert cutout.notes["convolved"] == description
    assert cutout.provenance["convolved"] == Provenance.COMPUTED
    assert cutout["meta"]["template_matched"] is True
    residual = (image - convolved)[45:76, 45:76]
    assert residual.sum() == pytest.approx(8000.0, rel=0.05)


def test_plain_dict_gets_the_plane_too() -> None:
    image, template = make_planes()
    cutout = {"image": image, "template": template, "meta": {}}
    convolved, _ = match_template(cutout)
    assert cutout["convolved"] is convolved
    assert cutout["meta"]["template_matched"] is True


def test_masked_and_unweighable_pixels_have_no_part() -> None:
    image, template = make_planes()
    err = np.full(image.shape, 4.0)
    broken = image.copy()
    broken[24:28, 19:23] = 1e6
    broken[90:94, 28:32] = -1e6
    err[90:94, 28:32] = 0.0
    mask = np.zeros(image.shape, bool)
    mask[24:28, 19:23] = True
    convolved, _ = match_template(broken, template, mask=mask, err=err)
    assert np.nanstd(image - convolved) == pytest.approx(4.5, abs=0.7)


def test_no_template_is_an_error_in_words() -> None:
    with pytest.raises(InputError, match="expected a template, found none"):
        match_template(make_planes()[0])


def test_no_shared_star_is_an_error_in_words() -> None:
    noise = np.random.default_rng(1).normal(size=(2, 80, 80))
    with pytest.raises(InputError, match="0 stars of 0 usable in image and template"):
        match_template(*noise)


def test_cutout_without_an_image_is_an_error_in_words() -> None:
    with pytest.raises(InputError, match="expected a cutout with an image, found none"):
        match_template({"template": np.zeros((9, 9)), "meta": {}})


@pytest.mark.parametrize("shapes", [((9,), (9, 9)), ((9, 9), (2, 9, 9))])
def test_arrays_of_other_dimensions_are_an_error_in_words(
    shapes: tuple[tuple[int, ...], tuple[int, ...]],
) -> None:
    image, template = (np.zeros(shape) for shape in shapes)
    with pytest.raises(InputError, match=r"expected two-dimensional arrays, found shape \("):
        match_template(image, template)
