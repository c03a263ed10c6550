"""Input of a fit: planes as finite floats of one shape, boxes, PSF, position and caveats."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.cutout import Cutout, list_missing_planes
from vetter.core.cutout.no_data import MIN_RELATIVE_ERROR
from vetter.core.cutout.plane import Provenance
from vetter.core.fit.adjustment import Adjustment, FitOptions, largest_shift, make_failure
from vetter.core.fit.chi2.pixels import (
    Box,
    bad_pixel_reach,
    central_box,
    fill_bad_pixels,
    find_bad_template_pixels,
    mode,
    mode_from_sum,
    widen_flags,
)
from vetter.core.fit.field_normal import UNKNOWN_NORMAL, FieldNormal
from vetter.core.psf.models import Gaussian, Psf

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FIT_PLANES = ("image", "convolved", "template", "err", "mask", "template_mask", "template_err")
"""Names of the planes that a fit may read; it prefers ``convolved`` to ``template``."""


@dataclass(frozen=True, slots=True, eq=False)
class FitInput:
    """Input of one fit; all arrays have the cutout's shape (ny, nx).

    Attributes
    ----------
    image, template : ndarray
        Finite planes: unknown pixels are filled, and do not count.
    err : ndarray
        Error plane, unchanged.
    template_variance : ndarray, optional
        Variance of the template, added times the square of the scale.
    usable : bool ndarray, optional
        True for pixels that may enter: finite, unmasked, err > 0, clear of the template's bad
        pixels; None: all.
    unknown : bool ndarray, optional
        True where image or template, and so the residual, is unknown; None: nowhere.
    bg, tbg : float
        Modes of the good pixels of image and template.
    about : FitContext
        The rest of the input: boxes, PSF, position and notes.
    normal : FieldNormal
        Normal shift and scale at the candidate's position.
    """

    image: Array
    template: Array
    err: Array
    template_variance: Array | None
    usable: Flags | None
    unknown: Flags | None
    bg: float
    tbg: float
    about: FitContext
    normal: FieldNormal = UNKNOWN_NORMAL

    def with_normal(self, normal: FieldNormal) -> FitInput:
        """Return this input with a normal; dataclasses.replace() takes twice as long."""
        return FitInput(
            self.image,
            self.template,
            self.err,
            self.template_variance,
            self.usable,
            self.unknown,
            self.bg,
            self.tbg,
            self.about,
            normal,
        )


def read_fit_inputs(cutouts: Sequence[Any], options: FitOptions) -> list[FitInput | Adjustment]:
    """Run :func:`read_fit_input` on each cutout, those without bad pixels together."""
    # errstate: infinities and overflows end in a reason, numpy's warnings would repeat it.
    with np.errstate(all="ignore"):
        return _read_many(cutouts, options)


def _read_many(cutouts: Sequence[Any], options: FitOptions) -> list[FitInput | Adjustment]:
    inputs: list[FitInput | Adjustment | None] = [None] * len(cutouts)
    groups: dict[tuple[object, str], list[int]] = {}
    if len(cutouts) > 1:
        for index, cutout in enumerate(cutouts):
            planes_by_name = _get_planes(cutout)
            name = "convolved" if _has(planes_by_name, "convolved") else "template"
            if _is_plain(planes_by_name, name) and not getattr(cutout, "unread", None):
                groups.setdefault((planes_by_name["image"].shape, name), []).append(index)
    for (_, name), members in groups.items():
        group = [_get_planes(cutouts[i]) for i in members]
        planes = [_stack_planes([p[key] for p in group]) for key in ("image", name, "err")]
        _read_plain(cutouts, members, planes, name, options, inputs)
    return [
        read_fit_input(c, options) if i is None else i for c, i in zip(cutouts, inputs, strict=True)
    ]


def _get_planes(cutout: Any) -> Any:
    """Return the planes by name; a Cutout's own dictionary is faster than the Cutout."""
    return cutout.planes if isinstance(cutout, Cutout) and not cutout.extras else cutout


def _stack_planes(planes: list[Any]) -> Array:
    """Copy planes of one shape to native floats, (k, ny, nx)."""
    joined: Array = np.concatenate(planes, dtype=np.float64)
    return joined.reshape(len(planes), *planes[0].shape)


