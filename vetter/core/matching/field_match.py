"""Fit of a field's match: a regularised kernel from its stars, in the better direction."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Plane
from vetter.core.matching.kernel_basis import make_basis
from vetter.core.matching.kernel_fit import (
    Grams,
    KernelFit,
    NoiseRelation,
    fit_kernel,
    fit_relation,
    make_grams,
    make_weights,
)
from vetter.core.matching.match import Direction, FieldMatch, convolve, evaluate_terms
from vetter.core.matching.stamps import (
    Positions,
    Side,
    Sky,
    Stamps,
    find_sources,
    measure_shape,
    measure_skies,
    read_positions,
    read_stamps,
    spread_stars,
)
from vetter.core.number_text import format_count
from vetter.core.psf.new_light import choose_places, draw_new_light, find_free

Array = npt.NDArray[np.float64]

_DIRECTIONS: tuple[Direction, Direction] = ("template", "image")
MIN_STARS = 2
"""Number of usable stars below which nothing is matched."""
_ENOUGH = 40
"""Number of stars given below which other sources are looked for."""
_MAX_READ = 500
_MAX_STARS = 240
_PILOT_STARS = 50
_FEW = 50
"""Number of stars up to which new light beside one of them bends the kernel."""
_MAX_RADIUS = 12
_MAX_HALF = 22
_TO_FWHM = 2.3548
_MODEL_ERROR = 0.02
"""Part of a star's own light that a first fit leaves, so that the brightest do not lead it."""
_MIN_NEW_SNR = 5.0
"""S/N of a candidate in the residual of a star left out, from which on its light is free."""
_MIN_GAIN = 0.9
"""Residual of the other direction, relative to the template's, below which it is taken."""
_MIN_EXPLAINED = 0.5
"""Least part of the stars' light that a kernel must predict: else these are not the same stars."""


class _Sizes(NamedTuple):
    """Sizes of a fit, pixels.

    Attributes
    ----------
    radius : int
        Radius of the kernel.
    smaller : tuple of int
        Smaller radii that are tried.
    half : int
        Half side of the fitted stamps.
    steps : dict
        Step of the kernel's basis for each plane to be convolved, see `make_basis`.
    """

    radius: int
    smaller: tuple[int, ...]
    half: int
    steps: dict[Direction, int]


