"""The PSF of a field from its own stars: a smooth model, plus a table of its residuals.

The two parts are those of Stetson (1987, PASP 99, 191). One PSF holds for the whole field: changes
of the PSF with position are ignored.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Plane
from vetter.core.number_text import format_count
from vetter.core.psf.field_stars import MIN_STARS, FieldStars, find_field_stars
from vetter.core.psf.models import PsfImage
from vetter.core.psf.star_shape import StarShape, fit_star_shape

Array = npt.NDArray[np.float64]

MIN_TABLE_STARS = 10
"""Number of stars below which each sample of a table would depend on one or two of them."""
_SAMPLING = 2
"""Samples per pixel: finer ones are noisier, and no better for an FWHM of 2 pixels or more."""
_FINE_SAMPLING = 4
"""Samples per pixel of an undersampled PSF."""
_MAX_FINE_FWHM = 2.5
"""FWHM below which a PSF is called undersampled, pixels."""
_ROUNDS = 2
"""Number of times that the table and the fluxes of its stars are fitted in turn."""
_MAX_WIDTH_DIFFERENCE = 0.1
"""Relative difference of the FWHM with and without table above which the table is refused."""
_MAX_NEGATIVE = 0.05
"""Depth of a negative sample, relative to the peak, above which the table is refused."""


def effective_psf(
    image: Plane,
    mask: Plane | None = None,
    saturation: float | None = None,
    stars: FieldStars | None = None,
) -> PsfImage | str:
    """Build the common PSF of bright, isolated, unsaturated, unmasked stars.

    Time and memory do not grow with the image: see `find_field_stars`.

    Parameters
    ----------
    image : Plane
        Image; NaN where unknown.
    mask : Plane, optional
        True where bad.
    saturation : float, optional
        Saturation level; stars with pixels above 0.8 of it are excluded.
    stars : FieldStars, optional
        Stars of the image, if they are known already.

    Returns
    -------
    PsfImage or str
        Effective PSF, out to 2.5 FWHM: light outside does not count as flux. Below 10 stars it is
        an elliptical Moffat. A text gives the reason for a failure: fewer than 3 stars.
    """
    if stars is None:
        stars = find_field_stars(image, mask, saturation=saturation)
    shape = fit_star_shape(image, mask, stars)
    if isinstance(shape, str):
        return f"the field has {format_count(stars.count, 'good star')}, a PSF needs {MIN_STARS}"
    with np.errstate(all="ignore"):
        return build_psf(shape)


def build_psf(shape: StarShape) -> PsfImage:
    """Build the PSF of stars whose common Moffat is known."""
    moffat = shape.moffat
    sampling = _FINE_SAMPLING if moffat.fwhm < _MAX_FINE_FWHM else _SAMPLING
    half = (shape.stamps.shape[-1] // 2 - 1) * sampling
    steps = np.arange(-half, half + 1.0) / sampling
    smooth = moffat.value(steps[None, :], steps[:, None])
    count = format_count(shape.count, "star")
    plain = _make_image(smooth, sampling, f"{moffat.description}, from {count} of the field")
    if shape.count < MIN_TABLE_STARS:
        return plain
    table = np.zeros_like(smooth)
    for _ in range(_ROUNDS):
        table += _measure_table(shape, smooth + table, sampling, half)
    built = smooth + table
    if not np.isfinite(built).all() or built.min() < -_MAX_NEGATIVE * built.max():
        return plain
    psf = _make_image(built, sampling, f"PSF from {count} of the field")
    same = abs(psf.fwhm - plain.fwhm) <= _MAX_WIDTH_DIFFERENCE * plain.fwhm
    return psf if same else plain


def _make_image(samples: Array, sampling: int, said: str) -> PsfImage:
    # round(): the last bit of a sum differs between machines, and would change the PSF's repr.
    return PsfImage(np.round(samples / samples.max(), 7), sampling, said)


def _measure_table(shape: StarShape, samples: Array, sampling: int, half: int) -> Array:
    """Return the mean residual of the stars on the samples' grid, less where it is noise."""
    from scipy.ndimage import uniform_filter

    count, side = shape.count, shape.stamps.shape[-1]
    middle = side // 2
    # No normalisation to a sum: the samples are densities, as the fluxes are.
    scale = float(samples.sum()) / sampling**2
    psf = PsfImage(samples, sampling)
    model = scale * np.array(
        [psf.render((side, side), middle + x, middle + y) for x, y in shape.offset]
    )
    weight = shape.weight
    one, m, d = ((weight * v).sum((1, 2)) for v in (1.0, model, shape.stamps))
    mm, md = (weight * model * model).sum((1, 2)), (weight * model * shape.stamps).sum((1, 2))
    determinant = one * mm - m * m
    flux = ((one * md - m * d) / determinant)[:, None, None]
    sky = ((mm * d - m * md) / determinant)[:, None, None]
    residual = (shape.stamps - sky - flux * model) / flux
    importance = weight * flux * flux
    pixels = np.arange(side) - middle
    total = np.zeros((3, 2 * half + 1, 2 * half + 1))
    for k in range(count):
        x, y = (_tents(pixels - shape.offset[k, axis], sampling, half) for axis in range(2))
        for out, values in zip(
            total, (importance[k], importance[k] * residual[k], None), strict=True
        ):
            if values is not None:
                out += y @ values @ x.T
        total[2] += (y * y) @ importance[k] @ (x * x).T
    mean = np.where(total[0] > 0.0, total[1] / np.maximum(total[0], 1e-300), 0.0)
    variance = np.where(total[0] > 0.0, total[2] / np.maximum(total[0], 1e-300) ** 2, 0.0)
    # Wiener's filter: samples whose residuals are no larger than their noise stay the model's.
    side = 2 * sampling + 1
    power, noise = uniform_filter(mean * mean, side), uniform_filter(variance, side)
    kept = np.clip(1.0 - noise / np.maximum(power, 1e-300), 0.0, 1.0)
    return np.asarray(kept * mean)


def _tents(offsets: Array, sampling: int, half: int) -> Array:
    """Return the weights of pixels at these offsets in each sample, shape (2 half + 1, n)."""
    at = np.arange(-half, half + 1.0)[:, None]
    return np.asarray(np.clip(1.0 - np.abs(at - sampling * offsets), 0.0, None))
