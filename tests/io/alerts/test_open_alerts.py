"""What packets are opened as: how many they may be, what they are called, why there are none."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.helpers.alert_files import packed, record, write_packets, write_tar
from vetter.errors import InputError
from vetter.io.alerts.open_alerts import open_alerts, packet_files
from vetter.io.alerts.source import AlertSource
from vetter.io.input_options import InputOrigin


def opened(*paths: Path) -> AlertSource:
    return open_alerts(list(paths), None, None, None, InputOrigin())


@pytest.mark.parametrize(("bad", "count"), [(0, 70), (1, 65)])
def test_files_are_expected_to_go_on_as_they_begin(tmp_path: Path, bad: int, count: int) -> None:
    paths = write_packets(tmp_path, 128 if bad else 70)
    for path in paths[1::2] if bad else []:
        path.write_bytes(b"no")
    source = opened(tmp_path)
    # 32 packets in 63 of 128 files, or in 32 of 70.
    assert source.expected_count == count and not source.is_complete
    source.close()


def test_list_read_whole_is_as_long_as_it_is(tmp_path: Path) -> None:
    write_packets(tmp_path, 3)
    source = opened(tmp_path)
    assert source.expected_count == 3 and source.is_complete
    source.close()


def test_files_of_several_packets_are_expected_to_go_on(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.avro" for name in "abc"]
    for path in paths:
        path.write_bytes(packed(map(record, range(20))))
    source = opened(*paths)
    # 32 packets in two of three files.
    assert source.expected_count == 48
    source.close()
    paths[0].write_bytes(packed(map(record, range(40))))
    source = opened(paths[0])
    assert source.expected_count is None
    source.close()


def test_archive_is_expected_to_go_on_as_it_begins(tmp_path: Path) -> None:
    members = {f"{number}.avro": packed([record(number)]) for number in range(100)}
    source = opened(write_tar(tmp_path / "a.tar", members))
    assert source.expected_count == 100 and len(source.candidates) == 32
    source.close()


def test_of_a_packed_file_it_is_not_known_how_many_there_are(tmp_path: Path) -> None:
    members = {f"{number}.avro": packed([record(number)]) for number in range(40)}
    source = opened(write_tar(tmp_path / "a.tar.gz", members, "w:gz"))
    assert source.expected_count is None
    source.close()
    (tmp_path / "a.avro.gz").write_bytes(gzip.compress(packed(map(record, range(40))), 1))
    source = opened(tmp_path / "a.avro.gz")
    assert source.expected_count is None
    source.close()


def test_list_is_called_by_its_only_input_or_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = write_packets(tmp_path / "night", 2)
    monkeypatch.chdir(tmp_path / "night")
    for paths, title in (
        ([one], "1.avro"),
        ([tmp_path / "night"], "night"),
        ([one, other], "2 files of alert packets"),
        ([one, one], "1 file of alert packets"),
        ([Path()], "."),
    ):
        source = opened(*paths)
        assert source.title == title
        source.close()


def test_folder_without_packets_says_what_there_is(tmp_path: Path) -> None:
    members = dict.fromkeys(("a.txt", "b.txt"), b"text")
    path = write_tar(tmp_path / "a.tar", members)
    with pytest.raises(InputError) as caught:
        opened(path)
    assert str(caught.value) == (
        f"{path}: expected alert packets (Avro, JSON, tar, ZIP or Parquet), found 2 other files; "
        "unpack other archives first"
    )
    (tmp_path / "a.tar").unlink()
    bad = tmp_path / "1.avro"
    bad.write_bytes(b"no")
    with pytest.raises(InputError) as caught:
        opened(tmp_path)
    assert str(caught.value).startswith(
        f"{tmp_path}: 1 packet found, none can be read; the first, {bad}: "
    )
    with pytest.raises(InputError) as caught:
        opened(bad)
    assert str(caught.value).startswith(f"{bad}: ") and "found, none" not in str(caught.value)
    with pytest.raises(InputError) as caught:
        opened(bad, bad)
    assert str(caught.value).startswith(f"{bad}: 1 packet found, none can be read; the first, ")


def test_packet_behind_very_many_bad_ones_is_found(tmp_path: Path) -> None:
    members = {f"{number}.avro": b"no" for number in range(4100)} | {"a.txt": b"text"}
    path = write_tar(tmp_path / "a.tar", {**members, "good.avro": packed([record(7)])})
    source = opened(path)
    assert source.candidates.keys.tolist() == ["7"]
    assert len(source.report) == 4100
    assert any("4,100 of 4,101 packets could not be read" in note for note in source.notes)
    assert any("1 other file was left alone" in note for note in source.notes)
    source.close()


def test_files_are_taken_by_their_numbers_and_others_are_counted(tmp_path: Path) -> None:
    names = ["a2b9c1.avro", "a2b9c2.avro", "a2b9c10.avro", "a2b10.avro", "a10b2.json"]
    for name in (*names[::-1], "a.txt", "b.png"):
        (tmp_path / name).touch()
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "c.txt").touch()
    files = [str(tmp_path / name) for name in names]
    assert packet_files([tmp_path]) == (files, 3)
    assert packet_files([tmp_path / names[3], tmp_path]) == ([files[3], *files[:3], files[4]], 3)