def fit_match(
    image: Plane,
    template: Plane,
    mask: Plane | None,
    stars: Positions | npt.ArrayLike,
    fwhm: float,
    direction: Direction | None = None,
    candidates: Positions | npt.ArrayLike = (),
) -> FieldMatch | str:
    """Match a field's template to its image in PSF, flux and sky, by the stars in both.

    The kernel is a regularised delta basis (Becker et al. 2012, MNRAS 425, 1341; Miller et al.
    2008, PASP 120, 449) whose coefficients are polynomials over the field. Order, size, strength
    of the regularisation and the plane to be convolved are those that predict the stars left out
    of the fit best. Its sum, the flux scale, is free. Stars that fit badly are clipped: variables,
    saturated ones and those beside a transient.

    Parameters
    ----------
    image, template : Plane
        On one pixel grid, in any flux units; NaN where unknown.
    mask : Plane, optional
        True where bad.
    stars : object with arrays ``x`` and ``y``, or array_like (n, 2)
        Image pixels of stars, 0-based.
    fwhm : float
        FWHM of the image's PSF, pixels.
    direction : {'template', 'image'}, optional
        Plane to be convolved; default: the one that leaves less residual.
    candidates : object with arrays ``x`` and ``y``, or array_like (n, 2), optional
        Places where one plane may have new light. Beside one of few stars it would bend the
        kernel, and hide itself: what a first fit leaves there is free in the second.

    Returns
    -------
    FieldMatch or str
        A text tells why there is no match.

    Examples
    --------
    >>> import numpy as np
    >>> from vetter.core.cutout.plane import ArrayPlane
    >>> from vetter.core.matching.field_match import fit_match
    >>> from vetter.core.psf.models import Gaussian
    >>> rng = np.random.default_rng(1)
    >>> stars = rng.uniform(20, 180, (12, 2))
    >>> wide, sharp = (sum(1e4 * Gaussian(f).render((200, 200), *s) for s in stars) for f in (5, 4))
    >>> image = ArrayPlane("image", 3 * wide + rng.normal(100, 1, (200, 200)))
    >>> template = ArrayPlane("template", sharp + rng.normal(10, 1, (200, 200)))
    >>> match = fit_match(image, template, None, stars, 5.0)
    >>> match.direction, round(match.scale, 1)
    ('template', 3.0)
    """
    if image.shape != template.shape:
        return f"the template has {_size(template)} pixels, the image {_size(image)}"
    positions = read_positions(stars)
    planes = image, template
    skies = measure_skies(planes, mask)
    if isinstance(skies, str):
        return skies
    if len(positions) < _ENOUGH:
        positions = _join(positions, find_sources(planes, mask, fwhm, skies), fwhm)
    if len(positions) > _MAX_READ:
        chosen = np.random.default_rng(3).permutation(len(positions))[:_MAX_READ]
        positions = positions[np.sort(chosen)]
    half = int(np.clip(math.ceil(2.5 * fwhm), 8, _MAX_HALF))
    first = read_stamps(planes, mask, positions[: 2 * _PILOT_STARS], half, skies)
    if len(first.x) < MIN_STARS:
        # The stars given may be from another catalogue, or saturated.
        found = find_sources(planes, mask, fwhm, skies)
        positions = _join(positions, found, fwhm)
        first = read_stamps(planes, mask, positions, half, skies)
    if len(first.x) < MIN_STARS:
        return _describe_few(len(first.x), len(positions))
    sizes = _find_sizes(first)
    stamps = read_stamps(planes, mask, positions, sizes.half + sizes.radius, skies)
    if len(stamps.x) < MIN_STARS:
        return _describe_few(len(stamps.x), len(positions))
    directions = _DIRECTIONS if direction is None else (direction,)
    return _fit(stamps, sizes, directions, image.shape, skies, read_positions(candidates))


def _join(positions: Array, more: Array, fwhm: float) -> Array:
    """Return positions, and those of ``more`` that are not within 1 FWHM of one."""
    if not len(positions) or not len(more):
        return np.concatenate([positions, more])
    gaps = np.abs(more[:, None, :] - positions[None, :, :]).max(axis=2).min(axis=1)
    return np.concatenate([positions, more[gaps > fwhm]])


def _size(plane: Plane) -> str:
    return f"{plane.shape[1]} x {plane.shape[0]}"


def _describe_few(usable: int, given: int) -> str:
    return (
        f"{format_count(usable, 'star')} of {given:,} usable in image and template; "
        f"a match needs {MIN_STARS}"
    )


def _find_sizes(stamps: Stamps) -> _Sizes:
    """Return the kernel's and stamps' sizes from the difference of the two planes' star shapes."""
    shapes = [measure_shape(side, stamps.half) for side in (stamps.image, stamps.template)]
    change = float(np.abs(np.linalg.eigvalsh(shapes[0] - shapes[1])).max())
    long = [_TO_FWHM * math.sqrt(float(np.linalg.eigvalsh(shape)[1])) for shape in shapes]
    short = [_TO_FWHM * math.sqrt(float(np.linalg.eigvalsh(shape)[0])) for shape in shapes]
    radius = int(np.clip(math.ceil(_TO_FWHM * math.sqrt(change)) + 3, 5, _MAX_RADIUS))
    half = int(np.clip(math.ceil(1.5 * max(long)) + 4, 8, _MAX_HALF))
    steps: dict[Direction, int] = {}
    directions: tuple[Direction, Direction] = ("image", "template")
    for name, width in zip(directions, short, strict=True):
        step = int(np.clip(math.floor(width / 2 + 0.25), 1, 3))
        steps[name] = max(step, 2) if radius > 6 else step
    smaller = tuple(sorted({max(round(part * radius), 3) for part in (0.75, 0.55)}))
    return _Sizes(radius, smaller, half, steps)


