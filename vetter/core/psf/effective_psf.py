"""The effective PSF of a field from its own stars (Anderson and King 2000, PASP 112, 1360).

One PSF holds for the whole field: changes of the PSF with position are ignored.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain, zip_longest

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box, Plane
from vetter.core.number_text import format_count
from vetter.core.psf.fwhm import (
    STAMP_HALF,
    FieldStar,
    find_box_stars,
    new_stars,
    read_unmasked,
    star_boxes,
    star_profile,
    typical_width,
)
from vetter.core.psf.models import PsfImage
from vetter.library_warnings import suppress_warnings

Array = npt.NDArray[np.float64]

MIN_STARS = 10
"""Number of stars below which each sample of the PSF would depend on one or two of them."""
_MAX_STARS = 32
"""Number of stars from which the PSF is built, at most."""
_SAMPLING = 2
"""Samples per pixel: finer ones are noisier, and no better for an FWHM of 2 pixels or more."""
_ITERATIONS = 3
"""Number of times that the PSF and the positions of its stars are fitted in turn."""
_RADIUS_FWHM = 2.5
"""Half the side of the PSF, in units of the FWHM; the PSF covers the fitted box."""
_MAX_RIVAL = 0.1
"""Height of the highest neighbour relative to the star, at most."""
_MAX_SATURATION = 0.8
"""Fraction of the saturation level below which pixels are assumed linear."""
_MAX_WIDTH_DIFFERENCE = 0.1
"""Relative difference of the FWHM of PSF and stars above which the PSF is refused."""
_MAX_OFFSET = 0.1
"""Distance of the PSF's peak from its centre above which the PSF is refused, pixels."""
_MAX_NEGATIVE = 0.05
"""Depth of a negative sample, relative to the peak, above which the PSF is refused."""


@dataclass(frozen=True, slots=True)
class _Stamp:
    """Sky-subtracted pixels around a star, its position in them, and its FWHM."""

    pixels: Array
    x: float
    y: float
    fwhm: float


def effective_psf(
    image: Plane, mask: Plane | None = None, saturation: float | None = None
) -> PsfImage | str:
    """Build the common PSF of bright, isolated, unsaturated, unmasked stars.

    Boxes of 1024 pixels are read one after another, five at most, and a few stars are used from
    each: time and memory do not grow with the image.

    Parameters
    ----------
    image : Plane
        Image; NaN where unknown.
    mask : Plane, optional
        True where bad.
    saturation : float, optional
        Saturation level; stars with pixels above 0.8 of it are excluded.

    Returns
    -------
    PsfImage or str
        Two samples per pixel, out to 2.5 FWHM: light outside does not count as flux. A text gives
        the reason for a failure: too few stars, or a PSF that is off centre, negative in parts or
        of another width than its stars.
    """
    max_peak = math.inf if saturation is None else _MAX_SATURATION * saturation
    stamps = _select_stamps(image, mask, max_peak)
    width = typical_width(np.array([stamp.fwhm for stamp in stamps]))
    if width is not None:
        max_difference = 3.0 * max(width.scatter, 0.02 * width.fwhm)
        stamps = [stamp for stamp in stamps if abs(stamp.fwhm - width.fwhm) <= max_difference]
    if width is None or len(stamps) < MIN_STARS:
        return (
            f"the field has {format_count(len(stamps), 'good star')}, a PSF of its own wants "
            f"{MIN_STARS}"
        )
    psf = _build_psf(stamps, width.fwhm)
    if isinstance(psf, str):
        return psf
    return _find_fault(psf, width.fwhm) or psf


def _select_stamps(image: Plane, mask: Plane | None, max_peak: float) -> list[_Stamp]:
    """Cut the stars to use, all to one size: the brightest of each box, the boxes in turn."""
    known: list[FieldStar] = []
    stamps_by_box: list[list[_Stamp]] = []
    half = 0
    for box in star_boxes(image.shape):
        pixels = read_unmasked(image, mask, box)
        stars = new_stars(find_box_stars(box, pixels), known)
        known += stars
        if not half:
            width = typical_width(np.array([star.fwhm for star in known]))
            if width is None:
                continue
            half = math.ceil(_RADIUS_FWHM * width.fwhm) + 1
        stamps = (_cut_stamp(pixels, box, star, half, max_peak) for star in stars)
        stamps_by_box.append([stamp for stamp in stamps if stamp is not None][:_MAX_STARS])
    in_turn = chain.from_iterable(zip_longest(*stamps_by_box))
    return [stamp for stamp in in_turn if stamp is not None][:_MAX_STARS]


