"""Match of a field: left-out stars vanish to the noise, new sources stay, odd stars do not lead."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from vetter.core.cutout.plane import ArrayPlane, Box
from vetter.core.matching.field_match import fit_match
from vetter.core.matching.match import FieldMatch, convolve
from vetter.core.psf.models import Gaussian, Moffat, Psf

SIDE = 400
HALF = 34
Width = Callable[[float, float], float]
Places = tuple[tuple[float, float], ...]


class Field(NamedTuple):
    image: np.ndarray
    template: np.ndarray
    variance: np.ndarray
    template_variance: np.ndarray
    stars: np.ndarray
    fluxes: np.ndarray
    held: np.ndarray


class Scene(NamedTuple):
    """Rule for a field: widths of image and template, flux of the image over the template's."""

    image: Width = lambda x, y: 5.0
    template: Width = lambda x, y: 4.0
    scale: float = 2.3
    stars: int = 40
    variables: int = 0
    trail: float = 0.0
    noise: float = 8.0
    template_noise: float = 3.0
    sky: Width = lambda x, y: 120.0


SCENES = {
    "constant": Scene(),
    "equal": Scene(image=lambda x, y: 4.0),
    "varying": Scene(image=lambda x, y: 4.6 + 0.8 * x / SIDE),
    "trailed": Scene(image=lambda x, y: 3.5, template=lambda x, y: 3.5, trail=9.0),
    "undersampled": Scene(image=lambda x, y: 1.9, template=lambda x, y: 1.5),
    "sharp image": Scene(image=lambda x, y: 3.5, template=lambda x, y: 5.0),
    "variables": Scene(variables=10),
    "small units": Scene(scale=1e-3, noise=4e-3, stars=16),
    "large units": Scene(scale=1e4, noise=4e4, stars=16),
    "few stars": Scene(stars=9),
    "sky gradient": Scene(sky=lambda x, y: 100 + 0.1 * x - 0.2 * y),
}


def point(psf: Psf, trail: float, x: float, y: float) -> np.ndarray:
    side = (2 * HALF + 1, 2 * HALF + 1)
    steps = np.linspace(-0.5, 0.5, 25) * trail if trail else [0.0]
    return sum(psf.render(side, x + 0.8 * s, y + 0.6 * s) for s in steps) / len(steps)


@cache
def make_field(name: str, seed: int = 4) -> Field:
    """Simulate a field; every fourth constant star is held out of the fit."""
    scene, rng = SCENES[name], np.random.default_rng(seed)
    number = scene.stars
    stars = rng.uniform(40, SIDE - 40, (number, 2))
    fluxes = 2e3 * 100 ** (rng.uniform(0, 1, number) ** 2)
    factors = np.ones(number)
    factors[: scene.variables] = rng.uniform(0.4, 2.0, scene.variables)
    signals = np.zeros((2, SIDE, SIDE))
    for (x, y), flux, factor in zip(stars, fluxes, factors, strict=True):
        box = Box.around(x, y, HALF)
        place = box.overlap((SIDE, SIDE))
        assert place is not None
        for signal, width, trail, size in zip(
            signals, scene[:2], (scene.trail, 0.0), (scene.scale * factor, 1.0), strict=True
        ):
            psf = Gaussian(width(x, y)) if scene.trail else Moffat(width(x, y), 3.5)
            star = flux * size * point(psf, trail, x - box.x0, y - box.y0)
            signal[place[0]] += star[place[1]]
    gain = scene.noise / 8.0
    variance = scene.noise**2 + signals[0] * gain
    template_variance = scene.template_noise**2 + signals[1] / 4.0
    y, x = np.indices((SIDE, SIDE))
    image = signals[0] + scene.sky(x, y) + rng.normal(size=x.shape) * np.sqrt(variance)
    template = signals[1] + 40 + rng.normal(size=x.shape) * np.sqrt(template_variance)
    held = (np.arange(number) % 4 == 3) & (np.arange(number) >= scene.variables)
    return Field(image, template, variance, template_variance, stars, fluxes, held)


@cache
def match_of(name: str) -> FieldMatch:
    field = make_field(name)
    planes = ArrayPlane("image", field.image), ArrayPlane("template", field.template)
    match = fit_match(*planes, None, field.stars[~field.held], SCENES[name].image(200, 200))
    assert isinstance(match, FieldMatch), match
    return match


