"""How a session file holds the results of a hundred thousand fits."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from vetter.core.fit.adjustment import Adjustment
from vetter.io.session.format.rows import plain_meta
from vetter.io.session.session_file import SessionFile

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
