"""HTTP requests with one deadline for the whole answer, and short texts of their failures."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import requests
from requests.adapters import HTTPAdapter


class DeadlineAdapter(HTTPAdapter):
    """HTTP adapter that connects, waits and reads until a deadline (of ``time.monotonic``).

    The timeouts of requests hold for each wait alone: a server that sends a byte now and then
    would hold a request forever.
    """

    def __init__(self, deadline: float) -> None:
        super().__init__()
        self._deadline = deadline

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request, and read the whole answer."""
        # 0.97: this wait ends before the caller's own.
        kwargs["timeout"] = max(0.01, 0.97 * (self._deadline - time.monotonic()))
        kwargs["stream"] = True
        response = super().send(request, **kwargs)
        parts = []
        while part := self._read(response):
            parts.append(part)
            if time.monotonic() > self._deadline:
                response.close()
                raise requests.exceptions.ReadTimeout("the answer came too slowly")
        response._content = b"".join(parts)
        return response

    @staticmethod
    def _read(response: requests.Response) -> bytes:
        """Return the bytes that have arrived, at least one; empty at the end."""
        raw: Any = response.raw
        if hasattr(raw, "read1"):
            return bytes(raw.read1(1 << 16, decode_content=True))
        return bytes(raw.read(256, decode_content=True))


def reason_of(error: Exception) -> str:
    """Return one line on a failed request, without addresses and class names.

    requests wraps the reason in its own errors and urllib3's: the innermost known one counts.
    """
    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "its name cannot be resolved; check the network"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return "it refuses the connection"
    if any(isinstance(cause, _TIMEOUTS) for cause in causes):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ConnectionError):
        return "the connection broke"
    if isinstance(error, requests.exceptions.JSONDecodeError):
        return "it answered with an error without a text"
    return " ".join(str(error).split()) or type(error).__name__


# Not urllib3's: it derives errors from them that no wait has to do with.
_TIMEOUTS = (requests.exceptions.Timeout, TimeoutError)
_MAX_CAUSES = 12


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, and the errors that it was made of, at most a dozen."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting and len(seen) < _MAX_CAUSES:
        cause = waiting.pop(0)
        if not isinstance(cause, BaseException) or any(cause is known for known in seen):
            continue
        seen.append(cause)
        yield cause
        # urllib3 keeps the error of the last try as `reason`; requests, urllib3's in its arguments.
        waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
