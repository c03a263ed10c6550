"""How the candidates of one field are fitted: the same in the window, ahead and headless."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from vetter.core.cutout_source import (
    CutoutSource,
    Fingerprint,
    PsfFwhm,
)
from vetter.core.fit.adjustment import Adjustment, FitOptions, failed
from vetter.core.judgement.disappeared import Judgement, judge
from vetter.core.psf.models import Gaussian, Moffat, Psf
from vetter.errors import VetterError
from vetter.settings import FitSettings

REVISION = 7
"""Raised when the fit itself changes, so that results of the older one are made anew."""

SPLINE_REACH = 2
"""Pixels around the fitted box that the cubic spline of a shifted template uses."""


class FieldFit(NamedTuple):
    """Options and size of the fits of one field.

    Attributes
    ----------
    options : FitOptions
        The box is ``inner_fwhm`` times the FWHM, plus one pixel.
    radius : float
        Of the cutouts that are fitted, pixels: large enough for the box, and never that of
        the display, so that a result does not depend on how the vetter looks at it.
    said : str
        What the PSF is and where it comes from, and the box, in words.
    settings : FitSettings
        The limits of the judgement.
    each : bool
        Whether candidates may have a PSF of their own, as packets of several surveys do: see
        `vetter.core.cutout_source.CutoutSource`.
    unlike : str
        What the field's stars have against its template, which then judges nothing: see
        `vetter.core.judgement.flux_scale`.
    """

    options: FitOptions
    radius: float
    said: str
    settings: FitSettings
    each: bool = False
    unlike: str = ""

    def judge(self, adjustment: Adjustment) -> Judgement:
        """Whether a result explains the candidate away, by the settings' limits."""
        settings = self.settings
        if self.unlike:
            adjustment = replace(adjustment, caveats=(self.unlike, *adjustment.caveats))
        return judge(
            adjustment,
            settings.min_pval,
            settings.max_chi2_ratio,
            (settings.scale_low, settings.scale_high),
            settings.max_snr,
        )

    def signature(self, fingerprints: Iterable[Fingerprint]) -> str:
        """Names options and pixels: a result kept under another signature is not current.

        The list itself does not count: a result belongs to a position, which is checked apart.
        """
        pixels = sorted(f"{f.role} {f.digest}" for f in fingerprints if f.role != "candidates")
        each = " each" if self.each else ""
        text = f"{REVISION} {self.options!r} {self.radius!r} {pixels}{each}"
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def field_fit(
    fwhm: PsfFwhm | None, settings: FitSettings, radius: float, psf: Psf | None = None
) -> FieldFit:
    """The fit of a field's candidates.

    Parameters
    ----------
    fwhm : PsfFwhm or None
        Of the image's PSF; None: nothing tells, and the settings' default is taken, and said.
    settings : FitSettings
    radius : float
        Of the cutouts as the input gives them, pixels.
    psf : Psf, optional
        Of the image, of that FWHM; None: a Moffat where the settings want one, else a Gaussian.
    """
    if fwhm is None:
        value = settings.default_fwhm
        said = f"FWHM {value:.2f} px, the settings' default: nothing else tells; give --fwhm"
    else:
        value, said = fwhm.value, fwhm.said
    if psf is None:
        moffat = settings.psf == "moffat"
        psf = Moffat(value, settings.moffat_beta) if moffat else Gaussian(value)
    inner = settings.inner_fwhm * value + 1
    options = FitOptions(
        max_shift=settings.max_shift,
        max_scale=settings.max_scale,
        inner=inner,
        inner_fwhm=settings.inner_fwhm,
        fit_bg=settings.fit_bg,
        fwhm=value,
        psf=psf,
        psf_note=said,
        check_err=True,
    )
    # Of whole pixels, as many on each side of the central one.
    side = 2 * math.floor(inner / 2) + 1
    least = math.ceil((inner - 1) / 2 + settings.max_shift + SPLINE_REACH)
    return FieldFit(
        options, max(radius, least), f"{psf.said}; {said}; fitted box {side} px", settings
    )


def fit_rows(source: CutoutSource, fitting: FieldFit, rows: Sequence[int]) -> list[Adjustment]:
    """Fit the candidates of these rows together; one without a cutout has a result that says so."""
    from vetter.core.fit.input import READ

    # Of several images one may have a convolved template, and another the template alone.
    alone = "convolved" in source.plane_names and len(source.fields) == 1
    names = [name for name in READ if not (alone and name == "template")]
    cutouts, results = [], {}
    for row in rows:
        try:
            cutouts.append((row, source.cutout_with(row, fitting.radius, names)))
        except VetterError as error:
            results[row] = failed(str(error), unread=True)
    for options, members in _alike(source, fitting, cutouts):
        made = _fitted([cutout for _, cutout in members], options)
        results.update({row: result for (row, _), result in zip(members, made, strict=True)})
    return [results[row] for row in rows]


def _alike(
    source: CutoutSource, fitting: FieldFit, cutouts: list[tuple[int, Any]]
) -> list[tuple[FitOptions, list[tuple[int, Any]]]]:
    """Rows and cutouts by how they are fitted: all alike, or by the FWHM of each."""
    if not (fitting.each and source.has_own_widths):
        return [(fitting.options, cutouts)]
    parts: dict[PsfFwhm | None, list[tuple[int, Any]]] = {}
    for row, cutout in cutouts:
        parts.setdefault(source.own_fwhm(row, cutout), []).append((row, cutout))
    settings, radius = fitting.settings, fitting.radius
    return [(field_fit(own, settings, radius).options, part) for own, part in parts.items()]


def _fitted(cutouts: Sequence[Any], options: FitOptions) -> list[Adjustment]:
    """Fit together; where that ends in an error of our own, one by one, and the one says so.

    A hundred thousand candidates are not to lose their fits to a mistake that one brings to light.
    """
    from vetter.core.fit.adjust import fit_many

    try:
        return fit_many(cutouts, options)
    except Exception as error:
        if len(cutouts) == 1:
            said = " ".join(str(error).split())
            return [failed(f"unexpected {type(error).__name__} in the fit: {said}")]
    return [result for cutout in cutouts for result in _fitted([cutout], options)]
