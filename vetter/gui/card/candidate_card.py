"""The strip above the panels: the candidate's name, facts, tags and comment.

Comments that could not be written to the session are held here, so that no typed text is lost.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from vetter.core.columns.broker_columns import all_known_facts
from vetter.core.columns.facts import Fact, picked_facts
from vetter.gui.card.comment_editor import CommentEditor
from vetter.gui.widgets.fact_strip import FactStrip
from vetter.gui.widgets.flowing_text import FlowingText
from vetter.gui.widgets.painted_ahead import PaintedAhead
from vetter.gui.widgets.plain_text import plain_label, plain_tip
from vetter.gui.widgets.verdict_style import WORDS, badge, colour, is_dark
from vetter.review.session import Session

SAMPLE_NAME = "J042103.27+331204.9"
LONG_NAME = len(SAMPLE_NAME)
"""Names longer than this may be cut off; the tool tip then is the name."""


class VerdictChip(QWidget):
    """The verdict as mark and word, in a place that is always as wide."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.code = 0
        font = self.font()
        font.setBold(True)
        self.setFont(font)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_code(0)

    def set_code(self, code: int) -> None:
        """Show a verdict code."""
        if code != self.code or not self.accessibleName():
            self.code = code
            self.setAccessibleName(f"verdict {WORDS[code]}")
            self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(word) for word in WORDS)
        return QSize(widest + 26, max(metrics.height(), 18))

    def paintEvent(self, event: QPaintEvent | None) -> None:
        dark = is_dark(self.palette())
        painter = QPainter(self)
        mark = badge(self.code, 16, dark, self.devicePixelRatioF())
        painter.drawPixmap(0, (self.height() - 16) // 2, mark)
        painter.setPen(colour(self.code, dark))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect().adjusted(22, 0, 0, 0), flags, WORDS[self.code])
        painter.end()


