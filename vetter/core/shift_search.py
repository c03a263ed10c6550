"""The best shift and scale from a fit's moments: scan a coarse grid, then Newton steps in the box.

For each shift the best scale is known in closed form (variable projection, Golub & Pereyra 1973,
SIAM J. Numer. Anal. 10, 413), clamped to its bounds; so chi2 is a function of two variables, with
exact first and second derivatives since the cubic spline has them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vetter.core.moments import Array, Window, scan_points, tap_weights

_ROUNDS = 40
_MAX_STARTS = 3
_STEP = 1e-9
_FIRST = np.array([0, 0, 1, 0, 1, 2])
_SECOND = np.array([0, 1, 0, 2, 1, 0])


@dataclass(frozen=True, slots=True)
class Minimum:
    """Where chi2 is least within a window; ``u`` and ``v`` count from the window's centre."""

    u: float
    v: float
    scale: float
    chi2: float


@dataclass(frozen=True, slots=True)
class _Point:
    """chi2 of the best scale, its gradient and Hessian by (u, v)."""

    chi2: float
    scale: float
    gu: float
    gv: float
    huu: float
    huv: float
    hvv: float


def search(moments: Array, window: Window, scales: tuple[float, float]) -> Minimum:
    """The least chi2 in a window, from up to three minima of the coarse grid.

    Parameters
    ----------
    moments : ndarray (taps^2 + 1, taps^2 + 1)
        The image last; background and PSF already projected out where they are free.
    scales : (float, float)
        Bounds of the scale.
    """
    best: Minimum | None = None
    for u, v in starts(moments, window, scales):
        found = _descend(moments, window, scales, u, v)
        if best is None or found.chi2 < best.chi2:
            best = found
    assert best is not None
    return best


