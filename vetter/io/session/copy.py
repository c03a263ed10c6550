"""Copy of a session: all its readable parts, in a new file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from vetter.core.decisions.decision import Decision
from vetter.core.decisions.planted import PlantedRow
from vetter.io.session.content import input_rows, readable_settings
from vetter.io.session.database import SessionDatabase
from vetter.io.session.format.rows import INSERT, to_row
from vetter.io.session.recorded_inputs import relative_paths
from vetter.io.session.stored_fits import readable_fits


def copy_session(
    old: SessionDatabase,
    decisions: Sequence[Decision],
    planted: Sequence[PlantedRow],
    path: Path,
) -> None:
    """Write a new session with decisions and the other readable parts of an earlier session.

    Parameters
    ----------
    old : SessionDatabase
    decisions : sequence of Decision
        The readable decisions of the earlier session, in order.
    planted : sequence of PlantedRow
        Its planted rows.
    path : Path
        The new session file, absolute.

    Raises
    ------
    VetterError
        InputError if the file exists already. A session that was not written whole is removed.
    """
    new = SessionDatabase.create(path)
    try:
        _fill(old, decisions, planted, new)
    except BaseException:
        new.close()
        path.unlink(missing_ok=True)
        raise
    new.close()


def _fill(
    old: SessionDatabase,
    decisions: Sequence[Decision],
    planted: Sequence[PlantedRow],
    new: SessionDatabase,
) -> None:
    inputs, _ = input_rows(old)
    settings, _ = readable_settings(old)
    positions, _ = old.read_rows("SELECT reviewer, key, at FROM positions")
    fits = readable_fits(old)
    with new.transaction() as cursor:
        cursor.executemany(INSERT, map(to_row, decisions))
        cursor.executemany("INSERT INTO planted VALUES (?, ?, ?)", planted)
        for row in inputs:
            record = row.relocate(old.path.parent).record
            cursor.execute(
                "INSERT INTO inputs (at, candidates, record, relative, fingerprints)"
                " VALUES (?, ?, ?, ?, ?)",
                (
                    row.at,
                    row.candidates,
                    json.dumps(record),
                    json.dumps(relative_paths(record, new.path.parent)),
                    json.dumps([asdict(one) for one in row.fingerprints]),
                ),
            )
        cursor.executemany("INSERT OR REPLACE INTO adjustments VALUES (?, ?, ?, ?)", fits)
        cursor.executemany(
            "INSERT OR REPLACE INTO positions VALUES (?, ?, ?)",
            [row for row in positions if all(isinstance(value, str) for value in row)],
        )
        cursor.executemany(
            "INSERT INTO settings VALUES (?, ?)",
            [(name, json.dumps(value)) for name, value in settings.items()],
        )
