"""Avro schemas of packets, checked against memory bombs, repaired where possible, parsed once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from vetter.errors import InputError
from vetter.io.alerts.packets import size_limits
from vetter.io.alerts.packets.producers import STAMP_NAMES, normal
from vetter.io.files.unreadable import reason_of

# Bytes that a value of each primitive type takes at least in a packet.
_LEAST_BYTES = {
    "null": 0,
    "boolean": 1,
    "int": 1,
    "long": 1,
    "float": 4,
    "double": 8,
    "bytes": 1,
    "string": 1,
}
# Bytes of memory for values in Python, and for their slots in lists, records and maps. Measured:
# a million records of one field take 215 MB, of 30 fields 837 MB.
_FLOAT, _FIXED, _CONTAINER, _RECORD = 24, 33, 64, 184
_ITEM, _FIELD, _ENTRY = 12, 32, 60
_WITH_ARTICLE = {"array": "an array", "map": "a map"}


@dataclass(frozen=True, slots=True)
class PacketSchema:
    """A usable schema of packets.

    Attributes
    ----------
    parsed : object
        In the form of fastavro.
    head : object
        The same without the fields behind the candidate's record: reading these few is twenty
        times faster, and enough for the list.
    tail : object or None
        The same from the first stamp on; None if that is not behind ``head``, or not a schema
        of its own.
    tail_branches : bytes
        First bytes that the field of the first stamp may have; empty: any.
    fields : tuple of str
        Names of the packet's fields.
    note : str
        Note on what was repaired; empty if nothing was.
    plain : object
        The schema before fastavro parsed it.
    """

    parsed: Any
    head: Any
    tail: Any
    tail_branches: bytes
    fields: tuple[str, ...]
    note: str
    plain: Any

    def refuse_bomb(self, size: int) -> None:
        """Refuse packets of ``size`` bytes that can take more than ``size_limits.MEMORY`` bytes.

        Raises
        ------
        InputError
            The packets can take more memory.
        """
        per_byte = size_limits.MEMORY // max(size, 1)
        if per_byte >= size_limits.MEMORY_PER_BYTE:
            return
        try:
            _MemoryExcess(per_byte).of(self.plain, "", 0)
        except InputError as error:
            raise InputError(
                f"packets of {size} bytes that can take over {size_limits.MEMORY} bytes of memory; "
                "write them in smaller blocks"
            ) from error


@lru_cache(maxsize=64)
def packet_schema(text: bytes) -> PacketSchema:
    """Return the schema of the JSON text in front of packets.

    Raises
    ------
    InputError
        Not the schema of a record, or beyond repair, or a schema with which a few bytes unpack
        to any number of values.
    """
    return validate_schema(load_json(text))


def load_json(text: bytes) -> Any:
    """Parse JSON of bounded size; raise InputError."""
    if len(text) > size_limits.SCHEMA:
        raise InputError(f"its schema takes {len(text)} bytes, over {size_limits.SCHEMA}")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"its schema is no JSON: {' '.join(str(error).split())}") from error


def validate_schema(schema: Any) -> PacketSchema:
    """Return a checked schema from parsed JSON; see :func:`packet_schema`."""
    plain = without_extras(schema)
    record = _record_in(plain)
    if not isinstance(record.get("fields"), list):
        raise InputError("its schema has no fields")
    if _MemoryExcess(size_limits.MEMORY_PER_BYTE).of(plain, "", 0)[0] > 0:
        raise InputError("its schema is of records that take no bytes")
    parsed, note = parse_repaired(plain)
    head: Any = {**record, "fields": _head_fields(record["fields"])}
    names = tuple(str(field.get("name")) for field in record["fields"])
    tail, branches = _parse_tail(record, len(head["fields"]))
    if isinstance(plain, list):
        head = [head if part is record else part for part in plain]
    return PacketSchema(parsed, parse_repaired(head)[0], tail, branches, names, note, plain)


def _record_in(schema: Any) -> dict[str, Any]:
    """Return the schema's record, also out of a union with null, as Flink and Spark write it."""
    parts = schema if isinstance(schema, list) else [schema]
    records = [part for part in parts if part != "null"]
    if len(records) == 1 and isinstance(records[0], dict):
        if records[0].get("type") in ("record", "error"):
            return records[0]
    raise InputError("its schema is not that of a record")


