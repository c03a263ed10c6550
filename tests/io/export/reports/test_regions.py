"""Region files, read again as DS9's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.helpers.decisions import REVIEWER, event
from tests.helpers.plain_source import PlainField, PlainFields
from tests.helpers.report_lists import magnitudes
from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.io.export.reports.regions import STYLES, regions_report
from vetter.io.export.reports.report import Report
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.tables.ds9_regions import read_regions


def _report(source: CutoutSource) -> Report:
    """The report of an accepted candidate with a tag, and an undecided one."""
    ledger = Ledger(source.candidates, REVIEWER)
    ledger.apply(event(source.candidates, 0, Verdict.ACCEPT, tags=("dipole",)))
    return regions_report(source, ledger, range(len(source.candidates)))


def test_positions_come_back_on_the_sky_and_in_pixels(tmp_path: Path) -> None:
    report = _report(magnitudes())
    assert list(report.files) == ["regions_fk5.reg", "regions_image.reg"]
    found = {}
    for name, text in report.files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        found[name] = read_regions(parse_fits_name(str(tmp_path / name))).table
    sky, pixels = found.values()
    np.testing.assert_allclose(sky["ra"], [150.1234567, 0.5])
    np.testing.assert_allclose(sky["dec"], [-20.5, 20.25])
    # DS9 counts pixels from 1.
    np.testing.assert_allclose(pixels["x"], [11.0, 21.0])
    np.testing.assert_allclose(pixels["y"], [31.0, 41.0])


def test_verdict_sets_colour_shape_and_tag() -> None:
    lines = _report(magnitudes()).text.splitlines()[-2:]
    assert lines == [
        'circle(150.1234567,-20.5000000,3") # color=green text={J1 #dipole} tag={accept}',
        "point(0.5000000,20.2500000) # point=cross 12 color=white text={J2} tag={undecided}",
    ]


def test_pixels_count_from_one_and_circles_have_ten() -> None:
    lines = _report(magnitudes()).files["regions_image.reg"].splitlines()
    assert lines[3:] == [
        "image",
        "circle(11.000,31.000,10) # color=green text={J1 #dipole} tag={accept}",
        "point(21.000,41.000) # point=cross 12 color=white text={J2} tag={undecided}",
    ]
    assert lines[0] == "# Region file format: DS9 version 4.1"
    assert "accept green circle, reject red x, maybe cyan diamond, later yellow box" in lines[1]


@pytest.mark.parametrize(
    ("missing", "files", "notes"),
    [
        (("ra",), ["regions_fk5.reg", "regions_image.reg"], 0),
        (("dec", "x"), ["regions_fk5.reg", "regions_image.reg"], 1),
        (("y",), ["regions_fk5.reg", "regions_image.reg"], 0),
    ],
)
def test_candidate_is_where_both_coordinates_are(
    missing: tuple[str, ...], files: list[str], notes: int
) -> None:
    report = _report(magnitudes(**dict.fromkeys(missing, np.array([np.nan, 1.0]))))
    assert list(report.files) == files and len(report.notes) == notes
    assert report.count == 2 - notes
    kind = "regions_fk5.reg" if {"ra", "dec"} & {*missing} else "regions_image.reg"
    assert len(report.files[kind].splitlines()) == 4 + 1


def test_every_verdict_has_a_colour_and_shape_of_its_own() -> None:
    assert {verdict.value for verdict in Verdict} <= set(STYLES)
    assert len(set(STYLES.values())) == len({colour for colour, _ in STYLES.values()}) == 5
    assert len({shape for _, shape in STYLES.values()}) == 5


@pytest.mark.parametrize("name", ["a}b # color=red", "a\nb"])
def test_name_does_not_end_its_text(name) -> None:
    text = _report(magnitudes(title=[name, "b"])).text.splitlines()
    assert len(text) == 6 and text[4].count("{") == 2


def test_each_image_has_a_file_of_pixels() -> None:
    fields = (PlainField(name="r1"), PlainField(name="r2"))
    listed = magnitudes().candidates
    source = PlainFields(candidates=listed, fields=fields, field_numbers=np.array([0, 1]))
    assert list(_report(source).files)[1:] == ["regions_image_r1.reg", "regions_image_r2.reg"]


def test_candidate_without_position_is_named() -> None:
    nan = np.array([np.nan, 1.0])
    report = _report(magnitudes(ra=nan, dec=nan, x=nan, y=nan))
    assert report.notes == ("J1: left out: no position",) and report.count == 1
    nowhere = np.array([np.nan, np.nan])
    report = _report(magnitudes(ra=nowhere, dec=nowhere))
    assert list(report.files) == ["regions_image.reg"] and report.kind == "regions"


def test_image_without_a_name_has_its_number() -> None:
    fields = (PlainField(name=""), PlainField(name=""))
    listed = magnitudes().candidates
    source = PlainFields(candidates=listed, fields=fields, field_numbers=np.array([0, 1]))
    assert list(_report(source).files)[1:] == ["regions_image_0.reg", "regions_image_1.reg"]
