from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table

from tests.helpers.alert_files import record, write_packets
from vetter.io.alerts.listing import read_lot
from vetter.io.alerts.packets.packets import Packet, PacketPlace, Packets
from vetter.io.files.cancellation import Cancelled, cancelled_by, check_cancelled
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.files.regular_files import iter_folders
from vetter.io.tables import fits_table
from vetter.io.tables.fits_table import read_fits_table


def after(steps: int) -> Callable[[], bool]:
    """Given up at the step that follows so many."""
    asked = iter([False] * steps)
    return lambda: next(asked, True)


def test_packets_are_read_as_long_as_they_are_wanted() -> None:
    looked_at = []

    def found():
        for number in range(10):
            looked_at.append(number)
            yield Packet(PacketPlace(number), record(number), "")

    with pytest.raises(Cancelled), cancelled_by(after(3)):
        read_lot(found(), 10)
    assert looked_at == [0, 1, 2, 3]


def test_a_packet_that_is_not_wanted_is_not_called_unread(tmp_path: Path) -> None:
    write_packets(tmp_path, 3)
    packets = Packets([str(path) for path in tmp_path.iterdir()])
    with pytest.raises(Cancelled), cancelled_by(after(1)):
        read_lot(packets.iter_packets(), 10)


def test_folders_are_searched_as_long_as_they_are_wanted(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).mkdir()
    seen = []
    with pytest.raises(Cancelled), cancelled_by(after(2)):
        for here, _ in iter_folders(tmp_path):
            seen.append(here)
    assert len(seen) == 2


def test_unpacking_ends(tmp_path: Path) -> None:
    (tmp_path / "l.csv.gz").write_bytes(gzip.compress(b"id,x,y\n" + b"1,2,3\n" * 1000))
    with pytest.raises(Cancelled), cancelled_by(after(1)):
        open_unpacked(tmp_path / "l.csv.gz")


def test_rows_of_a_long_table_are_read_block_by_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Table({"id": np.arange(1000), "x": np.ones(1000)}).write(tmp_path / "t.fits")
    monkeypatch.setattr(fits_table, "_AT_ONCE", 0)
    monkeypatch.setattr(fits_table, "_BLOCK", 1600)
    with pytest.raises(Cancelled), cancelled_by(after(4)):
        read_fits_table(parse_fits_name(tmp_path / "t.fits"))


def test_it_is_over_with_the_reading() -> None:
    with cancelled_by(lambda: True), pytest.raises(Cancelled):
        check_cancelled()
    check_cancelled()
