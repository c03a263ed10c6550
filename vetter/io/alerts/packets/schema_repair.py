"""Schemas that a strict reader refuses, mended where the mend is known."""

from __future__ import annotations

import json
from typing import Any

from vetter.core.number_text import counted
from vetter.errors import InputError
from vetter.io.files.unreadable import said

_PRIMITIVES: dict[str, tuple[type, ...]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "int": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "bytes": (str,),
    "string": (str,),
}


def mended(schema: dict[str, Any]) -> tuple[Any, str]:
    """A schema parsed, and what had to be mended for that, in words.

    Packets are read with the schema that they were written with, by which no default is ever
    used: one of the wrong type (``"type": "int", "default": null``) may go. A type that is
    defined again word for word is the one defined before.

    Raises
    ------
    InputError
        It is refused for another reason.
    """
    try:
        return _parsed(schema), ""
    except _Refused as refused:
        reason = refused
    mended = []
    defaults: list[str] = []
    schema = _without_wrong_defaults(schema, defaults)
    if defaults:
        named = ", ".join(defaults[:3]) + (", ..." if len(defaults) > 3 else "")
        mended.append(f"left out {counted(len(defaults), 'invalid default')} ({named})")
    again: list[str] = []
    schema = _defined_once(schema, {}, again)
    if again:
        mended.append(f"types defined twice ({', '.join(again[:3])}) were taken once")
    if not mended:
        raise InputError(f"its schema is refused: {reason}") from reason
    try:
        return _parsed(schema), "its schema was mended: " + "; ".join(mended)
    except _Refused as refused:
        raise InputError(f"its schema is refused: {refused}") from refused


class _Refused(Exception):
    """What the strict reader says."""


def _parsed(schema: Any) -> Any:
    from fastavro import parse_schema

    try:
        return parse_schema(json.loads(json.dumps(schema)))
    # On a damaged schema the library raises a dozen kinds of errors.
    except Exception as error:
        raise _Refused(said(error)) from error


def _without_wrong_defaults(schema: Any, found: list[str]) -> Any:
    if isinstance(schema, list):
        return [_without_wrong_defaults(part, found) for part in schema]
    if not isinstance(schema, dict):
        return schema
    out = {}
    for key, value in schema.items():
        if key != "default":
            out[key] = _without_wrong_defaults(value, found)
        elif _suits(schema.get("type"), value):
            out[key] = value
        else:
            found.append(str(schema.get("name", "?")))
    return out


def _suits(kind: Any, value: Any) -> bool:
    """Whether a default is of the first type of a union, or of the type."""
    if isinstance(kind, list):
        return bool(kind) and _suits(kind[0], value)
    if isinstance(kind, dict):
        inner = kind.get("type")
        if inner == "array":
            return isinstance(value, list)
        if inner in ("record", "map"):
            return isinstance(value, dict)
        return isinstance(value, str) if inner in ("enum", "fixed") else _suits(inner, value)
    if kind in ("int", "long") and isinstance(value, bool):
        return False
    return isinstance(value, _PRIMITIVES.get(kind, ()))


def _defined_once(schema: Any, known: dict[str, Any], again: list[str]) -> Any:
    if isinstance(schema, list):
        return [_defined_once(part, known, again) for part in schema]
    if not isinstance(schema, dict):
        return schema
    name = schema.get("name")
    if schema.get("type") in ("record", "enum", "fixed") and isinstance(name, str):
        if name in known and known[name] == schema:
            again.append(name)
            return name
        known[name] = schema
    return {
        key: value if key == "default" else _defined_once(value, known, again)
        for key, value in schema.items()
    }
