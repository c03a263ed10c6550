"""A SAMP hub on the loopback, and another program at it that keeps what it receives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

from vetter.io.export.samp_client import HIGHLIGHT_ROW, LOAD_TABLE, POINT_AT, load_samp


class OtherProgram:
    """A program such as TOPCAT; messages are (type, parameters)."""

    def __init__(self, name: str = "TOPCAT", takes: tuple[str, ...] = (LOAD_TABLE, POINT_AT)):
        self.received: Queue[tuple[str, dict[str, Any]]] = Queue()
        self.client = load_samp().SAMPIntegratedClient(name=name, addr="127.0.0.1")
        self.client.connect()
        for message in takes:
            self.client.bind_receive_notification(message, self._on_message)

    def _on_message(self, key: str, sender: str, message: str, facts: Any, extra: Any) -> None:
        self.received.put((message, dict(facts)))

    def highlight(self, table: str, row: int) -> None:
        """Tell all that a row of a table was chosen."""
        self._notify(HIGHLIGHT_ROW, {"table-id": table, "url": table, "row": str(row)})

    def point(self, ra: float, dec: float) -> None:
        """Tell all that a position was chosen."""
        self._notify(POINT_AT, {"ra": str(ra), "dec": str(dec)})

    def _notify(self, message: str, facts: dict[str, str]) -> None:
        self.client.notify_all({"samp.mtype": message, "samp.params": facts})


@contextmanager
def running_hub(folder: Path, monkeypatch: Any) -> Iterator[Any]:
    """Run a hub whose lock file is in a folder; no web profile, no network."""
    samp = load_samp()
    monkeypatch.setattr(samp.conf, "use_internet", False)
    lock = folder / "samp.lock"
    monkeypatch.setenv("SAMP_HUB", f"std-lockurl:{lock.as_uri()}")
    hub = samp.SAMPHubServer(
        addr="127.0.0.1", lockfile=str(lock), web_profile=False, mode="single", pool_size=2
    )
    hub.start()
    try:
        yield hub
    finally:
        hub.stop()


@contextmanager
def program(**options: Any) -> Iterator[OtherProgram]:
    """Connect another program, and disconnect it at the end."""
    other = OtherProgram(**options)
    try:
        yield other
    finally:
        other.client.disconnect()
