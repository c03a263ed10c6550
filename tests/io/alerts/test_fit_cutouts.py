"""Cutouts of packets for fits: made of the planes shown, without what only the window needs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.helpers.alert_files import packed, record
from vetter.io.alerts.open_alerts import open_alerts
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
