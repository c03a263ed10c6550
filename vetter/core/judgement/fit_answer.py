"""The decision on the answer of a fit, by its figures and the calibration on the field's stars."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

from vetter.core.fit.adjustment import UNSEEN_NOTE, Adjustment, is_off
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.star_calibration import (
    MIN_STARS,
    StarCalibration,
    StarLimits,
    get_brightness,
    get_scale_err,
)

FREE = "shift and scale free"
"""What the S/N of `Adjustment.snr` is measured with, beside the one that the answer goes by."""

MIN_POWER = 7.0
"""S/N with which a source of the candidate's own flux has to survive, for an explained one."""
_MAX_NOISE_SNR = 4.0
"""S/N of a PSF before the fit, above which a difference is not noise."""
_MAX_EXPLAINED_SNR = 2.25
"""Surviving S/N of an explained candidate, below `max_snr`: between the two, a source that shift
and noise half hid is likelier than chance. With 2.5, 3.8% of sources of S/N 8 to 15 beside a
dipole of S/N 1000 were explained, with 2.0 none, and 98% and 96% of dipoles of S/N 150."""
_MAX_UNCALIBRATED_SNR = 1.645
"""The same without a calibration, exceeded by chance in one of ten: shift and scale of the field
are unknown then, so that they hide more of a source."""
_MAX_ERR_GROWTH = 10.0
"""Ratio of the errors of a PSF's flux after and before the fit, of an explained candidate. A larger
one hides a source of S/N 70 before the fit under a star's dipole, whatever its own flux."""
_MAX_CENTRAL_SNR, _MIN_SHIFT_GAIN = 3.0, 40.0
"""S/N of a PSF before the fit, at most, and chi2 that a shift gains over a change of scale, at
least, of a dipole seen at its star's centre."""
_EXCESS_TOLERANCE = 1.25
"""Excess of chi2 over 1 in units of the stars' upper end: their number limits its accuracy, and
candidates have larger shifts than most stars, with larger errors of the spline."""
_MIN_SCALE_SIGMA = 5.0
"""Sigmas of a variable's scale from the field's normal."""
_MAX_SCALE_SIGMA = 2.0
"""Sigmas of an explained candidate's scale from the field's normal."""
_HALF_TAKEN_SNR = 0.8
"""Surviving S/N of a kept source, in units of `max_snr`, where the scale has taken a part of it.

Chance exceeds S/N 4 together with a scale that is 2 sigma off to the same side in 1.4 cases of a
million, and S/N 5 alone in 0.6. Of simulated sources of S/N 8 to 15 at 0.3 to 1 FWHM from a star
88% are kept instead of 77%, on a galaxy's flank 94% instead of 89%; of 1,280 unchanged stars and
galaxies none more.
"""
_MIN_STAR_SNR = 10.0
"""Flux of a star in the template, in errors of a PSF's flux, whose scale can take a source."""
_MIN_SHIFTED_SNR = 5.0
"""Flux of the template's highest pixel as a star, in errors of a PSF's flux, above its noise."""
_MAX_STEADY_SCALE = 0.03
"""Difference from 1 of steady stars' scale if the field's scale is unknown."""
_USUAL_SHIFT_ERR = 0.1
"""Scatter of shifts in pixels that registration leaves, where the field's is unknown."""
_MAX_SHIFT_CHI2 = 13.8
"""Chi2 of two shifts that chance exceeds in one case of a thousand: the shift is the normal one."""
_EQUAL_CHI2 = 6.0
"""Difference of two chi2 that chance makes, where both explain the difference."""
_UPPER_HUNDREDTH, _UPPER_HUNDRED_THOUSANDTH = 2.326, 4.265
"""Sigmas above which a normal variable lies in one case of a hundred, of a hundred thousand."""


class AnswerLimits(NamedTuple):
    """Limits of an answer; the defaults are those of the settings.

    Attributes
    ----------
    max_snr : float
        Surviving \\|S/N\\| from which on a source is kept.
    scale_range : (float, float)
        Limits of an explained candidate's scale where the field's scale is unknown.
    max_chi2_ratio : float
        Chi2 over that before the fit, below which an uncalibrated fit is good.
    """

    max_snr: float = 5.0
    scale_range: tuple[float, float] = (0.8, 1.2)
    max_chi2_ratio: float = 0.3


DEFAULT_LIMITS = AnswerLimits()


