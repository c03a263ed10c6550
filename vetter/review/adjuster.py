"""Fits off the window's thread: a request goes out, a result still wanted returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.errors import VetterError
from vetter.review.jobs import Answer, Jobs

if TYPE_CHECKING:
    from vetter.core.adjustment import Adjustment, FitOptions
    from vetter.core.cutout import Cutout

Fit = Callable[["Cutout", "FitOptions"], "Adjustment"]


@dataclass(frozen=True, slots=True, eq=False)
class AdjustRequest:
    """All that a fit needs; the cutout's arrays are read-only."""

    key: str
    row: int
    revision: int
    cutout: Cutout
    options: FitOptions


@dataclass(frozen=True, slots=True, eq=False)
class AdjustResult:
    """What a fit has found, and for which candidate; `error` says in words why it has not."""

    key: str
    row: int
    revision: int
    adjustment: Adjustment | None
    error: str | None = None


class Adjuster(QObject):
    """Fits cutouts one after another on a thread of its own.

    `done` carries an `AdjustResult` for each request that is still wanted: a later request
    for the same key, `forget` and `close` make an earlier one unwanted.

    Parameters
    ----------
    fit : callable, optional
        `vetter.core.adjust.fit`, or what stands for it in tests.
    """

    done = pyqtSignal(object)

    def __init__(self, fit: Fit | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fit = fit or _core_fit
        self._wanted: dict[str, int] = {}
        self._jobs = Jobs(self)
        self._jobs.done.connect(self._on_answer)

    def request(
        self, row: int, key: str, revision: int, cutout: Cutout, options: FitOptions
    ) -> None:
        """Ask for a fit; returns at once.

        `revision` is the caller's count of what the fit depends on: radius, options.
        """
        self._wanted[key] = revision
        request = AdjustRequest(key, row, revision, cutout.read_only(), options)
        self._jobs.submit(request, partial(self._run, request))

    def busy(self, key: str) -> bool:
        """Whether a fit of this candidate is under way."""
        return key in self._wanted

    def forget(self, key: str | None = None) -> None:
        """No result is wanted any more: of this candidate, or of any."""
        if key is not None:
            self._wanted.pop(key, None)
            return
        self._wanted.clear()
        self._jobs.drop_waiting()

    def close(self) -> None:
        """Forget what waits and wait for the fit that runs; nothing is told afterwards."""
        self._wanted.clear()
        self._jobs.close()

    def _run(self, request: AdjustRequest) -> Any:
        # Read only; a request no longer wanted when its turn comes is not worth the time.
        if self._wanted.get(request.key) != request.revision:
            return None
        return self._fit(request.cutout, request.options)

    def _on_answer(self, answer: Answer) -> None:
        request: AdjustRequest = answer.ticket
        if self._wanted.get(request.key) != request.revision:
            return
        if answer.result is None and answer.error is None:
            return
        del self._wanted[request.key]
        self.done.emit(
            AdjustResult(
                request.key, request.row, request.revision, answer.result, _words(answer.error)
            )
        )


def _words(error: Exception | None) -> str | None:
    if error is None:
        return None
    if isinstance(error, VetterError):
        return str(error)
    return f"the fit failed: {type(error).__name__}: {error}"


def _core_fit(cutout: Cutout, options: FitOptions) -> Adjustment:
    # Imported here, on the worker: scipy would double the time that the program takes to start.
    from vetter.core.adjust import fit

    return fit(cutout, options)
