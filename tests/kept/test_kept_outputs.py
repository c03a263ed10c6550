"""The session, export and fits that the program made before its files were moved."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.table import Table

from tests.helpers.windows import until_painted
from tests.kept import outputs
from vetter.app import open_window
from vetter.gui.windows.main_window import MainWindow

KEPT = Path(__file__).resolve().parent
CLOSE = 1e-3
"""Relative and absolute tolerance on another machine, whose BLAS sums in another order.

What is measured on the field, its PSF and noise, is found by iteration.
"""


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A copy of the kept session."""
    return Path(shutil.copy(KEPT / outputs.SESSION, tmp_path))


def window_on(session: Path, qtbot: Any) -> MainWindow:
    """The window of the first reviewer on a session."""
    window = open_window(session, reviewer="ann")
    qtbot.addWidget(window)
    until_painted(qtbot, window)
    return window


@pytest.mark.parametrize("name", outputs.REPORTS)
def test_kept_session_report_is_unchanged(session: Path, name: str) -> None:
    report = outputs.printed(*outputs.REPORTS[name], str(session))
    assert report == (KEPT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("format", outputs.FORMATS)
def test_kept_session_export_is_unchanged(session: Path, tmp_path: Path, format: str) -> None:
    kept = KEPT / outputs.EXPORT
    outputs.export(session, tmp_path / "out", format)
    written = [file for file in (tmp_path / "out").rglob("*") if file.is_file()]
    assert len(written) == 3
    for file in written:
        assert content(file) == content(kept / file.relative_to(tmp_path / "out"))


def test_kept_session_restores_the_window(session: Path, qtbot: Any) -> None:
    window = window_on(session, qtbot)
    assert window.candidate_list.columns[:3] == ["name", "snr", "mag"]
    assert dict(window.plane_row.choice.user_choice) == {"err": False, "mask": True}
    # Sessions of that version chose no kind of any plane, and no planes to blink.
    looks = {**stored(session, "looks"), "kinds": (), "blinks": ()}
    assert window.stretch_bar.looks.record() == looks
    assert window.light_curve.is_wanted is False
    assert window.cache.radius == 10
    window.close()


def test_kept_session_takes_another_verdict(session: Path, qtbot: Any) -> None:
    window = window_on(session, qtbot)
    window.session.maybe()
    until_painted(qtbot, window)
    window.close()
    before = (KEPT / "log.txt").read_text(encoding="utf-8")
    after = outputs.printed("log", str(session))
    assert after.startswith(before)
    assert "\tann\tsingle\t" in after[len(before) :]
    assert after[len(before) :].count("\tmaybe\t") == 1


def test_kept_session_undoes_its_last_step(session: Path, qtbot: Any) -> None:
    before = rejected(session)
    window = window_on(session, qtbot)
    window.session.undo()
    until_painted(qtbot, window)
    window.close()
    assert (before, rejected(session)) == (6, 2)


def test_kept_fits_of_an_earlier_version_are_made_again(session: Path, qtbot: Any) -> None:
    window = window_on(session, qtbot)
    qtbot.waitUntil(lambda: len(window.fits.table) > 0, timeout=110000)
    window.close()
    signatures = {row[0] for row in rows(session, "SELECT signature FROM adjustments")}
    (earlier,) = {
        row[0] for row in rows(KEPT / outputs.SESSION, "SELECT signature FROM adjustments")
    }
    assert len(signatures - {earlier}) == 1


@pytest.mark.parametrize("name", outputs.ADJUSTED)
def test_adjusted_table_is_unchanged(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if "demo" not in name:
        request.getfixturevalue("real_data")
    outputs.adjust(name, tmp_path / name)
    kept = json.loads((KEPT / outputs.COMPUTED_ON).read_text(encoding="utf-8"))
    if outputs.computed_on() == kept:
        assert (tmp_path / name).read_bytes() == (KEPT / name).read_bytes()
    else:
        assert_close(Table.read(tmp_path / name), Table.read(KEPT / name))


def assert_close(found: Table, kept: Table) -> None:
    """Compare tables of one program on two machines."""
    assert found.colnames == kept.colnames
    for name in kept.colnames:
        if kept[name].dtype.kind == "f":
            np.testing.assert_allclose(found[name], kept[name], CLOSE, CLOSE, err_msg=name)
        elif name not in ("adjust_notes", "disappeared_reason"):
            assert found[name].tolist() == kept[name].tolist(), name


def rejected(session: Path) -> int:
    """Return how many candidates the first reviewer rejected."""
    report = outputs.printed("status", str(session), "--reviewer", "ann", "--json")
    return int(json.loads(report)["rejected"])


def content(file: Path) -> bytes:
    """Return a file's bytes, without the line in which astropy names its version."""
    lines = file.read_bytes().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b"<!-- Produced with astropy"))


def stored(session: Path, name: str) -> Any:
    """Return a setting as the session file holds it."""
    return json.loads(rows(session, f"SELECT value FROM settings WHERE name = '{name}'")[0][0])


def rows(session: Path, query: str) -> list[tuple[Any, ...]]:
    """Return the rows that a query of the session file finds."""
    with sqlite3.connect(f"file:{session}?mode=ro&immutable=1", uri=True) as database:
        found = database.execute(query).fetchall()
    database.close()
    return found
