"""Which fits are wished for, which results count, and what is said meanwhile."""

from __future__ import annotations

import itertools
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from tests.helpers.fake_fits import (
    GOOD,
    FakeAhead,
    FakeCache,
    FakeSession,
    FitsOfFakes,
    find,
    fitted,
    get_ready,
    make_fits,
)
from tests.helpers.plain_source import PlainField, PlainFields
from vetter.core.cutout.plane import Provenance
from vetter.core.cutout_source import PsfFwhm
from vetter.core.fit.adjustment import make_failure
from vetter.core.judgement.field_fit import make_field_fit
from vetter.core.judgement.fit_table import FitStatus
from vetter.review.fits.fit_messages import Ready
from vetter.review.fits.fits import Fits
from vetter.review.writer import StoredFits
from vetter.settings import FitSettings


@pytest.fixture
def fits(qapp):
    fits = make_fits()
    get_ready(fits)
    find(fits)
    yield fits
    fits.close()


def test_what_is_on_screen_comes_first_then_the_list_from_there(fits):
    fits.follow([1, 2])
    assert fits.ahead.wishes == [([1, 2], [1, 2, 3, 0])]


def test_what_the_panels_have_is_not_wished_for_again(fits):
    fits.follow([1, 2])
    fits.ahead.fitted.emit(fitted((1,), (GOOD,)))
    fits.follow([1, 2])
    assert fits.ahead.wishes[1:] == [([2], None)]


def test_a_result_is_judged_shown_and_kept_without_its_pixels(fits):
    fits.ahead.fitted.emit(fitted((2,), (GOOD,)))
    state = fits.state(2)
    assert (state.status, state.judgement.disappeared) == (FitStatus.DONE, True)
    assert state.adjustment.residual is None
    assert fits.cache.adjusted[2].shape == (5, 5)
    fits.close()
    assert [(key, signature) for key, signature, _ in fits.session.kept] == [("c", "mine")]


@pytest.mark.parametrize(("at_bound", "bound"), [((), False), (("dy",), True), (("scale",), False)])
def test_the_panels_are_given_the_shift(fits, at_bound, bound):
    fits.ahead.fitted.emit(fitted((2,), (replace(GOOD, at_bound=at_bound),)))
    assert fits.cache.shifts[2] == (0.2, 0.1, bound)


def test_a_fit_without_a_result_says_why_in_its_panel(fits):
    fits.ahead.fitted.emit(fitted((0,), (make_failure("no good pixels"),)))
    assert fits.cache.adjusted[0] == "no good pixels"
    assert fits.state(0).judgement.disappeared is None


def test_stored_results_count_only_under_the_same_signature(fits):
    meta = GOOD.as_meta()
    fits.take_stored(StoredFits("older", [("b", meta)], True))
    fits.take_stored(StoredFits("mine", [("a", meta), ("gone", meta)], True))
    assert fits.table.rows() == [0]


def test_stored_results_do_not_replace_newer_ones(fits):
    fits.ahead.fitted.emit(fitted((0,), (make_failure("no good pixels"),)))
    fits.take_stored(StoredFits("mine", [("a", GOOD.as_meta())], True))
    assert not fits.state(0).adjustment.converged


def test_stored_results_are_read_once_their_signature_is_known(fits):
    assert fits.session.loads == ["mine"]


def test_each_image_is_fitted_and_kept_under_a_name_of_its_own(qapp):
    fits = make_fits()
    one = vars(fits.session.source)
    fits.session.source = PlainFields(**one, field_numbers=np.array([0, 0, 1, 1]))
    get_ready(fits, "first")
    meta = GOOD.as_meta()
    # A result of the one image's name for a candidate that is on the other now.
    loaded = fits.session.loaded
    loaded.emit(StoredFits("first", [("a", meta), ("d", meta)], True))
    assert fits.table.rows() == [0] and fits.fit_of(2) is None
    fit = make_field_fit(PsfFwhm(5.0, ""), FitSettings(), 20)
    fits.ahead.ready.emit(Ready(fit, "second", 1))
    loaded.emit(StoredFits("second", [("c", meta)], True))
    assert fits.table.rows() == [0, 2]
    assert fits.fit_of(2) is fit and fits.session.loads == ["first", "second"]
    fits.ahead.fitted.emit(fitted((1, 3), (GOOD, GOOD)))
    fits.close()
    assert [(key, name) for key, name, _ in fits.session.kept] == [("b", "first"), ("d", "second")]