def _is_plain(cutout: Any, name: str) -> bool:
    """Return whether the three planes have one shape, and no other plane matters to the fit."""
    shape = None
    for key in ("image", name, "err"):
        plane = cutout.get(key)
        if (
            type(plane) is not np.ndarray
            or plane.ndim != 2
            or plane.dtype.kind != "f"
            or not plane.size
        ):
            return False
        if shape is None:
            shape = plane.shape
        elif plane.shape != shape:
            return False
    mask = cutout.get("mask")
    if mask is not None and (type(mask) is not np.ndarray or mask.shape != shape or mask.any()):
        return False
    return not (_has(cutout, "template_mask") or _has(cutout, "template_err"))


def _read_plain(
    cutouts: Sequence[Any],
    members: list[int],
    planes: list[Array],
    name: str,
    options: FitOptions,
    inputs: list[FitInput | Adjustment | None],
) -> None:
    """Fill in ``inputs`` for the members without bad pixels."""
    image, template, err = planes
    count = len(members)
    clean = err.min(axis=(1, 2)) > np.maximum(MIN_ERR, _MIN_OF_MEAN * err.mean(axis=(1, 2)))
    for plane in planes:
        clean &= np.isfinite(plane.sum(axis=(1, 2)))
    bg, tbg = (mode(plane.reshape(count, -1)).tolist() for plane in (image, template))
    for k in np.flatnonzero(clean).tolist():
        cutout = cutouts[members[k]]
        about = fit_context(cutout, image.shape[1:], name, False, options)
        inputs[members[k]] = FitInput(
            image[k], template[k], err[k], None, None, None, bg[k], tbg[k], about
        )


def read_fit_input(cutout: Any, options: FitOptions) -> FitInput | Adjustment:
    """Read a cutout's planes; return an Adjustment with the reason if they cannot be fitted.

    Parameters
    ----------
    cutout : Cutout or mapping
        Planes ``image``, ``err``, and ``convolved`` or ``template``; optionally ``mask``,
        ``template_mask`` and ``template_err``. The cutout is not changed.
    """
    given = _get_planes(cutout)
    if (unread := getattr(cutout, "unread", None)) and (reason := _join_unread(given, unread)):
        return make_failure(reason, unread=True)
    name = "convolved" if _has(given, "convolved") else "template"
    for required in ("image", name, "err"):
        if not _has(given, required):
            return make_failure(f"there is no {_MISSING_NAMES.get(required, required)} plane")
    if _is_plain(given, name) and (clean := _read_clean(cutout, given, name, options)):
        return clean
    planes = {key: _read_floats(given[key]) for key in ("image", name, "err")}
    image, template, err = planes["image"], planes[name], planes["err"]
    if image is None or template is None or err is None:
        return make_failure("a plane is not a two-dimensional array of numbers", template=name)
    if image.size == 0:
        return make_failure("the cutout has no pixels", template=name)
    shape = image.shape
    for key in (name, "err", "mask", "template_mask", "template_err"):
        if _has(given, key) and np.shape(given[key]) != shape:
            return make_failure(f"{key} has another shape than image", template=name)
    mask, template_mask = _read_flags(given, "mask"), _read_flags(given, "template_mask")
    noise = _read_floats(given["template_err"]) if _has(given, "template_err") else None
    about = fit_context(cutout, shape, name, noise is not None, options)
    return _build_input(image, template, err, mask, template_mask, noise, about, options)


def _join_unread(given: Any, unread: Mapping[str, str]) -> str:
    """Return why a required plane could not be read; empty if the fit needs no unread plane.

    An unread ``convolved`` or mask is required too: without it the result would differ.
    """
    needed = [name for name in FIT_PLANES if not (name == "template" and _has(given, "convolved"))]
    return "; ".join(list_missing_planes(unread, needed))


def _read_clean(cutout: Any, given: Any, name: str, options: FitOptions) -> FitInput | None:
    """Read one cutout as :func:`_read_plain` does; return None if it has bad pixels."""
    image, template, err = (
        np.ascontiguousarray(given[key], np.float64) for key in ("image", name, "err")
    )
    flux, template_flux, err_sum = (float(np.add.reduce(p, None)) for p in (image, template, err))
    if not np.minimum.reduce(err, None) > max(MIN_ERR, _MIN_OF_MEAN * err_sum / max(err.size, 1)):
        return None
    if not math.isfinite(flux + template_flux + err_sum):
        return None
    about = fit_context(cutout, image.shape, name, False, options)
    bg, tbg = mode_from_sum(image.ravel(), flux), mode_from_sum(template.ravel(), template_flux)
    return FitInput(image, template, err, None, None, None, bg, tbg, about)


