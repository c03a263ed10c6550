"""Calibration of the answers of a field on its own stars, fitted as if they were candidates."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import Adjustment
from vetter.core.fit.field_normal import UNKNOWN_NORMAL, FieldNormal

Array = npt.NDArray[np.float64]

MIN_STARS = 10
"""Number of stars below which a field has no calibration: a median of fewer is chance."""

_NEIGHBOURS, _MIN_NEIGHBOURS = 16, 6
"""Numbers of stars that give the normal at a position; from 7 on, a plane through them."""
_MIN_SHIFT_ERR, _MIN_SCALE_ERR = 0.02, 0.003
"""Scatter of shift (pixels) and scale below which none is believed: pixels are not that equal."""
_SCATTERS = np.concatenate([[0.0], np.geomspace(0.05, 2.0, 16)])
"""Scatters that are tried, in units of that of the distances."""
_OWN_RADIUS = 3.0
"""Distance in pixels within which a calibration star is the candidate's own, and left out."""
SIGMA_SHARE = 68.27
"""Percentage of normal values within one sigma."""
_TAIL_SIGMAS = 3.0
"""Sigmas of the scatter of chi2, in its logarithm, that its limit is above the median."""
_BRIGHTER = 1.25
"""Factor above the brightest star from which on limits are extrapolated."""


class StarLimits(NamedTuple):
    """Largest deviations of stars of one brightness, which no candidate is kept for.

    Attributes
    ----------
    snr_scatter : float
        Robust scatter of the stars' surviving S/N; at least 1.
    chi2_ratio : float
        Upper end of chi2 per degree of freedom after the fit; at least 1.
    is_extrapolated : bool
        Whether the brightness exceeds that of all stars.
    """

    snr_scatter: float = 1.0
    chi2_ratio: float = 1.0
    is_extrapolated: bool = False


