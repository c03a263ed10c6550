"""Other detections of an object as marks: of a night's list and of a packet's history."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.helpers.alert_files import packed, record
from tests.helpers.field_files import write_field, write_list
from tests.helpers.night_files import PLACES, write_night
from vetter.core.cutout.sky_marks import MarkKind, PixelMark, SkyMark
from vetter.core.cutout_source import CutoutSource
from vetter.core.display.style import DisplayStyle
from vetter.io.alerts.open_alerts import open_alerts
from vetter.io.input_options import InputOptions, InputOrigin
from vetter.io.inputs.open_input import open_input
from vetter.review.cutouts.other_detections import MOST, other_detections
from vetter.review.cutouts.rendered_cutout import render_cutout

FWHM = 3.0


@pytest.fixture
def night(tmp_path: Path) -> Iterator[CutoutSource]:
    """Three images of one place: the first object is on all, the second on two."""
    source = open_input([str(write_night(tmp_path))], InputOptions(fwhm=FWHM))
    yield source
    source.close()


def detections(source: CutoutSource, row: int) -> list[PixelMark]:
    frame = render_cutout(source, row, 20, DisplayStyle())
    return [mark for mark in frame.marks if mark.kind is MarkKind.DETECTION]


def test_night_marks_detections_of_other_images(night: CutoutSource) -> None:
    assert [len(detections(night, row)) for row in range(len(night.candidates))] == [2, 1, 2, 1, 2]


@pytest.mark.parametrize("row", [0, 2, 4])
def test_detection_of_the_same_place_is_at_the_candidate(night: CutoutSource, row: int) -> None:
    frame = render_cutout(night, row, 20, DisplayStyle())
    for mark in detections(night, row):
        assert (mark.x, mark.y) == pytest.approx(frame.position, abs=0.02)


def test_mark_has_the_size_of_the_psf_in_pixels(night: CutoutSource) -> None:
    for mark in detections(night, 0):
        assert math.hypot(mark.dx, mark.dy) == pytest.approx(FWHM, rel=1e-3)


def test_past_detection_of_a_packet_is_marked_with_its_size(night: CutoutSource) -> None:
    cutout = night.cutout(0, 20)
    ra, dec = PLACES[0]
    cutout.sky_marks = (SkyMark(MarkKind.DETECTION, ra, dec + 1.8 / 3600),)
    first, *_ = other_detections(night, 0, cutout, 0.36)
    assert 3600 * (first.dec - dec) == pytest.approx(1.8)
    assert first.length == pytest.approx(FWHM * 0.36)


def test_candidate_seen_once_has_no_marks(tmp_path: Path) -> None:
    path = tmp_path / "a.avro"
    path.write_bytes(packed([record(1)]))
    source = open_alerts([path], None, None, None, InputOrigin())
    assert detections(source, 0) == []
    source.close()


def test_only_the_latest_detections_are_marked(night: CutoutSource) -> None:
    cutout = night.cutout(0, 20)
    cutout.sky_marks = tuple(
        SkyMark(MarkKind.DETECTION, 150.0 + 1e-4 * k, 2.0) for k in range(1, 40)
    )
    assert len(other_detections(night, 0, cutout, 0.36)) == MOST


def test_past_detection_is_marked_in_a_list_without_epochs(tmp_path: Path) -> None:
    planes = write_field(tmp_path, ("image", "diff"))
    source = open_input(
        [str(write_list(tmp_path / "l.csv"))], InputOptions(fwhm=FWHM, planes=planes)
    )
    cutout = source.cutout(0, 20)
    cutout.sky_marks = (SkyMark(MarkKind.DETECTION, 150.0, 2.0),)
    assert source.object_epochs is None
    (mark,) = other_detections(source, 0, cutout, 0.5)
    assert (mark.ra, mark.dec, mark.length) == (150.0, 2.0, FWHM * 0.5)
    source.close()


@pytest.mark.parametrize(("scale", "length"), [(None, 0.0), (0.36, FWHM * 0.36)])
def test_size_is_unknown_without_the_scale_of_the_pixels(
    night: CutoutSource, scale: float | None, length: float
) -> None:
    for mark in other_detections(night, 0, night.cutout(0, 20), scale):
        assert mark.length == pytest.approx(length)


def test_size_is_unknown_without_a_psf(tmp_path: Path) -> None:
    with closing(open_input([str(write_night(tmp_path))], InputOptions())) as source:
        marks = other_detections(source, 0, source.cutout(0, 20), 0.36)
        assert [mark.length for mark in marks] == [0.0, 0.0]


def test_place_without_a_candidate_has_no_other_detections(night: CutoutSource) -> None:
    assert other_detections(night, -1, night.cutout(0, 20), 0.36) == ()


@pytest.mark.parametrize(("away", "count"), [(0.0, 1), (0.004, 1), (0.05, 3)])
def test_detection_in_the_packet_and_in_the_list_is_one_mark(
    night: CutoutSource, away: float, count: int
) -> None:
    """The list has two other detections, both at this place."""
    cutout = night.cutout(0, 20)
    ra, dec = PLACES[0]
    place = ra, dec + away / 3600
    cutout.sky_marks = (SkyMark(MarkKind.DETECTION, *place),)
    marks = other_detections(night, 0, cutout, 0.36)
    assert len(marks) == count and (marks[0].ra, marks[0].dec) == place


def test_place_without_numbers_hides_no_other(night: CutoutSource) -> None:
    cutout = night.cutout(0, 20)
    night.candidates.ra[2] = math.nan
    assert len(other_detections(night, 0, cutout, 0.36)) == 1
