"""Newton steps to the nearest minimum of chi2 for a stack: `vetter.core.fit.newton` on arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.moments import Array, Window, tap_weights_stack
from vetter.core.fit.newton import (
    FLAT,
    LONGEST_STEP,
    ROUNDING,
    ROUNDS,
    SMALL_ENOUGH,
    SMALL_GAIN,
    SMALL_STEP,
    SURE_STEP,
    Minima,
    descend,
)

Flags = npt.NDArray[np.bool_]

FEW = 3
"""As many go on one by one, where an array's calls would cost more than they do together."""

_WANTED = (0, 1, 3, 9)
"""Of t, its derivatives and the image: t, by u, by v, and the image."""


class _Points(NamedTuple):
    """chi2 of the best scales, gradients and Hessians by (u, v), the scales' slopes; (k,) each."""

    chi2: Array
    scale: Array
    gu: Array
    gv: Array
    huu: Array
    huv: Array
    hvv: Array
    su: Array
    sv: Array


def descend_stack(
    moments: Array, window: Window, scales: tuple[float, float], u: Array, v: Array
) -> Minima:
    """Damped Newton steps from (u, v), each within the window.

    Parameters
    ----------
    moments : ndarray (k, taps^2 + 1, taps^2 + 1)
    window : Window
    scales : (float, float)
    u, v : ndarray (k,)
    """
    u, v = u.copy(), v.copy()
    here = _evaluate(moments, window, scales, u, v)
    best = Minima(u, v, here.scale.copy(), here.chi2.copy())
    active, damping = np.arange(len(u)), np.zeros(len(u))
    for _ in range(ROUNDS):
        du, dv = _steps(here, window, best.u[active], best.v[active], damping)
        length = np.abs(du) + np.abs(dv)
        gain = -0.5 * (here.gu * du + here.gv * dv)
        last = (damping == 0.0) & (gain >= 0.0) & (gain < SMALL_GAIN * here.chi2)
        moving = length >= SMALL_STEP
        last &= moving & (length < SURE_STEP)
        moving &= ~last
        if last.any():
            which = active[last]
            best.u[which] += du[last]
            best.v[which] += dv[last]
            scale = (here.scale + here.su * du + here.sv * dv)[last]
            best.scale[which] = np.minimum(np.maximum(scale, scales[0]), scales[1])
            best.chi2[which] -= gain[last]
        if not moving.all():
            active, damping, du, dv = active[moving], damping[moving], du[moving], dv[moving]
            here, moments = _Points(*(a[moving] for a in here)), moments[moving]
            length = length[moving]
        if len(active) <= FEW:
            break
        there = _evaluate(moments, window, scales, best.u[active] + du, best.v[active] + dv)
        rounding = np.where(length < SMALL_ENOUGH, ROUNDING * np.abs(here.chi2), 0.0)
        better = there.chi2 - here.chi2 <= rounding
        for column, step in ((best.u, du), (best.v, dv)):
            column[active[better]] += step[better]
        best.scale[active[better]] = there.scale[better]
        best.chi2[active[better]] = there.chi2[better]
        stuck = ~better & ~np.isfinite(there.chi2)
        here = _Points(*(np.where(better, new, old) for new, old in zip(there, here, strict=True)))
        lowered = np.where(damping > 1e-6, 0.1 * damping, 0.0)
        damping = np.where(better, lowered, np.maximum(10.0 * damping, 0.1))
        if stuck.any():
            active, damping, moments = active[~stuck], damping[~stuck], moments[~stuck]
            here = _Points(*(a[~stuck] for a in here))
    for k, matrix, damped in zip(active.tolist(), moments, damping.tolist(), strict=True):
        end = descend(matrix, window, scales, float(best.u[k]), float(best.v[k]), damped)
        for column, value in zip(best, end, strict=True):
            column[k] = value
    return best


