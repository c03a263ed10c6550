"""Judgement of a fit: explained, not explained or not judged, with the reason in words."""

from __future__ import annotations

import math
from typing import Any

from vetter.core.cutout.plane import Provenance
from vetter.core.cutout_source import CutoutSource
from vetter.core.fit.adjustment import UNSEEN_NOTE, Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.number_text import format_p_value

_UPPER_HUNDREDTH = 2.326
"""Sigmas above which a normal variable lies in one case of a hundred."""

_MAX_SCALE_SCATTER = 0.03
"""Difference from 1 that the scale of steady stars may have; for bright stars, many sigmas."""

_MIN_RESIDUAL_NOTE = 2.0
"""Residuals, in times the noise, from which on the reason names the S/N that they hide."""


def judge(
    adjustment: Adjustment | None,
    min_pval: float = 1e-5,
    max_chi2_ratio: float = 0.3,
    scale_range: tuple[float, float] = (0.8, 1.2),
    max_snr: float = 5.0,
) -> Judgement:
    """Judge a fit by STDPipe's documented criterion, and by what survives it.

    Parameters
    ----------
    adjustment : Adjustment, optional
        Result of the fit; None if not fitted.
    min_pval, max_chi2_ratio : float
        A fit is good if its p-value exceeds ``min_pval``, or its chi2 is below
        ``max_chi2_ratio`` times the chi2 before the fit.
    scale_range : (float, float)
        Limits of the scale of an explained candidate, excluded.
    max_snr : float
        Limit of the surviving \\|S/N\\| of an explained candidate, if a FWHM is known; excluded.

    Returns
    -------
    Judgement
        Not judged without a fit, if the template is not matched to the image, or if ``err``
        is only estimated. Also not judged if a FWHM is known and the surviving S/N could not be
        measured: a source might hide in pixels that are masked or near the edge. Explained with a
        special reason if the difference is noise before the fit too. The reason also names new
        light that reaches ``max_snr`` with the flux absorbed by the scale. If the residuals are
        several times the noise, it names the S/N that they hide.

    Examples
    --------
    >>> fit = Adjustment(True, dx=0.2, dy=0.1, scale=1.01, chi2_0=900.0, chi2=280.0, df=285,
    ...                  pval=0.57, fwhm=3.0, snr=1.2)
    >>> judge(fit).disappeared
    True
    >>> judge(fit, max_snr=1.0).reason
    'a source of S/N 1.2 survives'
    """
    if adjustment is None:
        return Judgement(Answer.NOT_JUDGED, "not fitted")
    if not adjustment.converged:
        return Judgement(Answer.NOT_JUDGED, f"no fit: {adjustment.reason}")
    if adjustment.caveats:
        return Judgement(Answer.NOT_JUDGED, "; ".join(adjustment.caveats))
    objections = _list_objections(adjustment, min_pval, max_chi2_ratio, scale_range, max_snr)
    if objections:
        return Judgement(Answer.KEPT, "; ".join(objections))
    if math.isfinite(adjustment.fwhm) and math.isnan(adjustment.snr):
        reason = (
            UNSEEN_NOTE
            if UNSEEN_NOTE in adjustment.notes
            else "the surviving S/N could not be measured"
        )
        return Judgement(Answer.NOT_JUDGED, reason)
    answer, reason = Answer.EXPLAINED, "a shift and a scale of the template explain it"
    if _is_noise(adjustment.chi2_0, adjustment.df):
        answer = Answer.NOTHING
        reason = "nothing to explain: the difference is noise before the fit too"
    reason += _describe_absorbed(adjustment, max_snr) + _describe_residuals(adjustment, max_snr)
    return Judgement(answer, reason)


def why_not_judged(source: CutoutSource) -> str:
    """Return why no fit of a source's candidates can be judged; empty if fits can be judged.

    The planes decide, by the rules of a single fit (`vetter.core.fit.input`): ``err`` is given,
    and the template is matched to the image, which means ``convolved`` without reprojection, or a
    column ``template_matched``.
    """
    if source.unjudged is not None:
        return source.unjudged
    provenance = source.plane_provenance
    if Provenance.ESTIMATED in provenance.get("err", Provenance.GIVEN):
        return "err is only estimated"
    convolved = provenance.get("convolved", Provenance.GIVEN)
    if "convolved" in source.plane_names and Provenance.REPROJECTED not in convolved:
        return ""
    if "template_matched" in source.candidates.columns:
        return ""
    return "the template is not matched to the image"


