"""PSF, noise and flux scales of a field, as its artificial sources need them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vetter.core.cutout.plane import Plane
from vetter.core.fakes.places import light_and_sky, sample_boxes
from vetter.core.fakes.strength import photon_slope
from vetter.core.psf.field_stars import FieldStars
from vetter.core.psf.models import Psf, PsfImage
from vetter.errors import InputError
from vetter.io.field.field_planes import FieldPlanes, gain_of
from vetter.io.field.field_source import FieldSource
from vetter.io.field.plane_checks import compare_difference
from vetter.io.field.planes import EstimatedErrorPlane, ReadablePart
from vetter.io.field.stars.psf_file import read_psf
from vetter.settings import PSFS, FitSettings

if TYPE_CHECKING:
    from vetter.core.noise.sky_samples import SkySamples

CELL_STARS = 24
"""Stars of one local PSF: ten are the least for more than a smooth model."""
MIN_VARIATION = 0.02
"""Scatter of the PSF's width over the field, relative to it, below which one PSF holds."""
MAX_WIDTH_RATIO = 1.4
"""Width of a local PSF over that of the field, or the inverse, from which on it is not trusted."""
_ZERO_POINT_CARDS = ("MAGZP", "MAGZERO", "MAGZPT", "ZEROPNT", "ZP", "PHOTZP", "MAG0")
_MIN_CORRELATION, _SAME_SCALE = 0.9, 0.05
"""Correlation of the noise from which on its slope is a scale; difference from 1 that is none."""


PsfAt = Callable[[float, float], Psf]
"""Function that returns the PSF at a place of the image, 0-based x and y."""


class FieldOptics(NamedTuple):
    """PSF and noise of a field, as artificial sources need them.

    Attributes
    ----------
    psf : Psf
    photon_slope : float
        Variance per unit of light in the image; 0 if unknown.
    err_slope : float
        Growth of the error plane's variance with light; 0 if it does not grow.
    zero_point : float
        Magnitude of a flux of 1; NaN if the header has none.
    diff_scale : float
        Light in the given difference over that in the image, as the noise of both shows it; 1 if
        that cannot be seen.
    local_psf : callable, optional
        PSF at a place; None if one holds for the whole field.
    noise_factor : float
        Error of a PSF flux in the difference over that of uncorrelated pixels, at least 1.
    """

    psf: Psf
    photon_slope: float
    err_slope: float
    zero_point: float
    diff_scale: float = 1.0
    local_psf: PsfAt | None = None
    noise_factor: float = 1.0

    def psf_at(self, x: float, y: float) -> Psf:
        """Return the PSF at a place of the image, 0-based pixels."""
        return self.psf if self.local_psf is None else self.local_psf(x, y)


def measure_optics(source: FieldSource, rng: np.random.Generator) -> FieldOptics:
    """Measure PSF and noise of a field; takes a moment.

    Raises
    ------
    InputError
        The field has no image, or no PSF.
    """
    from vetter.io.field.stars.psf import choose_field_fit

    planes = source.field_planes
    if "image" not in planes.planes:
        raise InputError(f"{source.title}: artificial sources need the image; give --image")
    fit = choose_field_fit(source, source.record, FitSettings(), source.default_radius or 20.0)
    if fit.options.psf is None:
        raise InputError(f"{source.title}: no PSF for artificial sources; give --fwhm or --psf")
    err_slope = _err_slope(planes, rng)
    gain, samples = gain_of(planes.header), _sample_sky(planes)
    return FieldOptics(
        fit.options.psf,
        1.0 / gain if gain is not None else err_slope or _seen_slope(samples),
        err_slope,
        _zero_point(planes),
        _diff_scale(planes),
        _find_local_psf(source, fit.options.psf),
        _noise_factor(samples, fit.options.psf),
    )


def _find_local_psf(source: FieldSource, psf: Psf) -> PsfAt | None:
    """Return how the PSF of a field varies: by its PSF file, or by its stars; None if unknown."""
    named = dict(source.record.get("options", {})).get("psf")
    if named is not None and named not in PSFS:
        return lambda x, y: read_psf(str(named), (x, y))
    from vetter.core.psf.effective_psf import effective_psf

    stars, image = source.stars(), source.field_planes.planes.get("image")
    if stars is None or image is None or len(stars.unsaturated) < 2 * CELL_STARS:
        return None
    if not _has_varying_width(stars.unsaturated):
        return None
    mask = source.field_planes.planes.get("mask")
    readable, masked = ReadablePart(image), None if mask is None else ReadablePart(mask)
    whole = effective_psf(readable, masked, stars=stars)
    # repr(): it holds a digest of the samples. Another PSF is the user's, or of a file.
    if isinstance(whole, str) or repr(whole) != repr(psf):
        return None
    return LocalPsf(whole, readable, masked, stars.unsaturated)


def _has_varying_width(stars: FieldStars) -> bool:
    """Return whether a parabola through the stars' radii varies over the field; it is cheap."""
    x, y = (axis / max(float(np.ptp(axis)), 1.0) for axis in (stars.x, stars.y))
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    radius = stars.half_light_radius
    # Less weight for a star that is none: within a tenth of the median a radius counts in full.
    middle = float(np.median(radius))
    weight = np.exp(-0.5 * ((radius / middle - 1.0) / 0.2) ** 2)
    fit = np.linalg.lstsq(terms * weight[:, None], radius * weight, rcond=None)[0]
    return float(np.std(terms @ fit)) > MIN_VARIATION * middle


