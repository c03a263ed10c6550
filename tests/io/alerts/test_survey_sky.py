"""The sky on stamps without a WCS: the known position, with the survey's scale and directions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.helpers.alert_files import noise, packed, record, stamp
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.readout import position_text
from vetter.io.alerts.open_alerts import open_alerts
from vetter.io.input_options import InputOrigin
from vetter.review.cutouts.rendered_cutout import RenderedCutout, render_cutout


def frame_of(path: Path, **changes: Any) -> RenderedCutout:
    path.write_bytes(packed([record(**changes)]))
    source = open_alerts([path], None, None, None, InputOrigin())
    frame = render_cutout(source, 0, source.default_radius, DisplayStyle())
    source.close()
    return frame


def test_ztf_stamp_has_south_up_and_its_scale(tmp_path: Path) -> None:
    frame = frame_of(tmp_path / "a.avro")
    assert frame.pixel_scale == pytest.approx(1.0125, abs=1e-4)
    assert frame.north == pytest.approx(270) and frame.east == pytest.approx(180)
    # The candidate is at RA 10, Dec -5 and at the fraction of xpos, ypos.
    assert "10.000000  -5.000000" in position_text(frame, 31.25, 30.75)
    assert "10.000000  -5.002812" in position_text(frame, 31.25, 40.75)
    assert frame.notes["wcs"] == "from the position and ZTF's pixel scale"


def test_winter_stamp_has_north_up(tmp_path: Path) -> None:
    frame = frame_of(tmp_path / "a.avro", publisher="WNTR")
    assert frame.pixel_scale == pytest.approx(1.1084, abs=1e-4)
    assert frame.north == pytest.approx(90) and frame.east == pytest.approx(180)


@pytest.mark.parametrize("publisher", ["somebody", "pgirdps", "turbo_test"])
def test_unknown_survey_gets_no_sky(tmp_path: Path, publisher: str) -> None:
    frame = frame_of(tmp_path / "a.avro", publisher=publisher)
    assert frame.north is None and frame.pixel_scale is None


def test_wcs_of_stamp_is_preferred(tmp_path: Path) -> None:
    cards = {
        "CTYPE1": "RA---TAN",
        "CTYPE2": "DEC--TAN",
        "CRVAL1": 10.0,
        "CRVAL2": -5.0,
        "CRPIX1": 32.0,
        "CRPIX2": 32.0,
        "CD1_1": -2e-4,
        "CD2_2": 2e-4,
    }
    science = {"fileName": "x", "stampData": stamp(noise(), **cards)}
    frame = frame_of(tmp_path / "a.avro", cutoutScience=science)
    assert frame.pixel_scale == pytest.approx(0.72, abs=1e-3)
    assert frame.north == pytest.approx(90)


def test_scale_and_directions_fit_positions_of_real_packets(real_data: Path) -> None:
    # Two candidates of one exposure and quadrant, 2475433850015015009 and ...010.
    source = open_alerts(
        [real_data / "alerts" / "ztf"], None, None, None, InputOrigin()
    ).read_whole_list()
    candidates = source.candidates
    rows = [r for r in range(len(candidates)) if candidates.key(r).startswith("24754338500150")]
    assert len(rows) >= 5
    first = rows[0]
    for row in rows[1:]:
        across = candidates.x[row] - candidates.x[first]
        up = candidates.y[row] - candidates.y[first]
        north = (candidates.dec[row] - candidates.dec[first]) * 3600
        # Turned by 0.7 degrees and distorted, over 3,000 pixels.
        assert north == pytest.approx(-1.0125 * up, abs=6 + 0.013 * (abs(across) + abs(up)))
    source.close()