def _cut_stamp(
    pixels: Array, box: Box, star: FieldStar, half: int, max_peak: float
) -> _Stamp | None:
    """Cut a star; None if it is near an edge or bad pixel, too bright, too wide or not alone."""
    column, row = round(star.x) - box.x0, round(star.y) - box.y0
    y0, x0 = row - half, column - half
    stamp = pixels[max(y0, 0) : row + half + 1, max(x0, 0) : column + half + 1]
    if stamp.shape != (2 * half + 1, 2 * half + 1) or not np.isfinite(stamp).all():
        return None
    if stamp.max() > max_peak:
        return None
    wide = pixels[max(y0 - half, 0) : row + 2 * half + 1, max(x0 - half, 0) : column + 2 * half + 1]
    sky = wide[np.isfinite(wide)]
    level = float(np.median(sky))
    level = float(np.median(sky[np.abs(sky - level) <= 3.0 * _spread(sky, level)]))
    stamp = stamp - level
    x, y = star.x - box.x0 - x0, star.y - box.y0 - y0
    rows, columns = np.ogrid[: 2 * half + 1, : 2 * half + 1]
    outside = (rows - y) ** 2 + (columns - x) ** 2 > (1.5 * star.fwhm) ** 2
    if not outside.any():
        # A star that fills the stamp, cut for the first stars' width, is too wide for the PSF.
        return None
    rival = float(stamp[outside].max()) - 5.0 * _spread(sky, level)
    if rival > _MAX_RIVAL * float(stamp.max()):
        return None
    return _Stamp(stamp, x, y, star.fwhm)


def _spread(values: Array, level: float) -> float:
    return 1.4826 * float(np.median(np.abs(values - level)))


def _build_psf(stamps: list[_Stamp], fwhm: float) -> PsfImage | str:
    """Build the PSF with photutils, whose slow import must not run in the window's process."""
    from astropy.modeling.fitting import LevMarLSQFitter
    from photutils.psf import EPSFBuilder, EPSFStar, EPSFStars

    side = max(5, 2 * math.ceil(0.75 * fwhm) + 1)
    stars = [EPSFStar(s.pixels, cutout_center=(s.x, s.y)) for s in stamps]
    builder = EPSFBuilder(
        oversampling=_SAMPLING,
        maxiters=_ITERATIONS,
        fitter=LevMarLSQFitter(),
        fit_shape=side,
        recentering_boxsize=side,
        progress_bar=False,
    )
    with suppress_warnings():
        # The builder excludes single stars that it cannot fit; n_excluded_stars counts them.
        try:
            result = builder(EPSFStars(stars))
        except (ValueError, ArithmeticError, LookupError, TypeError) as error:
            # The type of the fitter's error for false stars depends on photutils' version.
            return f"the field's stars give no PSF: {error}"
    samples = np.asarray(result.epsf.data, float)
    if not np.isfinite(samples).all() or not samples.sum() > 0 or not samples.max() > 0:
        return "the field's stars give no PSF: its sum is not positive"
    # round(): the last bit of a sum differs between machines, and would change the PSF's repr.
    samples = np.round(samples / samples.max(), 7)
    used = len(stars) - result.n_excluded_stars
    return PsfImage(samples, _SAMPLING, f"PSF from {format_count(used, 'star')} of the field")


def _find_fault(psf: PsfImage, fwhm: float) -> str:
    """Return why a PSF of stars of this FWHM is unusable; empty if it is usable."""
    side = 2 * STAMP_HALF + 1
    offsets = ((0.0, 0.0), (0.5, 0.5), (0.25, -0.25))
    fits = [
        star_profile(psf.render((side, side), STAMP_HALF + x, STAMP_HALF + y), 0.0)
        for x, y in offsets
    ]
    profiles = [profile for profile in fits if profile is not None]
    if len(profiles) < len(offsets):
        return "the PSF of the field's stars has no star's profile"
    errors = [math.hypot(p[0] - x, p[1] - y) for p, (x, y) in zip(profiles, offsets, strict=True)]
    if max(errors) > _MAX_OFFSET:
        return f"the PSF of the field's stars is {max(errors):.2f} px off its centre"
    if psf.samples.min() < -_MAX_NEGATIVE * psf.samples.max():
        return "the PSF of the field's stars is negative in parts"
    psf_fwhm = float(np.median([profile[2] for profile in profiles]))
    if abs(psf_fwhm - fwhm) > _MAX_WIDTH_DIFFERENCE * fwhm:
        return f"the PSF of the field's stars is {psf_fwhm:.2f} px wide, they are {fwhm:.2f}"
    return ""
