"""The list of packets in lots, as a worker reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.alert_files import packed, record, write_packets, write_tar
from vetter.io.alerts.listing import (
    DOUBLING_FROM,
    FIRST_LOT_SIZE,
    LOT_GROWTH,
    Listing,
    ListRequest,
    last_lot,
    lot_size,
    lots,
    place_of,
    read_lot,
)
from vetter.io.alerts.packets.packets import LeftAlone, Packet, PacketPlace, Unread


@pytest.mark.parametrize(
    ("so_far", "size"),
    [
        (0, FIRST_LOT_SIZE),
        (1, LOT_GROWTH),
        (32, 32 * LOT_GROWTH),
        (DOUBLING_FROM - 1, (DOUBLING_FROM - 1) * LOT_GROWTH),
        (DOUBLING_FROM, DOUBLING_FROM),
        (16384, 16384),
        (20000, 16384),
        (65536, 16384),
        (80000, 20000),
    ],
)
def test_lots_multiply_then_double_then_grow_by_a_quarter(so_far: int, size: int) -> None:
    assert lot_size(so_far) == size


def test_other_files_and_unreadable_ones_are_counted() -> None:
    items = [
        Packet(PacketPlace(0), record(1), "mended"),
        LeftAlone(PacketPlace(1), "a.txt"),
        LeftAlone(PacketPlace(2), "b.txt"),
        Unread(PacketPlace(3), "c.avro", "is empty"),
        Packet(PacketPlace(4, index=6), {"x": 1}, ""),
        Packet(PacketPlace(5), record(2), "mended"),
    ]
    lot = read_lot(iter(items), 9)
    assert lot.left_alone == 2 and lot.schema_notes == ("mended",) and lot.failed == ""
    assert lot.unread == (
        ("c.avro", "is empty"),
        ("packet 7", "contains no record of a candidate"),
    )
    assert lot.last and lot.reached == PacketPlace(5) and lot.gzip_index is None
    assert lot.rows is not None and lot.rows.keys == ["1", "2"]
    assert [place_of(row) for row in lot.places] == [PacketPlace(0), PacketPlace(5)]


def test_lot_ends_at_its_size_or_after_4096_other_files() -> None:
    def others() -> Iterator[LeftAlone]:
        return (LeftAlone(PacketPlace(n), "a") for n in range(5000))

    assert read_lot(others(), 2).left_alone == 4096 and not read_lot(others(), 2).last
    assert read_lot(others(), 4500).left_alone == 4500
    mixed = [Unread(PacketPlace(n), "a", "b") for n in range(4095)]
    lot = read_lot(iter([*mixed, *others()]), 2)
    assert (len(lot.unread), lot.left_alone) == (4095, 1)


def test_long_lot_is_one_table() -> None:
    one = record(1)
    lot = read_lot((Packet(PacketPlace(n), one, "") for n in range(2050)), 3000)
    assert lot.rows is not None and len(lot.rows) == len(lot.places) == 2050


def test_list_goes_on_behind_the_place_that_was_reached(tmp_path: Path) -> None:
    files = tuple(str(path) for path in write_packets(tmp_path / "a", 70))
    found = list(lots(ListRequest(files, None, None, 0)))
    assert [len(lot.places) for lot in found] == [FIRST_LOT_SIZE, 38]
    assert [lot.last for lot in found] == [False, True]
    (rest,) = lots(ListRequest(files, None, found[0].reached, 32))
    assert rest.rows is not None and found[1].rows is not None
    assert rest.rows.keys == found[1].rows.keys and rest.last


def test_archive_that_is_packed_comes_with_its_index(tmp_path: Path) -> None:
    content = {f"{n}.avro": packed([record(n)]) for n in range(3)}
    path = write_tar(tmp_path / "a.tar.gz", content, "w:gz")
    (lot,) = lots(ListRequest((str(path),), None, None, 0))
    assert len(lot.places) == 3
    assert lot.gzip_index is None or lot.gzip_index[0] == 0


def test_schema_that_cannot_be_read_ends_the_list(tmp_path: Path) -> None:
    (lot,) = lots(ListRequest((), str(tmp_path / "none.avsc"), None, 0))
    assert lot.last and "none.avsc" in lot.failed and lot.rows is None
    assert (len(lot.places), lot.unread, lot.left_alone, lot.reached) == (0, (), 0, None)


def test_worker_sends_what_is_read_here(tmp_path: Path) -> None:
    files = [str(path) for path in write_packets(tmp_path / "a", 3)]
    listing = Listing(files, None, None, 0)
    sent = listing.next_lot()
    (here,) = lots(ListRequest(tuple(files), None, None, 0))
    assert sent.rows is not None and here.rows is not None
    assert (sent.rows.keys, sent.last, sent.failed) == (here.rows.keys, True, "")
    # The process has ended: what follows is empty.
    after = listing.next_lot()
    assert (after.last, after.failed, after.rows) == (True, "", None)


def test_listing_that_is_closed_lists_nothing() -> None:
    listing = Listing(["none"], None, None, 0)
    listing.close()
    lot: Any = listing.next_lot()
    assert (lot.last, lot.failed, lot.rows) == (True, "", None)


def test_last_lot_has_its_reason() -> None:
    lot = last_lot("cut short")
    assert (lot.last, lot.failed, lot.schema_notes, lot.gzip_index) == (True, "cut short", (), None)
