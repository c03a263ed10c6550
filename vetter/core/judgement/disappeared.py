"""STDPipe's criterion for a candidate that the fit explained, and ``disappeared`` for scripts."""

from __future__ import annotations

import math
from typing import Any

from vetter.core.cutout.plane import Provenance
from vetter.core.cutout_source import CutoutSource
from vetter.core.fit.adjustment import UNSEEN_NOTE, Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.cutout_answer import answer
from vetter.core.judgement.fit_table import can_fit
from vetter.core.number_text import format_p_value

_MIN_RESIDUAL_NOTE = 2.0
"""Residuals, in times the noise, from which on the reason names the S/N that they hide."""


def judge_criterion(
    adjustment: Adjustment | None,
    min_pval: float = 1e-5,
    max_chi2_ratio: float = 0.3,
    scale_range: tuple[float, float] = (0.8, 1.2),
    max_snr: float = 5.0,
) -> Judgement:
    """Judge a fit by STDPipe's documented criterion alone.

    A change of scale counts as an explanation, and so does noise before the fit. The answer of
    :func:`vetter.core.judgement.fit_answer.answer_fit` holds them apart.

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
        Explained, kept or not judged. Not judged without a fit, if the template is not matched to
        the image, or if ``err`` is only estimated. Also not judged if a FWHM is known and the
        surviving S/N could not be measured: a source might hide in pixels that are masked or near
        the edge. If the residuals are several times the noise, the reason names the S/N that they
        hide.

    Examples
    --------
    >>> fit = Adjustment(True, dx=0.2, dy=0.1, scale=1.01, chi2_0=900.0, chi2=280.0, df=285,
    ...                  pval=0.57, fwhm=3.0, snr=1.2)
    >>> judge_criterion(fit).disappeared
    True
    >>> judge_criterion(fit, max_snr=1.0).reason
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
    if adjustment.unseen:
        return Judgement(Answer.NOT_JUDGED, UNSEEN_NOTE)
    if math.isfinite(adjustment.fwhm) and math.isnan(adjustment.snr):
        return Judgement(Answer.NOT_JUDGED, "the surviving S/N could not be measured")
    reason = "a shift and a scale of the template explain it"
    return Judgement(Answer.EXPLAINED, reason + _describe_residuals(adjustment, max_snr))


def why_not_judged(source: CutoutSource) -> str:
    """Return why no fit of a source's candidates can be judged; empty if fits can be judged.

    On an image, what is missing is measured, see `vetter.io.field.stars.measuring`. Else the planes
    decide, by the rules of a single fit (`vetter.core.fit.input`): ``err`` is given, and the
    template is matched to the image, which means ``convolved`` without reprojection, or a column
    ``template_matched``.
    """
    if source.unjudged is not None:
        return source.unjudged
    if any(field.shape is not None for field in source.fields) and can_fit(source.plane_names):
        return ""
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
    min_pval: float | None = None,
    max_chi2_ratio: float | None = None,
    scale_range: tuple[float, float] | None = None,
    max_snr: float | None = None,
) -> bool | None:
    """Return whether the fit explained a candidate: junk that a shift of the template takes away.

    With the cutout alone, :func:`vetter.core.judgement.cutout_answer.answer` decides. With any of
    the other arguments, STDPipe's documented criterion decides (:func:`judge_criterion`), and those
    left out have its values: 1e-5, 0.3, (0.8, 1.2) and 5.

    Parameters
    ----------
    cutout : Cutout or dict
        Cutout with the results of a fit in ``meta``; without them, it is fitted.
    min_pval, max_chi2_ratio, scale_range, max_snr : optional
        Limits of STDPipe's criterion.

    Returns
    -------
    bool or None
        True for explained, False for kept and variable, None for the other answers: ordinary,
        nothing and not judged.

    Examples
    --------
    A star that moved by half a pixel, 3 pixels left of the candidate:

    >>> import numpy as np
    >>> from vetter.cutouts import Cutout, adjust_cutout, disappeared
    >>> y, x = np.mgrid[-10:11, -10:11]
    >>> image = 1000 * np.exp(-((x + 2.5) ** 2 + y**2) / 8)
    >>> star = 1000 * np.exp(-((x + 3) ** 2 + y**2) / 8)
    >>> cutout = Cutout({"image": image, "convolved": star, "err": np.full(x.shape, 5.0)})
    >>> adjust_cutout(cutout, fit_bg=True, fwhm=4.7)
    True
    >>> disappeared(cutout), disappeared(cutout, max_snr=5.0)
    (True, True)
    """
    given = (min_pval, max_chi2_ratio, scale_range, max_snr)
    if all(limit is None for limit in given):
        return answer(cutout).disappeared
    adjustment = Adjustment.from_meta(cutout["meta"])
    limits: dict[str, Any] = {
        name: limit for name, limit in zip(_CRITERION, given, strict=True) if limit is not None
    }
    return judge_criterion(adjustment, **limits).disappeared


_CRITERION = ("min_pval", "max_chi2_ratio", "scale_range", "max_snr")
"""Parameters of :func:`judge_criterion`, in order."""
