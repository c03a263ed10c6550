"""Field files (TOML): the images of a night, each with its list, planes, time and filter.

.. code-block:: toml

    radius = 20                      # options for all, as on the command line, with underscores
    match = "id"                     # epochs of an object: equal `object` columns...
    object = "objectId"
    # match_radius = 1.5             # ...or what lies within so many arcseconds

    [[field]]
    name = "2026-11-20 r"            # unique; the list's name where left out
    candidates = "r1.ecsv"           # paths are relative to this file; none: nothing was found
    image = "r1.fits"                # template, convolved, diff, err, mask, variance, weight...
    columns = {x = "X_IMAGE"}
    time = 2026-11-20T03:14:15Z      # else the middle of the exposure, from the header
    filter = "r"                     # else from the header
"""

from __future__ import annotations

import dataclasses
import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vetter.errors import InputError
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.files.regular_files import open_plain_file
from vetter.io.files.toml_text import toml_values
from vetter.io.fits.exposure import mjd_of, mjd_of_text
from vetter.io.input_options import InputOptions
from vetter.io.night.field_file_keys import FILES, check_keys, existing_file

MOST_BYTES = 4 << 20
DEFAULT_RADIUS = 1.5
_OPTIONS = (*FILES, "plane", "mask_bits", "mask_good", "columns", "one_based", "fwhm")
_OWN = ("name", "candidates", "time", "filter")
_FOR_ALL = ("match", "match_radius", "object", "radius", "field")
_ELSEWHERE = {
    **dict.fromkeys(_FOR_ALL, "for all fields, above the first [[field]]"),
    **dict.fromkeys(_OWN, "in a [[field]]"),
}
_MATCHES = ("id", "position")


@dataclass(frozen=True, slots=True)
class Matching:
    """What makes candidates epochs of one object.

    ``by`` is 'id', 'position' or '' (by id where all lists have one, else by position); ``column``
    holds the object's identity where the file says so; ``radius`` is in arcseconds.
    """

    by: str = ""
    column: str | None = None
    radius: float = DEFAULT_RADIUS


@dataclass(frozen=True, slots=True)
class FieldEntry:
    """One image of a night.

    Attributes
    ----------
    name : str
    candidates : str or None
        The list's file, absolute; None where nothing was found on this image.
    options : InputOptions
        Planes (absolute) and how to read them and the list.
    mjd : float or None
        Its time where the file gives it.
    filter : str or None
    """

    name: str
    candidates: str | None
    options: InputOptions
    mjd: float | None = None
    filter: str | None = None


@dataclass(frozen=True, slots=True)
class FieldFile:
    """A field file as read: nothing that it names has been opened."""

    path: Path
    entries: tuple[FieldEntry, ...]
    matching: Matching
    radius: float | None


def read_field_file(path: Path) -> FieldFile:
    """Read a field file.

    Raises
    ------
    InputError
        It is no TOML, a key is unknown or of the wrong kind, two fields have one name, or a file
        that it names is not there. One line names file, field, key and the mend.
    """
    record = _parsed(path)
    check_keys(f"{path}", record, (*_FOR_ALL, *_OPTIONS), _ELSEWHERE)
    fields = record.pop("field", None)
    if not isinstance(fields, list) or not fields or not all(isinstance(f, dict) for f in fields):
        raise InputError(f"{path}: wants a [[field]] for each image, found none")
    matching = _matching(path, record)
    radius = record.pop("radius", None)
    common = _options(str(path), path, record)
    entries: list[FieldEntry] = []
    numbers: dict[str, int] = {}
    for number, given in enumerate(fields, start=1):
        entries.append(_entry(path, number, given, common))
        name = entries[-1].name
        if numbers.setdefault(name, number) != number:
            raise InputError(
                f"{path}: field {number} and field {numbers[name]} are both called {name!r}; "
                "give one of them another name = ..."
            )
    return FieldFile(path, tuple(entries), matching, radius)


