"""Generator of stamps: image, matched template and noise of one field, with known truth.

All stamps of a call are made together, as arrays (count, side, side). The candidate is at the
middle of a stamp. Lengths are in pixels, fluxes in units of the image.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.psf.models import PsfImage

Array = npt.NDArray[np.float64]

SIDE = 41
"""Side of a stamp: as wide as the window shows it, so that the noise around a source is seen."""
SKY_LEVEL = 1000.0
TEMPLATE_LEVEL = 100.0


@dataclass(frozen=True, slots=True)
class Conditions:
    """Properties that all stamps of a field share.

    Attributes
    ----------
    fwhm, beta : float
        Moffat PSF of the image (Moffat 1969, A&A 3, 455), integrated over the pixels.
    axis_ratio : float
        Long over short axis of the PSF; ``fwhm`` is the geometric mean of both axes.
    registration : float
        Root mean square length of the template's shift, which differs from stamp to stamp.
    template_width : float
        FWHM of the matched template in units of ``fwhm``; 1 if the match is perfect.
    scale : float
        Flux of a steady star in the image over that in the template.
    sky_noise, gain : float
        Sigma of the sky per pixel; electrons per unit of flux.
    template_noise : float
        Noise of the template in units of ``sky_noise``; `err` includes it.
    err_factor : float
        ``err`` over the true noise.
    gradient : float
        Slope of the image's background, in units of ``sky_noise`` per pixel.
    correlation : float
        Correlation of the noise of neighbouring pixels, at most 0.5.
    """

    fwhm: float = 3.5
    beta: float = 3.0
    axis_ratio: float = 1.0
    registration: float = 0.15
    template_width: float = 1.0
    scale: float = 1.0
    sky_noise: float = 10.0
    gain: float = 2.0
    template_noise: float = 0.05
    err_factor: float = 1.0
    gradient: float = 0.0
    correlation: float = 0.0

    @property
    def blank_noise(self) -> float:
        """Noise of a blank pixel of the difference."""
        return self.sky_noise * math.hypot(1.0, self.template_noise)

    def flux_error(self, variance: Array | None = None) -> Array:
        """Return the error of a PSF's flux at the middle, by a matched filter; blank sky without a
        variance (n, side, side)."""
        zero = np.zeros(1)
        shape = draw_points(self, zero, zero, np.ones(1))
        known = np.full((1, SIDE, SIDE), self.blank_noise**2) if variance is None else variance
        error: Array = 1.0 / np.sqrt((shape**2 / known).sum(axis=(1, 2)))
        return error

    def draw_shifts(self, count: int, rng: np.random.Generator) -> Array:
        """Return normally distributed shifts (n, 2) of the template."""
        return self.registration * math.sqrt(0.5) * rng.standard_normal((count, 2))

    def star_flux(self, snr: Array) -> Array:
        """Return the fluxes of stars whose S/N includes their own photon noise."""
        sky = self.flux_error()
        own = snr**2 / self.gain
        flux: Array = 0.5 * (own + np.sqrt(own**2 + 4.0 * (snr * sky) ** 2))
        return flux


@dataclass(frozen=True, slots=True)
class Galaxy:
    """Sersic profiles (n,): index, effective radius, axis ratio and angle in radians."""

    index: float
    radius: Array
    axis_ratio: Array
    angle: Array


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """One star or galaxy in each of n stamps; all members have the shape (n,).

    Attributes
    ----------
    x, y : ndarray
        Position in the image, from the stamp's middle.
    before, after : ndarray
        Flux in the template (in units of the image) and in the image.
    moved_x, moved_y : ndarray or float
        Motion from template to image beside the registration, which all lights share.
    galaxy : Galaxy, optional
        Profile; None for a point.
    """

    x: Array
    y: Array
    before: Array
    after: Array
    moved_x: Array | float = 0.0
    moved_y: Array | float = 0.0
    galaxy: Galaxy | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Contents of n stamps.

    Attributes
    ----------
    lights : tuple of Light
        Stars and galaxies that are in the template, or in both.
    snr : ndarray (n,), optional
        S/N of the new light as a matched filter of the PSF at the middle measures it, with all
        noise but its own; negative: light that has gone.
    shape : ndarray (n, side, side), optional
        Form of the new light; None: a point, off the middle by the error of its position.
    shift : ndarray (n, 2), optional
        Shift of the template; None: drawn by `Conditions.draw_shifts`.
    clip : float, optional
        Saturation of image and template, as a part of the peak of the brightest pixel.
    bad_column : bool
        Whether a column through the source is bad, and masked.
    """

    lights: tuple[Light, ...] = ()
    snr: Array | None = None
    shape: Array | None = None
    shift: Array | None = None
    clip: float | None = None
    bad_column: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Stamps:
    """Simulated planes (n, side, side), with the truth.

    ``new_flux`` (n,) is the flux of the new light if it is a point, ``shift`` (n, 2) that of the
    template, ``model`` the image without noise.
    """

    image: Array
    convolved: Array
    err: Array
    mask: npt.NDArray[np.bool_]
    model: Array
    new_flux: Array
    shift: Array

    def __len__(self) -> int:
        return len(self.image)

    def cutouts(self) -> list[Mapping[str, Any]]:
        """Return the stamps as the cutouts of a fit."""
        middle = 0.5 * (SIDE - 1)
        made: list[Mapping[str, Any]] = []
        for number in range(len(self)):
            planes: dict[str, Any] = {
                "image": self.image[number],
                "convolved": self.convolved[number],
                "err": self.err[number],
                "meta": {"x": middle, "y": middle},
            }
            if self.mask[number].any():
                planes["mask"] = self.mask[number]
            made.append(planes)
        return made


