from __future__ import annotations

import base64
import json
import threading
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.alert_files import noise, packed, record, stamp, write_packets, write_tar
from tests.helpers.alert_packets import STAMPS
from vetter.errors import InputError
from vetter.io.alerts.open_alerts import natural_sort_key, open_alerts, packet_files
from vetter.io.alerts.source import AlertSource
from vetter.io.input_options import InputOptions, InputOrigin
from vetter.io.inputs.open_input import open_input


def science(seed: int) -> dict[str, object]:
    return {"fileName": "x.fits.gz", "stampData": stamp(noise(seed=seed))}


def opened(*paths: Path, radius: float | None = None) -> AlertSource:
    return open_alerts(list(paths), radius, None, None, InputOrigin())


def test_a_few_packets_are_complete_at_once(tmp_path: Path) -> None:
    write_packets(tmp_path, 3)
    source = opened(tmp_path)
    assert source.is_complete and source.is_complete and source.grow() is None
    assert source.candidates.keys.tolist() == ["1", "2", "3"]
    assert source.expected_count == 3
    source.close()


@pytest.mark.parametrize("kind", ["folder", "tar", "tar.gz"])
def test_many_packets_are_listed_while_the_first_are_shown(tmp_path: Path, kind: str) -> None:
    paths = write_packets(tmp_path / "night", 70)
    path = tmp_path / "night"
    if kind != "folder":
        members = {p.name: p.read_bytes() for p in paths}
        mode = "w:gz" if kind == "tar.gz" else "w"
        path = write_tar(tmp_path / f"night.{kind}", members, mode)
    source = opened(path)
    assert not source.is_complete
    first = source.candidates
    assert first.keys.tolist() == [str(n) for n in range(1, 33)]
    assert source.cutout(31).meta["candid"] == 32
    assert source.read_whole_list() is source
    assert source.is_complete and len(first) == 32
    assert source.candidates.keys.tolist() == [str(n) for n in range(1, 71)]
    assert source.cutout(69).meta["candid"] == 70
    assert source.cutout(0).meta["candid"] == 1
    source.close()


@pytest.fixture(scope="module")
def long_night() -> dict[str, bytes]:
    """Packets with noise of their own: their archive is longer than what is read of it at once."""
    return {
        f"{n}.avro": packed(
            [record(n, **{name: science(n + 100 * k) for k, name in enumerate(STAMPS)})]
        )
        for n in range(1, 61)
    }


@pytest.mark.parametrize("mode", ["w:bz2", "w:xz"])
def test_what_the_listing_unpacks_is_not_unpacked_again(
    tmp_path: Path, long_night: dict[str, bytes], mode: str
) -> None:
    path = write_tar(tmp_path / "night", long_night, mode)
    assert path.stat().st_size > 3 << 19
    source = opened(path)
    while source.grow() is not None:
        pass
    assert len(source.candidates) == 60
    # What the window has not read of the archive is gone.
    with path.open("rb+") as file:
        file.truncate(1 << 20)
    np.testing.assert_array_equal(source.cutout(59)["image"], noise(seed=60))
    source.close()


def test_a_list_that_is_never_continued_closes_its_file(tmp_path: Path) -> None:
    members = {f"{n}.avro": packed([record(n)]) for n in range(1, 40)}
    source = opened(write_tar(tmp_path / "night", members, "w:xz"))
    assert not source.is_complete
    source.close()
    assert source.grow() is None or len(source.candidates) == 32


def test_a_cutout_waits_for_its_row(tmp_path: Path) -> None:
    write_packets(tmp_path, 40)
    source = opened(tmp_path)
    assert source.cutout(39).meta["candid"] == 40
    source.close()


def test_closing_ends_a_wait_for_more(tmp_path: Path) -> None:
    write_packets(tmp_path, 40)
    source = opened(tmp_path)
    done: list[object] = []
    thread = threading.Thread(target=lambda: done.append(source.grow()))
    thread.start()
    source.close()
    thread.join(20)
    assert not thread.is_alive() and source.grow() is None


def test_bad_packets_are_named_and_skipped(tmp_path: Path) -> None:
    write_packets(tmp_path, 4)
    (tmp_path / "2.avro").write_bytes(b"Obj\x01")
    (tmp_path / "3.avro").write_bytes(b"")
    (tmp_path / "readme.txt").write_text("hello")
    source = opened(tmp_path)
    assert source.candidates.keys.tolist() == ["1", "4"]
    assert any("2 of 4 packets could not be read; File > Report" in n for n in source.notes)
    assert any("1 other file was left alone" in n for n in source.notes)
    assert [Path(line.split(": ")[0]).name for line in source.report] == ["2.avro", "3.avro"]
    source.close()


def test_nothing_but_bad_packets_is_an_error_in_one_line(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"{number}.avro").write_bytes(b"no")
    with pytest.raises(
        InputError, match=r"40 packets found, none can be read; the first, .*0.avro"
    ):
        opened(tmp_path)


def test_one_bad_packet_alone_is_named_once(tmp_path: Path) -> None:
    path = tmp_path / "a.avro"
    path.write_bytes(packed([record(1)])[:-60])
    with pytest.raises(InputError) as caught:
        opened(path)
    assert str(caught.value) == f"{path}: cut short in its last block"


def test_a_file_that_vanishes_or_changes_is_said(tmp_path: Path) -> None:
    paths = write_packets(tmp_path, 2)
    source = opened(tmp_path)
    paths[0].unlink()
    with pytest.raises(InputError, match="1.avro: cannot be read"):
        source.cutout(0)
    paths[1].write_bytes(packed([record(99)]))
    with pytest.raises(InputError, match="has changed since it was listed"):
        source.cutout(1)
    source.close()


