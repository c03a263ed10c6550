"""Client of SAMP, by which programs on one computer exchange tables and positions.

Standard: IVOA, "Simple Application Messaging Protocol", version 1.3; messages: "SAMP MTypes". All
calls to the hub run on a thread of the client's own, as a hub may take seconds to answer. Nothing
connects before the first request.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple

from vetter import __version__
from vetter.errors import InputError, describe_error, escape_to_line, suppress_warnings

LOAD_TABLE, HIGHLIGHT_ROW = "table.load.votable", "table.highlight.row"
POINT_AT = "coord.pointAt.sky"

NO_HUB = "no SAMP hub is running: start TOPCAT, Aladin or another program with a hub first"
CLOSE_TIMEOUT_S = 2.0
"""Seconds that closing waits for a hub that does not answer."""
MAX_NAMES = 3


class Pointing(NamedTuple):
    """Sky position that another program points at, degrees."""

    ra: float
    dec: float


class SampClient:
    """Client with a thread of its own; its callbacks run on that thread or the hub's.

    Parameters
    ----------
    on_row : callable
        Called with the row (from 0) of the last sent table that another program highlights.
    on_point : callable
        Called with the `Pointing` of another program.
    on_state : callable
        Called with a line for the user: what was sent to which programs, or why nothing was.
    """

    def __init__(
        self,
        on_row: Callable[[int], None],
        on_point: Callable[[Pointing], None],
        on_state: Callable[[str], None],
    ) -> None:
        self._on_row, self._on_point, self._on_state = on_row, on_point, on_state
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._client: Any = None
        self._folder: Path | None = None
        self._table_id = ""
        self._follows = False

    def send_table(self, title: str, write: Callable[[Path], None]) -> None:
        """Send a table to all programs that load tables.

        Parameters
        ----------
        title : str
            Name of the table for other programs.
        write : callable
            Writes the VOTable to a path; called on the client's thread.
        """
        self._submit(lambda: self._send_table(title, write))

    def point_at(self, ra: float, dec: float) -> None:
        """Send a sky position, in degrees, to all programs that show positions."""
        self._submit(lambda: self._send(POINT_AT, {"ra": str(ra), "dec": str(dec)}, "position"))

    @property
    def follows(self) -> bool:
        """Whether rows and positions of other programs are listened to."""
        return self._follows

    def follow(self, follows: bool) -> None:
        """Start or stop listening to rows and positions of other programs."""
        self._follows = follows
        self._submit(self._announce_following)

    def close(self) -> None:
        """Leave the hub and end the thread; files that were sent are removed."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            # A hub that does not answer must not keep the program open.
            thread.join(CLOSE_TIMEOUT_S)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _submit(self, job: Callable[[], None]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="samp", daemon=True)
            self._thread.start()
        self._jobs.put(job)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except (OSError, InputError) as error:
                self._disconnect()
                self._on_state(describe_error(error))
            except Exception as error:  # A hub's faults have many types; one line each.
                self._disconnect()
                self._on_state(f"SAMP: {escape_to_line(' '.join(str(error).split())[:200])}")
        self._disconnect()

    def _connect(self) -> Any:
        if self._client is not None and self._client.is_connected:
            return self._client
        samp = load_samp()
        # Else the client asks a web site whether there is a network.
        samp.conf.use_internet = False
        metadata = {"samp.description.text": "Vetting of transient candidates"}
        client = samp.SAMPIntegratedClient(
            name="vetter",
            metadata={**metadata, "author.software": f"vetter {__version__}"},
            addr="127.0.0.1",
        )
        try:
            client.connect()
        except samp.SAMPHubError:
            raise InputError(NO_HUB) from None
        client.bind_receive_notification(HIGHLIGHT_ROW, self._on_highlight)
        client.bind_receive_notification(POINT_AT, self._on_pointing)
        client.bind_receive_call(HIGHLIGHT_ROW, self._on_call)
        client.bind_receive_call(POINT_AT, self._on_call)
        self._client = client
        return client

    def _disconnect(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            try:
                client.disconnect()
            except Exception as error:  # The hub is gone, and the registration with it.
                self._on_state(f"SAMP: the hub has gone ({type(error).__name__})")

    def _send_table(self, title: str, write: Callable[[Path], None]) -> None:
        # First: no file is written for a hub that is not there.
        self._connect()
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="vetter-samp-"))
        path = self._folder / "candidates.vot"
        write(path)
        self._table_id = path.as_uri()
        facts = {"url": path.as_uri(), "table-id": self._table_id, "name": title}
        self._send(LOAD_TABLE, facts, "list")

    def _send(self, message: str, facts: Mapping[str, str], word: str) -> None:
        client = self._connect()
        others = list(client.get_subscribed_clients(message))
        if not others:
            self._on_state(f"no program at the SAMP hub takes a {word}")
            return
        client.notify_all({"samp.mtype": message, "samp.params": dict(facts)})
        names = [_name(client, other) for other in others]
        more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
        self._on_state(f"{word} sent to {', '.join(names[:MAX_NAMES])}{more}")

    def _announce_following(self) -> None:
        if not self._follows:
            self._on_state("other programs are not followed any more")
            return
        try:
            self._connect()
        except InputError:
            self._follows = False
            raise
        self._on_state("following rows chosen in other programs")

    def _on_call(
        self, key: str, sender: str, call: str, message: str, facts: Any, extra: Any
    ) -> None:
        receive = self._on_highlight if message == HIGHLIGHT_ROW else self._on_pointing
        receive(key, sender, message, facts, extra)
        self._client.reply(call, {"samp.status": "samp.ok", "samp.result": {}})

    def _on_highlight(self, key: str, sender: str, message: str, facts: Any, extra: Any) -> None:
        known = facts if isinstance(facts, Mapping) else {}
        if not self._follows or not self._table_id:
            return
        if self._table_id not in (known.get("table-id"), known.get("url")):
            return
        try:
            row = int(known["row"])
        except (KeyError, TypeError, ValueError):
            return
        self._on_row(row)

    def _on_pointing(self, key: str, sender: str, message: str, facts: Any, extra: Any) -> None:
        known = facts if isinstance(facts, Mapping) else {}
        if not self._follows:
            return
        try:
            place = Pointing(float(known["ra"]), float(known["dec"]))
        except (KeyError, TypeError, ValueError):
            return
        self._on_point(place)


def load_samp() -> Any:
    """Return the module of SAMP: pyvo's, which comes with astroquery, else astropy's.

    astropy's own is deprecated since 8.0 for pyvo's, which pyvo has from 1.9 on.
    """
    try:
        import pyvo.samp as samp

        if hasattr(samp, "SAMPIntegratedClient") and hasattr(samp, "conf"):
            return samp
    except ImportError:
        # Not installed: astroquery without pyvo.
        pass
    with suppress_warnings():
        import astropy.samp as astropy_samp

    return astropy_samp


def _name(client: Any, other: str) -> str:
    """Return the name that a program gave the hub, else its id there."""
    metadata = client.get_metadata(other)
    name = metadata.get("samp.name") if isinstance(metadata, Mapping) else None
    return escape_to_line(str(name or other))[:40]
