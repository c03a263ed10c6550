"""Stars of the field: asked for once, gathered part by part."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QObject, pyqtSignal

from tests.helpers.fake_field import field
from tests.helpers.field_files import write_image, write_list
from tests.helpers.memory_source import MemorySource
from vetter.core.cutout_source import PsfFwhm
from vetter.core.judgement.field_fit import make_field_fit
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.review.fits.field_fits import FieldStars
from vetter.review.fits.fit_messages import StarFits
from vetter.review.fits.fit_worker import survey
from vetter.settings import FitSettings

FIT = make_field_fit(PsfFwhm(3.67, ""), FitSettings(), 20.0)


class FakeAhead(QObject):
    surveyed = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []
        self.known: list[str] = []

    def request_stars(self, field: int = 0, known: str = "") -> None:
        self.asked.append(field)
        self.known.append(known)


@pytest.fixture
def ahead(qapp) -> FakeAhead:
    return FakeAhead()


def of_session(ahead: FakeAhead, settings: dict[str, object]) -> FieldStars:
    return FieldStars(ahead, dict(settings), settings.__setitem__)


def test_they_are_asked_for_once(ahead):
    stars = of_session(ahead, {})
    stars.want()
    stars.want()
    stars.want(3)
    assert ahead.asked == [0, 3]


def test_parts_are_gathered(ahead):
    stars = of_session(ahead, {})
    told = []
    stars.changed.connect(lambda: told.append(len(stars.table())))
    for part in (
        StarFits(((1.0, 2.0, 0.1, 0.2, 1.0),), 2),
        StarFits((), 1),
        StarFits(((5.0, 6.0, 0.3, 0.4, 1.1),), 0),
    ):
        ahead.surveyed.emit(part)
    assert told == [1, 2] and stars.done()
    np.testing.assert_allclose(stars.table()[1], [5, 6, 0.3, 0.4, 1.1])


def test_those_of_each_image_are_kept_apart(ahead):
    stars = of_session(ahead, {})
    ahead.surveyed.emit(StarFits(((1.0, 2.0, 0.1, 0.2, 1.0),), 0, 2))
    assert (len(stars.table(0)), len(stars.table(2))) == (0, 1)
    assert (stars.done(0), stars.done(2)) == (False, True)


def test_what_is_kept_is_not_fitted_again(ahead):
    settings: dict[str, object] = {}
    first = of_session(ahead, settings)
    star = (1.0, 2.0, 0.1, 0.2, 1.0)
    ahead.surveyed.emit(StarFits((star,), 1, 0, "one"))
    assert not settings
    ahead.surveyed.emit(StarFits((star,), 0, 0, "one"))
    assert len(first.table()) == 2
    again = of_session(ahead, settings)
    again.want()
    assert ahead.known == ["one"]
    ahead.surveyed.emit(StarFits((), 0, 0, "one"))
    np.testing.assert_array_equal(again.table(), [star, star])
    assert again.done()


def test_those_of_other_options_or_pixels_are_not_taken(ahead):
    settings: dict[str, object] = {"stars of field 0": {"of": "one", "stars": [[9.0] * 5]}}
    stars = of_session(ahead, settings)
    stars.want()
    ahead.surveyed.emit(StarFits(((1.0, 2.0, 0.1, 0.2, 1.0),), 0, 0, "two"))
    assert stars.table().tolist() == [[1.0, 2.0, 0.1, 0.2, 1.0]]
    assert settings["stars of field 0"] == {"of": "two", "stars": stars.table().tolist()}


@pytest.mark.parametrize("record", [None, "x", {"of": "one"}, {"of": "one", "stars": [[1.0]]}])
def test_a_damaged_record_is_none(ahead, record):
    of_session(ahead, {"stars of field 0": record}).want()
    assert ahead.known == [""]


def test_the_demo_shows_its_misregistered_part():
    source = open_input("demo")
    try:
        parts = list(survey(source, FIT))
    finally:
        source.close()
    assert [part.left for part in parts] == list(range(63, -1, -1))
    stars = np.array([star for part in parts for star in part.stars])
    x, y, dx, dy = stars.T[:4]
    bad = np.hypot(x - 750, y - 730) < 150
    good = np.hypot(x - 750, y - 730) > 550
    assert bad.sum() > 10 and good.sum() > 30
    assert np.median(dx[bad]) > 0.4 and np.median(dy[bad]) < -0.25
    assert np.abs(np.median(stars[good, 2:4], axis=0)).max() < 0.05


def test_stars_tell_the_templates_flux_beyond_the_bound_of_candidates(tmp_path):
    planes = field()
    planes["convolved"] = 40.0 * (planes["convolved"] - 500) + 500
    specs = {
        name: str(write_image(tmp_path / f"{name}.fits", planes[name]))
        for name in ("image", "convolved", "err")
    }
    listed = write_list(tmp_path / "l.csv")
    source = open_input([str(listed)], InputOptions.from_keywords(planes=specs))
    try:
        parts = list(survey(source, make_field_fit(PsfFwhm(4.24, ""), FitSettings(), 20.0)))
    finally:
        source.close()
    scales = np.array([star[4] for part in parts for star in part.stars])
    assert len(scales) > 4
    assert np.median(scales) == pytest.approx(1 / 40, rel=0.03)


def test_an_input_that_is_no_field_has_no_stars():
    assert list(survey(MemorySource(), FIT)) == [StarFits((), 0)]
