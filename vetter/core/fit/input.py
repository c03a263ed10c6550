"""Input of a fit: planes as finite floats of one shape, boxes, PSF, position and caveats."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.cutout import Cutout, missing
from vetter.core.cutout.plane import Provenance
from vetter.core.fit.adjustment import Adjustment, FitOptions, failed, largest_shift
from vetter.core.fit.pixels import (
    Box,
    central_box,
    filled,
    mode,
    mode_of,
    reach,
    template_bad,
    widened,
)
from vetter.core.psf.models import Gaussian, Psf

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

READ = ("image", "convolved", "template", "err", "mask", "template_mask", "template_err")
"""The planes that a fit may read; of ``convolved`` and ``template`` the first that there is."""


@dataclass(frozen=True, slots=True, eq=False)
class FitInput:
    """What one fit reads; all arrays have the cutout's shape (ny, nx).

    Attributes
    ----------
    image, template : ndarray
        Finite everywhere: what is not known is filled, and does not count.
    err : ndarray
        As given.
    template_variance : ndarray, optional
        Of the template's error plane, to be added with the square of the scale.
    usable : bool ndarray, optional
        Pixels that may enter: finite, unmasked, err > 0, clear of the template's bad pixels;
        None: all.
    unknown : bool ndarray, optional
        Where image or template is not known, and so the residual is not; None: nowhere.
    bg, tbg : float
        Modes of the good pixels of image and template.
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


def read_many(cutouts: Sequence[Any], options: FitOptions) -> list[FitInput | Adjustment]:
    """As :func:`read` for each; those with nothing bad in them together."""
    # Infinities of both signs, sums that overflow: found, and said, without numpy's warnings.
    with np.errstate(all="ignore"):
        return _read_many(cutouts, options)


def _read_many(cutouts: Sequence[Any], options: FitOptions) -> list[FitInput | Adjustment]:
    taken: list[FitInput | Adjustment | None] = [None] * len(cutouts)
    alike: dict[tuple[object, str], list[int]] = {}
    if len(cutouts) > 1:
        for index, cutout in enumerate(cutouts):
            given = _given(cutout)
            name = "convolved" if _has(given, "convolved") else "template"
            if _plain(given, name) and not getattr(cutout, "unread", None):
                alike.setdefault((given["image"].shape, name), []).append(index)
    for (_, name), members in alike.items():
        alike_given = [_given(cutouts[i]) for i in members]
        planes = [_planes([given[key] for given in alike_given]) for key in ("image", name, "err")]
        _read_plain(cutouts, members, planes, name, options, taken)
    return [read(c, options) if t is None else t for c, t in zip(cutouts, taken, strict=True)]


def _given(cutout: Any) -> Any:
    """The planes by name: of a Cutout its own dictionary, which is quicker to ask."""
    return cutout.planes if isinstance(cutout, Cutout) and not cutout.extras else cutout


def _planes(given: list[Any]) -> Array:
    """Planes of one shape as native floats of their own, (k, ny, nx)."""
    joined: Array = np.concatenate(given, dtype=np.float64)
    return joined.reshape(len(given), *given[0].shape)


def _plain(cutout: Any, name: str) -> bool:
    """Whether there are the three planes, of one shape, and no other that matters."""
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
    taken: list[FitInput | Adjustment | None],
) -> None:
    """Fill in ``taken`` for those of the members that have nothing bad in them."""
    image, template, err = planes
    count = len(members)
    clean = err.min(axis=(1, 2)) > TINY
    for plane in planes:
        clean &= np.isfinite(plane.sum(axis=(1, 2)))
    bg, tbg = (mode(plane.reshape(count, -1)).tolist() for plane in (image, template))
    for k in np.flatnonzero(clean).tolist():
        cutout = cutouts[members[k]]
        known = fit_context(cutout, image.shape[1:], name, False, options)
        taken[members[k]] = FitInput(
            image[k], template[k], err[k], None, None, None, bg[k], tbg[k], known
        )


def read(cutout: Any, options: FitOptions) -> FitInput | Adjustment:
    """Take a cutout's planes apart; an Adjustment that says why where they cannot be fitted.

    Parameters
    ----------
    cutout : Cutout or mapping
        With ``image``, ``err``, and ``convolved`` or ``template``; ``mask``, ``template_mask`` and
        ``template_err`` where there are such. Left as it is.
    """
    given = _given(cutout)
    if (unread := getattr(cutout, "unread", None)) and (why := _unread(given, unread)):
        return failed(why, unread=True)
    name = "convolved" if _has(given, "convolved") else "template"
    for wanted in ("image", name, "err"):
        if not _has(given, wanted):
            return failed(f"there is no {_NAMES.get(wanted, wanted)} plane")
    if _plain(given, name) and (clean := _read_clean(cutout, given, name, options)):
        return clean
    planes = {key: _floats(given[key]) for key in ("image", name, "err")}
    image, template, err = planes["image"], planes[name], planes["err"]
    if image is None or template is None or err is None or image.size == 0:
        return failed("a plane is not a two-dimensional array of numbers", template=name)
    shape = image.shape
    for key in (name, "err", "mask", "template_mask", "template_err"):
        if _has(given, key) and np.shape(given[key]) != shape:
            return failed(f"{key} has another shape than image", template=name)
    mask, template_mask = _flags(given, "mask"), _flags(given, "template_mask")
    noise = _floats(given["template_err"]) if _has(given, "template_err") else None
    known = fit_context(cutout, shape, name, noise is not None, options)
    return _checked(image, template, err, mask, template_mask, noise, known, options)


