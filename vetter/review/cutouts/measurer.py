"""Measurer of cutouts: sends them to a process of its own, and emits profile, growth and fluxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.io.child_process import ChildProcess

if TYPE_CHECKING:
    from vetter.core.cutout.cutout import Cutout
    from vetter.core.cutout_source import CutoutSource
    from vetter.core.psf.measures.cutout_measures import CutoutMeasures

WORKER = "vetter.review.cutouts.measure_worker"


class MeasureRequest(NamedTuple):
    """One request: a candidate's row, its cutout, the FWHM if known, and the cut's direction.

    ``angle`` is in degrees from +x towards +y.
    """

    row: int
    cutout: Cutout
    fwhm: float | None
    angle: float


class Measurer(QObject):
    """Measurer of the cutout requested last.

    A process of its own, since a thread that measures holds the interpreter and delays keys. It
    starts with the first request, and then loads photutils.

    Parameters
    ----------
    source : CutoutSource
        Source of the candidates, asked for the FWHM of a candidate if a request has none.
    """

    measured = pyqtSignal(object, object)
    """Emitted with a `MeasureRequest` and its `CutoutMeasures`."""
    _answered = pyqtSignal(object)  # from the thread that reads the answers

    def __init__(self, source: CutoutSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._waiting: MeasureRequest | None = None
        self._asked: MeasureRequest | None = None
        self._fwhm_of_field: dict[int, float | None] = {}
        self._child: ChildProcess | None = None
        self._is_closed = self._has_ended = False
        self._answered.connect(self._on_answered)

    @property
    def running(self) -> bool:
        """Whether the process has been started and not ended."""
        return self._child is not None

    def measure(self, request: MeasureRequest) -> None:
        """Request measures in place of an earlier request that has not begun."""
        if self._is_closed:
            return
        self._waiting = request
        self._send_next()

    def forget(self) -> None:
        """Drop a request that has not begun."""
        self._waiting = None

    def close(self) -> None:
        """End the process."""
        self._is_closed, self._waiting = True, None
        child, self._child = self._child, None
        if child is not None:
            child.close()

    def _send_next(self) -> None:
        request = self._waiting
        if request is None or self._asked is not None:
            # The process has one at a time: the next may be overtaken meanwhile.
            return
        # Here: the window's start needs no measures.
        from vetter.core.psf.measures.cutout_measures import MEASURED
        from vetter.review.cutouts.measure_worker import MeasureTask

        self._waiting, self._asked = None, request
        if self._child is None:
            self._child = ChildProcess(WORKER, self._answered.emit, self._on_end, tied=True)
        cutout = request.cutout
        planes = {
            name: cutout.planes[name]
            for name in (*MEASURED, "err", "mask")
            if name in cutout.planes
        }
        fwhm = request.fwhm if request.fwhm is not None else self._known_fwhm(request)
        self._child.send(MeasureTask(planes, cutout.position, fwhm, request.angle))

    def _on_answered(self, answer: CutoutMeasures) -> None:
        request, self._asked = self._asked, None
        if self._has_ended and self._child is not None:
            # The next request starts another process.
            self._child.close()
            self._child, self._has_ended = None, False
        if request is None or self._is_closed:
            return
        self.measured.emit(request, answer)
        self._send_next()

    def _on_end(self, status: int) -> None:
        # On the thread that reads the answers, which cannot end itself.
        self._has_ended = True
        words = f"not measured: the measuring process ended (status {status})"
        from vetter.core.psf.measures.cutout_measures import CutoutMeasures

        self._answered.emit(CutoutMeasures(reason=words))

    def _known_fwhm(self, request: MeasureRequest) -> float | None:
        known: Any = self._source.own_fwhm(request.row, request.cutout)
        if known is not None:
            return float(known.value)
        number = self._source.field_of(request.row)
        if number not in self._fwhm_of_field:
            known = self._source.fields[number].fwhm(measure=False)
            self._fwhm_of_field[number] = None if known is None else float(known.value)
        return self._fwhm_of_field[number]
