"""Packets of many files: listed in order, and read again by their places."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vetter.errors import InputError
from vetter.io.alerts.packets import size_limits
from vetter.io.alerts.packets.archives.gzip import GzipBytes
from vetter.io.alerts.packets.archives.tar import Member, members
from vetter.io.alerts.packets.archives.unpacked import UnpackedBytes
from vetter.io.alerts.packets.archives.zip import ZipBytes
from vetter.io.alerts.packets.avro import (
    Container,
    Head,
    find_container,
    is_container,
)
from vetter.io.alerts.packets.avro_schema import PacketSchema
from vetter.io.alerts.packets.byte_ranges import ByteRange, FileBytes, HeldBytes, PartOfBytes
from vetter.io.alerts.packets.confluent import SchemaFolder, read_framed
from vetter.io.alerts.packets.json_packets import JsonPackets
from vetter.io.alerts.packets.parquet import PacketRows
from vetter.io.alerts.packets.producers import with_body
from vetter.io.alerts.packets.recognition import (
    Kind,
    content_of,
    kind_of_bytes,
    kind_of_file,
    open_content,
)
from vetter.io.tables.named_content import describe_file

_HEAD_BYTES = 512
_MAX_HELD_BYTES = 4 << 20
"""Largest size of a file that is read whole."""

_MAX_OPEN_FILES = 8
_JSON = (Kind.JSON, Kind.PACKED_JSON)
_ARCHIVES = (Kind.TAR, Kind.PACKED_TAR, Kind.ZIP)


@dataclass(frozen=True, slots=True, order=True)
class PacketPlace:
    """Address of a packet: file number, offset and size of the archive member, block, index, head.

    The size is -1 outside archives, and the block -1 for a whole file or member. The block is
    an offset in Avro containers and JSON, and the number of a row group in Parquet files. The
    head is the offset of the packet's container, if several are joined in one file.
    """

    file: int
    start: int = 0
    size: int = -1
    block: int = 0
    index: int = 0
    head: int = 0


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet's record without stamps and history, its place, and a note on schema repairs."""

    place: PacketPlace
    record: dict[str, Any]
    note: str


