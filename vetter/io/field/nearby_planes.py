"""Planes that lie beside a candidate list under names that leave no doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from vetter.errors import InputError
from vetter.io.files.hdu_names import FitsName
from vetter.io.files.plane_names import (
    IMAGE_ENDINGS,
    LIST_ENDINGS,
    NAMES,
    list_stem,
    plane_of,
    without_ending,
)


class PlanesWanted(InputError):
    """A list whose planes are not known: the text says so in one line.

    Attributes
    ----------
    table : str
        The list.
    guesses : dict of str to str
        Plane name to file, as far as names tell.
    beside : tuple of str
        FITS files to choose from.
    """

    def __init__(
        self, text: str, table: str, guesses: dict[str, str], beside: tuple[str, ...] = ()
    ) -> None:
        super().__init__(text)
        self.table, self.guesses, self.beside = table, guesses, beside


def planes_beside(
    table: FitsName, kind: str, given: Mapping[str, str] | None = None
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Planes in the folder of a table, where each is there under one name only.

    Names are plain (``science.fits``), or share the list's own (``r1_sci.fits`` with ``r1.ecsv``).

    Parameters
    ----------
    table : FitsName
    kind : str
        What the table is, for the message.
    given : mapping of str to str, optional
        Planes that are named already: they are not looked for.

    Returns
    -------
    specs : dict of str to str
        Plane name to file, those given among them.
    notes : tuple of str
        Which files were taken.

    Raises
    ------
    PlanesWanted
        No image is there, or two that could be the same plane.
    """
    wanted = f"{table.path}: {kind} table without planes: name the image with --image FILE"
    found: dict[str, str] = {}
    folder = table.path.absolute().parent
    # Compared in lower case: IMAGE.FITS is as plain a name.
    present = {path.name.lower(): path for path in folder.iterdir() if path.is_file()}
    given = {} if given is None else given
    for plane, names in NAMES.items():
        if plane in given:
            continue
        files = [present[n + end] for n in names for end in IMAGE_ENDINGS if n + end in present]
        if len(files) > 1:
            both = " and ".join(path.name for path in files[:2])
            raise _wanted(
                f"{wanted}; beside it lie {both}, each of which may be {plane}", table, present
            )
        if files:
            found[plane] = str(files[0])
    if "image" not in found:
        found = _namesakes(table.path, present.values())
    if "image" not in found:
        raise _wanted(f"{wanted}; beside it lies no image.fits or science.fits", table, present)
    found = {plane: path for plane, path in found.items() if plane not in given}
    taken = ", ".join(f"{plane} = {path.rpartition('/')[2]}" for plane, path in found.items())
    return {**found, **given}, (f"planes found beside the list: {taken}",)


def planes_by_name(files: Iterable[Path], stem: str | None = None) -> dict[str, str]:
    """Which plane each of some files is, as far as their names tell.

    Parameters
    ----------
    files : iterable of Path
        The first of several that could be one plane is taken.
    stem : str, optional
        Only files that share this name, as ``r1`` of ``r1_diff.fits``.
    """
    found: dict[str, str] = {}
    names: dict[str, str] = {}
    for path in files:
        own = without_ending(path.name, IMAGE_ENDINGS)
        if own is None:
            continue
        name, plane = plane_of(own)
        if name == own:
            names.setdefault(own, str(path))
        elif stem is None or name == stem:
            found.setdefault(plane, str(path))
    # A file without a word is the image where its name is the list's, or that of a plane.
    akin = [stem] if stem else [plane_of(_stem_of(Path(path)))[0] for path in found.values()]
    image = next((names[name] for name in akin if name in names), None)
    return found if image is None else {"image": image} | found


def _namesakes(table: Path, present: Iterable[Path]) -> dict[str, str]:
    stem = _stem_of(table)
    if not stem:
        return {}
    files = sorted(path for path in present if path != table)
    own = [path for path in files if _belongs(path, stem)]
    found = planes_by_name(own, stem)
    # Two that could be one plane leave a doubt.
    return found if len(found) == len(own) and len(own) > 1 else {}


def _belongs(path: Path, stem: str) -> bool:
    own = without_ending(path.name, IMAGE_ENDINGS)
    return own is not None and plane_of(own)[0] == stem


def _stem_of(table: Path) -> str:
    """What a list's files, or an image's, have in common."""
    name = without_ending(table.name, (*LIST_ENDINGS, *IMAGE_ENDINGS))
    return list_stem(table.stem if name is None else name)


def _wanted(text: str, table: FitsName, present: dict[str, Path]) -> PlanesWanted:
    files = [path for path in sorted(present.values()) if path != table.path.absolute()]
    stem = _stem_of(table.path)
    guesses = {**planes_by_name(files), **(planes_by_name(files, stem) if stem else {})}
    images = [path for path in files if without_ending(path.name, IMAGE_ENDINGS) is not None]
    return PlanesWanted(text, str(table), guesses, tuple(map(str, images)))
