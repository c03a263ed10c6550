"""Fits of the candidates of one field, the same in the window, in advance and headless."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from vetter.core.cutout_source import (
    CutoutSource,
    Fingerprint,
    PsfFwhm,
)
from vetter.core.fit.adjustment import Adjustment, FitOptions, make_failure
from vetter.core.fit.field_normal import MATCHED_NORMAL, UNKNOWN_NORMAL, FieldNormal
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_answer import AnswerLimits, answer_fit
from vetter.core.judgement.measured_planes import MeasuredPlanes
from vetter.core.judgement.star_calibration import MIN_STARS, SIGMA_SHARE, StarCalibration
from vetter.core.matching.match import FieldMatch
from vetter.core.psf.models import Gaussian, Moffat, Psf
from vetter.core.psf.saturation import has_saturated
from vetter.errors import VetterError
from vetter.settings import FitSettings

REVISION = 12
"""Revision of the fit, raised whenever it changes, so that stored results are fitted again."""

SPLINE_REACH = 2
"""Pixels around the fitted box that the cubic spline of a shifted template needs."""


NO_FWHM = (
    "no FWHM: no stars to measure it on; choose its column in List > Roles of the columns, "
    "or give --fwhm"
)
"""Reason for a fit without a PSF."""

MAX_WIDE_SHIFT = 3.0
"""Bound of the shift, pixels, that the field's stars may set at most."""

_WIDE_SIGMAS = 4.0
"""Sigmas of the stars' shifts within the bound that they set."""
_AT_BOUND, _MAX_CLIPPED = 0.98, 0.05
"""Part of the bound beyond which a shift is on it; part of the stars that may be."""

_BOX_WITHOUT_FWHM = 25.0
"""Side of the fitted box without an FWHM, pixels: 4 times 6 pixels and one."""


class FieldFit(NamedTuple):
    """Options and size of the fits of one field.

    Attributes
    ----------
    options : FitOptions
        Options of the fits; the box is ``inner_fwhm`` times the FWHM, plus one pixel.
    radius : float
        Radius of the fitted cutouts, pixels: large enough for the box, and never that of the
        display, so that a result does not depend on the user's view.
    description : str
        Description of the PSF, its origin and the box.
    settings : FitSettings
        Limits of the judgement.
    has_own_psfs : bool
        Whether each candidate may have its own PSF, as packets of several surveys do: see
        `vetter.core.cutout_source.CutoutSource`.
    measured : MeasuredPlanes, optional
        Matched template and noise, as measured on the field; None: the planes as given.
    calibration : StarCalibration, optional
        What the field's own stars show, fitted as candidates.
    missing : str
        The one thing that is missing for an answer, with a remedy; empty if nothing is. With it
        no fit is judged, but for candidates with a PSF of their own.
    """

    options: FitOptions
    radius: float
    description: str
    settings: FitSettings
    has_own_psfs: bool = False
    measured: MeasuredPlanes | None = None
    calibration: StarCalibration | None = None
    missing: str = ""

    def judge(self, adjustment: Adjustment) -> Judgement:
        """Return the answer of a fit, by the field's stars and the limits of the settings."""
        missing = self._missing_for(adjustment)
        if missing and adjustment.converged:
            return Judgement(Answer.NOT_JUDGED, missing)
        settings = self.settings
        scales = settings.scale_low, settings.scale_high
        limits = AnswerLimits(settings.max_snr, scales, settings.max_chi2_ratio)
        return answer_fit(adjustment, self.calibration, limits)

    def normal_at(self, x: float, y: float) -> FieldNormal:
        """Return the normal shift and scale at a position of the image, pixels.

        With too few stars to tell it is that of a match, or unknown if nothing was matched.
        """
        if self.calibration is not None and self.calibration.is_usable:
            return self.calibration.normal_at(x, y)
        match = None if self.measured is None else self.measured.match
        return MATCHED_NORMAL if isinstance(match, FieldMatch) else UNKNOWN_NORMAL

    def _missing_for(self, adjustment: Adjustment) -> str:
        """Return the thing that is missing for the answer on one candidate, or empty."""
        if not self.has_own_psfs:
            return self.missing
        unknown = adjustment.converged and math.isnan(adjustment.fwhm)
        return self.missing or NO_FWHM if unknown else ""

    def signature(self, fingerprints: Iterable[Fingerprint]) -> str:
        """Return a hash of options and pixels; results stored under another hash are outdated.

        The list is not part of the hash: a result belongs to a position, which is checked
        separately.
        """
        pixels = sorted(f"{f.role} {f.digest}" for f in fingerprints if f.role != "candidates")
        each = " each" if self.has_own_psfs else ""
        stars = "" if self.calibration is None else f" {self.calibration.digest}"
        text = f"{REVISION} {self.options!r} {self.radius!r} {pixels}{each}{stars}"
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def make_field_fit(
    fwhm: PsfFwhm | None, settings: FitSettings, radius: float, psf: Psf | None = None
) -> FieldFit:
    """Return options and size of the fits of a field's candidates.

    Parameters
    ----------
    fwhm : PsfFwhm or None
        FWHM of the image's PSF; None: unknown, so the fit has no PSF and is not judged.
    settings : FitSettings
    radius : float
        Radius of the cutouts in the input, pixels.
    psf : Psf, optional
        PSF of the image, with that FWHM; None: a Moffat or a Gaussian, by the settings.
    """
    if fwhm is None:
        inner, said = _BOX_WITHOUT_FWHM, NO_FWHM
    else:
        if psf is None:
            is_moffat = settings.psf == "moffat"
            beta = settings.moffat_beta
            psf = Moffat(fwhm.value, beta) if is_moffat else Gaussian(fwhm.value)
        inner, said = settings.inner_fwhm * fwhm.value + 1, f"{psf.description}; {fwhm.origin}"
    options = FitOptions(
        max_shift=settings.max_shift,
        max_scale=settings.max_scale,
        inner=inner,
        inner_fwhm=settings.inner_fwhm,
        fit_bg=settings.fit_bg,
        fit_plane=settings.fit_bg,
        fwhm=None if fwhm is None else fwhm.value,
        psf=None if fwhm is None else psf,
        psf_note=NO_FWHM if fwhm is None else fwhm.origin,
        check_err=True,
    )
    # Whole pixels, symmetric about the central one.
    side = 2 * math.floor(inner / 2) + 1
    return FieldFit(
        options,
        max(radius, _least_radius(options)),
        f"{said}; fitted box {side} px",
        settings,
        missing=NO_FWHM if fwhm is None else "",
    )


