"""Minor planets, dipoles and trails of Rubin's packets: columns of the list, marks on the sky."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.alert_files import packed
from tests.helpers.rubin_packets import (
    DEC,
    RA,
    SCHEMA_9_0,
    SCHEMA_11_1,
    rubin_packet,
    rubin_stamp,
)
from vetter.core.cutout.sky_marks import MarkKind, PixelMark
from vetter.core.display.style import DisplayStyle
from vetter.io.alerts.open_alerts import open_alerts
from vetter.io.alerts.packets.producers import RUBIN, ZTF
from vetter.io.alerts.sky_marks import minor_planet, past_detections, sky_marks
from vetter.io.alerts.source import AlertSource
from vetter.io.input_options import InputOrigin
from vetter.review.cutouts.rendered_cutout import RenderedCutout, render_cutout

OWN = (MarkKind.PREDICTED, MarkKind.DIPOLE, MarkKind.TRAIL)
PLANET = {
    "designation": "2001 SB97",
    "ephRa": RA + 0.6 / 3600 / math.cos(math.radians(DEC)),
    "ephDec": DEC + 0.8 / 3600,
    "ephVmag": 19.25,
    "ephRate": 0.132,
    "ephOffset": 1.0,
}


def opened(path: Path, *packets: dict[str, Any], schema: Any = SCHEMA_11_1) -> AlertSource:
    path.write_bytes(packed(packets, schema=schema))
    return open_alerts([path], None, None, None, InputOrigin())


def frame_of(source: AlertSource, row: int = 0) -> RenderedCutout:
    return render_cutout(source, row, source.default_radius, DisplayStyle())


@pytest.mark.parametrize("ids", [{"ssObjectId": 7}, {"diaObjectId": None}])
def test_minor_planet_is_read_for_the_list(tmp_path: Path, ids: dict[str, Any]) -> None:
    source = opened(tmp_path / "a.avro", rubin_packet(1), rubin_packet(2, ssSource=PLANET, **ids))
    table = source.candidates.table
    assert list(table["designation"]) == ["", "2001 SB97"]
    assert table["ephVmag"][1] == 19.25 and math.isnan(table["ephVmag"][0])
    assert str(table["ephOffset"].unit) == "arcsec" and str(table["psfFlux"].unit) == "nJy"
    source.close()


def test_predicted_place_is_marked_from_packet_alone(tmp_path: Path) -> None:
    source = opened(tmp_path / "a.avro", rubin_packet(1, ssObjectId=7, ssSource=PLANET))
    mark = frame_of(source).marks[0]
    # 0.6 arcsec east is 3 px to the left, 0.8 arcsec north 4 px up.
    assert mark.kind is MarkKind.PREDICTED and mark.label == "2001 SB97"
    assert (mark.x, mark.y) == pytest.approx((12.0, 19.0), abs=1e-3)
    source.close()


def test_schema_9_gives_residuals_and_its_orbits_designation(tmp_path: Path) -> None:
    # Observed minus predicted, in degrees; the schema has a field twice.
    planet = {
        "ephOffset": 1.0,
        "predictedVMagnitude": 20.5,
        "residualRa": -0.6 / 3600 / math.cos(math.radians(DEC)),
        "residualDec": -0.8 / 3600,
    }
    packet = rubin_packet(1, ssObjectId=7, ssSource=planet, MPCORB={"mpcDesignation": "K01S97B"})
    source = opened(tmp_path / "a.avro", packet, schema=SCHEMA_9_0)
    mark = frame_of(source).marks[0]
    assert mark.label == "K01S97B"
    assert (mark.x, mark.y) == pytest.approx((12.0, 19.0), abs=1e-3)
    assert source.candidates.table["ephVmag"][0] == 20.5
    source.close()


def own_marks(source: AlertSource) -> list[PixelMark]:
    """Return the marks of the packet's own epoch, without its history."""
    return [mark for mark in frame_of(source).marks if mark.kind in OWN]


def test_zero_magnitude_and_rate_are_missing() -> None:
    planet = minor_planet({"diaSource": {}, "ssSource": {**PLANET, "ephVmag": 0.0, "ephRate": 0.0}})
    assert planet is not None
    assert math.isnan(planet.magnitude) and math.isnan(planet.rate)


def test_dipole_and_trail_of_pipeline_are_marks(tmp_path: Path) -> None:
    packet = rubin_packet(
        1, isDipole=True, dipoleLength=0.4, dipoleAngle=90.0, trailLength=2.0, trailAngle=0.0
    )
    source = opened(tmp_path / "a.avro", packet)
    dipole, trail = own_marks(source)
    assert dipole.kind is MarkKind.DIPOLE and trail.kind is MarkKind.TRAIL
    # Towards the positive lobe in the east, which is left; the trail runs north.
    assert (dipole.x, dipole.y, dipole.dx, dipole.dy) == pytest.approx((15, 15, -2, 0), abs=1e-3)
    assert (trail.dx, trail.dy) == pytest.approx((0, 10), abs=1e-3)
    source.close()


