"""What a fit knows of a cutout besides its pixels: boxes, PSF, place, and caveats."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from vetter.core.adjustment import FitOptions
from vetter.core.cutout import Cutout
from vetter.core.pixel_set import central_box
from vetter.core.psf import Gaussian, Psf

Box = tuple[slice, slice]


class About(NamedTuple):
    """What a fit knows besides pixels.

    Attributes
    ----------
    template : str
        The plane that is fitted.
    box, psf_box : (slice, slice)
        Rows and columns of the fit, and of the joint fit with the PSF.
    psf : Psf, optional
        None where no FWHM is known, or the cutout is too small for the PSF's box.
    fwhm : float
        NaN where not known.
    position : (float, float)
        Of the candidate, x and y in cutout pixels, 0-based; NaN where no PSF is to be fitted.
    """

    template: str
    box: Box
    psf_box: Box
    psf: Psf | None
    fwhm: float
    position: tuple[float, float]
    caveats: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def psf_said(self) -> str:
        """What the PSF is; empty where none is fitted."""
        return "" if self.psf is None else self.psf.said


def about(
    cutout: Any, shape: tuple[int, ...], name: str, noisy: bool, options: FitOptions
) -> About:
    """What is known of a cutout besides its pixels; ``noisy``: its template has an error plane."""
    meta = cutout.meta if isinstance(cutout, Cutout) else cutout.get("meta")
    meta = {} if meta is None else meta
    caveats, notes = _remarks(cutout, meta, name, noisy)
    psf, remark = _psf(meta, options)
    fwhm = psf.fwhm if psf is not None else math.nan
    inner = options.inner
    if options.inner_fwhm is not None and psf is not None:
        inner = options.inner_fwhm * fwhm + 1.0
    box = psf_box = central_box(shape, inner)
    if remark:
        notes += (remark,)
    own = options.within(shape)
    if own is not options:
        half = "half of the cutout"
        notes += (f"max_shift {options.max_shift:g} is more than {own.max_shift:g}, {half}",)
    if psf is not None:
        side = 4.0 * fwhm + 1.0
        if min(shape) < math.floor(side + 1e-9):
            psf = None
            notes += (f"the cutout is smaller than 4 FWHM + 1 = {side:.0f} px",)
        elif inner is not None and inner < side:
            psf_box = central_box(shape, side)
    position = (math.nan, math.nan) if psf is None else _position(cutout, shape)
    return About(name, box, psf_box, psf, fwhm, position, caveats, notes)


def _remarks(
    cutout: Any, meta: Any, name: str, noisy: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Why the fit cannot be judged, and what else it rests on."""
    said = getattr(cutout, "notes", None) or {}
    caveats: tuple[str, ...] = ()
    if "estimated" in str(said.get("err", "")):
        caveats += ("err is only estimated",)
    matched = meta.get("template_matched") if isinstance(meta, Mapping) else None
    remark = str(said.get(name, ""))
    if matched is None:
        matched = name == "convolved" and "reprojected" not in remark
    if not matched:
        caveats += ("the template is not matched to the image's PSF and flux",)
    notes: tuple[str, ...] = (f"err {said['err']}",) if said.get("err") else ()
    if noisy:
        notes += ("the template's error is added, times the scale",)
    return caveats, notes


def _psf(meta: Any, options: FitOptions) -> tuple[Psf | None, str]:
    """The PSF to fit, and where its FWHM is from."""
    if options.psf is not None:
        return options.psf, options.psf_note
    if options.fwhm is not None:
        if _is_width(options.fwhm):
            return Gaussian(float(options.fwhm)), ""
        return None, f"FWHM {options.fwhm} is no width: taken as not known"
    value = meta.get("fwhm") if hasattr(meta, "get") else None
    if value is not None and _is_width(value):
        return Gaussian(float(value)), "FWHM from the cutout's metadata"
    return None, "" if value is None else "the FWHM in the cutout's metadata is no width"


def _is_width(value: Any) -> bool:
    return _is_number(value) and float(value) > 0


def _position(cutout: Any, shape: tuple[int, ...]) -> tuple[float, float]:
    """The candidate in cutout pixels: as the cutout says, else its fraction about the centre."""
    place = getattr(cutout, "position", None)
    if place is not None and all(_is_number(v) for v in place):
        return float(place[0]), float(place[1])
    meta = cutout["meta"] if "meta" in cutout else {}
    centre = []
    for key, size in (("x", shape[1]), ("y", shape[0])):
        value: Any = meta.get(key) if hasattr(meta, "get") else None
        fraction = float(value) - math.floor(float(value) + 0.5) if _is_number(value) else 0.0
        centre.append(0.5 * (size - 1) + fraction)
    return centre[0], centre[1]


def _is_number(value: Any) -> bool:
    if value is np.ma.masked:
        return False
    try:
        return math.isfinite(float(value))
    except (TypeError, ValueError):
        return False
