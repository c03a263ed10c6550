"""What a session was opened on, kept so that it is found again after a move."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from vetter.core.cutout_source import Fingerprint
from vetter.core.decisions.decision import utc_now

_MAX_MAGIC = 2
"""2 parts of a path with wildcards, as folders of a night and their files, are looked through."""


class RecordedInput(NamedTuple):
    """One opening of the session on inputs that differ from the time before.

    ``record`` is the source's record with paths that exist now, as far as they were found.
    """

    at: str
    candidates: int
    record: dict[str, Any]
    fingerprints: tuple[Fingerprint, ...]


def list_content(fingerprints: Sequence[Fingerprint]) -> tuple[str, ...]:
    """Digests of what the list of candidates was made from."""
    return tuple(sorted(f.digest for f in fingerprints if f.is_list or f.role == "cutouts"))


def current_since(inputs: Sequence[RecordedInput]) -> str:
    """Since when (UTC) the inputs have had the content that they have now; '' for ever."""
    since = ""
    for earlier, later in zip(inputs, inputs[1:], strict=False):
        if changed_roles(earlier.fingerprints, later.fingerprints):
            since = later.at
    return since


def time_after(latest: str) -> str:
    """The time (UTC), or a millisecond after ``latest`` where the clock has been set back.

    What is current is told by such times, so that they have to come in the order of writing.
    """
    now = utc_now()
    if now > latest:
        return now
    try:
        later = datetime.fromisoformat(latest) + timedelta(milliseconds=1)
    except ValueError:  # a month 13
        return now
    return later.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def changed_roles(
    before: tuple[Fingerprint, ...], after: tuple[Fingerprint, ...]
) -> tuple[str, ...]:
    """The roles ('candidates', 'image'...) whose content is not what it was, sorted."""
    old = {(f.role, f.digest) for f in before}
    new = {(f.role, f.digest) for f in after}
    return tuple(sorted({role for role, _ in old ^ new}))


def relative_paths(record: dict[str, Any], folder: Path) -> dict[str, str]:
    """For each path in a record, the way to it from the session's folder.

    Parameters
    ----------
    record : dict
        Plain types; a text that names something on the disk (with or without ``[EXT]``, or a
        glob that matches something) is a path.
    folder : Path
        Where the session file lies.
    """
    found: dict[str, str] = {}
    for text in _texts(record):
        if os.path.isabs(text) and _is_there(text):
            try:
                found[text] = Path(os.path.relpath(text, folder)).as_posix()
            except ValueError:  # another drive
                continue
    return found


def located(record: dict[str, Any], relative: dict[str, str], folder: Path) -> dict[str, Any]:
    """The record with each path that is gone replaced by what lies the same way from here."""

    def found(text: str) -> str:
        if text in relative and not _is_there(text):
            moved = os.path.normpath(folder / relative[text])
            if _is_there(moved):
                return moved
        return text

    result = _mapped(record, found)
    assert isinstance(result, dict)
    return result


def _is_there(text: str) -> bool:
    path = text.rsplit("[", 1)[0] if text.endswith("]") else text
    try:
        if os.path.exists(text) or os.path.exists(path):
            return True
        return glob.has_magic(text) and _matches(text)
    except ValueError:  # a NUL in it
        return False


def _matches(text: str) -> bool:
    """Return whether a glob matches something, without walks over a whole disk.

    Brackets may be part of a folder's name: only what it matches tells a glob.
    """
    parts = Path(text).parts
    magic = [place for place, part in enumerate(parts) if glob.has_magic(part)]
    if "**" in parts or len(magic) > _MAX_MAGIC:
        return os.path.isdir(Path(*parts[: magic[0]]))
    return any(True for _ in glob.iglob(text))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _mapped(item, change) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mapped(item, change) for item in value]
    return value
