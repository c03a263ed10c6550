"""Cautions on a source's planes and positions, measured in a few boxes and rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vetter.core.candidates.placement.pixel_convention import sky_to_pixels
from vetter.core.cutout_source import CutoutSource, ImageField
from vetter.errors import InputError
from vetter.io.field.content_check import PlaneCheck, check_planes
from vetter.io.field.field_planes import FieldPlanes, open_planes
from vetter.io.field.field_source import FieldSource
from vetter.io.field.planes import ErrorPlane, image_of
from vetter.io.files.cancellation import check_cancelled

_MAX_FIELDS = 12
"""12 images of a night are checked: a wrong choice of planes is wrong in all of them."""
_MAX_ROWS = 1000


def content_cautions(source: CutoutSource) -> Iterator[str]:
    """Yield a line for each plane whose pixels contradict its role."""
    for found in content_findings(source):
        yield from found.lines


def content_findings(source: CutoutSource) -> Iterator[PlaneCheck]:
    """Yield the findings on the planes of one image after another.

    Planes are opened anew, so that another thread may use the source meanwhile. A plane that
    cannot be read is left out: its panel says why.

    Parameters
    ----------
    source : CutoutSource
        Only lists with planes are checked; stamps and alert packets bring their planes.
    """
    fields = source.fields
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