def _evaluate(
    moments: Array, window: Window, scales: tuple[float, float], u: Array, v: Array
) -> _Points:
    both = tap_weights_stack(np.concatenate((u, v)), window.half)
    wx, wy = both[: len(u)], both[len(u) :]
    # The last row takes the image: one product gives all inner products that are wanted.
    basis = np.zeros((len(u), 10, moments.shape[1]))
    basis[:, 9, -1] = 1.0
    taps = window.taps
    shape = len(u), 3, 3, taps, taps
    sizes = basis.strides[0], 3 * basis.strides[1], basis.strides[1], 8 * taps, 8
    tapped = np.ndarray(shape, float, basis, 0, sizes)
    np.multiply(wy[:, :, None, :, None], wx[:, None, :, None, :], out=tapped)
    inner = (basis[:, _WANTED] @ moments) @ basis.transpose(0, 2, 1)
    tt, tu, tuu, tv, tuv, _, tvv, _, _, _ = inner[:, 0].T
    uu, uv, vv = inner[:, 1, 1], inner[:, 1, 3], inner[:, 2, 3]
    yt, yu, yuu, yv, yuv, _, yvv, _, _, yy = inner[:, 3].T
    known = tt > 0.0
    wanted = np.where(known, yt / np.where(known, tt, 1.0), 1.0)
    s = np.minimum(np.maximum(wanted, scales[0]), scales[1])
    free = known & (scales[0] < wanted) & (wanted < scales[1])
    inverse = np.where(free, 1.0 / np.where(known, tt, 1.0), 0.0)
    su, sv = (yu - 2.0 * s * tu) * inverse, (yv - 2.0 * s * tv) * inverse
    return _Points(
        yy + s * (s * tt - 2.0 * yt),
        s,
        2.0 * s * (s * tu - yu),
        2.0 * s * (s * tv - yv),
        2.0 * s * (s * (tuu + uu) - yuu) - 2.0 * tt * su * su,
        2.0 * s * (s * (tuv + uv) - yuv) - 2.0 * tt * su * sv,
        2.0 * s * (s * (tvv + vv) - yvv) - 2.0 * tt * sv * sv,
        su,
        sv,
    )


def _steps(at: _Points, window: Window, u: Array, v: Array, damping: Array) -> tuple[Array, Array]:
    """Steps downhill that stay in the window; on an edge, along it."""
    (ulo, uhi), (vlo, vhi) = window.x_range, window.y_range
    free_u = ~(((u <= ulo) & (at.gu >= 0.0)) | ((u >= uhi) & (at.gu <= 0.0)))
    free_v = ~(((v <= vlo) & (at.gv >= 0.0)) | ((v >= vhi) & (at.gv <= 0.0)))
    du, dv = _newton(at, damping)
    both = free_u & free_v
    curve_u = np.maximum(np.abs(at.huu) * (1.0 + damping), 1e-300)
    curve_v = np.maximum(np.abs(at.hvv) * (1.0 + damping), 1e-300)
    du = np.where(both, du, np.where(free_u, -at.gu / curve_u, 0.0))
    dv = np.where(both, dv, np.where(free_v, -at.gv / curve_v, 0.0))
    shrink = LONGEST_STEP / np.maximum(np.maximum(np.abs(du), np.abs(dv)), LONGEST_STEP)
    du = np.minimum(np.maximum(u + shrink * du, ulo), uhi) - u
    return du, np.minimum(np.maximum(v + shrink * dv, vlo), vhi) - v


def _newton(at: _Points, damping: Array) -> tuple[Array, Array]:
    mean = 0.5 * (at.huu + at.hvv)
    spread = np.hypot(0.5 * (at.huu - at.hvv), at.huv)
    largest = np.maximum(np.maximum(np.abs(mean + spread), np.abs(mean - spread)), 1e-300)
    least = mean - spread
    lift = damping * largest + np.where(least < FLAT * largest, 1e-3 * largest - least, 0.0)
    huu, hvv = at.huu + lift, at.hvv + lift
    determinant = huu * hvv - at.huv * at.huv
    determinant = np.where(determinant > 0, determinant, 1.0)
    return (
        (at.huv * at.gv - hvv * at.gu) / determinant,
        (at.huv * at.gu - huu * at.gv) / determinant,
    )
