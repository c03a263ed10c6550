"""Avro object containers: packets behind their schema.

This module reads header, blocks and codecs within size limits; fastavro reads the records.
"""

from __future__ import annotations

import bz2
import importlib
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.alerts.packets import size_limits
from vetter.io.alerts.packets.avro_schema import PacketSchema, packet_schema
from vetter.io.alerts.packets.avro_values import read_record, varint
from vetter.io.alerts.packets.byte_ranges import ByteRange, PartOfBytes
from vetter.io.alerts.packets.producers import needs_rest
from vetter.io.alerts.packets.stamp_search import find_stamps
from vetter.io.files.cancellation import check_cancelled
from vetter.io.files.file_marks import Mark, mark_of

MAGIC = b"Obj\x01"
_GZIP = b"\x1f\x8b"
_SYNC_BYTES = 16
# Two varints of at max_bytes ten bytes: the number of records and of bytes.
_MAX_BLOCK_HEAD_BYTES = 20
_FIRST_READ_BYTES = 1 << 18
_SEARCHED_AT_ONCE = 1 << 22
_MAX_TRIES = 64
"""Headers tried in the search for a container: a crafted file may have millions."""

KNOWN_CODECS = ("null", "deflate", "bzip2", "xz", "snappy", "zstandard")


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its offset, its number of records, and the offset and size of their bytes."""

    offset: int
    count: int
    start: int
    size: int

    @property
    def end(self) -> int:
        """Offset of the next block."""
        return self.start + self.size + _SYNC_BYTES


@dataclass(frozen=True, slots=True)
class Head:
    """A header up to the sync marker: its bytes, their number, its codec and schema."""

    content: bytes
    size: int
    codec: str
    schema: PacketSchema


class Container:
    """A container of packets.

    Parameters
    ----------
    data : ByteRange
        Not closed here.
    like : Head, optional
        Head of another container; if this one begins with the same bytes, it is reused.

    Attributes
    ----------
    head : Head or None
        None if it is too long to be compared.

    Raises
    ------
    InputError
        Not a container, or an unusable header; the text does not name the file.
    """

    def __init__(self, data: ByteRange, like: Head | None = None) -> None:
        self._data = data
        self._first_bytes = data.read(0, _FIRST_READ_BYTES)
        same = like is not None and self._first_bytes.startswith(like.content)
        head = like if like is not None and same else _read_head(self._first_bytes, data)
        self.head: Head | None = head if head.size <= len(self._first_bytes) else None
        self.codec, self.schema, end = head.codec, head.schema, head.size
        self._sync = self._read(end, _SYNC_BYTES)
        if len(self._sync) < _SYNC_BYTES:
            raise InputError("cut short in its header")
        self.start = end + _SYNC_BYTES

    def block(self, offset: int) -> Block | None:
        """Return the block at an offset, or None at the end: the file's, or another container.

        Raises
        ------
        InputError
            The block is cut short or damaged.
        """
        head = self._read(offset, _MAX_BLOCK_HEAD_BYTES)
        if not head or head.startswith(MAGIC):
            return None
        count, used = varint(head, 0)
        size, used = varint(head, used)
        if count < 0 or not 0 <= size <= size_limits.PACKET:
            raise InputError(
                f"damaged at byte {offset}: a block of {format_count(count, 'packet')}, {size} "
                "bytes"
            )
        block = Block(offset, count, offset + used, size)
        if self._data.size is not None and block.end > self._data.size:
            raise InputError("cut short in its last block")
        return block

    def records(self, block: Block, whole: bool = True) -> Iterator[dict[str, Any]]:
        """Yield the packets of a block; with ``whole`` False only the fields of the list.

        Raises
        ------
        InputError
            The block is damaged.
        """
        payload = self._payload(block)
        stream = io.BytesIO(payload)
        # Only the last packet of a block may be read in part: the next begins at its end.
        is_partial = not whole and block.count == 1
        schema = self.schema.head if is_partial else self.schema.parsed
        for _ in range(block.count):
            record = read_record(stream, schema)
            if is_partial and needs_rest(record):
                stream.seek(0)
                record = self._whole_record(stream) or record
            yield record

    def _payload(self, block: Block) -> bytes:
        """Return the bytes of a block's packets, unpacked; raise InputError if damaged."""
        payload = self._read(block.start, block.size)
        if len(payload) < block.size:
            raise InputError("cut short in its last block")
        if self._read(block.start + block.size, _SYNC_BYTES) != self._sync:
            raise InputError(f"damaged: the block at byte {block.offset} does not end in its mark")
        payload = unpack_block(self.codec, payload)
        if block.count > len(payload):
            raise InputError(f"damaged at byte {block.offset}: more packets than bytes")
        self.schema.refuse_bomb(len(payload))
        return payload

    def record(self, offset: int, index: int, whole: bool = True) -> dict[str, Any]:
        """Return one packet by the offset of its block and its number in the block.

        With ``whole`` False the history may be missing, which takes a tenth of the time.

        Raises
        ------
        InputError
            The packet is missing or damaged.
        """
        block = self.block(offset)
        if block is not None and block.count == 1 and index == 0 and not whole:
            record = self._without_history(block)
            if record is not None:
                return record
        if block is not None:
            for number, record in enumerate(self.records(block)):
                if number == index:
                    return record
        raise InputError("the packet is gone: the file has changed")

    def _without_history(self, block: Block) -> dict[str, Any] | None:
        """Return a packet's fields of the list, and those from the first stamp on; None: unknown.

        The block has one packet.
        """
        if self.schema.tail is None:
            return None
        payload = self._payload(block)
        stream = io.BytesIO(payload)
        record = read_record(stream, self.schema.head)
        stamps = find_stamps(payload, stream.tell(), self.schema)
        return None if stamps is None else record | stamps

    def _whole_record(self, stream: io.BytesIO) -> dict[str, Any] | None:
        """Read a whole packet; None if it is damaged behind the fields of the list."""
        try:
            return read_record(stream, self.schema.parsed)
        except InputError:
            # It is listed, and the damage reported with its stamps.
            return None

    def _read(self, offset: int, count: int) -> bytes:
        if offset + count <= len(self._first_bytes):
            return self._first_bytes[offset : offset + count]
        return self._data.read(offset, count)


