"""Panel of the current object's epochs: their row, steps between epochs, a verdict for all."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from vetter.core.decisions.decision import Verdict
from vetter.core.number_text import format_all
from vetter.gui.epochs.epoch_strip import EpochStrip
from vetter.gui.widgets.group_question import GroupQuestion
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.cutouts.epoch_row import object_rows
from vetter.review.cutouts.rendered_cutout import Target
from vetter.review.session import Session

NO_EPOCHS = "no epochs here: they come with several images of a night, not with a single image"
NO_REPEATS = "no epochs here: each object has one packet in this list"
QUESTION_WIDTH = 300


class EpochPanel(QWidget):
    """Row of epochs and the question for a group verdict; hidden if no object has epochs.

    Parameters
    ----------
    session : Session
    cache : CutoutCache
    """

    decided_alone = pyqtSignal(object)  # verdict for an object with a single epoch
    epoch_count_changed = pyqtSignal(int)
    """Number of candidates of the current object, when it differs from that of the one before."""

    def __init__(self, session: Session, cache: CutoutCache, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._count, self._row = 0, session.current_row
        self.strip = EpochStrip(session, cache, self)
        self.question = GroupQuestion(self, narrow=True)
        # Beside the row and no higher: the panels above do not move when the question appears.
        self.question.setFixedWidth(QUESTION_WIDTH)
        self.question.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.strip, 1)
        layout.addWidget(self.question)
        if session.source.object_epochs is None:
            self.hide()
        self._offered = session.source.object_epochs is not None
        session.grown.connect(self._on_grown)
        self.question.agreed.connect(self._decide)
        session.opinions_changed.connect(self.question.forget)

    def toggle(self) -> None:
        """Show or hide the row."""
        if self._has_epochs():
            self.setVisible(not self.isVisible())

    def next_plane(self) -> None:
        """Show the next plane of each epoch."""
        if self._has_epochs():
            self.strip.next_plane()

    def turn_to(self, row: int) -> None:
        """Mark another candidate as current, with the panels; `follow` brings its epochs."""
        if row != self._row:
            # The same row is painted again too, as when its fit arrives: the question stays.
            self.question.dismiss()
        self._row = row
        self.strip.turn_to(row)

    def follow(self, row: int) -> None:
        """Find the epochs of the current candidate."""
        self.strip.follow(row)
        count = len(self._siblings(row))
        if count != self._count:
            self._count = count
            # Without epochs the commands keep their names; called, they report NO_EPOCHS.
            if self._session.source.object_epochs is not None:
                self.epoch_count_changed.emit(count)

    def needed_targets(self) -> list[Target]:
        """Return the rows and places whose pictures the row needs, the most urgent first."""
        return self.strip.needed_targets()

    def step(self, steps: int) -> None:
        """Go forward (or back) among the epochs in which the current object was found."""
        session = self._session
        if session.is_blank:
            session.report_no_match()
            return
        if session.current_row < 0 or not self._has_epochs():
            return
        rows = self._siblings(session.current_row)
        index = rows.index(session.current_row) + steps
        if 0 <= index < len(rows):
            session.go_to_row(rows[index])
        else:
            which = "last" if steps > 0 else "first"
            session.message.emit(
                f"the {which} of {len(rows)} epochs in which it was found"
                if len(rows) > 1
                else "this is the only epoch in which it was found"
            )

    def ask(self, verdict: Verdict) -> None:
        """Ask the user to confirm a verdict for all epochs of the object, with their number."""
        session = self._session
        if session.is_blank:
            session.report_no_match()
            return
        if session.current_row < 0 or not self._has_epochs():
            return
        if session.read_only:
            session.message.emit("read only: no verdict can be given here")
            return
        rows = self._siblings(session.current_row)
        if len(rows) == 1:
            # Nothing to ask: the verdict key does the same.
            self.decided_alone.emit(verdict)
            return
        seen = self.strip.seen | {session.current_row}
        unseen = sum(not session.codes[row] and row not in seen for row in rows)
        named = format_all(len(rows), "epoch")
        # The question is beside the row, even if the user had hidden the row.
        self.show()
        self.question.ask(rows, verdict, unseen, named=named)
        self.setFocus()

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QKeyEvent) and self.question.take_key(event):
            return True
        return super().event(event)
        window = self.window()
        if window is not None:
            window.setFocus()

    def _decide(self, rows: list[int], verdict: Verdict) -> None:
        """Give the verdict to all epochs, then show the next object, as the verdict keys do."""
        queue = self._session.queue
        following = queue.step(self._session.current_row, 1)
        while following in rows:
            following = queue.step(following, 1)
        self._session.decide_group(rows, verdict, following)

    def _siblings(self, row: int) -> list[int]:
        return object_rows(self._session.source, row, len(self._session.candidates))

    def _on_grown(self, _first: int) -> None:
        """Show the row once the list has an object with several packets, and its new epochs."""
        if self._session.source.object_epochs is None:
            return
        if not self._offered:
            # Only once: the user may put the row away.
            self._offered = True
            self.show()
        self.strip.refresh()
        self.follow(self._session.current_row)

    def _has_epochs(self) -> bool:
        source = self._session.source
        if source.object_epochs is not None:
            return True
        on_image = source.fields[0].shape is not None
        self._session.message.emit(NO_EPOCHS if on_image else NO_REPEATS)
        return False
