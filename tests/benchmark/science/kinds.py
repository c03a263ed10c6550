"""Kinds of scene on single stamps, each with its wrong answers and the goal for their number."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from tests.benchmark.science.stamps import (
    Array,
    Conditions,
    Galaxy,
    Light,
    Scene,
    draw_line,
    draw_points,
)
from vetter.core.judgement.answer import Answer

Draw = Callable[[Conditions, int, np.random.Generator], Scene]

FWHMS = (2.5, 3.3, 4.1, 5.0)
"""FWHM of the fields that share the stamps of a kind."""
REGISTRATIONS = (0.15, 0.5)
FAINT, BRIGHT = (8.0, 15.0), (20.0, 50.0)

EXPLAINED = frozenset({Answer.EXPLAINED})
KEPT = frozenset({Answer.KEPT})
LOST = frozenset({Answer.EXPLAINED, Answer.VARIABLE, Answer.ORDINARY, Answer.NOTHING})
UNEXPLAINED = frozenset(set(Answer) - {Answer.EXPLAINED})


def steady_star(
    of: Conditions, count: int, rng: np.random.Generator, snr: tuple[float, float] = (15, 1000)
) -> Scene:
    """Draw a star that did not change, at the candidate's position."""
    return Scene((_star(of, count, rng, snr, (0.0, 0.1)),))


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of scene.

    Attributes
    ----------
    name : str
    draw : callable
        Draws the scenes of some stamps under some conditions.
    conditions : Conditions
        Conditions of the field; the FWHM is replaced by each of ``fwhms``.
    wrong : frozenset of Answer
        Wrong answers; empty: the kind is only shown.
    most : float, optional
        Goal: largest share of wrong answers, percent; None: only shown.
    goal : str
        Origin of the goal: a number of the list of goals, or ``own``.
    fwhms : tuple of float
    stars : callable
        Draws the field's own stars, on which the answer is calibrated.
    may_abstain : bool
        Whether ``not judged`` is an answer as good as any.
    """

    name: str
    draw: Draw
    conditions: Conditions = Conditions()
    wrong: frozenset[Answer] = frozenset()
    most: float | None = None
    goal: str = "own"
    fwhms: tuple[float, ...] = FWHMS
    stars: Draw = steady_star
    may_abstain: bool = False


def list_kinds() -> list[Kind]:
    """Return all kinds: scenes without anything new, new light, changed and moved stars."""
    return [*_nulls(), *_sources(), *_artefacts(), *_changes(), *_dipoles()]


def _nulls() -> Iterator[Kind]:
    """Scenes without anything new: none may be kept."""
    null = partial(Kind, wrong=KEPT, most=5.0, goal="4")
    plain = Conditions()
    stars = partial(steady_star, snr=(20, 300))
    yield null("blank sky, template of noise", _blank, replace(plain, template_noise=0.3))
    yield null("blank sky, template as noisy", _blank, replace(plain, template_noise=1.0))
    yield null("blank sky, gradient 0.5 sigma/px", _blank, replace(plain, gradient=0.5))
    yield null("star, gradient 0.5 sigma/px", stars, replace(plain, gradient=0.5))
    yield null("star, err 20% small", stars, replace(plain, err_factor=0.8))
    yield null("star, err 20% large", stars, replace(plain, err_factor=1.2))
    yield null("star, template PSF 10% narrower", stars, replace(plain, template_width=0.9))
    yield null("star, template PSF 10% wider", stars, replace(plain, template_width=1.1))
    yield null("star, scale 5% off", stars, replace(plain, scale=1.05))
    null = partial(null, goal="own")
    for registration in REGISTRATIONS:
        of = replace(plain, registration=registration)
        yield null(f"star, registration {registration:g} px", steady_star, of)
    yield null("star, template as noisy", stars, replace(plain, template_noise=1.0))
    yield null("star, noise correlated 0.4", stars, replace(plain, correlation=0.4))
    yield null("star, undersampled, FWHM 1.5", stars, plain, fwhms=(1.5,))
    yield null("star, trailed 3:1", stars, replace(plain, axis_ratio=3.0))
    yield null("star, bad column masked", _bad_column)
    yield null("star, saturated core masked", _saturated, may_abstain=True)
    yield null("stars, differential refraction", _refracted, stars=_refracted)
    for index in (1.0, 4.0):
        yield null(f"galaxy n = {index:g}, core", partial(_in_galaxy, index=index, new=None))


def _sources() -> Iterator[Kind]:
    """New sources, at places where a fit may take them away."""
    near = "{} FWHM from a star"
    places: list[tuple[str, Draw]] = [
        ("alone", _alone),
        (near.format("0 to 0.3"), partial(_near_star, distance=(0.0, 0.3))),
        (near.format("0.3 to 1"), partial(_near_star, distance=(0.3, 1.0))),
        (near.format("1 to 2"), partial(_near_star, distance=(1.0, 2.0))),
    ]
    for index in (4.0, 1.0):
        for part, distance in (("core", (0.0, 0.3)), ("flank", (0.5, 1.5))):
            draw = partial(_in_galaxy, index=index, distance=distance)
            places.append((f"n = {index:g} galaxy, {part}", draw))
    for new in (FAINT, BRIGHT):
        for registration in REGISTRATIONS:
            of = replace(Conditions(), registration=registration)
            most = 1.0 if registration < 0.3 else 3.0
            for place, draw in places:
                name = f"S/N {new[0]:g} to {new[1]:g}, {place}; {registration:g} px"
                wrong, limit, goal = EXPLAINED, most, "3"
                if new is BRIGHT:
                    goal = "own"
                    if place == "alone":
                        wrong, limit = LOST, 0.0
                yield Kind(name, partial(draw, new=new), of, wrong, limit, goal)
    for low, high in (FAINT, BRIGHT):
        for place, draw in places[:3]:
            name = f"S/N -{low:g} to -{high:g}, {place}"
            draw = partial(draw, new=(low, high), sign=-1.0)
            yield Kind(name, draw, Conditions(), EXPLAINED, 1.0)
    sharp = Conditions(fwhm=1.5)
    yield Kind("S/N 20 to 50, alone, FWHM 1.5", _alone_bright, sharp, LOST, 0.0, fwhms=(1.5,))
    long = Conditions(axis_ratio=3.0)
    yield Kind("S/N 20 to 50, alone, trailed 3:1", _alone_bright, long, LOST, 0.0)
    noisy = Conditions(template_noise=1.0)
    yield Kind("S/N 20 to 50, alone, template as noisy", _alone_bright, noisy, LOST, 0.0)


def _artefacts() -> Iterator[Kind]:
    """Light that is no star's, beside stars and alone: no shift explains it."""
    artefact = partial(Kind, wrong=EXPLAINED, most=1.0)
    for low, high in ((4, 10), (10, 30)):
        draw = partial(_trail, new=(low, high))
        name = f"trail, S/N {low} to {high}, 0 to 1 FWHM from a star"
        yield artefact(name, draw, most=5.0, goal="section 3")
    yield artefact("trail, S/N 10 to 30, alone", partial(_trail, star=False))
    yield artefact("cosmic ray, S/N 10 to 50", _cosmic_ray)
    yield artefact("cosmic ray, S/N 10 to 50, by a star", partial(_cosmic_ray, star=True))
    yield artefact("hot pixel, S/N 10 to 50", partial(_cosmic_ray, length=1))


