"""Cutouts of packets for fits: made of the planes shown, without what only the window needs."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.alert_files import packed, record
from vetter.io.alerts.cutout import planes_for_fit
from vetter.io.alerts.open_alerts import open_alerts
from vetter.io.alerts.packets.producers import ZTF
from vetter.io.input_options import InputOrigin

EPOCHS = [{"jd": 2460200.5, "fid": 1, "magpsf": 18.0}]


@pytest.mark.parametrize(
    "changes", [{}, {"xpos": None, "ypos": None}, {"xpos": 3.0}, {"prv_candidates": EPOCHS}]
)
def test_fit_reads_the_planes_shown(tmp_path: Path, changes: dict[str, object]) -> None:
    path = tmp_path / "a.avro"
    path.write_bytes(packed([record(1), record(2, **changes)]))
    source = open_alerts([path], None, None, None, InputOrigin())
    shown, fitted = source.cutout_with(1, 31), source.fit_cutout(1, 31, ())
    assert fitted.position == shown.position
    np.testing.assert_array_equal(fitted["image"], shown["image"])
    expected = np.float64(shown["image"]) - shown["diff"]
    np.testing.assert_array_equal(fitted["convolved"], expected)
    source.close()


def test_list_read_elsewhere_gives_the_same_cutouts(tmp_path: Path) -> None:
    for number in range(40):
        path = tmp_path / f"{number}.avro"
        path.write_bytes(packed([record(100 + number, xpos=1500.0 + number)]))
    source = open_alerts([tmp_path], None, None, None, InputOrigin()).read_whole_list()
    listed = pickle.loads(pickle.dumps(source.list_for_others()))
    other = open_alerts([tmp_path], None, None, None, InputOrigin()).take_list(listed)
    assert other.is_complete and other.grow() is None
    assert list(other.candidates.keys) == list(source.candidates.keys)
    assert other.fit_cutout(39, 31, ()).position == source.fit_cutout(39, 31, ()).position
    for each in (source, other):
        each.close()


def test_short_list_is_read_again_in_another_process(tmp_path: Path) -> None:
    path = tmp_path / "a.avro"
    path.write_bytes(packed([record(1)]))
    source = open_alerts([path], None, None, None, InputOrigin())
    assert source.list_for_others() is None
    assert len(source.take_list(None).candidates) == 1
    source.close()


@pytest.mark.parametrize(("positive", "unread"), [("t", False), ("f", True)])
def test_fit_of_positive_ztf_skips_template(positive: str, unread: bool) -> None:
    broken = {"fileName": "t.fits.gz", "stampData": b"\x1f\x8b\x08 damaged"}
    packet = record(isdiffpos=positive, cutoutTemplate=broken)
    cutout = planes_for_fit(packet, ZTF, {"x": 1499.25, "y": 199.75})
    assert "convolved" in cutout
    assert ("template" in cutout.unread) is unread
