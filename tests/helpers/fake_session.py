"""A session in memory with the names of the real one: what widgets see and call."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from astropy.table import Table
from PyQt6.QtCore import QObject, pyqtSignal

from tests.helpers.plain_source import PlainSource
from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.columns.filter import match_filter
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.decisions.decision import UNDECIDED, Opinion, Verdict
from vetter.review.queue import Queue
from vetter.settings import Settings


def candidate_list(count: int = 20, **columns: Any) -> CandidateList:
    """Candidates J000, J001... with positions, magnitudes, times, bands; columns may be added."""
    steps = np.arange(count)
    table = Table(
        {
            "id": [f"J{step:03d}" for step in steps],
            "x": 10.0 + steps,
            "y": 20.25 + steps,
            "ra": 65.25 + 0.001 * steps,
            "dec": np.full(count, -33.5),
            "mag": 18.0 + 0.125 * steps,
            "mag_err": np.full(count, 0.05),
            "mjd": 58849.5 + steps,
            "filter": np.where(steps % 2, "g", "r"),
            **columns,
        }
    )
    roles = Roles(
        key="id",
        name="id",
        x="x",
        y="y",
        ra="ra",
        dec="dec",
        mag="mag",
        mag_err="mag_err",
        time="mjd",
        filter="filter",
    )
    floats = {name: np.asarray(table[name], float) for name in ("x", "y", "ra", "dec")}
    return CandidateList(table, roles, np.asarray(table["id"]), **floats)


class FakeSession(QObject):
    """Decides at once, in memory, and remembers which verbs were called."""

    is_blind = False
    current_changed = pyqtSignal(int)
    opinions_changed = pyqtSignal(object)
    queue_changed = pyqtSignal()
    grown = pyqtSignal(int)
    completed = pyqtSignal()
    settings_changed = pyqtSignal()
    broke_off = pyqtSignal()
    message = pyqtSignal(str)
    noticed = pyqtSignal(str)
    failed = pyqtSignal(str)
    refused = pyqtSignal(int, str)

    def __init__(self, candidates: CandidateList | None = None) -> None:
        super().__init__()
        self.candidates = candidate_list() if candidates is None else candidates
        self.source = PlainSource(
            candidates=self.candidates,
            title="test",
            plane_names=("image", "template", "diff"),
            record={},
        )
        self.settings = Settings()
        self.reviewer = "ann"
        self.read_only = False
        self.complete = True
        self.expected: int | None = None
        self.listed_count_text = self.read_error = self.incomplete_reason = ""
        self.current_row = 0
        self.codes = np.zeros(len(self.candidates), np.uint8)
        self.opinions: dict[int, Opinion] = {}
        self.calls: list[tuple[Any, ...]] = []
        self.due = FakeDue(self)
        self.columns = ReviewColumns(self.candidates, self)
        self.queue = Queue(
            len(self.candidates),
            self.columns.values,
            lambda expression: match_filter(expression, self.columns),
        )
        self.queue.changed.connect(self.queue_changed)

    @property
    def counts(self) -> Any:
        numbers = np.bincount(self.codes, minlength=5)
        return SimpleNamespace(
            candidates=len(self.codes),
            undecided=int(numbers[0]),
            accepted=int(numbers[1]),
            rejected=int(numbers[2]),
            maybe=int(numbers[3]),
            later=int(numbers[4]),
        )

    def remarked_rows(self) -> list[int]:
        return list(self.opinions)

    def opinion(self, row: int) -> Opinion:
        return self.opinions.get(row, UNDECIDED)

    def say(self, row: int, **changes: Any) -> None:
        """Give an opinion directly."""
        now = self.opinion(row)
        values = {"verdict": now.verdict, "tags": now.tags, "comment": now.comment, **changes}
        self.opinions[row] = Opinion(**values)
        self.codes[row] = self.opinions[row].verdict.code
        self.opinions_changed.emit([row])

    def go_to_row(self, row: int) -> None:
        self.calls.append(("go_to_row", row))
        self.current_row = row
        self.current_changed.emit(row)

    def set_comment(self, row: int, text: str) -> None:
        self.calls.append(("set_comment", row, text))
        self.say(row, comment=text)

    def decide_group(self, rows: Sequence[int], verdict: Verdict, go_to: int | None = None) -> None:
        to = () if go_to is None else (go_to,)
        self.calls.append(("decide_group", list(rows), verdict, *to))
        for row in rows:
            self.opinions[row] = Opinion(verdict)
            self.codes[row] = verdict.code
        self.opinions_changed.emit(list(rows))


class FakeDue:
    """A session in which nothing that was put off is due, unless a test says so."""

    def __init__(self, session: FakeSession) -> None:
        self._session = session
        self.rows: dict[int, str] = {}
        self.objects: dict[int, list[int]] = {}

    def since(self, row: int) -> str:
        return self.rows.get(row, "")

    def epochs_of(self, row: int) -> list[int]:
        return self.objects.get(row, [row])

    @property
    def codes(self) -> Any:
        codes = self._session.codes.copy()
        codes[list(self.rows)] = 5
        return codes