@dataclass(frozen=True, eq=False)
class StarCalibration:
    """Fits of a field's stars, each as a candidate at its own position.

    Arrays have shape (n,), those of the blank sky (m,). A star with NaN is left out where this
    value counts.

    Attributes
    ----------
    x, y : ndarray
        Positions, pixels.
    brightness : ndarray
        Flux in the image, in the image's units, see :func:`get_brightness`.
    dx, dy, scale : ndarray
        Fitted shift (pixels) and scale of the template.
    shift_err, scale_err : ndarray
        Errors of the shift along one axis, and of the scale.
    chi2_ratio, raw_chi2_ratio : ndarray
        Chi2 per degree of freedom after the fit, and before it.
    snr, raw_snr : ndarray
        S/N of the surviving source with the field's normal as prior, and S/N before the fit.
    sky_x, sky_y, sky_snr, sky_chi2_ratio : ndarray
        Positions without a source, their surviving S/N, and chi2 per degree of freedom.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> n = 40
    >>> stars = StarCalibration(
    ...     x=rng.uniform(0, 900, n), y=rng.uniform(0, 900, n),
    ...     brightness=np.geomspace(1e3, 1e5, n),
    ...     dx=rng.normal(0.3, 0.02, n), dy=rng.normal(0.0, 0.02, n), scale=rng.normal(1, 0.01, n),
    ...     chi2_ratio=rng.normal(1, 0.08, n), snr=2 * rng.normal(size=n))
    >>> stars.count
    40
    >>> round(stars.normal_at(450, 450).dx, 1)
    0.3
    >>> 1.4 < stars.limits_at(1e4).snr_scatter < 2.6
    True
    """

    x: Array
    y: Array
    brightness: Array
    dx: Array
    dy: Array
    scale: Array
    chi2_ratio: Array
    snr: Array
    raw_chi2_ratio: Array = field(default_factory=lambda: np.empty(0))
    raw_snr: Array = field(default_factory=lambda: np.empty(0))
    shift_err: Array = field(default_factory=lambda: np.empty(0))
    scale_err: Array = field(default_factory=lambda: np.empty(0))
    sky_x: Array = field(default_factory=lambda: np.empty(0))
    sky_y: Array = field(default_factory=lambda: np.empty(0))
    sky_snr: Array = field(default_factory=lambda: np.empty(0))
    sky_chi2_ratio: Array = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        for item in fields(self):
            values = np.asarray(getattr(self, item.name), np.float64)
            if not values.size and not item.name.startswith("sky_"):
                values = np.full(len(self.x), np.nan)
            object.__setattr__(self, item.name, values)

    @cached_property
    def _errors(self) -> Array:
        """Errors of dx, dy and scale (n, 3); 0 if unknown."""
        shift, scale = np.nan_to_num(self.shift_err), np.nan_to_num(self.scale_err)
        return np.column_stack([shift, shift, scale])

    @cached_property
    def _curve(self) -> _Curve:
        """Limits against the brightness."""
        return _make_curve(self)

    @classmethod
    def from_fits(
        cls,
        positions: Sequence[tuple[float, float]],
        fits: Sequence[Adjustment],
        sky_positions: Sequence[tuple[float, float]] = (),
        sky_fits: Sequence[Adjustment] = (),
    ) -> StarCalibration:
        """Make a calibration from the fits of stars and of blank sky; failed fits are left out.

        Parameters
        ----------
        positions : sequence of (float, float)
            x and y of each star, pixels.
        fits : sequence of Adjustment
            Fit of each star.
        sky_positions, sky_fits : sequences
            The same for blank sky.
        """
        stars = [(p, f) for p, f in zip(positions, fits, strict=True) if _is_star(f)]
        skies = [(p, f) for p, f in zip(sky_positions, sky_fits, strict=True) if f.converged]
        rows = [
            (
                *(x, y, get_brightness(fit), fit.dx, fit.dy, fit.scale),
                *(fit.chi2 / fit.df, fit.prior_flux / fit.prior_flux_err),
                *(fit.chi2_0 / fit.df, fit.psf_snr, fit.shift_err, get_scale_err(fit)),
            )
            for (x, y), fit in stars
        ]
        sky_rows = [
            (x, y, fit.prior_flux / fit.prior_flux_err, fit.chi2 / fit.df)
            for (x, y), fit in skies
            if fit.df > 0 and fit.prior_flux_err > 0
        ]
        columns = np.array(rows, float).reshape(-1, 12).T
        return cls(*columns, *np.array(sky_rows, float).reshape(-1, 4).T)

    @property
    def count(self) -> int:
        """Number of stars."""
        return len(self.x)

    @property
    def is_usable(self) -> bool:
        """Whether the stars are enough for an answer: at least `MIN_STARS`."""
        return self.count >= MIN_STARS

    def normal_at(self, x: float, y: float) -> FieldNormal:
        """Return the normal shift and scale at a position, from the nearest stars.

        Scatter is robust, without the stars' own measuring errors, and includes the error of the
        normal itself. A star within 3 px of the position is left out.

        Parameters
        ----------
        x, y : float
            Position, pixels.

        Returns
        -------
        FieldNormal
            `UNKNOWN_NORMAL` for fewer than `MIN_STARS` stars, or a position that is NaN.
        """
        if not self.is_usable or not (math.isfinite(x) and math.isfinite(y)):
            return UNKNOWN_NORMAL
        values = np.column_stack([self.dx, self.dy, self.scale])
        steps = np.column_stack([self.x - x, self.y - y])
        away = np.hypot(steps[:, 0], steps[:, 1])
        known = np.isfinite(values).all(axis=1) & (away > _OWN_RADIUS)
        count = min(int(np.count_nonzero(known)), _NEIGHBOURS)
        if count < _MIN_NEIGHBOURS:
            return UNKNOWN_NORMAL
        nearest = np.flatnonzero(known)
        nearest = nearest[np.argpartition(away[nearest], count - 1)[:count]]
        here, errors = values[nearest], self._errors[nearest]
        normal, scatter = _fit_normal(steps[nearest], here, errors)
        shift_err = max(_MIN_SHIFT_ERR, math.hypot(scatter[0], scatter[1]) / math.sqrt(2.0))
        scale_err = max(_MIN_SCALE_ERR, float(scatter[2]))
        return FieldNormal(
            float(normal[0]), float(normal[1]), shift_err, float(normal[2]), scale_err
        )

    def limits_at(self, brightness: float) -> StarLimits:
        """Return the deviations that stars of a brightness show.

        They do not fall towards brighter stars. Above the brightest star, squared scatter and
        chi2 grow in proportion to the flux, as the photon noise of a wrong model does.

        Parameters
        ----------
        brightness : float
            From :func:`get_brightness`; NaN and negative flux count as blank sky.
        """
        curve = self._curve
        flux = max(brightness, 0.0) if math.isfinite(brightness) else 0.0
        place = math.asinh(flux / curve.unit)
        scatter = float(np.interp(place, curve.places, curve.scatter))
        ratio = float(np.interp(place, curve.places, curve.chi2_ratio))
        growth = flux / curve.brightest if curve.brightest > 0 else 1.0
        if growth > 1.0:
            scatter = math.sqrt(1.0 + (scatter**2 - 1.0) * growth)
            ratio = 1.0 + (ratio - 1.0) * growth
        return StarLimits(scatter, ratio, growth > _BRIGHTER)

    @property
    def sky_limits(self) -> StarLimits:
        """Limits of blank sky."""
        return self.limits_at(0.0)

    @property
    def digest(self) -> str:
        """Hash of the arrays; fits with other stars' normals are other fits."""
        content = hashlib.sha256()
        for item in fields(self):
            content.update(getattr(self, item.name).tobytes())
        return content.hexdigest()[:16]