def _build_input(
    image: Array,
    template: Array,
    err: Array,
    mask: Flags | None,
    template_mask: Flags | None,
    template_err: Array | None,
    about: FitContext,
    options: FitOptions,
) -> FitInput | Adjustment:
    bad_image = None if math.isfinite(float(image.sum())) else ~np.isfinite(image)
    hole = find_bad_template_pixels(template, mask, template_mask, err)
    bad_err = _find_bad_err(err)
    variance = None if template_err is None else template_err * template_err
    unusable = [bad for bad in (bad_image, mask, bad_err) if bad is not None]
    if variance is not None:
        unusable.append(~np.isfinite(variance))
    if hole is not None:
        unusable.append(widen_flags(hole, bad_pixel_reach(options.within(image.shape).max_shift)))
    usable = ~np.logical_or.reduce(unusable) if unusable else None
    if usable is not None and not usable.any():
        return make_failure(
            "no good pixel: all are masked, off the image, without an error or near template holes",
            template=about.template,
            caveats=about.caveats,
        )
    bg, tbg = _compute_mode(image, bad_image, mask), _compute_mode(template, hole, mask)
    if hole is not None:
        template = fill_bad_pixels(template, hole)
    if bad_image is not None:
        image = np.where(bad_image, bg, image)
    unknown = hole if bad_image is None else bad_image if hole is None else hole | bad_image
    return FitInput(image, template, err, variance, usable, unknown, bg, tbg, about)


_MISSING_NAMES = {"template": "convolved or template"}
MIN_ERR = 1e-150
"""Error at or below which a pixel is bad: its weight, 1 / err^2, could overflow."""
_MIN_OF_MEAN = 2 * MIN_RELATIVE_ERROR
"""Fraction of the mean error above which none is a fill: the median is at most twice the mean."""


def _has(cutout: Any, name: str) -> bool:
    return cutout.get(name) is not None


def _read_floats(plane: Any) -> Array | None:
    """Return a two-dimensional plane as native floats, NaN where masked; None for other input."""
    if isinstance(plane, np.ma.MaskedArray):
        plane = np.ma.filled(plane.astype(float), np.nan)
    array = np.asarray(plane)
    if array.ndim != 2 or array.dtype.kind not in "fiub":
        return None
    return np.ascontiguousarray(array, dtype=np.float64)


def _read_flags(cutout: Any, name: str) -> Flags | None:
    """Return a mask as booleans, True for non-zero and NaN; None if nothing is bad."""
    if not _has(cutout, name):
        return None
    plane: Any = cutout[name]
    flags = plane if type(plane) is np.ndarray else np.asarray(np.ma.filled(plane, True))
    return np.asarray(flags != 0) if flags.any() else None


def _find_bad_err(err: Array) -> Flags | None:
    """Return where ``err`` is not finite, not positive or a fill, as `no_data`; None: nowhere."""
    # A mean that is not finite is above no error.
    if float(err.min()) > max(MIN_ERR, _MIN_OF_MEAN * float(err.mean())):
        return None
    positive = err[np.isfinite(err) & (err > MIN_ERR)]
    floor = MIN_RELATIVE_ERROR * float(np.median(positive)) if len(positive) else 0.0
    return ~(np.isfinite(err) & (err > max(MIN_ERR, floor)))


def _compute_mode(plane: Array, *bad: Flags | None) -> float:
    """Return the mode of the pixels outside all the sets; 0 if no pixel is left."""
    given = [flags for flags in bad if flags is not None]
    pixels = plane[~np.logical_or.reduce(given)] if given else plane.ravel()
    return float(mode(pixels)) if pixels.size else 0.0


