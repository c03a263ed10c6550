"""Session at run time: the commands that the window calls, and the state that it observes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, pyqtSignal

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.columns.filter import match_filter
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.cutout_source import CutoutSource, Fingerprint
from vetter.core.decisions import new_decisions
from vetter.core.decisions.agreement.other_reviewers import OtherReviewers
from vetter.core.decisions.carry_over import Offer
from vetter.core.decisions.decision import Decision, Opinion, Verdict
from vetter.core.decisions.ledger import Counts, Ledger
from vetter.core.decisions.list_changes import describe_changes, describe_due, describe_unplaced
from vetter.io.inputs.blind_source import BlindSource
from vetter.review.current import Awaited, CurrentCandidate, Pace, PaceMeter
from vetter.review.display_record import DisplayRecord
from vetter.review.due import DueWatch
from vetter.review.queue import Queue
from vetter.review.recorder import Recorder
from vetter.review.writer import NoWriter, Writer
from vetter.settings import Settings


class Session(QObject):
    """The only object that changes a session; the window calls its methods and observes signals.

    A verdict applies to the candidate on screen, once its pixels are painted. The verdict is on
    disk before the next candidate is shown. During this commit verdict keys are ignored with a
    message. During the commit of a tag, which keeps the candidate on screen, they wait for its end.

    Rows are indices of the candidate list in the file's order. While the list is still being
    read it grows at its end: ``grown`` is emitted with the first new row, ``completed`` at the
    end of the list, ``broke_off`` if the rest cannot be read.

    Parameters
    ----------
    source : CutoutSource
        The open input.
    ledger : Ledger
        The decisions made so far, replayed.
    writer : Writer or NoWriter
        Writes decisions, settings and fits; a NoWriter makes the session read only.
    queue : Queue
        The order in which the candidates are shown.
    columns : ReviewColumns
        The columns that the list can show, sort and filter by.
    reviewer : str
        Name of the user, stored with each decision.
    due : DueWatch, optional
        Watch over candidates that were put off; made if not given.
    """

    current_changed = pyqtSignal(int)
    blanked = pyqtSignal(bool)  # True: the filter matches nothing, no candidate is on screen
    opinions_changed = pyqtSignal(object)  # list of rows; Qt would copy a `list` for each slot
    queue_changed = pyqtSignal()
    grown = pyqtSignal(int)  # the first new row
    completed = pyqtSignal()
    broke_off = pyqtSignal()  # the rest of the list could not be read
    confirmed = pyqtSignal(int)  # row whose verdict was given again
    settings_changed = pyqtSignal()
    message = pyqtSignal(str)  # for the status bar
    end_reached = pyqtSignal(str, int)  # message, and how many candidates are undecided
    noticed = pyqtSignal(str)  # for the status bar, marked as important
    failed = pyqtSignal(str)  # for a dialog
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
        due: DueWatch | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.source = source
        self.candidates: CandidateList = columns.candidates
        self.ledger = ledger
        self.due = DueWatch(ledger, source) if due is None else due
        self.due.setParent(self)
        self.due.changed.connect(self._on_due)
        self.queue = queue
        self.columns = columns
        self.settings = settings
        self.reviewer = reviewer
        self.read_only = writer.read_only
        self.is_blind = isinstance(source, BlindSource)
        """Whether scores, answers of fits and others' verdicts are hidden."""
        self.results_folder: Path | None = None
        """Folder suggested for files made from the session; None if not known."""
        self.path: Path | None = None
        """The session file; None if not known."""
        self.read_error = ""
        """Reason why the rest of the list could not be read; empty without a failure."""
        self._viewing = CurrentCandidate(queue, self)
        self._viewing.clock.idle = settings.review.idle_seconds
        self.display = DisplayRecord()
        """What is on screen; the window notes it, and decisions store it."""
        self.display.take_hidden(source)
        self.others = OtherReviewers(ledger)
        """Opinions of the other reviewers; without any until the session's opener sets them."""
        self.writer = writer
        self.recorder = Recorder(ledger, writer, self)
        self._meter = PaceMeter()
        self._saving = False
        """Whether the message on screen is "saving...", which "saved" replaces."""
        self._stays = False
        """Whether the commit under way leaves the candidate on screen where it is."""
        self._reported_failure = ""
        """Failure of the writer that the user has been told of since the last commit."""
        self._comment_in_commit: tuple[int, str] | None = None
        """Row and text of the comment in the commit under way."""
        self._keys_at_group: dict[str, str] = {}
        """Key of the candidate on screen when a group was decided, by the id of its step."""
        self._viewing.changed.connect(self.current_changed)
        self._viewing.blanked.connect(self.blanked)
        self._viewing.settled.connect(self._store_position)
        queue.changed.connect(self._viewing.follow_filter)
        queue.changed.connect(self.queue_changed)
        queue.reordered.connect(self._keep_order)
        queue.changed.connect(self._note_queue)
        self.recorder.failed.connect(self._on_failed)
        self.recorder.recorded.connect(self._on_recorded)
        self.recorder.saving.connect(self._on_saving)
        writer.failed.connect(self._on_write_failed)
        writer.compared.connect(self._on_compared)
        self._note_queue()

    def set_settings(self, settings: Settings) -> None:
        """Take over settings that the user has changed in the window."""
        if settings != self.settings:
            self.settings = settings
            self._viewing.clock.idle = settings.review.idle_seconds
            self.settings_changed.emit()

    def accept(self) -> None:
        """Accept the candidate on screen, then show the next."""
        self._decide_current(partial(self._give_verdict, Verdict.ACCEPT))

    def reject(self) -> None:
        """Reject the candidate on screen, then show the next."""
        self._decide_current(partial(self._give_verdict, Verdict.REJECT))

    def maybe(self) -> None:
        """Mark the candidate on screen as maybe, then show the next."""
        self._decide_current(partial(self._give_verdict, Verdict.MAYBE))

    def later(self, until: str = "") -> None:
        """Put off the candidate on screen, then show the next.

        ``until`` is the UTC in ISO 8601 at which it is due; by default a new epoch of its object
        makes it due.
        """
        self._decide_current(partial(self._give_verdict, Verdict.LATER, until))

    def clear(self) -> None:
        """Clear the verdict of the candidate on screen, and stay."""
        self._decide_current(self._clear)

    def toggle_tag(self, number: int) -> None:
        """Add a tag (1 to 9, as in the settings) to the candidate on screen, or remove it."""
        tags = self.settings.review.tags
        if not 1 <= number <= len(tags):
            self.message.emit(f"no tag {number}: the settings define {len(tags)}")
            return
        self._decide_current(partial(self._toggle, tags[number - 1]))

    def set_comment(self, row: int, text: str) -> None:
        """Write a comment on a candidate; an empty text removes it.

        If the comment cannot be written, ``refused`` returns it.
        """
        text = text.strip()

        def write() -> None:
            on_screen = row == self.current_row and self.is_painted
            seen = self.display.compose() if on_screen else self.display.compose_hidden()
            comment = new_decisions.decide(self.ledger, row, comment=text, seen=seen)
            self._commit([comment], None, comment=(row, text))

        self._when_writable(write)

    def decide_group(self, rows: Sequence[int], verdict: Verdict, go_to: int | None = None) -> None:
        """Give one verdict to many candidates, as one step of undo, then show row ``go_to``."""

        def write() -> None:
            made = new_decisions.decide_group(
                self.ledger, rows, verdict, self.others.is_arbiter, self.display.compose_hidden()
            )
            self._commit([self.due.note_epochs(decision) for decision in made], go_to)

        self._when_writable(write)

    def take_offers(self, offers: Sequence[Offer]) -> None:
        """Take over verdicts from near candidates of the earlier list, as one step of undo."""

        def write() -> None:
            self._commit(new_decisions.take_offers(self.ledger, offers), None)

        self._when_writable(write)

    def undo(self) -> None:
        """Undo the last step, and return to its candidate.

        For a group, return to the candidate that was on screen when the group was decided. The
        session file does not hold that candidate: for a group of an earlier run, return to the
        group's first candidate, unless the candidate on screen is in the group.
        """
        self._replay("undo", "undone", self.undo_label, self.ledger.undo_step())

    def redo(self) -> None:
        """Redo the step undone last, and return as `undo` does."""
        self._replay("redo", "redone", self.redo_label, self.ledger.redo_step())

    def next(self) -> None:
        """Show the next candidate of the list."""
        self._step(1)

    def previous(self) -> None:
        """Show the previous candidate of the list."""
        self._step(-1)

    def first(self) -> None:
        """Show the first candidate of the list."""
        self._to_end(last=False)

    def last(self) -> None:
        """Show the last candidate of the list."""
        self._to_end(last=True)

    def next_undecided(self) -> None:
        """Show the next candidate without a verdict; the search continues at the list's start."""
        if self.busy or self._viewing.to_undecided(self.codes):
            return
        if self.queue.is_barren:
            self.report_no_match()
        else:
            listed = "" if self.complete else f" among {self.listed_count_text}"
            where = " in this filter" if self.queue.expression else listed
            self.end_reached.emit(f"no undecided candidate is left{where}", 0)

    def go_to(self, key: str) -> None:
        """Show a candidate by its key; raises KeyError for an unknown one."""
        self.go_to_row(self.candidates.row_of(key))

    def go_to_row(self, row: int) -> None:
        """Show a candidate by its row; ignored while a commit is under way."""
        if not self.busy:
            self._viewing.show(row)

    def start(self) -> None:
        """Show the first undecided candidate, perhaps one yet to be read, or the first of all."""
        if not self._viewing.to_undecided(self.codes, start=-1):
            self.first()
            if not self.complete:
                self._viewing.wait(Awaited.NEXT_UNDECIDED)

    def report_no_match(self) -> None:
        """Emit the message that the filter matches no candidate."""
        self.message.emit("no candidate matches the filter: clear it first")

    def record_paint(self, row: int) -> None:
        """Record that the window has painted this candidate, so that verdict keys apply to it."""
        self._viewing.record_paint(row)

    def record_presence(self) -> None:
        """Record a sign of the user, so that the time looked at the candidate goes on."""
        self._viewing.clock.touch()

    def set_watched(self, watched: bool, reason: str = "focus") -> None:
        """Stop the time looked at the candidate, or let it run again.

        The time runs unless a reason stops it: another program has the focus, or another page is
        in front of the panels.
        """
        clock = self._viewing.clock
        if watched:
            clock.resume(reason)
        else:
            clock.pause(reason)

    def extend(
        self, candidates: CandidateList, fingerprints: Sequence[Fingerprint] | None = None
    ) -> None:
        """Replace the list by a longer one that begins with the same rows.

        The candidate on screen stays, unless the user waits at the end for the next one.
        ``fingerprints`` of the list's files are given with the whole list, and None before.
        """
        first, complete = len(self.candidates), fingerprints is not None
        self.candidates = candidates
        self.display.take_hidden(self.source)
        self.ledger.extend(candidates, complete)
        self.columns.extend(candidates)
        new = self.columns.since(first)
        self.queue.extend(len(candidates), new.values, lambda text: match_filter(text, new))
        self.due.refresh()
        if len(candidates) > first:
            self.grown.emit(first)
            self.recorder.when_free(self._show_awaited)
        if fingerprints is not None:
            self.writer.record_input(self.source.record, fingerprints, len(candidates))
            self.completed.emit()
            if self.unplaced_note:
                self.noticed.emit(self.unplaced_note)

    def break_off(self, why: str) -> None:
        """Report that the rest of the list cannot be read; the listed candidates can be vetted.

        The list stays incomplete, so earlier verdicts on the rest are not lost and the inputs
        are not recorded.
        """
        self.read_error = why
        self.broke_off.emit()
        self.failed.emit(
            f"The rest of the list could not be read: {why}\n\nThe listed candidates "
            f"({self.listed_count_text}) can be vetted; earlier verdicts on the rest are kept."
        )

    def close(self) -> None:
        """Write the pending decisions and the position, and close the writer.

        A verdict or a comment that waits for a slow disk is written first.
        """
        self.blockSignals(True)
        self.recorder.finish()
        self.queue.close()
        self.due.stop()
        self._viewing.close()
        self._store_position()
        self.writer.close()

    @property
    def current_row(self) -> int:
        """Row of the candidate on screen; -1 before the first."""
        return self._viewing.row

    @property
    def direction(self) -> int:
        """Direction of travel: 1 forward, -1 back."""
        return self._viewing.direction

    @property
    def is_painted(self) -> bool:
        """Whether the candidate on screen has been painted, so that verdicts apply to it."""
        return self._viewing.is_painted

    @property
    def is_blank(self) -> bool:
        """Whether no candidate is on screen because the filter matches none.

        The current candidate is then the one that is shown again without the filter.
        """
        return self._viewing.is_blank

    @property
    def is_outside_filter(self) -> bool:
        """Whether the filter leaves out the current candidate, on screen or not."""
        return self.queue.leaves_out(self.current_row)

    @property
    def current_key(self) -> str | None:
        """Key of the candidate on screen; None before the first."""
        return str(self.candidates.keys[self.current_row]) if self.current_row >= 0 else None

    def verdict(self, key: str) -> Verdict:
        """Return this reviewer's verdict on a candidate; raises KeyError for an unknown key."""
        return self.opinion(self.candidates.row_of(key)).verdict

    def opinion(self, row: int) -> Opinion:
        """Return verdict, tags and comment of a row."""
        return self.ledger.opinion(row)

    def decisions_by_row(self) -> dict[int, Decision]:
        """Return a copy of the decisions behind the opinions, by row."""
        return self.ledger.decisions_by_row()

    def remarked_rows(self) -> list[int]:
        """Return the rows with tags or a comment."""
        return self.ledger.remarked_rows()

    @property
    def busy(self) -> bool:
        """Whether a commit is under way; until it ends, nothing else is decided or shown."""
        return self.recorder.busy

    @property
    def takes_keys(self) -> bool:
        """Whether a verdict or tag key would apply now; if not, such a key emits the reason."""
        return not self.read_only and self.is_painted and (not self.busy or self._stays)

    @property
    def codes(self) -> npt.NDArray[np.uint8]:
        """Verdict code of every row; a candidate that was put off and is due is undecided."""
        return self.due.open_codes

    @property
    def counts(self) -> Counts:
        """Numbers of accepted, rejected, maybe, later and undecided candidates."""
        return self.due.counts

    @property
    def pace(self) -> Pace:
        """Candidates per minute and time left."""
        unread = 0 if self.read_error else max((self.expected or 0) - len(self.candidates), 0)
        return self._meter.pace(self.counts.undecided + unread)

    @property
    def complete(self) -> bool:
        """Whether the whole list has been read; stays False if the rest cannot be read."""
        return self.ledger.complete

    @property
    def expected(self) -> int | None:
        """Estimated length of the whole list; None if complete or unknown."""
        return None if self.complete else self.source.expected_count

    @property
    def unplaced_note(self) -> str:
        """Text on earlier verdicts that belong to no candidate of this list; empty if all do."""
        return describe_unplaced(self.ledger.unplaced)

    def change_notes(self, changed: Sequence[str]) -> list[str]:
        """Return texts on the changed inputs, named by role: 'candidates', 'image'..."""
        return describe_changes(self.unplaced_note, changed)

    @property
    def listed_count_text(self) -> str:
        """Number of candidates listed so far, as text; empty if the list is complete."""
        if self.complete:
            return ""
        about = f" of about {self.expected:,}" if self.expected else " so far"
        return f"{len(self.candidates):,}{about}"

    @property
    def incomplete_reason(self) -> str:
        """Reason why the list is incomplete, as part of a sentence; empty if it is complete."""
        if self.read_error:
            return f"the rest of the list could not be read: {self.read_error}"
        return (
            f"the list is still being read ({self.listed_count_text})"
            if self.listed_count_text
            else ""
        )

    @property
    def undo_label(self) -> str | None:
        """Text on the step that undo would take back; None without one."""
        return self.ledger.undo_label

    @property
    def redo_label(self) -> str | None:
        """Text on the step that redo would repeat; None without one."""
        return self.ledger.redo_label

    def _clear(self) -> None:
        self._commit([self._decide(verdict=Verdict.NONE)], go_to=self.current_row)

    def _toggle(self, tag: str) -> None:
        row = self.current_row
        now = self.opinion(row).tags
        changed = tuple(t for t in now if t != tag) if tag in now else (*now, tag)
        self._commit([self._decide(tags=changed)], go_to=row)

    def _give_verdict(self, verdict: Verdict, until: str | None = None) -> None:
        row = self.current_row
        following = self.queue.step(row, 1)
        self._viewing.direction = 1
        self._meter.add_verdict(time.monotonic())
        decision = self._decide(verdict=verdict, until=until)
        if decision is None:
            # The candidate has that verdict already: show the next without a commit.
            self._advance(following)
            self.confirmed.emit(row)
            return
        then = self._report_end if following is None else None
        self._commit([decision], go_to=row if following is None else following, then=then)

    def _advance(self, following: int | None) -> None:
        if following is None:
            self._report_end()
        else:
            self.go_to_row(following)

    def _when_writable(self, write: Callable[[], None]) -> None:
        """Write now, or after the commit under way, so that typed or confirmed work is not lost."""
        if self.read_only:
            self._report_read_only()
        else:
            self.recorder.when_free(write)

    def _report_read_only(self) -> None:
        self.message.emit("read only: nothing can be decided in this window")

    def _decide_current(self, decide: Callable[[], None]) -> None:
        """Decide on the painted candidate on screen, and on no other.

        A key pressed while a tag of the same candidate is written applies to it too: on a slow
        disk the write takes longer than the next key.
        """
        row = self.current_row

        def decide_if_unmoved() -> None:
            if self.current_row == row:
                decide()
            else:
                self._report_ignored_key()

        if self.read_only:
            self._report_read_only()
        elif self.is_blank:
            self.report_no_match()
        elif self.takes_keys:
            self.recorder.when_free(decide_if_unmoved)
        elif row >= 0:
            self._report_ignored_key()

    def _report_ignored_key(self, why: str = "its candidate was not on screen yet") -> None:
        # Otherwise "saved" would replace this message a moment later.
        self._saving = False
        self.message.emit(f"key ignored: {why}")

    def _decide(
        self,
        verdict: Verdict | None = None,
        tags: Sequence[str] | None = None,
        until: str | None = None,
    ) -> Decision | None:
        """Return the decision on the candidate on screen, with its seconds on screen."""
        # Another page is in front of the panels: the time looked at one candidate is unknown.
        seconds = 0.0 if self.display.fact("page") else round(self._viewing.seconds, 3)
        row = self.current_row
        decision = new_decisions.decide(
            self.ledger,
            row,
            verdict=verdict,
            tags=tags,
            seconds=seconds,
            until=until,
            seen=self.display.compose(),
            as_arbiter=self.others.is_arbiter,
            anew=verdict is Verdict.LATER and bool(self.due.since(row)),
        )
        return None if decision is None else self.due.note_epochs(decision)

    def _note_queue(self) -> None:
        self.display.note(filter=self.queue.expression, sort=self.queue.sort_words)

    def _replay(
        self, verb: str, participle: str, label: str | None, decisions: list[Decision]
    ) -> None:
        """Commit the decisions of an undo or redo; ``label`` names its step, None without one."""
        if self.read_only:
            self._report_read_only()
            return
        if self.busy:
            # The step to take back is not known before the commit under way has ended.
            self._report_ignored_key("the decision before it was still being saved")
            return
        if not decisions:
            # The ledger returns no decisions for a step on candidates that are not read yet.
            reason = self.incomplete_reason if self.read_error else "the list is still being read"
            refusal = f"cannot {verb} {label}: {reason}"
            self.message.emit(f"nothing to {verb}" if label is None else refusal)
            return
        report = partial(self.message.emit, f"{participle}: {label}")
        self._commit(decisions, go_to=self._row_to_show(decisions), then=report)

    def _row_to_show(self, decisions: Sequence[Decision]) -> int:
        """Return the row to show after an undo or redo of a step."""
        key = self._keys_at_group.get(decisions[0].undoes or "")
        if key is None:
            current = self.current_key
            key = next((d.key for d in decisions if d.key == current), decisions[0].key)
        return self.candidates.row_of(key)

    def _commit(
        self,
        decisions: Sequence[Decision | None],
        go_to: int | None,
        then: Callable[[], None] | None = None,
        comment: tuple[int, str] | None = None,
    ) -> None:
        """Record decisions; once they are on disk, they take effect and row ``go_to`` is shown.

        Decisions that are None would change nothing, and are left out. Without ``go_to`` the
        candidate on screen stays. ``then`` is called after the row is shown; ``comment`` is the
        row and text of a comment among the decisions.
        """
        made = [decision for decision in decisions if decision is not None]
        self.others.note_arbitrations(made)
        if not made:
            self.message.emit("nothing to change: already decided so")
            return
        row = self.current_row if go_to is None else go_to
        self._stays = row == self.current_row
        self._comment_in_commit = comment
        position = str(self.candidates.keys[row]) if row >= 0 else None
        if len(made) > 1 and made[0].undoes is None and self.current_key is not None:
            self._keys_at_group[made[0].step] = self.current_key
        self.recorder.record(made, position, partial(self._show, row, then))

    def _show(self, row: int, then: Callable[[], None] | None) -> None:
        self._viewing.show(row)
        if then is not None:
            # The message of `then` replaces "saved".
            self._saving = False
            then()

    def _report_end(self) -> None:
        if self.queue.is_barren:
            self.report_no_match()
            return
        if self.read_error:
            self.message.emit(f"the last of {self.listed_count_text}; {self.incomplete_reason}")
            return
        if not self.complete:
            self._viewing.wait(Awaited.NEXT_LISTED)
            self.message.emit(
                f"the last of {self.listed_count_text}: the next is shown when it is read"
            )
            return
        end = "end of the filtered list" if self.queue.expression else "end of the list"
        left = int(np.count_nonzero(self.codes[self.queue.order] == 0))
        decided = "every match is decided" if self.queue.expression else "all are decided"
        undecided = f"{left} undecided" if left else decided
        self.end_reached.emit(f"{end}; {undecided}", left)

    def _to_end(self, last: bool) -> None:
        if self.queue.is_barren:
            self.report_no_match()
        elif not self.busy:
            self._viewing.to_end(last)

    def _step(self, steps: int) -> None:
        if self.queue.is_barren:
            self.report_no_match()
        elif not self.busy and not self._viewing.step(steps):
            end = "end of the list" if self.complete else f"the last of {self.listed_count_text}"
            self.message.emit(end if steps > 0 else "start of the list")

    def _show_awaited(self) -> None:
        self._viewing.show_awaited(self.codes)

    def _on_recorded(self, decisions: list[Decision]) -> None:
        self._reported_failure = ""
        self.due.update(rows := [self.candidates.row_of(d.key) for d in decisions])
        self.opinions_changed.emit(rows)  # Ends the messages so far: "saved" comes after it.
        if self._saving:
            self._saving = False
            self.message.emit("saved")

    def _on_failed(self, why: str) -> None:
        if self._comment_in_commit is not None:
            row, text = self._comment_in_commit
            self.refused.emit(row, text)
            why += f"\n\nThe comment on {self.candidates.name(row)} is kept in its line: {text}"
        self.failed.emit(why[:1].upper() + why[1:])

    def _on_write_failed(self, why: str) -> None:
        """Report a failure once: on a full disk every batch of fits causes one."""
        if why != self._reported_failure:
            self._reported_failure = why
            self.noticed.emit(f"fits, position and settings not saved: {why}")

    def _on_compared(self, changed: Sequence[str]) -> None:
        if changed:
            self.noticed.emit("; ".join(self.change_notes(changed)))

    def _on_saving(self) -> None:
        self._saving = True
        self.message.emit("saving...")

    def _on_due(self, rows: list[int]) -> None:
        """Show candidates that are due as undecided again."""
        self.opinions_changed.emit(rows)
        self.message.emit(describe_due(len(rows)))

    def _keep_order(self) -> None:
        self.writer.keep_setting("order", self.queue.record)

    def _store_position(self, _row: int = -1) -> None:
        if self.current_key is not None:
            self.writer.keep_position(self.current_key)
