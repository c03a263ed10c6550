"""Cancellation of a read, checked at every packet, file and block of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_is_cancelled: ContextVar[Callable[[], bool] | None] = ContextVar("is cancelled", default=None)


class Cancelled(BaseException):
    """Cancelled read; a BaseException, since readers turn every Exception into an error text."""


@contextmanager
def cancelled_by(is_cancelled: Callable[[], bool]) -> Iterator[None]:
    """End reads in this context with `Cancelled` soon after ``is_cancelled()`` returns True."""
    token = _is_cancelled.set(is_cancelled)
    try:
        yield
    finally:
        _is_cancelled.reset(token)


def check_cancelled() -> None:
    """Raise if the read is cancelled; readers call this at every step.

    Raises
    ------
    Cancelled
        The caller no longer waits for the result.
    """
    is_cancelled = _is_cancelled.get()
    if is_cancelled is not None and is_cancelled():
        raise Cancelled("the read was cancelled")
