"""Field files (TOML): the images of a night, each with its list, planes, time and filter.

.. code-block:: toml

    radius = 20                      # options for all, as on the command line, with underscores
    match = "id"                     # epochs of an object: equal `object` columns...
    object = "objectId"
    # match_radius = 1.5             # ...or what lies within so many arcseconds

    [[field]]
    name = "2026-11-20 r"            # unique; the list's name if left out
    candidates = "r1.ecsv"           # relative to this file; left out if nothing was found
    image = "r1.fits"                # template, convolved, diff, err, mask, variance, weight...
    columns = {x = "X_IMAGE"}
    time = 2026-11-20T03:14:15Z      # else the middle of the exposure, from the header;
                                     # in other scales "2026-11-20T03:14:52 TAI"
    filter = "r"                     # else from the header
"""

from __future__ import annotations

import dataclasses
import datetime
import difflib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vetter.errors import InputError
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.files.regular_files import open_plain_file
from vetter.io.files.toml_text import toml_values
from vetter.io.fits.exposure import Moment, mjd_of_datetime, moment_of_text
from vetter.io.input_options import PLANE_OPTIONS, InputOptions

if TYPE_CHECKING:
    from vetter.io.tables.candidates import ReadList

MAX_BYTES = 4 << 20
DEFAULT_MATCH_RADIUS_ARCSEC = 1.5
_OWN = ("name", "candidates", "time", "filter")
_FOR_ALL = ("match", "match_radius", "object", "radius", "field")
_ELSEWHERE = {
    **dict.fromkeys(_FOR_ALL, "for all fields, above the first [[field]]"),
    **dict.fromkeys(_OWN, "in a [[field]]"),
}
_MATCHES = ("id", "position")

FILES = (*PLANE_OPTIONS, "variance", "weight")
_TEXTS = (*FILES, "name", "candidates", "filter", "match", "object")
_NUMBERS = ("fwhm", "radius", "match_radius")

_OPTIONS = (*FILES, "plane", "mask_bits", "mask_good", "columns", "one_based", "fwhm")


@dataclass(frozen=True, slots=True)
class Matching:
    """Rule by which candidates are epochs of one object.

    ``by`` is 'id', 'position' or '' (by id if all lists have one, else by position); ``column`` is
    the column of the object's id if the file names it; ``radius`` is in arcseconds.
    """

    by: str = ""
    column: str | None = None
    radius: float = DEFAULT_MATCH_RADIUS_ARCSEC


@dataclass(frozen=True, slots=True)
class FieldEntry:
    """One image of a night.

    Attributes
    ----------
    name : str
    candidates : str or None
        The list's file, absolute; None if nothing was found on this image.
    options : InputOptions
        Planes (absolute paths), and options to read them and the list.
    moment : Moment or None
        The time, if the field file gives it.
    filter : str or None
    listed : ReadList or None
        The list if it was read already; it takes the place of ``candidates``.
    """

    name: str
    candidates: str | None
    options: InputOptions
    moment: Moment | None = None
    filter: str | None = None
    listed: ReadList | None = None


@dataclass(frozen=True, slots=True)
class FieldFile:
    """A field file; the files that it names are not opened yet."""

    path: Path
    entries: tuple[FieldEntry, ...]
    matching: Matching
    radius: float | None


def read_field_file(path: Path) -> FieldFile:
    """Read a field file.

    Raises
    ------
    InputError
        It is not TOML, a key is unknown or of the wrong type, two fields share a name, or a named
        file does not exist. One line names file, field, key and the remedy.
    """
    record = _parse(path)
    check_keys(f"{path}", record, (*_FOR_ALL, *_OPTIONS), _ELSEWHERE)
    fields = record.pop("field", None)
    if not isinstance(fields, list) or not fields or not all(isinstance(f, dict) for f in fields):
        raise InputError(f"{path}: expected a [[field]] for each image, found none")
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
                f"{path}: field {number} and field {numbers[name]} share the name {name!r}; "
                "give one of them another name = ..."
            )
    return FieldFile(path, tuple(entries), matching, radius)


