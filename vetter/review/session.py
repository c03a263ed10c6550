"""Running session: the verbs that the window calls, and the state that it observes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, pyqtSignal

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.columns.filter import matching
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.cutout_source import CutoutSource, Fingerprint
from vetter.core.decisions import new_decisions
from vetter.core.decisions.carry_over import Offer
from vetter.core.decisions.decision import Decision, Opinion, Verdict
from vetter.core.decisions.ledger import Counts, Ledger
from vetter.core.number_text import counted
from vetter.review.current import Awaited, CurrentCandidate, Pace, PaceMeter
from vetter.review.queue import Queue
from vetter.review.recorder import Recorder
from vetter.review.writer import NoWriter, Writer
from vetter.settings import Settings


class Session(QObject):
    """The only object that changes a session; the window calls its verbs and observes.

    A verdict applies to the candidate that is on screen, painted; it is on disk before
    the next candidate is shown. While a commit is under way that goes on to another candidate,
    further verdict keys do nothing; after one that stays, as a tag's, they take their turn.

    Rows are positions in the candidate list as the file has it. While the list is still being
    read it grows at its end: ``grown`` tells the first new row, ``completed`` that no more come,
    ``broke_off`` that the rest cannot be read.

    Parameters
    ----------
    source : CutoutSource
        The open input.
    ledger : Ledger
        The decisions made so far, replayed.
    writer : Writer or NoWriter
        Writes decisions, settings and fits; a NoWriter makes the session read only.
    queue : Queue
        The order in which the candidates come by.
    columns : ReviewColumns
        What the list can show, sort and filter by.
    """

    current_changed = pyqtSignal(int)
    blanked = pyqtSignal(bool)  # the filter matches nothing, so no candidate is on screen; or again
    opinions_changed = pyqtSignal(object)  # list of rows; as list, Qt copies each row for each slot
    queue_changed = pyqtSignal()
    grown = pyqtSignal(int)  # the first new row
    completed = pyqtSignal()
    broke_off = pyqtSignal()  # the rest of the list could not be read
    message = pyqtSignal(str)
    end_reached = pyqtSignal(str, int)  # message, and how many candidates are undecided
    noticed = pyqtSignal(str)  # a message that asks for attention
    failed = pyqtSignal(str)
    refused = pyqtSignal(int, str)  # row and text of a comment that could not be written

    def __init__(
        self,
        source: CutoutSource,
        ledger: Ledger,
        writer: Writer | NoWriter,
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
        self.read_only = writer.read_only
        self.results_folder: Path | None = None
        """Folder in which files made from the session are suggested; None where not known."""
        self.broken = ""
        """Why the rest of the list could not be read; empty as long as nothing failed."""
        self._viewing = CurrentCandidate(queue, self)
        self.writer = writer
        self.recorder = Recorder(ledger, writer, self)
        self._meter = PaceMeter()
        self._saving = False
        self._stays = False
        """Whether the commit under way leaves the candidate on screen where it is."""
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
        self.recorder.failed.connect(self._on_failed)
        self.recorder.recorded.connect(self._on_recorded)
        self.recorder.saving.connect(self._on_saving)
        writer.failed.connect(self._on_unkept)
        writer.compared.connect(self._on_compared)

    def accept(self) -> None:
        """Accept what is on screen, then the next."""
        self._on_this(partial(self._give, Verdict.ACCEPT))

    def reject(self) -> None:
        """Reject what is on screen, then the next."""
        self._on_this(partial(self._give, Verdict.REJECT))

    def maybe(self) -> None:
        """Leave what is on screen for a second look, then the next."""
        self._on_this(partial(self._give, Verdict.MAYBE))

    def clear(self) -> None:
        """Take the verdict of what is on screen back to undecided, and stay."""
        self._on_this(self._clear)

    def toggle_tag(self, number: int) -> None:
        """Put a tag (1 to 9, as in the settings) on what is on screen, or take it off."""
        tags = self.settings.review.tags
        if not 1 <= number <= len(tags):
            self.message.emit(f"there is no tag {number}: the settings name {len(tags)}")
            return
        self._on_this(partial(self._toggle, tags[number - 1]))

    def set_comment(self, row: int, text: str) -> None:
        """Write a comment on a candidate; an empty text removes it.

        Where it cannot be written, ``refused`` gives it back.
        """
        text = text.strip()

        def write() -> None:
            comment = new_decisions.decide(self.ledger, row, comment=text)
            self._commit([comment], None, comment=(row, text))

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
        """Take the last step back, and return to its candidate.

        From a group it returns to where the vetter was when they decided on it. The record does
        not hold that: for a group of an earlier run it returns to its first candidate, unless the
        one on screen is in the group.
        """
        self._replay("undo", "undone", self.undo_label, self.ledger.undo_step())

    def redo(self) -> None:
        """Do again what was undone, and return as `undo` does."""
        self._replay("redo", "redone", self.redo_label, self.ledger.redo_step())

    def next(self) -> None:
        """The next candidate of the list."""
        self._step(1)

    def previous(self) -> None:
        """The candidate before."""
        self._step(-1)

    def first(self) -> None:
        """The first candidate of the list."""
        self._to_end(last=False)

    def last(self) -> None:
        """The last candidate of the list."""
        self._to_end(last=True)

    def next_undecided(self) -> None:
        """The next candidate without a verdict, around the end of the list."""
        if self.busy or self._viewing.to_undecided(self.codes):
            return
        if self.queue.is_barren:
            self.say_no_match()
        else:
            listed = "in this list" if self.complete else f"among {self.listing}"
            left = "in this filter" if self.queue.expression else listed
            self.message.emit(f"no undecided candidate is left {left}")

    def go_to(self, key: str) -> None:
        """Show a candidate by its key; raises KeyError for an unknown one."""
        self.go_to_row(self.candidates.row_of(key))

    def go_to_row(self, row: int) -> None:
        """Show a candidate by its row. While a commit is under way, nothing moves."""
        if not self.busy:
            self._viewing.show(row)

    def start(self) -> None:
        """Show the first undecided candidate, or the first of all.

        Where all that is listed so far is decided, the first undecided is shown as soon as it is
        read, unless the vetter has gone elsewhere or decided something meanwhile.
        """
        if not self._viewing.to_undecided(self.codes, start=-1):
            self.first()
            if not self.complete:
                self._viewing.wait(Awaited.NEXT_UNDECIDED)

    def say_no_match(self) -> None:
        """Say that the filter matches nothing, so that no candidate is on screen."""
        self.message.emit("no candidate matches the filter: clear it first")

    def painted(self, row: int) -> None:
        """The window has painted this candidate: verdict keys now apply to it."""
        self._viewing.painted(row)

    def extend(
        self, candidates: CandidateList, fingerprints: Sequence[Fingerprint] | None = None
    ) -> None:
        """More of the list has been read: take over the longer list, whose first rows are ours.

        Nobody is moved, but who waits at the end for what comes next. ``fingerprints`` of what
        the list was read from come with the whole list, and say that it is that.
        """
        first, complete = len(self.candidates), fingerprints is not None
        self.candidates = candidates
        self.ledger.extend(candidates, complete)
        self.columns.extend(candidates)
        new = self.columns.since(first)
        self.queue.extend(len(candidates), new.values, lambda text: matching(text, new))
        if len(candidates) > first:
            self.grown.emit(first)
            self.recorder.when_free(self._on_arrived)
        if fingerprints is not None:
            self.writer.record_input(self.source.record, fingerprints, len(candidates))
            self.completed.emit()
            if self.unplaced:
                self.noticed.emit(self.unplaced)

    def break_off(self, why: str) -> None:
        """The rest of the list cannot be read: what is listed can be vetted, and that is said.

        The list stays incomplete: what belongs to the rest is not lost, and nothing is recorded.
        """
        self.broken = why
        self.broke_off.emit()
        self.failed.emit(
            f"The rest of the list could not be read: {why}\n\nWhat is listed can be vetted "
            f"({self.listing}); earlier verdicts on the rest are kept."
        )

    def close(self) -> None:
        """Write what is left, and let go of the session file's writer.

        A verdict or a comment that waits for its turn on a slow disk has it now.
        """
        self.blockSignals(True)
        self.recorder.finish()
        self._viewing.close()
        self._keep_position()
        self.writer.close()

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
    def takes_keys(self) -> bool:
        """Whether a verdict or tag would be taken now; if not, the verbs tell why."""
        return not self.read_only and self.is_painted and (not self.busy or self._stays)

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

    def _clear(self) -> None:
        self._commit([self._decide(verdict=Verdict.NONE)], go_to=self.current_row)

    def _toggle(self, tag: str) -> None:
        row = self.current_row
        now = self.opinion(row).tags
        changed = tuple(t for t in now if t != tag) if tag in now else (*now, tag)
        self._commit([self._decide(tags=changed)], go_to=row)

    def _give(self, verdict: Verdict) -> None:
        row = self.current_row
        following = self.queue.step(row, 1)
        self._viewing.direction = 1
        self._meter.decided(time.monotonic())
        decision = self._decide(verdict=verdict)
        if decision is None:
            # It has that verdict already: nothing to write, and on to the next.
            self._advance(following)
            return
        then = self._say_end if following is None else None
        self._commit([decision], go_to=row if following is None else following, then=then)

    def _advance(self, following: int | None) -> None:
        if following is None:
            self._say_end()
        else:
            self.go_to_row(following)

    def _when_writable(self, write: Callable[[], None]) -> None:
        """Write now, or after the commit under way: what was typed or confirmed is not lost."""
        if self.read_only:
            self._say_read_only()
        else:
            self.recorder.when_free(write)

    def _say_read_only(self) -> None:
        self.message.emit("read only: nothing can be decided in this window")

    def _on_this(self, decide: Callable[[], None]) -> None:
        """Decide on what is on screen, painted, and on nothing else.

        A key that comes while a tag of the same candidate is written was meant for it too: on a
        slow disk that takes longer than the fingers.
        """
        row = self.current_row

        def still_on_this() -> None:
            if self.current_row == row:
                decide()
            else:
                self._say_not_taken()

        if self.read_only:
            self._say_read_only()
        elif self.is_blank:
            self.say_no_match()
        elif self.takes_keys:
            self.recorder.when_free(still_on_this)
        elif row >= 0:
            self._say_not_taken()

    def _say_not_taken(self, why: str = "its candidate was not on screen yet") -> None:
        # Not hidden by "saved" a moment later.
        self._saving = False
        self.message.emit(f"the last key was not taken: {why}")

    def _decide(
        self, verdict: Verdict | None = None, tags: Sequence[str] | None = None
    ) -> Decision | None:
        """The decision on what is on screen, with the seconds that it was looked at."""
        looked = round(self._viewing.seconds, 3)
        return new_decisions.decide(
            self.ledger, self.current_row, verdict=verdict, tags=tags, seconds=looked
        )

    def _replay(
        self, verb: str, participle: str, label: str | None, decisions: list[Decision]
    ) -> None:
        if self.read_only:
            self._say_read_only()
            return
        if self.busy:
            # What it would take back is not known before the commit under way has ended.
            self._say_not_taken("the decision before it was still being saved")
            return
        if not decisions:
            # A step that has a name but no events waits for the rest of the list.
            when = self.unlisted if self.broken else "when the list has been read so far"
            waits = f"{verb} {label}: {when}"
            self.message.emit(f"nothing to {verb}" if label is None else waits)
            return
        say = partial(self.message.emit, f"{participle}: {label}")
        self._commit(decisions, go_to=self._place_of(decisions), then=say)

    def _place_of(self, decisions: Sequence[Decision]) -> int:
        """Return the row to show after an undo or redo of a step."""
        place = self._group_places.get(decisions[0].undoes or "")
        if place is None:
            here = self.current_key
            place = next((d.key for d in decisions if d.key == here), decisions[0].key)
        return self.candidates.row_of(place)

    def _commit(
        self,
        decisions: Sequence[Decision | None],
        go_to: int | None,
        then: Callable[[], None] | None = None,
        comment: tuple[int, str] | None = None,
    ) -> None:
        """Record decisions; they take effect once they are on disk, and only then a row shows.

        None is a decision that would change nothing, and is left out. ``then`` is called
        when the row is shown, ``comment`` is the row and the text that a comment is about.
        """
        made = [decision for decision in decisions if decision is not None]
        if not made:
            self.message.emit("nothing to change: it was so already")
            return
        row = self.current_row if go_to is None else go_to
        self._stays = row == self.current_row
        self._writing = comment
        position = str(self.candidates.keys[row]) if row >= 0 else None
        if len(made) > 1 and made[0].undoes is None and self.current_key is not None:
            self._group_places[made[0].step] = self.current_key
        self.recorder.record(made, position, partial(self._show, row, then))

    def _show(self, row: int, then: Callable[[], None] | None) -> None:
        self._viewing.show(row)
        if then is not None:
            # Said in the place of "saved".
            self._saving = False
            then()

    def _say_end(self) -> None:
        if self.queue.is_barren:
            self.say_no_match()
            return
        if self.broken:
            self.message.emit(f"the last of {self.listing}; {self.unlisted}")
            return
        if not self.complete:
            self._viewing.wait(Awaited.NEXT_LISTED)
            self.message.emit(f"the last of {self.listing}: the next is shown when it is read")
            return
        end = "end of the filtered list" if self.queue.expression else "end of the list"
        left = int(np.count_nonzero(self.codes[self.queue.order] == 0))
        each = "match" if self.queue.expression else "candidate"
        undecided = f"{left} undecided" if left else f"every {each} is decided"
        self.end_reached.emit(f"{end}; {undecided}", left)

    def _to_end(self, last: bool) -> None:
        if self.queue.is_barren:
            self.say_no_match()
        elif not self.busy:
            self._viewing.to_end(last)

    def _step(self, steps: int) -> None:
        if self.queue.is_barren:
            self.say_no_match()
        elif not self.busy and not self._viewing.step(steps):
            words = "end of the list" if self.complete else f"the last of {self.listing}"
            self.message.emit(words if steps > 0 else "start of the list")

    def _on_arrived(self) -> None:
        self._viewing.arrived(self.codes)

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
            self.writer.keep_position(self.current_key)
