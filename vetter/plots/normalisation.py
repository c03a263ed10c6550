"""Limits and stretch of a plotted plane, as a normalisation for matplotlib."""

from __future__ import annotations

from typing import Any

import numpy as np

from vetter.errors import InputError


def plot_limits(values: Any, qq: Any, low: float | None, high: float | None) -> tuple[float, float]:
    """Return percentiles, or the given limits; always finite, and the first below the second."""
    if qq is None and low is None and high is None:
        qq = (0.5, 99.5)
    if values.size == 0:
        measured = (0.0, 1.0)
    elif qq is not None:
        measured = tuple(np.percentile(values, qq))
        low = high = None
    else:
        measured = (values.min(), values.max())
    low, high = (float(m if g is None else g) for m, g in zip(measured, (low, high), strict=True))
    margin = max(0.1, 1e-9 * abs(low))
    return (low, high) if high > low else (low - margin, low + margin)


def make_normalisation(values: Any, stretch: str | None, low: float, high: float) -> Any:
    """Return matplotlib's ``norm`` for a stretch between limits.

    Parameters
    ----------
    values : ndarray (n,)
        Finite pixels, whose brightness 'histeq' makes uniform.
    stretch : str or None
        Name of the stretch; None is 'linear'.

    Raises
    ------
    InputError
        The stretch is unknown.
    """
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
        raise InputError(f"plot_cutout: stretch: expected one of {names}, found {stretch!r}")
    return ImageNormalize(vmin=low, vmax=high, stretch=kinds[stretch](), clip=False)
