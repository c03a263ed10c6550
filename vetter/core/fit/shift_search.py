"""The best shift and scale from a fit's moments: scan a coarse grid, then Newton steps in the box.

For each shift the best scale is known in closed form (variable projection, Golub & Pereyra 1973,
SIAM J. Numer. Anal. 10, 413), clamped to its bounds; so chi2 is a function of two variables, with
exact first and second derivatives since the cubic spline has them.
"""

from __future__ import annotations

import numpy as np

from vetter.core.fit.coarse_grid import scan, starts, starts_of_one
from vetter.core.fit.moments import Array, Window, scan_points, scan_weights
from vetter.core.fit.newton import Minima, descend
from vetter.core.fit.newton_stack import FEW, descend_stack


def search(moments: Array, window: Window, scales: tuple[float, float]) -> Minima:
    """The least chi2 in a window, from up to three minima of the coarse grid.

    Parameters
    ----------
    moments : ndarray (k, taps^2 + 1, taps^2 + 1)
        The image last; background and PSF already projected out where they are free.
    scales : (float, float)
        Bounds of the scale.
    """
    if len(moments) == 1:
        return _search_one(moments, window, scales)
    gx, gy, _, _ = scan_points(window)
    which, u, v = starts(scan(moments, scan_weights(window), scales), gx, gy)
    if len(which) <= FEW:
        ends = [
            descend(moments[k], window, scales, x, y)
            for k, x, y in zip(which.tolist(), u.tolist(), v.tolist(), strict=True)
        ]
        found = Minima(*np.array(ends).T)
    else:
        lot = moments if len(which) == len(moments) else moments[which]
        found = descend_stack(lot, window, scales, u, v)
    if len(which) == len(moments):
        return found
    best = np.lexsort((found.chi2, which))
    best = best[np.r_[True, np.diff(which[best]) > 0]]
    return Minima(*(column[best] for column in found))


def _search_one(moments: Array, window: Window, scales: tuple[float, float]) -> Minima:
    """As :func:`search`, of one: in plain numbers, where numpy's calls would cost more."""
    gx, gy, _, _ = scan_points(window)
    chi2 = scan(moments, scan_weights(window), scales)[0]
    lowest = starts_of_one(chi2, gx, gy)
    ends = [descend(moments[0], window, scales, u, v) for u, v in lowest]
    return Minima(*np.array(min(ends, key=_end_chi2))[:, None])


def _end_chi2(end: tuple[float, float, float, float]) -> float:
    return end[3]
