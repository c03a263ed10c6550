from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from pathlib import Path

import pytest
from astropy.io import fits

from tests.helpers.alert_files import framed, packed, record, write_tar
from vetter.io.alerts.packets.recognition import (
    Kind,
    are_alert_packets,
    is_other_by_name,
    kind_of_bytes,
    kind_of_file,
)


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", ["a.avro", "a", "a.dat"])
def test_containers_are_known_by_what_is_in_them(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, packed([record(1)]))
    assert kind_of_file(path) is Kind.CONTAINER


def test_archives_are_known_by_what_is_in_them(tmp_path: Path) -> None:
    members = {"1.avro": packed([record(1)])}
    assert kind_of_file(write_tar(tmp_path / "a", members)) is Kind.TAR
    assert kind_of_file(write_tar(tmp_path / "b", members, "w:gz")) is Kind.PACKED_TAR
    assert kind_of_file(write_tar(tmp_path / "d", members, "w:xz")) is Kind.PACKED_TAR
    assert kind_of_file(write_tar(tmp_path / "e", members, "w:bz2")) is Kind.PACKED_TAR
    with zipfile.ZipFile(tmp_path / "f", "w") as archive:
        archive.writestr("notes.txt", b"a night")
        archive.writestr("1.avro", members["1.avro"])
    assert kind_of_file(tmp_path / "f") is Kind.ZIP
    gzipped = write(tmp_path / "c", gzip.compress(members["1.avro"]))
    assert kind_of_file(gzipped) is Kind.PACKED_CONTAINER


def test_framed_packets_are_known_with_a_schema_or_by_name(tmp_path: Path) -> None:
    assert kind_of_file(write(tmp_path / "a.bin", framed(record(1)))) is Kind.OTHER
    assert kind_of_file(tmp_path / "a.bin", framed=True) is Kind.FRAMED
    assert kind_of_file(write(tmp_path / "a.avro", framed(record(1)))) is Kind.FRAMED


def test_what_is_only_named_so_is_damaged(tmp_path: Path) -> None:
    assert kind_of_file(write(tmp_path / "a.avro", b"text")) is Kind.DAMAGED
    assert kind_of_file(write(tmp_path / "a.tar", b"")) is Kind.EMPTY


def test_other_files_are_other(tmp_path: Path) -> None:
    fits.PrimaryHDU().writeto(tmp_path / "a.fits")
    for path in (
        tmp_path / "a.fits",
        write(tmp_path / "t.csv", b"id,x,y\n1,2,3\n"),
        write(tmp_path / "t.csv.gz", gzip.compress(b"id,x,y\n" * 1000)),
        write(tmp_path / "t.csv.xz", lzma.compress(b"id,x,y\n" * 1000)),
        write(tmp_path / "t.csv.bz2", bz2.compress(b"id,x,y\n" * 1000)),
        write(tmp_path / "damaged.bz2", bz2.compress(b"id,x,y\n" * 1000)[:-20]),
        write(tmp_path / "damaged.zip", b"PK\x03\x04 and no more"),
        zipped(tmp_path / "t.zip", {"t.csv": b"id,x,y\n1,2,3\n"}),
        zipped(tmp_path / "j.zip", {"t.json": b'[{"id": 1, "ra": 2.0, "dec": 3.0}]'}),
        zipped(tmp_path / "s.zip", {"a_sci.fits": b"SIMPLE  =", "inner.tar": b"x"}),
        tmp_path / "not there",
        tmp_path,
    ):
        assert kind_of_file(path) is Kind.OTHER