def simulate(of: Conditions, scene: Scene, count: int, rng: np.random.Generator) -> Stamps:
    """Make ``count`` stamps of a scene."""
    shift = of.draw_shifts(count, rng) if scene.shift is None else scene.shift
    image = np.zeros((count, SIDE, SIDE))
    template = np.zeros((count, SIDE, SIDE))
    for light in scene.lights:
        image += _draw_light(of, light, light.x, light.y, light.after)
        x, y = light.x - light.moved_x - shift[:, 0], light.y - light.moved_y - shift[:, 1]
        template += _draw_light(of, light, x, y, light.before, of.template_width)
    new_flux = np.zeros(count)
    if scene.snr is not None:
        light_shape = scene.shape
        if light_shape is None:
            # A matched filter places a source to about 0.4 FWHM / (S/N) on each axis.
            off = np.minimum(0.4 / np.abs(scene.snr), 0.1) * of.fwhm
            dx, dy = off * rng.standard_normal((2, count))
            light_shape = draw_points(of, dx, dy, np.ones(count))
        new_flux = scene.snr * _unit_of_snr(of, light_shape, image)
        image = image + new_flux[:, None, None] * light_shape
    sigma = np.sqrt(of.sky_noise**2 + np.maximum(image, 0.0) / of.gain)
    extra = of.template_noise * of.sky_noise
    model = image + of.gradient * of.sky_noise * _planes(count, rng)
    image = model + sigma * _noise(count, of.correlation, rng)
    template = template + extra * _noise(count, of.correlation, rng)
    mask = np.zeros(image.shape, bool)
    if scene.clip is not None:
        peak = model.max(axis=(1, 2), keepdims=True)
        level = scene.clip * peak
        image, template = np.minimum(image, level), np.minimum(template, level)
        mask |= _grow((image >= 0.98 * level) | (template >= 0.98 * level))
    if scene.bad_column:
        column = SIDE // 2 + rng.integers(-3, 4, count)
        image[np.arange(count), :, column] = 60.0 * of.sky_noise
        mask[np.arange(count), :, column] = True
    err = of.err_factor * np.hypot(sigma, extra)
    convolved = template / of.scale + TEMPLATE_LEVEL
    return Stamps(image + SKY_LEVEL, convolved, err, mask, model, new_flux, shift)


def psf_image(of: Conditions) -> PsfImage:
    """Return the field's PSF as a fit gets it, five samples to a pixel."""
    return _psf_image(of.fwhm, of.beta, of.axis_ratio)


