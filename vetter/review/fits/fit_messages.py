"""Messages between the window and the worker process of the fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from vetter.settings import FitSettings

if TYPE_CHECKING:
    # The window needs these modules only after the first answer, not for its start.
    from vetter.core.fit.adjustment import Adjustment
    from vetter.core.judgement.field_fit import FieldFit


@dataclass(frozen=True, slots=True)
class WorkerStart:
    """The first message: the input and the fit options.

    ``kept`` is what the session stores of each image's fit options and measurements.
    """

    record: dict[str, Any]
    settings: FitSettings
    radius: float
    kept: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


class Ready(NamedTuple):
    """Fit options of a field and the signature of its results, sent before its first result.

    ``signature`` is empty if the field's files cannot be read, and the results are not stored.
    While the list is still being read it is empty too; the window then computes it at the end.
    ``record`` is what was measured on the image, for the session to store; None if it is stored.
    """

    fit: FieldFit
    signature: str
    field: int = 0
    record: Mapping[str, Any] | None = None


class FitRequest(NamedTuple):
    """Request for fits: ``first`` at once and in this order, then the others in batches.

    If ``then`` is None, the background rows of the last request stay. Rows of ``first`` are
    fitted even if they were before, and their results carry residuals. A row is left out if its
    result is on its way: sent, but not among the ``heard`` answers that the window has received.
    """

    first: tuple[int, ...]
    then: tuple[int, ...] | None
    heard: int


class NewRows(NamedTuple):
    """Request for newly listed rows, to be fitted after all rows requested before."""

    rows: range


class Fitted(NamedTuple):
    """Results, one for each row; ``texts`` are the results as they are stored."""

    rows: tuple[int, ...]
    adjustments: tuple[Adjustment, ...]
    texts: tuple[str, ...]


class WorkerFailed(NamedTuple):
    """Failure of the worker process to open the input, so that no fit can be made."""

    reason: str


class FieldRequest(NamedTuple):
    """Request for the fit options of an image, with what its stars show; `Ready` answers it."""

    field: int


Request = FitRequest | NewRows | FieldRequest
