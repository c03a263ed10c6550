"""Generator of whole fields, written as files: image, template and list, with known truth.

The list holds injected sources, artefacts on stars of the template, steady stars and blank sky.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.benchmark.science.stamps import (
    SIDE,
    Array,
    Conditions,
    Galaxy,
    draw_galaxy,
    draw_points,
)

FIELD_SIDE = 900
_MARGIN = 30
"""Distance of all candidates from the field's edge, pixels."""
SOURCES, ARTEFACTS, STARS, BLANKS = 80, 60, 60, 60


@dataclass(frozen=True, slots=True)
class FieldKind:
    """One kind of field.

    Attributes
    ----------
    name : str
    stars, galaxies : int
        Numbers of stars brighter than S/N ``faintest``, and of galaxies.
    conditions : Conditions
        PSF in the middle of the image (its FWHM grows by a tenth towards one corner), noise, gain
        and registration.
    template_width, template_beta : float
        FWHM of the template's PSF in units of the image's, and its Moffat exponent.
    template_gain, template_noise, template_units : float
        Electrons per unit of the image's flux; sigma of its sky in units of the image's; its own
        units per unit of the image's flux.
    saturation : float, optional
        Level at which both frames are clipped; the header does not tell it.
    is_uint16 : bool
        Write frames of 16 bits, without a WCS, gain or any other keyword.
    """

    name: str
    stars: int = 400
    galaxies: int = 60
    faintest: float = 5.0
    conditions: Conditions = Conditions()
    template_width: float = 0.8
    template_beta: float = 3.5
    template_gain: float = 8.0
    template_noise: float = 0.4
    template_units: float = 1.7
    saturation: float | None = None
    is_uint16: bool = False


