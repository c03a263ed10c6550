"""What a fit of the template to the image found, and how it was asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.psf.models import Psf

NAN = math.nan
UNSEEN = "too many of its own pixels are masked, or too near the edge, to see what survives"
"""Said in the notes of a fit where a source could hide in pixels that do not count."""

_SIGNIFICANT, _RELEVANT = 3.0, 0.05
"""A scatter is off 1 by more than so many errors, and by more than this part."""


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How to fit; the defaults are STDPipe's.

    Attributes
    ----------
    max_shift : float
        Bound of \\|dx\\| and \\|dy\\|, pixels; 0 holds the template where it is. It is no
        larger than half of the cutout, see :meth:`within`.
    max_scale : float
        ``1 / max_scale <= scale <= max_scale``; 1 holds the scale.
    inner : float, optional
        Fit the pixels within ``inner / 2`` of the centre on each axis; None or, as in STDPipe,
        0: the whole cutout.
    inner_fwhm : float, optional
        ``inner`` in units of the FWHM, plus one pixel; wins over ``inner`` where a FWHM is known.
    fit_bg : bool
        Fit the background too; else it is the mode of the good pixels.
    fwhm : float, optional
        Of the image's PSF, pixels; None: ``meta['fwhm']`` of the cutout where it is there.
    psf : Psf, optional
        The image's PSF; None: a Gaussian of that FWHM.
    psf_note : str
        What is to be said of the PSF in the notes of each result.
    check_err : bool
        Measure how the residuals around the source scatter, which tells whether ``err`` is right.

    Raises
    ------
    ValueError
        A number that is none, is infinite or is out of its range; the text names it. A FWHM that
        is no width counts as not known, and the result's notes say so.
    """

    max_shift: float = 2.0
    max_scale: float = 1.1
    inner: float | None = None
    inner_fwhm: float | None = None
    fit_bg: bool = False
    fwhm: float | None = None
    psf: Psf | None = None
    psf_note: str = field(default="", repr=False)
    check_err: bool = False

    def __post_init__(self) -> None:
        _want("max_shift", self.max_shift, 0.0)
        _want("max_scale", self.max_scale, 1.0)
        # The scale found may be its bound, which is no integer in the metadata.
        object.__setattr__(self, "max_scale", float(self.max_scale))
        if self.inner is not None and self.inner != 0:
            _want("inner", self.inner, 1.0)
        if self.inner_fwhm is not None:
            _want("inner_fwhm", self.inner_fwhm, 0.0)

    def within(self, shape: tuple[int, ...]) -> FitOptions:
        """These options for a cutout of a shape: shifted further than by half of it, the template
        at the candidate's place would be none that the cutout holds."""
        most = largest_shift(shape)
        return self if self.max_shift <= most else replace(self, max_shift=most)

    @property
    def free(self) -> int:
        """Number of free parameters."""
        return 2 * (self.max_shift > 0) + (self.max_scale > 1) + bool(self.fit_bg)


def largest_shift(shape: tuple[int, ...]) -> float:
    """Half of a cutout, pixels."""
    return 0.5 * (min(shape) - 1)


def _want(name: str, value: Any, least: float) -> None:
    """Raise ValueError for what is not a finite number of that size."""
    number = isinstance(value, (int, float, np.integer, np.floating))
    if not (number and math.isfinite(value) and value >= least):
        raise ValueError(f"{name}: wants a number of {least:g} or more, found {value!r}")


