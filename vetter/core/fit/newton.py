"""Newton steps to the nearest minimum of chi2, for one cutout.

With one at a time numpy's calls cost more than the arithmetic, so this is written in plain numbers;
:mod:`vetter.core.fit.newton_stack` does the same for stacks.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from vetter.core.fit.moments import Array, Window, tap_weights

ROUNDS = 40
SMALL_STEP = 1e-9
SMALL_GAIN = 1e-8
"""Of chi2: a step that gains less, a hundredth of the error or so, is the last. It is taken
unseen, since what it leaves is the square of that."""

SURE_STEP = 1e-3
"""Pixels: no longer step is taken unseen. Along a valley of chi2 one that gains as little may be
long, and where it ends would depend on rounding."""

LONGEST_STEP = 0.5
FLAT = 1e-7
"""Of the larger curvature: below, the smaller one counts as none or turned down, and is lifted."""
ROUNDING = 1e-13
"""Of chi2: a step so short that rounding decides whether it gains is taken as it is, or one cutout
would end elsewhere alone than in a stack."""

SMALL_ENOUGH = 1e-5


class Minima(NamedTuple):
    """Where chi2 is least within a window, (k,) each; ``u``, ``v`` count from its centre."""

    u: Array
    v: Array
    scale: Array
    chi2: Array


class _Point(NamedTuple):
    """chi2 of the best scale, its gradient and Hessian by (u, v), and the scale's slopes."""

    chi2: float
    scale: float
    gu: float
    gv: float
    huu: float
    huv: float
    hvv: float
    su: float
    sv: float


class _Room(NamedTuple):
    """Room for t, its derivatives and the image, (10, taps^2 + 1), and a view of the taps' weights
    in it, (3, 3, taps, taps)."""

    basis: Array
    tapped: Array


def _room(window: Window, size: int) -> _Room:
    basis = np.zeros((10, size))
    # The last row takes the image: one product gives all inner products that are wanted.
    basis[9, -1] = 1.0
    taps = window.taps
    strides = 24 * size, 8 * size, 8 * taps, 8
    return _Room(basis, np.ndarray((3, 3, taps, taps), float, basis, 0, strides))


def _evaluate(
    moments: Array, half: float, scales: tuple[float, float], u: float, v: float, room: _Room
) -> _Point:
    wx, wy = tap_weights(u, v, half)
    np.multiply(wy[:, None, :, None], wx[:, None, :], out=room.tapped)
    return _profile((room.basis @ moments @ room.basis.T).tolist(), scales)


def _profile(products: list[list[float]], scales: tuple[float, float]) -> _Point:
    """chi2 with the scale at its best, and derivatives.

    Parameters
    ----------
    products : 10 rows of 10
        Inner products of t and its derivatives, element 3 j + i j times by v and i times by u;
        then of the image.
    """
    tt, tu, tuu, tv, tuv, _, tvv, _, _, _ = products[0]
    uu, uv, vv = products[1][1], products[1][3], products[3][3]
    yt, yu, yuu, yv, yuv, _, yvv, _, _, norm = products[9]
    wanted = yt / tt if tt > 0.0 else 1.0
    s = min(max(wanted, scales[0]), scales[1])
    gu, gv = 2.0 * s * (s * tu - yu), 2.0 * s * (s * tv - yv)
    huu = 2.0 * s * (s * (tuu + uu) - yuu)
    huv = 2.0 * s * (s * (tuv + uv) - yuv)
    hvv = 2.0 * s * (s * (tvv + vv) - yvv)
    if scales[0] < wanted < scales[1] and tt > 0.0:
        su, sv = (yu - 2.0 * s * tu) / tt, (yv - 2.0 * s * tv) / tt
        huu -= 2.0 * tt * su * su
        huv -= 2.0 * tt * su * sv
        hvv -= 2.0 * tt * sv * sv
    else:
        su = sv = 0.0
    return _Point(norm + s * (s * tt - 2.0 * yt), s, gu, gv, huu, huv, hvv, su, sv)


def descend(
    moments: Array,
    window: Window,
    scales: tuple[float, float],
    u: float,
    v: float,
    damping: float = 0.0,
) -> tuple[float, float, float, float]:
    """Damped Newton steps within the window (Levenberg-Marquardt's damping)."""
    room = _room(window, len(moments))
    here = _evaluate(moments, window.half, scales, u, v, room)
    for _ in range(ROUNDS):
        du, dv = _step(here, window, u, v, damping)
        gain = -0.5 * (here.gu * du + here.gv * dv)
        # Written so that a step that is not a number ends it too.
        length = abs(du) + abs(dv)
        if not length >= SMALL_STEP:
            break
        if damping == 0.0 and 0.0 <= gain < SMALL_GAIN * here.chi2 and length < SURE_STEP:
            scale = here.scale + here.su * du + here.sv * dv
            return u + du, v + dv, min(max(scale, scales[0]), scales[1]), here.chi2 - gain
        there = _evaluate(moments, window.half, scales, u + du, v + dv, room)
        rounding = ROUNDING * abs(here.chi2) if length < SMALL_ENOUGH else 0.0
        if there.chi2 - here.chi2 <= rounding:
            u, v, here = u + du, v + dv, there
            damping *= 0.1 if damping > 1e-6 else 0.0
        else:
            damping = max(10.0 * damping, 0.1)
    return u, v, here.scale, here.chi2


def _step(at: _Point, window: Window, u: float, v: float, damping: float) -> tuple[float, float]:
    """A step downhill that stays in the window; on an edge, along it."""
    (ulo, uhi), (vlo, vhi) = window.x_range, window.y_range
    free_u = not ((u <= ulo and at.gu >= 0.0) or (u >= uhi and at.gu <= 0.0))
    free_v = not ((v <= vlo and at.gv >= 0.0) or (v >= vhi and at.gv <= 0.0))
    du, dv = _newton(at, free_u, free_v, damping)
    longest = max(abs(du), abs(dv))
    if longest > LONGEST_STEP:
        du, dv = LONGEST_STEP * du / longest, LONGEST_STEP * dv / longest
    return min(max(u + du, ulo), uhi) - u, min(max(v + dv, vlo), vhi) - v


def _newton(at: _Point, free_u: bool, free_v: bool, damping: float) -> tuple[float, float]:
    if free_u and free_v:
        mean, apart = 0.5 * (at.huu + at.hvv), 0.5 * (at.huu - at.hvv)
        spread = math.hypot(apart, at.huv)
        largest = max(abs(mean + spread), abs(mean - spread), 1e-300)
        least = mean - spread
        lift = damping * largest
        if least < FLAT * largest:
            lift += 1e-3 * largest - least
        huu, hvv = at.huu + lift, at.hvv + lift
        determinant = huu * hvv - at.huv * at.huv
        # Numbers so small that it is nought; as on stacks.
        determinant = determinant if determinant > 0.0 else 1.0
        return (
            (at.huv * at.gv - hvv * at.gu) / determinant,
            (at.huv * at.gu - huu * at.gv) / determinant,
        )
    curvature_u, curvature_v = abs(at.huu) * (1.0 + damping), abs(at.hvv) * (1.0 + damping)
    return (
        -at.gu / max(curvature_u, 1e-300) if free_u else 0.0,
        -at.gv / max(curvature_v, 1e-300) if free_v else 0.0,
    )
