"""An export on a thread of its own: asked for, watched, cancelled."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PyQt6.QtCore import QObject, QThread, pyqtSignal

from vetter.core.decisions import Opinion, Verdict
from vetter.errors import in_words
from vetter.io.export import ExportReport, Picture, export

if TYPE_CHECKING:
    from vetter.core.cutout import Cutout
    from vetter.core.cutout_source import CutoutSource
    from vetter.core.ledger import Ledger
    from vetter.review.cutout_cache import CutoutCache
    from vetter.review.session import Session


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is to be exported; nothing of it changes while the export runs.

    ``picture`` makes the PNG of a candidate and is called on the export's thread; without
    it none is written. ``adjustments`` are ``adjust_*`` metadata by key.
    """

    folder: str
    verdicts: tuple[Verdict, ...]
    formats: tuple[str, ...]
    radius: float
    picture: Picture | None = None
    adjustments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Exporter(QObject):
    """Runs one export at a time.

    Parameters
    ----------
    session : Session
        Its opinions are taken as they are when the export starts.
    cache : CutoutCache
        Reads the cutouts, in turn with the builder.
    """

    progress = pyqtSignal(int, int)
    """Done and total."""

    done = pyqtSignal(object)
    """ExportReport."""

    failed = pyqtSignal(str)
    """In words; nothing was written."""

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
        """Begin; one that runs is ended first."""
        self.close()
        self._thread = _ExportThread(
            self, request, _Reader(self._session.source, self._cache), self._opinions()
        )
        self._thread.start()

    def cancel(self) -> None:
        """Ask it to end; `done` tells when it has."""
        if self._thread is not None:
            self._thread.stop.set()

    def close(self) -> None:
        """Cancel and wait."""
        self.cancel()
        if self._thread is not None:
            self._thread.wait()
            self._thread = None

    def _opinions(self) -> Ledger:
        """The opinions of this moment: a late commit must not change them in mid-export."""
        session = self._session
        codes = np.array(session.codes)
        opinions = {row: session.opinion(row) for row in range(len(codes))}
        said = {row: opinion for row, opinion in opinions.items() if opinion != Opinion()}
        frozen = SimpleNamespace(
            codes=codes,
            candidates=session.candidates,
            reviewer=session.reviewer,
            opinion=lambda row: said.get(row, Opinion()),
        )
        return cast("Ledger", frozen)


class _Reader:
    """The source, with cutouts read in turn with the builder's."""

    def __init__(self, source: CutoutSource, cache: CutoutCache) -> None:
        self._source = source
        self._cache = cache

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def cutout(self, row: int, radius: float) -> Cutout:
        """As the source's."""
        return self._cache.cutout(row, radius)


class _ExportThread(QThread):
    """The thread of one export; owned by the exporter, which waits for it."""

    def __init__(
        self, exporter: Exporter, request: ExportRequest, source: _Reader, opinions: Ledger
    ) -> None:
        super().__init__(exporter)
        self.setObjectName("export")
        self.stop = threading.Event()
        self._exporter = exporter
        self._request = request
        self._source = source
        self._opinions = opinions

    def run(self) -> None:
        try:
            report = self._export()
        except Exception as error:  # An exception that leaves a thread ends the program.
            self._exporter.failed.emit(in_words(error))
        else:
            self._exporter.done.emit(report)

    def _export(self) -> ExportReport:
        request = self._request
        return export(
            cast("CutoutSource", self._source),
            self._opinions,
            request.folder,
            verdicts=request.verdicts,
            formats=request.formats,
            png=request.picture is not None,
            picture=request.picture,
            adjustments=request.adjustments,
            progress=self._exporter.progress.emit,
            cancelled=self.stop.is_set,
            radius=request.radius,
        )