def is_container(data: ByteRange, offset: int) -> bool:
    """Return whether a container begins at an offset."""
    return data.read(offset, len(MAGIC)) == MAGIC


def find_container(data: ByteRange, offset: int) -> int:
    """Return where the next container of a sound header begins, from an offset on; -1 for none."""
    tries = 0
    while tries < _MAX_TRIES:
        check_cancelled()
        content = data.read(offset, _SEARCHED_AT_ONCE)
        place = content.find(MAGIC)
        if place < 0:
            if len(content) < _SEARCHED_AT_ONCE:
                return -1
            offset += len(content) - len(MAGIC) + 1
            continue
        tries, offset = tries + 1, offset + place
        try:
            Container(PartOfBytes(data, offset, (data.size or sys.maxsize) - offset))
            return offset
        except InputError:
            # The four bytes were a packet's own.
            offset += len(MAGIC)
    return -1


def _read_head(first: bytes, data: ByteRange) -> Head:
    meta, end = _read_meta(first, data)
    text = meta.get("avro.schema")
    if text is None:
        raise InputError("an Avro file without a schema")
    codec = meta.get("avro.codec", b"null").decode("latin-1")
    return Head(first[:end], end, codec, packet_schema(text))


def _read_meta(first: bytes, data: ByteRange) -> tuple[dict[str, bytes], int]:
    if not first:
        raise InputError("the file is empty")
    if not first.startswith(MAGIC):
        raise InputError(f"no Avro file: expected 'Obj' at its beginning, found {first[:8]!r}")
    max_bytes = size_limits.SCHEMA + _FIRST_READ_BYTES
    try:
        return _parse_meta(first, len(MAGIC))
    except InputError:
        if len(first) < _FIRST_READ_BYTES:
            raise
    return _parse_meta(data.read(0, max_bytes), len(MAGIC))


def _parse_meta(head: bytes, position: int) -> tuple[dict[str, bytes], int]:
    meta: dict[str, bytes] = {}
    while True:
        count, position = varint(head, position)
        if count == 0:
            return meta, position
        if count < 0:
            count = -count
            _, position = varint(head, position)
        for _ in range(count):
            key, position = _parse_bytes(head, position)
            value, position = _parse_bytes(head, position)
            meta[key.decode("utf-8", "replace")] = value


def _parse_bytes(head: bytes, position: int) -> tuple[bytes, int]:
    size, position = varint(head, position)
    if not 0 <= size <= len(head) - position:
        raise InputError("cut short or damaged in its header")
    return head[position : position + size], position + size