def _changes() -> Iterator[Kind]:
    """Stars and galaxies that changed: a shift must not explain them."""
    for change, snr in ((0.05, (300, 1000)), (0.2, (100, 1000)), (0.5, (30, 1000))):
        draw = partial(_variable, change=change, snr=snr)
        for registration in REGISTRATIONS:
            of = replace(Conditions(), registration=registration)
            name = f"variable star, {change:.0%}; {registration:g} px"
            yield Kind(name, draw, of, EXPLAINED, 1.0)


def _dipoles() -> Iterator[Kind]:
    """Stars that the template has elsewhere, with and without a new source beside them."""
    least = {(1000, 0.5): 95.0, (150, 0.5): 60.0}
    for length in REGISTRATIONS:
        of = replace(Conditions(), registration=length)
        for snr in (30, 150, 1000):
            draw = partial(_dipole, snr=snr, length=length)
            goal = least.get((snr, length))
            name = f"dipole, S/N {snr}, {length:g} px"
            if goal:
                yield Kind(name, draw, of, UNEXPLAINED, 100.0 - goal, "3")
            else:
                yield Kind(name, draw, of, KEPT, 5.0)
    for length in REGISTRATIONS:
        of = replace(Conditions(), registration=length)
        for snr in (30, 150, 1000):
            draw = partial(_dipole, snr=snr, length=length, new=FAINT)
            name = f"S/N 8 to 15 beside a dipole, S/N {snr}, {length:g} px"
            yield Kind(name, draw, of, EXPLAINED, 1.0 if length < 0.3 else 3.0, "3")
        draw = partial(_dipole, snr=1000, length=length, new=BRIGHT)
        name = f"S/N 20 to 50 beside a dipole, S/N 1000, {length:g} px"
        yield Kind(name, draw, of, EXPLAINED, 1.0 if length < 0.3 else 3.0)
    of = replace(Conditions(), registration=0.5 * math.sqrt(2.0))
    draw = partial(_dipole, snr=1000, length=None)
    yield Kind("dipole, S/N 1000, 0.5 px along each axis", draw, of, UNEXPLAINED, 10.0)
    yield Kind("blend of two stars, one moved 0.3 to 1 px", _blend)


