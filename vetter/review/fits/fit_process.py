"""Worker process of the fits, as seen from the window: requests go out, results come in."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.io.child_process import ChildProcess
from vetter.review.fits.fit_messages import (
    FieldRequest,
    FitRequest,
    Fitted,
    NewRows,
    Ready,
    WorkerFailed,
    WorkerStart,
)


class FitProcess(QObject):
    """The worker process of the fits: started here, sent requests, its results emitted.

    No method waits for the process: results arrive as signals, in the GUI thread.

    Parameters
    ----------
    start : Start
        The input and the fit options.
    """

    ready = pyqtSignal(object)  # Ready
    fitted = pyqtSignal(object)  # Fitted
    broken = pyqtSignal(str)

    def __init__(self, start: WorkerStart, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start = start
        self._child: ChildProcess | None = None
        self._received = 0
        self._unsent: FitRequest | None = None
        """Request made while the process is held; a later one replaces it."""
        self._has_requests = self._closing = False
        # Connected first: other slots then send requests, which carry this count.
        self.fitted.connect(self._count_answer)

    @property
    def running(self) -> bool:
        """Whether a request has been sent and the process has not been ended."""
        return self._has_requests and self._child is not None

    def begin(self) -> None:
        """Start the process now, so that it is ready for the first request."""
        if self._child is None and not self._closing:
            worker = "vetter.review.fits.fit_worker"
            self._child = ChildProcess(worker, self._emit, self._on_end, tied=True)
            self._child.send(self._start)

    def request(self, first: Iterable[int], then: Iterable[int] | None = None) -> None:
        """Request fits: ``first`` at once, ``then`` in the background; None keeps the latter."""
        background = None if then is None else tuple(then)
        if background is None and self._unsent is not None:
            background = self._unsent.then
        self._unsent = FitRequest(tuple(first), background, self._received)
        self._has_requests = True
        if self._child is None or not self._child.is_held:
            self._send_waiting()

    def request_new_rows(self, rows: range) -> None:
        """Request newly listed rows, to be fitted after all others."""
        if self._has_requests and self._child is not None:
            # Before: the background rows of a request replace those listed until then.
            self._send_waiting()
            self._child.send(NewRows(rows))

    def request_field(self, field: int) -> None:
        """Request the fit options of an image before any of its candidates is fitted."""
        self._send(FieldRequest(field))

    def hold(self) -> None:
        """Suspend the process at once, if the system can; `go_on` must follow soon."""
        if self._child is not None:
            self._child.hold()

    def go_on(self) -> None:
        """Resume the process after `hold`."""
        if self._child is not None:
            self._child.go_on()
            self._send_waiting()

    def close(self) -> None:
        """End the process at once; its results are on disk or can be made again."""
        self._closing = True
        child, self._child = self._child, None
        if child is not None:
            child.close()

    def _count_answer(self, _fitted: Fitted) -> None:
        self._received += 1

    def _send_waiting(self) -> None:
        """Send the newest request, if it has not been sent."""
        request, self._unsent = self._unsent, None
        if request is not None:
            self._send(request)

    def _send(self, message: FitRequest | FieldRequest) -> None:
        self.begin()
        if self._child is not None:
            self._has_requests = True
            self._child.send(message)

    def _emit(self, message: object) -> None:
        if isinstance(message, Fitted):
            self.fitted.emit(message)
        elif isinstance(message, Ready):
            self.ready.emit(message)
        elif isinstance(message, WorkerFailed):
            self.broken.emit(message.reason)

    def _on_end(self, status: int) -> None:
        if status != 0:
            self.broken.emit(f"the worker process ended unexpectedly (status {status})")
