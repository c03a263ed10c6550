"""Fits of a session of four candidates, whose process, cache and session are fakes."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal

from tests.helpers.child_here import ChildHere
from tests.helpers.plain_source import PlainSource
from vetter.core.cutout_source import PsfFwhm
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.field_fit import make_field_fit
from vetter.core.judgement.fit_table import FitTable
from vetter.io.session.format.rows import plain_meta
from vetter.review.fits.fit_messages import FitRequest, Fitted, Ready
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
        self.told: list[str] = []

    def begin(self) -> None:
        self.told.append("begin")

    def hold(self) -> None:
        self.told.append("hold")

    def go_on(self) -> None:
        self.told.append("go on")

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


class FitsOfFakes(Fits):
    """Fits of a fake session, cache and process, which tests look at and answer for."""

    def __init__(self, session: FakeSession, cache: FakeCache, ahead: FakeAhead) -> None:
        super().__init__(session, cache, ahead)
        self.session, self.cache, self.ahead = session, cache, ahead


def make_fits(ahead=True, **options) -> FitsOfFakes:
    return FitsOfFakes(FakeSession(ahead, **options), FakeCache(), FakeAhead())


def get_ready(fits: FitsOfFakes, signature: str = "mine") -> None:
    fits.ahead.ready.emit(Ready(make_field_fit(PsfFwhm(3.0, ""), FitSettings(), 20), signature))


def find(fits: FitsOfFakes, *stored: StoredFits) -> None:
    """The session holds these, and nothing else."""
    for part in stored or (StoredFits("mine", [], True),):
        fits.session.loaded.emit(part)


class FittingHere(ChildHere):
    """Finds in each candidate the same dipole, at once."""

    def answers(self, message: object) -> Iterator[Ready | Fitted]:
        if isinstance(message, FitRequest):
            yield Ready(make_field_fit(PsfFwhm(3.0, ""), FitSettings(), 20), "mine")
            yield fitted(message.first, (GOOD,) * len(message.first))