def _blank(of: Conditions, count: int, rng: np.random.Generator) -> Scene:
    return Scene()


def _bad_column(of: Conditions, count: int, rng: np.random.Generator) -> Scene:
    return replace(steady_star(of, count, rng, (20, 300)), bad_column=True)


def _saturated(of: Conditions, count: int, rng: np.random.Generator) -> Scene:
    return replace(steady_star(of, count, rng, (500, 2000)), clip=0.4)


def _refracted(of: Conditions, count: int, rng: np.random.Generator) -> Scene:
    """Draw a star and a neighbour, each moved along y by its own colour."""
    lights = [
        _star(of, count, rng, (20, 300), (0.0, 0.1)),
        _star(of, count, rng, (20, 100), (1.5, 3.0)),
    ]
    return Scene(tuple(replace(light, moved_y=rng.normal(0.0, 0.2, count)) for light in lights))


def _alone(
    of: Conditions,
    count: int,
    rng: np.random.Generator,
    new: tuple[float, float],
    sign: float = 1.0,
) -> Scene:
    return Scene(snr=sign * _spread(new, count, rng))


_alone_bright = partial(_alone, new=BRIGHT)


def _near_star(
    of: Conditions,
    count: int,
    rng: np.random.Generator,
    new: tuple[float, float],
    distance: tuple[float, float],
    sign: float = 1.0,
) -> Scene:
    return Scene((_star(of, count, rng, (30, 1000), distance),), sign * _spread(new, count, rng))


def _in_galaxy(
    of: Conditions,
    count: int,
    rng: np.random.Generator,
    index: float,
    new: tuple[float, float] | None,
    distance: tuple[float, float] = (0.0, 0.1),
) -> Scene:
    """Draw a galaxy, and a source at a distance in units of its effective radius."""
    radius = of.fwhm * rng.uniform(0.6, 2.0, count)
    x, y = _ring(distance, count, rng) * radius
    shape = Galaxy(index, radius, rng.uniform(0.4, 1.0, count), rng.uniform(0, np.pi, count))
    flux = of.star_flux(_spread((60, 600), count, rng))
    snr = None if new is None else _spread(new, count, rng)
    return Scene((Light(x, y, flux, flux, galaxy=shape),), snr)