def _parsed(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path}: too large for a field file: over {MOST_BYTES >> 20} MB")
        with open_plain_file(path) as file:
            return toml_values(file.read(MOST_BYTES).decode("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        said = " ".join(str(error).split()) or "nested too deeply"
        raise InputError(f"{path}: not a field file (TOML): {said}") from error


def _entry(path: Path, number: int, given: dict[str, Any], common: InputOptions) -> FieldEntry:
    name = given.get("name")
    where = f"{path}: field {name!r}" if isinstance(name, str) else f"{path}: field {number}"
    check_keys(where, given, (*_OWN, *_OPTIONS), _ELSEWHERE)
    values = dict(given)
    own = {key: values.pop(key, None) for key in _OWN}
    options = _options(where, path, values)
    errors = {"err", "variance", "weight"}
    if errors & ({*options.planes} | {n for n in errors if getattr(options, n, None)}):
        # A field's own word on the errors replaces that for all, of whichever kind.
        planes = {n: spec for n, spec in common.planes.items() if n != "err"}
        common = dataclasses.replace(common, planes=planes, variance=None, weight=None)
    if not options.planes.get("mask") and not common.planes.get("mask"):
        if options.mask_bits or options.mask_good:
            raise InputError(f"{where}: mask_bits, mask_good: there is no mask to choose bits of")
        # What is said for all goes for those fields that have a mask.
        common = dataclasses.replace(common, mask_bits=None, mask_good=None)
    options = options.over(common)
    candidates = own["candidates"]
    if candidates is not None:
        candidates = existing_file(where, path, "candidates", candidates)
    if candidates is None and not options.planes.get("image"):
        raise InputError(f"{where}: wants candidates = FILE, or image = FILE where none were found")
    file = candidates or options.planes["image"]
    label = own["name"] if own["name"] is not None else _stem(file)
    if not label.strip():
        raise InputError(f"{where}: name: wants a name, found an empty text")
    mjd = _time(where, own["time"])
    return FieldEntry(label.strip(), candidates, options, mjd, own["filter"])


def _options(where: str, path: Path, values: dict[str, Any]) -> InputOptions:
    """The options of the command line among a table's keys; files are looked for."""
    for key in FILES:
        if values.get(key) is not None:
            values[key] = existing_file(where, path, key, values[key])
    planes = dict(values.pop("plane", {}))
    values["plane"] = {
        name: existing_file(where, path, name, spec) for name, spec in planes.items()
    }
    for key in ("mask_bits", "mask_good"):
        if key in values:
            values[key] = str(values[key])
    try:
        return InputOptions.from_keywords(**values)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def _matching(path: Path, record: dict[str, Any]) -> Matching:
    by = record.pop("match", None)
    column, radius = record.pop("object", None), record.pop("match_radius", None)
    if by is not None and by not in _MATCHES:
        raise InputError(f"{path}: match: wants {' or '.join(_MATCHES)}, found {by!r}")
    if radius is not None and (by == "id" or column is not None):
        raise InputError(f"{path}: match_radius: epochs go by id or by position: leave one out")
    if radius is not None and radius > 3600:
        raise InputError(f"{path}: match_radius: wants arcseconds up to 3600, found {radius}")
    if column is not None and by == "position":
        raise InputError(f'{path}: object: epochs go by position; leave it out, or match = "id"')
    if by is None:
        by = "position" if radius is not None else "id" if column is not None else ""
    return Matching(by, column, float(radius or DEFAULT_RADIUS))


def _time(where: str, value: Any) -> float | None:
    if value is None:
        return None
    mjd: float | None = None
    if isinstance(value, datetime.datetime):
        mjd = mjd_of(value)
    elif isinstance(value, (str, float, int)) and not isinstance(value, bool):
        mjd = mjd_of_text(str(value))
    if mjd is None:
        raise InputError(
            f"{where}: time: wants 2026-11-20T03:14:15Z or an MJD, found {value!s:.40}"
        )
    return mjd


def _stem(file: str) -> str:
    name = parse_fits_name(file).path.name
    for ending in (".gz", ".fz", ".bz2", ".xz"):
        name = name.removesuffix(ending)
    return Path(name).stem
