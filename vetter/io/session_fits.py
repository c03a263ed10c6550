"""Results of fits as a session file keeps them: by candidate key and signature."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vetter.io.session_database import SessionDatabase
from vetter.io.session_errors import damaged
from vetter.io.session_rows import meta_from


def put_fits(database: SessionDatabase, results: Iterable[tuple[str, str, str]], at: str) -> None:
    """Keep results, (key, signature, text) each, in one transaction; ``at`` is their time."""
    rows = [(key, signature, at, text) for key, signature, text in results]
    with database.transaction() as cursor:
        cursor.executemany("INSERT OR REPLACE INTO adjustments VALUES (?, ?, ?, ?)", rows)


def newest_fits(database: SessionDatabase, since: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """For each key the newest result since a time, as (signature, metadata)."""
    query = "SELECT key, signature, meta FROM adjustments WHERE at >= ? ORDER BY at"
    rows = database.read(query, (since,))
    try:
        return {key: (signature, meta_from(meta)) for key, signature, meta in rows}
    except ValueError:
        raise damaged(database.path, "fits") from None


def next_fits(
    database: SessionDatabase, since: str, signature: str, after: str, limit: int
) -> list[tuple[str, dict[str, Any]]]:
    """Results under a signature since a time, (key, metadata) each, in the order of the keys.

    Parameters
    ----------
    database : SessionDatabase
    since, signature : str
    after : str
        The last key that is known already; '' for none.
    limit : int
        Fewer are returned only at the end.
    """
    rows = database.read(
        "SELECT key, meta FROM adjustments WHERE key > ? AND signature = ? AND at >= ? "
        "ORDER BY key LIMIT ?",
        (after, signature, since, limit),
    )
    try:
        return [(key, meta_from(meta)) for key, meta in rows]
    except ValueError:
        raise damaged(database.path, "fits") from None
