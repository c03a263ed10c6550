"""Newton steps to the nearest minimum of chi2, for one cutout and for a stack.

For one cutout numpy's calls cost more than the arithmetic, so those steps are written in plain
numbers; for a stack the same steps run on arrays.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.chi2.moments import Array, Window, tap_weights, tap_weights_both

MAX_STEPS = 40
SMALL_STEP = 1e-9
SMALL_GAIN = 1e-8
"""Relative gain in chi2 below which a step, about a hundredth of the error, is the last. chi2 is
not evaluated after this step: the remaining distance is the square of the step."""

MAX_UNCHECKED_STEP = 1e-3
"""Longest step, pixels, after which chi2 is not evaluated. Along a valley of chi2 a step of small
gain may be long, and its end would depend on rounding."""

LONGEST_STEP = 0.5
MIN_CURVATURE_RATIO = 1e-7
"""Ratio of the smaller curvature to the larger below which the smaller is flat or negative, and is
raised."""
ROUNDING = 1e-13
"""Relative increase of chi2 that a step below `MAX_ROUNDING_STEP` may have. Rounding decides
whether so short a step gains; without it one cutout would end elsewhere alone than in a stack."""

MAX_ROUNDING_STEP = 1e-5
"""Length below which a step may increase chi2 by `ROUNDING`, pixels."""

Flags = npt.NDArray[np.bool_]

MAX_SINGLE_DESCENTS = 3
"""Number of cutouts up to which each descends alone: calls on arrays would cost more."""

_PRODUCT_ROWS = (0, 1, 3, 9)
"""Rows of the basis whose products are used: t, its derivatives by u and by v, and the image."""


class Minima(NamedTuple):
    """Minima of chi2 within a window, (k,) each; ``u``, ``v`` count from its centre."""

    u: Array
    v: Array
    scale: Array
    chi2: Array


class ShiftPrior(NamedTuple):
    """Gaussian prior on a shift: chi2 grows by precision * ((u - prior.u)^2 + (v - prior.v)^2).

    Numbers for one cutout, arrays (k,) for a stack; ``u``, ``v`` count from the window's centre,
    and ``precision`` is the inverse of the variance along one axis.
    """

    u: Any
    v: Any
    precision: Any

    def of(self, which: Any) -> ShiftPrior:
        """Return the prior of some cutouts of a stack, or of one."""
        return ShiftPrior(self.u[which], self.v[which], self.precision[which])


class _Point(NamedTuple):
    """The chi2 at the best scale, its gradient and Hessian by (u, v), and the scale's slopes."""

    chi2: float
    scale: float
    gu: float
    gv: float
    huu: float
    huv: float
    hvv: float
    su: float
    sv: float


def _make_basis(window: Window, size: int) -> tuple[Array, Array]:
    """Return rows for t, its derivatives and the image, (10, size), and a view of the taps' part.

    The view has shape (3, 3, taps, taps); ``size`` is taps^2 + 1.
    """
    basis = np.zeros((10, size))
    # The last row selects the image, so that one product gives all inner products.
    basis[9, -1] = 1.0
    taps = window.taps
    strides = 24 * size, 8 * size, 8 * taps, 8
    return basis, np.ndarray((3, 3, taps, taps), float, basis, 0, strides)


def _evaluate(
    moments: Array,
    half: float,
    scales: tuple[float, float],
    u: float,
    v: float,
    basis: Array,
    tapped: Array,
) -> _Point:
    wx, wy = tap_weights(u, v, half)
    np.multiply(wy[:, None, :, None], wx[:, None, :], out=tapped)
    return _profile((basis @ moments @ basis.T).tolist(), scales)


