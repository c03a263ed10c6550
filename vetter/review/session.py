"""The vetting session as it runs: where the vetter is, and what they say."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, pyqtSignal

from vetter.core import new_decisions
from vetter.core.candidates import CandidateList
from vetter.core.carry_over import Offer
from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions import Decision, Opinion, Verdict
from vetter.core.ledger import Counts, Ledger
from vetter.core.review_columns import ReviewColumns
from vetter.review.pace import Pace, PaceMeter
from vetter.review.queue import Queue
from vetter.review.recorder import Recorder
from vetter.review.viewing import Viewing
from vetter.settings import Settings


class Session(QObject):
    """The only object that changes a session; the window calls its verbs and observes.

    A verdict applies to the candidate that is on screen, painted; it is on disk before
    the next candidate is shown. While a commit is under way, further verdict keys do
    nothing. Rows are positions in the candidate list as the file has it.

    Parameters
    ----------
    source : CutoutSource
        The open input.
    ledger : Ledger
        The decisions made so far, replayed.
    recorder : Recorder
        Brings decisions to disk and then into the ledger; keeps settings and fits too.
    queue : Queue
        The order in which the candidates come by.
    columns : ReviewColumns
        What the list can show, sort and filter by.
    """

    current_changed = pyqtSignal(int)
    opinions_changed = pyqtSignal(object)  # list of rows
    queue_changed = pyqtSignal()
    message = pyqtSignal(str)
    failed = pyqtSignal(str)

    def __init__(
        self,
        source: CutoutSource,
        ledger: Ledger,
        recorder: Recorder,
        queue: Queue,
        columns: ReviewColumns,
        settings: Settings,
        reviewer: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.source = source
        self.candidates: CandidateList = source.candidates
        self.ledger = ledger
        self.queue = queue
        self.columns = columns
        self.settings = settings
        self.reviewer = reviewer
        self.read_only = recorder.read_only
        self._viewing = Viewing(queue, self)
        self.recorder = recorder
        self._meter = PaceMeter()
        self._saving = False
        self._viewing.changed.connect(self.current_changed)
        self._viewing.settled.connect(self._keep_position)
        queue.changed.connect(self.queue_changed)
        recorder.recorded.connect(self._on_recorded)
        recorder.saving.connect(self._on_saving)
        recorder.failed.connect(self.failed)

    @property
    def current_row(self) -> int:
        """The row of the candidate on screen; -1 before there is one."""
        return self._viewing.row

    @property
    def direction(self) -> int:
        """Which way the vetter goes: 1 onwards, -1 back."""
        return self._viewing.direction

    @property
    def is_painted(self) -> bool:
        """Whether the candidate on screen has been painted, so that verdicts apply to it."""
        return self._viewing.is_painted

    @property
    def current_key(self) -> str | None:
        """The key of the candidate on screen."""
        return str(self.candidates.keys[self.current_row]) if self.current_row >= 0 else None

    def verdict(self, key: str) -> Verdict:
        """What this reviewer says of a candidate; raises KeyError for an unknown key."""
        return self.opinion(self.candidates.row_of(key)).verdict

    def opinion(self, row: int) -> Opinion:
        """Verdict, tags and comment of a row."""
        return self.ledger.opinion(row)

    @property
    def busy(self) -> bool:
        """Whether a commit is under way: until it ends, no verdict is taken and nothing moves."""
        return self.recorder.busy

    @property
    def codes(self) -> npt.NDArray[np.uint8]:
        """Verdict code of every row (0 none, 1 accept, 2 reject, 3 maybe)."""
        return self.ledger.codes

    @property
    def counts(self) -> Counts:
        """How many are accepted, rejected, maybe and undecided."""
        return self.ledger.counts()

    @property
    def pace(self) -> Pace:
        """Candidates per minute and time left."""
        return self._meter.pace(self.counts.undecided)

    @property
    def undo_label(self) -> str | None:
        """What undo would take back, in words; None where there is nothing."""
        return self.ledger.undo_label

    @property
    def redo_label(self) -> str | None:
        """What redo would do again, in words."""
        return self.ledger.redo_label

    def accept(self) -> None:
        """Accept what is on screen, then the next."""
        self._give(Verdict.ACCEPT)

    def reject(self) -> None:
        """Reject what is on screen, then the next."""
        self._give(Verdict.REJECT)

    def maybe(self) -> None:
        """Leave what is on screen for a second look, then the next."""
        self._give(Verdict.MAYBE)

    def clear(self) -> None:
        """Take the verdict of what is on screen back to undecided, and stay."""
        if self._decidable():
            row = self.current_row
            self._commit([self._decide(verdict=Verdict.NONE)], go_to=row)

    def toggle_tag(self, number: int) -> None:
        """Put a tag (1 to 9, as in the settings) on what is on screen, or take it off."""
        tags = self.settings.review.tags
        if not 1 <= number <= len(tags):
            self.message.emit(f"there is no tag {number}: the settings name {len(tags)}")
            return
        if not self._decidable():
            return
        row, tag = self.current_row, tags[number - 1]
        now = self.opinion(row).tags
        changed = tuple(t for t in now if t != tag) if tag in now else (*now, tag)
        self._commit([self._decide(tags=changed)], go_to=row)

    def set_comment(self, row: int, text: str) -> None:
        """Write a comment on a candidate; an empty text removes it."""

        def write() -> None:
            self._commit([new_decisions.decide(self.ledger, row, comment=text.strip())], None)

        self._when_writable(write)

    def decide_group(self, rows: Sequence[int], verdict: Verdict) -> None:
        """One verdict for many candidates, as one step of undo."""

        def write() -> None:
            self._commit(new_decisions.decide_group(self.ledger, rows, verdict), None)

        self._when_writable(write)

    def take_offers(self, offers: Sequence[Offer]) -> None:
        """Take over verdicts that the earlier list gave to near candidates, as one step."""

        def write() -> None:
            self._commit(new_decisions.take_offers(self.ledger, offers), None)

        self._when_writable(write)

    def undo(self) -> None:
        """Take the last step back, and return to its candidate."""
        self._replay(self.ledger.undo_step(), "nothing to undo")

    def redo(self) -> None:
        """Do again what was undone."""
        self._replay(self.ledger.redo_step(), "nothing to redo")

    def next(self) -> None:
        """The next candidate of the list."""
        self._step(1)

    def previous(self) -> None:
        """The candidate before."""
        self._step(-1)

    def first(self) -> None:
        """The first candidate of the list."""
        if not self.busy:
            self._viewing.to_end(last=False)

    def last(self) -> None:
        """The last candidate of the list."""
        if not self.busy:
            self._viewing.to_end(last=True)

    def next_undecided(self) -> None:
        """The next candidate without a verdict, around the end of the list."""
        if not self.busy and not self._viewing.to_undecided(self.codes):
            self.message.emit("no undecided candidate is left in this list")

    def go_to(self, key: str) -> None:
        """Show a candidate by its key; raises KeyError for an unknown one."""
        self.go_to_row(self.candidates.row_of(key))

    def go_to_row(self, row: int) -> None:
        """Show a candidate by its row. While a commit is under way, nothing moves."""
        if not self.busy:
            self._viewing.show(row)

    def start(self) -> None:
        """Show the first undecided candidate, or the first of all."""
        if not self._viewing.to_undecided(self.codes, start=-1):
            self.first()

    def painted(self, row: int) -> None:
        """The window has painted this candidate: verdict keys now apply to it."""
        self._viewing.painted(row)

    def close(self) -> None:
        """Write what is left, and let go of the session file's writer."""
        self._viewing.close()
        self._keep_position()
        self.recorder.close()

    def _give(self, verdict: Verdict) -> None:
        if not self._decidable():
            return
        row = self.current_row
        following = self.queue.step(row, 1)
        self._viewing.direction = 1
        self._meter.decided(time.monotonic())
        decision = self._decide(verdict=verdict)
        if decision is None:
            # It has that verdict already: nothing to write, and on to the next.
            self._advance(following)
            return
        self._commit([decision], go_to=row if following is None else following)
        if following is None and not self.busy:
            self._say_end()

    def _advance(self, following: int | None) -> None:
        if following is None:
            self._say_end()
        else:
            self.go_to_row(following)

    def _say_end(self) -> None:
        left = self.counts.undecided
        self.message.emit(
            f"end of the list; {left} undecided: U goes to the next of them"
            if left
            else "end of the list; every candidate is decided"
        )

    def _step(self, steps: int) -> None:
        if not self.busy and not self._viewing.step(steps):
            self.message.emit("end of the list" if steps > 0 else "start of the list")

    def _when_writable(self, write: Callable[[], None]) -> None:
        """Write now, or after the commit under way: what was typed or confirmed is not lost."""
        if self.read_only:
            self._say_read_only()
        else:
            self.recorder.when_free(write)

    def _writable(self) -> bool:
        if self.read_only:
            self._say_read_only()
            return False
        return not self.busy

    def _say_read_only(self) -> None:
        self.message.emit("read only: nothing can be decided in this window")

    def _decidable(self) -> bool:
        """Whether a verdict may be given: to what is on screen, painted, and nothing else."""
        return self._writable() and self.is_painted

    def _decide(
        self, verdict: Verdict | None = None, tags: Sequence[str] | None = None
    ) -> Decision | None:
        """The decision on what is on screen, with the seconds that it was looked at."""
        looked = round(self._viewing.seconds, 3)
        return new_decisions.decide(
            self.ledger, self.current_row, verdict=verdict, tags=tags, seconds=looked
        )

    def _replay(self, decisions: list[Decision], nothing: str) -> None:
        if not self._writable():
            return
        if not decisions:
            self.message.emit(nothing)
            return
        self._commit(decisions, go_to=self.candidates.row_of(decisions[-1].key))

    def _commit(self, decisions: Sequence[Decision | None], go_to: int | None) -> None:
        """Record decisions; they take effect once they are on disk, and only then a row shows.

        None is a decision that would change nothing, and is left out.
        """
        made = [decision for decision in decisions if decision is not None]
        if not made:
            self.message.emit("nothing to change: it was so already")
            return
        row = self.current_row if go_to is None else go_to
        position = str(self.candidates.keys[row]) if row >= 0 else None
        self.recorder.record(made, position, partial(self._viewing.show, row))

    def _on_recorded(self, decisions: list[Decision]) -> None:
        if self._saving:
            self._saving = False
            self.message.emit("saved")
        self.opinions_changed.emit([self.candidates.row_of(d.key) for d in decisions])

    def _on_saving(self) -> None:
        self._saving = True
        self.message.emit("saving...")

    def _keep_position(self, _row: int = -1) -> None:
        if self.current_key is not None:
            self.recorder.keep_position(self.current_key)