@dataclass(frozen=True, slots=True)
class Unread:
    """An unreadable file, archive member or block, and the reason."""

    place: PacketPlace
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A file of another kind, by content and by name."""

    place: PacketPlace
    name: str


class Packets:
    """Reader of the packets of files.

    Parameters
    ----------
    files : sequence of str
    schema : PacketSchema, SchemaFolder or None
        Schema of packets that come without one, or schemas by number.
    in_turn : bool
        Whether the files will be listed to the end.
    shared : int, optional
        Open temporary file into which another process unpacks the first file; see `shared`.
    """

    def __init__(
        self,
        files: Sequence[str],
        schema: PacketSchema | SchemaFolder | None = None,
        in_turn: bool = False,
        shared: int | None = None,
    ) -> None:
        self.files = files
        self._shared, self._unpacked = shared, 0
        self._in_turn = in_turn
        self._schema = schema
        self._last: Head | None = None
        self._open: OrderedDict[int, ByteRange | PacketRows | JsonPackets] = OrderedDict()

    def iter_packets(
        self, after: PacketPlace | None = None
    ) -> Iterator[Packet | Unread | LeftAlone]:
        """Yield the contents of the files in order, from behind the place ``after``."""
        first = 0 if after is None else after.file
        for number in range(first, len(self.files)):
            here = after if number == first else None
            if here is not None and here.size == -1 and here.block < 0:
                # The whole file was reported before, as Unread or LeftAlone.
                continue
            try:
                yield from self._list_file(number, here)
            except InputError as error:
                name = self.files[number]
                yield Unread(PacketPlace(number, block=-1), name, _reason(error, name))
            self._close(number)

    def record(self, place: PacketPlace, whole: bool = True) -> dict[str, Any]:
        """Read one packet; with ``whole`` False it may lack its history.

        Raises
        ------
        InputError
            The packet cannot be read any more.
        """
        path = Path(self.files[place.file])
        try:
            # Archives, JSON and Parquet files stay open: their kind need not be found again.
            source = self._open.get(place.file)
            kind = kind_of_file(path, self._schema is not None) if source is None else None
            if kind is Kind.PARQUET or isinstance(source, PacketRows):
                rows = self._open_rows(place.file)
                return with_body(rows.record(place.block, place.index, whole))
            if kind in _JSON or isinstance(source, JsonPackets):
                return self._open_json(place.file).record(place.block)
            if kind is not None and kind in _ARCHIVES:
                source = self._open_bytes(place.file, kind)
            if source is not None:
                is_member = place.size >= 0
                part = PartOfBytes(source, place.start, place.size) if is_member else source
                return self._record_in(part, place, whole)
            file = FileBytes(path)
            try:
                content = self._unpack(file, kind or Kind.CONTAINER)
                if kind is Kind.PACKED_CONTAINER:
                    # It may hold many packets, and unpacking it takes longer than reading one.
                    self._keep(place.file, content)
                return self._record_in(content, place, whole)
            finally:
                file.close()
        except InputError as error:
            raise InputError(f"{path}: {_reason(error, path)}") from error

    def gzip_index(self, number: int) -> bytes | None:
        """Return the index of the part read of a gzipped archive; None for other files."""
        source = self._open.get(number)
        return source.index() if isinstance(source, GzipBytes) else None

    def take_gzip_index(self, number: int, index: bytes) -> None:
        """Use an index made by another process."""
        source = self._open_bytes(number, Kind.PACKED_TAR)
        if isinstance(source, GzipBytes):
            source.take_index(index)

    @property
    def shared(self) -> int | None:
        """Number of the temporary file into which the first file is unpacked; None without."""
        source = self._open.get(0)
        return source.shared if isinstance(source, UnpackedBytes) else None

    def unpacked(self) -> int:
        """Return how many bytes of the first file are in the temporary file."""
        source = self._open.get(0)
        return source.unpacked if isinstance(source, UnpackedBytes) else self._unpacked

    def take_unpacked(self, count: int) -> None:
        """Use so many bytes of the first file that another process has unpacked."""
        source = self._open.get(0)
        if isinstance(source, UnpackedBytes):
            source.take_unpacked(count)

    def close(self) -> None:
        """Close the files."""
        for number in list(self._open):
            self._close(number)

    def _list_file(
        self, number: int, after: PacketPlace | None
    ) -> Iterator[Packet | Unread | LeftAlone]:
        path = Path(self.files[number])
        kind = kind_of_file(path, self._schema is not None)
        if kind in _ARCHIVES:
            yield from self._list_archive(number, kind, after)
        elif kind is Kind.PARQUET:
            yield from self._list_parquet(number, after)
        elif kind in _JSON:
            yield from self._list_json(self._open_json(number), PacketPlace(number), after)
        elif kind is Kind.OTHER:
            yield LeftAlone(PacketPlace(number, block=-1), str(path))
        elif kind is Kind.EMPTY:
            raise InputError("the file is empty")
        elif kind is Kind.DAMAGED:
            raise InputError(f"expected an Avro file or a tar archive, found {describe_file(path)}")
        else:
            data = FileBytes(path)
            try:
                yield from self._list_container(data, kind, PacketPlace(number), after)
            finally:
                data.close()

    def _list_archive(
        self, number: int, kind: Kind, after: PacketPlace | None
    ) -> Iterator[Packet | Unread | LeftAlone]:
        data = self._open_bytes(number, kind)
        path = self.files[number]
        begin = 0
        if after is not None:
            begin = after.start + -(-after.size // _HEAD_BYTES) * _HEAD_BYTES
            if after.block >= 0:
                yield from self._list_rest_of_member(data, after)
        others = 0
        listed = data.members(begin) if isinstance(data, ZipBytes) else members(data, begin)
        for member in listed:
            others += 1
            if others > size_limits.CONSECUTIVE_OTHERS:
                raise InputError(
                    f"{size_limits.CONSECUTIVE_OTHERS} consecutive files are not packets"
                )
            place = PacketPlace(number, member.start, member.size, block=-1)
            name = f"{path}[{member.name}]"
            if member.refused:
                yield Unread(place, name, f"{member.refused}: left alone")
                continue
            try:
                for item in self._list_member(data, member, place, name):
                    others = others if isinstance(item, LeftAlone) else 0
                    yield item
            except InputError as error:
                yield Unread(place, name, str(error))

    def _list_member(
        self, archive: ByteRange, member: Member, place: PacketPlace, name: str
    ) -> Iterator[Packet | Unread | LeftAlone]:
        content = archive.read(member.start, member.size)
        if not content:
            raise InputError("the file is empty")
        kind = kind_of_bytes(content[:_HEAD_BYTES], self._schema is not None)
        if kind in (Kind.TAR, Kind.PACKED_TAR):
            raise InputError("an archive in the archive: left alone")
        if kind is Kind.OTHER:
            if member.name.lower().endswith((".avro", ".avro.gz")):
                raise InputError(
                    f"expected an Avro file, found one that begins with {content[:8]!r}"
                )
            yield LeftAlone(place, name)
            return
        data = HeldBytes(content)
        if kind in _JSON and not JsonPackets(self._unpack(data, kind)).holds_packets():
            yield LeftAlone(place, name)
            return
        yield from self._list_container(data, kind, place, None)

    def _list_rest_of_member(
        self, data: ByteRange, after: PacketPlace
    ) -> Iterator[Packet | Unread]:
        content = data.read(after.start, after.size)
        kind = kind_of_bytes(content[:_HEAD_BYTES], self._schema is not None)
        place = PacketPlace(after.file, after.start, after.size, block=-1)
        try:
            yield from self._list_container(HeldBytes(content), kind, place, after)
        except InputError as error:
            yield Unread(place, f"{self.files[after.file]}, at byte {after.start}", str(error))

    def _list_container(
        self, data: ByteRange, kind: Kind, place: PacketPlace, after: PacketPlace | None
    ) -> Iterator[Packet | Unread]:
        data = self._unpack(data, kind)
        if kind in _JSON:
            yield from self._list_json(JsonPackets(data), place, after)
            return
        if kind is Kind.FRAMED:
            if after is None:
                content = data.read(0, size_limits.PACKET)
                at = PacketPlace(place.file, place.start, place.size)
                yield Packet(at, with_body(read_framed(content, self._schema)), "")
            return
        yield from self._list_containers(data, place, after)

    def _list_containers(
        self, data: ByteRange, place: PacketPlace, after: PacketPlace | None
    ) -> Iterator[Packet | Unread]:
        """Yield the packets of a container, and of those that ``cat`` joined to it.

        Behind a damaged one reading goes on with the next.
        """
        head = offset = skip = 0
        if after is not None:
            head, offset, skip = after.head, after.block, after.index + 1
        has_packets = after is not None
        while head >= 0:
            try:
                container = self._container(data, head)
                offset = offset or container.start
                while (block := container.block(offset)) is not None:
                    for index, record in enumerate(container.records(block, whole=False)):
                        if index >= skip:
                            has_packets = True
                            at = replace(place, block=offset, index=index, head=head)
                            yield Packet(at, with_body(record), container.schema.note)
                    offset, skip = block.end, 0
                head = head + offset if is_container(data, head + offset) else -1
            except InputError as error:
                joined = f"container at byte {head}: " if head else ""
                head = find_container(data, head + 1)
                if head < 0:
                    raise InputError(f"{joined}{error}") from error
                # The place is in front of the next container's first block.
                at = replace(place, block=0, index=-1, head=head)
                yield Unread(at, self.files[place.file], f"{joined}{error}; read on at byte {head}")
            offset = skip = 0
        if not has_packets:
            raise InputError("contains no packet")

    def _container(self, data: ByteRange, head: int) -> Container:
        """Open the container that begins at an offset."""
        if head:
            data = PartOfBytes(data, head, (data.size or sys.maxsize) - head)
        # Packets of one night begin with the same schema, which is then parsed once.
        container = Container(data, self._last)
        self._last = container.head
        return container

    def _list_json(
        self, packets: JsonPackets, place: PacketPlace, after: PacketPlace | None
    ) -> Iterator[Packet | Unread]:
        has_packets = after is not None
        for offset, record in packets.iter_packets(None if after is None else after.block):
            has_packets = True
            at = replace(place, block=offset)
            if isinstance(record, InputError):
                yield Unread(at, f"{self.files[place.file]}, packet at byte {offset}", str(record))
            else:
                yield Packet(at, record, "")
        if not has_packets:
            raise InputError("contains no packet")

    def _list_parquet(self, number: int, after: PacketPlace | None) -> Iterator[Packet]:
        rows = self._open_rows(number)
        begin, skip = (0, 0) if after is None else (after.block, after.index + 1)
        for group in range(begin, rows.groups):
            for row, record in enumerate(rows.iter_rows(group, skip), start=skip):
                at = PacketPlace(number, block=group, index=row)
                yield Packet(at, with_body(record), "")
            skip = 0

    def _record_in(self, data: ByteRange, place: PacketPlace, whole: bool) -> dict[str, Any]:
        data = self._hold(data)
        kind = kind_of_bytes(data.read(0, _HEAD_BYTES), self._schema is not None)
        if kind is Kind.FRAMED:
            return with_body(read_framed(data.read(0, size_limits.PACKET), self._schema))
        if kind in _JSON:
            return JsonPackets(self._unpack(data, kind)).record(place.block)
        container = self._container(self._unpack(data, kind), place.head)
        return with_body(container.record(place.block, place.index, whole))

    def _unpack(self, data: ByteRange, kind: Kind) -> ByteRange:
        """Return the content: a small file read whole, a packed one unpacked within limits."""
        content = content_of(data, kind)
        return self._hold(content) if content is data else content

    def _hold(self, data: ByteRange) -> ByteRange:
        """Return a small file read whole."""
        if isinstance(data, HeldBytes) or data.size is None or data.size > _MAX_HELD_BYTES:
            return data
        return HeldBytes(data.read(0, data.size))

    def _open_bytes(self, number: int, kind: Kind) -> ByteRange:
        source = self._open.get(number)
        if source is None:
            path = Path(self.files[number])
            shared, self._shared = (self._shared, None) if number == 0 else (None, self._shared)
            if kind is Kind.ZIP:
                source = ZipBytes(path)
            elif shared is not None:
                source = UnpackedBytes(path, shared)
            else:
                source = open_content(path, self._in_turn)
            self._keep(number, source)
        assert not isinstance(source, (PacketRows, JsonPackets))
        return source

    def _open_json(self, number: int) -> JsonPackets:
        source = self._open.get(number)
        if not isinstance(source, JsonPackets):
            source = JsonPackets(open_content(Path(self.files[number]), self._in_turn))
            self._keep(number, source)
        return source

    def _open_rows(self, number: int) -> PacketRows:
        source = self._open.get(number)
        if not isinstance(source, PacketRows):
            source = PacketRows(Path(self.files[number]))
            self._keep(number, source)
        return source

    def _keep(self, number: int, source: ByteRange | PacketRows | JsonPackets) -> None:
        self._open[number] = source
        while len(self._open) > _MAX_OPEN_FILES:
            self._open.popitem(last=False)[1].close()

    def _close(self, number: int) -> None:
        source = self._open.pop(number, None)
        if number == 0 and isinstance(source, UnpackedBytes):
            self._unpacked = source.unpacked
        if source is not None:
            source.close()


def _reason(error: InputError, path: Path | str) -> str:
    """Return an error's text without the file's name, which the caller puts in front."""
    return str(error).removeprefix(f"{path}: ")
