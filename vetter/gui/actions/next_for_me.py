"""List of the candidates that the user should look at next, among several reviewers."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QObject

from vetter.core.columns.value_filter import value_filters
from vetter.core.decisions.agreement.retirement import name_next
from vetter.io.export.decision_table import FrozenOpinions
from vetter.review.threads.background import Background

NOTHING = "no candidate waits for your verdict: all are agreed on, or another reviewer is next"


class NextForMe(QObject):
    """Finder of the user's next candidates, on a thread: it takes a second for 100,000.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: Any) -> None:
        super().__init__(window)
        self._window, self._finder = window, Background(self)
        self._finder.done.connect(self._on_found)
        self._finder.failed.connect(window.session.message)
        window.closed.connect(self._finder.close)

    def start(self) -> None:
        """Find the candidates, then list them."""
        session = self._window.session
        ratings = session.others.all_ratings(FrozenOpinions.of(session))
        session.message.emit("looking who is next...")
        self._finder.start(lambda _stop: name_next(ratings))

    def _on_found(self, names: Any) -> None:
        session = self._window.session
        session.others.take_next(names)
        if (names == session.reviewer).any():
            self._window.filter_bar.apply(value_filters("next", session.reviewer)[0])
        else:
            session.message.emit(NOTHING)