def widen_shift(fitting: FieldFit, stars: StarCalibration) -> FieldFit:
    """Return fits whose bound of the shift is beyond the shifts of the field's stars.

    The bound becomes the stars' median shift and four times their scatter, along the worse axis,
    at most `MAX_WIDE_SHIFT`, but never less than it was. Stars on the bound hide how far they go:
    where a twentieth of them are, it becomes `MAX_WIDE_SHIFT`.

    Parameters
    ----------
    fitting : FieldFit
    stars : StarCalibration
        Fits of the stars by ``fitting``.

    Returns
    -------
    FieldFit
        ``fitting`` itself if its bound is wide enough, or the stars are too few to tell.
    """
    options = fitting.options
    shifts = np.column_stack([stars.dx, stars.dy])
    shifts = shifts[np.isfinite(shifts).all(axis=1)]
    if len(shifts) < MIN_STARS or options.max_shift == 0:
        return fitting
    normal = np.median(shifts, axis=0)
    scatter = np.percentile(np.abs(shifts - normal), SIGMA_SHARE, axis=0)
    needed = float((np.abs(normal) + _WIDE_SIGMAS * scatter).max())
    clipped = (np.abs(shifts) > _AT_BOUND * options.max_shift).any(axis=1)
    if clipped.mean() > _MAX_CLIPPED:
        needed = MAX_WIDE_SHIFT
    bound = min(needed, MAX_WIDE_SHIFT)
    if bound <= options.max_shift:
        return fitting
    wide = replace(options, max_shift=bound)
    said = f"{fitting.description}; shifts up to {bound:.1f} px"
    return fitting._replace(
        options=wide, radius=max(fitting.radius, _least_radius(wide)), description=said
    )


def _least_radius(options: FitOptions) -> int:
    """Return the radius in pixels of a cutout that holds the fitted box at every shift."""
    inner = options.inner or 1.0
    return math.ceil((inner - 1) / 2 + options.max_shift + SPLINE_REACH)


