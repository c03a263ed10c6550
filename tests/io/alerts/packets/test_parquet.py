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
