"""What a fit knows of a cutout besides its pixels: boxes, PSF, place, and caveats."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.plane import Provenance
from vetter.core.fit.adjustment import FitOptions, largest_shift
from vetter.core.fit.pixels import central_box
from vetter.core.psf.models import Gaussian, Psf

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
    said: Mapping[str, str] = cutout.notes if isinstance(cutout, Cutout) else {}
    made: Mapping[str, Provenance] = cutout.provenance if isinstance(cutout, Cutout) else {}
    matched = meta.get("template_matched") if isinstance(meta, Mapping) else None
    psf, remark = _psf(meta, options)
    remarks = str(said.get("err") or ""), remark
    inner = options.inner
    if psf is not None and options.inner_fwhm is not None:
        inner = options.inner_fwhm * psf.fwhm + 1.0
    plain = _without_psf(
        (shape[0], shape[1]),
        name,
        noisy,
        None if matched is None else bool(matched),
        remarks,
        (made.get("err", Provenance.GIVEN), made.get(name, Provenance.GIVEN)),
        inner,
        options.max_shift,
    )
    if psf is None:
        return plain
    fwhm, notes, psf_box = psf.fwhm, plain.notes, plain.box
    side = 4.0 * fwhm + 1.0
    if min(shape) < math.floor(side + 1e-9):
        notes += (f"the cutout is smaller than 4 FWHM + 1 = {side:.0f} px",)
        return plain._replace(fwhm=fwhm, notes=notes)
    if inner is not None and inner < side:
        psf_box = central_box((shape[0], shape[1]), side)
    position = _position(cutout, shape)
    return plain._replace(psf_box=psf_box, psf=psf, fwhm=fwhm, position=position)


@lru_cache(maxsize=256)
def _without_psf(
    shape: tuple[int, int],
    name: str,
    noisy: bool,
    matched: bool | None,
    remarks: tuple[str, str],
    made: tuple[Provenance, Provenance],
    inner: float | None,
    max_shift: float,
) -> About:
    """What is known without a PSF, which many cutouts share.

    ``matched`` is the cutout's own word on the template, ``remarks`` are the notes on ``err`` and
    on the FWHM, and ``made`` is how ``err`` and the template came to be.
    """
    err, fwhm = remarks
    caveats: tuple[str, ...] = ()
    if Provenance.ESTIMATED in made[0]:
        caveats += ("err is only estimated",)
    if matched is None:
        matched = name == "convolved" and Provenance.REPROJECTED not in made[1]
    if not matched:
        caveats += ("the template is not matched to the image's PSF and flux",)
    notes: tuple[str, ...] = (f"err {err}",) if err else ()
    if noisy:
        notes += ("the template's error is added, times the scale",)
    if fwhm:
        notes += (fwhm,)
    most = largest_shift(shape)
    if max_shift > most:
        notes += (f"max_shift {max_shift:g} is more than {most:g}, half of the cutout",)
    box = central_box(shape, inner)
    return About(name, box, box, None, math.nan, (math.nan, math.nan), caveats, notes)


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