def _fit(
    stamps: Stamps,
    sizes: _Sizes,
    directions: tuple[Direction, ...],
    shape: tuple[int, int],
    skies: tuple[Sky, Sky],
    candidates: Array,
) -> FieldMatch | str:
    stamps = stamps.choose(_find_steady(stamps))
    pilot = stamps.choose(spread_stars(stamps, shape, _PILOT_STARS))
    scale = float(np.median(pilot.image.flux / pilot.template.flux))
    noise = stamps.image.noise**2 + (scale * stamps.template.noise) ** 2
    sky = {"template": noise, "image": noise / scale**2}
    pilots = []
    for direction in directions:
        relation = NoiseRelation(sky[direction], 0.0, _MODEL_ERROR**2)
        pilots.append(_fit_one(pilot, direction, sizes, shape, relation, 1))
    best = pilots[0]
    if pilots[-1].fit.typical < _MIN_GAIN * best.fit.typical:
        best = pilots[-1]
    relation = _measure_relation(best, pilot)
    chosen = stamps.choose(spread_stars(stamps, shape, _MAX_STARS))
    sizes = sizes._replace(radius=best.radius, smaller=())
    found = _fit_one(chosen, best.direction, sizes, shape, relation, 3)
    if len(chosen.x) <= _FEW:
        light = _find_new_light(found, chosen, candidates)
        if any(len(each.places) for each in light):
            relation = _measure_relation(found._replace(light=light), chosen)
            found = _fit_one(chosen, best.direction, sizes, shape, relation, 3, light)
    return _make_match(found, chosen, shape, skies)


def _find_steady(stamps: Stamps) -> npt.NDArray[np.bool_]:
    """Return the stars whose fluxes in the two planes have nearly the field's own ratio."""
    ratio = np.log(stamps.image.flux / stamps.template.flux)
    middle = float(np.median(ratio))
    spread = 1.4826 * float(np.median(np.abs(ratio - middle)))
    steady: npt.NDArray[np.bool_] = np.abs(ratio - middle) <= 4.0 * max(spread, 0.05)
    return steady


class _NewLight(NamedTuple):
    """New light in one star's stamp: places (k, 2) in the image, and shapes (k, pixels)."""

    places: Array
    shapes: Array


def _no_light(half: int) -> _NewLight:
    return _NewLight(np.empty((0, 2)), np.empty((0, (2 * half + 1) ** 2)))


class _Found(NamedTuple):
    """A fit in one direction, with what it was made of.

    Attributes
    ----------
    light : list of _NewLight
        New light that is free in each star's stamp.
    """

    direction: Direction
    half: int
    radius: int
    relation: NoiseRelation
    light: list[_NewLight]
    grams: Grams
    fit: KernelFit


def _sides(stamps: Stamps, direction: Direction) -> tuple[Side, Side]:
    """Return the target's and the source's side."""
    if direction == "template":
        return stamps.image, stamps.template
    return stamps.template, stamps.image


def _fit_one(
    stamps: Stamps,
    direction: Direction,
    sizes: _Sizes,
    shape: tuple[int, int],
    relation: NoiseRelation,
    max_order: int,
    light: list[_NewLight] | None = None,
) -> _Found:
    basis = make_basis(sizes.radius, sizes.steps[direction])
    target, source = _sides(stamps, direction)
    spare = stamps.half - sizes.half - sizes.radius
    if spare:
        inside = slice(spare, -spare)
        target, source = (
            side._replace(
                pixels=side.pixels[:, inside, inside], known=side.known[:, inside, inside]
            )
            for side in (target, source)
        )
    light = light or [_no_light(sizes.half)] * len(stamps.x)
    shapes = [each.shapes for each in light]
    grams = make_grams(target, source, sizes.half, basis, relation, shapes)
    terms = evaluate_terms(3, stamps.x, stamps.y, shape)
    fit = fit_kernel(grams, terms, max_order)
    best = _Found(direction, sizes.half, sizes.radius, relation, light, grams, fit)
    for radius in sizes.smaller:
        part = grams.within(radius)
        fit = fit_kernel(part, terms, max_order, best.fit)
        if fit.typical < best.fit.typical:
            best = _Found(direction, sizes.half, radius, relation, light, part, fit)
    return best


