"""Cutouts of known truth: a star that moved and changed, and perhaps a new source beside it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import Adjustment, FitOptions
from vetter.core.psf.models import Gaussian

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Field:
    """What all cutouts of a trial share.

    Attributes
    ----------
    size : int
        Side of the cutouts, pixels.
    fwhm : float
        Of the PSF, pixels.
    noise : float
        Sigma of the sky per pixel; the gain is such that a star's own noise is in ``err`` too.
    gain : float
        Electrons per unit of flux.
    template_noise : float
        The template's sigma in units of the image's; it is left out of ``err``.
    template_err : bool
        Whether an error plane of the template says so.
    err_factor : float
        ``err`` is this times the truth.
    correlation : float
        Of the noise of neighbouring pixels.
    """

    size: int = 41
    fwhm: float = 4.0
    noise: float = 10.0
    gain: float = 2.0
    template_noise: float = 0.0
    template_err: bool = False
    err_factor: float = 1.0
    correlation: float = 0.0

    def sky_noise(self) -> float:
        """Sigma of a PSF's flux against the sky: the S/N of a matched filter is flux over this."""
        middle = 0.5 * (self.size - 1)
        psf = Gaussian(self.fwhm).render((self.size, self.size), middle, middle)
        return self.noise / math.sqrt(float((psf * psf).sum()))

    def difference_noise(self) -> float:
        """As :meth:`sky_noise`, with the template's own noise."""
        return self.sky_noise() * math.hypot(1.0, self.template_noise)


@dataclass(frozen=True, slots=True)
class Truth:
    """One cutout: a template star that moved and changed, and perhaps a new source.

    ``flux`` is the star's, at ``star`` pixels (x, y) from the centre in the template; the image has
    it at ``dx``, ``dy`` from there and ``scale`` times as bright, and ``new`` flux at the centre.
    """

    flux: float
    star: tuple[float, float] = (0.0, 0.0)
    dx: float = 0.0
    dy: float = 0.0
    scale: float = 1.0
    new: float = 0.0


def simulate(field: Field, truth: Truth, rng: np.random.Generator) -> dict[str, Any]:
    """One cutout as a dict: ``image``, ``convolved``, ``err``, ``meta`` with ``fwhm``."""
    shape, middle = (field.size, field.size), 0.5 * (field.size - 1)
    psf = Gaussian(field.fwhm)
    x, y = middle + truth.star[0], middle + truth.star[1]
    template = 100.0 + truth.flux * psf.render(shape, x, y)
    model = truth.scale * truth.flux * psf.render(shape, x + truth.dx, y + truth.dy)
    model += truth.new * psf.render(shape, middle, middle)
    sigma = np.sqrt(field.noise**2 + np.maximum(model, 0.0) / field.gain)
    image = 1000.0 + model + sigma * _noise(shape, field.correlation, rng)
    if field.template_noise > 0:
        template = template + field.template_noise * field.noise * rng.standard_normal(shape)
    cutout = {
        "image": image,
        "convolved": template,
        "err": field.err_factor * sigma,
        "meta": {"x": middle, "y": middle, "fwhm": field.fwhm},
    }
    if field.template_err:
        cutout["template_err"] = np.full(shape, field.template_noise * field.noise)
    return cutout


def _noise(shape: tuple[int, int], correlation: float, rng: np.random.Generator) -> Array:
    """Unit Gaussian noise; neighbours correlated by a two-pixel kernel on each axis.

    The kernel (1, a, and so on for each axis) gives a / (1 + a^2), so up to 0.5.
    """
    if not correlation > 0:
        return rng.standard_normal(shape)
    a = (1.0 - math.sqrt(max(0.0, 1.0 - 4.0 * correlation**2))) / (2.0 * correlation)
    white = rng.standard_normal((shape[0] + 1, shape[1] + 1))
    white = white[1:] + a * white[:-1]
    white = white[:, 1:] + a * white[:, :-1]
    out: Array = white / (1.0 + a * a)
    return out


def dipole(field: Field, rng: np.random.Generator, snr: tuple[float, float] = (20, 300)) -> Truth:
    """A star that moved by up to 0.8 px and changed by up to 15%; S/N against the sky."""
    angle, radius = rng.uniform(0, 2 * math.pi), 0.8 * math.sqrt(rng.uniform())
    return Truth(
        flux=field.sky_noise() * math.exp(rng.uniform(*np.log(snr))),
        star=(rng.uniform(-0.5, 0.5), rng.uniform(-0.5, 0.5)),
        dx=radius * math.cos(angle),
        dy=radius * math.sin(angle),
        scale=rng.uniform(1 / 1.15, 1.15),
    )


def new_source(
    field: Field,
    rng: np.random.Generator,
    snr: float = 15.0,
    distance: tuple[float, float] | None = (2.0, 4.0),
    ratio: tuple[float, float] = (0.3, 3.0),
    misregistration: float = 0.2,
) -> Truth:
    """A new source of that S/N against the sky, near a star of ``ratio`` times its flux, or alone.

    The template is off by up to ``misregistration`` pixels, as difference images are.
    """
    new = snr * field.sky_noise()
    if distance is None:
        # Something has to be in the template: a faint star at the cutout's edge.
        return Truth(flux=new, star=(-9.0, 7.0), new=new)
    angle, away = rng.uniform(0, 2 * math.pi), rng.uniform(*distance)
    return Truth(
        flux=new * math.exp(rng.uniform(*np.log(ratio))),
        star=(away * math.cos(angle), away * math.sin(angle)),
        dx=rng.uniform(-misregistration, misregistration),
        dy=rng.uniform(-misregistration, misregistration),
        new=new,
    )


def peaked(
    field: Field, rng: np.random.Generator, peak: tuple[float, float] = (10.0, 300.0)
) -> Truth:
    """A dipole whose brightest pixel has a S/N of ``peak``, its own photon noise included."""
    middle = 0.5 * (field.size - 1)
    share = float(Gaussian(field.fwhm).render((field.size, field.size), middle, middle).max())
    snr = math.exp(rng.uniform(*np.log(peak)))
    own = snr * snr / field.gain
    height = 0.5 * (own + math.sqrt(own * own + 4.0 * snr * snr * field.noise**2))
    return replace(dipole(field, rng), flux=height / share)


def run(
    field: Field,
    draw: Callable[[Field, np.random.Generator], Truth],
    count: int,
    options: FitOptions,
    seed: int,
) -> list[Adjustment]:
    """Fit ``count`` cutouts drawn with a fixed seed."""
    from vetter.core.fit.adjust import fit_many

    rng = np.random.default_rng(seed)
    found: list[Adjustment] = []
    while len(found) < count:
        lot = [simulate(field, draw(field, rng), rng) for _ in range(min(200, count - len(found)))]
        found += fit_many(lot, options)
    return found


def field_options(field: Field) -> FitOptions:
    """The options of the window and of ``vetter adjust``: a box of 4 FWHM + 1, free background."""
    return FitOptions(
        max_shift=1.0, max_scale=2.0, inner_fwhm=4.0, fit_bg=True, fwhm=field.fwhm, check_err=True
    )
