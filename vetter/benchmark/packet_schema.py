"""The schema of alert packets that are made: as ZTF's, with the fields that are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

STAMPS = ("cutoutScience", "cutoutTemplate", "cutoutDifference")


def field(name: str, kind: Any, optional: bool = False) -> dict[str, Any]:
    """A field of a record; one that is optional may be null, and is so where nothing is given."""
    if optional:
        return {"name": name, "type": ["null", kind], "default": None}
    return {"name": name, "type": kind}


def packet_schema(own: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A packet's schema, whose candidate has these fields besides those of every epoch."""
    epoch = [
        field("jd", "double"),
        field("fid", "int"),
        field("isdiffpos", "string", optional=True),
        *(field(name, "float", optional=True) for name in ("magpsf", "sigmapsf", "diffmaglim")),
    ]
    stamp = _record("cutout", [field("fileName", "string"), field("stampData", "bytes")])
    earlier = {"type": "array", "items": _record("prv_candidate", epoch)}
    return {
        **_record(
            "alert",
            [
                field("publisher", "string"),
                field("objectId", "string"),
                field("candid", "long"),
                field("candidate", _record("candidate", [*epoch, *own])),
                field("prv_candidates", earlier, optional=True),
                *(
                    # Defined once, named after that.
                    field(name, "ztf.cutout" if number else stamp, optional=True)
                    for number, name in enumerate(STAMPS)
                ),
            ],
        ),
        "namespace": "ztf",
    }


def _record(name: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": fields}