def test_a_listing_that_dies_ends_the_list_and_says_so(tmp_path: Path) -> None:
    write_packets(tmp_path, 40)
    source = opened(tmp_path)
    listing = source._listing
    assert listing is not None
    listing._start = None
    assert source.read_whole_list().candidates is source.candidates
    assert len(source.candidates) == 32 and source.is_complete
    assert any("the list ends early" in note for note in source.notes)
    source.close()


def test_files_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("10.avro", "9.avro", "a2b10.avro", "a2b9.avro", "x.fits", ".hidden"):
        (tmp_path / name).write_bytes(b"")
    files, others = packet_files([tmp_path])
    assert [Path(f).name for f in files] == ["9.avro", "10.avro", "a2b9.avro", "a2b10.avro"]
    assert others == 2
    assert natural_sort_key("a10") > natural_sort_key("a9")


def test_stamps_are_shown_whole_or_cropped_about_the_candidate(tmp_path: Path) -> None:
    write_packets(tmp_path, 1)
    source = opened(tmp_path)
    assert source.default_radius == 31
    part = source.cutout(0, 10)
    assert part.shape == (21, 21)
    assert part.position == pytest.approx((10.25, 9.75))
    assert part.light_curve is not None
    whole = source.cutout(0, source.default_radius)
    assert whole.shape == (63, 63)
    np.testing.assert_array_equal(whole["image"][21:42, 21:42], part["image"])
    source.close()
    assert opened(tmp_path, radius=12).default_radius == 12


def test_packets_are_an_input_and_are_found_again(tmp_path: Path) -> None:
    write_packets(tmp_path / "night", 2)
    source = open_input([str(tmp_path / "night")], InputOptions(radius=15))
    assert source.record["inputs"] == [str(tmp_path / "night")]
    again = open_input(source.record["inputs"], InputOptions(**source.record["options"]))
    assert again.default_radius == 15
    assert again.fingerprints == source.fingerprints
    source.close()
    again.close()


def test_globs_of_packets_are_an_input(tmp_path: Path) -> None:
    write_packets(tmp_path, 3)
    source = open_input([str(tmp_path / "*.avro")])
    assert len(source.candidates) == 3
    source.close()


def test_options_for_lists_are_refused(tmp_path: Path) -> None:
    write_packets(tmp_path, 1)
    with pytest.raises(InputError, match="bring their own planes, found --diff"):
        open_input([str(tmp_path)], InputOptions(planes={"diff": "d.fits"}))


def test_what_was_named_beside_packets_and_is_not_opened_is_named(tmp_path: Path) -> None:
    write_packets(tmp_path / "night", 2)
    (tmp_path / "list.csv").write_text("x,y\n1,2\n")
    source = open_input([str(tmp_path / "night"), str(tmp_path / "list.csv")])
    said = f"{tmp_path / 'list.csv'} holds no alert packets, which are opened: open it on its own"
    assert source.notes[0] == said
    source.close()
    both = open_input([str(tmp_path / "night"), str(tmp_path / "night" / "1.avro")])
    assert not any("on its own" in note for note in both.notes)
    both.close()


def test_ids_that_repeat_are_kept_apart_and_said(tmp_path: Path) -> None:
    (tmp_path / "a.avro").write_bytes(packed([record(5), record(5)]))
    source = opened(tmp_path / "a.avro")
    assert source.candidates.keys.tolist() == ["5", "5#2"]
    assert source.cutout(1).meta["candid"] == 5
    assert "1 packet repeats an id: kept apart as KEY#2 and so on" in source.notes
    source.close()


@pytest.mark.parametrize(("count", "note"), [(1, "1 packet without"), (2, "2 packets without")])
def test_packets_without_an_id_are_numbered_and_said(tmp_path: Path, count: int, note: str) -> None:
    path = tmp_path / "a.json"
    packets = [record(5), *[{**record(6), "candid": None} for _ in range(count)]]
    for packet in packets[1:]:
        packet["candidate"]["candid"] = None
    path.write_text(json.dumps(packets, default=lambda data: base64.b64encode(data).decode()))
    source = opened(path)
    assert source.candidates.keys.tolist() == ["5", "row-2", "row-3"][: count + 1]
    assert f"{note} an id: called row-N" in source.notes
    source.close()


def test_notes_begin_with_how_many_packets_are_listed(tmp_path: Path) -> None:
    write_packets(tmp_path, 33)
    source = opened(tmp_path)
    assert source.notes[0] == "32 packets of ZTF so far" and source.expected_count == 33
    assert source.list_for_others() is None
    source.close()


@pytest.mark.parametrize("count", [32, 33])
def test_other_processes_are_given_a_long_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr("vetter.io.alerts.open_alerts.FIRST_LOT_SIZE", 100)
    write_packets(tmp_path, count)
    source = opened(tmp_path)
    assert source.is_complete and source.notes[0] == f"{count} packets of ZTF"
    assert (source.list_for_others() is not None) is (count > 32) and source.report == ()
    assert source.take_list(None) is source and len(source.candidates) == count
    source.close()


@pytest.mark.parametrize(
    ("given", "radius", "side"),
    [
        (None, None, 63),
        (None, 31, 63),
        (None, 40, 63),
        (None, 30, 61),
        (12, 20, 41),
        (12, None, 63),
    ],
)
def test_stamp_is_whole_unless_a_radius_is_wanted(
    tmp_path: Path, given: float | None, radius: float | None, side: int
) -> None:
    write_packets(tmp_path, 1)
    source = opened(tmp_path, radius=given)
    assert source.cutout(0, radius).shape == (side, side)
    source.close()
