from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.alert_files import noise, packed, record, stamp, write_tar
from tests.helpers.alert_packets import STAMPS
from vetter.errors import InputError
from vetter.io.alerts.packets import json_packets, size_limits
from vetter.io.alerts.packets.byte_ranges import HeldBytes
from vetter.io.alerts.packets.json_packets import JsonPackets
from vetter.io.alerts.packets.packets import Packet, Packets, Unread
from vetter.io.alerts.source import AlertSource
from vetter.io.field.nearby_planes import PlanesWanted
from vetter.io.inputs.open_input import open_input

EARLIER = {"jd": 2460210.5, "fid": 2, "magpsf": 19.0, "sigmapsf": 0.1, "isdiffpos": "t"}


def packet(number: int) -> dict[str, Any]:
    """A packet with a history and stamps of its own."""
    stamps = {
        name: {"fileName": "x.fits.gz", "stampData": stamp(noise(seed=number + k))}
        for k, name in enumerate(STAMPS)
    }
    return record(number, prv_candidates=[EARLIER]) | stamps


def text(value: Any, indent: int | None = None) -> str:
    """JSON with bytes as base64."""
    return json.dumps(value, default=lambda data: base64.b64encode(data).decode(), indent=indent)


def extended(value: Any) -> Any:
    """What MongoDB's tools write for a value."""
    if isinstance(value, bytes):
        return {"$binary": {"base64": base64.b64encode(value).decode(), "subType": "00"}}
    if isinstance(value, dict):
        return {name: extended(part) for name, part in value.items()}
    if isinstance(value, list):
        return [extended(part) for part in value]
    if type(value) is int:
        return {"$numberLong": str(value)}
    return {"$numberDouble": str(value)} if type(value) is float else value


def old_binary(packets: list[dict[str, Any]]) -> str:
    """The former form of MongoDB's bytes, of which only the text counts."""
    return json.dumps(
        packets, default=lambda data: {"$binary": base64.b64encode(data).decode(), "$type": "00"}
    )


def with_names(packets: list[dict[str, Any]]) -> str:
    return text({f"ZTF{number}": one for number, one in enumerate(packets)})


FORMS: dict[str, Callable[[list[dict[str, Any]]], str]] = {
    "array": text,
    "array over lines": lambda packets: text(packets, 2),
    "lines": lambda packets: "\n".join(map(text, packets)) + "\n",
    "lines with a head": lambda packets: "\ufeff" + "\r\n".join(map(text, packets)),
    "objects over lines": lambda packets: "\n".join(text(one, 4) for one in packets),
    "reply": lambda packets: text({"status": "ok", "data": packets, "pages": {"total": 1}}),
    "reply within": lambda packets: text({"data": {"alerts": packets}, "message": "a {b} [c"}),
    "names": with_names,
    "wrapped lines": lambda packets: "\n".join(text({"alert": one}) for one in packets),
    "extended": lambda packets: json.dumps(extended(packets)),
    "extended, old": old_binary,
}


def opened(path: Path) -> AlertSource:
    source = open_input(str(path))
    assert isinstance(source, AlertSource)
    source.read_whole_list()
    return source


@pytest.mark.parametrize("form", FORMS)
def test_packets_in_json_are_those_in_avro(tmp_path: Path, form: str) -> None:
    packets = [packet(number) for number in (1, 2, 3)]
    (tmp_path / "avro").mkdir()
    (tmp_path / "avro" / "a.avro").write_bytes(packed(packets))
    (tmp_path / "a.json").write_text(FORMS[form](packets), encoding="utf-8")
    source, expected = opened(tmp_path / "a.json"), opened(tmp_path / "avro" / "a.avro")
    listed, known = source.candidates, expected.candidates
    assert listed.keys.tolist() == known.keys.tolist() and listed.roles == known.roles
    assert set(known.columns) == set(listed.columns)
    assert listed.ra.tolist() == known.ra.tolist() and not source.report
    cutout, like = source.cutout(2), expected.cutout(2)
    assert list(cutout.planes) == list(like.planes)
    for name in ("image", "template", "diff"):
        np.testing.assert_array_equal(cutout[name], like[name])
    assert cutout.light_curve is not None and like.light_curve is not None
    np.testing.assert_array_equal(cutout.light_curve.value, like.light_curve.value)
    source.close()
    expected.close()


def test_a_single_packet_is_a_list_of_one(tmp_path: Path) -> None:
    for number, content in enumerate((text(packet(7)), text({"data": packet(7)}, 1))):
        path = tmp_path / f"{number}.json"
        path.write_text(content)
        source = opened(path)
        assert source.candidates.keys.tolist() == ["7"]
        source.close()


