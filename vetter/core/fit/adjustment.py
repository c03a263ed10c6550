"""Options and result of a fit of the template to the image."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.fit.field_normal import UNKNOWN_NORMAL, FieldNormal
from vetter.core.psf.models import Psf

NAN = math.nan
UNSEEN_NOTE = "too many of its own pixels are masked, or too near the edge, to see what survives"
"""Note on a fit in which a source could hide in pixels that do not count."""

_MIN_OFFSET_SIGMA, _MIN_OFFSET = 3.0, 0.05
"""Distances from 1, in its errors and as a fraction, that a scatter exceeds if `is_off`."""


@dataclass(frozen=True, slots=True)
class FitOptions:
    """Options of a fit; the defaults are STDPipe's.

    Attributes
    ----------
    max_shift : float
        Bound of \\|dx\\| and \\|dy\\|, pixels; 0 holds the shift at 0. The fit reduces it to
        half of the cutout, see :meth:`within`.
    max_scale : float
        ``1 / max_scale <= scale <= max_scale``; 1 holds the scale.
    inner : float, optional
        Fit the pixels within ``inner / 2`` of the centre on each axis; None or, as in STDPipe,
        0: the whole cutout.
    inner_fwhm : float, optional
        ``inner`` in units of the FWHM, plus one pixel; overrides ``inner`` if a FWHM is known.
    fit_bg : bool
        Fit the background too; else it is the mode of the good pixels.
    fwhm : float, optional
        FWHM of the image's PSF, pixels; None: ``meta['fwhm']`` of the cutout, if present.
    psf : Psf, optional
        PSF of the image; None: a Gaussian with that FWHM.
    psf_note : str
        Note on the PSF, added to the notes of each result.
    check_err : bool
        Measure the scatter of the residuals around the source, which checks ``err``.
    fit_plane : bool
        Fit a background plane: two slopes besides the constant, which is then free too.

    Raises
    ------
    ValueError
        A number is NaN, infinite, out of its range or of another type; the text names it. An
        invalid FWHM does not raise: it counts as unknown, and the result's notes record it.
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
    fit_plane: bool = False

    def __post_init__(self) -> None:
        _require_number("max_shift", self.max_shift, 0.0)
        _require_number("max_scale", self.max_scale, 1.0)
        # float(): the fitted scale may equal this bound, and the metadata hold it as a float.
        object.__setattr__(self, "max_scale", float(self.max_scale))
        if self.fit_plane:
            object.__setattr__(self, "fit_bg", True)
        if self.inner is not None and self.inner != 0:
            _require_number("inner", self.inner, 1.0)
        if self.inner_fwhm is not None:
            _require_number("inner_fwhm", self.inner_fwhm, 0.0)

    def within(self, shape: tuple[int, ...]) -> FitOptions:
        """Return these options with ``max_shift`` at most half of a cutout of this shape.

        A larger shift would bring pixels from outside the cutout to the candidate's position.
        """
        max_shift = largest_shift(shape)
        return self if self.max_shift <= max_shift else replace(self, max_shift=max_shift)

    @property
    def free(self) -> int:
        """Number of free parameters."""
        return 2 * (self.max_shift > 0) + (self.max_scale > 1) + self.background

    @property
    def background(self) -> int:
        """Number of free parameters of the background: 0, 1, or 3 for a plane."""
        return bool(self.fit_bg) + 2 * bool(self.fit_plane)


def largest_shift(shape: tuple[int, ...]) -> float:
    """Return the largest shift that a cutout allows: half of its shorter side, pixels."""
    return 0.5 * (min(shape) - 1)


def _require_number(name: str, value: Any, minimum: float) -> None:
    """Raise ValueError unless the value is a finite number of at least ``minimum``."""
    is_number = isinstance(value, (int, float, np.integer, np.floating))
    if not (is_number and math.isfinite(value) and value >= minimum):
        raise ValueError(f"{name}: expected a number of {minimum:g} or more, found {value!r}")