def fit_rows(source: CutoutSource, fitting: FieldFit, rows: Sequence[int]) -> list[Adjustment]:
    """Fit the candidates of these rows together; an unread cutout gets a result with the reason."""
    from vetter.core.fit.input import FIT_PLANES

    # One image only: among several, one may have a convolved template, another only a template.
    skip_template = "convolved" in source.plane_names and len(source.fields) == 1
    names = [name for name in FIT_PLANES if not (skip_template and name == "template")]
    cutouts, results = [], {}
    for row in rows:
        try:
            cutouts.append((row, source.fit_cutout(row, fitting.radius, names, fitting.measured)))
        except VetterError as error:
            results[row] = make_failure(str(error), unread=True)
    for options, members in _group_by_options(source, fitting, cutouts):
        normals = _find_normals(source, fitting, members)
        fits = _fit_safely([cutout for _, cutout in members], options, normals)
        for (row, cutout), result in zip(members, fits, strict=True):
            results[row] = _name_saturation(result, cutout, fitting.measured)
    return [results[row] for row in rows]


def _name_saturation(
    result: Adjustment, cutout: Any, measured: MeasuredPlanes | None
) -> Adjustment:
    """Return a result that names saturation where that is why too few pixels are good.

    The light of a saturated star's wings cannot be fitted alone: a source beside its core is not
    seen, so that nothing could be explained.
    """
    if result.converged or result.unread or measured is None:
        return result
    levels = (
        ("image", measured.saturation),
        ("template" if "template" in cutout else "convolved", measured.template_saturation),
    )
    if not any(has_saturated(cutout[name], level) for name, level in levels if name in cutout):
        return result
    return replace(result, reason=f"the star is saturated: {result.reason}")


def _group_by_options(
    source: CutoutSource, fitting: FieldFit, cutouts: list[tuple[int, Any]]
) -> list[tuple[FitOptions, list[tuple[int, Any]]]]:
    """Group rows and cutouts by the options of their fits: one group, or one per FWHM.

    Cutouts that bring their PSF form one group: the solver takes each with its own.
    """
    if not (fitting.has_own_psfs and source.has_own_widths):
        return [(fitting.options, cutouts)]
    with_psf = [(row, cutout) for row, cutout in cutouts if cutout.fit_psf is not None]
    groups: dict[PsfFwhm | None, list[tuple[int, Any]]] = {}
    for row, cutout in cutouts:
        if cutout.fit_psf is None:
            groups.setdefault(source.own_fwhm(row, cutout), []).append((row, cutout))
    settings, radius = fitting.settings, fitting.radius
    by_width = [
        (make_field_fit(fwhm, settings, radius).options, group) for fwhm, group in groups.items()
    ]
    return [*by_width, (fitting.options, with_psf)] if with_psf else by_width


def _find_normals(
    source: CutoutSource, fitting: FieldFit, members: Sequence[tuple[int, Any]]
) -> list[FieldNormal] | None:
    """Return the normals of rows with cutouts: the field's, or those the cutouts bring."""
    if fitting.calibration is None:
        own = [getattr(cutout, "fit_normal", None) for _, cutout in members]
        if not any(normal is not None for normal in own):
            return None
        return [UNKNOWN_NORMAL if normal is None else normal for normal in own]
    x, y = source.candidates.x, source.candidates.y
    return [fitting.normal_at(float(x[row]), float(y[row])) for row, _ in members]


def _fit_safely(
    cutouts: Sequence[Any], options: FitOptions, normals: Sequence[FieldNormal] | None = None
) -> list[Adjustment]:
    """Fit together; after an unexpected error, fit one by one, so that one result carries it.

    A bug that a single candidate triggers must not cost a hundred thousand others their fits.
    """
    from vetter.core.fit.adjust import fit_many

    try:
        return fit_many(cutouts, options, normals)
    except Exception as error:
        if len(cutouts) == 1:
            text = " ".join(str(error).split())
            return [make_failure(f"unexpected {type(error).__name__} in the fit: {text}")]
    results = []
    for k, cutout in enumerate(cutouts):
        normal = None if normals is None else [normals[k]]
        results += _fit_safely([cutout], options, normal)
    return results
