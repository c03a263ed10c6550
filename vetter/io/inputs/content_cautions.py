"""Cautions on a source's planes and positions, measured in a few boxes and rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.candidates.placement.pixel_convention import sky_to_pixels
from vetter.core.cutout.plane_checks.stamp_differences import Stamp, check_stamps
from vetter.core.cutout_source import CutoutSource, ImageField
from vetter.errors import InputError
from vetter.io.field.content_check import PlaneCheck, check_planes
from vetter.io.field.field_planes import FieldPlanes, open_planes
from vetter.io.field.field_source import FieldSource
from vetter.io.field.planes import ErrorPlane, image_of
from vetter.io.files.cancellation import check_cancelled

if TYPE_CHECKING:
    from vetter.core.cutout.cutout import Cutout

_MAX_FIELDS = 12
"""12 images of a night are checked: a wrong choice of planes is wrong in all of them."""
_MAX_STAMPS = 12
"""12 stamps, spread over the list, are looked at: reading them takes 0.1 s."""
_MAX_ROWS = 1000

Reader = Callable[[Callable[[CutoutSource], Any]], Any]
"""Runs a function with the source while no other thread reads it, and returns its result."""


def content_cautions(source: CutoutSource) -> Iterator[str]:
    """Yield a line for each plane whose pixels contradict its role."""
    for found in content_findings(source):
        yield from found.lines


def content_findings(source: CutoutSource, read: Reader | None = None) -> Iterator[PlaneCheck]:
    """Yield the findings on the planes of one image after another, or of stamps.

    Planes are opened anew, so that another thread may use the source meanwhile. A plane that
    cannot be read is left out: its panel says why.

    Parameters
    ----------
    source : CutoutSource
        Of cutout folders and alert packets a few stamps are looked at.
    read : callable, optional
        Reads a stamp in turn with other threads; default: nobody else uses the source.
    """
    fields = source.fields
    if len(fields) == 1 and fields[0].shape is None:
        yield _check_stamps(source, read or (lambda task: task(source)))
        return
    for field in fields[:: max(1, len(fields) // _MAX_FIELDS)][:_MAX_FIELDS]:
        check_cancelled()
        planes = _planes_of(field)
        if planes is None:
            continue
        try:
            found = check_planes(planes)
        finally:
            planes.close()
        name = f"{field.name}: " if len(fields) > 1 else ""
        yield found._replace(lines=[f"{name}{line}" for line in found.lines])


def _check_stamps(source: CutoutSource, read: Reader) -> PlaneCheck:
    """Check the planes of a few stamps, spread over the list as far as it is read."""
    count = len(source.candidates)
    stamps = []
    for row in np.unique(np.linspace(0, count - 1, min(count, _MAX_STAMPS)).astype(int)).tolist():
        check_cancelled()
        try:
            cutout = read(partial(_read_stamp, row=row))
        except InputError:
            # Its panel says why.
            continue
        stamps.append(Stamp(cutout.planes, *cutout.position))
    found = check_stamps(stamps)
    return PlaneCheck(found.lines, found.differences)


def _read_stamp(source: CutoutSource, row: int) -> Cutout:
    return source.cutout(row, source.default_radius)


def _planes_of(field: ImageField) -> FieldPlanes | None:
    """Return the planes of an image, opened anew; None if it has none or they cannot be used."""
    try:
        if isinstance(field, FieldSource):
            return _reopened(field.field_planes)
        from vetter.io.night.night_source import NightField

        if isinstance(field, NightField):
            # A source of its own: it is closed with its planes.
            return field.opening().field_planes
    except (InputError, OSError):
        return None
    return None


def _reopened(planes: FieldPlanes) -> FieldPlanes:
    specs = {name: str(image_of(plane).name) for name, plane in planes.files.items()}
    converted = {
        plane.kind: specs.pop(name)
        for name, plane in planes.files.items()
        if isinstance(plane, ErrorPlane)
    }
    return open_planes(specs, converted.get("variance"), converted.get("weight"), lenient=True)


def apart_share(source: CutoutSource) -> float:
    """Return the share of candidates whose x and y are over 2 px from their RA and Dec.

    NaN if the list does not give both, or the image has no WCS. At most 1000 rows are compared.
    """
    candidates, wcs = source.candidates, getattr(source, "wcs", None)
    roles = candidates.roles
    if wcs is None or None in (roles.x, roles.y, roles.ra, roles.dec):
        return float("nan")
    step = max(1, len(candidates) // _MAX_ROWS)
    x, y, ra, dec = (
        np.asarray(values[::step], np.float64)
        for values in (candidates.x, candidates.y, candidates.ra, candidates.dec)
    )
    px, py = sky_to_pixels(wcs, ra, dec)
    known = np.isfinite(x) & np.isfinite(y) & np.isfinite(ra) & np.isfinite(dec)
    if not known.any():
        return float("nan")
    # A sky position without a pixel in this WCS is as far from x and y as can be.
    near = np.hypot(x - px, y - py)[known] <= 2
    return 1.0 - float(np.mean(near))
