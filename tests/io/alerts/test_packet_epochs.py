"""Packets of one object in one list are its epochs; two of one image are two objects."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.alert_files import packed, record
from vetter.io.alerts.columns import rows_of
from vetter.io.alerts.open_alerts import open_alerts
from vetter.io.alerts.packet_epochs import PacketEpochs
from vetter.io.alerts.packets.producers import WINTER, ZTF, producer_of
from vetter.io.alerts.source import AlertSource
from vetter.io.input_options import InputOrigin
from vetter.review.cutouts.epoch_row import epochs_of, object_rows

JD = 2460219.5


def packet(candid: int, name: str, jd: float, **changes: Any) -> dict[str, Any]:
    return record(candid, objectId=name, jd=jd, **changes)


def opened(path: Path, *packets: dict[str, Any]) -> AlertSource:
    path.write_bytes(packed(packets))
    return open_alerts([path], None, None, None, InputOrigin())


def groups(source: AlertSource) -> list[list[int]]:
    return [object_rows(source, row) for row in range(len(source.candidates))]


def test_packets_of_one_object_are_epochs_in_order_of_time(tmp_path: Path) -> None:
    source = opened(
        tmp_path / "a.avro",
        packet(1, "ZTF20aaaaaaa", JD + 2),
        packet(2, "ZTF20bbbbbbb", JD),
        packet(3, "ZTF20aaaaaaa", JD, fid=1),
        packet(4, "ZTF20aaaaaaa", JD + 1),
    )
    assert groups(source) == [[2, 3, 0], [1], [2, 3, 0], [2, 3, 0]]
    epochs = epochs_of(source, 0)
    assert [epoch.name for epoch in epochs] == ["3", "4", "1"]
    assert [epoch.filter for epoch in epochs] == ["g", "r", "r"]
    assert epochs[0].time.startswith("2023-10-02T00:00:00")
    assert "epochs by the packets' object id: 1 object was found more than once" in source.notes
    source.close()


def test_list_of_single_objects_has_no_epochs(tmp_path: Path) -> None:
    source = opened(tmp_path / "a.avro", packet(1, "a", JD), packet(2, "b", JD + 1))
    assert source.object_epochs is None and epochs_of(source, 0) == []
    source.close()


def test_two_packets_of_one_image_are_two_objects(tmp_path: Path) -> None:
    source = opened(
        tmp_path / "a.avro",
        packet(1, "a", JD, ra=10.0),
        packet(2, "a", JD + 0.2 / 86400, ra=10.001),
        packet(3, "a", JD + 3, ra=10.0009),
        packet(4, "a", JD + 3, ra=10.0),
    )
    # The nearest of the other image, not the first of it.
    assert groups(source) == [[0, 3], [1, 2], [1, 2], [0, 3]]
    source.close()


@pytest.mark.parametrize(
    "changes", [{"fid": 1}, {"jd": JD + 30 / 86400}], ids=["filter", "half a minute"]
)
def test_other_filter_or_exposure_is_another_image(tmp_path: Path, changes: Any) -> None:
    source = opened(
        tmp_path / "a.avro", packet(1, "a", JD), record(2, objectId="a", **{"jd": JD, **changes})
    )
    assert groups(source) == [[0, 1], [0, 1]]
    source.close()


def test_packets_without_object_are_objects_of_their_own(tmp_path: Path) -> None:
    source = opened(tmp_path / "a.avro", packet(1, "", JD), packet(2, "", JD + 1))
    assert source.object_epochs is None
    source.close()


def test_ids_of_two_producers_are_two_objects(tmp_path: Path) -> None:
    source = opened(
        tmp_path / "a.avro",
        packet(1, "7", JD, publisher="turbo"),
        packet(2, "7", JD + 1, publisher="somebody"),
    )
    assert source.object_epochs is None
    source.close()


def test_epochs_grow_with_the_list(tmp_path: Path) -> None:
    packets = [packet(n, f"o{n % 20}", JD + n) for n in range(60)]
    source = opened(tmp_path / "a.avro", *packets)
    first = len(source.candidates)
    assert first < 60
    source.read_whole_list()
    assert object_rows(source, 3) == [3, 23, 43]
    assert object_rows(source, 3, first) == [3, 23]
    assert [epoch.row for epoch in epochs_of(source, 3, first)] == [3, 23]
    source.close()


def test_real_object_has_its_three_packets(real_data: Path) -> None:
    source = open_alerts(
        [real_data / "alerts" / "ztf"], None, None, None, InputOrigin()
    ).read_whole_list()
    names = [source.candidates.name(row) for row in range(len(source.candidates))]
    for row, name in enumerate(names):
        same = [other for other, known in enumerate(names) if known == name]
        assert sorted(object_rows(source, row)) == same
    assert names.count("ZTF20aajcdad") == 2
    source.close()


PRODUCERS = {producer.name: producer for producer in (ZTF, WINTER)}


def grouped(*packets: dict[str, Any]) -> list[list[int]]:
    """Rows of each object, from packets in two lots."""
    epochs = PacketEpochs()
    for part in (packets[:2], packets[2:]):
        found = [(one, producer_of(one) or ZTF) for one in part]
        epochs.add(rows_of(found), PRODUCERS)
    labels = epochs.epochs().labels.tolist()
    return sorted([row for row, label in enumerate(labels) if label == n] for n in set(labels))


@pytest.mark.parametrize(
    ("second", "third", "groups"),
    [
        ({"jd": JD + 1}, {"jd": JD + 2}, [[0, 1, 2]]),
        ({"jd": JD + 1, "name": "b"}, {"jd": JD + 2}, [[0, 2], [1]]),
        # Without an id, each is an object of its own.
        ({"jd": JD + 1, "name": ""}, {"jd": JD + 2, "name": ""}, [[0], [1], [2]]),
        # As a number, it may be missing or none.
        ({"jd": JD + 1, "name": 7}, {"jd": JD + 2, "name": 7}, [[0], [1, 2]]),
        ({"jd": JD + 1, "name": None}, {"jd": JD + 2, "name": None}, [[0], [1], [2]]),
        ({"jd": JD + 1, "name": math.nan}, {"jd": JD + 2, "name": math.nan}, [[0], [1], [2]]),
        # Packets without a time are of no common image.
        ({"jd": None}, {"jd": None}, [[0, 1, 2]]),
    ],
)
def test_packets_of_one_id_are_one_object(
    second: dict[str, Any], third: dict[str, Any], groups: list[list[int]]
) -> None:
    packets = [
        packet(n, **{"name": "a", **one}) for n, one in enumerate(({"jd": JD}, second, third))
    ]
    assert grouped(*packets) == groups


def test_object_of_another_producer_is_another() -> None:
    other = packet(2, "a", JD + 1)
    other["publisher"] = "WINTER"
    assert grouped(packet(1, "a", JD), other) == [[0], [1]]


@pytest.mark.parametrize(
    ("times", "mjd"),
    [
        ([JD, JD + 1], 60219.0),
        ([60219.0, 60220.0], 60219.0),
        ([1e6 - 1, 1e6], 1e6 - 1),
        ([1000001.5, 1000002.5], -1399999.0),
    ],
)
def test_times_are_mjd(times: list[float], mjd: float) -> None:
    epochs = PacketEpochs()
    epochs.add(rows_of([(packet(n, "a", jd), ZTF) for n, jd in enumerate(times)]), PRODUCERS)
    assert epochs.epochs().times.tolist() == [mjd, mjd + 1]


@pytest.mark.parametrize(
    ("known", "missing"),
    [(7, None), (7, math.nan), (7.0, None), (7.0, math.nan), ("a", None), ("a", ""), ("a", " ")],
)
def test_id_of_any_type_may_be_missing(known: object, missing: object) -> None:
    names: list[Any] = [known, missing, missing, known]
    epochs = PacketEpochs()
    found = [(packet(n, name, JD + n), ZTF) for n, name in enumerate(names)]
    epochs.add(rows_of(found), PRODUCERS)
    labels = epochs.epochs().labels.tolist()
    assert labels[0] == labels[3] and len(set(labels)) == 3


@pytest.mark.parametrize("time", ["soon", None])
def test_packets_without_a_number_for_a_time_are_of_no_common_image(time: Any) -> None:
    first, second = packet(1, "a", time), packet(2, "a", time, ra=10.001)
    assert grouped(first, second) == [[0, 1]]
    del first["candidate"]["jd"], second["candidate"]["jd"]
    assert grouped(first, second) == [[0, 1]]


@pytest.mark.parametrize(("seconds", "groups"), [(0.95, [[0], [1]]), (1.05, [[0, 1]])])
def test_packets_within_a_second_are_of_one_image(seconds: float, groups: list[list[int]]) -> None:
    second = packet(2, "a", JD + seconds / 86400, ra=10.001)
    assert grouped(packet(1, "a", JD), second) == groups


@pytest.mark.parametrize(("fid", "groups"), [(2, [[0], [1]]), (None, [[0, 1]]), (1, [[0, 1]])])
def test_image_is_of_one_filter(fid: int | None, groups: list[list[int]]) -> None:
    second = packet(2, "a", JD, ra=10.001, fid=fid)
    assert grouped(packet(1, "a", JD), second) == groups


def test_packets_without_an_id_are_of_their_own_in_all_lots() -> None:
    epochs = PacketEpochs()
    for count in (1, 3, 2):
        found = [(packet(n, "", JD + n), ZTF) for n in range(count)]
        epochs.add(rows_of(found), PRODUCERS)
    assert len(set(epochs.epochs().labels.tolist())) == 6
