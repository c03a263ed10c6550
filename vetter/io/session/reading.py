"""Decisions of a session, read around its damaged parts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from vetter.core.decisions.collector_pause import collector_paused
from vetter.core.decisions.decision import Decision
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.session.connection import MAX_VALUE_BYTES, Allowance
from vetter.io.session.format.rows import COLUMNS, SELECT_1, from_rows
from vetter.io.session.format.tables import has_column

_MAX_SINGLE_STEPS = 2000
"""2,000 rows after an unreadable row are tried one by one; beyond, the step doubles each time."""

_MAX_STEP = 1 << 40

_FROM = "FROM decisions WHERE seq >= ? AND typeof(seq) = 'integer' ORDER BY seq"

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_INTERRUPT)

Row = tuple[Any, ...]


class ReadDecisions(NamedTuple):
    """Decisions in order, and a phrase for those missing ('' for none)."""

    decisions: list[Decision]
    damage: str


def read_decisions(
    connection: sqlite3.Connection, allowance: Allowance, path: Path
) -> ReadDecisions:
    """Return all decisions that can be read.

    Raises
    ------
    InputError
        The session holds decisions, and none can be read.
    sqlite3.Error
        The disk is gone, or another program holds a lock on the file.
    """
    size = max(path.stat().st_size, 1)
    try:
        allowance.renew()
        rows = connection.execute(f"SELECT {_columns(connection)} FROM decisions ORDER BY seq")
        with collector_paused():
            decisions = from_rows(rows, path, size)
        total = _count_decisions(connection, allowance)
    except (sqlite3.Error, InputError) as error:
        if isinstance(error, sqlite3.Error) and not is_damage(error):
            raise
        readable = _read_rows(connection, allowance, path, size)
        if not readable.decisions:
            if isinstance(error, InputError):
                raise
            raise InputError(
                f"{path}: a damaged session: no decision is readable ({error}); "
                "restore it from a copy"
            ) from None
        return readable
    if total != len(decisions):
        # A new decision is written through the index, which would put it in a wrong order.
        return ReadDecisions(decisions, "the index of its decisions is damaged")
    return ReadDecisions(decisions, "")


def read_chosen(
    connection: sqlite3.Connection,
    allowance: Allowance,
    path: Path,
    condition: str,
    values: tuple[Any, ...],
) -> list[Decision]:
    """Return the decisions that meet a condition in SQL, in order.

    Raises
    ------
    InputError
        A decision holds values that no version of the program writes.
    sqlite3.Error
    """
    allowance.renew()
    # The file may be gone; the open connection can still read it.
    size = path.stat().st_size if path.exists() else MAX_VALUE_BYTES
    query = f"SELECT {_columns(connection)} FROM decisions WHERE {condition} ORDER BY seq"
    with collector_paused():
        return from_rows(connection.execute(query, values), path, size)


def _columns(connection: sqlite3.Connection) -> str:
    """Return the columns of a decision to select, in the order of COLUMNS."""
    # Not by the version's number, since a damaged file may hold another.
    return COLUMNS if has_column(connection, "decisions", "seen") else SELECT_1


def is_damage(error: sqlite3.Error) -> bool:
    """Return whether an error comes from the file's content, not from the disk or a lock."""
    code = getattr(error, "sqlite_errorcode", None)
    # None: Python's own error for text that is not UTF-8. SQLITE_IOERR_READ is a bad block.
    return (
        code in (None, sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_CORRUPTFS)
        or code & 0xFF in _DAMAGE
    )


def _count_decisions(connection: sqlite3.Connection, allowance: Allowance) -> int:
    """Count the decisions by their index."""
    allowance.renew()
    return int(connection.execute("SELECT count(*) FROM decisions").fetchone()[0])


def _read_rows(
    connection: sqlite3.Connection, allowance: Allowance, path: Path, size: int
) -> ReadDecisions:
    """Return the decisions of all readable rows, each row parsed by itself."""
    decisions: list[Decision] = []
    last, seen, comments, left = 0, 0, 0, size
    connection.text_factory = _decode_tolerantly
    try:
        for row in _iter_rows(connection, allowance):
            seen, last = seen + 1, row[0]
            left -= sum(len(value) for value in row if isinstance(value, str))
            if left < 0 or seen > size // 20:
                break
            plain = _without_damage(row)
            try:
                decisions += from_rows([plain], path, size)
            except InputError:
                continue
            comments += plain != row
    finally:
        connection.text_factory = str
    try:
        total = _count_decisions(connection, allowance)
    except sqlite3.Error:
        total = 0
    # Sequence numbers have no gaps: if the index is damaged too, the last one is the count.
    total = max(total if total <= size // 20 else 0, seen, last if last <= size // 20 else 0)
    missing = total - len(decisions)
    phrases = []
    if missing:
        phrases.append(
            f"{missing} of {format_count(total, 'decision')} {_are(missing)} not readable"
        )
    if comments:
        phrases.append(f"{format_count(comments, 'comment')} {_are(comments)} not readable")
    return ReadDecisions(decisions, ", ".join(phrases) or "the index of its decisions is damaged")


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _decode_tolerantly(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def _without_damage(row: Row) -> Row:
    """Return a row with a readable comment; other damaged text becomes bytes."""
    values = list(row)
    for column, value in enumerate(row):
        if isinstance(value, str) and not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raw = value.encode("utf-8", "surrogateescape")
                # from_rows refuses bytes in the place of text.
                values[column] = raw.decode("utf-8", "replace") if column == _COMMENT else raw
    return tuple(values)


_COMMENT = COLUMNS.split(", ").index("comment")


def _iter_rows(connection: sqlite3.Connection, allowance: Allowance) -> Iterator[Row]:
    """Yield rows in order; after an unreadable row, the next readable one."""
    query = f"SELECT {_columns(connection)} {_FROM}"
    start: int | None = 0
    while start is not None:
        try:
            allowance.renew()
            for row in connection.execute(query, (start,)):
                if row[0] < start:
                    return  # the pages form a circle
                yield row
                start = row[0] + 1
            return
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                return  # the allowance is used up: the pages form a circle, or repeat
            # Python's cursor is a row ahead: the last good row was lost with the bad row.
            last = _read_row(connection, start)
            if last is not None:
                yield last
                start = last[0] + 1
            start = _next_start(connection, start)


def _read_row(connection: sqlite3.Connection, start: int) -> Row | None:
    query = f"SELECT {_columns(connection)} {_FROM} LIMIT 1"
    try:
        row: Row | None = connection.execute(query, (start,)).fetchone()
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return None
    return row


def _next_start(connection: sqlite3.Connection, failed: int) -> int | None:
    """Return the number of the next readable row after an unreadable one; None at the end."""
    query = f"SELECT seq {_FROM} LIMIT 1"

    def probe(start: int) -> tuple[bool, int | None]:
        try:
            row = connection.execute(query, (start,)).fetchone()
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
            return False, None
        return True, None if row is None else max(row[0], start)

    step = 1
    while step < _MAX_STEP:
        good, seq = probe(failed + step)
        if good and (step <= _MAX_SINGLE_STEPS or step == 1):
            return seq
        if good:
            low, high = failed + step // 2, failed + step
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if probe(middle)[0] else (middle, high)
            return probe(high)[1]
        step = step + 1 if step < _MAX_SINGLE_STEPS else step * 2
    return None