def answer_fit(
    fit: Adjustment | None,
    calibration: StarCalibration | None = None,
    limits: AnswerLimits = DEFAULT_LIMITS,
) -> Judgement:
    """Answer a candidate by its fit and by what the field's stars of its brightness show.

    The first of these that holds is the answer:

    - not judged, for one thing that is missing;
    - nothing: the difference is noise before the fit;
    - variable: the scale differs from the field's by five sigmas, and nothing else remains;
    - kept: a source survives, or residuals exceed those of the field's stars;
    - explained: the shift is why, and a source of the candidate's own flux would have survived at
      S/N `MIN_POWER`, or the difference has no PSF flux there at all, as at a dipole's centre;
    - ordinary.

    Parameters
    ----------
    fit : Adjustment, optional
        Result of the fit; None if not fitted. It holds the field's normal shift and scale.
    calibration : StarCalibration, optional
        Without it, or with fewer than `MIN_STARS` stars, the answer rests on ``err`` alone, and its
        reason names this.
    limits : AnswerLimits

    Returns
    -------
    Judgement

    Examples
    --------
    A dipole on a star, with a surviving S/N of 1.2:

    >>> fit = Adjustment(True, dx=0.4, dy=0.1, scale=1.0, chi2_0=9000.0, chi2=280.0, df=283,
    ...                  pval=0.5, fwhm=4.0, snr=1.2, raw_flux=4000.0, raw_flux_err=60.0,
    ...                  psf_snr=67.0, prior_flux=120.0, prior_flux_err=100.0, shift_chi2=281.0,
    ...                  scale_chi2=7000.0, scale_alone=0.9, scale_alone_err=0.01)
    >>> judgement = answer_fit(fit)
    >>> judgement.answer.value, round(judgement.power)
    ('explained', 40)
    >>> answer_fit(None).reason
    'not fitted'
    """
    missing = _find_missing(fit)
    if fit is None or missing:
        return Judgement(Answer.NOT_JUDGED, missing)
    figures = _Figures.of(fit, calibration)
    answer, reason = _decide(fit, figures, limits)
    return Judgement(
        answer,
        reason + figures.basis,
        MIN_POWER * figures.flux_err,
        figures.power,
        calibration.count if calibration is not None and figures.is_calibrated else 0,
    )


def _find_missing(fit: Adjustment | None) -> str:
    """Return what an answer lacks, with a remedy; empty if nothing is missing."""
    if fit is None:
        return "not fitted"
    if not fit.converged:
        return f"no fit: {fit.reason}"
    if fit.caveats:
        return "; ".join(fit.caveats)
    if not math.isfinite(fit.fwhm):
        return "no PSF: its FWHM is unknown; give the FWHM"
    if fit.unseen:
        return UNSEEN_NOTE
    if not fit.df > 0:
        return "too few pixels for an answer; take a larger cutout"
    if not (math.isfinite(fit.raw_flux) and math.isfinite(fit.raw_flux_err)):
        return "the PSF's flux before the fit was not measured; fit again"
    return "the surviving S/N could not be measured" if math.isnan(fit.prior_flux) else ""


class _Figures(NamedTuple):
    """Figures of a fit in units of what the field's stars show."""

    stars: StarLimits
    sky: StarLimits
    is_calibrated: bool
    err_factor: float
    flux_err: float
    snr: float
    free_snr: float
    power: float
    scale_sigma: float

    @classmethod
    def of(cls, fit: Adjustment, calibration: StarCalibration | None) -> _Figures:
        factor = 1.0
        sky = StarLimits() if calibration is None else calibration.sky_limits
        if calibration is not None and calibration.is_usable:
            stars = calibration.limits_at(get_brightness(fit))
        else:
            # Blank sky is enough for the noise of a PSF's flux, which neighbouring pixels share.
            stars = StarLimits(sky.snr_scatter)
            if fit.scatter > 1.0 and is_off(fit.scatter, fit.scatter_err):
                factor = fit.scatter
        # An error that chi2 has inflated already counts the excess of err once.
        inflation = math.sqrt(max(1.0, fit.chi2 / fit.df))
        growth = max(stars.snr_scatter, factor / inflation)
        flux_err = fit.prior_flux_err * growth
        normal = fit.normal
        known = normal.scale_err if math.isfinite(normal.scale_err) else 0.0
        scale_err = math.hypot(get_scale_err(fit), known)
        return cls(
            stars,
            sky,
            calibration is not None and calibration.is_usable,
            factor,
            flux_err,
            _divide(fit.prior_flux, flux_err),
            _divide(fit.flux, fit.flux_err * growth),
            _divide(_own_flux(fit), flux_err),
            _divide(fit.scale - normal.scale, scale_err),
        )

    @property
    def basis(self) -> str:
        """Remark on the calibration; empty where stars of this brightness exist."""
        if not self.is_calibrated:
            return f" (uncalibrated: fewer than {MIN_STARS} stars)"
        return " (brighter than all calibration stars)" if self.stars.is_extrapolated else ""


