"""How a session stands: where the vetter is, what was said, how much is listed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, pyqtSignal

from vetter.core.candidates import CandidateList
from vetter.core.counted import counted
from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions import Decision, Opinion, Verdict
from vetter.core.ledger import Counts, Ledger
from vetter.core.review_columns import ReviewColumns
from vetter.review.pace import Pace, PaceMeter
from vetter.review.queue import Queue
from vetter.review.recorder import Recorder
from vetter.review.viewing import Viewing
from vetter.settings import Settings


class Standing(QObject):
    """What the window observes of a session; `Travel` and `Session` add the verbs.

    Rows are positions in the candidate list as the file has it. While the list is still being
    read it grows at its end: ``grown`` tells the first new row, ``completed`` that no more come,
    ``broke_off`` that the rest cannot be read.

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
    blanked = pyqtSignal(bool)  # the filter matches nothing, so no candidate is on screen; or again
    opinions_changed = pyqtSignal(object)  # list of rows
    queue_changed = pyqtSignal()
    grown = pyqtSignal(int)  # the first new row
    completed = pyqtSignal()
    broke_off = pyqtSignal()  # the rest of the list could not be read
    message = pyqtSignal(str)
    noticed = pyqtSignal(str)  # a message that asks for attention
    failed = pyqtSignal(str)
    refused = pyqtSignal(int, str)  # row and text of a comment that could not be written

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
        self.candidates: CandidateList = columns.candidates
        self.ledger = ledger
        self.queue = queue
        self.columns = columns
        self.settings = settings
        self.reviewer = reviewer
        self.read_only = recorder.read_only
        self.results_folder: Path | None = None
        """Folder in which files made from the session are suggested; None where not known."""
        self.broken = ""
        """Why the rest of the list could not be read; empty as long as nothing failed."""
        self._viewing = Viewing(queue, self)
        self.recorder = recorder
        self._meter = PaceMeter()
        self._saving = False
        self._unkept = ""
        self._writing: tuple[int, str] | None = None
        """Row and text of the comment that the commit under way is for."""
        self._group_places: dict[str, str] = {}
        """Key of the candidate on screen when a group was decided, by the name of its step."""
        self._viewing.changed.connect(self.current_changed)
        self._viewing.blanked.connect(self.blanked)
        self._viewing.settled.connect(self._keep_position)
        queue.changed.connect(self._viewing.follow_filter)
        queue.changed.connect(self.queue_changed)
        recorder.failed.connect(self._on_failed)
        recorder.unkept.connect(self._on_unkept)
        recorder.recorded.connect(self._on_recorded)
        recorder.saving.connect(self._on_saving)
        recorder.compared.connect(self._on_compared)

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
    def is_blank(self) -> bool:
        """Whether no candidate is on screen, since the filter matches none.

        The current one is then that to which the vetter returns when the filter goes.
        """
        return self._viewing.is_blank

    @property
    def is_outside_filter(self) -> bool:
        """Whether the filter leaves out the current candidate, on screen or not."""
        return self.queue.leaves_out(self.current_row)

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
        unread = 0 if self.broken else max((self.expected or 0) - len(self.candidates), 0)
        return self._meter.pace(self.counts.undecided + unread)

    @property
    def complete(self) -> bool:
        """Whether the whole list has been read; never, where that could not be done."""
        return self.ledger.complete

    @property
    def expected(self) -> int | None:
        """About how many candidates the whole list will have; None where nothing tells."""
        return None if self.complete else self.source.expected

    @property
    def unplaced(self) -> str:
        """How many earlier verdicts belong to nobody in this list, in words; empty for none."""
        count = self.ledger.unplaced
        if not count:
            return ""
        verdicts = counted(count, "earlier verdict belongs", "earlier verdicts belong")
        return f"the list has changed: {verdicts} to no candidate; File > Verdicts offered"

    def change_notes(self, changed: Sequence[str]) -> list[str]:
        """What of the inputs has changed since the last time; what asks for something first."""
        unplaced = self.unplaced
        others = [role for role in changed if role != "candidates" or not unplaced]
        notes = [unplaced] if unplaced else []
        return [*notes, f"changed since the last time: {', '.join(others)}"] if others else notes

    @property
    def listing(self) -> str:
        """How far the list has been read, in words; empty when it is complete."""
        if self.complete:
            return ""
        about = f" of about {self.expected:,}" if self.expected else " so far"
        return f"{len(self.candidates):,}{about}"

    @property
    def unlisted(self) -> str:
        """Why the list is not whole, as a clause, with how much is listed; empty where it is."""
        if self.broken:
            return f"the rest of the list could not be read: {self.broken}"
        return f"the list is still being read ({self.listing})" if self.listing else ""

    @property
    def undo_label(self) -> str | None:
        """What undo would take back, in words; None where there is nothing."""
        return self.ledger.undo_label

    @property
    def redo_label(self) -> str | None:
        """What redo would do again, in words."""
        return self.ledger.redo_label

    def _on_recorded(self, decisions: list[Decision]) -> None:
        if self._saving:
            self._saving = False
            self.message.emit("saved")
        self._unkept = ""
        self.opinions_changed.emit([self.candidates.row_of(d.key) for d in decisions])

    def _on_failed(self, why: str) -> None:
        if self._writing is not None:
            row, text = self._writing
            self.refused.emit(row, text)
            why += f"\n\nThe comment on {self.candidates.name(row)} is kept in its line: {text}"
        self.failed.emit(why[:1].upper() + why[1:])

    def _on_unkept(self, why: str) -> None:
        """Said once, and in nobody's way: on a full disk it comes with every batch of fits."""
        if why != self._unkept:
            self._unkept = why
            self.noticed.emit(f"fits, place and settings are not kept: {why}")

    def _on_compared(self, changed: Sequence[str]) -> None:
        if changed:
            self.noticed.emit("; ".join(self.change_notes(changed)))

    def _on_saving(self) -> None:
        self._saving = True
        self.message.emit("saving...")

    def _keep_position(self, _row: int = -1) -> None:
        if self.current_key is not None:
            self.recorder.keep_position(self.current_key)
