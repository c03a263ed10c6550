"""Packets of Kafka streams: Confluent's five bytes in front, and no schema."""

from __future__ import annotations

import io
import json
import re
import struct
from pathlib import Path
from typing import Any

from vetter.errors import InputError
from vetter.io.alerts.packets import size_limits
from vetter.io.alerts.packets.avro_schema import (
    PacketSchema,
    full_name,
    load_json,
    validate_schema,
)
from vetter.io.alerts.packets.avro_values import read_record
from vetter.io.files.regular_files import iter_folders, open_plain_file

PREFIX = 5
"""Bytes before the record: a zero, and the number of the schema in four."""

_ENDINGS = (".avsc", ".json")
_VERSION = re.compile(r"v(\d{1,4})_(\d{1,2})(?!\d)")
_DIGITS = re.compile(r"(?:^|[^\d.])(\d{1,9})$")

_PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")


def is_framed(start: bytes) -> bool:
    """Return whether bytes may be a framed packet: a zero, then the number of a schema."""
    return len(start) > PREFIX and start[0] == 0 and struct.unpack(">I", start[1:5])[0] < 1 << 28


def read_framed(data: bytes, schema: PacketSchema | SchemaFolder | None) -> dict[str, Any]:
    """Read the packet behind the prefix, with a schema or with that of its number in a folder.

    Raises
    ------
    InputError
        The schema is missing, or is not the one that the packet was written with.
    """
    number = struct.unpack(">I", data[1:PREFIX])[0]
    if schema is None:
        raise InputError(
            f"a packet from a stream, without its schema (number {number}); give --schema "
            "FILE.avsc, or a folder of schemas"
        )
    if isinstance(schema, PacketSchema):
        return _read_with(data, schema)
    candidates = schema.of(number)
    for candidate in candidates[:-1]:
        try:
            return _read_with(data, candidate)
        except InputError:
            # Another file of the same number may be the packet's.
            continue
    return _read_with(data, candidates[-1])


def _read_with(data: bytes, schema: PacketSchema) -> dict[str, Any]:
    schema.refuse_bomb(len(data))
    stream = io.BytesIO(data)
    stream.seek(PREFIX)
    try:
        record = read_record(stream, schema.parsed)
    except InputError as error:
        raise InputError(f"{error}; or --schema is not the packet's") from error
    if stream.tell() != len(data):
        raise InputError("--schema is not the packet's: bytes are left over")
    return record


class SchemaFolder:
    """Folder of schemas, found by the numbers that packets of streams carry.

    The number of a schema is its ``id`` in a registry's answer (``{"id": 703, "schema": "..."}``),
    else the digits at the end of its file's name (``703.avsc``, ``alert-703.json``). Rubin's
    ``lsst.v7_3.alert.avsc`` has number 703, as in Rubin's registry.

    Parameters
    ----------
    path : Path
        Searched with its subfolders.

    Raises
    ------
    InputError
        The folder holds no schema.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._files: dict[int, list[Path]] = {}
        self._others: list[Path] = []
        self._read: dict[int, list[PacketSchema]] = {}
        for prefix, names in iter_folders(path):
            for name in sorted(names):
                if name.lower().endswith(_ENDINGS):
                    self._add(Path(prefix + name))
        if not self._files and not self._others:
            raise InputError(f"{path}: holds no schema of packets (.avsc or .json)")

    def of(self, number: int) -> list[PacketSchema]:
        """Return the schemas of a number, several if files contradict each other.

        A folder with a single schema of a packet, without a number, is used as that file would be.

        Raises
        ------
        InputError
            The folder has no schema of this number, or it cannot be used.
        """
        known = self._read.get(number)
        if known is not None:
            return known
        files = self._files.get(number)
        if files is None and not self._files and len(self._others) == 1:
            files = self._others
        if files is None:
            numbers = ", ".join(map(str, sorted(self._files)[:8])) or "none with a number"
            raise InputError(
                f"a packet from a stream, whose schema has number {number}; {self.path} holds "
                f"{numbers}"
            )
        schemas = [read_schema(file) for file in files]
        self._read[number] = schemas
        return schemas

    def _add(self, file: Path) -> None:
        number = _number_of(file)
        if number is None:
            if _is_alert_schema(file):
                self._others.append(file)
        else:
            self._files.setdefault(number, []).append(file)


def _number_of(file: Path) -> int | None:
    """Return the number of a schema's file; None if it has none, or is only a part of a schema."""
    stem = file.name[: file.name.rfind(".")]
    version = _VERSION.search(stem)
    if version is not None:
        # lsst.v7_3.diaSource is a part of lsst.v7_3.alert.
        is_whole = "alert" in stem.lower()
        return 100 * int(version[1]) + int(version[2]) if is_whole else None
    if file.suffix.lower() == ".json":
        number = _registry_id(file)
        if number is not None:
            return number
    digits = _DIGITS.search(stem)
    return None if digits is None else int(digits[1])