@pytest.mark.parametrize(
    "changes",
    [
        {"isDipole": False, "dipoleLength": 0.4, "dipoleAngle": 90.0},
        {"isDipole": True, "dipoleLength": None, "dipoleAngle": 90.0},
        {"trailLength": 2.0, "trailAngle": None},
        {"trailLength": 2.0, "trailAngle": 10.0, "trail_flag": True},
        {"trailLength": float("nan"), "trailAngle": 10.0},
    ],
)
def test_what_pipeline_did_not_measure_is_no_mark(changes: Any) -> None:
    assert sky_marks(rubin_packet(1, **changes), RUBIN) == ()


def test_empty_rows_of_stamp_are_noted(tmp_path: Path) -> None:
    packet = rubin_packet(1, cutoutScience=rubin_stamp(1, 4), cutoutDifference=rubin_stamp(3, 4))
    source = opened(tmp_path / "a.avro", packet)
    cutout = source.cutout(0)
    assert cutout.notes["image"] == cutout.notes["diff"] == "no data in 4 rows"
    assert "template" not in cutout.notes
    source.close()


def test_packets_of_one_rubin_object_are_epochs(tmp_path: Path) -> None:
    source = opened(
        tmp_path / "a.avro", *(rubin_packet(n) for n in (1, 2)), rubin_packet(3, diaObjectId=None)
    )
    assert source.object_epochs is not None
    assert source.object_epochs.rows(0) == [0, 1] and source.object_epochs.rows(2) == [2]
    source.close()


def test_real_minor_planets_lie_at_their_predicted_places(real_data: Path) -> None:
    path = real_data / "alerts" / "lsst" / "rubin_sample_data_10_0.parquet"
    source = open_alerts([path], None, None, None, InputOrigin()).read_whole_list()
    table = source.candidates.table
    rows = [row for row, name in enumerate(table["designation"]) if name]
    assert [table["designation"][row] for row in rows] == ["K01S97B", "J99JB9X", "K17SA9A"]
    for row in rows:
        frame = frame_of(source, row)
        mark = next(mark for mark in frame.marks if mark.kind is MarkKind.PREDICTED)
        x, y = frame.position
        # ephOffset is 0.02 to 0.03 arcsec, a tenth of a pixel.
        offset = math.hypot(mark.x - x, mark.y - y) * frame.pixel_scale
        assert offset == pytest.approx(table["ephOffset"][row], abs=0.003)
    source.close()


def test_history_gives_places_of_detections_not_of_limits() -> None:
    past = [
        {"jd": 2460219.5, "ra": 10.0, "dec": 5.0, "magpsf": 19.0},
        {"jd": 2460218.5, "ra": None, "dec": None, "magpsf": None, "diffmaglim": 20.5},
        {"jd": 2460217.5, "ra": 10.001, "dec": 5.0, "magpsf": 19.1},
    ]
    found = past_detections({"candidate": {}, "prv_candidates": past}, ZTF)
    assert [(mark.kind, mark.ra) for mark in found] == [
        (MarkKind.DETECTION, 10.0),
        (MarkKind.DETECTION, 10.001),
    ]


@pytest.mark.parametrize("missing", ["ephRa", "ephDec"])
def test_half_a_predicted_place_is_none(missing: str) -> None:
    planet = {**PLANET, missing: None, "residualRa": 0.5, "residualDec": -0.25}
    found = minor_planet({"diaSource": {"ra": 0.25, "dec": 2.0}, "ssSource": planet})
    assert found is not None and (found.ra, found.dec) == (359.75, 2.25)


def test_mark_without_a_length_is_not_drawn() -> None:
    changes = {"isDipole": True, "dipoleLength": 0.0, "dipoleAngle": 90.0}
    assert sky_marks(rubin_packet(1, **changes), RUBIN) == ()
    (mark,) = sky_marks(rubin_packet(1, **{**changes, "dipoleLength": 0.004}), RUBIN)
    assert (mark.kind, mark.label, mark.angle) == (MarkKind.DIPOLE, 'dipole 0.00"', 90.0)


def test_trail_has_a_place_of_its_own_or_that_of_the_candidate() -> None:
    trail = {"trailLength": 2.0, "trailAngle": 10.0}
    for place, middle in (
        ({"trailRa": 10.5, "trailDec": -3.0}, (10.5, -3.0)),
        ({"trailRa": 10.5, "trailDec": None}, (RA, DEC)),
        ({}, (RA, DEC)),
    ):
        (mark,) = sky_marks({"diaSource": {"ra": RA, "dec": DEC, **trail, **place}}, RUBIN)
        assert (mark.ra, mark.dec, mark.length) == (*middle, 2.0)
        assert mark.label == 'trail 2.00"'


def test_packets_of_others_and_without_a_candidate_have_no_marks() -> None:
    body = {"ra": RA, "dec": DEC, "trailLength": 2.0, "trailAngle": 10.0}
    assert sky_marks({"candidate": body}, ZTF) == ()
    assert sky_marks({"diaSource": None}, RUBIN) == sky_marks({}, RUBIN) == ()


def test_minor_planet_without_a_name_is_called_one() -> None:
    (mark,) = sky_marks({"diaSource": {}, "ssSource": {**PLANET, "designation": " "}}, RUBIN)
    assert mark.label == "minor planet"
