"""Start of a session: the decisions in its file are replayed on the candidates."""

from __future__ import annotations

from vetter.core.columns.filter import match_filter
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions.agreement.other_reviewers import OtherReviewers
from vetter.core.decisions.decision import storable
from vetter.core.decisions.ledger import Ledger
from vetter.core.fakes.without_planted import without_planted
from vetter.core.judgement.fit_table import FitTable, can_fit
from vetter.io.inputs.blind_source import BlindSource
from vetter.io.session.default_path import results_folder
from vetter.io.session.session_file import SessionFile
from vetter.review.queue import Queue
from vetter.review.session import Session
from vetter.review.writer import NoWriter, Writer
from vetter.settings import Settings


def open_session(
    source: CutoutSource, store: SessionFile, settings: Settings, reviewer: str
) -> tuple[Session, list[str]]:
    """Return a session at the first undecided candidate, and lines for the user.

    The lines name damage of the file and inputs that have changed since the last time.
    """
    reviewer = storable(reviewer)
    is_growing = not source.is_complete
    prints = () if is_growing else source.fingerprints
    changed = store.record_input(source.record, prints, len(source.candidates))
    ledger = Ledger(source.candidates, reviewer, complete=not is_growing)
    if source.planted and not store.read_only:
        store.add_planted(source.planted)
    decisions = without_planted(store.decisions(), store.planted(), source.planted)
    ledger.replay(decisions)
    # After decisions(), which finds the damage that `notes` names.
    notes = list(store.notes)
    if decisions and not ledger.counts().decisions:
        # The user may be one of them under another login, and would think all was lost.
        names = ", ".join(store.reviewers())
        notes.append(f"decided so far by {names}; you are {reviewer} (--reviewer NAME changes it)")
    # A blind review has no column of answers, since it makes no fits.
    fitted = can_fit(source.plane_names) and not isinstance(source, BlindSource)
    fits = FitTable(len(source.candidates)) if fitted else None
    others = OtherReviewers(ledger, decisions)
    are_shown = others.names and not isinstance(source, BlindSource)
    columns = ReviewColumns(source.candidates, ledger, fits, others if are_shown else None)
    queue = Queue(len(source.candidates), columns.values, lambda text: match_filter(text, columns))
    writer = NoWriter() if store.read_only else Writer(store)
    session = Session(source, ledger, writer, queue, columns, settings, reviewer)
    session.others = others
    session.path = store.path
    session.results_folder = results_folder(store.path, source.record.get("inputs", ()))
    session.start()
    notes += session.change_notes(changed)
    return session, notes