def _predict(found: _Found, stamps: Stamps) -> tuple[Array, Array, Array]:
    """Return residual, prediction and weight of each star's pixels by fits without that star."""
    target, source = _sides(stamps, found.direction)
    side = target.pixels.shape[1]
    margin = (side - 2 * found.half - 1) // 2
    radius = found.grams.basis.images.shape[1] // 2
    around = slice(margin - radius, side - margin + radius)
    middle = slice(margin, side - margin)
    kernels = np.tensordot(found.fit.held_out, found.grams.basis.images, 1)
    moved = np.array(
        [
            convolve(pixels[around, around], kernel)
            for pixels, kernel in zip(source.pixels, kernels, strict=True)
        ]
    )
    weight = make_weights(target, source, found.half, found.relation)
    residual = target.pixels[:, middle, middle] - moved
    for star, light in enumerate(found.light):
        values, inverse = target.pixels[star, middle, middle].ravel(), weight[star].ravel()
        free, root = find_free(values, inverse, light.shapes), np.sqrt(inverse)
        part = (free @ (root * residual[star].ravel())) @ free
        # Unknown pixels have no weight, and their residual is not looked at.
        part = part / np.where(root > 0, root, 1.0)
        residual[star] -= part.reshape(residual[star].shape)
    return residual, moved, weight


