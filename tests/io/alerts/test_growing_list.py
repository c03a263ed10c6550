from __future__ import annotations

import numpy as np

from tests.helpers.alert_files import record
from vetter.io.alerts.growing_list import GrowingList
from vetter.io.alerts.listing import Lot, lot_size, read_lot
from vetter.io.alerts.packets.packets import LeftAlone, Packet, PacketPlace, Unread


def lot(*ids: int | None, size: int = 100, **changes: object) -> Lot:
    packets = []
    for number, candid in enumerate(ids):
        packet = record(candid or 0, **changes)
        if candid is None:
            packet["candidate"]["candid"] = packet["candid"] = None
        packets.append(Packet(PacketPlace(number), packet, ""))
    return read_lot(iter(packets), size)


def test_rows_are_only_appended() -> None:
    growing = GrowingList()
    growing.add(lot(1, 2))
    before = growing.candidates(())
    columns = {name: before.column(name).copy() for name in before.columns}
    growing.add(lot(3, nbad=None, extra=1.5))
    after = growing.candidates(())
    assert len(before) == 2 and len(after) == 3
    assert after.keys.tolist() == ["1", "2", "3"]
    for name, values in columns.items():
        np.testing.assert_array_equal(after.column(name)[:2], values)
    assert np.isnan(after.column("nbad")[2])
    assert np.isnan(after.column("extra")[:2].astype(float)).all()
    assert before.columns == list(columns)


def test_repeated_ids_are_kept_apart_and_stay_as_they_are() -> None:
    growing = GrowingList()
    growing.add(lot(7, 8, 7))
    growing.add(lot(7, None, None))
    assert growing.candidates(()).keys.tolist() == ["7", "8", "7#2", "7#3", "row-5", "row-6"]
    assert (growing.repeated, growing.unnamed) == (2, 2)
    assert growing.own_key(2) == "7" and growing.own_key(4) == ""


def test_the_roles_are_known_from_the_producer() -> None:
    growing = GrowingList()
    growing.add(lot(1))
    candidates = growing.candidates(())
    roles = candidates.roles
    assert (roles.key, roles.name, roles.mag, roles.filter) == (
        "candid",
        "objectId",
        "magpsf",
        "band",
    )
    assert candidates.value("x", 0) == 1499.25
    assert candidates.candidate(0)["isdiffpos"] is True


def test_lots_grow_so_that_the_sum_of_all_lists_stays_small() -> None:
    total, built = 0, 0
    while total < 100_000:
        total += lot_size(total)
        built += total
    assert built < 6 * total


def test_a_lot_ends_after_so_many_good_packets() -> None:
    found = iter([Packet(PacketPlace(n), record(n), "") for n in range(5)])
    first = read_lot(found, 2)
    assert len(first.places) == 2 and not first.last and first.reached == PacketPlace(1)
    assert read_lot(found, 10).last


def test_bad_packets_are_counted_with_their_reason() -> None:
    items = [
        Unread(PacketPlace(0, block=-1), "a.avro", "is empty"),
        Packet(PacketPlace(1), {"x": 1}, ""),
    ]
    found = read_lot(iter(items), 5)
    assert found.rows is None
    assert found.unread == (
        ("a.avro", "is empty"),
        ("packet 1", "contains no record of a candidate"),
    )


def rubin(number: int, **more: object) -> Packet:
    source = {
        "diaSourceId": number,
        "diaObjectId": 10 * number,
        "x": 5.0,
        "y": 6.0,
        "ra": 10.0,
        "dec": -3.0,
        "midpointMjdTai": 61041.25,
        "band": "z",
        "psfFlux": 100.0,
        **more,
    }
    return Packet(PacketPlace(number), {"diaSourceId": number, "diaSource": source}, "")


def test_each_packet_of_a_mixed_list_is_read_by_its_own_producer() -> None:
    growing = GrowingList()
    growing.add(lot(1, 2, jd=2461041.75))
    assert growing.candidates(()).roles.mag == "magpsf"
    growing.add(read_lot(iter([rubin(7), rubin(8)]), 5))
    growing.add(lot(3, objectId="ZTFx"))
    found = growing.candidates(())
    roles = found.roles
    assert (roles.key, roles.name, roles.time, roles.mag) == ("id", "object", "mjd", "magpsf")
    assert found.column("id").tolist() == [1, 2, 7, 8, 3]
    assert [found.name(row) for row in (0, 2, 3)] == [found.candidate(0)["objectId"], "70", "80"]
    np.testing.assert_allclose(found.column("mjd")[:4], [61041.25] * 4)
    assert [found.value("filter", row) for row in (2, 3)] == ["z", "z"]
    assert found.value("mag", 0) == found.candidate(0)["magpsf"]
    assert np.isnan(found.value("mag", 2))
    assert found.x[2:4].tolist() == [5.0, 5.0] and roles.x is None


def test_a_column_made_for_several_producers_hides_no_other() -> None:
    growing = GrowingList()
    growing.add(lot(1, object="mine"))
    growing.add(read_lot(iter([rubin(7)]), 5))
    found = growing.candidates(())
    assert found.roles.name == "object_"
    assert found.column("object").tolist()[0] == "mine"


def test_widths_are_told_where_there_are_several() -> None:
    growing = GrowingList()
    growing.add(lot(1, 2, fwhm=3.5))
    assert growing.widths.describe() == ""
    growing.add(read_lot(iter([rubin(7)]), 5))
    assert growing.widths.describe() == (
        "FWHM 3.50 px of ZTF, and of packets that bring their PSF its own"
    )


def test_lots_count_what_is_no_packet() -> None:
    growing = GrowingList()
    others = [LeftAlone(PacketPlace(n), "a.txt") for n in range(2)]
    growing.add(read_lot(iter(others), 5))
    growing.add(read_lot(iter([others[0], Unread(PacketPlace(3), "b", "c")]), 5))
    assert (growing.left_alone, growing.unread, len(growing)) == (3, [("b", "c")], 0)


def test_key_that_others_have_taken_is_numbered_on() -> None:
    growing = GrowingList()
    growing.add(lot(7))
    packet = record(8)
    packet["candidate"]["candid"] = packet["candid"] = "7#2"
    growing.add(read_lot(iter([Packet(PacketPlace(1), packet, "")]), 5))
    growing.add(lot(7, 7))
    assert growing.candidates(()).keys.tolist() == ["7", "7#2", "7#3", "7#4"]
    assert growing.repeated == 2 and growing.producer(3) == "ZTF"


UNITS = {
    "psfFlux": "nJy",
    "apFluxErr": "nJy",
    "dipoleFluxDiff": "nJy",
    "trailFlux_x": None,
    "trailLength": "arcsec",
    "dipoleAngleErr": "deg",
    "ephRate": "deg / d",
    "ephVmag": "mag",
    "snr": None,
}


def test_columns_of_rubin_have_units_in_a_list_of_rubin_alone() -> None:
    growing = GrowingList()
    growing.add(read_lot(iter([rubin(7, **dict.fromkeys(UNITS, 1.5), apFlux=3), rubin(8)]), 5))
    table = growing.candidates(()).table
    units = {name: table[name].unit for name in UNITS}
    assert {name: unit and unit.to_string() for name, unit in units.items()} == UNITS
    assert np.isnan(table["ephVmag"][1]) and table["psfFlux"][1] == 100.0
    assert table["apFlux"].mask.tolist() == [False, True] and table["apFlux"].unit == "nJy"
    growing.add(lot(1))
    mixed = growing.candidates(()).table
    assert {mixed[name].unit for name in UNITS} == {None}