def _own_flux(fit: Adjustment) -> float:
    """Return the flux of the candidate as a source before the fit.

    Where the PSF finds none, as between the two halves of a dipole, where pipelines list it, it is
    the flux of a source as significant as what the shift explains.
    """
    flux, err = abs(fit.raw_flux), fit.raw_flux_err
    if not flux < _MAX_NOISE_SNR * err:
        return flux
    gain = (fit.chi2_0 - fit.shift_chi2) / max(1.0, fit.chi2 / fit.df)
    return max(flux, err * math.sqrt(gain)) if gain > 0 else flux


def _divide(value: float, error: float) -> float:
    return value / error if error > 0 else math.nan


def _decide(fit: Adjustment, figures: _Figures, limits: AnswerLimits) -> tuple[Answer, str]:
    """Return the answer of a fit that lacks nothing, and its reason."""
    if _is_noise(fit, figures):
        return Answer.NOTHING, "the difference is noise before the fit"
    is_good = _is_good(fit, figures, limits)
    if is_good and _is_variable(fit, figures):
        return Answer.VARIABLE, _describe_variable(fit, figures)
    objections = []
    if abs(figures.snr) >= _least_snr(fit, figures, limits):
        objections.append(_describe_source(fit, figures))
    if not is_good and not (objections and _is_point(fit, figures, limits)):
        objections.append(_describe_residuals(fit, figures))
    if objections:
        return Answer.KEPT, "; ".join(objections)
    obstacle = _find_obstacle(fit, figures, limits)
    if not obstacle:
        shift = math.hypot(fit.dx, fit.dy)
        reason = f"a shift of {shift:.2f} px explains it"
        if not figures.power >= MIN_POWER:
            reason += f"; no point source before the fit either (S/N {fit.psf_snr:.1f})"
        return Answer.EXPLAINED, reason
    return Answer.ORDINARY, obstacle


def _least_snr(fit: Adjustment, figures: _Figures, limits: AnswerLimits) -> float:
    """Return the surviving S/N from which on a source is kept.

    It is lower where the scale is not the field's: the scale has then taken a part of the source.
    """
    is_known = math.isfinite(fit.normal.scale_err)
    off_normal = is_known and abs(figures.scale_sigma) >= _MAX_SCALE_SIGMA
    # Blank sky has no scale. Both have one sign if a source is why.
    has_star = fit.star_flux > _MIN_STAR_SNR * fit.raw_flux_err
    if off_normal and has_star and figures.scale_sigma * figures.snr > 0:
        return limits.max_snr * _HALF_TAKEN_SNR
    return limits.max_snr


def _is_noise(fit: Adjustment, figures: _Figures) -> bool:
    factor = max(figures.err_factor, figures.sky.snr_scatter)
    # The limit of chi2 is an upper hundredth of the sky's already, if it exceeds the expected one.
    limit = max(_chi2_limit(fit.df, _UPPER_HUNDREDTH), figures.sky.chi2_ratio)
    ratio = fit.chi2_0 / fit.df / figures.err_factor**2
    return ratio < limit and abs(fit.psf_snr) < _MAX_NOISE_SNR * factor


def _is_good(fit: Adjustment, figures: _Figures, limits: AnswerLimits) -> bool:
    """Return whether chi2 after the fit is what stars of this brightness show."""
    ratio = fit.chi2 / fit.df / figures.err_factor**2
    limit = 1.0 + _EXCESS_TOLERANCE * (figures.stars.chi2_ratio - 1.0)
    if _is_chance(fit, figures) or ratio < limit:
        return True
    return not figures.is_calibrated and fit.chi2 < limits.max_chi2_ratio * fit.chi2_0


def _is_point(fit: Adjustment, figures: _Figures, limits: AnswerLimits) -> bool:
    """Return whether a PSF takes away what chi2 exceeds the stars' by."""
    inflation = max(1.0, fit.chi2 / fit.df)
    return _is_good(replace(fit, chi2=fit.chi2 - fit.snr**2 * inflation), figures, limits)


def _is_chance(fit: Adjustment, figures: _Figures) -> bool:
    """Return whether noise alone reaches chi2 after the fit, in one case of a hundred thousand."""
    ratio = fit.chi2 / fit.df / figures.err_factor**2
    return ratio < _chi2_limit(fit.df, _UPPER_HUNDRED_THOUSANDTH)


def _chi2_limit(df: int, sigmas: float) -> float:
    """Return the limit of chi2 / df at some sigmas (Wilson & Hilferty 1931, PNAS 17, 684)."""
    width = 2.0 / (9.0 * df)
    return (1.0 - width + sigmas * math.sqrt(width)) ** 3


