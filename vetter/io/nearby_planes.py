"""Planes that lie beside a candidate list under names that leave no doubt."""

from __future__ import annotations

from vetter.errors import InputError
from vetter.io.fits_names import FitsName
from vetter.io.plane_names import IMAGE_ENDINGS, NAMES


def planes_beside(table: FitsName, kind: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Planes in the folder of a table, where each is there under one name only.

    Parameters
    ----------
    table : FitsName
    kind : str
        What the table is, for the message.

    Returns
    -------
    specs : dict of str to str
        Plane name to file.
    notes : tuple of str
        Which files were taken.

    Raises
    ------
    InputError
        No image is there, or two that could be the same plane.
    """
    wanted = f"{table.path}: {kind} table without planes: name the image with --image FILE"
    found: dict[str, str] = {}
    folder = table.path.absolute().parent
    # Compared in lower case: IMAGE.FITS is as plain a name.
    present = {path.name.lower(): path for path in folder.iterdir() if path.is_file()}
    for plane, names in NAMES.items():
        files = [present[n + end] for n in names for end in IMAGE_ENDINGS if n + end in present]
        if len(files) > 1:
            both = " and ".join(path.name for path in files[:2])
            raise InputError(f"{wanted}; beside it lie {both}, each of which may be {plane}")
        if files:
            found[plane] = str(files[0])
    if "image" not in found:
        raise InputError(f"{wanted}; beside it lies no image.fits or science.fits")
    taken = ", ".join(f"{plane} = {path.rpartition('/')[2]}" for plane, path in found.items())
    return found, (f"planes found beside the list: {taken}",)