def _parse(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: too large for a field file: over {MAX_BYTES >> 20} MB")
        with open_plain_file(path) as file:
            return toml_values(file.read(MAX_BYTES).decode("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split()) or "nested too deeply"
        raise InputError(f"{path}: not a field file (TOML): {reason}") from error


def _entry(path: Path, number: int, given: dict[str, Any], common: InputOptions) -> FieldEntry:
    name = given.get("name")
    where = f"{path}: field {name!r}" if isinstance(name, str) else f"{path}: field {number}"
    check_keys(where, given, (*_OWN, *_OPTIONS), _ELSEWHERE)
    values = dict(given)
    of_field = {key: values.pop(key, None) for key in _OWN}
    options = _options(where, path, values)
    errors = {"err", "variance", "weight"}
    if errors & ({*options.planes} | {n for n in errors if getattr(options, n, None)}):
        # Errors given in a field replace the common ones, whether err, variance or weight.
        planes = {n: spec for n, spec in common.planes.items() if n != "err"}
        common = dataclasses.replace(common, planes=planes, variance=None, weight=None)
    if not options.planes.get("mask") and not common.planes.get("mask"):
        if options.mask_bits or options.mask_good:
            raise InputError(
                f"{where}: mask_bits, mask_good: the field has no mask; give mask = FILE"
            )
        # Common mask options hold for the fields with a mask.
        common = dataclasses.replace(common, mask_bits=None, mask_good=None)
    options = options.with_defaults(common)
    candidates = of_field["candidates"]
    if candidates is not None:
        candidates = existing_file(where, path, "candidates", candidates)
    if candidates is None and not options.planes.get("image"):
        raise InputError(
            f"{where}: no list and no image; give candidates = FILE, or image = FILE if nothing "
            "was found"
        )
    file = candidates or options.planes["image"]
    label = of_field["name"] if of_field["name"] is not None else _stem(file)
    if not label.strip():
        raise InputError(f"{where}: name: expected a name, found an empty text")
    moment = _time(where, of_field["time"])
    return FieldEntry(label.strip(), candidates, options, moment, of_field["filter"])


def _options(where: str, path: Path, values: dict[str, Any]) -> InputOptions:
    """Return the input options of a TOML table, with its files checked and absolute."""
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
        raise InputError(f"{path}: match: expected {' or '.join(_MATCHES)}, found {by!r}")
    if radius is not None and (by == "id" or column is not None):
        raise InputError(
            f"{path}: match_radius: epochs are matched by id or by position; leave one out"
        )
    if radius is not None and radius > 3600:
        raise InputError(f"{path}: match_radius: expected arcseconds up to 3600, found {radius}")
    if column is not None and by == "position":
        raise InputError(
            f'{path}: object: epochs are matched by position; leave it out, or give match = "id"'
        )
    if by is None:
        by = "position" if radius is not None else "id" if column is not None else ""
    return Matching(by, column, float(radius or DEFAULT_MATCH_RADIUS_ARCSEC))


def _time(where: str, value: Any) -> Moment | None:
    if value is None:
        return None
    moment: Moment | None = None
    if isinstance(value, datetime.datetime):
        moment = Moment(mjd_of_datetime(value))
    elif isinstance(value, (str, float, int)) and not isinstance(value, bool):
        moment = moment_of_text(str(value))
    if moment is None:
        raise InputError(
            f"{where}: time: expected 2026-11-20T03:14:15Z or an MJD, found {value!s:.40}"
        )
    return moment


def _stem(file: str) -> str:
    name = parse_fits_name(file).path.name
    for ending in (".gz", ".fz", ".bz2", ".xz"):
        name = name.removesuffix(ending)
    return Path(name).stem


def check_keys(
    where: str, values: Mapping[str, Any], known: Iterable[str], elsewhere: Mapping[str, str]
) -> None:
    """Refuse unknown keys, and values of the wrong type.

    Parameters
    ----------
    where : str
        File and field, for the error.
    values : mapping
    known : iterable of str
        The allowed keys.
    elsewhere : mapping of str to str
        Keys that belong to another part of the file, and that part.

    Raises
    ------
    InputError
        The text begins with ``where``, and names the nearest known key.
    """
    names = list(known)
    if "column" in values:
        raise InputError(f"{where}: column: no such key; did you mean columns?")
    for key, value in values.items():
        if key not in names:
            if key in elsewhere:
                raise InputError(f"{where}: {key}: belongs {elsewhere[key]}")
            near = difflib.get_close_matches(key, names, 1, 0.5)
            remedy = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(names))}"
            raise InputError(f"{where}: {key}: no such key; {remedy}")
        expected = _expected_type(key, value)
        if expected:
            raise InputError(f"{where}: {key}: expected {expected}, found {value!r}")


def _expected_type(key: str, value: Any) -> str:
    """Return the type that a key expects if its value is of another; else empty."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if key in _TEXTS and not (isinstance(value, str) and value):
        return "a text"
    if key in _NUMBERS and not (is_number and 0 < value < 1e6):
        return "a number above 0"
    if key == "one_based" and not isinstance(value, bool):
        return "true or false"
    if key in ("columns", "plane"):
        has_texts = isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
        return "" if has_texts else '{name = "text"}'
    if key in ("mask_bits", "mask_good") and not (isinstance(value, str) or is_number):
        return 'bits such as "0,3,5-7"'
    return ""


def existing_file(where: str, path: Path, key: str, spec: str) -> str:
    """Return the absolute path (with ``[EXT]`` if given) of a file named in a field file.

    Raises
    ------
    InputError
        The file does not exist; the text begins with ``where``, and names the nearest file.
    """
    name = parse_fits_name(os.path.expanduser(spec))
    full = Path(os.path.normpath(path.absolute().parent / name.path))
    if not full.is_file():
        near = difflib.get_close_matches(full.name, _beside(full), 1)
        remedy = f"did you mean {near[0]}?" if near else "paths are relative to the field file"
        raise InputError(f"{where}: {key}: {spec}: no such file; {remedy}")
    return f"{full}{name.suffix}"


def _beside(file: Path) -> list[str]:
    try:
        return [entry.name for entry in file.parent.iterdir()]
    except OSError:
        # No such folder, so no file with a similar name.
        return []
