"""List of the candidates that the user should look at next, among several reviewers."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QObject

from vetter.core.columns.value_filter import value_filters
from vetter.core.decisions.agreement.retirement import name_next
from vetter.core.fakes.planted_row import known_truth
from vetter.core.number_text import format_count
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
        keys, planted = session.candidates.keys.tolist(), session.source.planted
        self._finder.start(lambda _stop: name_next(ratings, known_truth(keys, planted)))

    def _on_found(self, names: Any) -> None:
        session = self._window.session
        session.others.take_next(names)
        count = int((names == session.reviewer).sum())
        if count:
            self._window.filter_bar.apply(value_filters("next", session.reviewer)[0])
            session.message.emit(f"{format_count(count, 'candidate')} for you to look at next")
        else:
            session.message.emit(NOTHING)
