"""Packets of Kafka streams: Confluent's five bytes in front, and no schema."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import Any

from vetter.errors import InputError
from vetter.io.alerts.packets import size_limits
from vetter.io.alerts.packets.avro import read_record
from vetter.io.alerts.packets.avro_schema import (
    PacketSchema,
    checked_schema,
    full_name,
    loaded_json,
)
from vetter.io.files.regular_files import open_plain_file

PREFIX = 5
"""Bytes before the record: a zero, and the number of the schema in four."""

_PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")


def is_framed(start: bytes) -> bool:
    """Return whether bytes may be a framed packet: a zero, then the number of a schema."""
    return len(start) > PREFIX and start[0] == 0 and struct.unpack(">I", start[1:5])[0] < 1 << 28


def read_framed(data: bytes, schema: PacketSchema | None) -> dict[str, Any]:
    """Read the packet behind the prefix.

    Raises
    ------
    InputError
        The schema is missing, or is not the one that the packet was written with.
    """
    if schema is None:
        number = struct.unpack(">I", data[1:PREFIX])[0]
        raise InputError(
            f"a packet from a stream, without its schema (number {number}); give --schema FILE.avsc"
        )
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
        schema = _insert_definitions(_load(path), path.parent, "", set(), 0)
        return checked_schema(schema)
    except InputError as error:
        text = str(error)
        raise InputError(text if text.startswith(str(path)) else f"{path}: {text}") from error


def _load(path: Path) -> Any:
    try:
        with open_plain_file(path) as file:
            return loaded_json(file.read(size_limits.SCHEMA + 1))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


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