def chi2_of(match: FieldMatch, field: Field, x: float, y: float) -> float:
    """Measure chi2/df of the difference within 10 pixels of a star."""
    margin = match.margin
    box = Box.around(x, y, 10 + margin)
    image, template, variance, template_variance = (
        ArrayPlane("", pixels).read(box) for pixels in field[:4]
    )
    found = match.apply({"image": image, "template": template}, box.x0, box.y0)
    inner = slice(margin, -margin)
    square = match.kernel(x, y) ** 2
    if match.direction == "template":
        expected = variance[inner, inner] + convolve(template_variance, square)
    else:
        expected = convolve(variance, square) + template_variance[inner, inner]
        expected = expected * match.scale_at(x, y) ** 2
    return float(np.nanmean((found.image - found.convolved) ** 2 / expected))


@pytest.mark.parametrize("name", SCENES)
def test_left_out_stars_vanish_to_the_noise(name: str) -> None:
    field = make_field(name)
    match = match_of(name)
    chi2 = [chi2_of(match, field, x, y) for x, y in field.stars[field.held]]
    assert np.median(chi2) <= 1.2
    assert match.scale == pytest.approx(SCENES[name].scale, rel=0.03)
    assert match.residual == pytest.approx(1.0, abs=0.2)


@pytest.mark.parametrize(
    ("name", "direction"), [("constant", "template"), ("sharp image", "image")]
)
def test_sharper_plane_is_the_one_convolved(name: str, direction: str) -> None:
    assert match_of(name).direction == direction


@pytest.mark.parametrize("name", ["constant", "sharp image", "undersampled"])
def test_new_source_keeps_its_flux(name: str) -> None:
    field = make_field(name)
    match = match_of(name)
    source = 1e5 * Moffat(SCENES[name].image(0, 0), 3.5).render((SIDE, SIDE), 200.3, 199.6)
    margin = match.margin
    box = Box.around(200, 200, 25 + margin)
    fluxes = []
    for image in (field.image, field.image + source):
        planes = {"image": ArrayPlane("", image).read(box)}
        planes["template"] = ArrayPlane("", field.template).read(box)
        found = match.apply(planes, box.x0, box.y0)
        fluxes.append((found.image - found.convolved).sum())
    assert fluxes[1] - fluxes[0] == pytest.approx(1e5, rel=0.03)


NEW = (63.5, 82.0), (101.5, 101.5), (93.0, 37.0)


def match_with_new(flux: float, told: bool, places: Places = NEW, seed: int = 6) -> FieldMatch:
    """Match five equal stars, each moved by itself, with new light in the image."""
    stars = np.array([[30.0, 40.0], [90.0, 35.0], [60.3, 80.2], [28.0, 110.0], [100.0, 105.0]])
    rng = np.random.default_rng(seed)
    shape = 150, 150
    moved = stars + rng.normal(0, 0.15, stars.shape)
    image = sum(6e4 * Moffat(5.0, 3.0).render(shape, *star) for star in moved)
    template = sum(6e4 * Moffat(4.0, 3.0).render(shape, *star) for star in stars)
    image = image + sum(flux * Moffat(5.0, 3.0).render(shape, *place) for place in places)
    planes = (
        ArrayPlane("", pixels + rng.normal(0, 5, shape) * np.sqrt(1 + np.maximum(pixels, 0) / 25))
        for pixels in (image, template)
    )
    match = fit_match(*planes, None, stars, 5.0, candidates=places if told else ())
    assert isinstance(match, FieldMatch)
    return match


@pytest.mark.parametrize("flux", [9e3, -9e3])
def test_new_light_beside_few_stars_leaves_the_flux_scale(flux: float) -> None:
    told, untold = (
        np.array([match_with_new(flux, known, seed=seed).scale for seed in range(6)]) - 1.0
        for known in (True, False)
    )
    assert np.abs(told).mean() < 0.5 * np.abs(untold).mean()


def test_candidates_without_light_are_not_free() -> None:
    match = match_with_new(0.0, told=True, places=((33.0, 42.0), (75.0, 60.0)))
    assert not len(match.new_light)


