"""HTTP with one deadline for a whole answer, and its failures in a few words."""

from __future__ import annotations

import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter


class DeadlineAdapter(HTTPAdapter):
    """Connecting, waiting and reading end by a deadline (of ``time.monotonic``).

    The timeouts of requests are for each wait alone: a server that sends a byte now and then
    holds it forever.
    """

    def __init__(self, deadline: float) -> None:
        super().__init__()
        self._deadline = deadline

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """Send, and read the whole answer."""
        # A little less than what is left, so that this wait ends before whoever waits for it.
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
        """What has arrived, at least a byte; nothing at the end."""
        raw: Any = response.raw
        if hasattr(raw, "read1"):
            return bytes(raw.read1(1 << 16, decode_content=True))
        return bytes(raw.read(256, decode_content=True))


def reason_of(error: Exception) -> str:
    """One line about a failed request, without addresses and the names of classes."""
    if isinstance(error, requests.exceptions.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ConnectionError):
        text = str(error)
        if "resol" in text or "Name or service" in text or "getaddrinfo" in text:
            return "its name is not known; is there a network?"
        if "refused" in text:
            return "it refuses the connection"
        if "timed out" in text:
            return "no answer in time"
        return "the connection broke"
    if isinstance(error, requests.exceptions.JSONDecodeError):
        return "it answered with an error that says nothing"
    return " ".join(str(error).split()) or type(error).__name__