def _describe_residuals(fit: Adjustment, max_snr: float) -> str:
    """Return the S/N below which large residuals hide a source; empty for small residuals.

    A fit may be good only relative to the chi2 before it.
    """
    if not (fit.df > 0 and math.isfinite(fit.snr)):
        return ""
    times = math.sqrt(fit.chi2 / fit.df)
    if times < _MIN_RESIDUAL_NOTE:
        return ""
    hidden = f"no source under S/N {max_snr * times:.0f} is seen"
    return f"; what it leaves is {times:.1f} times the noise: {hidden}"


def _describe_absorbed(fit: Adjustment, max_snr: float) -> str:
    """Return the S/N of the new light with the flux absorbed by the scale; empty below the limit.

    A variable star and a new source on its core look alike here.
    """
    if not (fit.absorbed > 0 and fit.flux_err > 0):
        return ""
    new = fit.snr + fit.absorbed / fit.flux_err
    if fit.scale > 1.0 + _MAX_SCALE_SCATTER and fit.held_err > 0:
        # If star and PSF have the same shape, the scale's error dominates flux_err, and the scale
        # absorbs all the new flux: held_err, without the scale's error, is that flux's error.
        new = max(new, fit.absorbed / fit.held_err)
    return f"; with what the scale took up, light of S/N {new:.1f} is new" if new >= max_snr else ""


def _is_noise(chi2: float, df: int) -> bool:
    """Return whether chi2 is below its upper hundredth (Wilson & Hilferty 1931, PNAS 17, 684)."""
    if df <= 0 or not chi2 >= 0:
        return False
    width = 2.0 / (9.0 * df)
    return math.cbrt(chi2 / df) < 1.0 - width + _UPPER_HUNDREDTH * math.sqrt(width)


def _list_objections(
    fit: Adjustment,
    min_pval: float,
    max_chi2_ratio: float,
    scale_range: tuple[float, float],
    max_snr: float,
) -> list[str]:
    lines = []
    if not (fit.pval > min_pval or fit.chi2 < max_chi2_ratio * fit.chi2_0):
        lines.append(
            f"the fit is bad: chi2/df {fit.chi2 / fit.df:.2f}, p {format_p_value(fit.pval)}"
        )
    if not scale_range[0] < fit.scale < scale_range[1]:
        lines.append(f"scale {fit.scale:.2f} is outside {scale_range[0]:g} to {scale_range[1]:g}")
    if fit.at_bound:
        lines.append("on its bound: " + ", ".join(fit.at_bound))
    if abs(fit.snr) >= max_snr:
        lines.append(f"a source of S/N {fit.snr:.1f} survives")
    return lines


def disappeared(
    cutout: Any,
    min_pval: float = 1e-5,
    max_chi2_ratio: float = 0.3,
    scale_range: tuple[float, float] = (0.8, 1.2),
    max_snr: float = 5.0,
) -> bool | None:
    """Return whether :func:`vetter.core.fit.adjust.adjust_cutout` explained a candidate.

    The other parameters are those of :func:`judge`, which returns the reason too.

    Parameters
    ----------
    cutout : Cutout or dict
        Cutout with the results of a fit in ``meta``.

    Returns
    -------
    bool or None
        None where it cannot be judged.

    Examples
    --------
    The template, convolved to the image's PSF, has the same star half a pixel to the left:

    >>> import numpy as np
    >>> from vetter.cutouts import Cutout, adjust_cutout, disappeared
    >>> y, x = np.mgrid[-10:11, -10:11]
    >>> image = 1000 * np.exp(-((x - 0.5) ** 2 + y**2) / 8)
    >>> star = 1000 * np.exp(-(x**2 + y**2) / 8)
    >>> cutout = Cutout({"image": image, "convolved": star, "err": np.full(x.shape, 5.0)})
    >>> adjust_cutout(cutout, fit_bg=True, fwhm=4.7)
    True
    >>> disappeared(cutout)
    True
    """
    adjustment = Adjustment.from_meta(cutout["meta"])
    return judge(adjustment, min_pval, max_chi2_ratio, scale_range, max_snr).disappeared
