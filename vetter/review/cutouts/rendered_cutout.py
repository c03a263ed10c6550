"""Frame of a candidate: its cutout with all that the panels paint, built outside the GUI thread."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from vetter.core.coordinates.sky import orientation
from vetter.core.cutout.crop import recentre
from vetter.core.cutout.plane import NOT_COVERING, Provenance
from vetter.core.cutout.sky_marks import MarkKind, PixelMark, pixel_marks
from vetter.core.cutout_source import ManyFields, SkyPosition, has_epochs
from vetter.core.display.hatch import hatch_strokes
from vetter.core.display.plane_noise import DEFAULT_FWHM, PlaneNoise, measure_noise
from vetter.core.display.rendering import Limits, Picture, plane_limits, render_scaled
from vetter.core.display.scale import Scale, is_mask, is_outside, plane_scales
from vetter.core.display.style import SHARING, DisplayStyle
from vetter.errors import VetterError, describe_error
from vetter.review.cutouts.other_detections import other_detections

if TYPE_CHECKING:
    from astropy.wcs import WCS

    from vetter.core.candidates.candidate_list import CandidateList
    from vetter.core.cutout.cutout import Cutout
    from vetter.core.cutout_source import CutoutSource

Array = npt.NDArray[Any]
T = TypeVar("T")

Target = int | SkyPosition
"""Subject of a frame: a row of the list, or a place on an image without a candidate."""

NO_DATA = "no data (all NaN)"
NOT_HERE = "this image has no such plane"
OFF_THE_IMAGE = "off the image"
SNR = "snr"
"""Plane made here of the difference over its noise."""

_MAX_FWHM = 20.0

REFIT = "refit template"
"""Name of the template as the fit has shifted and scaled it, among the planes to blink."""
NEAR_FWHM = 2.0
"""Distance within which a bad pixel is near, in FWHM of the PSF."""
USUAL_FWHM = 4.0
"""FWHM of an unknown PSF, in pixels."""


class Shift(NamedTuple):
    """Shift of the template in a fit, pixels along x and y.

    ``at_bound``: the shift is on its bound, so its length and direction mean little.
    """

    dx: float
    dy: float
    at_bound: bool = False


# eq=False: the comparison of two residuals is an array, not one truth value.
@dataclass(frozen=True, slots=True, eq=False)
class FitPanel:
    """Content of the fit's panel: the residual, shape (ny, nx), or the reason for its absence."""

    residual: Array | None = None
    reason: str | None = None
    shift: Shift | None = None


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class RenderedCutout:
    """A candidate's frame, ready to be painted.

    Attributes
    ----------
    row : int
        Its row in the candidate list; -1 for a place without a candidate.
    radius : float
        The requested radius of the cutout, in pixels.
    cutout : Cutout or None
        Read-only; None if it could not be made.
    pictures : dict of str to ndarray, shape (ny, nx), uint32
        0xffRRGGBB, first row lowest; in the order of the panels.
    limits : dict of str to (float, float)
        The values of the darkest and the brightest pixel of each picture.
    error : str or None
        The reason for a missing cutout, in words for the user.
    name : str
        The candidate's name.
    planes : dict of str to ndarray, shape (ny, nx)
        The values of the pictures, including the fit's residual.
    states : dict of str to str
        For each plane without pixels to show, the reason.
    notes : dict of str to str
        Notes on planes, for the user: 'estimated from the image', 'reprojected'...
    provenance : dict of str to Provenance
        The origin of planes that no file contains.
    position : (float, float) or None
        The candidate in cutout pixels (x, y), 0-based, not rounded.
    north, east : float or None
        Directions of north and east, degrees from +x towards +y.
    pixel_scale : float or None
        Arcseconds per pixel.
    shift : Shift or None
        Shift of the fit whose residual is among the planes.
    marks : tuple of PixelMark
        Marks of an alert packet, and other detections of the object, in cutout pixels.
    expected : tuple of str
        The planes of the input, some of which this image may lack: panels keep their places.
    looks : DisplayStyle or None
        Display style of the pictures; None before they are drawn.
    noise : dict of str to PlaneNoise
        Sky and noise of the planes, measured once for all styles.
    own_limits : frozenset of str
        Planes with their own limits because they have no pixel in the shared ones.
    unit : str
        Unit of the image's pixels; empty if unknown.
    blinks : dict of str to ndarray, shape (ny, nx), uint32
        Pictures for a blink with the image, all with the limits of the image: planes that have
        other limits in `pictures`, and `REFIT`.
    hatch : ndarray, shape (k, 4)
        Diagonal strokes through the bad pixels of all masks: see `hatch_strokes`.
    is_bad_near : bool
        Whether a pixel within 2 FWHM of the candidate is bad.
    """

    row: int
    radius: float
    cutout: Cutout | None
    pictures: Mapping[str, Picture]
    limits: Mapping[str, Limits]
    error: str | None = None
    name: str = ""
    planes: Mapping[str, Array] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    provenance: Mapping[str, Provenance] = field(default_factory=dict)
    position: tuple[float, float] | None = None
    north: float | None = None
    east: float | None = None
    pixel_scale: float | None = None
    shift: Shift | None = None
    marks: tuple[PixelMark, ...] = ()
    expected: tuple[str, ...] = ()
    looks: DisplayStyle | None = None
    noise: Mapping[str, PlaneNoise] = field(default_factory=dict)
    own_limits: frozenset[str] = frozenset()
    unit: str = ""
    blinks: Mapping[str, Picture] = field(default_factory=dict)
    hatch: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 4), np.int64))
    is_bad_near: bool = False

    @property
    def plane_names(self) -> tuple[str, ...]:
        """The panels, in order: planes with pictures, then planes with text only."""
        present = dict.fromkeys((*self.pictures, *self.states))
        first = (name for name in self.expected if name in present)
        return tuple(_order_planes(dict.fromkeys((*first, *present))))

    @property
    def shape(self) -> tuple[int, int] | None:
        """(rows, columns) of the pictures, or None without pictures."""
        for picture in self.pictures.values():
            return int(picture.shape[0]), int(picture.shape[1])
        return None

    @property
    def nbytes(self) -> int:
        """Size of its arrays in memory, in bytes."""
        pictures = (*self.pictures.values(), *self.blinks.values())
        return sum(array.nbytes for array in (*self.planes.values(), *pictures))


