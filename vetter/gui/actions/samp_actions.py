"""Commands that send to other programs by SAMP, with a question before the first position."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QMessageBox, QWidget

from vetter.review.session import Session

if TYPE_CHECKING:
    from vetter.review.samp_link import SampLink

QUESTION = (
    "Send positions to other programs on this computer (SAMP)? They may look up images and "
    "catalogues at these positions on the internet."
)


class SampActions(QObject):
    """Verbs of the menu; the link is built when the first is called.

    Parameters
    ----------
    session : Session
    say : callable
        Shows a line in the status bar.
    window : QWidget
        Window that the question opens over.
    may_leave : callable, optional
        Asks whether the list of a session with test rows may leave; asked before it is sent.
    """

    def __init__(
        self,
        session: Session,
        say: Callable[[str], None],
        window: QWidget,
        may_leave: Callable[[QWidget], bool] = lambda _window: True,
    ) -> None:
        super().__init__(window)
        self._may_leave = may_leave
        self._session, self._say, self._window = session, say, window
        self._link: SampLink | None = None
        self._allowed = False

    @property
    def link(self) -> SampLink:
        """Link to other programs."""
        if self._link is None:
            # Imported when first used: writers of tables would lengthen the start.
            from vetter.review.samp_link import SampLink

            self._link = SampLink(self._session, self)
            self._link.said.connect(self._say)
            self._link.row_chosen.connect(self._session.go_to_row)
        return self._link

    def send_list(self) -> None:
        """Send the list, after a question the first time."""
        if self._may_send() and self._may_leave(self._window):
            self.link.send_list()

    def send_position(self) -> None:
        """Send the position of the current candidate, after a question the first time."""
        row = self._session.current_row
        if row < 0:
            self._say("no candidate is on screen")
        elif self._may_send():
            self.link.send_position(row)

    @property
    def is_following(self) -> bool:
        """Whether the choice of other programs is followed."""
        return self._link is not None and self._link.is_following

    def toggle_following(self) -> None:
        """Start or stop following the choice of other programs; nothing is sent by it."""
        self.link.toggle_following()

    def stop(self) -> None:
        """Leave the hub."""
        if self._link is not None:
            self._link.close()

    def _may_send(self) -> bool:
        if not self._allowed:
            answer = QMessageBox.question(self._window, "Send by SAMP", QUESTION)
            self._allowed = answer == QMessageBox.StandardButton.Yes
        return self._allowed
