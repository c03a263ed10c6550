"""Cross-convolution of image and template by each other's PSF, for stamps whose PSFs are known."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.psf.models import Psf, PsfImage

Array = npt.NDArray[np.float64]

_PAD = 16
"""Pixels around a stamp that fall off to the sky before the Fourier transform repeats it."""
_FLOOR = 1e-3
"""Transfer of both PSFs below which the kernels become the same delta: it is not measured there."""
_MAX_UNKNOWN = 0.02
"""Largest part of a kernel's squared weight, and so of the noise, that may lie on unknown pixels.

The absolute weight is no measure: a kernel's tails on the pixels of a whole stamp hold half of it.
"""


class CrossMatched(NamedTuple):
    """Image and template that share one PSF; their difference has white noise.

    Attributes
    ----------
    image, convolved : ndarray, shape (rows, columns)
        In the image's units; NaN where unknown pixels, or those off the stamp, have weight.
    psf : PsfImage
        PSF of a new source in ``image - convolved``; a source in both has it too in each.
    err : ndarray, shape (rows, columns)
        1 sigma of ``image - convolved``, white where the errors given vary slowly.
    """

    image: Array
    convolved: Array
    psf: PsfImage
    err: Array


def cross_match(
    image: npt.ArrayLike,
    template: npt.ArrayLike,
    err: npt.ArrayLike,
    template_err: npt.ArrayLike,
    psf_image: Psf,
    psf_template: Psf,
    floor: float = _FLOOR,
) -> CrossMatched:
    """Convolve image and template by each other's PSF, and whiten the noise of their difference.

    In Fourier space the image is multiplied by ``P_t / D``, the template by ``P_i / D``, with
    ``D^2 = s_t^2 |P_i|^2 + s_i^2 |P_t|^2`` (Zackay, Ofek and Gal-Yam 2016, ApJ 830, 27). Both
    kernels have the sum 1. A shift of the template stays a shift of ``convolved``.

    Parameters
    ----------
    image, template : array_like, shape (rows, columns)
        Stamps on one grid, with equal zero points; NaN where unknown.
    err, template_err : array_like
        1 sigma per pixel of each, white; a number or shape (rows, columns). Their medians are s_i
        and s_t.
    psf_image, psf_template : Psf
        PSFs of the two.
    floor : float, optional
        Transfer of both PSFs below which the kernels become equal; higher for PSFs that were
        measured, whose ratio is noise there and spreads the kernels over the stamp.

    Returns
    -------
    CrossMatched

    Raises
    ------
    ValueError
        The stamps differ in shape, or no error is above 0.

    Examples
    --------
    >>> import numpy as np
    >>> from vetter.core.matching.cross_match import cross_match
    >>> from vetter.core.psf.models import Gaussian
    >>> sharp, wide = Gaussian(3.0), Gaussian(4.0)
    >>> star = [1000 * psf.render((61, 61), 30, 30) for psf in (wide, sharp)]
    >>> matched = cross_match(*star, 1.0, 0.5, wide, sharp)
    >>> bool(np.nanmax(np.abs(matched.image - matched.convolved)) < 0.1)
    True
    >>> float(matched.err[30, 30].round(2))
    1.12
    """
    pixels = np.array([image, template], np.float64)
    if pixels.ndim != 3:
        raise ValueError(f"stamps: expected two dimensions, found {pixels.ndim - 1}")
    variances = np.array(
        [np.broadcast_to(np.square(each), pixels.shape[1:]) for each in (err, template_err)],
        np.float64,
    )
    known = np.isfinite(pixels) & np.isfinite(variances) & (variances > 0)
    levels = [_median(v[k]) for v, k in zip(variances, known, strict=True)]
    return _cross_match(pixels, variances, known, levels, (psf_image, psf_template), floor)


def _median(values: Array) -> float:
    if not len(values):
        raise ValueError("errors: expected a finite one above 0 on a known pixel, found none")
    return float(np.median(values))


def _cross_match(
    pixels: Array,
    variances: Array,
    known: npt.NDArray[np.bool_],
    levels: list[float],
    psfs: tuple[Psf, Psf],
    floor: float,
) -> CrossMatched:
    from scipy import fft

    _, rows, columns = pixels.shape
    shape = fft.next_fast_len(rows + 2 * _PAD, True), fft.next_fast_len(columns + 2 * _PAD, True)
    transfers = [fft.rfft2(_render(psf, shape)) for psf in psfs]
    kernels, psf_transfer = _make_kernels(transfers, levels, floor)
    inside = slice(_PAD, _PAD + rows), slice(_PAD, _PAD + columns)
    filled = np.stack([_pad(p, k, shape) for p, k in zip(pixels, known, strict=True)])
    weights = fft.irfft2(kernels, shape)
    squared = weights**2
    shares = squared / squared.sum(axis=(1, 2), keepdims=True)
    unknown = np.ones((2, *shape))
    unknown[:, *inside] = ~known
    noise = np.empty((2, *shape))
    for number, level in enumerate(levels):
        noise[number] = level
        noise[number][inside] = np.where(known[number], variances[number], level)
    moved = fft.irfft2(
        fft.rfft2(np.concatenate([filled, noise, unknown]))
        * np.concatenate([kernels, fft.rfft2(squared), fft.rfft2(shares)]),
        shape,
    )[:, *inside]
    lost = (moved[4:] > _MAX_UNKNOWN).any(axis=0)
    first, second = (np.where(lost, np.nan, each) for each in moved[:2])
    error = np.where(lost, np.nan, np.sqrt(np.maximum(moved[2] + moved[3], 0.0)))
    return CrossMatched(first, second, _make_psf(psf_transfer, shape), error)


def _make_kernels(
    transfers: list[npt.NDArray[np.complex128]], levels: list[float], floor: float
) -> tuple[npt.NDArray[np.complex128], npt.NDArray[np.complex128]]:
    """Return the transfers of the image's and the template's kernel, and of the new PSF."""
    of_image, of_template = (each / each[0, 0].real for each in transfers)
    power = np.abs(of_image) ** 2 + np.abs(of_template) ** 2
    # Where both PSFs vanish their ratio is noise; equal kernels of 1 keep the noise white there.
    added = floor**3 / (power + floor**2)
    first, second = of_template + added, of_image + added
    total = sum(levels)
    scale = np.sqrt(total / (levels[1] * np.abs(second) ** 2 + levels[0] * np.abs(first) ** 2))
    kernels = np.stack([first * scale, second * scale])
    return kernels, of_image * first * scale


def _render(psf: Psf, shape: tuple[int, int]) -> Array:
    """Render the point at pixel [0, 0] of a periodic grid."""
    rows, columns = shape[0] // 2, shape[1] // 2
    # The samples are the rendered pixels where each is one pixel: a packet's PSF needs no spline.
    ny, nx = psf.samples.shape if isinstance(psf, PsfImage) and psf.sampling == 1 else (0, 0)
    if isinstance(psf, PsfImage) and ny % 2 and nx % 2 and ny < shape[0] and nx < shape[1]:
        rendered = np.zeros(shape)
        rendered[:ny, :nx] = psf.samples
        rows, columns = ny // 2, nx // 2
    else:
        rendered = psf.render(shape, columns, rows)
    return np.roll(rendered, (-rows, -columns), (0, 1))


def _make_psf(transfer: npt.NDArray[np.complex128], shape: tuple[int, int]) -> PsfImage:
    from scipy import fft

    half = (min(shape) - 1) // 2
    image = np.roll(fft.irfft2(transfer, shape), (half, half), (0, 1))
    return PsfImage(image[: 2 * half + 1, : 2 * half + 1], said="PSF of the cross-convolution")


def _pad(pixels: Array, known: npt.NDArray[np.bool_], shape: tuple[int, int]) -> Array:
    """Return a stamp on a larger grid: mirrored at its edges, falling off to the sky.

    Unknown pixels become the mean of the known ones around them.
    """
    sky = float(np.median(pixels[known])) if known.any() else 0.0
    above = np.where(known, pixels - sky, 0.0)
    if not known.all():
        above = _fill(above, known)
    rows, columns = pixels.shape
    widths = [(_PAD, size - _PAD - n) for size, n in zip(shape, pixels.shape, strict=True)]
    padded = np.pad(above, widths, mode="symmetric")
    taper = np.outer(_taper(rows, widths[0][1]), _taper(columns, widths[1][1]))
    return np.asarray(padded * taper + sky, np.float64)


def _taper(count: int, after: int) -> Array:
    """Return 1 on ``count`` pixels, and a half cosine down to 0 in the pads on both sides."""
    down = [0.5 + 0.5 * np.cos(math.pi * (np.arange(n) + 0.5) / n) for n in (_PAD, after)]
    return np.concatenate([down[0][::-1], np.ones(count), down[1]])


def _fill(pixels: Array, known: npt.NDArray[np.bool_]) -> Array:
    """Return pixels with unknown ones replaced by a Gaussian mean of the known ones around."""
    from scipy.ndimage import gaussian_filter

    weight = gaussian_filter(known.astype(np.float64), 1.0, truncate=3.0)
    mean = gaussian_filter(pixels, 1.0, truncate=3.0) / np.maximum(weight, 1e-9)
    return np.where(known, pixels, np.where(weight > 1e-9, mean, 0.0))