class CandidateCard(QWidget):
    """Name, verdict, tags and comment; below them position, magnitude, time and the like.

    Parameters
    ----------
    session : Session
        Whose candidates are shown.
    columns : list of str, optional
        Further columns that the user picked.
    """

    def __init__(
        self, session: Session, columns: list[str] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        # Its own ground: what lies behind it need not be painted with it.
        self.setAutoFillBackground(True)
        self._session = session
        self._columns = session.columns
        self._facts: list[Fact] = []
        self._row = -1
        self._corner: QLabel | None = None
        self.name = self._label("name")
        self.chip = VerdictChip(self)
        self.tags, self.comment = FlowingText(parent=self), FlowingText(parent=self)
        self.tags.setAccessibleName("tags")
        self.comment.setAccessibleName("comment")
        self.editor = CommentEditor(self)
        self.strip = FactStrip(self)
        self._ahead = PaintedAhead(self)
        self._set_up_labels()
        self._lay_out()
        self.editor.saved.connect(session.set_comment)
        self.editor.left.connect(self._on_editor_left)
        session.opinions_changed.connect(self._on_opinions_changed)
        self.set_columns(columns or [])

    def set_columns(self, names: list[str]) -> None:
        """Show these columns too, where the strip does not show them already."""
        self._picked, self._known = names, len(self._session.candidates)
        source, listed = self._session.source, self._session.candidates
        on_image = source.fields[0].shape is not None
        self._facts = all_known_facts(self._columns, listed, on_image)
        self._facts += picked_facts(self._columns, names, self._facts)
        self.strip.set_captions(
            [fact.caption for fact in self._facts],
            [fact.tip for fact in self._facts],
            {fact.caption for fact in self._facts if fact.copied},
        )
        if self._row >= 0:
            self._show_facts()

    def show_row(self, row: int) -> None:
        """Show a candidate; where it was painted ahead, `follow` puts the labels behind it."""
        if row != self._row:
            if row >= self._known:
                # The list has grown since the facts were looked up.
                self.set_columns(self._picked)
            if self.editor.row not in (-1, row):
                self.editor.finish()
            self._row = row
            if self._ahead.holds(self._look_of(row)):
                self._ahead.cover()
                return
        self.follow()

    def follow(self) -> None:
        """Have the labels say what the picture does that was painted ahead, and show them."""
        self._show_labels()
        self._ahead.lift()

    def prepare(self, row: int) -> None:
        """Paint the candidate that is likely to be shown next, out of sight."""
        now, look = self._row, self._look_of(row)
        busy = self.editor.row >= 0 or self._ahead.covers or not self.isVisible()
        if busy or now < 0 or row >= self._known or self._ahead.holds(look):
            return
        self._row = row
        self._show_labels()
        self._ahead.keep(look)
        self._row = now
        self._show_labels()

    def add_corner(self, widget: QLabel) -> None:
        """Put a label at the right end of the first line, in front of the comment's end."""
        self._corner = widget
        self._rest.addWidget(widget, 0, 0, Qt.AlignmentFlag.AlignRight)

    def edit_comment(self) -> None:
        """Write a comment on the candidate that is shown."""
        if self._row < 0:
            return
        if not self.isVisible():
            self._session.message.emit("a comment is written beside the panels: Esc goes there")
            return
        if self._session.read_only:
            self._session.message.emit("read only: a comment cannot be saved here")
            return
        self.comment.hide()
        if self._corner is not None:
            # A comment is read as it is written: the editor has the line's whole rest.
            self._corner.hide()
        self.editor.start(self._row, self._session.opinion(self._row).comment)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self.chip.update()

    def _on_editor_left(self) -> None:
        self.comment.show()
        if self._corner is not None:
            self._corner.show()

    def _label(self, name: str) -> QLabel:
        label = plain_label(parent=self)
        label.setAccessibleName(name)
        return label

    def _set_up_labels(self) -> None:
        font = self.name.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.25)
        self.name.setFont(font)
        self.name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # A selectable label takes the focus on a click, and with it the verdict keys.
        self.name.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.name.setMinimumWidth(self.name.fontMetrics().horizontalAdvance(SAMPLE_NAME))
        italic = self.comment.font()
        italic.setItalic(True)
        self.comment.setFont(italic)
        # A long comment is cut off (its tool tip is whole), and does not widen the window.
        for widget in (self.comment, self.editor):
            widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def _lay_out(self) -> None:
        first = self._first = QHBoxLayout()
        first.setSpacing(14)
        for widget in (self.name, self.chip, self.tags):
            first.addWidget(widget)
        # One cell: a comment has the line's whole rest wherever the corner is empty.
        rest = self._rest = QGridLayout()
        rest.addWidget(self.comment, 0, 0)
        rest.addWidget(self.editor, 0, 0)
        first.addLayout(rest, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addLayout(first)
        layout.addWidget(self.strip)
        # The panels below must not move when the comment's line becomes an editor.
        height = max(self.editor.sizeHint().height(), self.name.sizeHint().height())
        first.addStrut(height)

    def _look_of(self, row: int) -> tuple[object, ...]:
        """All that says what the card of a candidate looks like."""
        corner = "" if self._corner is None else self._corner.text()
        ground = self.size(), self.devicePixelRatioF(), self.palette().cacheKey()
        return row, self._session.opinion(row), tuple(self._facts), corner, *ground

    def _show_labels(self) -> None:
        name = self._session.candidates.name(self._row)
        if self.name.text() != name:
            self.name.setText(name)
            self.name.setToolTip(plain_tip(name) if len(name) > LONG_NAME else "")
        self._show_facts()
        self._show_opinion()

    def _show_facts(self) -> None:
        self.strip.set_values([fact.text(self._row) for fact in self._facts])

    def _show_opinion(self) -> None:
        opinion = self._session.opinion(self._row)
        self.chip.set_code(opinion.verdict.code)
        _say(self.tags, "  ".join(f"#{tag}" for tag in opinion.tags))
        comment = " ".join(opinion.comment.split())
        if self.comment.text() != comment:
            self.comment.setText(comment)
            self.comment.setToolTip(plain_tip(opinion.comment))

    def _on_opinions_changed(self, rows: list[int]) -> None:
        if self._row in rows:
            self._show_opinion()


def _say(label: QLabel, text: str) -> None:
    """A label's text, only where it has changed: each change costs a layout."""
    if label.text() != text:
        label.setText(text)


class UnsavedComments(QObject):
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
