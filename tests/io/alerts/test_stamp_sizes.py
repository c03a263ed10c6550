"""Stamps of one list that differ in size: each is shown whole, and fitted about its candidate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.alert_files import noise, packed, record, stamp
from vetter.core.display.style import DisplayStyle
from vetter.cutouts import load_cutout, write_cutout
from vetter.io.alerts.cutout import rows_without_data
from vetter.io.alerts.open_alerts import open_alerts
from vetter.io.alerts.source import AlertSource
from vetter.io.input_options import InputOrigin
from vetter.review.cutouts.rendered_cutout import FitPanel, render_cutout

NAMES = ("cutoutScience", "cutoutTemplate", "cutoutDifference")


def stamps(shape: tuple[int, int]) -> dict[str, Any]:
    return {n: {"fileName": "x", "stampData": stamp(noise(shape, k))} for k, n in enumerate(NAMES)}


def opened(path: Path, *packets: dict[str, Any], radius: float | None = None) -> AlertSource:
    path.write_bytes(packed(packets))
    return open_alerts([path], radius, None, None, InputOrigin())


def test_stamps_of_one_list_keep_their_sizes(tmp_path: Path) -> None:
    source = opened(
        tmp_path / "a.avro",
        record(1, **stamps((63, 63))),
        record(2, publisher="WNTR", **stamps((81, 81))),
        record(3, xpos=1500.0, ypos=10.0, **stamps((48, 63))),
        record(4, publisher="somebody", **stamps((41, 60))),
    )
    for radius in (source.default_radius, 35):
        shapes = [source.cutout(row, radius).shape for row in range(4)]
        assert shapes == [(63, 63), (81, 81), (48, 63), (41, 60)]
    assert source.cutout(1, 20).shape == (41, 41)
    source.close()


def test_users_radius_crops_every_stamp(tmp_path: Path) -> None:
    source = opened(
        tmp_path / "a.avro",
        record(1, **stamps((63, 63))),
        record(2, publisher="WNTR", **stamps((81, 81))),
        radius=10,
    )
    assert [source.cutout(row, 10).shape for row in range(2)] == [(21, 21), (21, 21)]
    source.close()


def test_cut_stamp_keeps_its_pixels_and_its_candidate(tmp_path: Path) -> None:
    source = opened(tmp_path / "a.avro", record(3, xpos=1500.25, ypos=10.75, **stamps((48, 63))))
    cutout = source.cutout(0, source.default_radius)
    np.testing.assert_array_equal(cutout["image"], noise((48, 63), 0))
    # 15 rows below the image are missing: the middle row 31 of a whole stamp is row 16.
    assert cutout.position == pytest.approx((31.25, 15.75))
    assert cutout.origin == (1468, -6)
    fitted = source.cutout_with(0, source.default_radius)
    assert fitted.shape == (63, 63) and fitted.position == pytest.approx((31.25, 30.75))
    source.close()


def test_residual_of_cut_stamp_lies_on_its_pixels(tmp_path: Path) -> None:
    source = opened(tmp_path / "a.avro", record(3, xpos=1500.25, ypos=10.75, **stamps((48, 63))))
    residual = np.arange(63.0 * 63).reshape(63, 63)
    frame = render_cutout(source, 0, source.default_radius, DisplayStyle(), FitPanel(residual))
    np.testing.assert_array_equal(frame.planes["adjusted"], residual[15:])
    source.close()


@pytest.mark.parametrize(
    ("rows", "columns", "note"),
    [
        (0, 0, ""),
        (3, 0, "no data in 3 rows"),
        (1, 2, "no data in 1 row and 2 columns"),
        (0, 1, "no data in 1 column"),
        (9, 9, "no data"),
    ],
)
def test_empty_rows_of_stamp_are_noted(rows: int, columns: int, note: str) -> None:
    image = np.ones((9, 9))
    image[:rows], image[:, :columns] = np.nan, np.nan
    assert rows_without_data(image) == note


def test_single_missing_pixels_are_no_empty_rows() -> None:
    image = np.ones((9, 9))
    image[4, 3:6] = np.nan
    assert rows_without_data(image) == ""


@pytest.mark.parametrize("radius", [None, 8])
def test_exported_stamp_has_its_candidate_where_it_was(tmp_path: Path, radius: int | None) -> None:
    source = opened(
        tmp_path / "a.avro",
        record(3, xpos=1500.25, ypos=10.75, **stamps((48, 63))),
        record(4, publisher="WNTR", **stamps((81, 81))),
        radius=radius,
    )
    for row in range(2):
        cutout = source.cutout(row, source.default_radius)
        write_cutout(cutout, tmp_path / "c.fits")
        loaded = load_cutout(tmp_path / "c.fits")
        assert loaded.position == pytest.approx(cutout.position, abs=1e-6)
    source.close()


def test_cut_stamp_without_fraction_has_its_candidate_in_whole_middle(tmp_path: Path) -> None:
    # Of Gattini's stamps, 61 px, only the middle pixel is known; 11 rows are below the image.
    packet = record(3, publisher="pgirdps", xpos=500.0, ypos=19.0, **stamps((50, 61)))
    source = opened(tmp_path / "a.avro", packet)
    cutout = source.cutout(0, source.default_radius)
    assert cutout.shape == (50, 61) and cutout.position == (30, 19)
    source.close()
