"""Checks that a file is a session of a known format, before anything of it is used."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

from vetter.errors import InputError
from vetter.io.files.file_marks import Mark, mark_of
from vetter.io.files.regular_files import open_plain_file
from vetter.io.session.format.tables import (
    APPLICATION_ID,
    TABLES_BY_VERSION,
    VERSION,
    format_version,
)

JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
"""Bytes at the start of SQLite's rollback journal; also at its end if it names other files."""
_MAX_PARTS = 100
"""Number of tables, triggers and indices of which definitions are read, at most."""


def check_header(path: Path) -> None:
    """Refuse a file that is not a session by its first bytes, before SQLite may touch it.

    Raises
    ------
    InputError
        The file is not an SQLite database, or is another program's or a newer program's; or its
        journal is not a regular file.
    """
    _check_companions(path)
    try:
        with open_plain_file(path) as file:
            head = file.read(100)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    if not head:
        raise InputError(f"{path}: expected a vetter session, found an empty file")
    if mark_of(head) is not Mark.SESSION:
        raise InputError(
            f"{path}: expected a vetter session (an SQLite database), found something else"
        )
    # Big-endian, see https://www.sqlite.org/fileformat.html.
    _check_marks(path, int.from_bytes(head[68:72]), int.from_bytes(head[60:64]))


def journal_of(path: Path, kind: str = "journal") -> Path:
    """Return the path of a session's journal, which SQLite puts beside the target of a link."""
    return Path(f"{os.path.realpath(path)}-{kind}")


def _check_companions(path: Path) -> None:
    """Refuse a journal that is a pipe or a device, which SQLite would read without end."""
    for companion in (journal_of(path), journal_of(path, "wal")):
        try:
            mode = os.stat(companion).st_mode
        except OSError:  # no such file
            continue
        if not stat.S_ISREG(mode):
            raise InputError(
                f"{companion}: expected a session's journal, found no regular file; remove it"
            )


def _check_marks(path: Path, application: int, version: int) -> None:
    if application != APPLICATION_ID:
        raise InputError(
            f"{path}: expected a vetter session, found an SQLite database of another program, or a "
            "damaged one"
        )
    if version > VERSION:
        raise InputError(
            f"{path}: expected a session of format {VERSION}, found format {version} of a newer "
            "vetter; update vetter"
        )


def check_journal(path: Path) -> None:
    """Refuse a journal that names other files, which SQLite may then delete.

    Sessions never write such a journal, since each commit changes one database.

    Raises
    ------
    InputError
    """
    _check_companions(path)
    journal = journal_of(path)
    try:
        with open_plain_file(journal) as file:
            file.seek(0, os.SEEK_END)
            if file.tell() < len(JOURNAL_MAGIC):
                return
            file.seek(-len(JOURNAL_MAGIC), os.SEEK_END)
            end = file.read()
    except OSError:  # missing or unreadable; SQLite reports which
        return
    if end == JOURNAL_MAGIC:
        raise InputError(
            f"{journal}: expected a session's journal, found one that names other files; remove it"
        )


def check_schema(path: Path, connection: sqlite3.Connection) -> str:
    """Refuse another program's database, and a session that is forged, newer or lacks a table.

    Returns
    -------
    str
        A phrase if a definition is damaged; '' if all are as the program makes them.

    Raises
    ------
    InputError
    sqlite3.Error
        The database is corrupt or cannot be read.
    """
    # The tables are read first: the read rolls back a commit that a kill has interrupted.
    query = f"SELECT type, name, sql FROM sqlite_master LIMIT {_MAX_PARTS}"
    connection.text_factory = _decode_tolerantly
    try:
        found = connection.execute(query).fetchall()
    finally:
        connection.text_factory = str
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    version = format_version(connection)
    _check_marks(path, application, version)
    parts = _PARTS.get(version, _PARTS[VERSION])
    damage = ""
    for kind, name, sql in found:
        if (kind, name, _normalize_sql(sql)) in parts:
            continue
        # A damaged session is only read, and no trigger runs on reading.
        if (kind, name) in _TRIGGERS or _has_known_columns(connection, kind, name, sql):
            damage = "the definitions of its tables are damaged"
        else:
            _check_part(path, kind, name)
    tables = {name for kind, name, _ in parts if kind == "table"}
    missing = tables - {name for kind, name, _ in found if kind == "table"}
    if missing:
        raise InputError(
            f"{path}: a damaged session: table {sorted(missing)[0]!r} is missing; restore it from "
            "a copy"
        )
    return damage


def _decode_tolerantly(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def structural_damage(path: Path) -> str:
    """Return a phrase for the damage of a file whose structure SQLite refuses."""
    with open_plain_file(path) as file:
        head = file.read(100)
        size = file.seek(0, os.SEEK_END)
    page = int.from_bytes(head[16:18])
    expected = int.from_bytes(head[28:32]) * (65536 if page == 1 else page)
    return f"cut short: {size} bytes of {expected}" if size < expected else "damaged"


def _has_known_columns(
    connection: sqlite3.Connection, kind: object, name: object, sql: object
) -> bool:
    """Return whether a plain table has the columns of some version, none of them generated.

    If the damage of its definition is elsewhere, its rows can be read.
    """
    known = [
        table
        for tables in TABLES_BY_VERSION.values()
        for table in tables
        if table.split()[1:3] == ["TABLE", name]
    ]
    if kind != "table" or not known or "VIRTUAL" in str(sql)[:30].upper():
        return False
    columns = _columns(connection, name)
    return any(columns == _columns_of(definition, name) for definition in known)


def _columns_of(definition: str, table: object) -> list[tuple[str, int, int, int]]:
    fresh = sqlite3.connect(":memory:")
    try:
        fresh.execute(definition)
        return _columns(fresh, table)
    finally:
        fresh.close()


def _columns(connection: sqlite3.Connection, table: object) -> list[tuple[str, int, int, int]]:
    """Return each column's name, and whether it is generated, in the key, and an INTEGER."""
    query = "SELECT name, hidden, pk, upper(type) = 'INTEGER' FROM pragma_table_xinfo(?)"
    return connection.execute(query, (table,)).fetchall()


def _check_part(path: Path, kind: object, name: object) -> None:
    """Refuse parts that no version of the program makes: views, triggers, generated columns..."""
    # Allowed are SQLite's indexes for keys, the counters of the first version, and statistics.
    if kind == "index" and str(name).startswith("sqlite_autoindex_"):
        return
    if kind == "table" and name in ("sqlite_sequence", "sqlite_stat1", "sqlite_stat4"):
        return
    raise InputError(
        f"{path}: expected a vetter session, found another or a damaged one: "
        f"unknown {str(kind)[:20]} {str(name)[:40]!r}"
    )


def _normalize_sql(sql: object) -> str:
    """Return a definition without the parts that differ between versions or have no effect."""
    text = " ".join(str(sql)[:10_000].replace('"', "").split())
    for word in (" AUTOINCREMENT", " WITHOUT ROWID", " IF NOT EXISTS"):
        text = text.replace(word, "")
    return text.replace("( ", "(").replace(
        "PRIMARY KEY (key, signature)", "PRIMARY KEY (signature, key)"
    )


_PARTS = {
    version: {(sql.split()[1].lower(), sql.split()[2], _normalize_sql(sql)) for sql in tables}
    for version, tables in TABLES_BY_VERSION.items()
}
"""Kind, name and plain definition of each part of a session, by version of the format."""

_TRIGGERS = {(kind, name) for kind, name, _ in _PARTS[VERSION] if kind == "trigger"}
