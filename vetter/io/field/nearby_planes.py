"""Planes in the folder of a candidate list, found by unambiguous file names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.files.hdu_names import FitsName, parse_fits_name
from vetter.io.files.plane_names import (
    IMAGE_ENDINGS,
    LIST_ENDINGS,
    NAMES,
    list_stem,
    plane_of,
    without_ending,
)
from vetter.io.input_options import InputOptions, command_line

if TYPE_CHECKING:
    from vetter.io.field.guessed_planes import GuessedPlanes


class PlanesWanted(InputError):
    """Error for a list whose planes are unknown.

    Attributes
    ----------
    table : str
        The list.
    guesses : dict of str to str
        Plane name to file, guessed from file names.
    beside : tuple of str
        FITS files in the folder, to choose from.
    on_image : tuple of str
        Those that the list's positions fall on.
    """

    def __init__(
        self,
        text: str,
        table: str,
        guesses: dict[str, str],
        beside: tuple[str, ...] = (),
        on_image: tuple[str, ...] = (),
    ) -> None:
        line = command_line((table,), InputOptions(planes={"image": "FILE"} | guesses))
        super().__init__(f"{text}; as: {line}")
        self.table, self.guesses, self.beside = table, guesses, beside
        self.on_image = on_image


def planes_beside(
    table: FitsName, kind: str, given: Mapping[str, str] | None = None
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Find planes in the folder of a table, if only one file can be each plane.

    Names are plain (``science.fits``), or share the list's own (``r1_sci.fits`` with ``r1.ecsv``).

    Parameters
    ----------
    table : FitsName
    kind : str
        The kind of table, for the message.
    given : mapping of str to str, optional
        Planes that the user names; they are not looked for.

    Returns
    -------
    specs : dict of str to str
        Plane name to file, given planes included.
    notes : tuple of str
        Note on the files that were taken.

    Raises
    ------
    PlanesWanted
        There is no image, or two files could be the same plane.
    """
    problem = f"{table.path}: {kind} table without planes: name the image with --image FILE"
    found: dict[str, str] = {}
    folder = table.path.absolute().parent
    # In lower case, since IMAGE.FITS is a plain name too.
    present = {path.name.lower(): path for path in folder.iterdir() if path.is_file()}
    given = {} if given is None else given
    for plane, names in NAMES.items():
        if plane in given:
            continue
        files = [present[n + end] for n in names for end in IMAGE_ENDINGS if n + end in present]
        if len(files) > 1:
            both = " and ".join(path.name for path in files[:2])
            raise _planes_wanted(
                f"{problem}; its folder has {both}, each of which may be {plane}", table, present
            )
        if files:
            found[plane] = str(files[0])
    if "image" not in found:
        found = _namesakes(table.path, present.values())
    how = ""
    if "image" not in found:
        guessed = _guess(table, present, given)
        if not guessed.is_sure:
            there = "no image.fits or science.fits"
            if guessed.on_image:
                count = format_count(len(guessed.on_image), "image")
                there = f"{count} with its positions, of which each may be it"
            raise _planes_wanted(f"{problem}; its folder has {there}", table, present, guessed)
        found, how = guessed.planes, " by names and pixels"
    found = with_one_noise({**found, **given})
    found = {plane: path for plane, path in found.items() if plane not in given}
    taken = ", ".join(f"{plane} = {path.rpartition('/')[2]}" for plane, path in found.items())
    return {**found, **given}, (f"planes found beside the list{how}: {taken}",)


def with_one_noise(planes: Mapping[str, str]) -> dict[str, str]:
    """Return planes with only the first of err, variance and weight, which are all the noise."""
    noises = [plane for plane in ("err", "variance", "weight") if plane in planes]
    return {plane: path for plane, path in planes.items() if plane not in noises[1:]}


def planes_by_name(files: Iterable[Path], stem: str | None = None) -> dict[str, str]:
    """Return plane name to file, for the files whose names contain a plane's word.

    Parameters
    ----------
    files : iterable of Path
        The first of several that could be one plane is taken.
    stem : str, optional
        Only files that share this name, as ``r1`` of ``r1_diff.fits``.
    """
    found: dict[str, str] = {}
    without_word: dict[str, str] = {}
    for path in files:
        file_stem = without_ending(path.name, IMAGE_ENDINGS)
        if file_stem is None:
            continue
        name, plane = plane_of(file_stem)
        if name == file_stem:
            without_word.setdefault(file_stem, str(path))
        elif stem is None or name == stem:
            found.setdefault(plane, str(path))
    # A file without a word is the image if it shares the name of the list, or of a plane.
    shared = [stem] if stem else [plane_of(_stem_of(Path(path)))[0] for path in found.values()]
    image = next((without_word[name] for name in shared if name in without_word), None)
    return found if image is None else {"image": image} | found


def _namesakes(table: Path, present: Iterable[Path]) -> dict[str, str]:
    stem = _stem_of(table)
    if not stem:
        return {}
    files = sorted(path for path in present if path != table)
    namesakes = [path for path in files if _has_stem(path, stem)]
    found = planes_by_name(namesakes, stem)
    # If two files could be one plane, the choice is left to the user.
    return found if len(found) == len(namesakes) and len(namesakes) > 1 else {}


def _has_stem(path: Path, stem: str) -> bool:
    file_stem = without_ending(path.name, IMAGE_ENDINGS)
    return file_stem is not None and plane_of(file_stem)[0] == stem


def _stem_of(table: Path) -> str:
    """Return the part of a file name that a list and its images have in common."""
    name = without_ending(table.name, (*LIST_ENDINGS, *IMAGE_ENDINGS))
    return list_stem(table.stem if name is None else name)


def _guess(table: FitsName, present: Mapping[str, Path], given: Mapping[str, str]) -> GuessedPlanes:
    # Imported here: if names tell the planes, no image is measured.
    from vetter.io.field.guessed_planes import guess_planes

    taken = {table.path.absolute(), *(parse_fits_name(spec).path for spec in given.values())}
    return guess_planes(table, [path for path in _images(present) if path not in taken])


def _images(present: Mapping[str, Path]) -> list[Path]:
    files = sorted(present.values())
    return [path for path in files if without_ending(path.name, IMAGE_ENDINGS) is not None]


def _planes_wanted(
    text: str, table: FitsName, present: dict[str, Path], guessed: GuessedPlanes | None = None
) -> PlanesWanted:
    files = [path for path in sorted(present.values()) if path != table.path.absolute()]
    stem = _stem_of(table.path)
    guesses = {**planes_by_name(files), **(planes_by_name(files, stem) if stem else {})}
    images = tuple(str(path) for path in _images(present) if path != table.path.absolute())
    on_image: tuple[str, ...] = ()
    if guessed is not None:
        guesses, on_image = {**guesses, **guessed.planes}, guessed.on_image
    return PlanesWanted(text, str(table), guesses, images, on_image)