class FitContext(NamedTuple):
    """The input of a fit besides its pixels.

    Attributes
    ----------
    template : str
        Name of the fitted plane.
    box, psf_box : (slice, slice)
        Rows and columns of the fit, and of the joint fit with the PSF.
    psf : Psf, optional
        PSF of the image; None if no FWHM is known, or the cutout is smaller than the PSF's box.
    fwhm : float
        FWHM of the PSF, pixels; NaN if unknown.
    position : (float, float)
        Position of the candidate, x and y in cutout pixels, 0-based; NaN without a PSF.
    caveats, notes : tuple of str
        As in `Adjustment`.
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
    def psf_text(self) -> str:
        """Description of the PSF; empty if none is fitted."""
        return "" if self.psf is None else self.psf.description


def fit_context(
    cutout: Any, shape: tuple[int, ...], name: str, noisy: bool, options: FitOptions
) -> FitContext:
    """Return the input besides the pixels; ``noisy``: the cutout has a ``template_err``."""
    meta = cutout.meta if isinstance(cutout, Cutout) else cutout.get("meta")
    meta = {} if meta is None else meta
    plane_notes: Mapping[str, str] = cutout.notes if isinstance(cutout, Cutout) else {}
    origins: Mapping[str, Provenance] = cutout.provenance if isinstance(cutout, Cutout) else {}
    matched = meta.get("template_matched") if isinstance(meta, Mapping) else None
    own, caveat = getattr(cutout, "fit_psf", None), getattr(cutout, "fit_caveat", "")
    psf, psf_note = (own, "") if own is not None else _choose_psf(meta, options)
    inner = options.inner
    if psf is not None and options.inner_fwhm is not None:
        inner = options.inner_fwhm * psf.fwhm + 1.0
    plain = _build_context(
        (shape[0], shape[1]),
        name,
        noisy,
        None if matched is None else bool(matched),
        (str(plane_notes.get("err") or ""), psf_note),
        (origins.get("err", Provenance.GIVEN), origins.get(name, Provenance.GIVEN)),
        inner,
        options.max_shift,
    )
    if caveat:
        plain = plain._replace(caveats=(caveat,))
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
def _build_context(
    shape: tuple[int, int],
    name: str,
    noisy: bool,
    matched: bool | None,
    notes_given: tuple[str, str],
    origins: tuple[Provenance, Provenance],
    inner: float | None,
    max_shift: float,
) -> FitContext:
    """Return the context without a PSF, which many cutouts share.

    ``matched`` is the cutout's metadata on the template, ``notes_given`` are the notes on ``err``
    and on the FWHM, and ``origins`` are the provenances of ``err`` and the template.
    """
    err_note, fwhm_note = notes_given
    caveats: tuple[str, ...] = ()
    if Provenance.ESTIMATED in origins[0]:
        caveats += ("err is only estimated",)
    if matched is None:
        matched = name == "convolved" and Provenance.REPROJECTED not in origins[1]
    if not matched:
        caveats += ("the template is not matched to the image's PSF and flux",)
    notes: tuple[str, ...] = (f"err {err_note}",) if err_note else ()
    if noisy:
        notes += ("the template's error is added, times the scale",)
    if fwhm_note:
        notes += (fwhm_note,)
    limit = largest_shift(shape)
    if max_shift > limit:
        notes += (f"max_shift {max_shift:g} is more than {limit:g}, half of the cutout",)
    box = central_box(shape, inner)
    return FitContext(name, box, box, None, math.nan, (math.nan, math.nan), caveats, notes)


def _choose_psf(meta: Any, options: FitOptions) -> tuple[Psf | None, str]:
    """Return the PSF to fit, and a note on the origin of its FWHM."""
    if options.psf is not None:
        return options.psf, options.psf_note
    if options.fwhm is not None:
        if _is_width(options.fwhm):
            return _make_gaussian(float(options.fwhm)), ""
        return None, f"FWHM {options.fwhm} is no width: taken as not known"
    value = meta.get("fwhm") if hasattr(meta, "get") else None
    if value is not None and _is_width(value):
        return Gaussian(float(value)), "FWHM from the cutout's metadata"
    return None, "" if value is None else "the FWHM in the cutout's metadata is no width"


@lru_cache(maxsize=16)
def _make_gaussian(fwhm: float) -> Gaussian:
    return Gaussian(fwhm)


def _is_width(value: Any) -> bool:
    return _is_number(value) and float(value) > 0


def _position(cutout: Any, shape: tuple[int, ...]) -> tuple[float, float]:
    """Return the candidate's position in cutout pixels.

    Without a position in the cutout, it is the centre plus the fractions of ``meta``'s x and y.
    """
    position = getattr(cutout, "position", None)
    if position is not None and _is_number(position[0]) and _is_number(position[1]):
        return float(position[0]), float(position[1])
    meta = cutout["meta"] if "meta" in cutout else {}
    centre = []
    for key, size in (("x", shape[1]), ("y", shape[0])):
        value: Any = meta.get(key) if hasattr(meta, "get") else None
        fraction = float(value) - math.floor(float(value) + 0.5) if _is_number(value) else 0.0
        centre.append(0.5 * (size - 1) + fraction)
    return centre[0], centre[1]


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if value is np.ma.masked:
        return False
    try:
        return math.isfinite(float(value))
    except (TypeError, ValueError):
        return False