def _find_new_light(found: _Found, stamps: Stamps, candidates: Array) -> list[_NewLight]:
    """Return the candidates' light that a fit without it leaves in each star's stamp.

    None is free beside a star that the fit has clipped, nor where a shift and a change of the star
    explain more.
    """
    residual, moved, weight = _predict(found, stamps)
    target, _ = _sides(stamps, found.direction)
    side = target.pixels.shape[1]
    margin = (side - 2 * found.half - 1) // 2
    middle = slice(margin, side - margin)
    moments, shape = measure_shape(target, (side - 1) // 2), residual.shape[1:]
    light = [_no_light(found.half)] * len(stamps.x)
    for star in np.flatnonzero(found.fit.used).tolist():
        first = np.array([stamps.x[star], stamps.y[star]]) - found.half
        near = candidates[choose_places(shape, candidates - first)]
        shapes = draw_new_light(shape, near - first, moments)
        values, inverse = target.pixels[star, middle, middle].ravel(), weight[star].ravel()
        left = residual[star].ravel() * np.sqrt(inverse)
        snr = np.zeros(len(near))
        for number, one in enumerate(shapes):
            free = find_free(values, inverse, one[None])
            snr[number] = float(free[-1] @ left) if len(free) > 1 else 0.0
        gain = max(_measure_change(moved[star], left, inverse), _MIN_NEW_SNR**2)
        is_new = snr**2 > gain
        light[star] = _NewLight(near[is_new], shapes[is_new])
    return light


def _measure_change(star: Array, left: Array, inverse: Array) -> float:
    """Return the chi2 that a shift and a change of a star's flux explain of its residual.

    Parameters
    ----------
    star : ndarray (side, side)
    left : ndarray (pixels,)
        Residual in sigmas, without a constant.
    inverse : ndarray (pixels,)
        Inverse variance.
    """
    root = np.sqrt(inverse)
    terms = np.stack([image.ravel() * root for image in (star, *np.gradient(star))])
    constant = root / max(float(np.linalg.norm(root)), 1e-300)
    terms -= (terms @ constant)[:, None] * constant
    found = np.linalg.lstsq(terms.T, left, rcond=1e-10)[0]
    return float(((found @ terms) ** 2).sum())


def _measure_relation(found: _Found, stamps: Stamps) -> NoiseRelation:
    residual, signal, weight = _predict(found, stamps)
    good = (weight > 0) & found.fit.used[:, None, None]
    return fit_relation(residual[good], np.maximum(signal[good], 0.0), found.relation.sky)


def _make_match(
    found: _Found, stamps: Stamps, shape: tuple[int, int], skies: tuple[Sky, Sky]
) -> FieldMatch | str:
    residual, signal, weight = _predict(found, stamps)
    used = found.fit.used
    good = (weight > 0) & used[:, None, None]
    explained = 1.0 - _robust_share(residual, signal + residual, good)
    kernels = np.tensordot(found.fit.coefficients, found.grams.basis.images, 1)
    middle = evaluate_terms(
        found.fit.order, np.array((shape[1] - 1) / 2), np.array((shape[0] - 1) / 2), shape
    )
    total = float(middle @ kernels.sum(axis=(1, 2)))
    if not (explained > _MIN_EXPLAINED and total > 0):
        return "image and template do not show the same stars at the same places"
    expected = found.relation.noise(np.maximum(signal, 0.0))
    chi2 = np.where(good, residual**2 / expected, 0.0).sum(axis=(1, 2))
    chi2 = chi2[used] / np.maximum(good.sum(axis=(1, 2)), 1)[used]
    factor = float(np.sqrt(np.median(chi2)))
    scale = total if found.direction == "template" else 1.0 / total
    source_sky = _sides(stamps, found.direction)[1].sky
    pair = skies if found.direction == "template" else skies[::-1]
    background = _fit_background(kernels, source_sky, pair, shape)
    stars = int(np.count_nonzero(used))
    return FieldMatch(
        kernels,
        background,
        source_sky,
        shape,
        found.direction,
        scale,
        stars,
        factor,
        _describe(found, stars, factor, scale),
        np.concatenate([light.places for light in found.light]),
    )


def _describe(found: _Found, stars: int, residual: float, scale: float) -> str:
    side = found.grams.basis.images.shape[1]
    template = found.direction == "template"
    moved = "template matched here" if template else "image matched to the template here"
    return (
        f"{moved}: kernel {side} px, order {found.fit.order}, from "
        f"{format_count(stars, 'star')}, cross-validated residual {residual:.2g} times the noise; "
        f"flux scale {scale:.4g}"
    )


def _robust_share(residual: Array, target: Array, good: npt.NDArray[np.bool_]) -> float:
    """Return the median over stars of the residual's part of the target's power."""
    left = np.where(good, residual, 0.0) ** 2
    power = np.where(good, target, 0.0) ** 2
    share = left.sum(axis=(1, 2)) / np.maximum(power.sum(axis=(1, 2)), 1e-300)
    return float(np.median(share[good.any(axis=(1, 2))]))


def _fit_background(
    kernels: Array, source_sky: float, skies: tuple[Sky, Sky], shape: tuple[int, int]
) -> Array:
    """Return the polynomial of the target's sky over the convolved source's.

    Parameters
    ----------
    kernels : ndarray (terms, side, side)
    source_sky : float
        Level that is subtracted from the source before.
    skies : (Sky, Sky)
        Of target and source.
    shape : (int, int)
        Of the field.
    """
    target, source = skies
    levels = {(x, y): v for x, y, v in zip(source.x, source.y, source.levels, strict=True)}
    shared = np.array([(x, y) in levels for x, y in zip(target.x, target.y, strict=True)])
    if not shared.any():
        return np.array([float(np.median(target.levels))])
    x, y = target.x[shared], target.y[shared]
    below = np.array([levels[place] for place in zip(x, y, strict=True)]) - source_sky
    sums = kernels.sum(axis=(1, 2))
    terms = evaluate_terms(3, x, y, shape)
    difference = target.levels[shared] - terms[:, : len(sums)] @ sums * below
    order = 0 if len(x) < 6 else 1 if len(x) < 16 else 2
    terms = evaluate_terms(order, x, y, shape)
    keep = np.ones(len(x), bool)
    found = np.zeros(terms.shape[1])
    for _ in range(4):
        found = np.linalg.lstsq(terms[keep], difference[keep])[0]
        left = np.abs(difference - terms @ found)
        limit = 3.0 * 1.4826 * float(np.median(left[keep]))
        kept = left <= max(limit, 1e-12)
        if np.count_nonzero(kept) < 2 * terms.shape[1] or (kept == keep).all():
            break
        keep = kept
    return np.asarray(found, np.float64)