@dataclass(frozen=True, slots=True, eq=False)
class Adjustment:
    """The result of a fit: ``image = bg + scale * (T(x - dx, y - dy) - tbg)``.

    Attributes
    ----------
    converged : bool
        Whether the fit succeeded; else ``reason`` gives the cause and the numbers are NaN.
    dx, dy : float
        Shift of the template along columns and rows, pixels; ``dx`` is positive if the template
        has to move towards larger x.
    scale, bg, tbg : float
        Flux ratio, background of the image, background of the template. ``tbg`` is never free:
        the pixels determine only ``bg - scale * tbg``.
    chi2_0, chi2 : float
        chi2 before the fit (no shift, scale 1, backgrounds the modes) and after, on the same
        pixels.
    df, pixels : int
        Number of fitted pixels; ``df`` is ``pixels`` minus the free parameters.
    pval : float
        Probability of a larger chi2; uniform if the model holds and pixels are independent.
    at_bound : tuple of str
        Names of ``dx``, ``dy``, ``scale`` that ended on their bound.
    correlation : float
        Correlation of the residuals of neighbouring pixels; far from 0, do not trust ``chi2`` and
        ``pval``.
    flux, flux_err, snr : float
        Flux of a PSF at the candidate's position, fitted together with dx, dy, scale and
        background; ``flux_err`` inflated by sqrt(max(1, chi2 / df)). NaN if no FWHM is known.
    absorbed : float
        Flux that the scale absorbed: (scale - 1) times the template's flux in the box.
    shift_err : float
        Error of ``dx`` and of ``dy``, pixels; NaN if no FWHM is known.
    held_err : float
        Error of ``flux`` for a fixed scale. Where a star and the PSF have the same shape, it is
        the error of the flux in ``absorbed``.
    fwhm : float
        FWHM of the PSF, pixels; NaN if unknown.
    psf : str
        Kind and origin of the PSF: Gaussian, Moffat or image, and the number of field stars.
    box : float
        Side of the fitted box, pixels.
    template : str
        Name of the fitted plane: ``convolved`` or ``template``.
    caveats : tuple of str
        Reasons not to judge the result (template not matched, ``err`` estimated).
    notes : tuple of str
        Other facts on which the result depends.
    fit_bg : bool
        Whether the background was free.
    spline : int
        Order of the spline that shifted the template: 3, or 5 if a star is so sharp and bright
        that the cubic spline's error exceeds the noise (and chi2 came out lower).
    scatter, scatter_err : float
        Robust scatter of the residuals away from the source in units of ``err``, and its 1-sigma
        error; 1 if ``err`` is right. NaN if the cutout has too few pixels around the source, or
        ``check_err`` is off.
    template_noise : float
        Noise of the template times the scale, in units of ``err``; measured only if ``scatter``
        is above 1 and ``template_err`` is missing, else NaN.
    fit_plane : bool
        Whether the background was a plane; ``bg`` is its mean over the fitted pixels, weighted.
    raw_flux, raw_flux_err : float
        Flux of a PSF at the candidate's position in the difference before any fit: image minus
        ``normal_scale`` times the unshifted template, the background free. Not inflated.
    psf_snr : float
        Their ratio: the PSF's S/N in the difference.
    prior_flux, prior_flux_err : float
        As ``flux`` and ``flux_err``, but shift and scale have the field's normal values as Gaussian
        priors. Equal to these without a normal.
    shift_chi2 : float
        Least chi2 with the scale held at ``normal_scale``, on the pixels of ``chi2``: what a shift
        alone leaves.
    scale_chi2 : float
        Least chi2 with the shift held at ``normal_dx``, ``normal_dy``: what a scale alone leaves.
    scale_alone, scale_alone_err : float
        Scale of that fit, and its error, inflated by sqrt(max(1, chi2 / df)).
    psf_share, shift_share, scale_share : float
        PSF, template, its gradients along both axes and its Laplacian (a broader or narrower
        star) together explain a part of chi2 of the difference, by linear least squares. Of
        this part, the PSF, the gradients and the template each alone explain these shares, between
        0 and 1; they may add to more than 1, since the images are alike.
    star_flux : float
        Flux of a star that is as high as the template's highest fitted pixel above its background,
        for a Gaussian of the FWHM, in the template's units. NaN if no FWHM is known.
    normal_dx, normal_dy, normal_shift_err, normal_scale, normal_scale_err : float
        The field's normal shift and scale that the fit was given, see
        `vetter.core.fit.field_normal.FieldNormal`.
    unseen : bool
        Whether a FWHM is known, but too many pixels at the candidate's position are masked or off
        the image, so that a source could hide there.
    residual : ndarray (ny, nx), optional
        Image minus model; NaN where either is unknown.
    unread : bool
        Whether pixels could not be read. A later read may succeed, so the result is not stored.
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
    fit_plane: bool = False
    raw_flux: float = NAN
    raw_flux_err: float = NAN
    psf_snr: float = NAN
    prior_flux: float = NAN
    prior_flux_err: float = NAN
    shift_chi2: float = NAN
    scale_chi2: float = NAN
    scale_alone: float = NAN
    scale_alone_err: float = NAN
    psf_share: float = NAN
    shift_share: float = NAN
    scale_share: float = NAN
    star_flux: float = NAN
    normal_dx: float = UNKNOWN_NORMAL.dx
    normal_dy: float = UNKNOWN_NORMAL.dy
    normal_shift_err: float = UNKNOWN_NORMAL.shift_err
    normal_scale: float = UNKNOWN_NORMAL.scale
    normal_scale_err: float = UNKNOWN_NORMAL.scale_err
    unseen: bool = False
    residual: npt.NDArray[np.float64] | None = field(default=None, repr=False)
    unread: bool = field(default=False, repr=False)

    @property
    def normal(self) -> FieldNormal:
        """The field's normal shift and scale that the fit was given."""
        return FieldNormal(
            self.normal_dx,
            self.normal_dy,
            self.normal_shift_err,
            self.normal_scale,
            self.normal_scale_err,
        )

    def smallest_flux(self, snr: float = 7.0) -> float:
        """Return the least flux of a source that would survive with this S/N; NaN if unknown.

        It is a limit in the image's units: a fainter source at the candidate's position is not
        excluded by the fit.

        Examples
        --------
        >>> Adjustment(True, prior_flux_err=20.0).smallest_flux()
        140.0
        """
        return snr * self.prior_flux_err

    def as_meta(self) -> dict[str, Any]:
        """Return the ``adjust_*`` keys in plain types, for a cutout's metadata and for tables."""
        meta = dict(zip(_META_KEYS, _META_VALUES(self), strict=True))
        meta["adjust_at_bound"] = SEPARATORS["at_bound"].join(self.at_bound)
        meta["adjust_caveats"] = SEPARATORS["caveats"].join(self.caveats)
        meta["adjust_notes"] = SEPARATORS["notes"].join(self.notes)
        return meta

    def as_record(self) -> dict[str, Any]:
        """Return :meth:`as_meta` without unknown and default values, for storage."""
        meta = self.as_meta()
        return {
            key: value
            for key, value in meta.items()
            if key == "adjust_converged" or not _is_default(value, _DEFAULT_META[key])
        }

    @classmethod
    def from_meta(cls, meta: Mapping[str, Any]) -> Adjustment | None:
        """Restore a result from metadata, without the residual; None without a fit.

        STDPipe's metadata is accepted too: its missing values stay unknown, and its dx and dy
        are not swapped.
        """
        if "adjust_chi2" not in meta and "adjust_converged" not in meta:
            return None
        values: dict[str, Any] = {"converged": True}
        for key, name in _META_KEYS.items():
            value = meta.get(key)
            if value is not None:
                values[name] = _PARSERS.get(name, float)(value)
        return cls(**values)

    @classmethod
    def from_meta_values(cls, values: Iterable[Any]) -> Adjustment:
        """Restore a result from all values of :meth:`as_meta`, in its order and types.

        It takes a tenth of the time of :meth:`from_meta`.
        """
        known = dict(zip(_META_KEYS.values(), values, strict=True))
        for name, separator in SEPARATORS.items():
            known[name] = _split_text(separator, known[name]) if known[name] else ()
        return cls(**known)


