"""A candidate list that is named together with the images of its planes."""

from __future__ import annotations

from collections.abc import Sequence

from vetter.io.field.nearby_planes import PlanesWanted, planes_by_name
from vetter.io.files.hdu_names import FitsName
from vetter.io.files.plane_names import IMAGE_ENDINGS, without_ending
from vetter.io.inputs.folder_search import is_fits_table


def list_with_planes(names: Sequence[FitsName]) -> tuple[FitsName, dict[str, str]] | None:
    """The list among inputs, and which plane each of the others is, by its name.

    None where they are anything but one list and FITS images.

    Raises
    ------
    PlanesWanted
        Names leave a doubt which plane an image is.
    """
    if any(name.path.is_dir() for name in names):
        return None
    lists = [name for name in names if without_ending(name.path.name, IMAGE_ENDINGS) is None]
    images = [name for name in names if name not in lists]
    if not lists:
        lists = [name for name in images if is_fits_table(str(name.path))]
        images = [name for name in images if name not in lists]
    if len(lists) != 1 or not images:
        return None
    by_path = {str(name.path): str(name) for name in images}
    found = planes_by_name(name.path for name in images)
    planes = {plane: by_path[path] for plane, path in found.items()}
    rest = [text for path, text in by_path.items() if path not in found.values()]
    if len(rest) == 1 and "image" not in planes:
        planes["image"] = rest.pop()
    if rest or "image" not in planes:
        table = str(lists[0])
        which = rest[0] if rest else "none of the others"
        raise PlanesWanted(
            f"{table}: a list and {len(images)} images, of which names do not tell the planes "
            f"({which}): name each, as --image FILE --diff FILE",
            table,
            planes,
            tuple(by_path.values()),
        )
    return lists[0], planes