class LocalPsf:
    """PSF of the stars around a place, built once for each cell of the field.

    Parameters
    ----------
    whole : PsfImage
        PSF of the whole field, in place of one that the stars of a cell do not give.
    image : Plane
    mask : Plane or None
    stars : FieldStars
        Unsaturated stars, at least `CELL_STARS`.
    """

    def __init__(
        self, whole: PsfImage, image: Plane, mask: Plane | None, stars: FieldStars
    ) -> None:
        self._whole, self._image, self._mask, self._stars = whole, image, mask, stars
        rows, columns = image.shape
        cells = max(len(stars) / CELL_STARS, 1.0)
        # Half as wide as the area of its stars; at most 25 are built, each in a tenth of a second.
        self._side = max(math.sqrt(rows * columns / cells) / 2, max(rows, columns) / 4)
        self._built: dict[tuple[int, int], Psf] = {}

    def __call__(self, x: float, y: float) -> Psf:
        """Return the PSF at a place."""
        cell = math.floor(x / self._side), math.floor(y / self._side)
        if cell not in self._built:
            self._built[cell] = self._build(
                (cell[0] + 0.5) * self._side, (cell[1] + 0.5) * self._side
            )
        return self._built[cell]

    def _build(self, x: float, y: float) -> Psf:
        from vetter.core.psf.effective_psf import effective_psf

        distance = np.hypot(self._stars.x - x, self._stars.y - y)
        near = np.argsort(distance, kind="stable")[:CELL_STARS]
        # In their own order, the brightest first, as the PSF's fit takes them.
        psf = effective_psf(self._image, self._mask, stars=self._stars.take(np.sort(near)))
        if isinstance(psf, str):
            return self._whole
        ratio = psf.fwhm / self._whole.fwhm
        return psf if 1 / MAX_WIDTH_RATIO < ratio < MAX_WIDTH_RATIO else self._whole


def _err_slope(planes: FieldPlanes, rng: np.random.Generator) -> float:
    """Return the growth of the given error plane's variance with the image's light."""
    err = planes.planes.get("err")
    if err is None or isinstance(err, EstimatedErrorPlane):
        return 0.0
    image: Plane = ReadablePart(planes.planes["image"])
    mask = planes.planes.get("mask")
    parts = []
    for box in sample_boxes(image.shape, rng):
        pixels = np.asarray(image.read(box), float)
        variance = np.asarray(ReadablePart(err).read(box), float) ** 2
        known = np.isfinite(pixels) & (variance > 0)
        if mask is not None:
            known &= ~np.asarray(ReadablePart(mask).read(box), bool)
        lit, blank = light_and_sky(np.where(known, pixels, np.nan))
        parts.append(np.stack([plane[known] for plane in (pixels, variance, lit, blank)]))
    pixels, variance, light, sky = np.concatenate(parts, axis=1)
    return photon_slope(pixels, variance, light > 0, sky > 0)


def _seen_slope(samples: SkySamples | None) -> float:
    """Return the growth of the difference's variance with light, as the sources show it."""
    from vetter.core.noise.photon_noise import measure_photon_noise

    return 0.0 if samples is None else measure_photon_noise(samples, None).slope


def _noise_factor(samples: SkySamples | None, psf: Psf) -> float:
    """Return the error of a PSF flux over that of white noise, as the blank sky shows it.

    Resampling and convolution correlate the difference's pixels: without it a source of S/N 5
    would be hardly visible.
    """
    from vetter.core.noise.correlation import measure_correlation

    return 1.0 if samples is None else measure_correlation(samples).psf_noise_factor(psf)


def _sample_sky(planes: FieldPlanes) -> SkySamples | None:
    """Return samples of image less matched template; None without these."""
    from vetter.core.noise.sky_samples import sample_sky

    image, convolved = (planes.planes.get(name) for name in ("image", "convolved"))
    mask = planes.planes.get("mask")
    if image is None or convolved is None:
        return None
    readable = None if mask is None else ReadablePart(mask)
    return sample_sky(ReadablePart(image), ReadablePart(convolved), readable)


def _diff_scale(planes: FieldPlanes) -> float:
    """Return the scale of a given difference: another flux scale, or that of template - image."""
    image, diff = planes.planes.get("image"), planes.files.get("diff")
    other = planes.planes.get("convolved", planes.planes.get("template"))
    if image is None or diff is None or other is None:
        return 1.0
    comparison = compare_difference(image, other, diff)
    if comparison is None or abs(comparison.correlation) < _MIN_CORRELATION:
        return 1.0
    scale = comparison.slope
    return 1.0 if abs(scale - 1.0) < _SAME_SCALE else scale


def _zero_point(planes: FieldPlanes) -> float:
    for header in planes.headers:
        for card in _ZERO_POINT_CARDS:
            value = header.get(card)
            if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
                return float(value)
    return math.nan
