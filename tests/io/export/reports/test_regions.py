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