def _split_text(separator: str, text: object) -> tuple[str, ...]:
    return tuple(part for part in str(text).split(separator) if part)


_NOT_META = ("residual", "unread")
_META_KEYS = {"adjust_" + f.name: f.name for f in fields(Adjustment) if f.name not in _NOT_META}
_META_VALUES = attrgetter(*_META_KEYS.values())
SEPARATORS = {"at_bound": ",", "caveats": "; ", "notes": "; "}
_PARSERS: dict[str, Callable[[Any], Any]] = {
    "converged": bool,
    "fit_bg": bool,
    "fit_plane": bool,
    "unseen": bool,
    "df": int,
    "pixels": int,
    "spline": int,
    "reason": str,
    "template": str,
    "psf": str,
    **{name: partial(_split_text, separator) for name, separator in SEPARATORS.items()},
}
"""Parsers of the metadata values that are not floats, by field."""


def _is_default(value: Any, default: Any) -> bool:
    # Two NaN count as equal: NaN != NaN.
    return bool(value == default or (value != value and default != default))


_DEFAULT_META = Adjustment(False).as_meta()


def make_failure(reason: str, **known: Any) -> Adjustment:
    """Return an unconverged fit with its reason and the values known without a solution."""
    return Adjustment(converged=False, reason=reason, **known)


def is_off(value: float, error: float) -> bool:
    """Return whether a scatter differs from 1 significantly, and by enough to matter."""
    # For NaN both comparisons are False.
    return abs(value - 1.0) > _MIN_OFFSET and abs(value - 1.0) > _MIN_OFFSET_SIGMA * error
