"""The answer on one cutout, for scripts."""

from __future__ import annotations

import math
from typing import Any

from vetter.core.fit.adjustment import Adjustment, FitOptions
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_answer import answer_fit
from vetter.core.judgement.star_calibration import StarCalibration
from vetter.settings import FitSettings


def answer(
    cutout: Any, fwhm: float | None = None, calibration: StarCalibration | None = None
) -> Judgement:
    """Answer whether anything is new at a cutout's position, and how faint it could be.

    The answer rests on the fit of :func:`vetter.core.fit.adjust.adjust_cutout`. A cutout that is
    not fitted yet is fitted as in the window: inner = 4 FWHM + 1, max_shift 1, max_scale 2, and a
    background plane.

    Parameters
    ----------
    cutout : Cutout or dict
        Its ``meta`` gets ``adjust_answer`` (the word), ``adjust_flux_limit``, ``adjust_power`` and
        ``adjust_stars``, and the results of a fit made here.
    fwhm : float, optional
        FWHM of the image, pixels, for a fit made here; None: ``meta['fwhm']``.
    calibration : StarCalibration, optional
        Fits of the stars of the cutout's field. Without it, an answer that the window or
        ``vetter adjust`` calibrated stays; any other is uncalibrated, which its reason names.

    Returns
    -------
    Judgement
        ``answer`` is explained, variable, ordinary, nothing, kept or not judged, with its
        ``reason``. ``flux_limit`` is the flux of the faintest source that would have survived at
        S/N 7, in the image's units. ``power`` is the S/N at which a source of the candidate's own
        flux would have survived.

    Examples
    --------
    A new source of flux 9,000 beside a star that is in the template too:

    >>> import numpy as np
    >>> from vetter import cutouts
    >>> y, x = np.mgrid[-15:16, -15:16]
    >>> star = 1000 * np.exp(-((x - 4) ** 2 + y**2) / 8)
    >>> new = 9000 / (8 * np.pi) * np.exp(-(x**2 + y**2) / 8)
    >>> noise = np.random.default_rng(1).normal(0, 20, x.shape)
    >>> err = np.full(x.shape, 20.0)
    >>> cutout = cutouts.Cutout(
    ...     {"image": star + new + noise, "convolved": star, "err": err}, {"fwhm": 4.7}
    ... )
    >>> judgement = cutouts.answer(cutout)
    >>> judgement.answer.value
    'kept'
    >>> cutout["meta"]["adjust_answer"], judgement.flux_limit < 3000
    ('kept', True)
    """
    meta = cutout["meta"]
    fit = Adjustment.from_meta(meta)
    if fit is None:
        fit = _fit_cutout(cutout, fwhm, calibration)
    elif calibration is None and (meta.get("adjust_stars") or 0) > 0:
        stored = _read_answer(meta)
        if stored is not None:
            return stored
    judgement = answer_fit(fit, calibration)
    meta["adjust_answer"] = judgement.answer.value
    meta["adjust_flux_limit"] = float(judgement.flux_limit)
    meta["adjust_power"] = float(judgement.power)
    meta["adjust_stars"] = int(judgement.stars)
    return judgement


def _fit_cutout(cutout: Any, fwhm: float | None, calibration: StarCalibration | None) -> Adjustment:
    """Fit a cutout as the window does, with the field's normal; record the results in it."""
    from vetter.core.fit.adjust import fit_many, record

    settings = FitSettings()
    options = FitOptions(
        settings.max_shift,
        settings.max_scale,
        inner_fwhm=settings.inner_fwhm,
        fit_bg=settings.fit_bg,
        fwhm=fwhm,
        check_err=True,
        fit_plane=True,
    )
    meta = cutout["meta"]
    normals = None
    if calibration is not None:
        normals = [calibration.normal_at(_read_number(meta, "x"), _read_number(meta, "y"))]
    (result,) = fit_many([cutout], options, normals)
    record(cutout, result)
    return result


def _read_number(meta: Any, name: str) -> float:
    try:
        return float(meta[name])
    except (KeyError, TypeError, ValueError):
        return math.nan


def _read_answer(meta: Any) -> Judgement | None:
    """Return the answer that a cutout's metadata hold; None if it is none of the words."""
    word = str(meta.get("adjust_answer") or "")
    if word not in list(Answer):
        return None
    stars = int(meta["adjust_stars"])
    limits = _read_number(meta, "adjust_flux_limit"), _read_number(meta, "adjust_power")
    return Judgement(Answer(word), f"answered before, by {stars} stars", *limits, stars)
