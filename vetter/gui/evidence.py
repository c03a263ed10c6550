"""The evidence line: what the fit says about the candidate on screen."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFontMetrics
from PyQt6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from vetter.core.evidence_text import details, headline, numbers
from vetter.review.fits import DONE, FAILED, NOTHING_TO_FIT, RUNNING, FitState


class Evidence(QWidget):
    """Two lines of fixed height: the judgement in words, and the numbers behind it."""

    def __init__(self, fit_key: str = "F", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._how = f": {fit_key} fits it" if fit_key else ""
        self._shown: FitState | None = None
        self.words = self._line("fit in words")
        self.numbers = self._line("fit in numbers")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(self.words)
        layout.addWidget(self.numbers)
        bold = self.words.font()
        bold.setBold(True)
        self.words.setFont(bold)
        # The panels above must not move when a fit arrives.
        self.setFixedHeight(2 * QFontMetrics(bold).height() + 5)
        self.show_state(FitState())

    def show_state(self, state: FitState) -> None:
        """Show where the fit of the candidate on screen stands."""
        if state == self._shown:
            return
        self._shown = state
        fit, judgement = state.adjustment, state.judgement
        if state.status == RUNNING:
            self._say("fitting...", "", "")
        elif state.status == FAILED:
            what = "nothing to fit" if state.error == NOTHING_TO_FIT else "the fit failed"
            self._say(f"{what}: {state.error}", "", "")
        elif state.status == DONE and fit is not None and judgement is not None:
            self._say(headline(judgement, fit), numbers(fit), details(fit))
        else:
            self._say(f"not fitted yet{self._how}", "", "")

    def _line(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setAccessibleName(name)
        # A long line is cut off, and does not widen the window.
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        return label

    def _say(self, words: str, numbers_line: str, tip: str) -> None:
        self.words.setText(words)
        self.numbers.setText(numbers_line)
        self.setToolTip("\n".join(part for part in (words, numbers_line, tip) if part))