def _unread(given: Any, unread: Mapping[str, str]) -> str:
    """Which plane that the fit needs could not be read; empty where it can do without.

    Neither the template in place of one convolved nor an unknown mask gives the same result.
    """
    needed = [name for name in READ if not (name == "template" and _has(given, "convolved"))]
    return "; ".join(missing(unread, needed))


def _read_clean(cutout: Any, given: Any, name: str, options: FitOptions) -> FitInput | None:
    """As :func:`_read_plain`, of one; None where anything is bad in it."""
    image, template, err = (
        np.ascontiguousarray(given[key], np.float64) for key in ("image", name, "err")
    )
    if not np.minimum.reduce(err, None) > TINY:
        return None
    flux, template_flux, sigmas = (float(np.add.reduce(p, None)) for p in (image, template, err))
    if not math.isfinite(flux + template_flux + sigmas):
        return None
    known = fit_context(cutout, image.shape, name, False, options)
    bg, tbg = mode_of(image.ravel(), flux), mode_of(template.ravel(), template_flux)
    return FitInput(image, template, err, None, None, None, bg, tbg, known)


def _checked(
    image: Array,
    template: Array,
    err: Array,
    mask: Flags | None,
    template_mask: Flags | None,
    template_err: Array | None,
    known: FitContext,
    options: FitOptions,
) -> FitInput | Adjustment:
    bad_image = None if math.isfinite(float(image.sum())) else ~np.isfinite(image)
    hole = template_bad(template, mask, template_mask, err)
    bad_err = _not_positive(err)
    variance = None if template_err is None else template_err * template_err
    unusable = [bad for bad in (bad_image, mask, bad_err) if bad is not None]
    if variance is not None:
        unusable.append(~np.isfinite(variance))
    if hole is not None:
        unusable.append(widened(hole, reach(options.within(image.shape).max_shift)))
    usable = ~np.logical_or.reduce(unusable) if unusable else None
    if usable is not None and not usable.any():
        return failed(
            "no good pixel: all are masked, off the image, without an error or near template holes",
            template=known.template,
            caveats=known.caveats,
        )
    bg, tbg = _mode(image, bad_image, mask), _mode(template, hole, mask)
    if hole is not None:
        template = filled(template, hole)
    if bad_image is not None:
        image = np.where(bad_image, bg, image)
    unknown = hole if bad_image is None else bad_image if hole is None else hole | bad_image
    return FitInput(image, template, err, variance, usable, unknown, bg, tbg, known)


_NAMES = {"template": "convolved or template"}
TINY = 1e-150


def _has(cutout: Any, name: str) -> bool:
    return cutout.get(name) is not None


def _floats(plane: Any) -> Array | None:
    """Native floats of a two-dimensional plane, NaN where masked; None for anything else."""
    if isinstance(plane, np.ma.MaskedArray):
        plane = np.ma.filled(plane.astype(float), np.nan)
    array = np.asarray(plane)
    if array.ndim != 2 or array.dtype.kind not in "fiub":
        return None
    return np.ascontiguousarray(array, dtype=np.float64)


def _flags(cutout: Any, name: str) -> Flags | None:
    """A mask as booleans: non-zero and NaN are bad; None where nothing is."""
    if not _has(cutout, name):
        return None
    plane: Any = cutout[name]
    flags = plane if type(plane) is np.ndarray else np.asarray(np.ma.filled(plane, True))
    return np.asarray(flags != 0) if flags.any() else None


def _not_positive(err: Array) -> Flags | None:
    """Where not finite, not above 0, or too small to be divided by; None: nowhere."""
    if float(err.min()) > TINY and math.isfinite(float(err.sum())):
        return None
    return ~(np.isfinite(err) & (err > TINY))


def _mode(plane: Array, *bad: Flags | None) -> float:
    """Of the pixels that are in none of the sets; 0 where there is none."""
    given = [flags for flags in bad if flags is not None]
    pixels = plane[~np.logical_or.reduce(given)] if given else plane.ravel()
    return float(mode(pixels)) if pixels.size else 0.0


class FitContext(NamedTuple):
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


def fit_context(
    cutout: Any, shape: tuple[int, ...], name: str, noisy: bool, options: FitOptions
) -> FitContext:
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
) -> FitContext:
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
    return FitContext(name, box, box, None, math.nan, (math.nan, math.nan), caveats, notes)


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
