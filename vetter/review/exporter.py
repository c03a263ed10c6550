"""Export on a worker thread, with progress and cancellation."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, QThread, pyqtSignal

from vetter.core.decisions.agreement.policy import CombinedOpinions, Policy
from vetter.core.decisions.agreement.reviewer_record import rate_reviewers
from vetter.core.fakes.planted_row import known_truth
from vetter.errors import describe_error
from vetter.io.export.decision_table import FrozenOpinions, Opinions
from vetter.io.export.export import ExportReport, Picture, SheetMaker, export
from vetter.io.export.exported_rows import RowChoice

if TYPE_CHECKING:
    from vetter.review.cutouts.cutout_cache import CutoutCache
    from vetter.review.session import Session


def freeze_opinions(session: Session, policy: Policy | None) -> Callable[[], Opinions]:
    """Return a function that gives the opinions of this moment, to call on any thread.

    Parameters
    ----------
    session : Session
    policy : Policy or None
        Rule that combines the opinions of all reviewers; None for the user's own.
    """
    own = FrozenOpinions.of(session)
    if policy is None:
        return lambda: own
    ratings, chosen = session.others.all_ratings(own), policy
    keys, planted = session.candidates.keys, session.source.planted

    def combine() -> Opinions:
        truth = known_truth(keys.tolist(), planted)
        record = None if truth is None else rate_reviewers(ratings.codes, truth)
        return CombinedOpinions(ratings, chosen, record)

    return combine


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Content and options of an export, unchanged while the export runs.

    ``choice`` is of the candidates. ``picture`` makes the PNG of a candidate and is called on the
    export's thread; if None, no PNG is written. With ``html`` the report is written too; ``sheet``
    begins the contact sheet. ``png`` is whether pictures are written beside the cutouts.
    ``adjustments`` are ``adjust_*`` metadata by key. ``policy`` combines the opinions of all
    reviewers; None for the user's own.
    """

    folder: str
    choice: RowChoice
    formats: tuple[str, ...]
    radius: float
    picture: Picture | None = None
    adjustments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    png: bool = True
    html: bool = False
    sheet: SheetMaker | None = None
    policy: Policy | None = None


class Exporter(QObject):
    """Runner of one export at a time.

    Parameters
    ----------
    session : Session
        Its opinions are copied when the export starts: a late commit must not change them.
    cache : CutoutCache
        Reads the cutouts, in turn with the builder.
    """

    progress = pyqtSignal(int, int)
    """Numbers of finished and of all chosen candidates."""

    done = pyqtSignal(object)
    """ExportReport."""

    failed = pyqtSignal(str)
    """The reason in words; nothing was written."""

    def __init__(self, session: Session, cache: CutoutCache, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._cache = cache
        self._thread: _ExportThread | None = None

    @property
    def running(self) -> bool:
        """Whether an export is under way."""
        return self._thread is not None and self._thread.isRunning()

    def start(self, request: ExportRequest) -> None:
        """Start an export; the one under way is cancelled first."""
        self.close()
        opinions = freeze_opinions(self._session, request.policy)
        self._thread = _ExportThread(self, request, self._session, self._cache, opinions)
        self._thread.finished.connect(self._on_finished)
        self._thread.start()

    def cancel(self) -> None:
        """Cancel the export; `done` is emitted at its end."""
        if self._thread is not None:
            self._thread.stop.set()

    def close(self) -> None:
        """Cancel the export and wait for its end."""
        self.cancel()
        if self._thread is not None:
            self._thread.wait()
            self._thread = None

    def _on_finished(self) -> None:
        """Emit the outcome once the thread has ended, since a slot may delete the exporter."""
        thread = self._thread
        # An export that `start` has cancelled finishes too, and is not reported.
        if thread is None or not thread.isFinished():
            return
        self.close()
        if isinstance(thread.outcome, ExportReport):
            self.done.emit(thread.outcome)
        else:
            self.failed.emit(thread.outcome)


class _ExportThread(QThread):
    """Thread of one export; the exporter owns it and waits for its end."""

    def __init__(
        self,
        exporter: Exporter,
        request: ExportRequest,
        session: Session,
        cache: CutoutCache,
        opinions: Callable[[], Opinions],
    ) -> None:
        super().__init__(exporter)
        self.setObjectName("export")
        self.stop = threading.Event()
        self._exporter = exporter
        self._request = request
        self._source = session.source
        self._fits = session.columns.fits
        self._cache = cache
        self._opinions = opinions
        self.outcome: ExportReport | str = ""
        """The report, or the error in words; valid once the thread has ended."""

    def run(self) -> None:
        try:
            self.outcome = self._export()
        except Exception as error:  # An exception that leaves a thread ends the program.
            self.outcome = describe_error(error)

    def _export(self) -> ExportReport:
        request = self._request
        return export(
            self._source,
            self._opinions(),
            request.folder,
            choice=request.choice,
            formats=request.formats,
            png=request.png and request.picture is not None,
            picture=request.picture,
            adjustments=request.adjustments,
            progress=self._exporter.progress.emit,
            cancelled=self.stop.is_set,
            radius=request.radius,
            cutout=self._cache.cutout,
            html=request.html,
            sheet=request.sheet,
            fits=self._fits,
        )