def draw_points(
    of: Conditions, x: Array, y: Array, flux: Array, width: Array | float = 1.0
) -> Array:
    """Return points (n, side, side), integrated over the pixels, at offsets from the middle.

    ``width`` is that of the PSF in units of ``of.fwhm``, a number or (n, 1, 1).
    """
    step = _step(of.fwhm * float(np.min(width)))
    fine = np.arange(SIDE * step) / step + 0.5 / step - 0.5 * SIDE
    profile = _moffat(
        of, fine[None, None, :] - x[:, None, None], fine[None, :, None] - y[:, None, None], width
    )
    binned = profile.reshape(len(x), SIDE, step, SIDE, step).mean(axis=(2, 4))
    out: Array = flux[:, None, None] * binned
    return out


def draw_line(of: Conditions, angle: Array, offset: Array) -> Array:
    """Return straight trails (n, side, side) at an angle, and a distance from the middle."""
    pixel = np.arange(SIDE) - 0.5 * (SIDE - 1)
    away = (
        np.sin(angle)[:, None, None] * pixel[None, None, :]
        - np.cos(angle)[:, None, None] * pixel[None, :, None]
        - offset[:, None, None]
    )
    # The integral of a Moffat profile along a line is one of beta - 0.5.
    core = 0.5 * of.fwhm / math.sqrt(2.0 ** (1.0 / of.beta) - 1.0)
    out: Array = (1.0 + (away / core) ** 2) ** (0.5 - of.beta)
    return out


