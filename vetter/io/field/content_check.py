"""Check of a field's planes against their roles, in a few boxes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vetter.core.cutout.plane import Box
from vetter.core.cutout.plane_checks.plane_content import PlaneContent
from vetter.core.cutout.plane_checks.plane_contradictions import contradictions
from vetter.errors import InputError
from vetter.io.field.field_planes import FieldPlanes
from vetter.io.field.planes import ErrorPlane, FilePlane, MaskPlane, image_of
from vetter.io.files.cancellation import check_cancelled
from vetter.io.files.plane_names import IMAGE_ENDINGS, plane_of, without_ending

_BOXES_PER_AXIS = 3
_BOX_SIDE = 128
_MAX_WHOLE = 512
"""Side up to which an image is read whole, pixels."""
_MARGIN = 0.05
"""Share of the image along each edge without boxes, where planes are often empty."""
_FLAG_NAMES = ("mask", "err")


class PlaneCheck(NamedTuple):
    """Findings on the planes of one image.

    Attributes
    ----------
    lines : list of str
        A line for each plane whose pixels contradict its role.
    differences : tuple of str
        Planes whose pixels are those of a difference: around zero, with lobes of both signs.
    """

    lines: list[str]
    differences: tuple[str, ...] = ()


def check_planes(planes: FieldPlanes) -> PlaneCheck:
    """Compare the pixels of all planes with their roles."""
    boxes = boxes_of(planes.shape)
    contents = {}
    for name, plane in planes.files.items():
        check_cancelled()
        content = _content(planes, name, plane, boxes)
        if content is not None:
            contents[name] = content
    words = {name: _word(plane) for name, plane in planes.files.items()}
    differences = tuple(name for name, content in contents.items() if content.is_symmetric)
    return PlaneCheck(contradictions(contents, words), differences)


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
        # As the file has them: zeros of an error plane become unknown pixels, those of a mask tell.
        is_raw = isinstance(plane, MaskPlane) or (name == "err" and plane.shape == planes.shape)
        if not is_raw or isinstance(plane, ErrorPlane):
            return PlaneContent([on_grid.read(box) for box in boxes], name not in _FLAG_NAMES)
        if plane.shape != planes.shape:
            return None
        parts = [overlap[0] for box in boxes if (overlap := box.overlap(plane.shape))]
        return PlaneContent([image_of(plane).read(part) for part in parts])
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
