"""How a session file holds the results of a hundred thousand fits."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from vetter.core.fit.adjustment import Adjustment
from vetter.io.session.database import SessionDatabase
from vetter.io.session.format.rows import plain_meta
from vetter.io.session.session_file import SessionFile
from vetter.io.session.stored_fits import newest_fits, next_fits, readable_fits

FIT = Adjustment(
    True,
    **dict.fromkeys(("dx", "dy", "scale", "bg", "tbg", "chi2_0", "chi2", "pval"), -1.0 / 3.0),
    **dict.fromkeys(("correlation", "flux", "flux_err", "snr", "absorbed", "fwhm"), -1.0 / 3.0),
    df=221,
    pixels=225,
    box=15.0,
    at_bound=("dx",),
    psf="PSF from 32 stars of the field",
    template="convolved",
    notes=("FWHM 3.68 px",),
    scatter=0.9992201318492245,
    scatter_err=0.019707754930372065,
    template_noise=0.8992201318492245,
    held_err=69.1016,
    shift_err=0.0334567,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A session of results under two signatures."""
    path = tmp_path / "s.vetter"
    with SessionFile.create(path, "ann") as session:
        text = plain_meta(FIT.as_record())
        for signature in ("a" * 24, "b" * 24):
            session.put_adjustments([(f"star-{n:04}", signature, text) for n in range(400)])
    return path


def test_results_of_a_signature_are_found_without_looking_at_others(file: Path) -> None:
    asked = []
    with SessionFile.open(file, "ann") as session:
        session.adjustments_of("b", "", 25)
        connection: sqlite3.Connection = session._database._connection
        connection.set_trace_callback(asked.append)
        session.adjustments_of("b" * 24, "star-0100", 25)
        connection.set_trace_callback(None)
        query = next(text for text in asked if "adjustments" in text)
        (plan,) = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert plan == "SEARCH adjustments USING PRIMARY KEY (signature=? AND key>?)"


def test_a_result_takes_about_a_kilobyte(file: Path) -> None:
    assert file.stat().st_size < 1_250 * 800


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Seven results, of which the third and the fifth cannot be read."""
    path = tmp_path / "m.vetter"
    with SessionFile.create(path, "ann") as session:
        texts = ['{"n":0}', '{"n":1}', "{", '{"n":3}', "[4]", '{"n":5}', '{"n":6}']
        session.put_adjustments([(f"c{n}", "s", text) for n, text in enumerate(texts)])
    connection = sqlite3.connect(path)
    connection.execute("UPDATE adjustments SET at = '2026-01-0' || (1 + substr(key, 2))")
    connection.commit()
    connection.close()
    return path


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 9])
def test_portions_leave_out_what_cannot_be_read(mixed: Path, limit: int) -> None:
    found: list[int] = []
    with SessionDatabase.open(mixed, read_only=True) as database:
        after = ""
        while fits := next_fits(database, "", "s", after, limit):
            found += [meta["n"] for _, meta in fits]
            assert len(fits) == min(limit, 5 - len(found) + len(fits))
            after = fits[-1][0]
        assert next_fits(database, "", "other", "", limit) == []
        since = next_fits(database, "2026-01-04", "s", "c3", 9)
    assert found == [0, 1, 3, 5, 6]
    assert [key for key, _ in since] == ["c5", "c6"]


def test_all_that_can_be_read_is_given(mixed: Path) -> None:
    with SessionFile.open(mixed, "ann") as session:
        session.put_adjustments([("c0", "t", '{"n":10}'), ("c3", "a", '{"n":11}')])
    with SessionDatabase.open(mixed, read_only=True) as database:
        everything = readable_fits(database)
        newest = newest_fits(database, "")
        recent = newest_fits(database, "2026-01-06")
    assert sorted((key, signature) for key, signature, _, _ in everything) == [
        *(("c0", "s"), ("c0", "t"), ("c1", "s"), ("c3", "a"), ("c3", "s"), ("c5", "s")),
        ("c6", "s"),
    ]
    assert ("c1", "s", "2026-01-02", '{"n":1}') in everything
    assert newest["c0"] == ("t", {"n": 10}) and newest["c1"] == ("s", {"n": 1})
    assert newest["c3"] == ("a", {"n": 11})
    assert set(newest) == {"c0", "c1", "c3", "c5", "c6"}
    assert set(recent) == {"c0", "c3", "c5", "c6"}
