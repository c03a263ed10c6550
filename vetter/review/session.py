"""The vetting session as it runs: what the vetter says, and how the list grows under it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from vetter.core import new_decisions
from vetter.core.candidates import CandidateList
from vetter.core.carry_over import Offer
from vetter.core.cutout_source import Fingerprint
from vetter.core.decisions import Decision, Verdict
from vetter.core.filter_expression import matching
from vetter.review.travel import Travel


class Session(Travel):
    """The only object that changes a session; the window calls its verbs and observes.

    A verdict applies to the candidate that is on screen, painted; it is on disk before
    the next candidate is shown. While a commit is under way that goes on to another candidate,
    further verdict keys do nothing; after one that stays, as a tag's, they take their turn.
    Its parts come through the constructor, as `Standing` says.
    """

    _stays = False
    """Whether the commit under way leaves the candidate on screen where it is."""

    @property
    def takes_keys(self) -> bool:
        """Whether a verdict or tag would be taken now; if not, the verbs tell why."""
        return not self.read_only and self.is_painted and (not self.busy or self._stays)

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
            self.recorder.record_input(self.source.record, fingerprints, len(candidates))
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

    def painted(self, row: int) -> None:
        """The window has painted this candidate: verdict keys now apply to it."""
        self._viewing.painted(row)

    def close(self) -> None:
        """Write what is left, and let go of the session file's writer.

        A verdict or a comment that waits for its turn on a slow disk has it now.
        """
        self.blockSignals(True)
        self.recorder.finish()
        self._viewing.close()
        self._keep_position()
        self.recorder.close()

    def _on_arrived(self) -> None:
        self._viewing.arrived(self.codes)

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
