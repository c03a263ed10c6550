"""Migration of a session of an earlier format, in one transaction."""

from __future__ import annotations

import sqlite3

from vetter.io.session.format.rows import COLUMNS_1
from vetter.io.session.format.tables import (
    CHECKPOINTS,
    DECISION_TRIGGERS,
    PLANTED,
    TABLES,
    VERSION,
    format_version,
)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a session to the present format; a kill or an error leaves the file as it was.

    1,000,000 decisions of version 1 take about 8 s, once, and leave the file twice as long: later
    decisions fill the free pages. Raises sqlite3.Error.
    """
    version = format_version(connection)
    if version >= VERSION:
        return
    connection.execute("BEGIN EXCLUSIVE")
    if version < 2:
        _copy_decisions(connection)
        for statement in PLANTED:
            connection.execute(statement)
    connection.execute(CHECKPOINTS)
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _copy_decisions(connection: sqlite3.Connection) -> None:
    """Copy the decisions of version 1 to a new table: SQLite cannot change a CHECK in place."""
    connection.execute("ALTER TABLE decisions RENAME TO decisions_1")
    connection.execute(TABLES[0])
    connection.execute(
        f"INSERT INTO decisions ({COLUMNS_1}) SELECT {COLUMNS_1} FROM decisions_1 ORDER BY seq"
    )
    # The triggers of the earlier table go with it.
    connection.execute("DROP TABLE decisions_1")
    for trigger in DECISION_TRIGGERS:
        connection.execute(trigger)
