"""Results of fits as a session file keeps them: by candidate key and signature."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from vetter.io.session.database import SessionDatabase
from vetter.io.session.rows import meta_from


def put_fits(database: SessionDatabase, results: Iterable[tuple[str, str, str]], at: str) -> None:
    """Keep results, (key, signature, text) each, in one transaction; ``at`` is their time."""
    rows = [(key, signature, at, text) for key, signature, text in results]
    with database.transaction() as cursor:
        cursor.executemany("INSERT OR REPLACE INTO adjustments VALUES (?, ?, ?, ?)", rows)


def newest_fits(database: SessionDatabase, since: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """For each key the newest result since a time, as (signature, metadata).

    Results that cannot be read are left out: fits are made again.
    """
    # Not sorted by SQLite, which gives no row then where one cannot be read.
    query = "SELECT at, key, signature, meta FROM adjustments WHERE at >= ?"
    rows, _ = database.readable(query, (since,))
    texts = [row for row in rows if all(isinstance(value, str) for value in row)]
    fits = {}
    for _, key, signature, text in sorted(texts, key=itemgetter(0)):
        meta = _meta(text)
        if meta is not None:
            fits[key] = (signature, meta)
    return fits


def readable_fits(database: SessionDatabase) -> list[tuple[str, str, str, str]]:
    """Return all results that can be read, of any inputs: (key, signature, time, text) each."""
    rows, _ = database.readable("SELECT key, signature, at, meta FROM adjustments")
    return [
        row
        for row in rows
        if all(isinstance(value, str) for value in row) and _meta(row[3]) is not None
    ]


def next_fits(
    database: SessionDatabase, since: str, signature: str, after: str, limit: int
) -> list[tuple[str, dict[str, Any]]]:
    """Results under a signature since a time, (key, metadata) each, in the order of the keys.

    Results that cannot be read are left out, as those after a damaged page: fits are made again.

    Parameters
    ----------
    database : SessionDatabase
    since, signature : str
    after : str
        The last key that is known already; '' for none.
    limit : int
        Fewer are returned only at the end.
    """
    fits: list[tuple[str, dict[str, Any]]] = []
    while len(fits) < limit:
        wanted = limit - len(fits)
        rows, whole = database.readable(
            "SELECT key, meta FROM adjustments WHERE key > ? AND signature = ? AND at >= ? "
            "ORDER BY key LIMIT ?",
            (after, signature, since, wanted),
        )
        found = [(key, _meta(text)) for key, text in rows if isinstance(key, str)]
        fits += [(key, meta) for key, meta in found if meta is not None]
        if not whole or len(rows) < wanted or not found:
            break
        after = found[-1][0]
    return fits


def _meta(text: object) -> dict[str, Any] | None:
    try:
        return meta_from(text)
    except (ValueError, RecursionError):
        return None