def render_cutout(
    source: CutoutSource,
    target: Target,
    radius: float,
    looks: DisplayStyle,
    adjusted: FitPanel | None = None,
) -> RenderedCutout:
    """Read and draw a cutout; after a failure `RenderedCutout.error` holds the reason."""
    row, name = _row_and_name(source, target)
    try:
        frame = _unpainted_frame(
            source, target, radius, _read_cutout(source, target, radius).read_only()
        )
        return repaint(frame, looks, adjusted)
    except VetterError as error:
        reason = str(error)
    except Exception as error:  # One bad candidate must not end the thread that builds all.
        reason = f"no cutout: {describe_error(error)}"
    return RenderedCutout(row, radius, None, {}, {}, reason, name)


def _row_and_name(source: CutoutSource, target: Target) -> tuple[int, str]:
    if isinstance(target, SkyPosition):
        return -1, source.fields[target.field].name
    return target, source.candidates.name(target)


def _read_cutout(source: CutoutSource, target: Target, radius: float) -> Cutout:
    if isinstance(target, SkyPosition):
        assert isinstance(source, ManyFields), "only a list of several images has such places"
        return source.cutout_at(target, radius)
    return source.cutout(target, radius)


def rendered_from(
    candidates: CandidateList, row: int, cutout: Cutout, looks: DisplayStyle
) -> RenderedCutout:
    """Return the frame of a cutout in memory, with the limits of `render_cutout`.

    The cutout's own WCS gives the directions.
    """
    radius = (max(cutout.shape) - 1) / 2
    name = candidates.name(row)
    frame = _frame_of_cutout(row, name, radius, cutout, wcs=None, expected=())
    return repaint(_measure(frame, cutout, candidates), looks)