def starts(
    moments: Array, window: Window, scales: tuple[float, float]
) -> list[tuple[float, float]]:
    """The grid's local minima, best first."""
    gx, gy, weights = scan_points(window)
    chi2 = scan(moments, weights, scales).reshape(len(gy), len(gx))
    order = local_minima(chi2[None])[0]
    ranked = np.argsort(np.where(order, chi2, np.inf), axis=None)[: min(_MAX_STARTS, order.sum())]
    return [(float(gx[i % len(gx)]), float(gy[i // len(gx)])) for i in ranked.tolist()]


def scan(moments: Array, weights: Array, scales: tuple[float, float]) -> Array:
    """chi2 of the best scale at each of the grid's shifts, (..., shifts)."""
    inner = moments[..., :-1, :-1]
    power = ((weights @ inner) * weights).sum(axis=-1)
    cross = moments[..., None, -1, :-1] @ weights.T
    cross = cross[..., 0, :]
    tiny = 1e-14 * np.abs(power).max(axis=-1, keepdims=True) + 1e-300
    scale = np.clip(cross / np.maximum(power, tiny), *scales)
    chi2: Array = moments[..., -1, -1, None] + scale * (scale * power - 2.0 * cross)
    return chi2


def local_minima(chi2: Array) -> npt.NDArray[np.bool_]:
    """Where no neighbour on the grid is lower; (k, gy, gx) to the same shape."""
    padded = np.full((chi2.shape[0], chi2.shape[1] + 2, chi2.shape[2] + 2), np.inf)
    padded[:, 1:-1, 1:-1] = chi2
    rows = np.minimum(np.minimum(padded[:, :-2], padded[:, 2:]), padded[:, 1:-1])
    lowest = np.minimum(np.minimum(rows[:, :, :-2], rows[:, :, 2:]), rows[:, :, 1:-1])
    return np.asarray(chi2 <= lowest)


def _evaluate(moments: Array, half: int, scales: tuple[float, float], u: float, v: float) -> _Point:
    wy, wx = tap_weights(v, half), tap_weights(u, half)
    basis = (wy[_FIRST][:, :, None] * wx[_SECOND][:, None, :]).reshape(6, -1)
    taps = basis.shape[1]
    products = basis[:3] @ moments[:taps, :taps] @ basis.T
    cross = (basis @ moments[:taps, taps]).tolist()
    rows = products.tolist()
    return profile(rows, cross, float(moments[taps, taps]), scales)


def profile(
    products: list[list[float]], cross: list[float], norm: float, scales: tuple[float, float]
) -> _Point:
    """chi2 with the scale at its best, and derivatives.

    Parameters
    ----------
    products : 3 rows (t, t_u, t_v) of 6 inner products with (t, t_u, t_v, t_uu, t_uv, t_vv)
    cross : 6 inner products of those with the image
    norm : that of the image with itself
    """
    (tt, tu, tv, tuu, tuv, tvv), (_, uu, uv, *_), (_, _, vv, *_) = products
    yt, yu, yv, yuu, yuv, yvv = cross
    wanted = yt / tt if tt > 0.0 else 1.0
    s = min(max(wanted, scales[0]), scales[1])
    gu, gv = 2.0 * s * (s * tu - yu), 2.0 * s * (s * tv - yv)
    huu = 2.0 * s * (s * (tuu + uu) - yuu)
    huv = 2.0 * s * (s * (tuv + uv) - yuv)
    hvv = 2.0 * s * (s * (tvv + vv) - yvv)
    if scales[0] < wanted < scales[1] and tt > 0.0:
        mu, mv = 4.0 * s * tu - 2.0 * yu, 4.0 * s * tv - 2.0 * yv
        huu -= mu * mu / (2.0 * tt)
        huv -= mu * mv / (2.0 * tt)
        hvv -= mv * mv / (2.0 * tt)
    return _Point(norm + s * (s * tt - 2.0 * yt), s, gu, gv, huu, huv, hvv)


def _descend(
    moments: Array, window: Window, scales: tuple[float, float], u: float, v: float
) -> Minimum:
    """Damped Newton steps within the window (Levenberg-Marquardt's damping)."""
    here = _evaluate(moments, window.half, scales, u, v)
    damping = 0.0
    for _ in range(_ROUNDS):
        du, dv = _step(here, window, u, v, damping)
        if abs(du) + abs(dv) < _STEP:
            break
        there = _evaluate(moments, window.half, scales, u + du, v + dv)
        if there.chi2 <= here.chi2:
            u, v, here = u + du, v + dv, there
            damping *= 0.1 if damping > 1e-6 else 0.0
        else:
            if here.chi2 - there.chi2 > -1e-13 * abs(here.chi2) and abs(du) + abs(dv) < 1e-5:
                break
            damping = max(10.0 * damping, 0.1)
    return Minimum(u, v, here.scale, here.chi2)


def _step(at: _Point, window: Window, u: float, v: float, damping: float) -> tuple[float, float]:
    """A step downhill that stays in the window; on an edge, along it."""
    (ulo, uhi), (vlo, vhi) = window.x_range, window.y_range
    free_u = not ((u <= ulo and at.gu >= 0.0) or (u >= uhi and at.gu <= 0.0))
    free_v = not ((v <= vlo and at.gv >= 0.0) or (v >= vhi and at.gv <= 0.0))
    du, dv = _newton(at, free_u, free_v, damping)
    longest = max(abs(du), abs(dv))
    if longest > 0.5:
        du, dv = 0.5 * du / longest, 0.5 * dv / longest
    return min(max(u + du, ulo), uhi) - u, min(max(v + dv, vlo), vhi) - v


def _newton(at: _Point, free_u: bool, free_v: bool, damping: float) -> tuple[float, float]:
    if free_u and free_v:
        mean, apart = 0.5 * (at.huu + at.hvv), 0.5 * (at.huu - at.hvv)
        spread = math.hypot(apart, at.huv)
        largest = max(abs(mean + spread), abs(mean - spread), 1e-300)
        lift = damping * largest + max(0.0, 1e-3 * largest - (mean - spread))
        huu, hvv = at.huu + lift, at.hvv + lift
        determinant = huu * hvv - at.huv * at.huv
        return (
            (at.huv * at.gv - hvv * at.gu) / determinant,
            (at.huv * at.gu - huu * at.gv) / determinant,
        )
    curvature_u, curvature_v = abs(at.huu) * (1.0 + damping), abs(at.hvv) * (1.0 + damping)
    return (
        -at.gu / max(curvature_u, 1e-300) if free_u else 0.0,
        -at.gv / max(curvature_v, 1e-300) if free_v else 0.0,
    )
