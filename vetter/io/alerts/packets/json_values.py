"""Values of MongoDB's extended JSON, in which archives of alerts keep their packets."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any


def plain_value(item: dict[str, Any]) -> Any:
    """Return the value that an object of extended JSON stands for; other objects as given.

    Both of MongoDB's forms of bytes are known. Bytes and numbers that cannot be read stay as they
    are.

    Examples
    --------
    >>> plain_value({"$numberLong": "2475433850015010009"})
    2475433850015010009
    >>> plain_value({"$binary": {"base64": "AQI=", "subType": "00"}})
    b'\\x01\\x02'
    >>> plain_value({"ra": 1.5})
    {'ra': 1.5}
    """
    # Only these have one key, or two with the type of the bytes.
    if not 0 < len(item) <= 2:
        return item
    name, value = next(iter(item.items()))
    convert = _CONVERSIONS.get(name)
    if convert is None:
        return item
    try:
        return convert(value)
    except (KeyError, TypeError, ValueError):
        return item


def _bytes(value: Any) -> bytes:
    text = value["base64"] if isinstance(value, Mapping) else value
    return base64.b64decode(text)


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "$binary": _bytes,
    "$numberLong": int,
    "$numberInt": int,
    "$numberDouble": float,
    "$numberDecimal": float,
    "$oid": str,
    "$date": lambda value: value,
}