def repaint(
    frame: RenderedCutout, looks: DisplayStyle, adjusted: FitPanel | None = None
) -> RenderedCutout:
    """Return the frame with other looks or another fit; reads no file."""
    if frame.cutout is None:
        return frame
    planes, states = _add_fit(frame, frame.cutout, adjusted)
    pictures, limits, own = _draw(frame, planes, looks)
    shift = None if adjusted is None else adjusted.shift
    return dataclasses.replace(
        frame,
        planes=planes,
        pictures=pictures,
        limits=limits,
        states=states,
        shift=shift,
        looks=looks,
        own_limits=own,
        blinks=_draw_blinks(frame, planes, limits, looks),
    )


def _draw_blinks(
    frame: RenderedCutout,
    planes: Mapping[str, Array],
    limits: Mapping[str, Limits],
    looks: DisplayStyle,
) -> dict[str, Picture]:
    """Return pictures of the planes to blink whose limits are not those of the image.

    The refit template is the image without the residual of the fit: the template shifted,
    scaled and with the fitted background. Differences, noise and masks keep their pictures, and so
    does a plane of the user's choice whose values are all outside of the image's limits.
    """
    ends = limits.get("image")
    if ends is None:
        return {}
    sky = {name: plane for name, plane in planes.items() if _is_sky(name, plane, looks)}
    sharing = {name: sky[name] for name in SHARING if name in sky}
    chosen = {name: sky[name] for name in looks.blinks or SHARING if name in sky}
    others = {name: plane for name, plane in chosen.items() if limits.get(name) != ends}
    if "adjusted" in planes:
        others[REFIT] = planes["image"] - planes["adjusted"]
    if not others or "image" not in sharing:
        return {}
    scale = plane_scales(sharing, looks, frame.noise)["image"]
    own = {name for name in others if name in planes and name not in SHARING}
    drawn = {n: p for n, p in others.items() if n not in own or not is_outside(p, scale)}
    return render_scaled(drawn, looks, dict.fromkeys(drawn, scale))


def _is_sky(name: str, plane: Array, looks: DisplayStyle) -> bool:
    return looks.group_of(name) == "sky" and not is_mask(name, plane, looks)


def _add_fit(
    frame: RenderedCutout, cutout: Cutout, adjusted: FitPanel | None
) -> tuple[dict[str, Array], dict[str, str]]:
    """Return the planes with the fit's residual, and the texts of planes without pixels."""
    planes = _insert_snr(cutout.planes, frame.planes.get(SNR))
    states = _explain_empty_planes(planes, frame, cutout.origin is not None)
    notes = cutout.notes
    states |= {name: notes.get(name, NOT_HERE) for name in frame.expected if name not in planes}
    states |= cutout.unread
    if adjusted is not None:
        planes.pop("adjusted", None)
    if adjusted is not None and adjusted.residual is not None:
        try:
            planes["adjusted"] = _on_cutout(adjusted.residual, cutout)
        except ValueError:
            states["adjusted"] = "the fit was made on a cutout of another shape"
    elif adjusted is not None:
        states["adjusted"] = adjusted.reason or "not fitted"
    return _order_planes(planes), states


def _on_cutout(residual: Array, cutout: Cutout) -> Array:
    """Return a residual on the pixels of a cutout; ValueError if its shape does not allow that."""
    offset = cutout.offset_in_whole
    if offset is None:
        return recentre(residual, cutout.shape)
    rows, columns = cutout.shape
    part = residual[offset[1] : offset[1] + rows, offset[0] : offset[0] + columns]
    if part.shape != cutout.shape:
        raise ValueError(f"shapes {residual.shape} and {cutout.shape}")
    return part


def _draw(
    frame: RenderedCutout, planes: dict[str, Array], looks: DisplayStyle
) -> tuple[dict[str, Picture], dict[str, Limits], frozenset[str]]:
    """Return pictures and limits of all planes, and the names of those with their own limits.

    If only the fit is new, its residual alone is drawn, with the limits of `diff`.
    """
    if frame.looks != looks:
        scales = plane_scales(planes, looks, frame.noise)
        own = frozenset(name for name, scale in scales.items() if scale.own)
        return render_scaled(planes, looks, scales), plane_limits(scales), own
    names = ("diff", "adjusted") if "adjusted" in planes else ()
    fit = {name: planes[name] for name in names if name in planes}
    fit_scales: dict[str, Scale] = plane_scales(fit, looks, frame.noise)
    new = render_scaled(fit, looks, fit_scales)
    pictures = {name: new[name] if name in fit else frame.pictures[name] for name in planes}
    limits = {name: frame.limits[name] for name in planes if name in frame.limits}
    return pictures, limits | plane_limits(fit_scales), frame.own_limits