def _registry_id(file: Path) -> int | None:
    try:
        content = _load(file)
    except InputError:
        # Another kind of JSON file.
        return None
    number = content.get("id") if isinstance(content, dict) and "schema" in content else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _is_alert_schema(file: Path) -> bool:
    """Return whether a file is the schema of a whole packet, by its fields."""
    try:
        content = _unwrapped(_load(file))
    except InputError:
        return False
    parts = content if isinstance(content, list) else [content]
    names = {
        str(field.get("name")).lower()
        for part in parts
        if isinstance(part, dict) and isinstance(part.get("fields"), list)
        for field in part["fields"]
        if isinstance(field, dict)
    }
    return bool(names & {"candidate", "diasource"})


def read_schemas(path: Path) -> PacketSchema | SchemaFolder:
    """Return the schema in a file, or the schemas in a folder; raise InputError."""
    return SchemaFolder(path) if path.is_dir() else read_schema(path)


def read_schema(path: Path) -> PacketSchema:
    """Read a schema from its file, and the types that it only names from files beside it.

    LSST's ``lsst.v7_4.alert.avsc`` names ``lsst.v7_4.diaSource``, which is in
    ``lsst.v7_4.diaSource.avsc``.

    Raises
    ------
    InputError
        The schema cannot be read or used.
    """
    try:
        schema = _insert_definitions(_unwrapped(_load(path)), path.parent, "", set(), 0)
        return validate_schema(schema)
    except InputError as error:
        text = str(error)
        raise InputError(text if text.startswith(str(path)) else f"{path}: {text}") from error


def _load(path: Path) -> Any:
    try:
        with open_plain_file(path) as file:
            return load_json(file.read(size_limits.SCHEMA + 1))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _unwrapped(content: Any) -> Any:
    """Return the schema in a registry's answer, where it is a text; else the content itself."""
    if isinstance(content, dict) and "type" not in content and "schema" in content:
        schema = content["schema"]
        return load_json(schema.encode()) if isinstance(schema, str) else schema
    return content


def _insert_definitions(
    schema: Any, folder: Path, namespace: str, known: set[str], depth: int
) -> Any:
    """Return a schema with names replaced by their definitions in other files."""
    if depth > 4 * size_limits.SCHEMA_DEPTH:
        raise InputError("its schema is nested too deeply")
    if isinstance(schema, list):
        return [_insert_definitions(part, folder, namespace, known, depth + 1) for part in schema]
    if isinstance(schema, str):
        full = schema if "." in schema or not namespace else f"{namespace}.{schema}"
        if schema in _PRIMITIVES or known & {full, schema}:
            return schema
        beside = folder / f"{full}.avsc"
        if "/" in full or "\\" in full or not beside.is_file():
            raise InputError(
                f"names a type {json.dumps(schema[:60])}; put {full[:60]}.avsc beside it"
            )
        return _insert_definitions(_load(beside), folder, namespace, known, depth + 1)
    if not isinstance(schema, dict):
        return schema
    if "name" in schema and schema.get("type") in ("record", "enum", "fixed", "error"):
        name, namespace = full_name(schema, namespace)
        known.add(name)
    out = dict(schema)
    for key in ("type", "items", "values"):
        if key in out and out[key] not in ("record", "error", "enum", "fixed", "array", "map"):
            out[key] = _insert_definitions(out[key], folder, namespace, known, depth + 1)
    if isinstance(out.get("fields"), list):
        out["fields"] = [
            _insert_definitions(field, folder, namespace, known, depth + 1)
            for field in out["fields"]
        ]
    return out
