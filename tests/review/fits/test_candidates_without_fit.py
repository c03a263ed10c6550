"""What waits for the results that the session holds, and for how long."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.fake_fits import GOOD, find, fitted, get_ready, make_fits
from tests.helpers.plain_source import PlainFields
from vetter.core.cutout_source import PsfFwhm
from vetter.core.judgement.field_fit import make_field_fit
from vetter.review.fits.fit_messages import Ready
from vetter.review.fits.fits import Fits
from vetter.review.writer import StoredFits
from vetter.settings import FitSettings

META = GOOD.as_meta()


@pytest.fixture
def fits(qapp):
    fits = make_fits()
    yield fits
    fits.close()


def test_the_rest_waits_until_all_that_the_session_holds_is_read(fits):
    fits.follow([1])
    get_ready(fits)
    fits.session.loaded.emit(StoredFits("mine", [("a", META)], False))
    assert fits.ahead.wishes == [([1], [])]
    find(fits, StoredFits("mine", [("c", META)], True))
    assert fits.table.rows() == [0, 2]
    assert fits.ahead.wishes[1:] == [([1], [1, 3])]


def test_what_comes_next_and_what_f_asks_for_do_not_wait(fits):
    get_ready(fits)
    fits.follow([1, 2])
    fits.request_current()
    fits.follow([2, 3])
    assert fits.ahead.wishes == [([1, 2], []), ([1, 2], None), ([2, 3, 1], None)]


def test_another_order_and_a_pause_do_not_let_the_rest_through(fits):
    fits.follow([1])
    fits.session.queue_changed.emit()
    fits.toggle_pause()
    fits.toggle_pause()
    get_ready(fits)
    fits.session.queue_changed.emit()
    assert [then for _, then in fits.ahead.wishes] == [[], [], [], [], []]


def test_where_nothing_is_kept_under_its_name_the_rest_is_fitted_at_once(fits):
    """As under other options: the session then holds results under another name only."""
    fits.follow([1])
    get_ready(fits)
    find(fits)
    assert fits.ahead.wishes == [([1], []), ([1], [1, 2, 3, 0])]


def test_an_image_whose_files_cannot_be_read_waits_for_nothing(fits):
    fits.follow([1])
    get_ready(fits, "")
    assert fits.ahead.wishes == [([1], []), ([1], [1, 2, 3, 0])]


def test_a_session_that_is_read_only_has_the_rest_made_anew(fits):
    fits.session.read_only = True
    fits.follow([1])
    get_ready(fits)
    assert fits.session.loads == []
    assert fits.ahead.wishes == [([1], []), ([1], [1, 2, 3, 0])]


def test_while_paused_nothing_is_wished_for_when_all_is_read(fits):
    fits.follow([1])
    fits.toggle_pause()
    get_ready(fits)
    find(fits)
    assert fits.ahead.wishes == [([1], []), ([], [])]
    fits.toggle_pause()
    assert fits.ahead.wishes[2:] == [([1], [1, 2, 3, 0])]


def second(fits: Fits) -> None:
    """The second of two images is known."""
    fit = make_field_fit(PsfFwhm(5.0, ""), FitSettings(), 20)
    fits.ahead.ready.emit(Ready(fit, "second", 1))


@pytest.fixture
def night(fits):
    """Two images, of two candidates each."""
    one = vars(fits.session.source)
    fits.session.source = PlainFields(**one, field_numbers=np.array([0, 0, 1, 1]))
    return fits


def test_candidates_of_other_images_do_not_wait(night):
    night.follow([1])
    get_ready(night)
    assert night.ahead.wishes == [([1], [2, 3])]
    find(night)
    # Reached by the fits in the background: now it is known what to look for.
    second(night)
    find(night, StoredFits("second", [("d", META)], False))
    assert night.ahead.wishes[1:] == [([1], [1, 2, 3, 0]), ([1], [1, 0])]
    find(night, StoredFits("second", [], True))
    assert night.ahead.wishes[3:] == [([1], [1, 2, 0])]


def test_an_image_that_the_vetter_left_again_does_not_wait_for_ever(night):
    get_ready(night)
    find(night)
    night.follow([1])
    night.follow([2])
    night.follow([0])
    assert night.ahead.wishes == [([1], [1, 2, 3, 0]), ([2], [1, 0]), ([0], [1, 2, 3, 0])]


def test_a_list_that_is_being_read_waits_only_once_it_is_complete(fits):
    session = fits.session
    session.complete, fits._fields._grows = False, True
    fits.follow([1])
    fits.ahead.ready.emit(Ready(make_field_fit(PsfFwhm(3.0, ""), FitSettings(), 20), ""))
    assert fits.ahead.wishes == [([1], [1, 2, 3, 0])]
    session.source.fingerprints = ()
    session.complete = True
    session.completed.emit()
    assert fits.ahead.wishes[1:] == [([1], [])]
    find(fits, StoredFits(session.loads[0], [("a", META)], True))
    assert fits.ahead.wishes[2:] == [([1], [1, 2, 3])]


def test_stars_that_are_wished_for_first_do_not_keep_the_rest_from_being_fitted(fits):
    fits.session.complete = False
    fits.ahead.running = True
    fits.follow([1])
    assert fits.ahead.wishes == [([1], [1, 2, 3, 0])]


def test_where_no_candidate_is_on_screen_none_is_wished_for(fits):
    get_ready(fits)
    find(fits)
    fits.session.current_row = -1
    fits.toggle_pause()
    fits.toggle_pause()
    assert fits.ahead.wishes[-1] == ([], [0, 1, 2, 3])


def test_what_is_fitted_meanwhile_is_not_fitted_again(fits):
    fits.follow([1])
    get_ready(fits)
    fits.ahead.fitted.emit(fitted((3,), (GOOD,)))
    find(fits)
    assert fits.ahead.wishes[-1] == ([1], [1, 2, 0])


def test_of_a_long_list_the_next_are_wished_for_before_the_first_come_to_an_end(fits, monkeypatch):
    monkeypatch.setattr("vetter.review.fits.fit_order.ROWS_PER_REQUEST", 2)
    get_ready(fits)
    find(fits)
    fits.follow([1])
    fits.ahead.fitted.emit(fitted((1,), (GOOD,)))
    assert fits.ahead.wishes == [([1], [1, 2])]
    fits.ahead.fitted.emit(fitted((2,), (GOOD,)))
    assert fits.ahead.wishes[1:] == [([], [3, 0])]
    fits.ahead.fitted.emit(fitted((3, 0), (GOOD, GOOD)))
    assert fits.ahead.wishes[2:] == []


def test_while_paused_the_next_are_not_wished_for(fits, monkeypatch):
    monkeypatch.setattr("vetter.review.fits.fit_order.ROWS_PER_REQUEST", 2)
    get_ready(fits)
    find(fits)
    fits.follow([1])
    fits.toggle_pause()
    fits.ahead.fitted.emit(fitted((1, 2), (GOOD, GOOD)))
    assert fits.ahead.wishes == [([1], [1, 2]), ([], [])]
