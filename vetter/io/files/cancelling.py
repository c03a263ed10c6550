"""Reading that nobody waits for any more ends at the next packet, file or block of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_given_up: ContextVar[Callable[[], bool] | None] = ContextVar("given up", default=None)


class Cancelled(BaseException):
    """Not an Exception, as `asyncio.CancelledError` is none: readers turn those into words."""


@contextmanager
def cancelled_by(given_up: Callable[[], bool]) -> Iterator[None]:
    """What is read in here ends with `Cancelled` soon after ``given_up()`` has become True."""
    token = _given_up.set(given_up)
    try:
        yield
    finally:
        _given_up.reset(token)


def check_cancelled() -> None:
    """Return where somebody waits; to be called wherever reading takes a step.

    Raises
    ------
    Cancelled
        Nobody does.
    """
    given_up = _given_up.get()
    if given_up is not None and given_up():
        raise Cancelled("nobody waits for it")
