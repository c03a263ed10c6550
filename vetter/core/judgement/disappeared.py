"""Whether a fit explains a candidate away, with the reason in words."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from vetter.core.cutout.plane import Provenance
from vetter.core.cutout_source import CutoutSource
from vetter.core.fit.adjustment import UNSEEN, Adjustment
from vetter.core.number_text import probability

_UPPER_HUNDREDTH = 2.326
"""Of a normal distribution, in sigmas."""

_PHOTOMETRY = 0.03
"""By so much the scale of steady stars differs from 1, and of bright ones by many sigmas."""

_MANY = 2.0
"""Times the noise that a fit leaves, from which on it is said what that hides."""


class Judgement(NamedTuple):
    """``disappeared`` is None where it cannot be judged; ``reason`` says why in each case."""

    disappeared: bool | None
    reason: str


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
        None: there was no fit.
    min_pval, max_chi2_ratio : float
        The fit is good where its p-value is above the one, or chi2 is below that part of
        what it was.
    scale_range : (float, float)
        The scale has to be within, the ends excluded.
    max_snr : float
        Where a FWHM is known, the surviving \\|S/N\\| has to be below.

    Returns
    -------
    Judgement
        Not judged (None) where there is no fit, the template is not matched to the image, ``err``
        is only estimated, or a FWHM is known and the surviving S/N could not be measured: a
        source might hide in pixels that are masked or near the edge. True with a reason of its
        own where the difference is noise before the fit too; and the reason says where light at
        the candidate's place reaches ``max_snr`` with what the scale took up, and what a fit hides
        that leaves several times the noise.
    """
    if adjustment is None:
        return Judgement(None, "not fitted")
    if not adjustment.converged:
        return Judgement(None, f"no fit: {adjustment.reason}")
    if adjustment.caveats:
        return Judgement(None, "; ".join(adjustment.caveats))
    against = _objections(adjustment, min_pval, max_chi2_ratio, scale_range, max_snr)
    if against:
        return Judgement(False, "; ".join(against))
    if math.isfinite(adjustment.fwhm) and math.isnan(adjustment.snr):
        said = UNSEEN if UNSEEN in adjustment.notes else "the surviving S/N could not be measured"
        return Judgement(None, said)
    said = "a shift and a scale of the template explain it"
    if _is_noise(adjustment.chi2_0, adjustment.df):
        said = "nothing to explain: the difference is noise before the fit too"
    more = _in_the_scale(adjustment, max_snr) + _left_over(adjustment, max_snr)
    return Judgement(True, said + more)


def why_not_judged(source: CutoutSource) -> str:
    """Why no fit of a source's candidates can be judged, in words; empty where fits can.

    As far as its planes tell, by the rules of a single fit (`vetter.core.fit.input`): ``err``
    is given, and the template is matched to the image: ``convolved``, not reprojected, or a column
    says so.
    """
    made = source.plane_provenance
    if Provenance.ESTIMATED in made.get("err", Provenance.GIVEN):
        return "err is only estimated"
    convolved = made.get("convolved", Provenance.GIVEN)
    if "convolved" in source.plane_names and Provenance.REPROJECTED not in convolved:
        return ""
    if "template_matched" in source.candidates.columns:
        return ""
    return "the template is not matched to the image"


def _left_over(fit: Adjustment, max_snr: float) -> str:
    """A fit that is good only beside what was before hides sources that are bright by ``err``."""
    if not (fit.df > 0 and math.isfinite(fit.snr)):
        return ""
    times = math.sqrt(fit.chi2 / fit.df)
    if times < _MANY:
        return ""
    hidden = f"no source under S/N {max_snr * times:.0f} is seen"
    return f"; what it leaves is {times:.1f} times the noise: {hidden}"


def _in_the_scale(fit: Adjustment, max_snr: float) -> str:
    """What a variable star and a new source on its core would show alike: the scale took it up."""
    if not (fit.absorbed > 0 and fit.flux_err > 0):
        return ""
    new = fit.snr + fit.absorbed / fit.flux_err
    if fit.scale > 1.0 + _PHOTOMETRY and fit.held_err > 0:
        # Where star and PSF are alike it is the scale's error that makes the flux's own so large;
        # without a PSF the scale takes up all there is.
        new = max(new, fit.absorbed / fit.held_err)
    return f"; with what the scale took up, light of S/N {new:.1f} is new" if new >= max_snr else ""


def _is_noise(chi2: float, df: int) -> bool:
    """Whether chi2 is not in its upper hundredth, by Wilson & Hilferty (1931, PNAS 17, 684)."""
    if df <= 0 or not chi2 >= 0:
        return False
    width = 2.0 / (9.0 * df)
    return math.cbrt(chi2 / df) < 1.0 - width + _UPPER_HUNDREDTH * math.sqrt(width)


def _objections(
    fit: Adjustment,
    min_pval: float,
    max_chi2_ratio: float,
    scale_range: tuple[float, float],
    max_snr: float,
) -> list[str]:
    found = []
    if not (fit.pval > min_pval or fit.chi2 < max_chi2_ratio * fit.chi2_0):
        found.append(f"the fit is bad: chi2/df {fit.chi2 / fit.df:.2f}, p {probability(fit.pval)}")
    if not scale_range[0] < fit.scale < scale_range[1]:
        found.append(f"scale {fit.scale:.2f} is outside {scale_range[0]:g} to {scale_range[1]:g}")
    if fit.at_bound:
        found.append("on its bound: " + ", ".join(fit.at_bound))
    if abs(fit.snr) >= max_snr:
        found.append(f"a source of S/N {fit.snr:.1f} survives")
    return found


def disappeared(
    cutout: Any,
    min_pval: float = 1e-5,
    max_chi2_ratio: float = 0.3,
    scale_range: tuple[float, float] = (0.8, 1.2),
    max_snr: float = 5.0,
) -> bool | None:
    """Whether :func:`vetter.core.fit.adjust.adjust_cutout` explained a candidate away.

    Parameters are those of :func:`judge`, which gives the reason too.

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
