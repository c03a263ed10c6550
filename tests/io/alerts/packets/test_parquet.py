from __future__ import annotations

from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from tests.helpers.alert_files import record
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
