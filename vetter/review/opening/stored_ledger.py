"""The user's ledger as a session file has it: from a checkpoint if it can, else from all events."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from vetter.core.decisions.agreement.other_reviewers import OtherReviewers
from vetter.core.decisions.agreement.stored_opinions import restore_ratings
from vetter.core.decisions.carry_over import PositionedList
from vetter.core.decisions.collector_pause import collector_paused
from vetter.core.decisions.decision import Decision, How
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.snapshot import mark_of_list
from vetter.errors import VetterError
from vetter.io.session.session_file import SessionFile

CHECKPOINT_EVENTS = 20_000
"""20,000 events without a checkpoint are replayed in 0.2 s; after so many, a new one is stored."""


class StoredLedger:
    """The ledgers of a session file, from which checkpoints are stored in it.

    Parameters
    ----------
    ledger : Ledger
    others : OtherReviewers
    store : SessionFile
    left_out : collection of str
        Keys of which the decisions are left out.
    covered : int
        Number of the user's decisions that were not replayed.

    Attributes
    ----------
    ledger : Ledger
        The user's.
    others : OtherReviewers
    covered : int
        Number of the user's decisions in a fitting checkpoint of the file; 0 without one.
    """

    def __init__(
        self,
        ledger: Ledger,
        others: OtherReviewers,
        store: SessionFile,
        left_out: Collection[str],
        covered: int = 0,
        replayed: int = 0,
    ) -> None:
        self.ledger = ledger
        self.others = others
        self.covered = covered
        self._store = store
        self._left_out = left_out
        self._replayed = replayed

    def keep_checkpoint(self) -> str:
        """Store a checkpoint if the next opening would replay many events, which takes 0.5 s.

        It waits for the disk: called at the opening and at the end, never on a key's way.

        Returns
        -------
        str
            Why it could not be stored; '' otherwise.
        """
        count = self.ledger.counts().decisions
        new = max(count - self.covered, self._replayed)
        if self._store.read_only or new < CHECKPOINT_EVENTS:
            return ""
        with collector_paused():
            snapshot = self.ledger.snapshot()
            opinions = None if snapshot is None else self.others.tabulate()
        if snapshot is None or opinions is None:
            return ""
        mark = mark_of_list(self.ledger.candidates, self._left_out)
        try:
            if self._store.put_checkpoint(mark, snapshot, opinions, self._left_out):
                self.covered, self._replayed = count, 0
        except VetterError as error:
            return f"the next opening will take longer: {error}"
        return ""


def read_ledger(
    store: SessionFile,
    candidates: PositionedList,
    reviewer: str,
    complete: bool = True,
    left_out: Collection[str] = (),
) -> StoredLedger:
    """Return a reviewer's ledger and the others' opinions as of all decisions in the file.

    Parameters
    ----------
    store : SessionFile
        Opened by the same reviewer.
    candidates : CandidateList
    reviewer : str
    complete : bool
        Whether the list has been read to its end.
    left_out : collection of str
        Keys of which the decisions are left out, see `added_keys`.

    Raises
    ------
    InputError
        The session holds decisions, and none can be read.
    """
    with collector_paused():
        stored = _restore(store, candidates, reviewer, left_out) if complete else None
        if stored is None:
            decisions = _without(store.decisions(), left_out)
            ledger = Ledger(candidates, reviewer, complete)
            ledger.replay(decisions)
            others = OtherReviewers(ledger, decisions)
            stored = StoredLedger(ledger, others, store, left_out, replayed=len(decisions))
    return stored


def _restore(
    store: SessionFile, candidates: PositionedList, reviewer: str, left_out: Collection[str]
) -> StoredLedger | None:
    """Return the ledgers of the checkpoint, with the user's events since; None if it will not do.

    It will not do if others have decided since, or the user as arbiter.
    """
    state = store.take_state(mark_of_list(candidates, left_out))
    if state is None:
        return None
    since = _without(state.since, left_out)
    if any(event.how is How.ARBITER or event.reviewer != reviewer for event in since):
        return None
    snapshot, opinions = state.checkpoint.snapshot, state.checkpoint.opinions
    try:
        ledger = Ledger.restored(
            candidates, reviewer, snapshot, state.decisions, store.decisions_at
        )
        ratings = restore_ratings(opinions, len(candidates), state.decisions, store.decisions_at)
    except ValueError:
        # Made by another program, or forged: the events say what holds.
        return None
    ledger.replay(since)
    others = OtherReviewers(ledger, since, (opinions, ratings))
    return StoredLedger(ledger, others, store, left_out, snapshot.events, len(since))


def _without(decisions: Iterable[Decision], left_out: Collection[str]) -> list[Decision]:
    return [decision for decision in decisions if decision.key not in left_out]
