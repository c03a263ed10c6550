"""Status bar: messages at the left; progress, verdicts, pace and time left at the right."""

from __future__ import annotations

from PyQt6.QtCore import QRect, Qt, QTimer
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QLabel, QProgressBar, QStatusBar, QWidget

from vetter.gui.actions.keymap import Keymap, keys_text
from vetter.gui.widgets.plain_text import plain_label, plain_tip
from vetter.gui.windows.status.answer_counts import AnswerCounts
from vetter.gui.windows.status.verdict_counts import VerdictCounts
from vetter.review.fits.fits import Fits
from vetter.review.session import Session

MESSAGE_SECONDS = 6
IMPORTANT_SECONDS = 20
GAP = 14
MESSAGE_ROOM = 200
"""Pixels kept for the messages; the figures beside them give way."""
SPACING = 8
"""Pixels between two figures, at most."""


class ThinBar(QProgressBar):
    """Thin progress bar, whose empty part is visible on dark and on light by its frame."""

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        palette, span = self.palette(), self.maximum() - self.minimum()
        painter = QPainter(self)
        painter.fillRect(self.rect(), palette.mid())
        if span > 0 and self.value() > self.minimum():
            done = max(1, round(self.width() * (self.value() - self.minimum()) / span))
            painter.fillRect(0, 0, done, self.height(), palette.highlight())
        painter.setPen(palette.placeholderText().color())
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()


