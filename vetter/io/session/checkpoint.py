"""Checkpoints of a session: a reviewer's ledger and the others' opinions, to replay few events.

The events stay the truth. A checkpoint that does not match them, of another revision or made with
another list is ignored, and the state is replayed from all events.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from vetter.core.decisions.agreement.stored_opinions import OpinionTable
from vetter.core.decisions.decision import Decision, Verdict
from vetter.core.decisions.snapshot import MAX_NUMBER, LedgerSnapshot, StoredChanges
from vetter.errors import VetterError
from vetter.io.session.connection import MAX_VALUE_BYTES
from vetter.io.session.database import SessionDatabase

REVISION = 1
"""Number of the state's form; it is raised with every change of what a ledger makes of events."""

FORMAT = 3
"""First version of the file's format with checkpoints."""

_NUMBER = np.dtype("<i4")
_COLUMNS = 10
"""Arrays of a snapshot: rows, latest, strays, three of done, three of undone, their sizes."""


class Checkpoint(NamedTuple):
    """A stored state.

    Attributes
    ----------
    mark : str
        Digest of the list, see `vetter.core.decisions.snapshot.mark_of_list`.
    last : int
        Sequence number of the last event that the state covers.
    events : int
        Number of the events of all reviewers that it covers.
    snapshot : LedgerSnapshot
    opinions : OpinionTable
        Opinions of the other reviewers.
    """

    mark: str
    last: int
    events: int
    snapshot: LedgerSnapshot
    opinions: OpinionTable


class StoredState(NamedTuple):
    """State of a reviewer's ledger as of a checkpoint, and the events since.

    Attributes
    ----------
    checkpoint : Checkpoint
    decisions : dict of int to Decision
        Events that the restored ledger and opinions begin with, by sequence number.
    since : list of Decision
        Later events, of all reviewers.
    """

    checkpoint: Checkpoint
    decisions: dict[int, Decision]
    since: list[Decision]


def put_checkpoint(
    database: SessionDatabase,
    reviewer: str,
    mark: str,
    snapshot: LedgerSnapshot,
    opinions: OpinionTable,
    left_out: Iterable[str],
) -> bool:
    """Store the state after the last event, in place of the reviewer's earlier checkpoint.

    Returns
    -------
    bool
        False if nothing was stored: the state does not cover all events, or is too long for one
        value.

    Raises
    ------
    VetterError
    """
    state, views = _pack(snapshot), _pack_opinions(opinions)
    with database.transaction() as cursor:
        total, last, own, others = cursor.execute(
            "SELECT count(*), max(seq), sum(counts AND reviewer = ?), sum(counts AND reviewer != ?)"
            " FROM (SELECT seq, reviewer, key NOT IN (SELECT value FROM json_each(?)) AS counts"
            " FROM decisions)",
            (reviewer, reviewer, json.dumps(sorted(left_out))),
        ).fetchone()
        # A commit whose outcome was not known may have left an event that the ledger lacks.
        if (own, others) != (snapshot.events, opinions.events) or last > MAX_NUMBER:
            return False
        if max(len(state), len(views)) > _MAX_BYTES:
            return False
        cursor.execute(
            "INSERT OR REPLACE INTO checkpoints"
            " SELECT ?, ?, ?, seq, id, ?, ?, ?, ? FROM decisions WHERE seq = ?",
            (reviewer, REVISION, mark, total, _checksum(state, views), state, views, last),
        )
    return True


_MAX_BYTES = MAX_VALUE_BYTES - 1000


def read_state(database: SessionDatabase, reviewer: str) -> StoredState | None:
    """Return the state of a reviewer's checkpoint and the events since; None without a sound one.

    The structure of the decisions' table is checked beside the reading, on another thread. Where
    something cannot be read, there is no state: the events are then read, around the damage.
    """
    if database.format < FORMAT:
        return None
    try:
        checkpoint = _read_checkpoint(database, reviewer)
        if checkpoint is None:
            return None
        is_whole = database.begin_integrity_check("decisions", quick=True)
        try:
            state = _read_events(database, checkpoint)
        finally:
            whole = is_whole()
    except VetterError:
        return None
    return state if whole else None


def _read_events(database: SessionDatabase, checkpoint: Checkpoint) -> StoredState | None:
    since = database.read_chosen("seq > ?", (checkpoint.last,))
    ((count,),) = database.read("SELECT count(*) FROM decisions")
    if count != checkpoint.events + len(since):
        return None
    needed = {*checkpoint.snapshot.needed_events(), *checkpoint.opinions.needed_events()}
    decisions = read_numbered(database, sorted(needed))
    return StoredState(checkpoint, decisions, since)


