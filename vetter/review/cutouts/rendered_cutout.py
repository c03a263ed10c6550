"""A frame: one candidate's cutout with everything that the panels paint, made off the window."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from vetter.core.coordinates.sky import orientation
from vetter.core.cutout.crop import recentred
from vetter.core.cutout.plane import NOT_COVERING, Provenance
from vetter.core.cutout_source import ManyFields, Place, has_epochs
from vetter.core.display.rendering import Limits, Picture, render
from vetter.core.display.style import DisplayStyle
from vetter.errors import VetterError, in_words

if TYPE_CHECKING:
    from astropy.wcs import WCS

    from vetter.core.cutout.cutout import Cutout
    from vetter.core.cutout_source import CutoutSource

Array = npt.NDArray[Any]
T = TypeVar("T")

Target = int | Place
"""What a frame is of: a row of the list, or a place on an image where the list has none."""

NO_DATA = "no data (all NaN)"
NOT_HERE = "this image has no such plane"
OFF_THE_IMAGE = "off the image"


class Shift(NamedTuple):
    """Where a fit moved the template, pixels along x and y.

    ``at_bound``: it would go further, so that length and direction say little.
    """

    dx: float
    dy: float
    at_bound: bool = False


# By identity: two residuals have no equality that is one truth value.
@dataclass(frozen=True, slots=True, eq=False)
class FitPanel:
    """What a fit has to show: the residual, shape (ny, nx), or in words why there is none."""

    residual: Array | None = None
    reason: str | None = None
    shift: Shift | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RenderedCutout:
    """One candidate, ready to be painted.

    Attributes
    ----------
    row : int
        Its row in the candidate list; -1 for a place without a candidate.
    radius : float
        What the cutout was asked for with, in pixels.
    cutout : Cutout or None
        Read-only; None where it could not be made.
    pictures : dict of str to ndarray, shape (ny, nx), uint32
        0xffRRGGBB, first row lowest; in the order of the panels.
    limits : dict of str to (float, float)
        What the darkest and the brightest pixel of each picture stand for.
    error : str or None
        Why there is no cutout, in words.
    name : str
        The candidate's.
    planes : dict of str to ndarray, shape (ny, nx)
        The values behind the pictures, the fit's residual among them.
    states : dict of str to str
        Planes that have no pixels to show, and why not.
    notes : dict of str to str
        What is to be known of a plane: 'estimated from the image', 'reprojected'...
    provenance : dict of str to Provenance
        How the planes came to be, where no file held them.
    position : (float, float) or None
        The candidate in cutout pixels (x, y), 0-based, not rounded.
    north, east : float or None
        Their directions, degrees from +x towards +y.
    pixel_scale : float or None
        Arcseconds per pixel.
    shift : Shift or None
        Of the fit whose residual is among the planes.
    expected : tuple of str
        The planes of the input, some of which this image may lack: panels keep their places.
    looks : DisplayStyle or None
        What the pictures were drawn with; None where there is none.
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
    expected: tuple[str, ...] = ()
    looks: DisplayStyle | None = None

    @property
    def plane_names(self) -> tuple[str, ...]:
        """The panels, in order: planes with pictures, then those that only have words."""
        present = dict.fromkeys((*self.pictures, *self.states))
        first = (name for name in self.expected if name in present)
        return tuple(_in_order(dict.fromkeys((*first, *present))))

    @property
    def shape(self) -> tuple[int, int] | None:
        """(rows, columns) of the pictures, or None where there is none."""
        for picture in self.pictures.values():
            return int(picture.shape[0]), int(picture.shape[1])
        return None

    @property
    def nbytes(self) -> int:
        """The memory that its arrays take."""
        return sum(array.nbytes for array in (*self.planes.values(), *self.pictures.values()))


def render_cutout(
    source: CutoutSource,
    spot: Target,
    radius: float,
    looks: DisplayStyle,
    adjusted: FitPanel | None = None,
) -> RenderedCutout:
    """Read a cutout and make it ready; whatever goes wrong is told by `RenderedCutout.error`."""
    row, name = _named(source, spot)
    try:
        frame = _unpainted(source, spot, radius, _cutout(source, spot, radius).read_only())
        return repaint(frame, looks, adjusted)
    except VetterError as error:
        words = str(error)
    except Exception as error:  # One bad candidate must not end the thread that builds all.
        words = f"no cutout: {in_words(error)}"
    return RenderedCutout(row, radius, None, {}, {}, words, name)


def _named(source: CutoutSource, spot: Target) -> tuple[int, str]:
    if isinstance(spot, Place):
        return -1, source.fields[spot.field].name
    return spot, source.candidates.name(spot)


def _cutout(source: CutoutSource, spot: Target, radius: float) -> Cutout:
    if isinstance(spot, Place):
        assert isinstance(source, ManyFields), "only a list of several images has such places"
        return source.cutout_at(spot, radius)
    return source.cutout(spot, radius)


