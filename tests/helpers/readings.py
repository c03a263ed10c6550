"""Threads that read an input, also those that the window no longer waits for."""

from __future__ import annotations

import threading


def readings() -> list[threading.Thread]:
    """The reads that have not ended: one that has ended has sent its signal."""
    return [thread for thread in threading.enumerate() if thread.name == "reads an input"]
