"""Gauss-Newton steps on the pixels to the nearest minimum of chi2, by the quintic spline.

The cubic spline's moments serve all shifts at once; these steps start so near to the end that two
looks at the pixels are cheaper than the more moments of a wider spline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.fit_facts import Box
from vetter.core.fit.moments import projected
from vetter.core.fit.newton import SMALL_GAIN, SURE_STEP
from vetter.core.fit.quintic import quintic_shifted

Array = npt.NDArray[np.float64]

_ROUNDS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """What the steps rest on.

    Attributes
    ----------
    coefs : ndarray (k, ny + 2 edge, nx + 2 edge)
        Of the templates, from :func:`vetter.core.fit.quintic.quintic_coefficients`.
    edge : int
    box : (slice, slice)
        Rows and columns that are fitted.
    weight : ndarray (k, rows of the box, columns of the box)
        1 / sigma; 0 where a pixel does not count.
    linear : ndarray (k, m, pixels of the box)
        Images that are free besides the template, and the fitted image last; weighted.
    """

    coefs: Array
    edge: int
    box: Box
    weight: Array
    linear: Array

    def products(self, which: npt.NDArray[np.intp], dx: Array, dy: Array) -> Array:
        """Inner products of the template's derivatives, itself, and ``linear``."""
        rows = np.empty((len(which), 3 + self.linear.shape[1], self.linear.shape[2]))
        shifted = quintic_shifted(self.coefs[which], self.box, dx, dy, self.edge)
        shifted *= self.weight[which][:, None]
        rows[:, :3] = shifted.reshape(len(which), 3, -1)
        rows[:, 3:] = self.linear[which]
        out: Array = rows @ rows.transpose(0, 2, 1)
        return out


class Ends(NamedTuple):
    """Where the steps ended, (k,) each, and the inner products of the last look at the pixels."""

    dx: Array
    dy: Array
    scale: Array
    chi2: Array
    products: Array


class _Slopes(NamedTuple):
    """chi2 of the best scale, half its gradient by (dx, dy) and half its Hessian, (k,) each."""

    chi2: Array
    scale: Array
    gx: Array
    gy: Array
    hxx: Array
    hxy: Array
    hyy: Array
    sx: Array
    sy: Array


def descend(
    pixels: Pixels, dx: Array, dy: Array, max_shift: float, scales: tuple[float, float]
) -> Ends:
    """Steps from (dx, dy), each to a lower chi2, within the bounds.

    Parameters
    ----------
    pixels : Pixels
    dx, dy : ndarray (k,)
    max_shift : float
    scales : (float, float)
        Bounds of the scale.
    """
    dx, dy = dx.copy(), dy.copy()
    active = np.arange(len(dx))
    products = pixels.products(active, dx, dy)
    here = _slopes(products, scales)
    scale, chi2 = here.scale.copy(), here.chi2.copy()
    for _ in range(_ROUNDS):
        du, dv = _steps(here, dx[active], dy[active], max_shift)
        gain = -(here.gx * du + here.gy * dv)
        # What the last step leaves is the square of its gain: it is taken unseen.
        sure = np.maximum(np.abs(du), np.abs(dv)) < SURE_STEP
        last = (gain >= 0.0) & (gain < SMALL_GAIN * here.chi2) & sure
        ends = active[last]
        dx[ends] += du[last]
        dy[ends] += dv[last]
        followed = (here.scale + here.sx * du + here.sy * dv)[last]
        scale[ends] = np.clip(followed, *scales)
        chi2[ends] -= gain[last]
        # A step that is not a number ends it too.
        moving = (gain >= 0.0) & ~last
        active, du, dv = active[moving], du[moving], dv[moving]
        if not len(active):
            break
        inner = pixels.products(active, dx[active] + du, dy[active] + dv)
        there = _slopes(inner, scales)
        better = there.chi2 < chi2[active]
        active, inner = active[better], inner[better]
        here = _Slopes(*(column[better] for column in there))
        dx[active] += du[better]
        dy[active] += dv[better]
        scale[active], chi2[active], products[active] = here.scale, here.chi2, inner
    return Ends(dx, dy, scale, chi2, products)


def _slopes(products: Array, scales: tuple[float, float]) -> _Slopes:
    free = products
    for which in range(3, products.shape[1] - 1):
        free = projected(free, which)
    xx, xy, xt, xi = (free[:, 0, k] for k in (0, 1, 2, -1))
    yy, yt, yi = (free[:, 1, k] for k in (1, 2, -1))
    tt, ti, ii = free[:, 2, 2], free[:, 2, -1], free[:, -1, -1]
    wanted = ti / tt
    s = np.clip(wanted, *scales)
    told = (scales[0] < wanted) & (wanted < scales[1])
    sx, sy = (np.where(told, (i - 2.0 * s * t) / tt, 0.0) for i, t in ((xi, xt), (yi, yt)))
    # Gauss and Newton's: residuals times second derivatives are left out.
    ax, ay = (np.where(told, t / tt, 0.0) for t in (xt, yt))
    return _Slopes(
        ii + s * (s * tt - 2.0 * ti),
        s,
        s * (s * xt - xi),
        s * (s * yt - yi),
        s * s * (xx - ax * xt),
        s * s * (xy - ax * yt),
        s * s * (yy - ay * yt),
        sx,
        sy,
    )


def _steps(at: _Slopes, dx: Array, dy: Array, bound: float) -> tuple[Array, Array]:
    """Steps downhill that stay within the bound; on it, along it."""
    free_x = ~(((dx <= -bound) & (at.gx >= 0.0)) | ((dx >= bound) & (at.gx <= 0.0)))
    free_y = ~(((dy <= -bound) & (at.gy >= 0.0)) | ((dy >= bound) & (at.gy <= 0.0)))
    determinant = at.hxx * at.hyy - at.hxy * at.hxy
    both = free_x & free_y
    du = np.where(both, (at.hxy * at.gy - at.hyy * at.gx) / determinant, -at.gx / at.hxx)
    dv = np.where(both, (at.hxy * at.gx - at.hxx * at.gy) / determinant, -at.gy / at.hyy)
    du, dv = np.where(free_x, du, 0.0), np.where(free_y, dv, 0.0)
    return np.clip(dx + du, -bound, bound) - dx, np.clip(dy + dv, -bound, bound) - dy