def test_unknown_template_pixel_is_unknown_nearby_alone() -> None:
    field = make_field("constant")
    match = match_of("constant")
    box = Box.around(200, 200, 20 + match.margin)
    planes = {
        name: getattr(field, name)[box.overlap((SIDE, SIDE))[0]] for name in ("image", "template")
    }
    whole = match.apply(planes, box.x0, box.y0).convolved
    planes["template"] = planes["template"].copy()
    planes["template"][20 + match.margin, 20 + match.margin] = np.nan
    holed = match.apply(planes, box.x0, box.y0).convolved
    lost = np.isnan(holed)
    assert lost[20, 20]
    assert 1 <= lost.sum() < (2 * match.margin + 1) ** 2
    rows, columns = np.nonzero(lost)
    assert max(abs(rows - 20).max(), abs(columns - 20).max()) <= match.margin
    far = np.hypot(*(np.indices(lost.shape) - 20)) > 1.5 * match.margin
    assert holed[far] == pytest.approx(whole[far])


def test_masked_and_saturated_stars_have_no_part() -> None:
    field = make_field("constant")
    brightest = np.argsort(-field.fluxes)
    image, mask = field.image.copy(), np.zeros((SIDE, SIDE), bool)
    image[image > 2e4] = 2e4
    for x, y in np.round(field.stars[brightest[5:8]]).astype(int):
        image[y - 1 : y + 2, x - 1 : x + 2] = 9e5
        mask[y - 1 : y + 2, x - 1 : x + 2] = True
    planes = ArrayPlane("image", image), ArrayPlane("template", field.template)
    match = fit_match(*planes, ArrayPlane("mask", mask), field.stars, 5.0)
    assert isinstance(match, FieldMatch)
    assert match.scale == pytest.approx(2.3, rel=0.03)


def test_large_box_follows_the_varying_kernel() -> None:
    field = make_field("varying")
    match = match_of("varying")
    assert len(match.kernels) == 3
    margin = match.margin
    planes = {"image": field.image, "template": field.template}
    whole = match.apply(planes, 0, 0).convolved
    part = {name: pixels[300:, 300:] for name, pixels in planes.items()}
    near = match.apply(part, 300, 300).convolved
    same = whole[300:, 300:]
    middle = slice(48 - margin, 52 - margin)
    assert near[middle, middle] == pytest.approx(same[middle, middle], abs=3.0)


def test_match_is_small_and_survives_pickling() -> None:
    match = match_of("varying")
    data = pickle.dumps(match)
    assert len(data) < 200_000
    assert pickle.loads(data).kernel(30, 50) == pytest.approx(match.kernel(30, 50))


def test_description_tells_kernel_stars_and_scale() -> None:
    match = match_of("constant")
    assert match.description.startswith("template matched here: kernel ")
    assert f"from {match.stars} stars" in match.description
    assert f"flux scale {match.scale:.4g}" in match.description


def test_stars_off_the_field_leave_the_sources_found() -> None:
    field = make_field("constant")
    planes = ArrayPlane("image", field.image), ArrayPlane("template", field.template)
    match = fit_match(*planes, None, np.tile(field.stars + 5000.0, (2, 1)), 5.0)
    assert isinstance(match, FieldMatch)
    assert match.stars > 20


def test_unknown_pixels_all_over_leave_a_match() -> None:
    field = make_field("constant")
    image = field.image.copy()
    image[np.random.default_rng(1).uniform(size=image.shape) < 0.005] = np.nan
    image[:, 300:] = np.nan
    planes = ArrayPlane("image", image), ArrayPlane("template", field.template)
    match = fit_match(*planes, None, field.stars, 5.0)
    assert isinstance(match, FieldMatch)
    assert match.scale == pytest.approx(2.3, rel=0.03)


def test_planes_of_different_sky_are_not_matched() -> None:
    field, other = make_field("constant"), make_field("constant", 9)
    planes = ArrayPlane("image", field.image), ArrayPlane("template", other.template)
    match = fit_match(*planes, None, field.stars, 5.0)
    assert isinstance(match, str)


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (np.full((SIDE, SIDE), np.nan), "template: no part of the field has known pixels"),
        (np.ones((SIDE, SIDE)), "template: its pixels have no noise"),
        (np.ones((30, 30)), "the template has 30 x 30 pixels, the image 400 x 400"),
    ],
    ids=["unknown", "blank", "shape"],
)
def test_unusable_template_is_refused_in_words(template: np.ndarray, reason: str) -> None:
    image = make_field("few stars").image
    planes = ArrayPlane("image", image), ArrayPlane("template", template)
    match = fit_match(*planes, None, np.array([[200.0, 200.0]]), 5.0)
    assert isinstance(match, str)
    assert match.startswith(reason)
