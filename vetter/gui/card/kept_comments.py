"""Comments that could not be written to the session: what was typed is not lost with it."""

from __future__ import annotations

from PyQt6.QtCore import QObject

from vetter.gui.card.candidate_card import CandidateCard
from vetter.review.session import Session


class KeptComments(QObject):
    """Gives a refused comment back to its line; where the vetter has gone on, says so there.

    Parameters
    ----------
    session : Session
    card : CandidateCard
        Whose line it was written in.
    key : str
        What begins to write, as it is said.
    """

    def __init__(
        self, session: Session, card: CandidateCard, key: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._card, self._key = session, card, key
        session.refused.connect(self._on_refused)
        session.current_changed.connect(self._on_current_changed)

    def _on_refused(self, row: int, text: str) -> None:
        self._card.editor.keep(row, text)
        # Another comment that is being written is not interrupted.
        if row == self._session.current_row and self._card.editor.row < 0:
            self._card.edit_comment()

    def _on_current_changed(self, row: int) -> None:
        if self._card.editor.keeps(row):
            begin = f": {self._key} shows it" if self._key else ""
            self._session.message.emit(f"the comment typed here has not been saved yet{begin}")
