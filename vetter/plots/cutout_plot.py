"""Plot of a cutout's planes side by side, with marks and a title from the metadata."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.errors import InputError, VetterError
from vetter.plots.plane_image import draw_plane

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PLANES = ("image", "template", "diff", "mask")


class PlotsUnavailable(VetterError, ImportError):
    """Error for a missing matplotlib."""


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
    nplots: int | None = None,
    **kwargs: Any,
) -> None:
    """Draw planes of a cutout side by side.

    Parameters
    ----------
    cutout : Cutout or mapping
        Result of `vetter.cutouts.get_cutout`, or a plain dict like STDPipe's.
    planes : sequence of str
        Names of planes in order; planes missing in the cutout are left out.
    fig : matplotlib.figure.Figure, optional
        Figure to draw into; by default the figure of `axs`, or a new one.
    axs : Axes or (nested) sequence of Axes, optional
        As many as `planes`: each plane has its own Axes, and Axes of missing planes stay empty.
        Any other number: the present planes fill the Axes in order, and further planes are
        left out.
    mark_x, mark_y : float, optional
        Centre of the marks in the cutout's pixels, 0-based.
    mark_r, mark_r2, mark_r3 : float, optional
        Radii in pixels: one of a solid circle, two of dashed circles.
    mark_color, mark_lw
        Colour and line width (half of it for the dashed circles).
    mark_ra, mark_dec : float, optional
        Centre of the marks in degrees; takes precedence over mark_x and mark_y.
    r0 : float, optional
        Sigma in pixels of a Gaussian that smooths image, template, convolved, diff and
        adjusted. NaN stays NaN, and does not spread.
    show_title : bool
        Whether the figure gets a title.
    title : str, optional
        Replaces the title from the metadata: name, time, filter, limit, magnitude.
    additional_title : str, optional
        Text after the title from the metadata.
    nplots : int, optional
        Number of places in the row, so that rows of several cutouts line up: further planes are
        left out, further places stay empty. Default: one for each present plane. Not used with
        `axs`.
    **kwargs
        Options of every plane: ``qq`` (two percentages, default 0.5 and 99.5) or ``vmin`` and
        ``vmax``; ``stretch`` ('linear', 'asinh', 'log', 'sqrt', 'square', 'sinh', 'histeq'; by
        default asinh for image, template and convolved, else linear); ``cmap``; ``mask``
        (pixels that do not count for the limits); ``show_colorbar``, ``show_axis``; ``xlim``,
        ``ylim`` (first and last pixel drawn; only pixels between them count for the limits);
        and all options of ``Axes.imshow``. Masks are always drawn in two tones.

    Raises
    ------
    InputError
        The cutout has none of the planes, a mark on the sky needs a WCS, a stretch is unknown,
        or `nplots` is below 1.
    PlotsUnavailable
        matplotlib is not installed.

    Notes
    -----
    Differences from STDPipe 0.4.1: y points up by default; a mask is drawn in two tones and not
    in grey; NaN pixels neither spread nor vanish by smoothing; `axs` without `fig` gets the
    title; a mark on the sky without a WCS is an error and not left out; missing numbers are left
    out of the title.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> from vetter.plots import plot_cutout
    >>> image = np.arange(121.0).reshape(11, 11)
    >>> cutout = {"image": image, "template": image - 1, "meta": {"name": "AT 2026abc"}}
    >>> figure = Figure(figsize=(8, 5))
    >>> plot_cutout(cutout, fig=figure, qq=(1, 99), mark_x=5, mark_y=5)
    >>> [axes.get_title() for axes in figure.axes]
    ['IMAGE', 'TEMPLATE']
    """
    _require_matplotlib()
    present = [name for name in planes if cutout.get(name) is not None]
    if not present:
        available = ", ".join(k for k in cutout.keys() if k not in ("meta", "header", "wcs"))
        raise InputError(
            f"plot_cutout: expected one of the planes {', '.join(planes)}, found {available}"
        )
    centre = _mark_centre(cutout, mark_x, mark_y, mark_ra, mark_dec)
    if nplots is not None and nplots < 1:
        raise InputError(f"plot_cutout: nplots: expected a number from 1, found {nplots}")
    fig, pairs = _assign_axes(fig, axs, list(planes), present, nplots or len(present))
    for name, axes in pairs:
        draw_plane(axes, name, cutout[name], r0, kwargs)
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
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise PlotsUnavailable(
            "plot_cutout: matplotlib is not installed (the extra 'plots'); "
            "run python -m pip install matplotlib"
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
            raise InputError(
                "plot_cutout: mark_ra and mark_dec need a WCS, which the cutout does not have; "
                "give mark_x and mark_y"
            )
        from vetter.core.coordinates.wcs import sky_to_pixel

        return sky_to_pixel(wcs, ra, dec)
    return None if x is None or y is None else (float(x), float(y))


def _assign_axes(
    fig: Figure | None, axs: Any, planes: list[str], present: list[str], places: int
) -> tuple[Any, list[tuple[str, Axes]]]:
    """Return the figure, and each plane with its Axes."""
    if axs is None:
        if fig is None:
            import matplotlib.pyplot as plt

            fig = plt.figure(figsize=(4 * places, 5), dpi=75, layout="tight")
        shown = enumerate(present[:places], start=1)
        return fig, [(name, fig.add_subplot(1, places, number)) for number, name in shown]
    given = np.atleast_1d(np.asarray(axs, dtype=object)).ravel().tolist()
    if not given:
        raise InputError("plot_cutout: axs is empty; give at least one Axes")
    named = planes if len(given) == len(planes) else present
    # Axes without a plane lose their frame, which would look like an empty image.
    pairs, blank = [], given[len(named) :]
    for name, axes in zip(named, given, strict=False):
        if name in present:
            pairs.append((name, axes))
        else:
            blank.append(axes)
    for axes in blank:
        axes.set_axis_off()
    return (fig if fig is not None else given[0].figure), pairs


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


def cutout_title(meta: Mapping[str, Any]) -> str:
    """Return a title: name, time, filter with its colour term, limit and magnitude, if known.

    Parameters
    ----------
    meta : mapping
        ``name``, ``time``, ``mag_filter_name``, ``mag_color_name``, ``mag_color_term``,
        ``mag_limit``, ``mag_calib``, ``mag_calib_err`` (or ``magerr``), STDPipe's names. Values
        None, masked and NaN are left out.
    """
    name = meta.get("name")
    parts = ["unnamed" if name is None or name is np.ma.masked else str(name)]
    time = meta.get("time")
    if time is not None:
        parts[0] += f" at {_time_text(time)}"
    band = meta.get("mag_filter_name")
    if band is not None:
        term = _colour_term(meta.get("mag_color_term"), meta.get("mag_color_name"))
        parts.append(f"{band} {term}".strip())
    limit = _number(meta.get("mag_limit"))
    if limit is not None:
        parts.append(f"limit {limit:.2f}")
    magnitude = _number(meta.get("mag_calib"))
    if magnitude is not None:
        error = _number(meta.get("mag_calib_err", meta.get("magerr")))
        spread = "" if error is None else f" $\\pm$ {error:.2f}"
        parts.append(f"mag = {magnitude:.2f}{spread}")
    return " : ".join(parts)


def _time_text(time: Any) -> str:
    if hasattr(time, "to_value"):
        return str(time.to_value("iso"))
    return time.isoformat(" ") if isinstance(time, datetime.datetime) else str(time)


def _number(value: Any) -> float | None:
    if value is None or np.ma.is_masked(value):
        return None
    try:
        number = float(getattr(value, "value", value))
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None


def _colour_term(terms: Any, colour: Any) -> str:
    """Return the colour term of the catalogue's magnitude: ``- 0.12 (B - V) + 0.01 (B - V)^2``.

    `terms` are coefficients of the colour in instrument minus catalogue, so the signs change.
    """
    if terms is None or colour is None:
        return ""
    parts = []
    for power, term in enumerate(np.atleast_1d(np.asarray(terms, float)), start=1):
        sign = "-" if term > 0 else "+"
        parts.append(f"{sign} {abs(term):.2f} ({colour})" + (f"^{power}" if power > 1 else ""))
    return " ".join(parts)
