"""Start of a session: the decisions in its file are replayed on the candidates."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import numpy.typing as npt

from vetter.core.columns.filter import match_filter
from vetter.core.columns.review_columns import ReviewColumns, SomeRows
from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions.decision import storable
from vetter.core.fakes.without_planted import added_keys
from vetter.core.judgement.fit_table import FitTable, can_fit
from vetter.io.inputs.blind_source import BlindSource
from vetter.io.session.default_path import results_folder
from vetter.io.session.session_file import SessionFile
from vetter.review.due import DueWatch
from vetter.review.opening.stored_ledger import read_ledger
from vetter.review.queue import Queue, read_order
from vetter.review.session import Session
from vetter.review.writer import NoWriter, Writer
from vetter.settings import Settings


def open_session(
    source: CutoutSource,
    store: SessionFile,
    settings: Settings,
    reviewer: str,
    shuffle: int | None = None,
    has_seen: bool = False,
) -> tuple[Session, list[str]]:
    """Return a session at the first undecided candidate, and lines for the user.

    The lines name damage of the file and inputs that have changed since the last time. The order
    of the list is that of the last time; ``shuffle`` is the seed of another one. With
    ``has_seen`` the columns have one of earlier verdicts.
    """
    reviewer = storable(reviewer)
    is_growing = not source.is_complete
    prints = () if is_growing else source.fingerprints
    changed = store.record_input(source.record, prints, len(source.candidates))
    if source.planted and not store.read_only:
        store.add_planted(source.planted)
    left_out = added_keys(store.planted(), source.planted)
    stored = read_ledger(store, source.candidates, reviewer, not is_growing, left_out)
    problem = stored.keep_checkpoint()
    ledger, others = stored.ledger, stored.others
    # After the decisions, which show the damage that `notes` names.
    notes = [*store.notes, *filter(None, (problem,))]
    if others.names and not ledger.counts().decisions:
        # The user may be one of them under another login, and would think all was lost.
        names = ", ".join(store.reviewers())
        notes.append(f"decided so far by {names}; you are {reviewer} (--reviewer NAME changes it)")
    # A blind review has no column of answers, since it makes no fits.
    is_blind = isinstance(source, BlindSource)
    fitted = can_fit(source.plane_names) and not is_blind
    fits = FitTable(len(source.candidates)) if fitted else None
    are_shown = others.names and not is_blind
    due = DueWatch(ledger, source, openings=store.openings())
    columns = ReviewColumns(
        source.candidates,
        due,
        fits,
        others if are_shown else None,
        has_seen and not is_blind,
        due.waits,
    )

    def matches(text: str) -> npt.NDArray[np.bool_]:
        # A long list is filtered in a thread, and may grow meanwhile.
        return match_filter(text, SomeRows(columns, count=len(columns.candidates)))

    queue = Queue(len(source.candidates), columns.values, matches)
    keys, seed = read_order(store.settings.get("order"))
    if keys or seed is not None:
        # suppress: the list may have other columns now.
        with suppress(KeyError):
            queue.arrange(keys, seed, at_once=True)
    writer = NoWriter() if store.read_only else Writer(store, stored.keep_checkpoint)
    session = Session(source, ledger, writer, queue, columns, settings, reviewer, due)
    session.others = others
    session.path = store.path
    if shuffle is not None:
        queue.arrange((), shuffle, at_once=True)
    session.results_folder = results_folder(store.path, source.record.get("inputs", ()))
    session.start()
    notes += session.change_notes(changed)
    return session, notes
