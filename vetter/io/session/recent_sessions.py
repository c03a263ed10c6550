"""Entries of the list of recent sessions, and the file in which earlier versions kept the list."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from vetter.errors import VetterError

MAX_ENTRIES = 10
_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class RecentSession:
    """One session as it stood when it was last open.

    Attributes
    ----------
    session : str
        Its file, absolute.
    title : str
        What its input is called.
    inputs : tuple of str
        Where that lies.
    decided, candidates : int
    at : str
        When, UTC, ISO 8601.
    estimated : bool
        The list had not been read to its end: there are about so many candidates.
    reviewer : str
        Whose decisions are counted; '' in what earlier versions have written.
    """

    session: str
    title: str
    inputs: tuple[str, ...]
    decided: int
    candidates: int
    at: str
    estimated: bool = False
    reviewer: str = ""


def read_earlier_list() -> list[RecentSession]:
    """Return the list that earlier versions kept, the last one first.

    They kept it as JSON in the user's state folder; a missing or damaged file gives an empty list.
    """
    from platformdirs import user_state_path

    file = user_state_path("vetter", appauthor=False) / "recent.json"
    try:
        if file.stat().st_size > _MAX_BYTES:
            return []
        items = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    entries = [_entry(item) for item in items] if isinstance(items, list) else []
    return [entry for entry in entries if entry is not None][:MAX_ENTRIES]


def entry_to_json(entry: RecentSession) -> str:
    """Return an entry as ASCII text without @, which begins Qt's values other than text."""
    return json.dumps(asdict(entry)).replace("@", "\\u0040")


def entry_of_json(text: str) -> RecentSession | None:
    """Return the entry in a text; None if the text is damaged."""
    try:
        return _entry(json.loads(text))
    except (ValueError, RecursionError):
        return None


def is_missing(entry: RecentSession) -> bool:
    """Return whether the session's file no longer exists; reads the disk."""
    return not os.path.isfile(entry.session)


def recount(entry: RecentSession) -> RecentSession:
    """Count again where the session was written to after it was remembered, as before a kill."""
    from vetter.io.session.session_file import SessionFile

    if not _is_newer(entry):
        return entry
    try:
        with SessionFile.open(entry.session, entry.reviewer, read_only=True) as session:
            if not entry.reviewer:
                session.reviewer = (session.reviewers() or [""])[-1]
            decided = session.decided_count()
    except VetterError:
        # Whoever opens it is told what is wrong with it.
        return entry
    return replace(entry, decided=decided, candidates=max(entry.candidates, decided))


def _is_newer(entry: RecentSession) -> bool:
    try:
        return os.stat(entry.session).st_mtime > datetime.fromisoformat(entry.at).timestamp() + 2
    except OSError:
        return False
    except ValueError:  # a time that no version has written
        return True


def _entry(item: Any) -> RecentSession | None:
    if not isinstance(item, dict):
        return None
    texts = [item.get(name) for name in ("session", "title", "at")]
    numbers = [item.get(name) for name in ("decided", "candidates")]
    inputs = item.get("inputs")
    if not all(isinstance(text, str) and "\0" not in text for text in texts) or not texts[0]:
        return None
    if not all(isinstance(number, int) and number >= 0 for number in numbers):
        return None
    if not isinstance(inputs, list) or not all(isinstance(text, str) for text in inputs):
        return None
    session, title, at = (str(text) for text in texts)
    decided, candidates = (int(number or 0) for number in numbers)
    estimated = item.get("estimated") is True
    reviewer = str(item.get("reviewer", ""))
    return RecentSession(
        session, title, tuple(inputs), decided, candidates, at, estimated, reviewer
    )
