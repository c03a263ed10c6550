"""Image of one plane in matplotlib's Axes, optionally smoothed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.crop import fill_masked
from vetter.errors import InputError
from vetter.plots.normalisation import make_normalisation, plot_limits

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SKY = ("image", "template", "convolved")
_SMOOTHED = (*_SKY, "diff", "adjusted")


def draw_plane(
    axes: Axes, name: str, plane: Any, sigma: float | None, given: Mapping[str, Any]
) -> None:
    """Draw a plane by its kind: skies stretched and smoothed, masks in two tones.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    name : str
        Name of the plane, which decides its kind.
    plane : array-like (rows, columns)
        Masked pixels count as NaN, or as True in a mask.
    sigma : float or None
        Sigma in pixels of the Gaussian that smooths skies and differences.
    given : mapping
        Options of `vetter.plots.plot_cutout` for each plane; not changed.

    Raises
    ------
    InputError
        The stretch is unknown, or no pixel is between xlim and ylim.
    """
    plane = fill_masked(plane) if isinstance(plane, np.ma.MaskedArray) else np.asarray(plane)
    options: dict[str, Any] = {
        "stretch": "asinh" if name in _SKY else "linear",
        "cmap": "Blues_r",
        "show_colorbar": False,
        "show_axis": False,
        "origin": "lower",
        "interpolation": "nearest",
        **given,
    }
    show_colorbar, show_axis = options.pop("show_colorbar"), options.pop("show_axis")
    stretch, ignored = options.pop("stretch"), options.pop("mask", None)
    region = _region(options.pop("xlim", None), options.pop("ylim", None), plane.shape)
    qq, low, high = (options.pop(key, None) for key in ("qq", "vmin", "vmax"))
    for key in ("max_plot_size", "fast"):  # options of STDPipe's imshow, for large images
        options.pop(key, None)
    if plane.dtype == bool or name == "mask":
        plane = (plane != 0).astype(float)
        stretch, qq, low, high = "linear", None, 0.0, 1.0
    else:
        plane = plane.astype(np.float64)
        if name in _SMOOTHED and sigma is not None and sigma > 0:
            plane = smooth(plane, sigma)
    if "norm" not in options:
        values = _limit_values(plane, ignored, region)
        low, high = plot_limits(values, qq, low, high)
        options["norm"] = make_normalisation(values, stretch, low, high)
    (top, bottom), (left, right) = ((s.start - 0.5, s.stop - 0.5) for s in region)
    rows = (top, bottom) if options["origin"] == "lower" else (bottom, top)
    options.setdefault("extent", (left, right, *rows))
    picture = axes.imshow(plane[region], **options)
    # NaN (off the image) is grey: neither bright nor dark.
    picture.set_cmap(picture.get_cmap().with_extremes(bad="0.6"))
    axes.axison = bool(show_axis)
    if show_colorbar:
        axes.figure.colorbar(picture, ax=axes, fraction=0.046, pad=0.04)


def _region(xlim: Any, ylim: Any, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Return slices of the rows and columns between the first and the last pixel."""
    slices = []
    for ends, size in ((ylim, shape[0]), (xlim, shape[1])):
        low, high = (0, size - 1) if ends is None else ends
        slices.append(slice(max(0, math.floor(low)), min(size, math.ceil(high) + 1)))
    if any(s.start >= s.stop for s in slices):
        raise InputError(f"plot_cutout: no pixels between xlim {xlim} and ylim {ylim}")
    return slices[0], slices[1]


def _limit_values(plane: Any, ignored: Any, region: tuple[slice, slice]) -> Any:
    """Return the values in a region that count for the limits: finite, not ignored, (n,)."""
    counts = np.isfinite(plane)
    if ignored is not None:
        counts = counts & (np.asarray(ignored) == 0)
    return plane[region][counts[region]]


def smooth(image: npt.NDArray[Any], sigma: float) -> npt.NDArray[np.float64]:
    """Smooth a plane by a Gaussian, using finite pixels only.

    Parameters
    ----------
    image : ndarray, shape (rows, columns)
        NaN and infinite pixels have zero weight, and are NaN in the result.
    sigma : float
        Sigma of the Gaussian, pixels.
    """
    from scipy.ndimage import gaussian_filter

    finite = np.isfinite(image)
    values = gaussian_filter(np.where(finite, image, 0.0).astype(np.float64), sigma, mode="nearest")
    weights = gaussian_filter(finite.astype(np.float64), sigma, mode="nearest")
    smoothed = np.full(image.shape, np.nan)
    np.divide(values, weights, out=smoothed, where=finite & (weights > 0))
    return smoothed
