"""Band above the panels for a storm: an image with many times the candidates of the others."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.triage.storms import SAMPLE, Storm
from vetter.core.number_text import format_count
from vetter.gui.widgets.band import AskingBand
from vetter.gui.widgets.buttons import EnteredButton
from vetter.gui.widgets.plain_text import plain_label
from vetter.review.opening.storm_watch import StormWatch
from vetter.review.session import Session

MAX_NAME_CHARACTERS = 40
"""Characters of a storm's name in the question; the band without a question shows all."""
NO_STORM = "no image, detector or night has many times the others' candidates"


class StormBand(AskingBand):
    """Band that names the largest storm until it is decided or dismissed, then the next.

    Its buttons list a sample of the storm and reject the rest as one step of undo, after a
    question with their number.

    Parameters
    ----------
    session : Session
    """

    filter_wanted = pyqtSignal(str)
    """Filter that the user has asked for: of the sample, or empty after it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("storm band", parent)
        self._session = session
        self._seen = {session.current_row}
        self._asked: Storm | None = None
        self.watch = StormWatch(session, self)
        self.words = plain_label(parent=self)
        self.words.setAccessibleName("storm")
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.sample = EnteredButton(f"Show {SAMPLE} of it", self)
        self.reject = EnteredButton("Reject the rest...", self)
        self.away = EnteredButton("Dismiss", self)
        self.sample.setToolTip(f"list {SAMPLE} of its candidates, chosen at random")
        self.reject.setToolTip("reject its undecided candidates as one step, which undo takes back")
        self.away.setToolTip("hide this line; the session does not repeat it")
        self.sample.clicked.connect(self._on_sample)
        self.reject.clicked.connect(self._on_reject)
        self.away.clicked.connect(self._on_away)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 3, 8, 3)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.question, 1)
        for button in self._buttons:
            layout.addWidget(button)
        # The strut keeps the panels below in place when the question appears.
        layout.addStrut(self.question.sizeHint().height())
        self.hide()
        self.watch.changed.connect(self._show_storm)
        self.question.agreed.connect(self._on_agreed)
        self.question.closed.connect(self._on_closed)
        session.current_changed.connect(self._seen.add)
        # A verdict while the question is open would be overwritten by its answer.
        session.opinions_changed.connect(self.question.forget)

    @property
    def _buttons(self) -> tuple[EnteredButton, ...]:
        return (self.sample, self.reject, self.away)

    @property
    def storm(self) -> Storm | None:
        """The storm that the band names; None without one."""
        return next(iter(self.watch.storms), None)

    def start(self) -> None:
        """Count the candidates, once the first one is on screen."""
        self.watch.start()

    def stop(self) -> None:
        """Stop counting: the window closes."""
        self.watch.close()

    def show_sample(self) -> str:
        """List the sample of the storm; return a text for the user, empty if all went well."""
        storm = self.storm
        if storm is None:
            return NO_STORM
        self.filter_wanted.emit(self.watch.sample_filter(storm))
        return ""

    def ask(self) -> str:
        """Ask whether to reject the rest of the storm; return a text as `show_sample` does."""
        self._asked = storm = self.storm
        if storm is None:
            return NO_STORM
        rows = self.watch.undecided(storm)
        self._seen.discard(-1)
        unseen = len(set(rows.tolist()) - self._seen)
        count = format_count(len(rows), "undecided candidate")
        name = storm.name
        if len(name) > MAX_NAME_CHARACTERS:
            # A long name must not make the window wider.
            half = MAX_NAME_CHARACTERS // 2
            name = f"{name[:half]}…{name[-half:]}"
        for widget in (self.words, *self._buttons):
            widget.hide()
        self.take_keyboard()
        self.question.ask(rows.tolist(), Verdict.REJECT, unseen, named=f"{count} of {name}")
        return ""

    def _show_storm(self) -> None:
        storm = self.storm
        if self._asked is not storm:
            self.question.dismiss()
        self.setVisible(storm is not None)
        if storm is None:
            return
        left = len(self.watch.undecided(storm))
        words = f"⚠ {storm.words[:1].upper()}{storm.words[1:]}"
        if left < len(storm.rows):
            words += f"; {left:,} undecided"
        others = len(self.watch.storms) - 1
        if others:
            words += f"; {others:,} more after this"
        self.words.setText(words)
        self.reject.setEnabled(not self._session.read_only)

    def _on_sample(self) -> None:
        self.show_sample()

    def _on_reject(self) -> None:
        self.ask()

    def _on_away(self) -> None:
        storm = self.storm
        if storm is not None:
            self.watch.dismiss(storm)

    def _on_agreed(self, rows: list[int], verdict: Verdict) -> None:
        storm = self._asked
        self._session.decide_group(rows, verdict)
        if storm and self._session.queue.expression == self.watch.sample_filter(storm):
            self.filter_wanted.emit("")

    def _on_closed(self) -> None:
        for widget in (self.words, *self._buttons):
            widget.show()
        self.return_keyboard()
        self._show_storm()