def _profile(products: list[list[float]], scales: tuple[float, float]) -> _Point:
    """Compute chi2 at the best scale, and its derivatives.

    Parameters
    ----------
    products : 10 rows of 10
        Inner products of t and its derivatives, and of the image (last). Row 3 j + i is the
        derivative j times by v and i times by u.
    """
    tt, tu, tuu, tv, tuv, _, tvv, _, _, _ = products[0]
    uu, uv, vv = products[1][1], products[1][3], products[3][3]
    yt, yu, yuu, yv, yuv, _, yvv, _, _, norm = products[9]
    unbounded = yt / tt if tt > 0.0 else 1.0
    s = min(max(unbounded, scales[0]), scales[1])
    gu, gv = 2.0 * s * (s * tu - yu), 2.0 * s * (s * tv - yv)
    huu = 2.0 * s * (s * (tuu + uu) - yuu)
    huv = 2.0 * s * (s * (tuv + uv) - yuv)
    hvv = 2.0 * s * (s * (tvv + vv) - yvv)
    if scales[0] < unbounded < scales[1] and tt > 0.0:
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
    prior: ShiftPrior | None = None,
) -> tuple[float, float, float, float]:
    """Take damped Newton steps within the window (Levenberg-Marquardt's damping).

    With a prior the last number, chi2, contains its penalty.
    """
    basis, tapped = _make_basis(window, len(moments))
    here = _evaluate(moments, window.half, scales, u, v, basis, tapped)
    if prior is not None:
        here = _penalise(here, u, v, prior)
    for _ in range(MAX_STEPS):
        du, dv = _step(here, window, u, v, damping)
        gain = -0.5 * (here.gu * du + here.gv * dv)
        # "not >=", so that a NaN step ends the loop too.
        length = abs(du) + abs(dv)
        if not length >= SMALL_STEP:
            break
        if damping == 0.0 and 0.0 <= gain < SMALL_GAIN * here.chi2 and length < MAX_UNCHECKED_STEP:
            scale = here.scale + here.su * du + here.sv * dv
            return u + du, v + dv, min(max(scale, scales[0]), scales[1]), here.chi2 - gain
        there = _evaluate(moments, window.half, scales, u + du, v + dv, basis, tapped)
        if prior is not None:
            there = _penalise(there, u + du, v + dv, prior)
        rounding = ROUNDING * abs(here.chi2) if length < MAX_ROUNDING_STEP else 0.0
        if there.chi2 - here.chi2 <= rounding:
            u, v, here = u + du, v + dv, there
            damping *= 0.1 if damping > 1e-6 else 0.0
        else:
            damping = max(10.0 * damping, 0.1)
    return u, v, here.scale, here.chi2


def _step(at: _Point, window: Window, u: float, v: float, damping: float) -> tuple[float, float]:
    """Return a step downhill that stays in the window; on an edge, along it."""
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
        if least < MIN_CURVATURE_RATIO * largest:
            lift += 1e-3 * largest - least
        huu, hvv = at.huu + lift, at.hvv + lift
        determinant = huu * hvv - at.huv * at.huv
        # Tiny curvatures underflow to a determinant of 0, as in _newton_stack().
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


class _Points(NamedTuple):
    """The values of `_Point` for a stack, (k,) each."""

    chi2: Array
    scale: Array
    gu: Array
    gv: Array
    huu: Array
    huv: Array
    hvv: Array
    su: Array
    sv: Array

    def select(self, which: Flags) -> _Points:
        """Return the values of some cutouts; one array of all takes half the time."""
        return _Points(*np.array(self)[:, which])


def descend_stack(
    moments: Array,
    window: Window,
    scales: tuple[float, float],
    u: Array,
    v: Array,
    prior: ShiftPrior | None = None,
) -> Minima:
    """Take damped Newton steps from (u, v), each within the window.

    With a prior the minima's ``chi2`` contains its penalty.

    Parameters
    ----------
    moments : ndarray (k, taps^2 + 1, taps^2 + 1)
    window : Window
    scales : (float, float)
    u, v : ndarray (k,)
    prior : ShiftPrior, optional
    """
    u, v = u.copy(), v.copy()
    here = _evaluate_stack(moments, window, scales, u, v)
    if prior is not None:
        here = _penalise(here, u, v, prior)
    best = Minima(u, v, here.scale.copy(), here.chi2.copy())
    active, damping = np.arange(len(u)), np.zeros(len(u))
    for _ in range(MAX_STEPS):
        du, dv = _steps(here, window, best.u[active], best.v[active], damping)
        length = np.abs(du) + np.abs(dv)
        gain = -0.5 * (here.gu * du + here.gv * dv)
        last = (damping == 0.0) & (gain >= 0.0) & (gain < SMALL_GAIN * here.chi2)
        moving = length >= SMALL_STEP
        last &= moving & (length < MAX_UNCHECKED_STEP)
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
            here, moments = here.select(moving), moments[moving]
            length = length[moving]
        if len(active) <= MAX_SINGLE_DESCENTS:
            break
        x, y = best.u[active] + du, best.v[active] + dv
        there = _evaluate_stack(moments, window, scales, x, y)
        if prior is not None:
            there = _penalise(there, x, y, prior.of(active))
        rounding = np.where(length < MAX_ROUNDING_STEP, ROUNDING * np.abs(here.chi2), 0.0)
        better = there.chi2 - here.chi2 <= rounding
        for column, step in ((best.u, du), (best.v, dv)):
            column[active[better]] += step[better]
        best.scale[active[better]] = there.scale[better]
        best.chi2[active[better]] = there.chi2[better]
        stuck = ~better & ~np.isfinite(there.chi2)
        here = _Points(*np.where(better, there, here))
        lowered = np.where(damping > 1e-6, 0.1 * damping, 0.0)
        damping = np.where(better, lowered, np.maximum(10.0 * damping, 0.1))
        if stuck.any():
            active, damping, moments = active[~stuck], damping[~stuck], moments[~stuck]
            here = here.select(~stuck)
    for k, matrix, damped in zip(active.tolist(), moments, damping.tolist(), strict=True):
        own = None if prior is None else ShiftPrior(*(float(column[k]) for column in prior))
        end = descend(matrix, window, scales, float(best.u[k]), float(best.v[k]), damped, own)
        for column, value in zip(best, end, strict=True):
            column[k] = value
    return best