def test_results_of_an_image_that_cannot_be_read_are_not_kept(fits):
    get_ready(fits, "")
    fits.ahead.fitted.emit(fitted((2,), (make_failure("gone"),)))
    fits.close()
    assert fits.state(2).status == FitStatus.DONE and fits.session.kept == []


def test_fits_that_come_are_progress(fits):
    get_ready(fits, "")
    told: list[str] = []
    fits.progressed.connect(lambda: told.append(fits.progress))
    fits.ahead.fitted.emit(fitted((3,), (GOOD,)))
    assert [words.split(",")[0] for words in told] == ["fits: 1 of 4"]


def test_another_order_is_followed(fits):
    fits.follow([1])
    fits.ahead.fitted.emit(fitted((3,), (GOOD,)))
    fits.session.queue_changed.emit()
    assert fits.ahead.wishes[-1] == ([1], [1, 2, 0])


def test_paused_fits_only_what_f_asks_for(qapp):
    fits = make_fits(ahead=False)
    fits.follow([1, 2])
    assert fits.ahead.wishes == []
    assert fits.state(1).status == FitStatus.NOT_ASKED
    fits.request_current()
    assert fits.ahead.wishes == [([1], None)]
    assert fits.state(1).status == FitStatus.RUNNING
    fits.close()


def test_what_f_asked_for_is_wished_for_until_it_has_come(fits):
    fits.request_current()
    fits.session.current_row = 2
    fits.request_current()
    fits.follow([3])
    fits.request_current()
    fits.toggle_pause()
    made = [([2, 1], None), ([3, 1, 2], None), ([2, 3, 1], None), ([1, 2], [])]
    assert fits.ahead.wishes[1:] == made
    fits.ahead.fitted.emit(fitted((1, 2), (GOOD, GOOD)))
    fits.toggle_pause()
    assert fits.ahead.wishes[-1][0] == [2] and fits.state(1).status == FitStatus.DONE


def test_pausing_drops_what_waits_and_going_on_wishes_for_it_again(fits):
    fits.follow([1])
    fits.toggle_pause()
    assert fits.ahead.wishes[-1] == ([], [])
    assert "paused" in fits.progress
    fits.toggle_pause()
    assert fits.ahead.wishes[-1] == ([1], [1, 2, 3, 0])


def test_a_process_that_broke_is_said_and_asked_for_nothing_more(fits):
    fits.follow([1])
    fits.ahead.broken.emit("image.fits: gone")
    count = len(fits.ahead.wishes)
    fits.follow([2])
    fits.request_current()
    assert len(fits.ahead.wishes) == count
    assert (fits.state(1).status, fits.state(1).error) == (FitStatus.FAILED, "image.fits: gone")
    assert fits.cache.expected is None


def test_without_a_template_there_is_nothing_to_fit_and_no_panel(qapp):
    fits = make_fits(planes=("image", "diff"))
    fits.follow([1])
    assert fits.ahead.wishes == []
    assert "template" in fits.state(1).error
    assert fits.cache.expected is None
    assert fits.progress == ""
    fits.close()


@pytest.mark.parametrize(
    ("planes", "made"),
    [
        (("image", "template"), {}),
        (("image", "template", "err"), {"err": Provenance.ESTIMATED}),
        (("image", "convolved", "err"), {"convolved": Provenance.REPROJECTED}),
    ],
    ids=["no convolved", "estimated err", "reprojected"],
)
def test_fits_run_ahead_whatever_planes_are_given(qapp, planes, made):
    fits = make_fits(planes=planes, made=made)
    get_ready(fits)
    find(fits)
    fits.follow([1, 2])
    assert fits.ahead.wishes == [([1, 2], [1, 2, 3, 0])]
    assert fits.state(1).status == FitStatus.RUNNING
    fits.close()


def test_those_that_disappeared_are_found_in_the_list(fits):
    fits.ahead.fitted.emit(fitted((2, 0), (GOOD, make_failure("x"))))
    assert fits.disappeared_rows() == [2]