def without_extras(schema: Any, depth: int = 0) -> Any:
    """Return a schema without the keys that reading ignores.

    These are documentation, logical types (values stay unconverted) and defaults. Defaults are
    never used with the schema that packets were written with, and fastavro refuses a schema with
    a default of the wrong type (``"type": "int", "default": null``).

    Raises
    ------
    InputError
        The schema is nested too deeply.
    """
    if depth > 4 * size_limits.SCHEMA_DEPTH:
        raise InputError("its schema is nested too deeply")
    if isinstance(schema, list):
        return [without_extras(part, depth + 1) for part in schema]
    if isinstance(schema, dict):
        left_out = ("default", "doc", "logicalType", "precision", "scale", "order")
        return {
            str(key): without_extras(value, depth + 1)
            for key, value in schema.items()
            if key not in left_out
        }
    return schema


def _head_fields(fields: list[Any]) -> list[Any]:
    """Return the fields up to the last one that the list needs."""
    last = -1
    for number, field in enumerate(fields):
        kinds = field["type"] if isinstance(field["type"], list) else [field["type"]]
        names = {kind.get("type") if isinstance(kind, dict) else kind for kind in kinds}
        name = str(field.get("name")).lower()
        if names <= set(_LEAST_BYTES) - {"bytes"} or name in ("candidate", "diasource"):
            last = number
    # Text and numbers behind the history are rare; reaching them means reading all of it.
    return fields[: last + 1] or fields


def _parse_tail(record: dict[str, Any], listed: int) -> tuple[Any, bytes]:
    """Return the schema from the first stamp on, and the first bytes that its field may have.

    Parameters
    ----------
    record : dict
        Schema of the packet.
    listed : int
        Number of fields that the list needs.
    """
    fields = record["fields"]
    stamps = (n for n, field in enumerate(fields) if normal(str(field["name"])) in STAMP_NAMES)
    first = next(stamps, -1)
    if first < listed:
        return None, b""
    try:
        tail = parse_repaired({**record, "fields": fields[first:]})[0]
    except InputError:
        # It names types that the fields before it define.
        return None, b""
    kinds = fields[first]["type"]
    if not isinstance(kinds, list):
        return tail, b""
    # Avro doubles the number of the branch.
    return tail, bytes(2 * n for n, kind in enumerate(kinds[:64]) if kind != "null")


class _MemoryExcess:
    """Excess memory of a schema's values over the allowance for their bytes in the packet.

    Some values take no bytes: a null, a record of nulls. The excess of a type is the largest
    ``memory - per_byte * bytes`` of any of its values, so each branch of a union is charged with
    its own bytes. An array can repeat the worst value of its items without end, so the excess of
    its items must not be positive.

    Parameters
    ----------
    per_byte : int
        Bytes of memory allowed for each byte of a packet.
    """

    def __init__(self, per_byte: int) -> None:
        self._per_byte = per_byte
        self._measured: dict[str, tuple[int, int]] = {}
        self._open: set[str] = set()

    def of(self, schema: Any, namespace: str, depth: int) -> tuple[int, int]:
        """Return a type's excess memory in bytes, and its number of parts."""
        if depth > size_limits.SCHEMA_DEPTH:
            raise InputError("its schema is nested too deeply")
        if isinstance(schema, list):
            branches = [self.of(part, namespace, depth + 1) for part in schema]
            if not branches:
                raise InputError("its schema has a union of no types")
            # The number of the branch takes a byte.
            excess = max(excess for excess, _ in branches) - self._per_byte
            return excess, _check_parts(1 + max(parts for _, parts in branches))
        if isinstance(schema, str):
            return self._of_name(schema, namespace)
        if not isinstance(schema, dict) or "type" not in schema:
            raise InputError("its schema has a type that is neither text, list nor definition")
        return self._of_definition(schema, namespace, depth)

    def _of_name(self, name: str, namespace: str) -> tuple[int, int]:
        if name in _LEAST_BYTES:
            return self._single_part(
                _LEAST_BYTES[name], _FLOAT if name in ("float", "double") else 0
            )
        full = name if "." in name or not namespace else f"{namespace}.{name}"
        for key in (full, name):
            if key in self._open:
                raise InputError(f"its schema's record {name} contains itself")
            if key in self._measured:
                return self._measured[key]
        raise InputError(f"its schema names a type {name[:60]} that it does not define")

    def _of_definition(
        self, schema: Mapping[str, Any], namespace: str, depth: int
    ) -> tuple[int, int]:
        kind = schema["type"]
        if kind in ("record", "error"):
            return self._of_record(schema, namespace, depth)
        if kind in ("array", "map"):
            inner = schema.get("items", schema.get("values"))
            excess, _ = self.of(inner, namespace, depth + 1)
            # The key of a map takes at least one byte.
            excess += _ITEM if kind == "array" else _ENTRY - self._per_byte
            if excess > 0:
                raise InputError(
                    f"its schema has {_WITH_ARTICLE[kind]} of values that take no bytes"
                )
            return self._single_part(1, _CONTAINER)
        if kind == "enum":
            return self._remember(schema, namespace, self._single_part(1, 0))
        if kind == "fixed":
            size = schema.get("size")
            if not isinstance(size, int) or not 0 <= size <= size_limits.PACKET:
                raise InputError("its schema has a fixed type of impossible size")
            return self._remember(schema, namespace, self._single_part(size, _FIXED))
        return self.of(kind, namespace, depth + 1)

    def _of_record(self, schema: Mapping[str, Any], namespace: str, depth: int) -> tuple[int, int]:
        name, namespace = full_name(schema, namespace)
        fields = schema.get("fields")
        if not isinstance(fields, list):
            raise InputError(f"its schema's record {name} has no fields")
        if name in self._open:
            raise InputError(f"its schema's record {name} contains itself")
        self._open.add(name)
        excess, parts = self._single_part(0, _RECORD)
        for field in fields:
            if not isinstance(field, dict) or "type" not in field:
                raise InputError(f"its schema's record {name} has a field without a type")
            beyond, more = self.of(field["type"], namespace, depth + 1)
            excess, parts = excess + beyond + _FIELD, _check_parts(parts + more)
        self._open.discard(name)
        self._measured[name] = excess, parts
        return excess, parts

    def _remember(
        self, schema: Mapping[str, Any], namespace: str, measured: tuple[int, int]
    ) -> tuple[int, int]:
        self._measured[full_name(schema, namespace)[0]] = measured
        return measured

    def _single_part(self, least_bytes: int, memory: int) -> tuple[int, int]:
        """Return the excess and part count of a type whose values take at least so many bytes."""
        return memory - self._per_byte * least_bytes, 1


