"""Leaf pages of a table in a session file, to be spoilt by tests."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest


def pages_of(path: Path, name: str) -> list[int]:
    """The leaf pages of a table or an index, in order."""
    connection = sqlite3.connect(path)
    query = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path"
    try:
        return [row[0] for row in connection.execute(query, (name,))]
    except sqlite3.OperationalError as error:
        pytest.skip(f"this SQLite cannot name the pages of a table ({error})")
    finally:
        connection.close()