class Status(QStatusBar):
    """Progress of the vetting, refreshed a moment after the panels are painted.

    Parameters
    ----------
    session : Session
        Source of the counts and the pace.
    fits : Fits
        Source of the progress of fits.
    keymap : Keymap
        The keys in force; the end of the list names those that go on.
    """

    def __init__(
        self, session: Session, fits: Fits, keymap: Keymap, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._keymap = keymap
        self.offers_export = True
        """Whether verdicts are there to be exported; those of a practice are not."""
        self._outdated = ""
        """Message on screen when candidate or verdict changed; the next refresh removes it."""
        self._is_important = False
        self._session = session
        self._fits = fits
        self.setSizeGripEnabled(False)
        self._counts = self.verdicts = VerdictCounts(self)
        self._pace = plain_label(parent=self)
        self._mode = plain_label(parent=self)
        self._fitted = plain_label(parent=self)
        self._listing = plain_label(parent=self)
        self._progress = ThinBar(self)
        self._progress.setTextVisible(False)
        self._progress.setFixedSize(120, 6)
        self._progress.setAccessibleName("candidates decided")
        self._pace.setToolTip("pace of the last verdicts, and the time left at this pace")
        self.answers = AnswerCounts(self)
        self.answers.hide()
        labels = (self._mode, self._listing, self._fitted, self._counts, self._pace)
        self._beside = (*labels[:-2], self.answers, self._counts, self._progress, self._pace)
        self._least = (self._progress, self._fitted, self._pace)
        for widget in self._beside:
            self.addPermanentWidget(widget)
        # The figures give way; their least width would widen the window.
        self.setMinimumWidth(1)
        for label in labels:
            label.setContentsMargins(GAP, 0, 0, 0)
        self.setContentsMargins(4, 0, 8, 0)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(30)
        self._soon.timeout.connect(self.refresh)
        session.opinions_changed.connect(self._on_opinions_changed)
        session.queue_changed.connect(self._soon.start)
        session.current_changed.connect(self._on_current_changed)
        session.grown.connect(self._start_soon)
        session.completed.connect(self._on_completed)
        session.broke_off.connect(self._on_broke_off)
        session.message.connect(self.say)
        session.end_reached.connect(self._on_end_reached)
        session.noticed.connect(self._on_noticed)
        self.messageChanged.connect(self._on_message)
        fits.progressed.connect(self._start_soon)
        self.refresh()

    def say(self, text: str, important: bool = False) -> None:
        """Show a message for a few seconds or until the next step; an important one longer."""
        self._outdated, self._is_important = "", important
        self.showMessage(text, 1000 * (IMPORTANT_SECONDS if important else MESSAGE_SECONDS))

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        # QStatusBar cuts a message off at the labels; this paint adds an ellipsis.
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        painter.drawText(
            self._message_area(), int(Qt.AlignmentFlag.AlignVCenter), self.visible_message
        )
        painter.end()

    @property
    def visible_message(self) -> str:
        """The visible part of the message, with an ellipsis if it is cut off."""
        message, dots = self.currentMessage(), Qt.TextElideMode.ElideRight
        return self.fontMetrics().elidedText(message, dots, self._message_area().width())

    def _message_area(self) -> QRect:
        # In a picture of a hidden window no label is visible.
        shown = (widget.x() for widget in self._beside if widget.isVisible())
        end = min(shown, default=self.width())
        return self.rect().adjusted(6, 0, end - self.width() - GAP, 0)

    def refresh(self) -> None:
        """Show the present counts and pace."""
        session = self._session
        if self._outdated and self._outdated == self.currentMessage():
            self.clearMessage()
        self._outdated = ""
        counts, pace = session.counts, session.pace
        decided = counts.candidates - counts.undecided
        self._progress.setRange(0, max(1, session.expected or 0, counts.candidates))
        self._progress.setValue(decided)
        self._counts.set_counts(counts)
        for label, text in (
            (self._pace, _pace_text(pace.per_minute, pace.seconds_left)),
            (self._fitted, self._fits.progress),
            (self._listing, _listing_text(session)),
        ):
            label.setText(text)
            label.setVisible(bool(text))
        self.answers.set_counts(self._fits.table.count_answers())
        unlisted = f"{session.incomplete_reason}; listed candidates can be vetted"
        self._listing.setToolTip(plain_tip(unlisted))
        mode = "ARBITER" if session.others.is_arbiter else ""
        self._mode.setText("READ ONLY" if session.read_only else mode)
        self._mode.setVisible(bool(self._mode.text()))
        self._give_way()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._give_way()

    def _give_way(self) -> None:
        """Hide the less important figures in a narrow window, so that nothing is cut off."""
        room = self.width() - MESSAGE_ROOM
        for widget in (self._counts, self._mode, self._listing, self.answers, *self._least):
            if self._has_content(widget):
                room -= widget.sizeHint().width() + SPACING
                widget.setVisible(room >= 0 or widget is self._counts)

    def _has_content(self, widget: QWidget) -> bool:
        if isinstance(widget, QLabel):
            return bool(widget.text())
        return widget is not self.answers or bool(self.answers.counts)

    def stop(self) -> None:
        """Stop refreshing when the window closes."""
        self._session.opinions_changed.disconnect(self._on_opinions_changed)
        self._session.queue_changed.disconnect(self._soon.start)
        self._session.current_changed.disconnect(self._on_current_changed)
        self._session.grown.disconnect(self._start_soon)
        self._session.completed.disconnect(self._on_completed)
        self._session.broke_off.disconnect(self._on_broke_off)
        self._fits.progressed.disconnect(self._start_soon)
        self._soon.stop()
        self.clearMessage()

    def _on_message(self, text: str) -> None:
        self.setToolTip(plain_tip(text))

    def _on_opinions_changed(self, _rows: list[int]) -> None:
        # The message may be about the step before, such as an undo of what is decided again.
        self._outdate()

    def _on_current_changed(self, _row: int) -> None:
        self._outdate()

    def _on_completed(self) -> None:
        # The message may hold the number of candidates listed so far.
        self._outdate()

    def _outdate(self) -> None:
        """Let the next refresh, after the panels are painted, remove the message on screen."""
        if not self._is_important:
            self._outdated = self.currentMessage()
        self._start_soon()

    def _on_end_reached(self, message: str, undecided: int) -> None:
        session, hint = self._session, ""
        if undecided:
            hint = self._name_key("go.undecided", "goes to the next")
        elif self.offers_export and session.complete and not session.counts.undecided:
            hint = self._name_key("file.export", "exports the verdicts")
        self.say(f"{message}{hint}")

    def _name_key(self, command: str, does: str) -> str:
        """Return what the keys of a command do, to be appended; empty without a key."""
        keys = keys_text(self._keymap.get(command, ()))
        return f": {keys} {does}" if keys else ""

    def _on_noticed(self, text: str) -> None:
        self.say(text, important=True)

    def _on_broke_off(self) -> None:
        self.say(self._session.incomplete_reason, important=True)
        self._start_soon()

    def _start_soon(self, _what: object = None) -> None:
        # Results arrive by the hundred; one running timer covers them all.
        if not self._soon.isActive():
            self._soon.start()


def _listing_text(session: Session) -> str:
    if session.read_error:
        # The reason is too long for this line; the tool tip and the message contain it.
        return f"⚠ the rest could not be read: {session.listed_count_text}"
    return f"listing: {session.listed_count_text}" if session.listed_count_text else ""


def _pace_text(per_minute: float | None, seconds_left: float | None) -> str:
    if per_minute is None or seconds_left is None:
        return ""
    if seconds_left < 90:
        left = f"{seconds_left:.0f} s"
    elif seconds_left < 5400:
        left = f"{seconds_left / 60:.0f} min"
    else:
        left = f"{seconds_left / 3600:.1f} h"
    return f"{per_minute:.0f} a minute, {left} left"