def test_folders_are_looked_through(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    fits.PrimaryHDU().writeto(tmp_path / "a" / "image.fits")
    assert not are_alert_packets([tmp_path])
    write(tmp_path / "a" / "b" / "1.avro", packed([record(1)]))
    assert are_alert_packets([tmp_path])


def test_parquet_holds_packets_only_with_stamps(tmp_path: Path, real_data: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    table = tmp_path / "list.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"id": [1], "x": [2.0]}), table)
    assert kind_of_file(table) is Kind.OTHER
    assert kind_of_file(real_data / "labelled" / "ztf_alerts_51.parquet") is Kind.PARQUET


@pytest.mark.parametrize(("others", "found"), [(199, True), (200, False)])
def test_so_many_files_of_a_folder_are_opened(tmp_path: Path, others: int, found: bool) -> None:
    for number in range(others):
        (tmp_path / f"a{number:03d}").write_bytes(b"x")
        (tmp_path / f"b{number:03d}.csv").write_bytes(b"x")
    (tmp_path / "below").mkdir()
    write(tmp_path / "below" / "z", packed([record(1)]))
    assert are_alert_packets([tmp_path]) is found
    # A file that is named as packets comes first.
    write(tmp_path / "zz.avro", packed([record(1)]))
    assert are_alert_packets([tmp_path])


def test_first_input_that_is_packets_decides(tmp_path: Path) -> None:
    plain, packets = write(tmp_path / "a.csv", b"x"), write(tmp_path / "b", packed([record(1)]))
    assert are_alert_packets([plain, packets]) and not are_alert_packets([plain])
    assert are_alert_packets([write(tmp_path / "c.avro", b"text")])
    bare = write(tmp_path / "d", framed(record(1)))
    assert are_alert_packets([bare], framed=True) and not are_alert_packets([bare])


@pytest.mark.parametrize(
    ("name", "other"),
    [("a.FITS", True), (".hidden", True), ("a.avro", False), ("a", False), ("a.fits.avro", False)],
)
def test_some_names_rule_out_packets(name: str, other: bool) -> None:
    assert is_other_by_name(name) is other


def test_short_contents_are_no_archive() -> None:
    assert kind_of_bytes(b"") is Kind.OTHER and kind_of_bytes(bytes(512)) is Kind.OTHER
    assert kind_of_bytes(gzip.compress(b"x" * 300)) is Kind.OTHER
    header = bytes(257) + b"ustar" + bytes(38)
    assert kind_of_bytes(gzip.compress(header)) is Kind.PACKED_TAR
    assert kind_of_bytes(b"\x1f\x8b\x08damaged") is Kind.OTHER


@pytest.mark.parametrize(("others", "are_packets"), [(0, True), (199, True), (200, False)])
def test_two_hundred_files_of_a_folder_are_opened(
    tmp_path: Path, others: int, are_packets: bool
) -> None:
    for number in range(others):
        write(tmp_path / f"{number:03}", b"text")
    (tmp_path / "below").mkdir()
    write(tmp_path / "below" / "last", packed([record(1)]))
    # Never opened, so they do not count.
    for name in (".hidden", "a.FITS", "b.csv", "c.vetter"):
        write(tmp_path / name, b"text")
    assert are_alert_packets([tmp_path]) is are_packets
    # What is named as packets comes first.
    write(tmp_path / "named.avro.gz", gzip.compress(packed([record(1)])))
    assert are_alert_packets([tmp_path])


@pytest.mark.parametrize(
    ("name", "is_other"),
    [
        (".hidden", True),
        (".a.avro", True),
        ("a.fits", True),
        ("A.CSV", True),
        ("a.avro", False),
        ("fits", False),
        ("a.fits.avro", False),
    ],
)
def test_name_may_rule_out_packets(tmp_path: Path, name: str, is_other: bool) -> None:
    assert is_other_by_name(name) is is_other
    write(tmp_path / name, packed([record(1)]))
    assert are_alert_packets([tmp_path]) is not is_other
    # Named by the user it is opened whatever its name.
    assert are_alert_packets([tmp_path / name])


def test_framed_packets_count_if_the_user_says_so(tmp_path: Path) -> None:
    content = framed(record(1))
    assert (kind_of_bytes(content), kind_of_bytes(content, True)) == (Kind.OTHER, Kind.FRAMED)
    path = write(tmp_path / "a.bin", content)
    for place in (path, tmp_path):
        assert not are_alert_packets([place])
        assert are_alert_packets([place], framed=True)
        assert are_alert_packets([tmp_path / "none", place], framed=True)


@pytest.mark.parametrize(("name", "content"), [("a.avro", b""), ("a.tar", b"text")])
def test_empty_or_damaged_file_is_opened_as_packets_only_by_its_name(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = write(tmp_path / name, content)
    assert are_alert_packets([path]) and not are_alert_packets([tmp_path])
    assert kind_of_file(write(tmp_path / "plain", content)) is Kind.OTHER


def test_archive_is_known_by_its_whole_header(tmp_path: Path) -> None:
    content = write_tar(tmp_path / "a", {"1.avro": b"x"}).read_bytes()
    assert (kind_of_bytes(content[:512]), kind_of_bytes(content[:511])) == (Kind.TAR, Kind.OTHER)
    assert kind_of_bytes(gzip.compress(content[:512])) is Kind.PACKED_TAR
    # Of half a header the mark alone is known; a whole one has a checksum.
    assert kind_of_bytes(gzip.compress(content[:300])) is Kind.PACKED_TAR
    assert kind_of_bytes(gzip.compress(content[:257] + b"ustaR" + content[262:300])) is Kind.OTHER
    wrong = b"?" + content[1:512]
    assert kind_of_bytes(gzip.compress(wrong)) is Kind.OTHER
    assert kind_of_bytes(b"\x1f\x8b\x08" + b"no gzip" * 80) is Kind.OTHER
