"""Inputs of a session, recorded so that they are found again after a move."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from vetter.core.cutout_source import Fingerprint
from vetter.core.decisions.decision import utc_now
from vetter.core.decisions.planted import PlantedRow
from vetter.core.fakes.plan import PlantPlan
from vetter.core.fakes.without_planted import added_keys

_MAX_WILDCARD_PARTS = 2
"""At most 2 parts of a path with wildcards are expanded: a night's folders and their files."""


class RecordedInput(NamedTuple):
    """One opening of the session on inputs that differ from the time before.

    ``record`` is the source's record; its paths exist now, except for files that were not found.
    """

    at: str
    candidates: int
    record: dict[str, Any]
    fingerprints: tuple[Fingerprint, ...]


def added_count(record: Mapping[str, Any]) -> int:
    """Return the number of test rows that a record's plan adds to its list."""
    try:
        plan = PlantPlan.from_record(record)
    except ValueError:
        # A forged plan adds nothing: the input cannot be opened with it.
        return 0
    return 0 if plan is None else plan.added


def own_count(recorded: RecordedInput, planted: Iterable[PlantedRow]) -> int:
    """Return the number of candidates of a recorded list, without its test rows."""
    # Rows of an earlier plan are in the table too, but not in this list.
    return recorded.candidates - min(len(added_keys(planted)), added_count(recorded.record))


def list_content(fingerprints: Sequence[Fingerprint]) -> tuple[str, ...]:
    """Return the digests of the files that the list of candidates was made from."""
    return tuple(sorted(f.digest for f in fingerprints if f.is_list or f.role == "cutouts"))


def current_since(inputs: Sequence[RecordedInput]) -> str:
    """Return the time (UTC) since which the inputs have their present content; '' for always."""
    since = ""
    for earlier, later in zip(inputs, inputs[1:], strict=False):
        if changed_roles(earlier.fingerprints, later.fingerprints):
            since = later.at
    return since


def time_after(latest: str) -> str:
    """Return the time (UTC), or a millisecond after ``latest`` if the clock was set back.

    These times decide which results are current, so they must increase in the order of writing.
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
    """Return the roles ('candidates', 'image'...) whose content has changed, sorted."""
    old = {(f.role, f.digest) for f in before}
    new = {(f.role, f.digest) for f in after}
    return tuple(sorted({role for role, _ in old ^ new}))


def relative_paths(record: dict[str, Any], folder: Path) -> dict[str, str]:
    """Return each path in a record with the relative path from the session's folder.

    Parameters
    ----------
    record : dict
        Plain types; a text that names something on the disk (with or without ``[EXT]``, or a
        glob that matches something) is a path.
    folder : Path
        Folder of the session file.
    """
    relative: dict[str, str] = {}
    for text in _iter_texts(record):
        if os.path.isabs(text) and _exists(text):
            try:
                relative[text] = Path(os.path.relpath(text, folder)).as_posix()
            except ValueError:  # another drive
                continue
    return relative


def relocate_record(
    record: dict[str, Any], relative: dict[str, str], folder: Path
) -> dict[str, Any]:
    """Return the record with each missing path replaced by its relative path from ``folder``."""

    def existing(text: str) -> str:
        if text in relative and not _exists(text):
            moved = os.path.normpath(folder / relative[text])
            if _exists(moved):
                return moved
        return text

    result = _map_texts(record, existing)
    assert isinstance(result, dict)
    return result


def _exists(text: str) -> bool:
    path = text.rsplit("[", 1)[0] if text.endswith("]") else text
    try:
        if os.path.exists(text) or os.path.exists(path):
            return True
        return glob.has_magic(text) and _has_match(text)
    except ValueError:  # a NUL in the path
        return False


def _has_match(text: str) -> bool:
    """Return whether a glob matches something, without a walk over the whole disk.

    Brackets may be part of a folder's name: only a match shows that a text is a glob.
    """
    parts = Path(text).parts
    magic = [place for place, part in enumerate(parts) if glob.has_magic(part)]
    if "**" in parts or len(magic) > _MAX_WILDCARD_PARTS:
        return os.path.isdir(Path(*parts[: magic[0]]))
    return any(True for _ in glob.iglob(text))


def _iter_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _iter_texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _iter_texts(item)


def _map_texts(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _map_texts(item, change) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_map_texts(item, change) for item in value]
    return value