def test_files_of_a_folder_and_packed_ones_are_read(tmp_path: Path) -> None:
    for number in range(1, 5):
        (tmp_path / f"{number}.json").write_text(text(packet(number)))
    (tmp_path / "notes.json").write_text('{"night": 5}')
    (tmp_path / "5.jsonl.gz").write_bytes(gzip.compress(text(packet(5)).encode()))
    source = opened(tmp_path)
    assert sorted(source.candidates.keys.tolist()) == ["1", "2", "3", "4", "5"]
    assert any("1 other file" in note for note in source.notes)
    np.testing.assert_array_equal(source.cutout(4)["image"], noise(seed=5))
    source.close()


def test_members_of_archives_are_read(tmp_path: Path) -> None:
    members = {
        "1.json": text(packet(1)).encode(),
        "2.json.gz": gzip.compress(text([packet(2), packet(3)]).encode()),
        "list.json": b'[{"id": 1, "ra": 2.0, "dec": 3.0}]',
        "4.avro": packed([packet(4)]),
    }
    source = opened(write_tar(tmp_path / "night.tar", members))
    assert source.candidates.keys.tolist() == ["1", "2", "3", "4"]
    np.testing.assert_array_equal(source.cutout(2)["template"], noise(seed=4))
    source.close()


@pytest.mark.parametrize(
    "content",
    [
        '[{"candid": 1, "ra": 2.0, "dec": 3.0, "cutoutScience": null}]',
        '[{"candid": 1, "ra": 2.0, "dec": 3.0, "cutoutScience": "https://example.org/a.fits"}]',
        '[{"candid": 1, "ra": 2.0, "dec": 3.0, "cutoutScience": {"url": "https://a.org/b"}}]',
        '[{"candid": 1, "ra": 2.0, "dec": 3.0, "note": "a \\"cutoutScience\\": {"}]',
    ],
)
def test_a_list_without_stamps_stays_a_list(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    assert not JsonPackets(HeldBytes(content.encode())).holds_packets()
    # Of a list, the images are asked for.
    with pytest.raises(PlanesWanted, match="json table"):
        open_input(str(tmp_path / "a.json"))


def test_stamps_without_a_candidate_are_no_packets() -> None:
    content = text({"cutoutScience": {"stampData": stamp(noise())}}).encode()
    assert not JsonPackets(HeldBytes(content)).holds_packets()


def test_listing_goes_on_from_any_place(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [text(packet(1)), '{"candid": 2, oh}', text(packet(3)), text(packet(4))[:-900]]
    path.write_text("\n".join(lines))
    packets = Packets([str(path)])
    whole = list(packets.iter_packets())
    assert [type(item) for item in whole] == [Packet, Unread, Packet, Unread]
    for reached, item in enumerate(whole):
        assert list(packets.iter_packets(item.place)) == whole[reached + 1 :]
    reasons = [item.reason for item in whole if isinstance(item, Unread)]
    assert "damaged at byte" in reasons[0] and "cut short in the packet at byte" in reasons[1]
    packets.close()


def test_packets_are_read_whatever_the_bytes_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = FORMS["reply"]([packet(n) for n in range(3)]).replace('"status"', f'"{"s" * 999}"')
    found = []
    for size in (70, 1000, 1 << 20):
        monkeypatch.setattr(json_packets, "_CHUNK_BYTES", size)
        monkeypatch.setattr(json_packets, "_FIRST_TRY_BYTES", size)
        found.append(list(JsonPackets(HeldBytes(content.encode())).iter_packets()))
    assert len(found[0]) == 3 and found[0] == found[1] == found[2]


def test_a_packet_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size_limits, "PACKET", 1 << 19)
    content = f'{{"candid": 1, "ra": 1.0, "dec": 2.0, "cutoutScience": "{"A" * (1 << 20)}"}}'
    (_, error), *rest = JsonPackets(HeldBytes(content.encode())).iter_packets()
    assert isinstance(error, InputError) and "takes over" in str(error) and not rest


def test_letters_beyond_ascii_are_kept() -> None:
    one = record(1, objectId="Größe")
    content = json.dumps(one, default=lambda data: base64.b64encode(data).decode())
    raw = content.encode().replace(b"Gr\\u00f6\\u00dfe", "Größe".encode())
    assert "Größe".encode() in raw
    ((offset, _),) = JsonPackets(HeldBytes(raw)).iter_packets()
    assert JsonPackets(HeldBytes(raw)).record(offset)["objectId"] == "Größe"
