"""Earlier verdicts on the objects of a list, from other sessions, given lists and this one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.triage.earlier_verdicts import (
    NOTHING,
    EarlierVerdict,
    EarlierVerdicts,
    Sighting,
    describe,
    last_verdict,
    match_earlier,
)
from vetter.core.fakes.plan import PLANT_KEY
from vetter.errors import InputError
from vetter.io.inputs.blind_source import BlindSource
from vetter.io.inputs.earlier_verdicts import listed_verdicts, session_verdicts
from vetter.review.opening.recent_settings import recent_sessions
from vetter.review.session import Session
from vetter.review.threads.arranger import Arranger


class EarlierInputs(NamedTuple):
    """Sources of earlier verdicts.

    Attributes
    ----------
    sessions, lists : tuple of str
        Session files and tables that the user names.
    takes_recent : bool
        Whether the recent sessions are read too.
    """

    sessions: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    takes_recent: bool = False

    def __bool__(self) -> bool:
        return bool(self.sessions or self.lists or self.takes_recent)


class _Found(NamedTuple):
    verdicts: list[EarlierVerdict]
    matched: EarlierVerdicts
    texts: dict[int, str]
    problems: list[str]


class SeenBefore(QObject):
    """Earlier verdicts near each candidate, read and matched in a thread.

    Parameters
    ----------
    session : Session
    inputs : EarlierInputs
    own_path : Path
        File of the session itself, whose verdicts are not earlier ones.
    """

    changed = pyqtSignal()
    """Earlier verdicts have been found, or found for more rows."""

    def __init__(
        self, session: Session, inputs: EarlierInputs, own_path: Path, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._inputs, self._own = session, inputs, own_path
        # Repeats among test rows lie where their originals do: a word would reveal them.
        is_blind = isinstance(session.source, BlindSource)
        self._silent = is_blind or bool(session.source.record.get(PLANT_KEY))
        self._verdicts: list[EarlierVerdict] | None = None
        self._matched = NOTHING
        self._thread = Arranger(self)
        session.grown.connect(self._match)
        session.settings_changed.connect(self._match)

    def start(self) -> None:
        """Read the earlier verdicts."""
        self._match()

    def close(self) -> None:
        """End the thread."""
        self._thread.close()

    def of(self, row: int) -> list[Sighting]:
        """Return the earlier verdicts on a candidate's object, the latest first.

        Verdicts on other epochs of the object in this session are among them. A list with test
        rows and a blind review have none.
        """
        if self._silent:
            return []
        return sorted(
            [*self._epoch_verdicts(row), *self._matched.of(row)],
            key=lambda sighting: sighting.verdict.at,
            reverse=True,
        )

    def words(self, row: int) -> str:
        """Return the earlier verdicts on a candidate's object as a sentence; '' without one."""
        return describe(self.of(row), self._session.reviewer)

    def verdict(self, row: int) -> Verdict:
        """Return the latest verdict on a candidate's object; none without one."""
        return last_verdict(self.of(row))

    def _epoch_verdicts(self, row: int) -> list[Sighting]:
        session, listed = self._session, self._session.candidates
        found = []
        for other in session.due.epochs_of(row):
            opinion = session.opinion(other)
            if other != row and opinion.verdict is not Verdict.NONE:
                place = listed.ra.item(other), listed.dec.item(other)
                earlier = EarlierVerdict(
                    *place, opinion.verdict, opinion.decided_at, opinion.reviewer, "this session"
                )
                found.append(Sighting(earlier, 0.0))
        return found

    def _match(self, *_first_new: int) -> None:
        if self._inputs and not self._silent and (self._verdicts is None or self._verdicts):
            self._thread.run(self._job(), self._on_found)

    def _job(self) -> Callable[[], _Found]:
        listed, known = self._session.candidates, self._verdicts
        radius = self._session.settings.review.seen_radius
        inputs, own, reviewer = self._inputs, self._own, self._session.reviewer

        def find() -> _Found:
            problems: list[str] = []
            verdicts = read_earlier(inputs, own, problems) if known is None else known
            matched = match_earlier(verdicts, listed.ra, listed.dec, radius)
            rows = matched.seen_rows().tolist()
            texts = {row: describe(matched.of(row), reviewer) for row in rows}
            return _Found(verdicts, matched, texts, problems)

        return find

    def _on_found(self, found: _Found, _error: object) -> None:
        self._verdicts, self._matched = found.verdicts, found.matched
        self._session.columns.set_seen(found.texts)
        for problem in found.problems:
            self._session.noticed.emit(problem)
        self.changed.emit()


def read_earlier(inputs: EarlierInputs, own: Path, problems: list[str]) -> list[EarlierVerdict]:
    """Return all earlier verdicts; what cannot be read is added to ``problems``.

    A recent session that cannot be read is passed over: it may have been deleted since.
    """
    verdicts: list[EarlierVerdict] = []
    named = [Path(path).absolute() for path in inputs.sessions]
    recent = [Path(entry.session) for entry in recent_sessions()] if inputs.takes_recent else []
    done = {own}
    for path in [*named, *recent]:
        if path in done:
            continue
        done.add(path)
        verdicts += _read(session_verdicts, path, problems if path in named else [])
    for table in inputs.lists:
        verdicts += _read(listed_verdicts, Path(table), problems)
    return verdicts


def _read(
    read: Callable[[Path], list[EarlierVerdict]], path: Path, problems: list[str]
) -> Sequence[EarlierVerdict]:
    try:
        return read(path)
    except (InputError, OSError) as error:
        problems.append(str(error))
        return []
