"""The effective PSF of a field from its own stars (Anderson and King 2000, PASP 112, 1360).

It is the same all over the field: how a PSF changes from place to place is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain, zip_longest

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box, Plane
from vetter.core.library_warnings import quiet
from vetter.core.number_text import counted
from vetter.core.psf.fwhm import (
    HALF,
    FieldStar,
    new_stars,
    read_unmasked,
    star_boxes,
    star_profile,
    stars_in,
    typical_width,
)
from vetter.core.psf.models import PsfImage

Array = npt.NDArray[np.float64]

LEAST = 10
"""With fewer stars each sample of the PSF rests on one or two of them."""
_MOST = 32
_SAMPLING = 2
"""Samples a pixel: finer ones are noisier, and no better for an FWHM of 2 pixels or more."""
_ITERATIONS = 3
_RADIUS = 2.5
"""Half the side of the PSF, in units of the FWHM: it covers the box that is fitted."""
_RIVAL = 0.1
_BRIGHT = 0.8
"""Of the saturation level: below, pixels are taken to be linear."""
_OTHER_WIDTH = 0.1
_OFF_CENTRE = 0.1
_NEGATIVE = 0.05


@dataclass(frozen=True, slots=True)
class _Stamp:
    """Pixels about a star without the sky, its place in them, and its FWHM."""

    pixels: Array
    x: float
    y: float
    fwhm: float


def effective_psf(
    image: Plane, mask: Plane | None = None, saturation: float | None = None
) -> PsfImage | str:
    """The PSF that bright, isolated, unsaturated, unmasked stars have in common.

    Boxes of 1024 pixels are read one after another, five at most, and a few stars are taken of
    each: time and memory do not grow with the image.

    Parameters
    ----------
    image : Plane
        NaN where not known.
    mask : Plane, optional
        True where bad.
    saturation : float, optional
        Stars with pixels above 0.8 of this are left out.

    Returns
    -------
    PsfImage or str
        Two samples a pixel, out to 2.5 FWHM: light outside does not count as flux. A text says why
        there is none: too few stars, or a PSF that is not centred, not positive or not as wide as
        its stars.
    """
    stamps = _stamps(image, mask, math.inf if saturation is None else _BRIGHT * saturation)
    width = typical_width(np.array([stamp.fwhm for stamp in stamps]))
    if width is not None:
        most = 3.0 * max(width.scatter, 0.02 * width.fwhm)
        stamps = [stamp for stamp in stamps if abs(stamp.fwhm - width.fwhm) <= most]
    if width is None or len(stamps) < LEAST:
        return f"the field has {counted(len(stamps), 'good star')}, a PSF of its own wants {LEAST}"
    built = _built(stamps, width.fwhm)
    if isinstance(built, str):
        return built
    return _fault(built, width.fwhm) or built


def _stamps(image: Plane, mask: Plane | None, brightest: float) -> list[_Stamp]:
    """The stars to use, all cut to one size: of each box its brightest, in turn."""
    known: list[FieldStar] = []
    found: list[list[_Stamp]] = []
    half = 0
    for box in star_boxes(image.shape):
        pixels = read_unmasked(image, mask, box)
        stars = new_stars(stars_in(box, pixels), known)
        known += stars
        if not half:
            width = typical_width(np.array([star.fwhm for star in known]))
            if width is None:
                continue
            half = math.ceil(_RADIUS * width.fwhm) + 1
        cut = (_stamp(pixels, box, star, half, brightest) for star in stars)
        found.append([stamp for stamp in cut if stamp is not None][:_MOST])
    in_turn = chain.from_iterable(zip_longest(*found))
    return [stamp for stamp in in_turn if stamp is not None][:_MOST]


def _stamp(pixels: Array, box: Box, star: FieldStar, half: int, brightest: float) -> _Stamp | None:
    """None where the star is near an edge or a bad pixel, too bright, too wide, or not alone."""
    column, row = round(star.x) - box.x0, round(star.y) - box.y0
    y0, x0 = row - half, column - half
    stamp = pixels[max(y0, 0) : row + half + 1, max(x0, 0) : column + half + 1]
    if stamp.shape != (2 * half + 1, 2 * half + 1) or not np.isfinite(stamp).all():
        return None
    if stamp.max() > brightest:
        return None
    far = pixels[max(y0 - half, 0) : row + 2 * half + 1, max(x0 - half, 0) : column + 2 * half + 1]
    sky = far[np.isfinite(far)]
    level = float(np.median(sky))
    level = float(np.median(sky[np.abs(sky - level) <= 3.0 * _spread(sky, level)]))
    stamp = stamp - level
    x, y = star.x - box.x0 - x0, star.y - box.y0 - y0
    rows, columns = np.ogrid[: 2 * half + 1, : 2 * half + 1]
    outside = (rows - y) ** 2 + (columns - x) ** 2 > (1.5 * star.fwhm) ** 2
    if not outside.any():
        # The stamp is cut for the first stars' width: this one fills it, and is none of them.
        return None
    rival = float(stamp[outside].max()) - 5.0 * _spread(sky, level)
    if rival > _RIVAL * float(stamp.max()):
        return None
    return _Stamp(stamp, x, y, star.fwhm)


def _spread(values: Array, level: float) -> float:
    return 1.4826 * float(np.median(np.abs(values - level)))


def _built(stamps: list[_Stamp], fwhm: float) -> PsfImage | str:
    """By photutils, which is slow to import: in no process that has a window."""
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
    with quiet():
        # Single stars that it cannot fit are left out, and counted below.
        try:
            result = builder(EPSFStars(stars))
        except (ValueError, ArithmeticError, LookupError, TypeError) as error:
            # What the fitter says of stars that are none differs from version to version.
            return f"the field's stars give no PSF: {error}"
    samples = np.asarray(result.epsf.data, float)
    if not np.isfinite(samples).all() or not samples.sum() > 0 or not samples.max() > 0:
        return "the field's stars give no PSF: its sum is not positive"
    # Rounded, so that the last bit of a sum, which differs between machines, makes no other PSF.
    samples = np.round(samples / samples.max(), 7)
    used = len(stars) - result.n_excluded_stars
    return PsfImage(samples, _SAMPLING, f"PSF from {counted(used, 'star')} of the field")


def _fault(psf: PsfImage, fwhm: float) -> str:
    """What is wrong with a PSF of stars that are ``fwhm`` wide; empty where nothing is."""
    side = 2 * HALF + 1
    places = ((0.0, 0.0), (0.5, 0.5), (0.25, -0.25))
    found = [star_profile(psf.render((side, side), HALF + x, HALF + y), 0.0) for x, y in places]
    profiles = [profile for profile in found if profile is not None]
    if len(profiles) < len(places):
        return "the PSF of the field's stars has no star's profile"
    off = [math.hypot(p[0] - x, p[1] - y) for p, (x, y) in zip(profiles, places, strict=True)]
    if max(off) > _OFF_CENTRE:
        return f"the PSF of the field's stars is {max(off):.2f} px off its centre"
    if psf.samples.min() < -_NEGATIVE * psf.samples.max():
        return "the PSF of the field's stars is negative in parts"
    wide = float(np.median([profile[2] for profile in profiles]))
    if abs(wide - fwhm) > _OTHER_WIDTH * fwhm:
        return f"the PSF of the field's stars is {wide:.2f} px wide, they are {fwhm:.2f}"
    return ""
