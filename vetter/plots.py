"""Plots of cutouts for scripts: ``from vetter import plots``, where STDPipe's import was.

Drawn with matplotlib, which is the extra ``plots`` and is imported when something is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.crop import filled
from vetter.core.cutout_title import cutout_title
from vetter.core.smoothing import smooth
from vetter.errors import InputError, VetterError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["PlotsUnavailable", "plot_cutout"]

_SKY = ("image", "template", "convolved")
_SMOOTHED = (*_SKY, "diff", "adjusted")
_PLANES = ("image", "template", "diff", "mask")


class PlotsUnavailable(VetterError, ImportError):
    """matplotlib is not installed."""


def plot_cutout(
    cutout: Mapping[str, Any],
    planes: Sequence[str] = _PLANES,
    fig: Figure | None = None,
    axs: Any = None,
    mark_x: float | None = None,
    mark_y: float | None = None,
    mark_r: float = 5.0,
    mark_r2: float | None = None,
    mark_r3: float | None = None,
    mark_color: Any = "red",
    mark_lw: float = 2,
    mark_ra: float | None = None,
    mark_dec: float | None = None,
    r0: float | None = None,
    show_title: bool = True,
    title: str | None = None,
    additional_title: str | None = None,
    **kwargs: Any,
) -> None:
    """Draw planes of a cutout side by side.

    Parameters
    ----------
    cutout : Cutout or mapping
        As `vetter.cutouts.get_cutout` returns it, or a plain dict like STDPipe's.
    planes : sequence of str
        Which, in this order; those that the cutout has not are left out.
    fig : matplotlib.figure.Figure, optional
        Where to draw; by default that of `axs`, or a new one.
    axs : Axes or (nested) sequence of Axes, optional
        As many as `planes`: each plane has its own, and those of missing planes stay empty.
        Any other number: the planes that are there fill them in order, as far as they go.
    mark_x, mark_y : float, optional
        Centre of the marks in the cutout's pixels, 0-based.
    mark_r, mark_r2, mark_r3 : float, optional
        Radii in pixels: a full circle, and two broken ones.
    mark_color, mark_lw
        Colour and line width (half of it for the broken circles).
    mark_ra, mark_dec : float, optional
        Centre of the marks in degrees; before mark_x and mark_y.
    r0 : float, optional
        Sigma in pixels of a Gaussian that smooths image, template, convolved, diff and
        adjusted. NaN stays NaN, and does not spread.
    show_title : bool
        Whether there is a title.
    title : str, optional
        Instead of the one made from the metadata: name, time, filter, limit, magnitude.
    additional_title : str, optional
        Put after the title made from the metadata.
    **kwargs
        For each plane: ``qq`` (two percentages, default 0.5 and 99.5) or ``vmin`` and
        ``vmax``; ``stretch`` ('linear', 'asinh', 'log', 'sqrt', 'square', 'sinh', 'histeq'; by
        default asinh for image, template and convolved, else linear); ``cmap``; ``mask``
        (pixels that do not count for the limits); ``show_colorbar``, ``show_axis``; ``xlim``,
        ``ylim`` (the first and last pixel drawn; only those between count for the limits); and
        whatever ``Axes.imshow`` takes. Masks are drawn in two tones, whatever
        the stretch.

    Raises
    ------
    InputError
        The cutout has none of the planes, a mark on the sky wants a WCS, or a stretch is
        unknown.
    PlotsUnavailable
        matplotlib is not installed.

    Notes
    -----
    Differs from STDPipe 0.4.1: y points up by default; a mask is no grey image with limits of
    its own; NaN does not spread or vanish by smoothing; `axs` without `fig` gets the title; a
    mark on the sky without WCS is an error, not left out; missing numbers are left out of
    the title.
    """
    _require_matplotlib()
    present = [name for name in planes if cutout.get(name) is not None]
    if not present:
        there = ", ".join(k for k in cutout.keys() if k not in ("meta", "header", "wcs"))
        raise InputError(f"plot_cutout: wants one of {', '.join(planes)}; found {there}")
    centre = _mark_centre(cutout, mark_x, mark_y, mark_ra, mark_dec)
    fig, pairs = _axes(fig, axs, list(planes), present)
    for name, axes in pairs:
        options: dict[str, Any] = {
            "stretch": "asinh" if name in _SKY else "linear",
            "cmap": "Blues_r",
            "show_colorbar": False,
            "show_axis": False,
            **kwargs,
        }
        _draw(axes, name, _plain(cutout[name]), r0 if name in _SMOOTHED else None, options)
        axes.set_title(name.upper())
        if centre is not None:
            _draw_marks(axes, centre, (mark_r, mark_r2, mark_r3), mark_color, mark_lw)
    if show_title:
        if title is None:
            title = cutout_title(cutout.get("meta") or {})
            if additional_title:
                title += f" : {additional_title}"
        fig.suptitle(title)


def _require_matplotlib() -> None:
    try:
        # Only whether it is there.
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise PlotsUnavailable(
            "plot_cutout: wants matplotlib, which is not installed (the extra 'plots'); "
            "python -m pip install matplotlib brings it"
        ) from error


def _mark_centre(
    cutout: Mapping[str, Any],
    x: float | None,
    y: float | None,
    ra: float | None,
    dec: float | None,
) -> tuple[float, float] | None:
    if ra is not None and dec is not None:
        wcs = cutout.get("wcs")
        if wcs is None:
            raise InputError("plot_cutout: mark_ra and mark_dec want a cutout with a WCS")
        from vetter.core.wcs_header import sky_to_pixel

        return sky_to_pixel(wcs, ra, dec)
    return None if x is None or y is None else (float(x), float(y))


def _axes(
    fig: Figure | None, axs: Any, planes: list[str], present: list[str]
) -> tuple[Any, list[tuple[str, Axes]]]:
    """The figure, and each plane with the axes it is drawn into."""
    if axs is None:
        if fig is None:
            import matplotlib.pyplot as plt

            fig = plt.figure(figsize=(4 * len(present), 5), dpi=75, layout="tight")
        count = len(present)
        return fig, [(n, fig.add_subplot(1, count, i)) for i, n in enumerate(present, start=1)]
    given = np.atleast_1d(np.asarray(axs, dtype=object)).ravel().tolist()
    if not given:
        raise InputError("plot_cutout: axs is empty; give at least one Axes")
    named = planes if len(given) == len(planes) else present
    # Axes without a plane are left blank, without the frame that looks like an empty image.
    pairs, blank = [], given[len(named) :]
    for name, axes in zip(named, given, strict=False):
        if name in present:
            pairs.append((name, axes))
        else:
            blank.append(axes)
    for axes in blank:
        axes.set_axis_off()
    return (fig if fig is not None else given[0].figure), pairs


def _draw(axes: Axes, name: str, plane: Any, sigma: float | None, options: dict[str, Any]) -> None:
    show_colorbar, show_axis = options.pop("show_colorbar"), options.pop("show_axis")
    stretch, ignored = options.pop("stretch"), options.pop("mask", None)
    region = _region(options.pop("xlim", None), options.pop("ylim", None), plane.shape)
    qq, low, high = (options.pop(key, None) for key in ("qq", "vmin", "vmax"))
    for key in ("max_plot_size", "fast"):  # of STDPipe's imshow, for large images
        options.pop(key, None)
    options = {"origin": "lower", "interpolation": "nearest", **options}
    if plane.dtype == bool or name == "mask":
        plane = (plane != 0).astype(float)
        if "norm" not in options:
            options.update(vmin=0.0, vmax=1.0)
    else:
        plane = plane.astype(np.float64)
        if sigma is not None and sigma > 0:
            plane = smooth(plane, sigma)
        counts = np.isfinite(plane) & ~_ignored(ignored, plane.shape)
        counted = plane[region][counts[region]]
        if "norm" not in options:
            low, high = _limits(counted, qq, low, high)
            options["norm"] = _norm(counted, stretch, low, high)
    (top, bottom), (left, right) = ((s.start - 0.5, s.stop - 0.5) for s in region)
    rows = (top, bottom) if options["origin"] == "lower" else (bottom, top)
    options.setdefault("extent", (left, right, *rows))
    drawn = axes.imshow(plane[region], **options)
    # Off the image is neither bright nor dark.
    drawn.set_cmap(drawn.get_cmap().with_extremes(bad="0.6"))
    axes.axison = bool(show_axis)
    if show_colorbar:
        axes.figure.colorbar(drawn, ax=axes, fraction=0.046, pad=0.04)


def _plain(plane: Any) -> Any:
    """An array; masked pixels are NaN, or True in a mask."""
    return filled(plane) if isinstance(plane, np.ma.MaskedArray) else np.asarray(plane)


def _region(xlim: Any, ylim: Any, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Rows and columns of the pixels between the limits."""
    slices = []
    for limits, size in ((ylim, shape[0]), (xlim, shape[1])):
        low, high = (0, size - 1) if limits is None else limits
        slices.append(slice(max(0, math.floor(low)), min(size, math.ceil(high) + 1)))
    if any(s.start >= s.stop for s in slices):
        raise InputError(f"plot_cutout: no pixels between xlim {xlim} and ylim {ylim}")
    return slices[0], slices[1]


