"""The sessions opened lately: a small file in the user's state folder, shared by all windows."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from vetter.errors import VetterError
from vetter.io.files.atomic import write_atomic
from vetter.io.files.lock import SessionLock

MOST = 10
_LOCK_SECONDS = 2.0
_MOST_BYTES = 1_000_000


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


def recent_file() -> Path:
    """Where they are kept; it may not exist."""
    from platformdirs import user_state_path

    return user_state_path("vetter", appauthor=False) / "recent.json"


def recent_sessions() -> list[RecentSession]:
    """Those opened lately, the last one first; none where the file is missing or damaged."""
    return _read(recent_file())


def remember(entry: RecentSession) -> list[RecentSession]:
    """Put a session first; the list as it is then.

    What other windows have put there meanwhile stays. Where the folder cannot be written to, or
    another window holds the file for seconds, nothing is remembered.
    """
    file = recent_file()
    with _locked(file) as held:
        entries = [entry, *(one for one in _read(file) if one.session != entry.session)]
        entries = entries[:MOST]
        if held:
            _write(file, entries)
    return entries


def forget_all() -> list[RecentSession]:
    """Empty the list."""
    file = recent_file()
    with _locked(file) as held:
        if held:
            _write(file, [])
    return []


def is_missing(entry: RecentSession) -> bool:
    """Whether the session's file is not there any more; asks the disk."""
    return not os.path.isfile(entry.session)


def recounted(entry: RecentSession) -> RecentSession:
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


def _write(file: Path, entries: list[RecentSession]) -> None:
    text = json.dumps([asdict(one) for one in entries], indent=1)
    write_atomic(file, f"{text}\n".encode(), sync=False)


def _read(file: Path) -> list[RecentSession]:
    try:
        if file.stat().st_size > _MOST_BYTES:
            return []
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        # Missing, cut short or written by hand: it is made anew by the next window.
        return []
    entries = [_entry(item) for item in found] if isinstance(found, list) else []
    return [entry for entry in entries if entry is not None][:MOST]


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


@contextmanager
def _locked(file: Path) -> Iterator[bool]:
    """The right to change the file, which the system takes back from a process that ends.

    Yields
    ------
    bool
        False where it was not to be had.
    """
    lock = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_suffix(".lock")
        beside.touch(exist_ok=True)
        end = time.monotonic() + _LOCK_SECONDS
        lock = SessionLock.acquire(beside)
        while lock is None and time.monotonic() < end:
            time.sleep(0.01)
            lock = SessionLock.acquire(beside)
    except OSError:
        # A home that cannot be written to: the program works, it only remembers nothing.
        yield False
        return
    try:
        yield lock is not None
    finally:
        if lock is not None:
            lock.release()