def get_brightness(fit: Adjustment) -> float:
    """Return the flux of the star that a fit is compared with, in the image's units, or NaN.

    A star of this flux is as high as the template's highest fitted pixel, times the scale: beside a
    bright star, a candidate's box shows the residuals of this star.
    """
    return fit.star_flux * fit.scale


def get_scale_err(fit: Adjustment) -> float:
    """Return the error of a fit's scale, inflated by its own chi2 / df, not that of a held shift.

    ``scale_alone_err`` is inflated by what the scale alone leaves, which a misregistered star
    makes large.
    """
    own, alone = (max(1.0, chi2 / fit.df) for chi2 in (fit.chi2, fit.scale_chi2))
    return fit.scale_alone_err * math.sqrt(own / alone)


def _is_star(fit: Adjustment) -> bool:
    return fit.converged and fit.df > 0 and fit.prior_flux_err > 0 and get_brightness(fit) > 0


def _fit_normal(steps: Array, values: Array, errors: Array) -> tuple[Array, Array]:
    """Fit planes to values (n, k) at offsets (n, 2); return values at offset 0, and errors.

    Robust: in three rounds, values farther than four sigmas from a plane lose their weight.
    """
    count = len(steps)
    terms = np.ones((count, 1))
    if count > _MIN_NEIGHBOURS:
        terms = np.column_stack([terms, steps / max(float(np.abs(steps).max()), 1e-300)])
    # Fitted parameters make the distances smaller than the scatter.
    lost = math.sqrt(count / (count - terms.shape[1]))
    columns, own = values.T, errors.T
    distance = np.abs(columns - np.median(columns, axis=1, keepdims=True))
    intrinsic = 1.4826 * np.median(distance, axis=1, keepdims=True)
    limit = 6.0
    for _ in range(3):
        kept = distance <= limit * np.hypot(np.maximum(intrinsic, 1e-12), own)
        weights = kept / np.maximum(intrinsic**2 + own**2, 1e-20)
        weighted = (terms * weights[:, :, None]).transpose(0, 2, 1)
        inverse = np.linalg.pinv(weighted @ terms, rcond=1e-9, hermitian=True)
        planes = (inverse @ (weighted @ columns[:, :, None]))[:, :, 0]
        distance = np.abs(columns - (terms @ planes[:, :, None])[:, :, 0])
        intrinsic = _measure_intrinsic(lost * distance, own)[:, None]
        limit = 4.0
    return planes[:, 0], np.sqrt(intrinsic[:, 0] ** 2 + inverse[:, 0, 0])


def _measure_intrinsic(distance: Array, own: Array) -> Array:
    """Return the scatter beside the errors ``own`` with which 68% of the pulls are below 1.

    Bright stars alone tell a scatter that is less than the errors of faint ones.

    Parameters
    ----------
    distance, own : ndarray (k, n)

    Returns
    -------
    ndarray (k,)
    """
    trial = _find_sigma(distance)[:, None] * _SCATTERS
    errors = np.maximum(np.hypot(trial[:, :, None], own[:, None, :]), 1e-300)
    pulls = _find_sigma(distance[:, None, :] / errors)
    # The pulls fall with the scatter.
    return np.array([np.interp(-1.0, -p, t) for p, t in zip(pulls, trial, strict=True)])


