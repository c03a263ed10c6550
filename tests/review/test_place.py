"""Place in the list: no sort, shuffle, filter, verdict or undo loses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from tests.helpers.fake_session import candidate_list
from tests.helpers.plain_source import PlainSource
from vetter.core.columns.sorted_rows import SortKey, shuffle_values
from vetter.core.decisions.decision import Verdict
from vetter.io.session.session_file import SessionFile
from vetter.review.opening.open_session import open_session
from vetter.review.session import Session
from vetter.settings import Settings

COUNT = 40
STEPS = 120
FILTERS: dict[str, Callable[[Session, int], bool]] = {
    "": lambda session, row: True,
    "mag<20": lambda session, row: session.columns.values("mag")[row] < 20,
    "verdict=none": lambda session, row: session.codes[row] == 0,
    "filter=r not verdict=reject": lambda session, row: (
        row % 2 == 0 and session.codes[row] != Verdict.REJECT.code
    ),
    "mag>99": lambda session, row: False,
}
COLUMNS = ("tie", "gap", "mag")


@pytest.fixture
def session(qapp: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    # A busy machine may take longer for a commit than a window waits.
    monkeypatch.setattr("vetter.review.recorder.ACKNOWLEDGED_AT_ONCE", 5.0)
    steps = np.arange(COUNT)
    gaps = np.where(steps % 7 == 0, np.nan, steps % 5).astype(float)
    listed = candidate_list(COUNT, tie=steps % 3, gap=gaps)
    source = PlainSource(candidates=listed, plane_names=("image",))
    store = SessionFile.start(tmp_path / "s.vetter", "ann")
    session, _ = open_session(source, store, Settings(), "ann")
    session.current_changed.connect(session.record_paint)
    session.blanked.connect(lambda _blank: session.record_paint(session.current_row))
    session.record_paint(session.current_row)
    yield session
    session.close()
    store.close()


class Walk:
    """Random steps, each compared with where a list on paper would be."""

    def __init__(self, session: Session, random: Random) -> None:
        self.session, self.random = session, random
        self.keys: list[SortKey] = []
        self.seed: int | None = None
        self.matches = [True] * COUNT
        self.decided: list[int] = []

    @property
    def rows(self) -> list[int]:
        """All rows in the order of the list, those that the filter leaves out too."""
        rows = list(range(COUNT))
        if self.seed is not None:
            values = shuffle_values(self.seed, 0, COUNT)
            rows.sort(key=lambda row: values[row])
        for key in reversed(self.keys):
            column = self.session.columns.values(key.column).astype(float)
            column = np.where(np.isnan(column), np.inf, -column if key.descending else column)
            rows.sort(key=lambda row, column=column: column[row])
        return rows

    def after(self, row: int) -> int:
        """The row that is shown after a verdict on this one."""
        rows = self.rows
        rest = rows[rows.index(row) + 1 :]
        return next((other for other in rest if self.matches[other]), row)

    def step(self) -> str:
        """Take one step; return what it was."""
        chosen = self.random.choice(
            [self.decide] * 6 + [self.sort, self.sort_also, self.shuffle, self.filter, self.undo]
        )
        return f"{chosen.__name__} {chosen()}"

    def decide(self) -> str:
        session, row = self.session, self.session.current_row
        verb = self.random.choice(["accept", "reject", "maybe", "later"])
        known, blank = session.opinion(row).verdict.value, session.is_blank
        getattr(session, verb)()
        if not blank and known != verb:
            self.decided.append(row)
        assert session.current_row == (row if blank else self.after(row))
        return f"{verb} on {row}"

    def sort(self) -> str:
        self.keys = [self.make_key()]
        return self.stay(lambda: self.session.queue.sort_by(*self.keys[0]))

    def sort_also(self) -> str:
        key = self.make_key()
        if key.column in (old.column for old in self.keys):
            self.keys = [key if old.column == key.column else old for old in self.keys]
        else:
            self.keys = [*self.keys, key]
        return self.stay(lambda: self.session.queue.sort_also(*key))

    def shuffle(self) -> str:
        self.seed = self.random.choice([None, 1, 2])
        return self.stay(lambda: self.session.queue.shuffle(self.seed))

    def filter(self) -> str:
        expression = self.random.choice(list(FILTERS))
        self.matches = [FILTERS[expression](self.session, row) for row in range(COUNT)]
        return self.stay(lambda: self.session.queue.set_filter(expression)) + expression

    def undo(self) -> str:
        row = self.decided.pop() if self.decided else self.session.current_row
        self.session.undo()
        assert self.session.current_row == row
        return f"of {row}"

    def make_key(self) -> SortKey:
        return SortKey(self.random.choice(COLUMNS), self.random.random() < 0.5)

    def stay(self, change: Callable[[], None]) -> str:
        """Change the list, and stay on the candidate."""
        row = self.session.current_row
        change()
        assert self.session.current_row == row
        return f"at {row} "

    def check(self) -> None:
        """Compare the list with the one on paper."""
        listed = [row for row in self.rows if self.matches[row]]
        assert self.session.queue.order.tolist() == listed
        assert self.session.is_outside_filter is not self.matches[self.session.current_row]


@pytest.mark.parametrize("seed", range(8))
def test_random_steps_keep_the_place(session: Session, seed: int) -> None:
    walk, taken = Walk(session, Random(seed)), []
    for _ in range(STEPS):
        taken.append(walk.step())
        walk.check()
    assert len(taken) == STEPS


def test_verdicts_under_a_filter_reach_each_match_once(session: Session) -> None:
    session.queue.arrange([SortKey("tie", True), SortKey("gap", False)], 5)
    session.queue.set_filter("verdict=none mag<20")
    listed = session.queue.order.tolist()
    session.go_to_row(listed[0])
    seen = []
    for _ in listed:
        seen.append(session.current_row)
        session.reject()
    assert seen == listed
    session.undo()
    assert session.current_row == listed[-1]
