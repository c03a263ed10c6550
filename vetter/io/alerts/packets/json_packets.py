"""Alert packets in JSON text: one object, an array or lines of them, read one at a time.

Brokers and their archives send packets so (Kowalski, Fritz, ALeRCE, AMPEL, Fink), with the stamps
as base64 or as rows of numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from vetter.errors import InputError
from vetter.io.alerts.packets import size_limits
from vetter.io.alerts.packets.byte_ranges import ByteRange
from vetter.io.alerts.packets.json_values import plain_value
from vetter.io.alerts.packets.producers import STAMP_NAMES, normal, producer_of, with_body

_SEARCHED_BYTES = 4 << 20
"""Bytes searched for the first stamp; the history in front of it takes a tenth."""

_CHUNK_BYTES = 1 << 20
_FIRST_TRY_BYTES = 1 << 18
_CUT_BYTES = 32
"""Distance from the end of the bytes read within which an error may be that they end there."""

_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*+[\[{]")
_TEXT = rb'"(?:[^"\\]++|\\.)*+"'
# A stamp: a record of one, rows of numbers, or base64. Null, an address or its record are none.
_STAMP = re.compile(
    rb'"(?:[a-z]:)?cutout_?(?:science|template|difference)(?:[._]?stampdata(?:_small)?)?"\s*:\s*'
    rb'(?:\{\s*"(?:stamp_?data|file_?name|\$binary)"|\[|"(?:[A-Za-z0-9+/_=\\-]{64}|\\u001f|data:))',
    re.IGNORECASE,
)
_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|' + _TEXT + rb")*+([\[\]{}])", re.DOTALL)
_BETWEEN = re.compile(rb"(?:[\s,:\[\]}]++|" + _TEXT + rb"|[-+.\w]++)*+", re.DOTALL)
_DECODER = json.JSONDecoder(object_hook=plain_value)


class _Object(NamedTuple):
    """Place of an object, whether it is the value of a key, and the object or what ails it."""

    offset: int
    has_key: bool
    value: dict[str, Any] | InputError


def is_json_start(start: bytes) -> bool:
    """Return whether the first bytes of a file are those of an object or array in JSON."""
    return _START.match(start) is not None


class JsonPackets:
    """Packets in JSON text.

    Parameters
    ----------
    data : ByteRange
        Closed with the packets.
    """

    def __init__(self, data: ByteRange) -> None:
        self._data = data
        self._held: tuple[int, bytes] = 0, b""

    def holds_packets(self) -> bool:
        """Return whether the first object with a stamp is a packet: it has a candidate, too.

        A list without stamps is a table.
        """
        nesting = self._nesting_of_first_stamp()
        if not nesting:
            return False
        try:
            value, _ = self._object_at(nesting[-1])
        except InputError:
            # Listed, it is named with the damage.
            return True
        return producer_of(with_body(value)) is not None

    def iter_packets(
        self, after: int | None = None
    ) -> Iterator[tuple[int, dict[str, Any] | InputError]]:
        """Yield the offset of each packet and its record without stamps and history.

        An object that cannot be read is yielded as its error. In lines, reading goes on with the
        next one.

        Parameters
        ----------
        after : int, optional
            Offset yielded before; the packets behind it are yielded.

        Raises
        ------
        InputError
            The text between two packets is not JSON.
        """
        objects = self._objects(self._begin() if after is None else after)
        if after is not None:
            next(objects, None)
        for item in objects:
            if isinstance(item.value, InputError):
                yield item.offset, item.value
                continue
            record = _packet_in(item.value)
            # A reply has other objects beside its packets.
            if not item.has_key or producer_of(record) is not None:
                yield item.offset, _without_stamps(record)

    def record(self, offset: int) -> dict[str, Any]:
        """Return a whole packet by its offset; raise InputError if it is gone or damaged."""
        value, _ = self._object_at(offset)
        return _packet_in(value)

    def close(self) -> None:
        """Close the file."""
        self._data.close()

    def _begin(self) -> int:
        """Return the offset from which objects are packets: the first bracket's for lines."""
        nesting = self._nesting_of_first_stamp()
        # Lines begin with the first of them, whether it has stamps or not.
        return nesting[-2] + 1 if len(nesting) > 1 else self._read(0, _CUT_BYTES).find(b"{")

    def _nesting_of_first_stamp(self) -> list[int]:
        """Return the offsets of the brackets open at the first stamp; empty without stamps."""
        head = self._read(0, _SEARCHED_BYTES)
        if not is_json_start(head):
            return []
        found = _STAMP.search(head)
        nesting: list[int] = []
        for bracket in _BRACKET.finditer(head, 0, found.start()) if found else ():
            if bracket[1] in b"[{":
                nesting.append(bracket.start(1))
            elif nesting:
                nesting.pop()
        return nesting

    def _objects(self, offset: int) -> Iterator[_Object]:
        while (found := self._next_object(offset)) is not None:
            start, has_key = found
            try:
                value, offset = self._object_at(start)
            except InputError as error:
                yield _Object(start, has_key, error)
                line = self._next_line(start)
                if line is None:
                    return
                offset = line
            else:
                yield _Object(start, has_key, value)

    def _next_object(self, offset: int) -> tuple[int, bool] | None:
        """Return where the next object begins, and whether behind a key; None at the end."""
        size, last = _CHUNK_BYTES, b""
        while True:
            content = self._read(offset, size)
            between = _BETWEEN.match(content)
            end = between.end() if between else 0
            last = content[:end].rstrip()[-1:] or last
            if content[end : end + 1] == b"{":
                return offset + end, last == b":"
            if len(content) < size:
                if end < len(content):
                    raise InputError(f"damaged at byte {offset + end}: not JSON")
                return None
            if end:
                offset += end
            elif content[:1] != b'"' or size >= size_limits.PACKET:
                raise InputError(f"damaged at byte {offset}: not JSON")
            else:
                # A text that ends behind the bytes read.
                size = min(4 * size, size_limits.PACKET)

    def _object_at(self, offset: int) -> tuple[dict[str, Any], int]:
        """Return the object at an offset, and the offset behind it."""
        size = _FIRST_TRY_BYTES
        while True:
            content = self._read(offset, size)
            try:
                # One letter a byte: a place in the text is a place in the file.
                value, end = _DECODER.raw_decode(content.decode("latin-1"))
                break
            except json.JSONDecodeError as error:
                is_at_end = error.pos > len(content) - _CUT_BYTES
                if not (is_at_end or error.msg.startswith("Unterminated")):
                    place = offset + error.pos
                    raise InputError(f"damaged at byte {place}: {error.msg}") from error
                if len(content) < size:
                    raise InputError(f"cut short in the packet at byte {offset}") from error
            except (RecursionError, ValueError) as error:
                raise InputError(f"damaged at byte {offset}: {error}") from error
            if size >= size_limits.PACKET:
                raise InputError(f"the packet at byte {offset} takes over {size} bytes")
            size = min(4 * size, size_limits.PACKET)
        if not content[:end].isascii():
            value = _DECODER.decode(content[:end].decode("utf-8", "replace"))
        if not isinstance(value, dict):
            raise InputError(f"the packet at byte {offset} is gone: the file has changed")
        return value, offset + end

    def _next_line(self, offset: int) -> int | None:
        """Return the offset of the next line that begins with an object; None for no such line."""
        while content := self._read(offset, _CHUNK_BYTES):
            place = content.find(b"\n{")
            if place >= 0:
                return offset + place + 1
            if len(content) < _CHUNK_BYTES:
                return None
            offset += len(content) - 1
        return None

    def _read(self, offset: int, count: int) -> bytes:
        """Return bytes; several packets are read at once, since packed files seek slowly."""
        start, held = self._held
        if not start <= offset or offset + count > start + len(held):
            start, held = offset, self._data.read(offset, max(count, _CHUNK_BYTES))
            self._held = start, held
        return held[offset - start : offset - start + count]


def _packet_in(value: dict[str, Any]) -> dict[str, Any]:
    """Return the packet that an object is, or that it holds: ``{"alert": {...}}``."""
    record = with_body(value)
    if producer_of(record) is None:
        for part in value.values():
            if isinstance(part, dict) and not STAMP_NAMES.isdisjoint(map(normal, part)):
                return with_body(part)
    return record


def _without_stamps(record: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in record.items()
        if normal(name) not in STAMP_NAMES and not isinstance(value, list)
    }