def _order_planes(planes: dict[str, T]) -> dict[str, T]:
    """Return the planes with `adjusted` after `diff`, since the user compares the two often."""
    if "adjusted" not in planes or "diff" not in planes:
        return planes
    names = [name for name in planes if name != "adjusted"]
    names.insert(names.index("diff") + 1, "adjusted")
    return {name: planes[name] for name in names}


def _unpainted_frame(
    source: CutoutSource, target: Target, radius: float, cutout: Cutout
) -> RenderedCutout:
    row, name = _row_and_name(source, target)
    number = target.field if isinstance(target, SkyPosition) else source.field_of(target)
    # Candidates of one image have the same planes, unless a plane cannot be read.
    expected = source.plane_names if has_epochs(source) or cutout.unread else ()
    field = source.fields[number]
    known = field.fwhm(measure=False)
    near = NEAR_FWHM * (USUAL_FWHM if known is None else known.value)
    frame = _frame_of_cutout(row, name, radius, cutout, field.wcs, expected, near)
    frame = _add_other_detections(frame, source, row, cutout)
    return _measure(_add_snr(frame, cutout), cutout, source.candidates)


def _add_other_detections(
    frame: RenderedCutout, source: CutoutSource, row: int, cutout: Cutout
) -> RenderedCutout:
    """Return the frame with marks of earlier and later detections of its object."""
    others = other_detections(source, row, cutout, frame.pixel_scale)
    if not others or frame.north is None or frame.east is None or frame.pixel_scale is None:
        return frame
    candidates = source.candidates
    centre = float(candidates.ra[row]), float(candidates.dec[row])
    directions = frame.north, frame.east, frame.pixel_scale
    placed = pixel_marks(others, centre, _position(cutout), *directions)
    return dataclasses.replace(frame, marks=(*frame.marks, *placed))


def _frame_of_cutout(
    row: int,
    name: str,
    radius: float,
    cutout: Cutout,
    wcs: WCS | None,
    expected: tuple[str, ...],
    near: float = math.inf,
) -> RenderedCutout:
    directions = _sky_orientation(wcs, cutout)
    bad = _bad_pixels(cutout)
    north, east, scale = directions if directions is not None else (None, None, None)
    return RenderedCutout(
        row,
        radius,
        cutout,
        {},
        {},
        name=name,
        states={},
        notes=dict(cutout.notes),
        provenance=dict(cutout.provenance),
        position=_position(cutout),
        north=north,
        east=east,
        pixel_scale=scale,
        marks=() if directions is None else _place_marks(cutout, *directions),
        expected=expected,
        unit=cutout.unit,
        hatch=hatch_strokes(bad),
        is_bad_near=_is_bad_near(bad, *_position(cutout), near),
    )


def _bad_pixels(cutout: Cutout) -> npt.NDArray[np.bool_]:
    """Return where any mask of a cutout is bad, shape (ny, nx)."""
    bad = np.zeros(cutout.shape, bool)
    for plane in cutout.planes.values():
        if plane.dtype.kind == "b":
            bad |= plane
    return bad


def _is_bad_near(bad: npt.NDArray[np.bool_], x: float, y: float, near: float) -> bool:
    rows, columns = np.nonzero(bad)
    return bool((np.hypot(columns - x, rows - y) <= near).any())


def _measure(frame: RenderedCutout, cutout: Cutout, candidates: CandidateList) -> RenderedCutout:
    planes = _insert_snr(cutout.planes, frame.planes.get(SNR))
    fwhm = _fwhm(candidates, cutout)
    return dataclasses.replace(frame, noise=measure_noise(planes, frame.position, fwhm))


