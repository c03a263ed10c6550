from __future__ import annotations

import os
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from tests.helpers.alert_files import record
from tests.helpers.rubin_packets import rubin_packet
from vetter.errors import InputError
from vetter.io.alerts.open_alerts import open_alerts
from vetter.io.alerts.packets.parquet import PacketRows, has_cutouts
from vetter.io.input_options import InputOrigin


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Twenty packets in groups of seven."""
    out = tmp_path / "night.parquet"
    table = pyarrow.Table.from_pylist([record(n) for n in range(20)])
    pyarrow.parquet.write_table(table, out, row_group_size=7)
    return out


def test_rows_of_all_groups_are_listed_and_read(path: Path) -> None:
    source = open_alerts([path], None, None, None, InputOrigin())
    assert source.candidates.keys.tolist() == [str(n) for n in range(20)]
    for row in (19, 0, 13, 6, 7):
        assert source.cutout(row).meta["candid"] == row
    source.close()


def test_the_list_reads_no_stamps(path: Path) -> None:
    rows = PacketRows(path)
    first = next(rows.iter_rows(1, 2))
    assert first["candid"] == 9 and "cutoutScience" not in first and "prv_candidates" not in first
    assert rows.count == 20 and rows.groups == 3
    rows.close()


def test_a_row_that_is_not_there_is_refused(path: Path) -> None:
    rows = PacketRows(path)
    with pytest.raises(InputError, match="the file has changed"):
        rows.record(9, 0)
    rows.close()


@pytest.mark.parametrize("keep", [8, 100, -20])
def test_a_file_cut_short_has_no_stamps(path: Path, keep: int) -> None:
    path.write_bytes(path.read_bytes()[:keep])
    assert not has_cutouts(path)


def test_real_packets_are_listed_with_their_fields(real_data: Path) -> None:
    source = open_alerts(
        [real_data / "alerts" / "lsst" / "rubin_sample_data_10_0.parquet"],
        None,
        None,
        None,
        InputOrigin(),
    )
    candidates = source.candidates
    assert len(candidates) == 25
    assert candidates.keys[0] == "169813006680588318"
    assert candidates.roles.filter == "band" and candidates.roles.time == "midpointMjdTai"
    source.close()


def numbered(folder: Path, count: int = 20, size: int = 11) -> PacketRows:
    out = folder / "numbers.parquet"
    columns = {"n": list(range(count)), "cutoutScience": [b"x"] * count, "prv": [[1]] * count}
    columns["MPCORB"] = [{"mpcDesignation": f"d{n}", "e": 0.5} for n in range(count)]
    columns["ssSource"] = [{"ephRate": float(n)} for n in range(count)]
    pyarrow.parquet.write_table(pyarrow.table(columns), out, row_group_size=size)
    return PacketRows(out)


def test_every_row_is_read_from_its_group(tmp_path: Path) -> None:
    rows = numbered(tmp_path)
    found = [
        rows.record(group, row, whole)["n"]
        for whole in (True, False)
        for group, count in ((0, 11), (1, 9))
        for row in range(count)
    ]
    assert found == [*range(20)] * 2
    assert [rows.record(0, row)["n"] for row in (10, 0, 8, 7)] == [10, 0, 8, 7]
    assert "prv" in rows.record(0, 1) and "prv" not in rows.record(0, 1, whole=False)
    assert rows.record(0, 1, whole=False)["cutoutScience"] == b"x"
    for group, row in ((1, 9), (0, 11), (2, 0), (-1, 0), (0, 16)):
        with pytest.raises(InputError, match="the packet is gone|cannot be read"):
            rows.record(group, row)
    rows.close()


def test_list_has_the_fields_of_minor_planets(tmp_path: Path) -> None:
    rows = numbered(tmp_path)
    listed = list(rows.iter_rows(1, 3))
    assert [one["n"] for one in listed] == list(range(14, 20))
    assert listed[0]["MPCORB"] == {"mpcDesignation": "d14"}
    assert listed[0]["ssSource"] == {"ephRate": 14.0} and set(listed[0]) == {
        *("n", "MPCORB", "ssSource"),
    }
    rows.close()


@pytest.mark.parametrize(
    ("length", "magic", "found"),
    [
        (20, b"PAR1", True),
        (13, b"PAR1", True),
        (12, b"PAR1", False),
        (0, b"PAR1", False),
        (20, b"PAR2", False),
        (29, b"PAR1", False),
    ],
)
def test_stamps_are_looked_for_in_the_footer(
    tmp_path: Path, length: int, magic: bytes, found: bool
) -> None:
    path = tmp_path / "a.parquet"
    # 28 bytes: 20 of the footer, of which the last 13 are a stamp's name.
    path.write_bytes(b"1234567cutoutScience"[-20:] + length.to_bytes(4, "little") + magic)
    assert has_cutouts(path) is found
    assert not has_cutouts(tmp_path / "none.parquet") and not has_cutouts(tmp_path)


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """Twenty packets with a history in one group."""
    out = tmp_path / "long.parquet"
    history = [{"jd": 2460200.5, "fid": 1}]
    table = pyarrow.Table.from_pylist([record(n, prv_candidates=history) for n in range(20)])
    pyarrow.parquet.write_table(table, out)
    return out


@pytest.mark.parametrize("whole", [True, False])
def test_any_row_is_read_in_any_order(long: Path, whole: bool) -> None:
    rows = PacketRows(long)
    for row in (19, 3, 4, 8, 7, 16, 15, 0, 19):
        found = rows.record(0, row, whole)
        assert found["candid"] == row and found["cutoutScience"]["fileName"] == "x.fits.gz"
        assert ("prv_candidates" in found) is whole
    assert "prv_candidates" in rows.record(0, 19)
    assert "prv_candidates" not in rows.record(0, 19, whole=False)
    assert [one["candid"] for one in rows.iter_rows(0, 18)] == [18, 19]
    rows.close()


@pytest.mark.parametrize(("group", "row"), [(-1, 0), (1, 0), (0, 20), (0, 24), (0, 999)])
def test_row_that_is_gone_is_refused(long: Path, group: int, row: int) -> None:
    rows = PacketRows(long)
    words = "" if row == 20 else "the packet is gone: the file has changed"
    with pytest.raises(InputError, match=f"long.parquet: {words}"):
        rows.record(group, row)
    assert rows.record(0, 19)["candid"] == 19
    rows.close()


def test_closed_file_is_not_read(long: Path) -> None:
    rows = PacketRows(long)
    rows.record(0, 0)
    rows.close()
    with pytest.raises(InputError, match="long.parquet: "):
        rows.record(0, 1)


def ends_with(folder: Path, footer: bytes, length: int | None = None) -> Path:
    """A file that ends as Parquet with this footer."""
    out = folder / "a.parquet"
    size = len(footer) if length is None else length
    out.write_bytes(b"PAR1 cutoutScience" + footer + size.to_bytes(4, "little") + b"PAR1")
    return out


@pytest.mark.parametrize(
    ("footer", "length", "has_any"),
    [
        (b"cutoutScience", None, True),
        (b"x cutoutTemplate x", None, True),
        (b"candidate", None, False),
        (b"candidate", 9 + 18, True),
        (b"candidate", 9 + 18 + 1, False),
        (b"", 0, False),
        (b"cutoutScience", 12, False),
    ],
)
def test_stamps_are_named_in_the_footer(
    tmp_path: Path, footer: bytes, length: int | None, has_any: bool
) -> None:
    path = ends_with(tmp_path, footer, length)
    try:
        assert has_cutouts(path) is has_any
    finally:
        path.unlink()
    assert not has_cutouts(path)


@pytest.mark.parametrize(("more", "has_any"), [(0, True), (1, False)])
def test_footer_has_at_most_64_mebibytes(tmp_path: Path, more: int, has_any: bool) -> None:
    length, path = 64 * 2**20 + more, tmp_path / "a.parquet"
    path.touch()
    os.truncate(path, 100 + length)
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"cutoutScience")
        file.seek(0, os.SEEK_END)
        file.write(length.to_bytes(4, "little") + b"PAR1")
    assert has_cutouts(path) is has_any


def test_minor_planets_are_listed_with_their_designation_alone(tmp_path: Path) -> None:
    orbit = {"mpcDesignation": "K01S97B", "e": 0.5}
    packets = [rubin_packet(1, ssSource={"ephVmag": 19.0}, MPCORB=orbit)]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(packets), tmp_path / "a.parquet")
    rows = PacketRows(tmp_path / "a.parquet")
    (found,) = rows.iter_rows(0, 0)
    assert found["MPCORB"] == {"mpcDesignation": "K01S97B"}
    assert found["ssSource"] == {"ephVmag": 19.0}
    assert not {"prvDiaSources", "cutoutScience"} & found.keys()
    rows.close()
    other = [rubin_packet(1, MPCORB={"e": 0.5})]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(other), tmp_path / "b.parquet")
    rows = PacketRows(tmp_path / "b.parquet")
    assert "MPCORB" not in next(rows.iter_rows(0, 0))
    rows.close()