def full_name(schema: Mapping[str, Any], namespace: str) -> tuple[str, str]:
    """Return a type's name with its namespace, and the namespace of its contents."""
    name = str(schema.get("name", ""))
    if "." in name:
        return name, name.rpartition(".")[0]
    namespace = str(schema.get("namespace", namespace) or "")
    return (f"{namespace}.{name}" if namespace else name), namespace


def _check_parts(parts: int) -> int:
    if parts > size_limits.SCHEMA_PARTS:
        raise InputError(f"its schema has over {size_limits.SCHEMA_PARTS} fields")
    return parts


def parse_repaired(schema: Any) -> tuple[Any, str]:
    """Return the parsed schema, and a note on repairs, empty without any.

    A type that is defined twice in the same words is defined once.

    Raises
    ------
    InputError
        fastavro refuses the schema for another reason.
    """
    try:
        return _parse(schema), ""
    except _Refused as refused:
        reason = refused
    repeated: list[str] = []
    schema = _define_once(schema, {}, repeated)
    if not repeated:
        raise InputError(f"its schema is refused: {reason}") from reason
    try:
        parsed = _parse(schema)
    except _Refused as refused:
        raise InputError(f"its schema is refused: {refused}") from refused
    return (
        parsed,
        f"its schema was repaired: types defined twice ({', '.join(repeated[:3])}) taken once",
    )


class _Refused(Exception):
    """Refusal of a schema by fastavro."""


def _parse(schema: Any) -> Any:
    from fastavro import parse_schema

    try:
        return parse_schema(json.loads(json.dumps(schema)))
    # fastavro raises a dozen kinds of errors for damaged schemas.
    except Exception as error:
        raise _Refused(reason_of(error)) from error


def _define_once(schema: Any, known: dict[str, Any], repeated: list[str]) -> Any:
    if isinstance(schema, list):
        return [_define_once(part, known, repeated) for part in schema]
    if not isinstance(schema, dict):
        return schema
    name = schema.get("name")
    if schema.get("type") in ("record", "enum", "fixed") and isinstance(name, str):
        if name in known and known[name] == schema:
            repeated.append(name)
            return name
        known[name] = schema
    return {key: _define_once(value, known, repeated) for key, value in schema.items()}
