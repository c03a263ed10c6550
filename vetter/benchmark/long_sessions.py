"""Times of a session that holds many decisions: its opening, a commit and an undo."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from vetter.benchmark.figures import Figure, spread

STEPS = 300
REVIEWER = "bench"

_FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
INSERT INTO decisions (id, key, verdict, tags, comment, reviewer, at, seconds, how, x, y, ra, dec,
    seen, program)
SELECT printf('%08x-0000-4000-8000-%012x', i * 2654435761 % 4294967296, i),
    printf('c%07d', i % :candidates), CASE i % 3 WHEN 0 THEN 'accept' ELSE 'reject' END, '[]', '',
    :reviewer, '2026-01-31T03:14:15.926Z', 1.5, 'single', i % :candidates + 0.5, 7.25, NULL, NULL,
    '{"stretch":"asinh","interval":"noise","panels":["image","template","diff"]}', '0'
FROM n
"""


def write_long_session(path: Path, count: int, candidates: int) -> None:
    """Write a session of ``count`` single decisions on so many candidates, in turn."""
    from vetter.io.session.session_file import SessionFile

    SessionFile.create(path, REVIEWER).close()
    connection = sqlite3.connect(path)
    names = {"count": count, "candidates": candidates, "reviewer": REVIEWER}
    with connection:
        connection.execute(_FILL, names)
    connection.close()


def time_record(folder: Path, counts: Sequence[int]) -> Iterator[Figure]:
    """Measure sessions of so many decisions, on at most 100,000 candidates."""
    from astropy.table import Table

    from vetter.core.candidates.candidate_list import CandidateList, Roles
    from vetter.core.decisions.decision import Verdict
    from vetter.core.decisions.new_decisions import decide
    from vetter.io.session.session_file import SessionFile
    from vetter.review.opening.stored_ledger import read_ledger

    for count in counts:
        candidates = min(count, 100_000)
        path = folder / f"decisions{count}.vetter"
        write_long_session(path, count, candidates)
        keys = np.array([f"c{row:07d}" for row in range(candidates)])
        x = np.arange(candidates, dtype=np.float64) + 0.5
        y = np.full(candidates, 7.25)
        nowhere = np.full(candidates, np.nan)
        listed = CandidateList(Table({"id": keys}), Roles(key="id"), keys, x, y, nowhere, nowhere)
        listed.row_of(str(keys[0]))
        # The first opening finds no checkpoint; it keeps one for the next. What it has read is
        # collected between: the program opens a session in a new process.
        for what in ("first opening", "opening"):
            start = perf_counter()
            store = SessionFile.open(path, REVIEWER)
            stored = read_ledger(store, listed, REVIEWER)
            once = {"once": 1e3 * (perf_counter() - start)}
            budgets = {"once": 1000.0} if count >= 1_000_000 and what == "opening" else {}
            yield Figure(f"{what} of a session, {count:,} decisions", once, budgets=budgets)
            stored.keep_checkpoint()
            if what == "first opening":
                store.close()
                del stored
                gc.collect()
        ledger = stored.ledger
        commits, undos = [], []
        for row in range(STEPS):
            start = perf_counter()
            decision = decide(ledger, row, verdict=Verdict.MAYBE, seconds=0.5)
            assert decision is not None
            for written in store.append([decision], position=decision.key):
                ledger.apply(written)
            commits.append(perf_counter() - start)
            start = perf_counter()
            for written in store.append(ledger.undo_step(), position=decision.key):
                ledger.apply(written)
            undos.append(perf_counter() - start)
        store.close()
        path.unlink()
        for what, times in (("commit of a decision", commits), ("undo", undos)):
            yield Figure(f"{what} after {count:,}", spread(times), budgets={"p99": 5.0})
