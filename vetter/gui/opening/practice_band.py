"""Band above the panels: offers a practice, and in a practice gives the answer to each verdict."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from vetter.core.decisions.decision import Verdict
from vetter.core.fakes.plan import PlantPlan
from vetter.core.fakes.practice import AGAIN_AFTER, practice_answer
from vetter.gui.widgets.band import Band
from vetter.gui.widgets.buttons import EnteredButton
from vetter.gui.widgets.plain_text import plain_label
from vetter.review.session import Session

OFFER = "Practise first? 20 sources and artefacts, each with its answer; nothing of it is kept"
AGAIN = f"{AGAIN_AFTER} verdicts since the last practice: 20 more keep the eye sharp"
BEGIN = "Practice: decide as always, the answer follows here; nothing of it is kept"


def has_begun(session: Session) -> bool:
    """Return whether the user has decided on any candidate of the session."""
    return session.counts.undecided < session.counts.candidates


class PracticeBand(Band):
    """Offer of a practice in a session with test rows, or the answers of a practice.

    Parameters
    ----------
    session : Session
    """

    practice_wanted = pyqtSignal()
    """The user wants a practice, or another one."""

    session_wanted = pyqtSignal()
    """The user wants to go from the practice to the session."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("practice band", parent)
        self._session = session
        plan = PlantPlan.from_record(session.source.record)
        self.is_practice = plan is not None and bool(plan.practice)
        self._offers = not self.is_practice and plan is not None and bool(plan.fakes)
        self._rows = {row.key: row for row in session.source.planted}
        self._verdicts: dict[str, Verdict] = {}
        self._since = 0
        self.words = plain_label(parent=self)
        self.words.setAccessibleName("practice")
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.go = EnteredButton("Another 20" if self.is_practice else "Practise", self)
        self.away = EnteredButton("Start the session" if self.is_practice else "Not now", self)
        self.go.clicked.connect(self._on_go)
        self.away.clicked.connect(self._on_away)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 3, 8, 3)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.go)
        layout.addWidget(self.away)
        if self.is_practice:
            self.words.setText(BEGIN)
        elif self._offers and not session.read_only and not has_begun(session):
            self.words.setText(OFFER)
        else:
            self.hide()
        if self.is_practice:
            session.opinions_changed.connect(self._on_practised)
        elif self._offers:
            session.opinions_changed.connect(self._on_decided)

    @property
    def right(self) -> int:
        """Number of right verdicts in a practice."""
        rows = self._rows
        return sum(practice_answer(rows[key], v).is_right for key, v in self._verdicts.items())

    def _on_practised(self, changed: list[int]) -> None:
        candidates, text = self._session.candidates, ""
        for row in changed:
            key = candidates.key(row)
            if key not in self._rows:
                continue
            verdict = self._session.opinion(row).verdict
            if verdict is Verdict.NONE:
                self._verdicts.pop(key, None)
                continue
            self._verdicts[key] = verdict
            answer = practice_answer(self._rows[key], verdict)
            word = "right" if answer.is_right else "wrong"
            text = f"{candidates.name(row)}, {word}: {answer.text}"
        count = len(self._verdicts)
        if count == len(self._rows):
            text += f"   {self.right} of {count} right: the practice is over"
        elif count:
            text += f"   {self.right} of {count} right"
        self.words.setText(text.strip() or BEGIN)

    def _on_decided(self, changed: list[int]) -> None:
        self._since += len(changed)
        if self._since >= AGAIN_AFTER:
            self._since = 0
            self.words.setText(AGAIN)
            self.show()
        elif self.words.text() == OFFER:
            # The session has begun.
            self.hide()

    def _on_go(self) -> None:
        self.practice_wanted.emit()

    def _on_away(self) -> None:
        if self.is_practice:
            self.session_wanted.emit()
        else:
            self.hide()
