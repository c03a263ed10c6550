"""The fits of this session: asked for, under way, found; what the evidence line observes."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.core.adjustment import Adjustment, FitOptions
from vetter.core.disappeared import Judgement, judge
from vetter.review.adjuster import Adjuster, AdjustResult
from vetter.review.cutout_cache import CutoutCache
from vetter.review.session import Session
from vetter.settings import FitSettings

NOT_ASKED, RUNNING, DONE, FAILED = "not asked", "running", "done", "failed"


@dataclass(frozen=True, slots=True)
class FitState:
    """Where the fit of one candidate stands.

    ``status`` is 'not asked', 'running', 'done' or 'failed'; ``error`` says in words why it
    failed, ``adjustment`` and ``judgement`` are there when it is done.
    """

    status: str = NOT_ASKED
    adjustment: Adjustment | None = None
    judgement: Judgement | None = None
    error: str = ""


class Fits(QObject):
    """Keeps the state of every fit by row, and hands the pixels of the result to the panels.

    Parameters
    ----------
    session : Session
        Whose current candidate is fitted.
    cache : CutoutCache
        Gives the cutouts and takes the adjusted planes.
    adjuster : Adjuster
        Runs the fits, away from the window.
    """

    changed = pyqtSignal(int)  # row

    def __init__(
        self,
        session: Session,
        cache: CutoutCache,
        adjuster: Adjuster,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._cache = cache
        self._adjuster = adjuster
        self._states: dict[int, FitState] = {}
        self._revision = 0
        adjuster.done.connect(self._on_done)

    def state(self, row: int) -> FitState:
        """Where the fit of a row stands."""
        return self._states.get(row, FitState())

    def adjustments(self) -> dict[str, Adjustment]:
        """The fits that are done, by candidate key."""
        keys = self._session.candidates.keys
        return {
            str(keys[row]): state.adjustment
            for row, state in self._states.items()
            if state.adjustment is not None
        }

    def request_current(self) -> None:
        """Fit the candidate on screen; the window does not wait."""
        row = self._session.current_row
        frame = self._cache.get(row) if row >= 0 else None
        if frame is None or frame.cutout is None or self.state(row).status == RUNNING:
            return
        self._revision += 1
        self._set(row, FitState(RUNNING))
        self._adjuster.request(
            row,
            str(self._session.candidates.keys[row]),
            self._revision,
            frame.cutout,
            fit_options(self._session.settings.fit),
        )

    def forget(self) -> None:
        """The cutouts have changed (another size): fits of the old ones are not current."""
        self._revision += 1
        self._states.clear()

    def close(self) -> None:
        """End what runs."""
        self._adjuster.close()

    def _on_done(self, result: AdjustResult) -> None:
        key = str(self._session.candidates.keys[result.row])
        if key != result.key or self.state(result.row).status != RUNNING:
            return
        if result.adjustment is None:
            error = result.error or "the fit failed"
            self._cache.set_adjusted(result.row, None, error)
            self._set(result.row, FitState(FAILED, error=error))
            return
        reason = f"the fit: {result.adjustment.reason or 'no residual'}"
        self._cache.set_adjusted(result.row, result.adjustment.residual, reason)
        self._set(result.row, FitState(DONE, result.adjustment, judge(result.adjustment), ""))

    def _set(self, row: int, state: FitState) -> None:
        self._states[row] = state
        self.changed.emit(row)


def fit_options(settings: FitSettings) -> FitOptions:
    """The fit as the window and ``vetter adjust`` ask for it."""
    return FitOptions(
        max_shift=settings.max_shift,
        max_scale=settings.max_scale,
        inner_fwhm=settings.inner_fwhm,
        fit_bg=settings.fit_bg,
    )
