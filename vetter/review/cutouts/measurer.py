"""Measurer of cutouts: profile, growth, cut and aperture fluxes, computed on a worker thread."""

from __future__ import annotations

import atexit
import threading
from typing import TYPE_CHECKING, NamedTuple

from PyQt6.QtCore import QObject, QThread, pyqtSignal

from vetter.errors import describe_error

if TYPE_CHECKING:
    from vetter.core.cutout.cutout import Cutout
    from vetter.core.cutout_source import CutoutSource


class MeasureRequest(NamedTuple):
    """One request: a candidate's row, its cutout, the FWHM if known, and the cut's direction.

    ``angle`` is in degrees from +x towards +y.
    """

    row: int
    cutout: Cutout
    fwhm: float | None
    angle: float


class Measurer(QObject):
    """Worker thread that measures the cutout requested last.

    The thread begins with the first request, which loads photutils.

    Parameters
    ----------
    source : CutoutSource
        Source of the candidates, asked for the FWHM of a candidate if a request has none.
    """

    measured = pyqtSignal(object, object)
    """Emitted with a `MeasureRequest` and its `CutoutMeasures`."""

    def __init__(self, source: CutoutSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._request: MeasureRequest | None = None
        self._stopped = False
        self._state = threading.Condition()
        self._worker: _Worker | None = None

    def measure(self, request: MeasureRequest) -> None:
        """Request measures in place of an earlier request that has not begun."""
        with self._state:
            if self._stopped:
                return
            self._request = request
            self._state.notify_all()
        if self._worker is None:
            self._worker = _Worker(self)
            self._worker.start()
            # A QThread that outlives the application aborts the process.
            atexit.register(self.close)

    def forget(self) -> None:
        """Drop a request that has not begun."""
        with self._state:
            self._request = None

    def close(self) -> None:
        """Stop measuring and wait for the thread to end."""
        with self._state:
            self._stopped, self._request = True, None
            self._state.notify_all()
        if self._worker is not None:
            self._worker.wait()
            atexit.unregister(self.close)

    def measure_requested(self) -> None:
        """Measure requested cutouts until closed; runs in the worker thread."""
        from vetter.core.psf.measures.cutout_measures import CutoutMeasures, measure_cutout

        while (request := self._next_request()) is not None:
            try:
                fwhm = request.fwhm if request.fwhm is not None else self._known_fwhm(request)
                measures = measure_cutout(request.cutout, fwhm, request.angle)
            except Exception as error:  # One bad candidate must not end the thread.
                measures = CutoutMeasures(reason=f"not measured: {describe_error(error)}")
            self.measured.emit(request, measures)

    def _next_request(self) -> MeasureRequest | None:
        with self._state:
            while self._request is None and not self._stopped:
                self._state.wait()
            request, self._request = self._request, None
            return request

    def _known_fwhm(self, request: MeasureRequest) -> float | None:
        source = self._source
        known = source.own_fwhm(request.row, request.cutout)
        if known is None:
            known = source.fields[source.field_of(request.row)].fwhm(measure=False)
        return None if known is None else known.value


class _Worker(QThread):
    """Worker thread of a measurer; the measurer owns it and waits for its end."""

    def __init__(self, measurer: Measurer) -> None:
        super().__init__(measurer)
        self.setObjectName("measurer")
        self._measurer = measurer

    def run(self) -> None:
        self._measurer.measure_requested()