def unpack_block(codec: str, data: bytes) -> bytes:
    """Return the bytes of a block, unpacked by its codec.

    Raises
    ------
    InputError
        An unknown codec, damage, or more than ``size_limits.PACKET`` bytes.
    """
    if codec == "null":
        return data
    try:
        out = _unpack_with(codec, data)
    except InputError:
        # Unknown codecs and missing packages are no damage.
        raise
    except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
        raise InputError(f"a {codec} block that cannot be unpacked: {error}") from error
    if len(out) > size_limits.PACKET:
        raise InputError(f"a {codec} block that unpacks to over {size_limits.PACKET} bytes")
    return out


def unpack_file(data: bytes, max_bytes: int) -> bytes:
    """Unpack a file packed by gzip, bzip2 or xz, to one byte over ``max_bytes`` at most.

    Raises
    ------
    InputError
        The file is damaged or cut short.
    """
    mark = mark_of(data)
    try:
        if mark is Mark.GZIP:
            return unpack_gzip(data, max_bytes)
        codec = "bzip2" if mark is Mark.BZIP2 else "xz"
        return unpack_block(codec, data)
    except (zlib.error, EOFError) as error:
        raise InputError(f"a damaged gzip file: {error}") from error


def unpack_gzip(data: bytes, max_bytes: int) -> bytes:
    """Unpack a gzip stream, to one byte over ``max_bytes`` if its content is larger.

    Raises
    ------
    zlib.error, EOFError
        The stream is damaged or cut short.
    """
    out = b""
    while True:
        decompressor = zlib.decompressobj(31)
        out += decompressor.decompress(data, max_bytes + 1 - len(out))
        if len(out) <= max_bytes and not decompressor.eof:
            raise EOFError("cut short")
        data = decompressor.unused_data
        # Files joined by cat are streams one behind the other.
        if len(out) > max_bytes or not data.startswith(_GZIP):
            return out


def _unpack_with(codec: str, data: bytes) -> bytes:
    max_bytes = size_limits.PACKET + 1
    if codec == "deflate":
        return zlib.decompressobj(-15).decompress(data, max_bytes)
    if codec == "bzip2":
        return _unpack_streams(bz2.BZ2Decompressor, data, max_bytes)
    if codec == "xz":
        # memlimit: a stream may demand a dictionary of gigabytes.
        make = partial(lzma.LZMADecompressor, memlimit=4 * max_bytes)
        return _unpack_streams(make, data, max_bytes)
    if codec == "snappy":
        # Four bytes of checksum follow.
        return _unpack_snappy(data[:-4], _snappy_size(data))
    if codec == "zstandard":
        return _unpack_zstandard(data, max_bytes)
    raise InputError(f"packed with {codec[:20]!r}; known are {', '.join(KNOWN_CODECS)}")


def _unpack_streams(make: Callable[[], Any], data: bytes, max_bytes: int) -> bytes:
    """Unpack one or more compressed streams, as parallel compressors write them."""
    out = b""
    while True:
        stream = make()
        out += bytes(stream.decompress(data, max_bytes - len(out)))
        data = stream.unused_data if stream.eof else b""
        if not data or len(out) >= max_bytes:
            return out


def _unpack_snappy(data: bytes, size: int) -> bytes:
    try:
        # What fastavro uses, where it is installed: 2 MB where pyarrow takes 45.
        cramjam = importlib.import_module("cramjam")
    except ImportError:
        arrow = _import_arrow("snappy", "cramjam")
        return bytes(arrow.decompress(data, size, codec="snappy", asbytes=True))
    try:
        return bytes(cramjam.snappy.decompress_raw(data))
    except cramjam.DecompressionError as error:
        raise ValueError(str(error)) from error


def _unpack_zstandard(data: bytes, max_bytes: int) -> bytes:
    for name in ("compression.zstd", "backports.zstd"):
        try:
            library = importlib.import_module(name)
        except ImportError:
            continue
        try:
            return _unpack_streams(library.ZstdDecompressor, data, max_bytes)
        except library.ZstdError as error:
            raise ValueError(str(error)) from error
    arrow = _import_arrow("zstandard", "backports.zstd")
    with arrow.CompressedInputStream(arrow.BufferReader(data), "zstd") as stream:
        return bytes(stream.read(max_bytes))


def _snappy_size(data: bytes) -> int:
    size = shift = 0
    for byte in data[:5]:
        size |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            break
    if size > size_limits.PACKET:
        raise InputError(f"a snappy block that unpacks to over {size_limits.PACKET} bytes")
    return size


def _import_arrow(codec: str, package: str) -> Any:
    try:
        import pyarrow
    except ImportError as error:
        raise InputError(
            f"packed with {codec}, which needs {package}: pip install {package}"
        ) from error
    return pyarrow