def _penalise(at: Any, u: Any, v: Any, prior: ShiftPrior) -> Any:
    """Return a `_Point` or `_Points` with the penalty of the prior, and its derivatives."""
    along, across, precision = u - prior.u, v - prior.v, prior.precision
    return at._replace(
        chi2=at.chi2 + precision * (along * along + across * across),
        gu=at.gu + 2.0 * precision * along,
        gv=at.gv + 2.0 * precision * across,
        huu=at.huu + 2.0 * precision,
        hvv=at.hvv + 2.0 * precision,
    )


def _evaluate_stack(
    moments: Array, window: Window, scales: tuple[float, float], u: Array, v: Array
) -> _Points:
    wx, wy = tap_weights_both(u, v, window.half)
    # The last row selects the image, so that one product gives all inner products.
    basis = np.zeros((len(u), 10, moments.shape[1]))
    basis[:, 9, -1] = 1.0
    taps = window.taps
    shape = len(u), 3, 3, taps, taps
    sizes = basis.strides[0], 3 * basis.strides[1], basis.strides[1], 8 * taps, 8
    tapped = np.ndarray(shape, float, basis, 0, sizes)
    np.multiply(wy[:, :, None, :, None], wx[:, None, :, None, :], out=tapped)
    inner = (basis[:, _PRODUCT_ROWS] @ moments) @ basis.transpose(0, 2, 1)
    tt, tu, tuu, tv, tuv, _, tvv, _, _, _ = inner[:, 0].T
    uu, uv, vv = inner[:, 1, 1], inner[:, 1, 3], inner[:, 2, 3]
    yt, yu, yuu, yv, yuv, _, yvv, _, _, yy = inner[:, 3].T
    positive = tt > 0.0
    unbounded = np.where(positive, yt / np.where(positive, tt, 1.0), 1.0)
    s = np.minimum(np.maximum(unbounded, scales[0]), scales[1])
    free = positive & (scales[0] < unbounded) & (unbounded < scales[1])
    inverse = np.where(free, 1.0 / np.where(positive, tt, 1.0), 0.0)
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
    """Return steps downhill that stay in the window; on an edge, along it."""
    (ulo, uhi), (vlo, vhi) = window.x_range, window.y_range
    free_u = ~(((u <= ulo) & (at.gu >= 0.0)) | ((u >= uhi) & (at.gu <= 0.0)))
    free_v = ~(((v <= vlo) & (at.gv >= 0.0)) | ((v >= vhi) & (at.gv <= 0.0)))
    du, dv = _newton_stack(at, damping)
    both = free_u & free_v
    curve_u = np.maximum(np.abs(at.huu) * (1.0 + damping), 1e-300)
    curve_v = np.maximum(np.abs(at.hvv) * (1.0 + damping), 1e-300)
    du = np.where(both, du, np.where(free_u, -at.gu / curve_u, 0.0))
    dv = np.where(both, dv, np.where(free_v, -at.gv / curve_v, 0.0))
    shrink = LONGEST_STEP / np.maximum(np.maximum(np.abs(du), np.abs(dv)), LONGEST_STEP)
    du = np.minimum(np.maximum(u + shrink * du, ulo), uhi) - u
    return du, np.minimum(np.maximum(v + shrink * dv, vlo), vhi) - v


def _newton_stack(at: _Points, damping: Array) -> tuple[Array, Array]:
    mean = 0.5 * (at.huu + at.hvv)
    spread = np.hypot(0.5 * (at.huu - at.hvv), at.huv)
    largest = np.maximum(np.maximum(np.abs(mean + spread), np.abs(mean - spread)), 1e-300)
    least = mean - spread
    lift = damping * largest + np.where(
        least < MIN_CURVATURE_RATIO * largest, 1e-3 * largest - least, 0.0
    )
    huu, hvv = at.huu + lift, at.hvv + lift
    determinant = huu * hvv - at.huv * at.huv
    determinant = np.where(determinant > 0, determinant, 1.0)
    return (
        (at.huv * at.gv - hvv * at.gu) / determinant,
        (at.huv * at.gu - huu * at.gv) / determinant,
    )