def _trail(
    of: Conditions,
    count: int,
    rng: np.random.Generator,
    star: bool = True,
    new: tuple[float, float] = (10, 30),
) -> Scene:
    lights = (_star(of, count, rng, (30, 300), (0.0, 1.0)),) if star else ()
    line = draw_line(of, rng.uniform(0, np.pi, count), rng.normal(0.0, 0.2, count))
    return Scene(lights, _spread(new, count, rng), line)


def _cosmic_ray(
    of: Conditions, count: int, rng: np.random.Generator, length: int = 4, star: bool = False
) -> Scene:
    """Draw up to ``length`` pixels in a row or a column, without any PSF."""
    lights = (_star(of, count, rng, (30, 300), (0.0, 1.0)),) if star else ()
    shape = np.zeros_like(draw_points(of, *np.zeros((3, count))))
    middle = shape.shape[1] // 2
    for stamp, pixels in enumerate(rng.integers(1, length + 1, count)):
        along = slice(middle - (pixels - 1) // 2, middle - (pixels - 1) // 2 + pixels)
        where = (along, middle) if rng.random() < 0.5 else (middle, along)
        shape[(stamp, *where)] = 1.0
    return Scene(lights, _spread((10, 50), count, rng), shape)


def _variable(
    of: Conditions,
    count: int,
    rng: np.random.Generator,
    change: float,
    snr: tuple[float, float],
) -> Scene:
    star = _star(of, count, rng, snr, (0.0, 0.1))
    factor = np.where(rng.random(count) < 0.5, 1.0 + change, 1.0 / (1.0 + change))
    return Scene((replace(star, after=star.before * factor),))


def _dipole(
    of: Conditions,
    count: int,
    rng: np.random.Generator,
    snr: float,
    length: float | None,
    new: tuple[float, float] | None = None,
) -> Scene:
    """Draw a star whose template is off by ``length``; the candidate is on one of its lobes.

    A new source is 0.3 to 1.5 FWHM from the star.
    """
    shift = of.draw_shifts(count, rng)
    away = np.hypot(*shift.T)
    direction = shift.T / away
    if length is not None:
        shift = length * direction.T
    flux = of.star_flux(np.full(count, float(snr)))
    if new is None:
        # The lobes of a small shift peak 0.4 FWHM from the star.
        lobe = rng.choice((-1.0, 1.0), count) * rng.uniform(0.2, 0.6, count) * of.fwhm
        x, y = lobe * direction
        return Scene((Light(x, y, flux, flux),), shift=shift)
    x, y = _ring((0.3, 1.5), count, rng) * of.fwhm
    return Scene((Light(x, y, flux, flux),), _spread(new, count, rng), shift=shift)


def _blend(of: Conditions, count: int, rng: np.random.Generator) -> Scene:
    star = _star(of, count, rng, (50, 500), (0.0, 0.2))
    x, y = _ring((0.3, 1.0), count, rng)
    return Scene(
        (replace(star, moved_x=x, moved_y=y), _star(of, count, rng, (50, 500), (1.0, 2.5)))
    )


def _star(
    of: Conditions,
    count: int,
    rng: np.random.Generator,
    snr: tuple[float, float],
    distance: tuple[float, float],
) -> Light:
    """Draw a steady star at a distance from the middle, in units of the FWHM."""
    x, y = _ring(distance, count, rng) * of.fwhm
    flux = of.star_flux(_spread(snr, count, rng))
    return Light(x, y, flux, flux)


def _spread(limits: tuple[float, float], count: int, rng: np.random.Generator) -> Array:
    """Draw numbers of equal probability in their logarithm."""
    out: Array = np.exp(rng.uniform(*np.log(limits), count))
    return out


def _ring(limits: tuple[float, float], count: int, rng: np.random.Generator) -> Array:
    """Draw positions (2, n) of equal probability in a ring's area."""
    angle = rng.uniform(0.0, 2.0 * np.pi, count)
    radius = np.sqrt(rng.uniform(limits[0] ** 2, limits[1] ** 2, count))
    out: Array = radius * np.array([np.cos(angle), np.sin(angle)])
    return out
