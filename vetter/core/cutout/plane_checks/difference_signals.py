"""Regression of a stamp on image and template: a difference of them, and with which sign."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vetter.core.cutout.plane import Array

_MIN_PIXELS = 9
_MIN_DETERMINANT = 1e-9
"""Least determinant relative to its diagonal: image and template must not be one and the same."""

_MAX_EXACT_RESIDUAL = 1e-3
"""Largest relative residual of a difference that is exactly image - template, or its negative."""


class DifferenceSignals(NamedTuple):
    """Coefficients of a regression over their errors; both positive for image - template.

    Attributes
    ----------
    of_image, of_template : float
        Infinite for an exact difference. The template's has the sign of its part in the
        difference turned, so that both have the same sign in a difference.
    explained : float
        Share of the stamp's variance that image and template explain, 0 to 1.
    """

    of_image: float
    of_template: float
    explained: float


def measure_signals(diff: Array, image: Array, template: Array) -> DifferenceSignals | None:
    """Return the signals of image and template in a stamp, matched in flux and PSF or not.

    Parameters
    ----------
    diff, image, template : ndarray, shape (rows, columns)
        On one grid; pixels that are not finite in all three are left out.

    Returns
    -------
    DifferenceSignals or None
        None if there are too few pixels, or nothing in them tells image and template apart.

    Examples
    --------
    >>> image, template = np.array([[1.0, 5, 2, 8, 3]] * 3), np.array([[2.0, 1, 1, 3, 7]] * 3)
    >>> measure_signals(template - image, image, template).of_image
    -inf
    """
    planes = np.array([diff.ravel(), image.ravel(), template.ravel()], np.float64)
    known = np.isfinite(planes).all(axis=0)
    if not known.all():
        planes = planes[:, known]
    count = planes.shape[1]
    if count < _MIN_PIXELS:
        return None
    # All sums of products at once: fits of ten thousand packets wait for this.
    products = planes @ planes.T
    exact = _exact_sign(products)
    if exact:
        return DifferenceSignals(exact * np.inf, exact * np.inf, 1.0)
    sums = planes.sum(axis=1)
    (dd, di, dt), (_, ii, it), (_, _, tt) = products - np.outer(sums, sums) / count
    determinant = ii * tt - it * it
    if not determinant > _MIN_DETERMINANT * ii * tt:
        return None
    of_image, of_template = (di * tt - dt * it) / determinant, (dt * ii - di * it) / determinant
    rest = max(dd - of_image * di - of_template * dt, 1e-12 * dd)
    if not rest > 0:
        return None
    variance = rest / max(count - 3, 1)
    return DifferenceSignals(
        float(of_image / np.sqrt(variance * tt / determinant)),
        float(-of_template / np.sqrt(variance * ii / determinant)),
        float(1 - rest / dd),
    )


def _exact_sign(products: Array) -> int:
    """Return 1 or -1 if a difference equals image - template or its negative; else 0.

    Parameters
    ----------
    products : ndarray, shape (3, 3)
        Sums of products of difference, image and template.
    """
    (dd, di, dt), (_, ii, it), (_, _, tt) = products
    size, along = ii + tt - 2 * it, di - dt
    # Rounding leaves as much of equal planes, whose difference has no sign.
    if not size > 1e-12 * (ii + tt):
        return 0
    sign = 1 if along > 0 else -1
    return sign if dd - 2 * sign * along + size < _MAX_EXACT_RESIDUAL**2 * size else 0
