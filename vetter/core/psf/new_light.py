"""New light beside a star: sources at candidates' places that are free in fits of its stamp.

Few stars are enough for a kernel or an error of the template only if new light beside one of them
does not bend these; it would hide itself.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_MIN_LEFT = 0.4
"""Part of a star's power that must be left where new light is free: 0.4 FWHM from its centre."""
_MOST = 6
"""Number of candidates in one stamp, the nearest to its middle, that are free at most."""


def choose_places(shape: tuple[int, int], places: Array) -> npt.NDArray[np.intp]:
    """Return the numbers of the places in a stamp, the farthest from its middle first; 6 at most.

    Parameters
    ----------
    shape : (int, int)
        Rows and columns of the stamp.
    places : ndarray (n, 2)
        x and y of candidates, pixels of the stamp.
    """
    rows, columns = shape
    inside = (places >= -0.5).all(axis=1) & (places < [columns - 0.5, rows - 0.5]).all(axis=1)
    chosen = np.flatnonzero(inside)
    away = np.hypot(*(places[chosen] - [(columns - 1) / 2, (rows - 1) / 2]).T)
    return chosen[np.argsort(away, kind="stable")[:_MOST][::-1]]


def draw_new_light(shape: tuple[int, int], places: Array, moments: Array) -> Array:
    """Draw a source at each place in a stamp.

    Parameters
    ----------
    shape : (int, int)
        Rows and columns of the stamp.
    places : ndarray (n, 2)
        x and y, pixels of the stamp.
    moments : ndarray (2, 2)
        Second moments of the Gaussian, pixels squared; x first.

    Returns
    -------
    ndarray (n, rows * columns)
    """
    rows, columns = shape
    inverse = np.linalg.inv(moments)
    x = np.arange(columns) - places[:, 0, None, None]
    y = np.arange(rows)[:, None] - places[:, 1, None, None]
    power = inverse[0, 0] * x * x + 2.0 * inverse[0, 1] * x * y + inverse[1, 1] * y * y
    out: Array = np.exp(-0.5 * power).reshape(len(places), rows * columns)
    return out


def find_free(values: Array, weight: Array, light: Array) -> Array:
    """Find what is free in a stamp, as orthogonal images of unit length.

    These are a constant and the new light, but for light that would leave the star less than
    two fifths of its own power: at the star's place, new light and a change of the star are one.

    Parameters
    ----------
    values, weight : ndarray (pixels,)
        The star, and the inverse variance of its pixels; 0 where unknown.
    light : ndarray (k, pixels)
        Shapes of the new light, in the order in which they are tried.

    Returns
    -------
    ndarray (1 + k', pixels)
        Times the root of the weight; the constant is first.

    Examples
    --------
    >>> x = np.arange(21.0)
    >>> star, beside, same = (np.exp(-((x - at) ** 2) / 8.0) for at in (10.0, 14.0, 10.2))
    >>> [len(find_free(star, np.ones(21), light[None])) for light in (beside, same)]
    [2, 1]
    """
    root = np.sqrt(weight)
    free = (root / max(float(np.linalg.norm(root)), 1e-300))[None]
    own = values * root
    own = own - (own @ free.T) @ free
    least = _MIN_LEFT * float(own @ own)
    for shape in light * root:
        image = shape - (shape @ free.T) @ free
        length = float(np.linalg.norm(image))
        if not length > 1e-6 * float(np.linalg.norm(shape)):
            continue
        left = own - (own @ image) / length**2 * image
        if float(left @ left) >= least:
            free, own = np.concatenate([free, image[None] / length]), left
    return free
