"""Blocks of Avro containers, unpacked to a bounded size."""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import Any

from vetter.errors import InputError
from vetter.io.alerts.packets import size_limits

KNOWN = ("null", "deflate", "bzip2", "xz", "snappy", "zstandard")


def unpacked_block(codec: str, data: bytes) -> bytes:
    """A block's bytes as its codec unpacks them.

    Raises
    ------
    InputError
        An unknown codec, damage, or more than ``size_limits.PACKET`` bytes.
    """
    if codec == "null":
        return data
    try:
        out = _unpack(codec, data)
    except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
        raise InputError(f"a {codec} block that cannot be unpacked: {error}") from error
    if len(out) > size_limits.PACKET:
        raise InputError(f"a {codec} block that unpacks to over {size_limits.PACKET} bytes")
    return out


def unpacked_gzip(data: bytes, most: int) -> bytes:
    """What a gzip stream unpacks to; one byte over ``most`` where that is too much.

    Raises
    ------
    zlib.error, EOFError
        It is damaged or cut short.
    """
    machine = zlib.decompressobj(31)
    out = machine.decompress(data, most + 1)
    if len(out) <= most and not machine.eof:
        raise EOFError("cut short")
    return out


def _unpack(codec: str, data: bytes) -> bytes:
    most = size_limits.PACKET + 1
    if codec == "deflate":
        return zlib.decompressobj(-15).decompress(data, most)
    if codec == "bzip2":
        return bz2.BZ2Decompressor().decompress(data, most)
    if codec == "xz":
        # The dictionary alone may be asked to be gigabytes large.
        return lzma.LZMADecompressor(memlimit=4 * most).decompress(data, most)
    if codec == "snappy":
        # Four bytes of checksum follow.
        size = _snappy_size(data)
        return bytes(_arrow(codec).decompress(data[:-4], size, codec="snappy", asbytes=True))
    if codec == "zstandard":
        arrow = _arrow(codec)
        with arrow.CompressedInputStream(arrow.BufferReader(data), "zstd") as stream:
            return bytes(stream.read(most))
    raise InputError(f"packed with {codec[:20]!r}; known are {', '.join(KNOWN)}")


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


def _arrow(codec: str) -> Any:
    try:
        import pyarrow
    except ImportError as error:
        raise InputError(
            f"packed with {codec}, which needs pyarrow: pip install pyarrow"
        ) from error
    return pyarrow