def test_a_result_that_arrives_after_the_end_is_dropped(fits):
    fits.close()
    fits.ahead.fitted.emit(fitted((2,), (GOOD,)))
    fits._storage.save()
    assert 2 not in fits.table and fits.session.kept == []


def grow(fits: Fits) -> None:
    """The list is still being read, and has grown by two candidates."""
    session = fits.session
    keys = [*session.candidates.keys.tolist(), "e", "f"]
    session.candidates = SimpleNamespace(keys=np.array(keys), row_of=keys.index)
    session.columns.fits.extend(6)
    session.grown.emit(4)


@pytest.fixture
def growing(qapp):
    made = make_fits()
    made.session.complete, made._fields._grows = False, True
    made.ahead.running = True
    yield made
    made.close()


def test_rows_that_are_listed_later_are_wished_for_too(growing):
    grow(growing)
    assert growing.ahead.more == [range(4, 6)]
    assert growing.progress == "fits: 0 of 6"


@pytest.mark.parametrize("end", [Fits.toggle_pause, lambda fits: fits.ahead.broken.emit("gone")])
def test_rows_that_are_listed_later_are_not_wished_for_without_fits(growing, end):
    end(growing)
    grow(growing)
    assert growing.ahead.more == [] and len(growing.table.codes) == 6


def test_results_are_kept_once_it_is_known_which_files_the_list_was(growing):
    session = growing.session
    fit = make_field_fit(PsfFwhm(3.0, ""), FitSettings(), 20)
    growing.ahead.ready.emit(Ready(fit, ""))
    growing.ahead.fitted.emit(fitted((0,), (GOOD,)))
    growing._storage.save()
    assert session.kept == [] and session.loads == []
    session.source.fingerprints = ()
    session.complete = True
    session.completed.emit()
    assert [(key, signature) for key, signature, _ in session.kept] == [("a", fit.signature(()))]
    assert session.loads == [fit.signature(())]


def test_what_was_measured_on_a_field_is_kept_once(qapp):
    fit = make_field_fit(PsfFwhm(3.0, ""), FitSettings(), 20)
    made = make_fits()
    made.ahead.ready.emit(Ready(fit, "now", 0, {"of": "pixels"}))
    assert made.session.set == {"fit of field 0": {"of": "pixels"}}
    made.session.set.clear()
    made.ahead.ready.emit(Ready(fit, "now"))
    assert not made.session.set
    made.close()


def test_missing_thing_of_an_image_is_said_once(qapp, qtbot):
    fits = make_fits()
    fits.session.source.shape = (100, 100)
    fit = make_field_fit(None, FitSettings(), 20)
    with qtbot.waitSignal(fits.session.noticed) as told:
        fits.ahead.ready.emit(Ready(fit, "mine"))
    assert told.args == [f"fits are not judged: {fit.missing}"]
    with qtbot.assertNotEmitted(fits.session.noticed):
        fits.ahead.fitted.emit(fitted((0, 1), (GOOD, GOOD)))
    assert fits.state(0).judgement.reason == fit.missing
    fits.close()


def test_image_without_pixels_misses_nothing(qapp, qtbot):
    """As packets: each candidate has an answer, or a reason, of its own."""
    fits = make_fits()
    with qtbot.assertNotEmitted(fits.session.noticed):
        fits.ahead.ready.emit(Ready(make_field_fit(None, FitSettings(), 20), "mine"))
    fits.close()


def test_stars_of_a_field_are_requested_once(qapp):
    fits = make_fits()
    assert fits.calibration(0) is None
    fits.request_field(0)
    fits.request_field(0)
    assert fits.ahead.fields == [0]
    fits.close()


def test_stars_of_a_known_field_are_not_requested(fits):
    fits.request_field(0)
    assert fits.ahead.fields == []


@pytest.mark.parametrize(
    ("options", "broken", "begun"),
    [({}, "", True), ({"ahead": False}, "", False), ({}, "gone", False)],
    ids=["ahead", "paused", "broken"],
)
def test_process_is_begun_only_for_fits_to_come(qapp, options, broken, begun):
    fits = make_fits(**options)
    if broken:
        fits.ahead.broken.emit(broken)
    fits.begin()
    assert fits.ahead.told == ["begin"] * begun
    fits.close()


