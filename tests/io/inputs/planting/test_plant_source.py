from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.helpers.alert_files import packed, record
from tests.helpers.alert_packets import field, packet_schema
from tests.helpers.stamp_files import write_stamps
from vetter.core.cutout.sky_marks import MarkKind
from vetter.core.cutout_source import CutoutSource
from vetter.core.fakes.planted_row import truth_of
from vetter.errors import InputError
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input, open_recorded

SCHEMA = packet_schema(
    [
        field("candid", "long"),
        *(field(name, "double") for name in ("ra", "dec")),
        *(field(name, "float", optional=True) for name in ("ssdistnr", "ssmagnr")),
        field("ssnamenr", "string", optional=True),
    ]
)


def write_alerts(folder: Path, planets: int = 3, count: int = 6) -> Path:
    for number in range(count):
        planet = number < planets
        packet = record(2475433850015010000 + number, prv_candidates=None)
        packet["candidate"] |= {
            "ssnamenr": f"Planet {number}" if planet else "null",
            "ssdistnr": 1.0 if planet else -999.0,
            "ssmagnr": 18.0 if planet else -999.0,
        }
        (folder / f"{number}.avro").write_bytes(packed([packet], schema=SCHEMA))
    return folder


def open_alerts(folder: Path, **options: int) -> CutoutSource:
    return open_input(str(folder), InputOptions.from_keywords(**options))


def test_known_objects_keep_their_rows(tmp_path: Path) -> None:
    source = open_alerts(write_alerts(tmp_path), known=2)
    try:
        assert len(source.candidates) == 6
        assert len(source.planted) == 2
        for planted in source.planted:
            assert planted.kind == "known"
            assert truth_of(planted)["match"].startswith("ssnamenr Planet")
            source.candidates.row_of(planted.key)
    finally:
        source.close()


def test_matches_are_hidden_for_all(tmp_path: Path) -> None:
    source = open_alerts(write_alerts(tmp_path), known=2)
    try:
        hidden = {"ssnamenr", "ssdistnr", "ssmagnr"}
        assert hidden.isdisjoint(source.candidates.columns)
        for row in range(6):
            cutout = source.cutout(row, source.default_radius)
            assert hidden.isdisjoint(cutout.meta)
            assert source.candidates.name(row) == f"C{row + 1:03d}"
            assert all(mark.kind is not MarkKind.PREDICTED for mark in cutout.sky_marks)
    finally:
        source.close()


def test_list_without_known_object_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="known to a catalogue"):
        open_alerts(write_alerts(tmp_path, planets=0), known=2)


def test_fakes_in_packets_name_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="use --known N or --repeats N"):
        open_alerts(write_alerts(tmp_path), fakes=2)


def test_repeats_of_packets_show_the_same_pixels(tmp_path: Path) -> None:
    source = open_alerts(write_alerts(tmp_path), repeats=2, seed=5)
    try:
        assert len(source.candidates) == 8
        for planted in source.planted:
            row = source.candidates.row_of(planted.key)
            original = source.candidates.row_of(truth_of(planted)["of"])
            np.testing.assert_array_equal(
                source.cutout(row, 20)["image"], source.cutout(original, 20)["image"]
            )
    finally:
        source.close()


def test_repeats_of_stamps_open_again_from_the_record(tmp_path: Path) -> None:
    source = open_input(str(write_stamps(tmp_path, 4)), InputOptions.from_keywords(repeats=2))
    again = open_recorded(source.record)
    source.close()
    again.close()
    assert len(again.candidates) == 6
    assert again.candidates.keys.tolist() == source.candidates.keys.tolist()


def test_known_beside_fakes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected no --fakes"):
        open_alerts(write_alerts(tmp_path), known=2, repeats=1)