def _find_sigma(values: Array) -> Array:
    """Return what 68% of the values of the last axis are below.

    As `numpy.percentile`, whose checks take longer than all the rest for so few values.
    """
    whole, part = divmod(SIGMA_SHARE / 100.0 * (values.shape[-1] - 1), 1.0)
    ordered = np.sort(values, axis=-1)
    low, high = ordered[..., int(whole)], ordered[..., int(whole) + 1]
    return np.asarray(low + part * (high - low), np.float64)


class _Curve(NamedTuple):
    """Limits against asinh(flux / unit), at increasing places."""

    unit: float
    places: Array
    scatter: Array
    chi2_ratio: Array
    brightest: float


def _make_curve(stars: StarCalibration) -> _Curve:
    """Measure the limits in windows of stars of similar brightness, from blank sky to bright."""
    known = np.isfinite(stars.brightness) & (stars.brightness > 0)
    known &= np.isfinite(stars.snr) & np.isfinite(stars.chi2_ratio)
    flux, snr, ratio = stars.brightness[known], stars.snr[known], stars.chi2_ratio[known]
    order = np.argsort(flux, kind="stable")
    flux, snr, ratio = flux[order], snr[order], ratio[order]
    unit = float(flux[len(flux) // 10]) if len(flux) else 1.0
    place = np.arcsinh(flux / unit)
    parts = _split_windows(len(flux)) if len(flux) >= MIN_STARS else []
    places = [float(np.median(place[part])) for part in parts]
    scatter = [_measure_scatter(snr[part]) for part in parts]
    limits: list[float] = []
    if parts:
        # Within a window, chi2 rises with the flux: its scatter is that about the median curve.
        medians = _make_increasing(np.array([float(np.median(ratio[part])) for part in parts]))
        excess = ratio / np.interp(place, places, medians)
        limits = [
            middle * _measure_upper_end(excess[part])
            for middle, part in zip(medians.tolist(), parts, strict=True)
        ]
    sky = np.isfinite(stars.sky_snr) & np.isfinite(stars.sky_chi2_ratio)
    if np.count_nonzero(sky) >= MIN_STARS:
        places.insert(0, 0.0)
        scatter.insert(0, _measure_scatter(stars.sky_snr[sky]))
        limits.insert(0, _measure_upper_end(stars.sky_chi2_ratio[sky]))
    if not places:
        return _Curve(1.0, np.zeros(1), np.ones(1), np.ones(1), 0.0)
    return _Curve(
        unit,
        np.array(places),
        _make_increasing(np.array(scatter)),
        _make_increasing(np.maximum(np.array(limits), 1.0)),
        float(flux[-1]) if parts else 0.0,
    )


def _split_windows(count: int) -> list[slice]:
    """Return overlapping windows over sorted stars: a fifth of them each, 8 to 60."""
    size = min(max(8, count // 5), 60)
    starts = [*range(0, count - size, size // 2), count - size]
    return [slice(start, start + size) for start in starts]


def _measure_scatter(snr: Array) -> float:
    """Return the S/N that 68% of the stars are below, at least 1: a third may be outliers."""
    return max(1.0, float(np.percentile(np.abs(snr), SIGMA_SHARE)))


def _measure_upper_end(ratio: Array) -> float:
    """Return the upper end of chi2 ratios.

    The scatter is that between the median and the upper sixth, in the logarithm.
    """
    middle, upper = np.percentile(np.maximum(ratio, 1e-3), (50.0, 84.13))
    return float(middle * (upper / middle) ** _TAIL_SIGMAS)


def _make_increasing(values: Array) -> Array:
    """Return the nearest values that never fall (pool adjacent violators).

    Source: Barlow et al. 1972, Statistical Inference under Order Restrictions, section 1.2.
    """
    pools: list[tuple[float, int]] = []
    for value in values.tolist():
        pools.append((value, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (low, m), (high, n) = pools.pop(), pools.pop()
            pools.append(((low * m + high * n) / (m + n), m + n))
    return np.repeat([value for value, _ in pools], [n for _, n in pools])