def _read_checkpoint(database: SessionDatabase, reviewer: str) -> Checkpoint | None:
    rows = database.read(
        "SELECT list, last, events, checksum, state, opinions FROM checkpoints JOIN decisions"
        " ON seq = last AND id = last_id WHERE checkpoints.reviewer = ? AND revision = ?",
        (reviewer, REVISION),
    )
    if not rows:
        return None
    mark, last, events, checksum, state, views = rows[0]
    kinds = (str, int, int, str, bytes, bytes)
    if not all(map(isinstance, rows[0], kinds)) or _checksum(state, views) != checksum:
        return None
    snapshot, opinions = _unpack(state), _unpack_opinions(views)
    if snapshot is None or opinions is None:
        return None
    return Checkpoint(mark, last, events, snapshot, opinions)


def read_numbered(database: SessionDatabase, numbers: Sequence[int]) -> dict[int, Decision]:
    """Return decisions by their sequence numbers; a missing one is left out.

    Raises
    ------
    VetterError
        InputError if one cannot be read.
    """
    chosen = "seq IN (SELECT value FROM json_each(?))"
    decisions = database.read_chosen(chosen, (json.dumps(list(numbers)),))
    return {decision.seq: decision for decision in decisions if decision.seq is not None}


def _pack(snapshot: LedgerSnapshot) -> bytes:
    """Return a snapshot as the count, the lengths of its arrays, and the arrays."""
    rows, latest, strays, done, undone, sizes = snapshot[1:]
    columns = (rows, latest, strays, *done, *undone, sizes)
    head = np.array([snapshot.events, *map(len, columns)])
    return b"".join(array.astype(_NUMBER).tobytes() for array in (head, *columns))


def _unpack(state: bytes) -> LedgerSnapshot | None:
    """Return the snapshot that `_pack` wrote; None for other bytes."""
    if len(state) % _NUMBER.itemsize or len(state) < (1 + _COLUMNS) * _NUMBER.itemsize:
        return None
    numbers = np.frombuffer(state, _NUMBER).astype(np.int64)
    count, lengths = int(numbers[0]), numbers[1 : 1 + _COLUMNS]
    rest = numbers[1 + _COLUMNS :]
    if lengths.min() < 0 or lengths.sum() != len(rest):
        return None
    parts: list[Any] = np.split(rest, np.cumsum(lengths)[:-1])
    if len({*lengths[3:6]}) > 1 or len({*lengths[6:9]}) > 1:
        return None
    done, undone = StoredChanges(*parts[3:6]), StoredChanges(*parts[6:9])
    return LedgerSnapshot(count, parts[0], parts[1], parts[2], done, undone, parts[9])


def _pack_opinions(opinions: OpinionTable) -> bytes:
    """Return a table as a line of JSON, and its arrays."""
    shape = opinions.codes.shape
    head = {"events": opinions.events, "reviewers": opinions.reviewers, "shape": shape}
    arrays = (opinions.codes, opinions.remarked.astype(np.uint8), opinions.numbers.astype(_NUMBER))
    return json.dumps(head).encode() + b"\n" + b"".join(array.tobytes() for array in arrays)


def _unpack_opinions(views: bytes) -> OpinionTable | None:
    """Return the table that `_pack_opinions` wrote; None for other bytes."""
    line = views.partition(b"\n")[0]
    body = np.frombuffer(views + b"\n", np.uint8)[len(line) + 1 : -1]
    try:
        head = json.loads(line)
        events, names, (reviewers, candidates) = head["events"], head["reviewers"], head["shape"]
        size = reviewers * candidates
        codes = body[:size].reshape(reviewers, candidates)
        remarked = body[size : 2 * size].reshape(codes.shape) > 0
        numbers = body[2 * size :].copy().view(_NUMBER).astype(np.int64).reshape(codes.shape)
    except (ValueError, TypeError, KeyError):
        return None
    if len(names) != reviewers or not all(isinstance(name, str) for name in names):
        return None
    if size and (numbers.min() < 0 or codes.max() >= len(Verdict)):
        return None
    return OpinionTable(events, tuple(names), codes, numbers, remarked)


def _checksum(*states: bytes) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for state in states:
        digest.update(len(state).to_bytes(8))
        digest.update(state)
    return digest.hexdigest()
