"""Which fits are wished for, which results count, and what is said meanwhile."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PyQt6.QtCore import QObject, pyqtSignal

from tests.helpers.plain_source import PlainFields, PlainSource
from vetter.core.cutout.plane import Provenance
from vetter.core.cutout_source import PsfFwhm
from vetter.core.fit.adjustment import Adjustment, make_failure
from vetter.core.judgement.field_fit import make_field_fit
from vetter.core.judgement.fit_table import FitStatus, FitTable
from vetter.io.session.format.rows import plain_meta
from vetter.review.fits.fit_messages import Fitted, Ready
from vetter.review.fits.fits import Fits
from vetter.review.queue import Queue
from vetter.review.writer import StoredFits
from vetter.settings import FitSettings, Settings

GOOD = Adjustment(
    True,
    dx=0.2,
    dy=0.1,
    scale=1.0,
    chi2_0=900.0,
    chi2=100.0,
    df=100,
    pval=0.5,
    snr=0.3,
    fwhm=3.0,
    raw_flux=400.0,
    raw_flux_err=20.0,
    psf_snr=20.0,
    prior_flux=12.0,
    prior_flux_err=40.0,
    shift_chi2=101.0,
    scale_chi2=700.0,
    residual=np.ones((5, 5)),
)
"""A dipole that its shift explains."""


class FakeAhead(QObject):
    """Notes the wishes; the tests answer."""

    ready = pyqtSignal(object)
    fitted = pyqtSignal(object)
    broken = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.running = False
        self.wishes: list[tuple[list[int], list[int] | None]] = []
        self.more: list[range] = []
        self.fields: list[int] = []

    def request(self, first, then=None) -> None:
        self.running = True
        self.wishes.append((list(first), None if then is None else list(then)))

    def request_new_rows(self, rows: range) -> None:
        self.more.append(rows)

    def request_field(self, field: int = 0) -> None:
        self.fields.append(field)

    def close(self) -> None:
        self.running = False


class FakeSession(QObject):
    """A session of four candidates, the second on screen."""

    queue_changed = pyqtSignal()
    grown = pyqtSignal(int)
    completed = pyqtSignal()
    loaded = pyqtSignal(object)
    noticed = pyqtSignal(str)

    def __init__(self, ahead: bool, planes=("image", "convolved"), made=None) -> None:
        super().__init__()
        keys = ["a", "b", "c", "d"]
        self.candidates = SimpleNamespace(keys=np.array(keys))
        self.candidates.row_of = lambda key: {k: i for i, k in enumerate(keys)}[key]
        self.columns = SimpleNamespace(fits=FitTable(4))
        self.queue = Queue(4, lambda name: np.zeros(4), lambda text: np.ones(4, bool))
        self.settings = Settings(fit=FitSettings(ahead=ahead))
        self.candidates.columns = []
        self.source = PlainSource(
            plane_names=planes, candidates=self.candidates, plane_provenance=made or {}
        )
        self.current_row = 1
        self.complete = True
        self.read_only = False
        self.writer = self
        self.kept: list = []
        self.loads: list[str] = []
        self.set: dict[str, object] = {}

    def keep_setting(self, name: str, value: object) -> None:
        self.set[name] = value

    def keep_adjustments(self, results) -> None:
        self.kept += results

    def load_adjustments(self, signature: str, after: str = "") -> None:
        self.loads.append(signature)


def fitted(rows: tuple[int, ...], fits: tuple[Adjustment, ...]) -> Fitted:
    return Fitted(rows, fits, tuple(plain_meta(fit.as_meta()) for fit in fits))


class FakeCache:
    """Notes what the panels are given."""

    def __init__(self) -> None:
        self.adjusted: dict = {}
        self.shifts: dict = {}
        self.expected: str | None = None

    def set_fit_panel(self, row, residual, reason=None, shift=None) -> None:
        self.adjusted[row] = residual if residual is not None else reason
        self.shifts[row] = shift

    def has_fit_panel(self, row) -> bool:
        return row in self.adjusted

    def expect_adjusted(self, words) -> None:
        self.expected = words


def make_fits(ahead=True, **options) -> Fits:
    return Fits(FakeSession(ahead, **options), FakeCache(), FakeAhead())


def get_ready(fits: Fits, signature: str = "mine") -> None:
    fits._ahead.ready.emit(Ready(make_field_fit(PsfFwhm(3.0, ""), FitSettings(), 20), signature))


def find(fits: Fits, *stored: StoredFits) -> None:
    """The session holds these, and nothing else."""
    for part in stored or (StoredFits("mine", [], True),):
        fits._session.loaded.emit(part)


@pytest.fixture
def fits(qapp):
    fits = make_fits()
    get_ready(fits)
    find(fits)
    yield fits
    fits.close()


def test_what_is_on_screen_comes_first_then_the_list_from_there(fits):
    fits.follow([1, 2])
    assert fits._ahead.wishes == [([1, 2], [1, 2, 3, 0])]


def test_what_the_panels_have_is_not_wished_for_again(fits):
    fits.follow([1, 2])
    fits._ahead.fitted.emit(fitted((1,), (GOOD,)))
    fits.follow([1, 2])
    assert fits._ahead.wishes[1:] == [([2], None)]


def test_a_result_is_judged_shown_and_kept_without_its_pixels(fits):
    fits._ahead.fitted.emit(fitted((2,), (GOOD,)))
    state = fits.state(2)
    assert (state.status, state.judgement.disappeared) == (FitStatus.DONE, True)
    assert state.adjustment.residual is None
    assert fits._cache.adjusted[2].shape == (5, 5)
    fits.close()
    assert [(key, signature) for key, signature, _ in fits._session.kept] == [("c", "mine")]


@pytest.mark.parametrize(("at_bound", "bound"), [((), False), (("dy",), True), (("scale",), False)])
def test_the_panels_are_given_the_shift(fits, at_bound, bound):
    fits._ahead.fitted.emit(fitted((2,), (replace(GOOD, at_bound=at_bound),)))
    assert fits._cache.shifts[2] == (0.2, 0.1, bound)


def test_a_fit_without_a_result_says_why_in_its_panel(fits):
    fits._ahead.fitted.emit(fitted((0,), (make_failure("no good pixels"),)))
    assert fits._cache.adjusted[0] == "no good pixels"
    assert fits.state(0).judgement.disappeared is None


def test_stored_results_count_only_under_the_same_signature(fits):
    meta = GOOD.as_meta()
    fits.take_stored(StoredFits("older", [("b", meta)], True))
    fits.take_stored(StoredFits("mine", [("a", meta), ("gone", meta)], True))
    assert fits.table.rows() == [0]


def test_stored_results_do_not_replace_newer_ones(fits):
    fits._ahead.fitted.emit(fitted((0,), (make_failure("no good pixels"),)))
    fits.take_stored(StoredFits("mine", [("a", GOOD.as_meta())], True))
    assert not fits.state(0).adjustment.converged


def test_stored_results_are_read_once_their_signature_is_known(fits):
    assert fits._session.loads == ["mine"]


def test_each_image_is_fitted_and_kept_under_a_name_of_its_own(qapp):
    fits = make_fits()
    one = vars(fits._session.source)
    fits._session.source = PlainFields(**one, field_numbers=np.array([0, 0, 1, 1]))
    get_ready(fits, "first")
    meta = GOOD.as_meta()
    # A result of the one image's name for a candidate that is on the other now.
    loaded = fits._session.loaded
    loaded.emit(StoredFits("first", [("a", meta), ("d", meta)], True))
    assert fits.table.rows() == [0] and fits.fit_of(2) is None
    fit = make_field_fit(PsfFwhm(5.0, ""), FitSettings(), 20)
    fits._ahead.ready.emit(Ready(fit, "second", 1))
    loaded.emit(StoredFits("second", [("c", meta)], True))
    assert fits.table.rows() == [0, 2]
    assert fits.fit_of(2) is fit and fits._session.loads == ["first", "second"]
    fits._ahead.fitted.emit(fitted((1, 3), (GOOD, GOOD)))
    fits.close()
    assert [(key, name) for key, name, _ in fits._session.kept] == [("b", "first"), ("d", "second")]


def test_results_of_an_image_that_cannot_be_read_are_not_kept(fits):
    get_ready(fits, "")
    fits._ahead.fitted.emit(fitted((2,), (make_failure("gone"),)))
    fits.close()
    assert fits.state(2).status == FitStatus.DONE and fits._session.kept == []


def test_fits_that_come_are_progress(fits):
    get_ready(fits, "")
    told: list[str] = []
    fits.progressed.connect(lambda: told.append(fits.progress))
    fits._ahead.fitted.emit(fitted((3,), (GOOD,)))
    assert [words.split(",")[0] for words in told] == ["fits: 1 of 4"]


def test_another_order_is_followed(fits):
    fits.follow([1])
    fits._ahead.fitted.emit(fitted((3,), (GOOD,)))
    fits._session.queue_changed.emit()
    assert fits._ahead.wishes[-1] == ([1], [1, 2, 0])


def test_paused_fits_only_what_f_asks_for(qapp):
    fits = make_fits(ahead=False)
    fits.follow([1, 2])
    assert fits._ahead.wishes == []
    assert fits.state(1).status == FitStatus.NOT_ASKED
    fits.request_current()
    assert fits._ahead.wishes == [([1], None)]
    assert fits.state(1).status == FitStatus.RUNNING
    fits.close()


def test_what_f_asked_for_is_wished_for_until_it_has_come(fits):
    fits.request_current()
    fits._session.current_row = 2
    fits.request_current()
    fits.follow([3])
    fits.request_current()
    fits.toggle_pause()
    made = [([2, 1], None), ([3, 1, 2], None), ([2, 3, 1], None), ([1, 2], [])]
    assert fits._ahead.wishes[1:] == made
    fits._ahead.fitted.emit(fitted((1, 2), (GOOD, GOOD)))
    fits.toggle_pause()
    assert fits._ahead.wishes[-1][0] == [2] and fits.state(1).status == FitStatus.DONE


def test_pausing_drops_what_waits_and_going_on_wishes_for_it_again(fits):
    fits.follow([1])
    fits.toggle_pause()
    assert fits._ahead.wishes[-1] == ([], [])
    assert "paused" in fits.progress
    fits.toggle_pause()
    assert fits._ahead.wishes[-1] == ([1], [1, 2, 3, 0])


def test_a_process_that_broke_is_said_and_asked_for_nothing_more(fits):
    fits.follow([1])
    fits._ahead.broken.emit("image.fits: gone")
    count = len(fits._ahead.wishes)
    fits.follow([2])
    fits.request_current()
    assert len(fits._ahead.wishes) == count
    assert (fits.state(1).status, fits.state(1).error) == (FitStatus.FAILED, "image.fits: gone")
    assert fits._cache.expected is None


def test_without_a_template_there_is_nothing_to_fit_and_no_panel(qapp):
    fits = make_fits(planes=("image", "diff"))
    fits.follow([1])
    assert fits._ahead.wishes == []
    assert "template" in fits.state(1).error
    assert fits._cache.expected is None
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
    assert fits._ahead.wishes == [([1, 2], [1, 2, 3, 0])]
    assert fits.state(1).status == FitStatus.RUNNING
    fits.close()


def test_those_that_disappeared_are_found_in_the_list(fits):
    fits._ahead.fitted.emit(fitted((2, 0), (GOOD, make_failure("x"))))
    assert fits.disappeared_rows() == [2]


def test_a_result_that_arrives_after_the_end_is_dropped(fits):
    fits.close()
    fits._ahead.fitted.emit(fitted((2,), (GOOD,)))
    fits._storage.save()
    assert 2 not in fits.table and fits._session.kept == []


def grow(fits: Fits) -> None:
    """The list is still being read, and has grown by two candidates."""
    session = fits._session
    keys = [*session.candidates.keys.tolist(), "e", "f"]
    session.candidates = SimpleNamespace(keys=np.array(keys), row_of=keys.index)
    session.columns.fits.extend(6)
    session.grown.emit(4)


@pytest.fixture
def growing(qapp):
    made = make_fits()
    made._session.complete, made._fields._grows = False, True
    made._ahead.running = True
    yield made
    made.close()


def test_rows_that_are_listed_later_are_wished_for_too(growing):
    grow(growing)
    assert growing._ahead.more == [range(4, 6)]
    assert growing.progress == "fits: 0 of 6"


def test_results_are_kept_once_it_is_known_which_files_the_list_was(growing):
    session = growing._session
    fit = make_field_fit(PsfFwhm(3.0, ""), FitSettings(), 20)
    growing._ahead.ready.emit(Ready(fit, ""))
    growing._ahead.fitted.emit(fitted((0,), (GOOD,)))
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
    made._ahead.ready.emit(Ready(fit, "now", 0, {"of": "pixels"}))
    assert made._session.set == {"fit of field 0": {"of": "pixels"}}
    made._session.set.clear()
    made._ahead.ready.emit(Ready(fit, "now"))
    assert not made._session.set
    made.close()


def test_missing_thing_of_an_image_is_said_once(qapp, qtbot):
    fits = make_fits()
    fits._session.source.shape = (100, 100)
    fit = make_field_fit(None, FitSettings(), 20)
    with qtbot.waitSignal(fits._session.noticed) as told:
        fits._ahead.ready.emit(Ready(fit, "mine"))
    assert told.args == [f"fits are not judged: {fit.missing}"]
    with qtbot.assertNotEmitted(fits._session.noticed):
        fits._ahead.fitted.emit(fitted((0, 1), (GOOD, GOOD)))
    assert fits.state(0).judgement.reason == fit.missing
    fits.close()


def test_image_without_pixels_misses_nothing(qapp, qtbot):
    """As packets: each candidate has an answer, or a reason, of its own."""
    fits = make_fits()
    with qtbot.assertNotEmitted(fits._session.noticed):
        fits._ahead.ready.emit(Ready(make_field_fit(None, FitSettings(), 20), "mine"))
    fits.close()


def test_stars_of_a_field_are_requested_once(qapp):
    fits = make_fits()
    assert fits.calibration(0) is None
    fits.request_field(0)
    fits.request_field(0)
    assert fits._ahead.fields == [0]
    fits.close()


def test_stars_of_a_known_field_are_not_requested(fits):
    fits.request_field(0)
    assert fits._ahead.fields == []