def draw_galaxy(
    of: Conditions, galaxy: Galaxy, x: Array, y: Array, flux: Array, width: Array | float = 1.0
) -> Array:
    """Return Sersic profiles convolved with the PSF, by the Fourier transform of a finer grid."""
    step, wide = _STEP, _FOURIER_SIDE
    fine = (np.arange(wide) - wide // 2) / step
    profile = _sersic(galaxy, fine[None, None, :], fine[None, :, None])
    # An n = 4 profile is steep at its centre: 49 points to each of the fine pixels there.
    core = slice(wide // 2 - 4, wide // 2 + 5)
    sub = (np.arange(7) - 3.0) / (7.0 * step)
    points = (fine[core, None] + sub).ravel()
    steep = _sersic(galaxy, points[None, None, :], points[None, :, None])
    profile[:, core, core] = steep.reshape(len(x), 9, 7, 9, 7).mean(axis=(2, 4))
    profile *= (flux / profile.sum(axis=(1, 2)))[:, None, None]
    psf = _moffat(of, fine[None, None, :], fine[None, :, None], width)
    # The PSF in flux per pixel, averaged over one: the box of `step` fine pixels.
    spectrum = np.fft.rfft2(np.fft.ifftshift(psf / step**2, axes=(1, 2))) * np.fft.rfft2(profile)
    fy, fx = np.fft.fftfreq(wide)[:, None], np.fft.rfftfreq(wide)[None, :]
    box = np.sinc(fx * step) * np.sinc(fy * step)
    dx, dy = (x * step)[:, None, None], (y * step)[:, None, None]
    moved = spectrum * box * np.exp(-2j * np.pi * (fx * dx + fy * dy))
    image = np.fft.irfft2(moved, s=(wide, wide)) * step**2
    first = wide // 2 - (SIDE // 2) * step
    out: Array = image[:, first::step, first::step][:, :SIDE, :SIDE]
    return out


_STEP = 3
_FOURIER_SIDE = 216
"""Fine pixels to a pixel, and side of the grid in them: 72 pixels, so that wings wrap outside."""


def _sersic(galaxy: Galaxy, x: Array, y: Array) -> Array:
    """Return profiles of any norm at offsets from the centre (Sersic 1963)."""
    cos, sin = np.cos(galaxy.angle)[:, None, None], np.sin(galaxy.angle)[:, None, None]
    major, minor = cos * x + sin * y, (cos * y - sin * x) / galaxy.axis_ratio[:, None, None]
    ratio = np.hypot(major, minor) / galaxy.radius[:, None, None]
    out: Array = np.exp(-(2.0 * galaxy.index - 1.0 / 3.0) * (ratio ** (1.0 / galaxy.index) - 1.0))
    return out


def _step(fwhm: float) -> int:
    """Return the samples to a pixel with which a PSF is integrated to better than 0.1%."""
    return 3 if fwhm > 2.2 else 5


def _draw_light(
    of: Conditions, light: Light, x: Array, y: Array, flux: Array, width: float = 1.0
) -> Array:
    if light.galaxy is None:
        return draw_points(of, x, y, flux, width)
    return draw_galaxy(of, light.galaxy, x, y, flux, width)


def _moffat(of: Conditions, x: Array, y: Array, width: Array | float = 1.0) -> Array:
    """Return the PSF of unit flux at offsets; its long axis is at 30 degrees."""
    core = 0.5 * of.fwhm * width / math.sqrt(2.0 ** (1.0 / of.beta) - 1.0)
    norm = (of.beta - 1.0) / (math.pi * core**2)
    radius = x**2 + y**2
    if of.axis_ratio != 1.0:
        cos, sin = math.cos(math.pi / 6), math.sin(math.pi / 6)
        long, short = cos * x + sin * y, cos * y - sin * x
        radius = long**2 / of.axis_ratio + short**2 * of.axis_ratio
    out: Array = norm * (1.0 + radius / core**2) ** -of.beta
    return out


@lru_cache(maxsize=32)
def _psf_image(fwhm: float, beta: float, axis_ratio: float) -> PsfImage:
    of = Conditions(fwhm=fwhm, beta=beta, axis_ratio=axis_ratio)
    step, inner = 5, _step(fwhm)
    half = math.ceil(5.0 * fwhm * math.sqrt(axis_ratio)) * step
    grid = np.arange(-half, half + 1) / step
    # Each sample is the flux of a pixel centred there, by the same points as in draw_points().
    sub = (np.arange(inner) + 0.5) / inner - 0.5
    total = np.zeros((len(grid), len(grid)))
    for up in sub:
        for right in sub:
            total += _moffat(of, grid[None, :] + right, grid[:, None] + up)
    return PsfImage(total, step, "simulated PSF")


def _unit_of_snr(of: Conditions, shape: Array, host: Array) -> Array:
    """Return the factors of ``shape`` that give a matched filter of the PSF the S/N of 1."""
    variance = of.blank_noise**2 + np.maximum(host, 0.0) / of.gain
    zero = np.zeros(1)
    psf = draw_points(of, zero, zero, np.ones(1))
    signal = (psf * shape / variance).sum(axis=(1, 2))
    noise = np.sqrt((psf**2 / variance).sum(axis=(1, 2)))
    unit: Array = noise / signal
    return unit


def _planes(count: int, rng: np.random.Generator) -> Array:
    """Return planes (n, side, side) of slope 1 in random directions, zero in the middle."""
    angle = rng.uniform(0.0, 2.0 * np.pi, count)[:, None, None]
    pixel = np.arange(SIDE) - 0.5 * (SIDE - 1)
    out: Array = np.cos(angle) * pixel[None, None, :] + np.sin(angle) * pixel[None, :, None]
    return out


def _noise(count: int, correlation: float, rng: np.random.Generator) -> Array:
    """Return unit noise (n, side, side); a kernel (1, a) on each axis correlates neighbours."""
    if not correlation > 0.0:
        return rng.standard_normal((count, SIDE, SIDE))
    a = (1.0 - math.sqrt(max(0.0, 1.0 - 4.0 * correlation**2))) / (2.0 * correlation)
    white = rng.standard_normal((count, SIDE + 1, SIDE + 1))
    white = white[:, 1:] + a * white[:, :-1]
    white = white[:, :, 1:] + a * white[:, :, :-1]
    out: Array = white / (1.0 + a * a)
    return out


def _grow(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return flags widened by one pixel on each side."""
    grown = flags.copy()
    grown[:, 1:] |= flags[:, :-1]
    grown[:, :-1] |= flags[:, 1:]
    wide = grown.copy()
    wide[:, :, 1:] |= grown[:, :, :-1]
    wide[:, :, :-1] |= grown[:, :, 1:]
    return wide