KINDS = (
    FieldKind("plain"),
    FieldKind("registration 0.5 px", conditions=Conditions(registration=0.5)),
    FieldKind("template wider", template_width=1.2),
    FieldKind("template as noisy", template_width=1.0, template_noise=1.0),
    FieldKind("trailed 3:1", conditions=Conditions(axis_ratio=3.0), template_beta=3.0),
    FieldKind("uint16 without WCS", is_uint16=True),
    FieldKind("FWHM 2 px, galaxies", 60, 300, 20.0, Conditions(fwhm=2.0), template_width=1.0),
    FieldKind("five stars", 5, 10, 80.0),
    FieldKind("crowded", 5000, 20, conditions=Conditions(fwhm=3.0)),
    FieldKind("saturated without SATURATE", 800, saturation=9000.0),
)


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Candidates of a field: positions (0-based pixels), their kind and S/N.

    ``role`` is ``source``, ``artefact``, ``star`` or ``blank``; ``snr`` is that of an injected
    source, with all noise but its own, and NaN for the others.
    """

    x: Array
    y: Array
    role: npt.NDArray[np.str_]
    snr: Array


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedField:
    """Planes of a field in the image's units (template: its own), and its candidates.

    ``flux`` (n,) and ``position`` (2, n) are those of the stars in the image, ``shift`` (2, n) the
    motion from template to image.
    """

    kind: FieldKind
    image: Array
    template: Array
    convolved: Array
    err: Array
    candidates: Candidates
    flux: Array
    position: Array
    shift: Array


@dataclass(frozen=True, slots=True, eq=False)
class _Objects:
    """Stars, or galaxies, of a field: position in the image, flux, motion from the template."""

    x: Array
    y: Array
    flux: Array
    shift: Array
    galaxy: Galaxy | None = None


def simulate_field(kind: FieldKind, seed: int = 1) -> SimulatedField:
    """Make a field of a kind."""
    rng = np.random.default_rng([seed, *kind.name.encode()])
    of = kind.conditions
    distortion = _distortion(of.registration, rng)
    stars, galaxies = _draw_stars(kind, rng, distortion), _draw_galaxies(kind, rng, distortion)
    objects = [lot for lot in (stars, galaxies) if len(lot.x)]
    image = sum((_paint(of, lot) for lot in objects), np.zeros((FIELD_SIDE, FIELD_SIDE)))
    other = replace(of, fwhm=of.fwhm * kind.template_width, beta=kind.template_beta)
    template = sum((_paint(other, lot, moved=True) for lot in objects), np.zeros_like(image))
    matched = sum((_paint(of, lot, moved=True) for lot in objects), np.zeros_like(image))
    noise = kind.template_noise * of.sky_noise
    sigma = np.sqrt(noise**2 + np.maximum(template, 0.0) / kind.template_gain)
    grain = sigma * rng.standard_normal(image.shape)
    smooth, share = _smoothed(grain, of.fwhm * math.sqrt(max(0.0, 1.0 - kind.template_width**2)))
    variance = of.sky_noise**2 + (noise * share) ** 2
    candidates, injected = _draw_candidates(kind, stars, galaxies, image, variance, rng)
    image = image + _paint(of, injected)
    own = of.sky_noise**2 + np.maximum(image, 0.0) / of.gain
    err = np.sqrt(own + (sigma * share) ** 2)
    image = 1000.0 + image + np.sqrt(own) * rng.standard_normal(image.shape)
    template = 300.0 + kind.template_units * (template + grain)
    convolved = matched + smooth
    if kind.saturation is not None:
        image = np.minimum(image, kind.saturation)
        template = np.minimum(template, kind.saturation)
    position = np.array([stars.x, stars.y])
    return SimulatedField(
        kind, image, template, convolved, err, candidates, stars.flux, position, stars.shift
    )


def write_field(field: SimulatedField, folder: Path, planes: tuple[str, ...]) -> list[str]:
    """Write list and planes into a folder; return the words of a command line that name them.

    ``planes`` are of image, template, convolved, diff and err.
    """
    from astropy.io import fits
    from astropy.table import Table

    table, of = Table(), field.candidates
    table["id"] = [f"{role}-{number}" for number, role in enumerate(of.role)]
    table["x"], table["y"] = of.x, of.y
    table.write(folder / "list.csv", overwrite=True)
    made = {
        "image": field.image,
        "template": field.template,
        "convolved": field.convolved,
        "diff": field.image - 1000.0 - field.convolved,
        "err": field.err,
    }
    words = [str(folder / "list.csv")]
    for name in planes:
        file = folder / f"{name}.fits"
        if field.kind.is_uint16:
            pixels = np.clip(np.round(made[name]), 0, 65535).astype(np.uint16)
            fits.writeto(file, pixels, overwrite=True)
        else:
            fits.writeto(file, made[name].astype(np.float32), _header(), overwrite=True)
        words += [f"--{name}", str(file)]
    return words


def _header() -> object:
    from astropy.io import fits

    header = fits.Header()
    middle, step = 0.5 * (FIELD_SIDE + 1), 0.3 / 3600.0
    cards = {
        "CTYPE1": "RA---TAN",
        "CTYPE2": "DEC--TAN",
        "CRVAL1": 150.0,
        "CRVAL2": 2.0,
        "CRPIX1": middle,
        "CRPIX2": middle,
        "CD1_1": -step,
        "CD1_2": 0.0,
        "CD2_1": 0.0,
        "CD2_2": step,
    }
    header.update(cards)
    return header


def _draw_stars(kind: FieldKind, rng: np.random.Generator, distortion: Array) -> _Objects:
    """Draw stars whose number above a flux falls as its power -0.75, as at high latitude."""
    x, y = rng.uniform(5, FIELD_SIDE - 6, (2, kind.stars))
    snr_flux = kind.conditions.star_flux(np.array([kind.faintest]))[0]
    most = 8e5 if kind.saturation is None else 6e6
    flux = np.minimum(snr_flux * rng.uniform(size=kind.stars) ** (-1.0 / 0.75), most)
    shift = _shifts(distortion, x, y) + rng.normal(0.0, 0.02, (2, kind.stars))
    return _Objects(x, y, flux, shift)


def _draw_galaxies(kind: FieldKind, rng: np.random.Generator, distortion: Array) -> _Objects:
    count, of = kind.galaxies, kind.conditions
    x, y = rng.uniform(_MARGIN + 5, FIELD_SIDE - _MARGIN - 6, (2, count))
    flux = of.star_flux(np.exp(rng.uniform(*np.log([60.0, 600.0]), count)))
    radius = of.fwhm * rng.uniform(0.6, 2.0, count)
    profile = Galaxy(1.0, radius, rng.uniform(0.4, 1.0, count), rng.uniform(0, np.pi, count))
    return _Objects(x, y, flux, _shifts(distortion, x, y), profile)


def _draw_candidates(
    kind: FieldKind,
    stars: _Objects,
    galaxies: _Objects,
    image: Array,
    variance: float,
    rng: np.random.Generator,
) -> tuple[Candidates, _Objects]:
    """Return the candidates, and the injected sources among them."""
    of = kind.conditions
    objects = np.hstack([[stars.x, stars.y], [galaxies.x, galaxies.y]])
    inside = np.abs(np.array([stars.x, stars.y]) - 0.5 * FIELD_SIDE) < 0.5 * FIELD_SIDE - _MARGIN
    usable = np.flatnonzero(inside.all(axis=0))
    bright = usable[np.argsort(-stars.flux[usable])]
    # Hosts of sources are none of the stars that are candidates themselves.
    artefacts = bright[: max(1, min(ARTEFACTS, len(bright) // 4))]
    rest = rng.permutation(bright[len(artefacts) :])
    held, hosts = rest[: min(STARS, len(rest) // 2)], rest[min(STARS, len(rest) // 2) :]
    x, y = _places(kind, stars, galaxies, hosts, objects, rng)
    snr = np.exp(rng.uniform(*np.log([5.0, 100.0]), len(x)))
    flux = snr * _flux_errors(of, image, variance, x, y)
    sources = _Objects(x, y, flux, np.zeros((2, len(x))))
    # A matched filter places a source to about 0.4 FWHM / (S/N) on each axis.
    off = np.minimum(0.4 / snr, 0.1) * of.fwhm
    seen_x, seen_y = x + off * rng.standard_normal(len(x)), y + off * rng.standard_normal(len(x))
    lobe = rng.choice((-1.0, 1.0), len(artefacts)) * rng.uniform(0.2, 0.6, len(artefacts)) * of.fwhm
    direction = stars.shift[:, artefacts] / np.hypot(*stars.shift[:, artefacts])
    blank_x, blank_y = _blank_places(BLANKS, objects, 3.0 * of.fwhm, rng)
    lots = [
        ("source", seen_x, seen_y),
        ("artefact", *(np.array([stars.x, stars.y])[:, artefacts] + lobe * direction)),
        ("star", stars.x[held], stars.y[held]),
        ("blank", blank_x, blank_y),
    ]
    role = np.concatenate([np.full(len(x), name) for name, x, _ in lots])
    known = np.full(len(role), np.nan)
    known[: len(snr)] = snr
    columns = (np.concatenate([lot[axis] for lot in lots]) for axis in (1, 2))
    return Candidates(*columns, role, known), sources


def _places(
    kind: FieldKind,
    stars: _Objects,
    galaxies: _Objects,
    hosts: npt.NDArray[np.intp],
    objects: Array,
    rng: np.random.Generator,
) -> Array:
    """Return positions (2, n) of sources: half in galaxies, a quarter near stars, and blank."""
    of = kind.conditions
    number = min(SOURCES // 2, len(galaxies.x))
    member = rng.permutation(len(galaxies.x))[:number]
    radius = np.sqrt(rng.uniform(size=number)) * galaxies.galaxy.radius[member]
    angle = rng.uniform(0, 2 * np.pi, number)
    nuclear = np.array([galaxies.x[member], galaxies.y[member]])
    nuclear = nuclear + radius * np.array([np.cos(angle), np.sin(angle)])
    near = hosts[: min(SOURCES // 4, len(hosts))]
    radius = rng.uniform(0.3, 2.0, len(near)) * of.fwhm
    angle = rng.uniform(0, 2 * np.pi, len(near))
    close = np.array([stars.x[near], stars.y[near]])
    close = close + radius * np.array([np.cos(angle), np.sin(angle)])
    blank = _blank_places(SOURCES // 4, objects, 3.0 * of.fwhm, rng)
    out: Array = np.hstack([nuclear, close, blank])
    return out


def _blank_places(count: int, objects: Array, least: float, rng: np.random.Generator) -> Array:
    """Return the positions (2, count), of many, that are farthest from all objects.

    All are ``least`` pixels away from them where the field has so much room.
    """
    from scipy.spatial import cKDTree

    tries = rng.uniform(_MARGIN, FIELD_SIDE - _MARGIN, (2, 40 * count))
    distance, _ = cKDTree(objects.T).query(tries.T)
    clear = tries[:, distance > least]
    if clear.shape[1] < count:
        clear = tries[:, np.argsort(-distance)]
    out: Array = clear[:, :count]
    return out


def _flux_errors(of: Conditions, image: Array, variance: float, x: Array, y: Array) -> Array:
    """Return the errors of a PSF's flux at positions, by a matched filter."""
    psf = draw_points(of, *(np.zeros((2, 1))), np.ones(1))
    boxes = np.array([image[rows, columns] for rows, columns in _boxes(x, y)])
    known = variance + np.maximum(boxes, 0.0) / of.gain
    out: Array = 1.0 / np.sqrt((psf**2 / known).sum(axis=(1, 2)))
    return out


