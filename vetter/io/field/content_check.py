"""Check of a source's planes against their roles, in a few boxes of each image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vetter.core.cutout.plane import Box
from vetter.core.cutout.plane_content import PlaneContent
from vetter.core.cutout.plane_contradictions import contradictions
from vetter.core.cutout_source import CutoutSource, ImageField
from vetter.core.placement.pixel_convention import sky_to_pixel
from vetter.errors import InputError
from vetter.io.field.field_planes import FieldPlanes, open_planes
from vetter.io.field.planes import ErrorPlane, FilePlane, MaskPlane, image_of
from vetter.io.files.cancelling import check_cancelled
from vetter.io.files.plane_names import IMAGE_ENDINGS, plane_of, without_ending

MAX_FIELDS = 12
"""12 images of a night are checked: a wrong choice of planes is wrong in all of them."""

_BOXES_PER_AXIS = 3
_BOX_SIDE = 128
_MAX_WHOLE = 512
"""Side up to which an image is read whole, pixels."""
_MARGIN = 0.05
"""Share of the image along each edge without boxes, where planes are often empty."""
_MAX_ROWS = 1000
_FLAG_NAMES = ("mask", "err")


def content_cautions(source: CutoutSource) -> Iterator[str]:
    """Yield a line for each plane whose pixels contradict its role; those of one image at a time.

    Planes are opened anew, so that another thread may use the source meanwhile. A plane that
    cannot be read is left out: its panel says why.

    Parameters
    ----------
    source : CutoutSource
        Only lists with planes are checked; stamps and alert packets bring their planes.
    """
    fields = source.fields
    for field in fields[:: max(1, len(fields) // MAX_FIELDS)][:MAX_FIELDS]:
        check_cancelled()
        planes = _planes_of(field)
        if planes is None:
            continue
        try:
            found = check_planes(planes)
        finally:
            planes.close()
        for line in found:
            yield f"{field.name}: {line}" if len(fields) > 1 else line


def _planes_of(field: ImageField) -> FieldPlanes | None:
    """Return the planes of an image, opened anew; None if it has none or they cannot be used."""
    from vetter.io.field.field_source import FieldSource

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


def check_planes(planes: FieldPlanes) -> list[str]:
    """Return a line for each plane whose pixels contradict its role."""
    boxes = boxes_of(planes.shape)
    contents = {}
    for name, plane in planes.files.items():
        check_cancelled()
        content = _content(planes, name, plane, boxes)
        if content is not None:
            contents[name] = content
    return contradictions(contents, {name: _word(plane) for name, plane in planes.files.items()})


def boxes_of(shape: tuple[int, int]) -> list[Box]:
    """Return nine boxes spread over an image; one over all of a small one.

    Parameters
    ----------
    shape : (int, int)
        Rows and columns.
    """
    return [Box(x, y, nx, ny) for y, ny in _sides(shape[0]) for x, nx in _sides(shape[1])]


def _sides(length: int) -> list[tuple[int, int]]:
    if length <= _MAX_WHOLE:
        return [(0, length)]
    starts = np.linspace(_MARGIN * length, (1 - _MARGIN) * length - _BOX_SIDE, _BOXES_PER_AXIS)
    return [(int(start), _BOX_SIDE) for start in starts]


def _content(
    planes: FieldPlanes, name: str, plane: FilePlane, boxes: list[Box]
) -> PlaneContent | None:
    on_grid = planes.planes.get(name)
    if on_grid is None:
        return None
    try:
        if not isinstance(plane, MaskPlane):
            return PlaneContent([on_grid.read(box) for box in boxes], name not in _FLAG_NAMES)
        if plane.shape != planes.shape:
            return None
        parts = [overlap[0] for box in boxes if (overlap := box.overlap(plane.shape))]
        return PlaneContent([plane.image.read(part) for part in parts])
    except InputError:
        # Damaged, or gone since: whoever reads it for the panels says so.
        return None


def _word(plane: FilePlane) -> str:
    """Return the plane that a file's name means; '' if it means none."""
    stem = without_ending(image_of(plane).name.path.name, IMAGE_ENDINGS)
    if stem is None:
        return ""
    name, meant = plane_of(stem)
    return "" if name == stem else meant


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
    px, py = sky_to_pixel(wcs, ra, dec)
    known = np.isfinite(x) & np.isfinite(y) & np.isfinite(ra) & np.isfinite(dec)
    if not known.any():
        return float("nan")
    # A sky position without a pixel in this WCS is as far from x and y as can be.
    near = np.hypot(x - px, y - py)[known] <= 2
    return 1.0 - float(np.mean(near))