def test_process_stands_still_for_the_window(fits):
    fits.hold()
    fits.go_on()
    assert fits.ahead.told == ["hold", "go on"]


def test_panels_say_that_a_fit_is_coming_until_it_is_not(fits):
    assert fits.cache.expected == "fitting..."
    fits.toggle_pause()
    assert fits.cache.expected is None
    fits.toggle_pause()
    assert fits.cache.expected == "fitting..."


def test_result_is_told_again_where_no_other_will_come(fits):
    fits.ahead.fitted.emit(fitted((1,), (GOOD,)))
    fits.request_current()
    assert fits.state(1).status == FitStatus.RUNNING
    fits.ahead.broken.emit("gone")
    assert fits.state(1).status == FitStatus.DONE


def told_by(fits: Fits) -> list:
    """What the fits tell of: rows that have changed, and the words of progress."""
    told: list = []
    fits.changed.connect(told.append)
    fits.progressed.connect(lambda: told.append(fits.progress))
    return told


def test_stored_results_are_told_where_some_count(fits):
    told = told_by(fits)
    fits.take_stored(StoredFits("older", [("b", GOOD.as_meta())], False))
    assert told == []
    fits.take_stored(StoredFits("mine", [("c", GOOD.as_meta()), ("a", GOOD.as_meta())], False))
    assert told == [[2, 0], "fits: 2 of 4"]


def test_pause_is_told(fits):
    fits.follow([1])
    told = told_by(fits)
    fits.toggle_pause()
    fits.toggle_pause()
    assert told == [[1], "fits: 0 of 4, paused", [1], "fits: 0 of 4"]


def test_break_is_told(fits):
    told = told_by(fits)
    fits.ahead.broken.emit("gone")
    assert told == [[1], "fits: stopped"]


def test_speed_is_told_once_there_is_one(fits, monkeypatch):
    now = itertools.count(100.0, 2.0)
    monkeypatch.setattr("vetter.review.fits.fits.time.monotonic", lambda: next(now))
    told = told_by(fits)
    for rows in ((0,), (1, 2), (3,)):
        fits.ahead.fitted.emit(fitted(rows, (GOOD,) * len(rows)))
    assert told[1::2] == ["fits: 1 of 4", "fits: 3 of 4, 1 a second", "fits: all 4"]


def test_columns_of_the_list_have_the_table_of_results(fits):
    assert fits.table is fits.session.columns.fits


def test_list_without_columns_of_results_has_a_table_that_grows(qapp):
    session = FakeSession(True)
    session.columns.fits = None
    fits = FitsOfFakes(session, FakeCache(), FakeAhead())
    told = told_by(fits)
    keys = list("abcdef")
    session.candidates = SimpleNamespace(keys=np.array(keys), row_of=keys.index)
    session.grown.emit(4)
    fits.ahead.running = True
    session.grown.emit(4)
    assert told == ["fits: 0 of 6", "fits: 0 of 6"]
    fits.close()


def test_order_that_changes_after_the_end_requests_nothing(fits):
    fits.follow([1])
    fits.close()
    fits.session.queue_changed.emit()
    assert len(fits.ahead.wishes) == 1


@pytest.mark.parametrize(
    ("names", "begin"), [(("first", "second"), "second: "), (("only",), "")], ids=["night", "one"]
)
def test_missing_thing_is_said_with_the_name_of_one_image_of_several(qapp, names, begin):
    fits, said = make_fits(), []
    images = [PlainField(name=name, shape=(100, 100)) for name in names]
    given = {**vars(fits.session.source), "fields": images}
    numbers = np.array([0, 0, 0, len(names) - 1])
    fits.session.source = PlainFields(**given, field_numbers=numbers)
    fits.session.noticed.connect(said.append)
    fit = make_field_fit(None, FitSettings(), 20)
    fits.ahead.ready.emit(Ready(fit, "mine", len(names) - 1))
    assert said == [f"{begin}fits are not judged: {fit.missing}"]
    fits.close()


@pytest.mark.parametrize(("row", "asked"), [(0, [([0], [0, 1, 2, 3])]), (-1, [])])
def test_fit_of_the_first_candidate_is_requested_and_of_none_it_is_not(fits, row, asked):
    fits.session.current_row = row
    fits.request_current()
    assert fits.ahead.wishes == asked
