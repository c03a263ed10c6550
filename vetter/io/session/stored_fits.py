"""Results of fits stored in a session file, by candidate key and signature."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from vetter.io.session.database import SessionDatabase
from vetter.io.session.format.rows import meta_from


def put_fits(database: SessionDatabase, results: Iterable[tuple[str, str, str]], at: str) -> None:
    """Store results, (key, signature, text) each, in one transaction; ``at`` is their time."""
    rows = [(key, signature, at, text) for key, signature, text in results]
    with database.transaction() as cursor:
        cursor.executemany("INSERT OR REPLACE INTO adjustments VALUES (?, ?, ?, ?)", rows)


def newest_fits(database: SessionDatabase, since: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the newest result of each key since a time, as (signature, metadata).

    Unreadable results are left out: those fits are made again.
    """
    # Not sorted by SQLite, which would return no row at all if one is unreadable.
    query = "SELECT at, key, signature, meta FROM adjustments WHERE at >= ?"
    rows, _ = database.read_rows(query, (since,))
    texts = [row for row in rows if all(isinstance(value, str) for value in row)]
    fits = {}
    for _, key, signature, text in sorted(texts, key=itemgetter(0)):
        meta = _parse_meta(text)
        if meta is not None:
            fits[key] = (signature, meta)
    return fits


def readable_fits(database: SessionDatabase) -> list[tuple[str, str, str, str]]:
    """Return all results that can be read, of any inputs: (key, signature, time, text) each."""
    rows, _ = database.read_rows("SELECT key, signature, at, meta FROM adjustments")
    return [
        row
        for row in rows
        if all(isinstance(value, str) for value in row) and _parse_meta(row[3]) is not None
    ]


def next_fits(
    database: SessionDatabase, since: str, signature: str, after: str, limit: int
) -> list[tuple[str, dict[str, Any]]]:
    """Return results under a signature since a time, as (key, metadata), ordered by key.

    Unreadable results and those after a damaged page are left out: those fits are made again.

    Parameters
    ----------
    database : SessionDatabase
    since, signature : str
    after : str
        The last key of the previous call; '' for the first call.
    limit : int
        Fewer are returned only at the end.
    """
    fits: list[tuple[str, dict[str, Any]]] = []
    while len(fits) < limit:
        missing = limit - len(fits)
        rows, whole = database.read_rows(
            "SELECT key, meta FROM adjustments WHERE key > ? AND signature = ? AND at >= ? "
            "ORDER BY key LIMIT ?",
            (after, signature, since, missing),
        )
        metas = [(key, _parse_meta(text)) for key, text in rows if isinstance(key, str)]
        fits += [(key, meta) for key, meta in metas if meta is not None]
        if not whole or len(rows) < missing or not metas:
            break
        after = metas[-1][0]
    return fits


def _parse_meta(text: object) -> dict[str, Any] | None:
    try:
        return meta_from(text)
    except (ValueError, RecursionError):
        return None
