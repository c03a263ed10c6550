"""What the keys of a field file may be called and hold."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vetter.errors import InputError
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.input_options import PLANE_OPTIONS

FILES = (*PLANE_OPTIONS, "variance", "weight")
_TEXTS = (*FILES, "name", "candidates", "filter", "match", "object")
_NUMBERS = ("fwhm", "radius", "match_radius")


def check_keys(
    where: str, values: Mapping[str, Any], known: Iterable[str], elsewhere: Mapping[str, str]
) -> None:
    """Refuse keys that are unknown or hold something else than they should.

    Parameters
    ----------
    where : str
        For the message.
    values : mapping
    known : iterable of str
        The keys that may be there.
    elsewhere : mapping of str to str
        Keys that have their place in another part of the file, and where.

    Raises
    ------
    InputError
        With ``where`` in front, and the nearest known key behind.
    """
    names = list(known)
    if "column" in values:
        raise InputError(f"{where}: column: no such key; did you mean columns?")
    for key, value in values.items():
        if key not in names:
            if key in elsewhere:
                raise InputError(f"{where}: {key}: stands {elsewhere[key]}")
            near = difflib.get_close_matches(key, names, 1, 0.5)
            mend = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(names))}"
            raise InputError(f"{where}: {key}: no such key; {mend}")
        wanted = _wanted(key, value)
        if wanted:
            raise InputError(f"{where}: {key}: wants {wanted}, found {value!r}")


def _wanted(key: str, value: Any) -> str:
    """What a key should hold, where it holds something else."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if key in _TEXTS and not (isinstance(value, str) and value):
        return "a text"
    if key in _NUMBERS and not (number and 0 < value < 1e6):
        return "a number above 0"
    if key == "one_based" and not isinstance(value, bool):
        return "true or false"
    if key in ("columns", "plane"):
        good = isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
        return "" if good else '{name = "text"}'
    if key in ("mask_bits", "mask_good") and not (isinstance(value, str) or number):
        return 'bits such as "0,3,5-7"'
    return ""


def existing_file(where: str, path: Path, key: str, spec: str) -> str:
    """A file (possibly with ``[EXT]``) that a field file names, absolute.

    Raises
    ------
    InputError
        It is not there; ``where`` stands in front, and the nearest name that is there behind.
    """
    name = parse_fits_name(os.path.expanduser(spec))
    full = Path(os.path.normpath(path.absolute().parent / name.path))
    if not full.is_file():
        near = difflib.get_close_matches(full.name, _beside(full), 1)
        mend = f"; did you mean {near[0]}?" if near else "; paths are relative to the field file"
        raise InputError(f"{where}: {key}: {spec}: no such file{mend}")
    return f"{full}{name.suffix}"


def _beside(file: Path) -> list[str]:
    try:
        return [entry.name for entry in file.parent.iterdir()]
    except OSError:
        # No such folder: nothing there is like it.
        return []