def _fwhm(candidates: CandidateList, cutout: Cutout) -> float:
    """Return the candidate's FWHM in pixels from its column, or a usual one."""
    column = candidates.roles.fwhm
    value = math.nan if column is None else _to_float(cutout.meta.get(column))
    return value if 1 <= value <= _MAX_FWHM else DEFAULT_FWHM


def _add_snr(frame: RenderedCutout, cutout: Cutout) -> RenderedCutout:
    """Return the frame with diff / err as a plane, unless the input has such a plane."""
    planes, made = cutout.planes, cutout.provenance
    if SNR in planes or not {"diff", "err"} <= planes.keys():
        return frame
    err = planes["err"]
    if "template_err" in planes:
        err = np.hypot(err, planes["template_err"])
    # A damaged file may hold signalling NaN, and numbers near the end of their range.
    with np.errstate(all="ignore"):
        snr = np.where(err > 0, planes["diff"] / err, np.nan)
    snr.flags.writeable = False
    estimated = made.get("err", Provenance.GIVEN) & Provenance.ESTIMATED
    return dataclasses.replace(
        frame,
        planes={SNR: snr},
        notes={**frame.notes, SNR: "diff / estimated err" if estimated else "diff / err"},
        provenance={**frame.provenance, SNR: Provenance.COMPUTED | estimated},
    )


def _insert_snr(planes: Mapping[str, Array], snr: Array | None) -> dict[str, Array]:
    """Return the planes, with the computed S/N after the noise."""
    if snr is None or SNR in planes:
        return dict(planes)
    ordered = {}
    for name, plane in planes.items():
        ordered[name] = plane
        if name == "err":
            ordered[SNR] = snr
    return ordered


def _place_marks(cutout: Cutout, north: float, east: float, scale: float) -> tuple[PixelMark, ...]:
    if not cutout.sky_marks:
        return ()
    centre = tuple(_to_float(cutout.meta.get(name)) for name in ("ra", "dec"))
    if not all(map(math.isfinite, centre)):
        return ()
    own = [mark for mark in cutout.sky_marks if mark.kind is not MarkKind.DETECTION]
    return pixel_marks(own, (centre[0], centre[1]), _position(cutout), north, east, scale)


def _to_float(value: Any) -> float:
    return float(value) if isinstance(value, (int, float, np.number)) else math.nan


def _position(cutout: Cutout) -> tuple[float, float]:
    try:
        return cutout.position
    except VetterError:
        return (cutout.shape[1] - 1) / 2, (cutout.shape[0] - 1) / 2


def _sky_orientation(wcs: WCS | None, cutout: Cutout) -> tuple[float, float, float] | None:
    """Return directions of north and east and pixel scale at the candidate; None without WCS.

    ``wcs`` is the image's.
    """
    try:
        x, y = cutout.position
        # The whole image's WCS spares making one for each cutout from its header.
        if wcs is not None and cutout.origin is not None:
            return orientation(wcs, x + cutout.origin[0], y + cutout.origin[1])
        return None if cutout.wcs is None else orientation(cutout.wcs, x, y)
    except VetterError:
        # With an unusable WCS the frame lacks only the compass.
        return None


def _explain_empty_planes(
    planes: Mapping[str, Array], frame: RenderedCutout, is_cut_here: bool
) -> dict[str, str]:
    """Return a text for each all-NaN plane: no data, or the candidate is off the image.

    Only a cutout that was cut from an image here can be off it; a stamp has no data.
    """
    pixels = {name: plane for name, plane in planes.items() if plane.dtype.kind == "f"}
    empty = [name for name, plane in pixels.items() if not np.isfinite(plane).any()]
    masked = all(plane.all() for plane in planes.values() if plane.dtype.kind == "b")
    everywhere = is_cut_here and masked and len(empty) > 1 and len(empty) == len(pixels)
    states = dict.fromkeys(empty, OFF_THE_IMAGE if everywhere else NO_DATA)
    notes = frame.notes
    return states | {name: NOT_COVERING for name in empty if notes.get(name) == NOT_COVERING}