def _ignored(mask: Any, shape: tuple[int, ...]) -> Any:
    return np.zeros(shape, bool) if mask is None else np.asarray(mask) != 0


def _limits(values: Any, qq: Any, low: float | None, high: float | None) -> tuple[float, float]:
    """Percentiles, or the limits given; finite and apart in any case."""
    if qq is None and low is None and high is None:
        qq = (0.5, 99.5)
    if values.size == 0:
        found = (0.0, 1.0)
    elif qq is not None:
        found = tuple(np.percentile(values, qq))
        low = high = None
    else:
        found = (values.min(), values.max())
    low, high = (float(f if g is None else g) for f, g in zip(found, (low, high), strict=True))
    return (low, high) if high > low else (low - 0.1, low + 0.1)


def _norm(values: Any, stretch: str | None, low: float, high: float) -> Any:
    from astropy.visualization import (
        AsinhStretch,
        HistEqStretch,
        ImageNormalize,
        LinearStretch,
        LogStretch,
        SinhStretch,
        SqrtStretch,
        SquaredStretch,
    )

    kinds = {
        "linear": LinearStretch,
        "asinh": AsinhStretch,
        "log": LogStretch,
        "sqrt": SqrtStretch,
        "square": SquaredStretch,
        "power": SquaredStretch,
        "sinh": SinhStretch,
        None: LinearStretch,
    }
    if stretch == "histeq":
        inside = values[(values >= low) & (values <= high)]
        if np.unique(inside).size < 2:
            return ImageNormalize(vmin=low, vmax=high, stretch=LinearStretch())
        return ImageNormalize(vmin=low, vmax=high, stretch=HistEqStretch(inside))
    if stretch not in kinds:
        names = ", ".join((*filter(None, kinds), "histeq"))
        raise InputError(f"plot_cutout: stretch wants one of {names}; found {stretch!r}")
    return ImageNormalize(vmin=low, vmax=high, stretch=kinds[stretch](), clip=False)


def _draw_marks(
    axes: Axes,
    centre: tuple[float, float],
    radii: tuple[float | None, float | None, float | None],
    colour: Any,
    width: float,
) -> None:
    from matplotlib.patches import Circle

    for number, radius in enumerate(radii):
        if radius is not None:
            style, line = ("-", width) if number == 0 else ("--", width / 2)
            axes.add_artist(
                Circle(centre, radius, edgecolor=colour, facecolor="none", ls=style, lw=line)
            )