def _paint(of: Conditions, lot: _Objects, moved: bool = False) -> Array:
    """Return a field with these objects, where the template has them if ``moved``."""
    plane = np.zeros((FIELD_SIDE + 2 * SIDE,) * 2)
    x, y = (lot.x, lot.y) - lot.shift if moved else (lot.x, lot.y)
    width = 1.0 + 0.1 * (x + y - FIELD_SIDE) / (2.0 * FIELD_SIDE)
    for start in range(0, len(x), 50):
        part = slice(start, start + 50)
        off_x, off_y = x[part] - np.rint(x[part]), y[part] - np.rint(y[part])
        wide = width[part, None, None]
        if lot.galaxy is None:
            boxes = draw_points(of, off_x, off_y, lot.flux[part], wide)
        else:
            profile = replace(
                lot.galaxy,
                radius=lot.galaxy.radius[part],
                axis_ratio=lot.galaxy.axis_ratio[part],
                angle=lot.galaxy.angle[part],
            )
            boxes = draw_galaxy(of, profile, off_x, off_y, lot.flux[part], wide)
        for where, box in zip(_boxes(x[part] + SIDE, y[part] + SIDE), boxes, strict=True):
            plane[where] += box
    out: Array = plane[SIDE:-SIDE, SIDE:-SIDE]
    return out