def rendered_from(row: int, name: str, cutout: Cutout, looks: DisplayStyle) -> RenderedCutout:
    """Return the frame of a cutout that has been read, whose own WCS gives the directions."""
    radius = (max(cutout.shape) - 1) / 2
    return repaint(_of_cutout(row, name, radius, cutout, wcs=None, expected=()), looks)


def repaint(
    frame: RenderedCutout, looks: DisplayStyle, adjusted: FitPanel | None = None
) -> RenderedCutout:
    """The same frame with other looks or another fit; reads no file."""
    if frame.cutout is None:
        return frame
    planes, states = _with_fit(frame, frame.cutout, adjusted)
    pictures, limits = _drawn(frame, planes, looks)
    shift = None if adjusted is None else adjusted.shift
    return dataclasses.replace(
        frame,
        planes=planes,
        pictures=pictures,
        limits=limits,
        states=states,
        shift=shift,
        looks=looks,
    )


def _with_fit(
    frame: RenderedCutout, cutout: Cutout, adjusted: FitPanel | None
) -> tuple[dict[str, Array], dict[str, str]]:
    """The planes with the residual of a fit among them, and what those without pixels say."""
    planes = dict(cutout.planes)
    states = _empty_planes(planes, frame)
    said = cutout.notes
    states |= {name: said.get(name, NOT_HERE) for name in frame.expected if name not in planes}
    states |= cutout.unread
    if adjusted is not None:
        planes.pop("adjusted", None)
    if adjusted is not None and adjusted.residual is not None:
        try:
            planes["adjusted"] = recentred(adjusted.residual, cutout.shape)
        except ValueError:
            states["adjusted"] = "the fit was made on a cutout of another shape"
    elif adjusted is not None:
        states["adjusted"] = adjusted.reason or "not fitted"
    return _in_order(planes), states


def _drawn(
    frame: RenderedCutout, planes: dict[str, Array], looks: DisplayStyle
) -> tuple[dict[str, Picture], dict[str, Limits]]:
    """All planes; where only a fit has come, just its residual, with the limits of `diff`."""
    if frame.looks != looks:
        return render(planes, looks)
    names = ("diff", "adjusted") if "adjusted" in planes else ()
    fit = {name: planes[name] for name in names if name in planes}
    new, ends = render(fit, looks)
    pictures = {name: new[name] if name in fit else frame.pictures[name] for name in planes}
    limits = {name: frame.limits[name] for name in planes if name in frame.limits} | ends
    return pictures, limits


def _in_order(planes: dict[str, T]) -> dict[str, T]:
    """The adjusted difference beside the difference: the two are compared each minute."""
    if "adjusted" not in planes or "diff" not in planes:
        return planes
    names = [name for name in planes if name != "adjusted"]
    names.insert(names.index("diff") + 1, "adjusted")
    return {name: planes[name] for name in names}


def _unpainted(source: CutoutSource, spot: Target, radius: float, cutout: Cutout) -> RenderedCutout:
    row, name = _named(source, spot)
    number = spot.field if isinstance(spot, Place) else source.field_of(spot)
    # Of one image all candidates have the same planes, unless one cannot be read.
    expected = source.plane_names if has_epochs(source) or cutout.unread else ()
    return _of_cutout(row, name, radius, cutout, source.fields[number].wcs, expected)


def _of_cutout(
    row: int,
    name: str,
    radius: float,
    cutout: Cutout,
    wcs: WCS | None,
    expected: tuple[str, ...],
) -> RenderedCutout:
    lie = _lie(wcs, cutout)
    north, east, scale = lie if lie is not None else (None, None, None)
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
        expected=expected,
    )


def _position(cutout: Cutout) -> tuple[float, float]:
    try:
        return cutout.position
    except VetterError:
        return (cutout.shape[1] - 1) / 2, (cutout.shape[0] - 1) / 2


def _lie(wcs: WCS | None, cutout: Cutout) -> tuple[float, float, float] | None:
    """How the cutout lies on the sky at the candidate; ``wcs`` is its image's."""
    try:
        x, y = cutout.position
        # The whole image's WCS spares making one for each cutout from its header.
        if wcs is not None and cutout.origin is not None:
            return orientation(wcs, x + cutout.origin[0], y + cutout.origin[1])
        return None if cutout.wcs is None else orientation(cutout.wcs, x, y)
    except VetterError:
        # An unusable WCS takes the compass away, not the pixels.
        return None


def _empty_planes(planes: Mapping[str, Array], frame: RenderedCutout) -> dict[str, str]:
    """The planes without a single value, and whether the candidate is off the image."""
    pixels = {name: plane for name, plane in planes.items() if plane.dtype.kind == "f"}
    empty = [name for name, plane in pixels.items() if not np.isfinite(plane).any()]
    masked = all(plane.all() for plane in planes.values() if plane.dtype.kind == "b")
    everywhere = masked and len(empty) > 1 and len(empty) == len(pixels)
    said = dict.fromkeys(empty, OFF_THE_IMAGE if everywhere else NO_DATA)
    notes = frame.notes
    return said | {name: NOT_COVERING for name in empty if notes.get(name) == NOT_COVERING}