@dataclass(frozen=True, slots=True, eq=False)
class Adjustment:
    """The fit's result: ``image = bg + scale * (T(x - dx, y - dy) - tbg)``.

    Attributes
    ----------
    converged : bool
        Whether there is a result; else ``reason`` says why not and the numbers are NaN.
    dx, dy : float
        Shift of the template along columns and rows, pixels; ``dx`` is positive where the
        template has to move towards larger x.
    scale, bg, tbg : float
        Flux ratio, background of the image, background of the template. ``tbg`` is never free:
        only ``bg - scale * tbg`` can be told from the pixels.
    chi2_0, chi2 : float
        Before the fit (no shift, scale 1, backgrounds the modes) and after, on the same pixels.
    df, pixels : int
        ``df`` = ``pixels`` minus the free parameters.
    pval : float
        Probability of a larger chi2; uniform where the model and independent pixels hold.
    at_bound : tuple of str
        Which of ``dx``, ``dy``, ``scale`` ended on their bound.
    correlation : float
        Of the residuals of neighbouring pixels: far from 0, chi2 and ``pval`` cannot be trusted.
    flux, flux_err, snr : float
        What a PSF at the candidate's place takes when it is fitted together with dx, dy, scale and
        background; ``flux_err`` inflated by sqrt(max(1, chi2 / df)). NaN where no FWHM is known.
    absorbed : float
        Flux that the scale took up: (scale - 1) times the template's flux in the box.
    shift_err : float
        Error of ``dx`` and of ``dy``, pixels; NaN where no FWHM is known.
    held_err : float
        Error that ``flux`` had if the scale were known; so well the light is measured that is in
        ``absorbed`` where a star cannot be told from a PSF.
    fwhm : float
        That the PSF had, pixels; NaN where none was known.
    psf : str
        What it was: a Gaussian, a Moffat, an image, from so many stars of the field.
    box : float
        Side of the fitted box, pixels.
    template : str
        The plane that was fitted: ``convolved`` or ``template``.
    caveats : tuple of str
        Why the result cannot be judged (template not matched, ``err`` estimated).
    notes : tuple of str
        What else it rests on.
    fit_bg : bool
        Whether the background was free.
    spline : int
        Order of the spline that shifted the template: 3, or 5 where a star is so sharp and bright
        that the cubic spline's own error is not lost in the noise (and chi2 came out lower).
    scatter, scatter_err : float
        Of the residuals away from the source in units of ``err``, robust, and its 1-sigma error:
        1 where ``err`` is right. NaN where the cutout has too few pixels around the source, or
        the options do not want it.
    template_noise : float
        Of the template times the scale, in units of ``err``; measured only where ``scatter`` is
        above 1 and no ``template_err`` was given, else NaN.
    residual : ndarray (ny, nx), optional
        Image minus model; NaN where either is not known.
    unread : bool
        That pixels could not be read, which may be otherwise another time: not a result to keep.
        Not in the metadata.
    """

    converged: bool
    reason: str = ""
    dx: float = NAN
    dy: float = NAN
    scale: float = NAN
    bg: float = NAN
    tbg: float = NAN
    chi2_0: float = NAN
    chi2: float = NAN
    df: int = 0
    pixels: int = 0
    pval: float = NAN
    at_bound: tuple[str, ...] = ()
    correlation: float = NAN
    flux: float = NAN
    flux_err: float = NAN
    snr: float = NAN
    absorbed: float = NAN
    held_err: float = NAN
    shift_err: float = NAN
    fwhm: float = NAN
    psf: str = ""
    box: float = NAN
    template: str = ""
    caveats: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    fit_bg: bool = True
    spline: int = 3
    scatter: float = NAN
    scatter_err: float = NAN
    template_noise: float = NAN
    residual: npt.NDArray[np.float64] | None = field(default=None, repr=False)
    unread: bool = field(default=False, repr=False)

    def as_meta(self) -> dict[str, Any]:
        """The ``adjust_*`` keys in plain types, as they go into a cutout's metadata and tables."""
        meta = dict(zip(_META_KEYS, _META_VALUES(self), strict=True))
        meta["adjust_at_bound"] = SEPARATORS["at_bound"].join(self.at_bound)
        meta["adjust_caveats"] = SEPARATORS["caveats"].join(self.caveats)
        meta["adjust_notes"] = SEPARATORS["notes"].join(self.notes)
        return meta

    def as_record(self) -> dict[str, Any]:
        """As :meth:`as_meta`, without what is unknown or as it is by default: to be kept."""
        meta = self.as_meta()
        return {
            key: value
            for key, value in meta.items()
            if key == "adjust_converged" or not _is_blank(value, _BLANK[key])
        }

    @classmethod
    def from_meta(cls, meta: Mapping[str, Any]) -> Adjustment | None:
        """Back from metadata, without the residual; None where there was no fit.

        STDPipe's metadata serves as well: what it does not hold stays unknown, and its
        dx and dy are taken as they stand.
        """
        if "adjust_chi2" not in meta and "adjust_converged" not in meta:
            return None
        values: dict[str, Any] = {"converged": True}
        for key, name in _META_KEYS.items():
            value = meta.get(key)
            if value is not None:
                values[name] = _READ.get(name, float)(value)
        return cls(**values)


def _parts(separator: str, text: object) -> tuple[str, ...]:
    return tuple(part for part in str(text).split(separator) if part)


_NOT_META = ("residual", "unread")
_META_KEYS = {"adjust_" + f.name: f.name for f in fields(Adjustment) if f.name not in _NOT_META}
_META_VALUES = attrgetter(*_META_KEYS.values())
SEPARATORS = {"at_bound": ",", "caveats": "; ", "notes": "; "}
_READ: dict[str, Callable[[Any], Any]] = {
    "converged": bool,
    "fit_bg": bool,
    "df": int,
    "pixels": int,
    "spline": int,
    "reason": str,
    "template": str,
    "psf": str,
    **{name: partial(_parts, separator) for name, separator in SEPARATORS.items()},
}
"""How a value is read that is no float."""


def _is_blank(value: Any, blank: Any) -> bool:
    # What is not a number does not equal itself.
    return bool(value == blank or (value != value and blank != blank))


_BLANK = Adjustment(False).as_meta()


def failed(reason: str, **known: Any) -> Adjustment:
    """A fit without a result, and why."""
    return Adjustment(converged=False, reason=reason, **known)


def is_off(value: float, error: float) -> bool:
    """Whether a scatter differs from 1 by more than chance, and so much that it matters."""
    # Of what is not known, neither comparison holds.
    return abs(value - 1.0) > _RELEVANT and abs(value - 1.0) > _SIGNIFICANT * error
