"""Question before anything leaves a session with test rows, since that shows which they are."""

from __future__ import annotations

from PyQt6.QtWidgets import QMessageBox, QWidget

from vetter.core.decisions.decision import utc_now
from vetter.core.fakes.plan import PlantPlan
from vetter.core.fakes.planted_row import shown_setting
from vetter.review.session import Session

TITLE = "Test rows"
QUESTION = (
    "This list has test rows, which never leave the session. Whoever compares what leaves with the "
    "list knows which they are: verdicts on test rows after this are not counted in the report on "
    "your verdicts.\n\nGo on?"
)


class PlantedQuestion:
    """Question that is asked until the user has agreed once; the session records when.

    Parameters
    ----------
    session : Session
    shown_at : object
        Time of an earlier run at which the test rows were shown; anything but a text is none.
    """

    def __init__(self, session: Session, shown_at: object = None) -> None:
        self._session = session
        self.shown_at = shown_at if isinstance(shown_at, str) else ""

    def agree(self, parent: QWidget) -> bool:
        """Ask whether the test rows may become known; True without any, or if they are known."""
        source = self._session.source
        plan = PlantPlan.from_record(source.record)
        # Nothing of a practice is measured, or leaves.
        if not source.planted or self.shown_at or (plan is not None and plan.practice):
            return True
        answer = QMessageBox.question(parent, TITLE, QUESTION)
        if answer != QMessageBox.StandardButton.Yes:
            return False
        self.record()
        return True

    def record(self) -> None:
        """Record that the test rows are known from now on; the first time stays."""
        if not self.shown_at:
            self.shown_at = utc_now()
            name = shown_setting(self._session.reviewer)
            self._session.writer.keep_setting(name, self.shown_at)