def _is_variable(fit: Adjustment, figures: _Figures) -> bool:
    """Return whether the scale alone differs from the field's normal.

    A source beside the star's centre leaves a shift or a PSF besides, which must be chance.
    """
    normal, difference = fit.normal, abs(fit.scale - fit.normal.scale)
    if "scale" in fit.at_bound or not abs(figures.scale_sigma) >= _MIN_SCALE_SIGMA:
        return False
    if not math.isfinite(normal.scale_err) and difference <= _MAX_STEADY_SCALE:
        return False
    if abs(figures.free_snr) >= _MAX_EXPLAINED_SNR:
        return False
    known = math.isfinite(normal.shift_err)
    shift_err = normal.shift_err if known else _USUAL_SHIFT_ERR
    variance = shift_err**2 + fit.shift_err**2
    distance = (fit.dx - normal.dx) ** 2 + (fit.dy - normal.dy) ** 2
    return distance < _MAX_SHIFT_CHI2 * variance


def _find_obstacle(fit: Adjustment, figures: _Figures, limits: AnswerLimits) -> str:
    """Return why a good fit does not explain the candidate; empty if it does."""
    if fit.star_flux < _MIN_SHIFTED_SNR * fit.raw_flux_err:
        return "the template has no star here that a shift could move"
    if fit.at_bound:
        return "on its bound: " + ", ".join(fit.at_bound)
    normal = fit.normal
    if math.isfinite(normal.scale_err):
        if not abs(figures.scale_sigma) < _MAX_SCALE_SIGMA:
            return f"scale {fit.scale:.3f} is not the field's {normal.scale:.3f}"
    elif not limits.scale_range[0] < fit.scale < limits.scale_range[1]:
        low, high = limits.scale_range
        return f"scale {fit.scale:.2f} is outside {low:g} to {high:g}"
    # Where the field's normal shift explains the difference, both chi2 differ by chance.
    by_chance = _EQUAL_CHI2 * max(1.0, fit.chi2 / fit.df)
    if not fit.shift_chi2 <= fit.scale_chi2 + by_chance:
        return "a change of scale explains more than a shift"
    max_snr = _MAX_EXPLAINED_SNR
    if not figures.is_calibrated:
        # flux_err is inflated by sqrt(chi2 / df), as if residuals were white; those of a wrong
        # model are as wide as the PSF. The sky's scatter allows for noise, but must not hide more.
        max_snr = min(limits.max_snr, _MAX_UNCALIBRATED_SNR * max(1.0, fit.chi2 / fit.df))
        max_snr /= figures.stars.snr_scatter
    if not abs(figures.snr) < max_snr:
        return f"S/N {figures.snr:.1f} remains {_name_freedom(fit, figures)}"
    if _is_pure_shift(fit):
        return ""
    if not figures.power >= MIN_POWER:
        return f"a source of its flux would survive at S/N {figures.power:.1f} only"
    if not figures.flux_err < _MAX_ERR_GROWTH * fit.raw_flux_err * figures.stars.snr_scatter:
        return "the star hides fainter sources"
    return ""


def _is_pure_shift(fit: Adjustment) -> bool:
    """Return whether a significant shift is all: no PSF shows before the fit either.

    At a star's centre, a dipole has no PSF flux: one of a source there would show in full, but for
    a change of the star, so the field's scale has to be known.
    """
    gain = (fit.scale_chi2 - fit.shift_chi2) / max(1.0, fit.chi2 / fit.df)
    known = math.isfinite(fit.normal.scale_err)
    return known and abs(fit.psf_snr) < _MAX_CENTRAL_SNR and gain > _MIN_SHIFT_GAIN


def _describe_variable(fit: Adjustment, figures: _Figures) -> str:
    change = 100.0 * (fit.scale / fit.normal.scale - 1.0)
    return f"its star changed by {change:+.0f}%, at {abs(figures.scale_sigma):.1f} sigma"


def _describe_source(fit: Adjustment, figures: _Figures) -> str:
    verb = "survives" if figures.snr > 0 else "is missing"
    snr = f"a source of S/N {abs(figures.snr):.1f}"
    return f"{snr} {verb} {_name_freedom(fit, figures)}, flux {fit.prior_flux:.4g}"


def _name_freedom(fit: Adjustment, figures: _Figures) -> str:
    """Return in words what the S/N of a reason is measured at; the numbers have another S/N."""
    place = "at the field's own shift and scale" if fit.normal.is_known else f"with {FREE}"
    by_sky = not figures.is_calibrated and figures.stars.snr_scatter > 1.0
    return f"{place} (errors as on blank sky)" if by_sky else place


def _describe_residuals(fit: Adjustment, figures: _Figures) -> str:
    text = f"no point source explains its residuals: chi2/df {fit.chi2 / fit.df:.2f}"
    if figures.is_calibrated:
        return f"{text}, stars of its brightness reach {figures.stars.chi2_ratio:.2f}"
    return text