def _boxes(x: Array, y: Array) -> Iterator[tuple[slice, slice]]:
    """Yield the rows and columns of the stamps around positions."""
    half = SIDE // 2
    for column, row in zip(np.rint(x).astype(int), np.rint(y).astype(int), strict=True):
        yield slice(row - half, row + half + 1), slice(column - half, column + half + 1)


def _smoothed(noise: Array, fwhm: float) -> tuple[Array, float]:
    """Return noise convolved with a Gaussian, and the factor that this leaves of white noise."""
    from scipy.ndimage import gaussian_filter

    if fwhm <= 0:
        return noise, 1.0
    sigma = fwhm / 2.3548
    one = np.zeros((SIDE, SIDE))
    one[SIDE // 2, SIDE // 2] = 1.0
    share = math.sqrt(float((gaussian_filter(one, sigma) ** 2).sum()))
    return np.asarray(gaussian_filter(noise, sigma), float), share


def _distortion(registration: float, rng: np.random.Generator) -> Array:
    """Return coefficients (2, 6) of quadratic shifts whose length has that rms over the field."""
    coefficients = rng.normal(0.0, 1.0, (2, 6))
    grid = np.meshgrid(np.linspace(0, FIELD_SIDE, 9), np.linspace(0, FIELD_SIDE, 9))
    shifts = _shifts(coefficients, grid[0].ravel(), grid[1].ravel())
    out: Array = coefficients * registration / math.sqrt(float((shifts**2).sum(axis=0).mean()))
    return out


def _shifts(coefficients: Array, x: Array, y: Array) -> Array:
    """Return the shifts (2, n) of a distortion at positions."""
    u, v = 2.0 * x / FIELD_SIDE - 1.0, 2.0 * y / FIELD_SIDE - 1.0
    out: Array = coefficients @ np.array([np.ones_like(u), u, v, u * v, u**2 - 0.3, v**2 - 0.3])
    return out
