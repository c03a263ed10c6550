"""The strip above the panels: the candidate's name, place, facts, tags and comment.

Comments that could not be written to the session stay here, so that no typed text is lost.
"""

from __future__ import annotations

from typing import Any, Protocol

from PyQt6.QtCore import QEvent, QObject, QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from vetter.core.columns.broker_columns import all_known_facts
from vetter.core.columns.detection_measures import measure_facts
from vetter.core.columns.facts import Fact, image_facts, picked_facts
from vetter.core.decisions.triage.later import DUE_CODE
from vetter.gui.card.comment_editor import CommentEditor
from vetter.gui.card.tag_line import TagLine
from vetter.gui.widgets.fact_strip import FactStrip
from vetter.gui.widgets.flowing_text import FlowingText
from vetter.gui.widgets.painted_ahead import PaintedAhead
from vetter.gui.widgets.plain_text import plain_label, plain_tip
from vetter.gui.widgets.verdict_style import WORDS, badge, colour, is_dark
from vetter.review.session import Session

SPACING, NARROW_SPACING = 14, 8
"""Pixels between the parts of the heading, and in a narrow one."""
SAMPLE_NAME = "J042103.27+331204.9"
MAX_NAME_LENGTH = len(SAMPLE_NAME)
"""Longest name, in characters, shown without a tool tip; longer names may be cut off."""


class VerdictChip(QWidget):
    """The verdict as mark and word, of constant width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.code, self.due = 0, ""
        self._has_word = True
        font = self.font()
        font.setBold(True)
        self.setFont(font)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_code(0)

    def set_code(self, code: int, due: str = "") -> None:
        """Show a verdict code; ``due`` is since when a candidate that was put off is due."""
        if (code, due) != (self.code, self.due) or not self.accessibleName():
            self.code, self.due = code, due
            since = f", due since {due}" if due else ""
            self.setAccessibleName(f"verdict {WORDS[code]}{since}")
            self.setToolTip(f"put off, and due since {due}" if due else "")
            self.update()

    def show_word(self, shown: bool) -> None:
        """Show the word beside the mark, or leave it out where the heading is too narrow."""
        if shown != self._has_word:
            self._has_word = shown
            self.updateGeometry()

    @property
    def whole_width(self) -> int:
        """Width with the word."""
        metrics = self.fontMetrics()
        return max(metrics.horizontalAdvance(word) for word in WORDS) + 26

    def sizeHint(self) -> QSize:
        height = max(self.fontMetrics().height(), 18)
        return QSize(self.whole_width if self._has_word else 18, height)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        dark = is_dark(self.palette())
        painter = QPainter(self)
        code = DUE_CODE if self.due else self.code
        mark = badge(code, 16, dark, self.devicePixelRatioF())
        painter.drawPixmap(0, (self.height() - 16) // 2, mark)
        painter.setPen(colour(code, dark))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if self._has_word:
            painter.drawText(self.rect().adjusted(22, 0, 0, 0), flags, WORDS[code])
        painter.end()


class PlaceLabel(QWidget):
    """Place of the candidate in the list, as ``12 of 150``, painted without a layout."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = ""
        self._digits = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip("place in the list, as sorted and filtered")

    def set_text(self, text: str, total: int) -> bool:
        """Show a text, with room for every place of a list of ``total`` candidates.

        Returns
        -------
        bool
            Whether the label needs more room than before.
        """
        if text != self.text:
            self.text = text
            self.setAccessibleName(f"place {text}")
            self.update()
        is_wider = len(f"{total:,}") > self._digits
        if is_wider:
            self._digits = len(f"{total:,}")
            self.updateGeometry()
        return is_wider

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        widest = "0" * self._digits
        return QSize(metrics.horizontalAdvance(f"{widest} of {widest}"), metrics.height())

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().placeholderText().color())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), flags, self.text)
        painter.end()


class SeenWords(Protocol):
    """Earlier verdicts on objects."""

    @property
    def changed(self) -> Any:
        """Signal that earlier verdicts have been found."""

    def words(self, row: int) -> str:
        """Return the earlier verdicts on a candidate's object as a sentence."""


class CandidateCard(QWidget):
    """Name, verdict, tags and comment; below them position, magnitude, time and the like.

    Parameters
    ----------
    session : Session
        Session whose candidates are shown.
    columns : list of str, optional
        Further columns that the user picked.
    """

    def __init__(
        self, session: Session, columns: list[str] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        # An opaque background, so that Qt does not repaint the widgets behind.
        self.setAutoFillBackground(True)
        self._session = session
        self._columns = session.columns
        self._facts: list[Fact] = []
        self._row = -1
        self._corner: QLabel | None = None
        self.shows_others = False
        """Whether the others' verdicts and comments follow the comment."""
        self.name = self._make_label("name")
        self.chip = VerdictChip(self)
        self.place = PlaceLabel(self)
        self.seen = FlowingText(parent=self)
        self.seen.setAccessibleName("earlier verdicts")
        self._seen_before: SeenWords | None = None
        self._adopt_key = ""
        self.tags, self.comment = TagLine(session, self), FlowingText(parent=self)
        self.tags.setAccessibleName("tags")
        self.comment.setAccessibleName("comment")
        self.editor = CommentEditor(self)
        self.strip = FactStrip(self)
        self._ahead = PaintedAhead(self)
        self._spacing = SPACING
        self._set_up_labels()
        self._lay_out()
        self.editor.saved.connect(session.set_comment)
        self.editor.left.connect(self._on_editor_left)
        session.opinions_changed.connect(self._on_opinions_changed)
        session.queue_changed.connect(self._on_queue_changed)
        session.grown.connect(self._on_queue_changed)
        self.set_columns(columns or [])

    def set_seen(self, seen_before: SeenWords, adopt_key: str) -> None:
        """Show the earlier verdicts on a candidate's object beside its verdict."""
        self._seen_before, self._adopt_key = seen_before, adopt_key
        seen_before.changed.connect(self._on_seen_changed)

    def set_adopt_key(self, adopt_key: str) -> None:
        """Set another key that gives the earlier verdict; empty without one."""
        self._adopt_key = adopt_key
        # Also the tool tip of a text that stays.
        self.seen.clear()
        self._on_seen_changed()

    def set_columns(self, names: list[str]) -> None:
        """Show these columns too, unless the strip already shows them."""
        self._picked, self._known_count = names, len(self._session.candidates)
        source, listed = self._session.source, self._session.candidates
        on_image = source.fields[0].shape is not None
        self._facts = all_known_facts(self._columns, listed, on_image)
        if len(source.fields) == 1:
            image = source.fields[0]
            self._facts += image_facts(image.time, image.filter, self._facts)
        captions = {fact.caption for fact in self._facts}
        shown = {name for fact in self._facts for name in fact.columns}
        self._facts += [
            fact
            for fact in measure_facts(self._columns, listed)
            # An alert's isdiffpos is there already, in words.
            if fact.caption not in captions and shown.isdisjoint(fact.columns)
        ]
        self._facts += picked_facts(self._columns, names, self._facts)
        self.strip.set_captions(
            [fact.caption for fact in self._facts],
            [fact.tip for fact in self._facts],
            {fact.caption for fact in self._facts if fact.copied},
        )
        if self._row >= 0:
            self._show_facts()

    def show_row(self, row: int) -> None:
        """Show a candidate; if it was painted ahead, `follow` updates the labels behind later."""
        if row != self._row:
            if row >= self._known_count:
                # The list has grown since the facts were looked up.
                self.set_columns(self._picked)
            if self.editor.row not in (-1, row):
                self.editor.finish()
            self._row = row
            if self._ahead.holds(self._card_look(row)):
                self._ahead.cover()
                return
        self.follow()

    def follow(self) -> None:
        """Update the labels to match the picture painted ahead, and show them in its place."""
        self._show_labels()
        self._ahead.lift()

    def prepare(self, row: int) -> None:
        """Paint the candidate that is likely to be shown next into memory."""
        now, look = self._row, self._card_look(row)
        busy = self.editor.row >= 0 or self._ahead.is_covering or not self.isVisible()
        if busy or now < 0 or row >= self._known_count or self._ahead.holds(look):
            return
        self._row = row
        self._show_labels()
        self._ahead.keep(look)
        self._row = now
        self._show_labels()

    def show_others(self, shown: bool) -> None:
        """Show the verdicts and comments of the other reviewers behind the comment, or hide them.

        They are never shown in a blind review.
        """
        self.shows_others = shown and self._columns.others is not None
        if self._row >= 0:
            self._show_opinion()

    def _remarks(self, row: int) -> str:
        """Return the comment on a candidate, with the others' remarks if they are shown."""
        comment = self._session.opinion(row).comment
        others = self._session.others.remarks(row) if self.shows_others else ""
        return " | ".join(filter(None, (comment, others)))

    def add_corner(self, widget: QLabel) -> None:
        """Put a label at the right end of the first line, in front of the comment's end."""
        self._corner = widget
        self._comment_cell.addWidget(widget, 0, 0, Qt.AlignmentFlag.AlignRight)

    def edit_comment(self) -> None:
        """Write a comment on the candidate that is shown."""
        if self._row < 0:
            return
        if not self.isVisible():
            self._session.message.emit("comments are written at the panels: Esc returns to them")
            return
        if self._session.read_only:
            self._session.message.emit("read only: a comment cannot be saved here")
            return
        self.comment.hide()
        if self._corner is not None:
            # The editor takes the rest of the line, so that the whole comment is readable.
            self._corner.hide()
        self.editor.start(self._row, self._session.opinion(self._row).comment)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._fit_heading()

    def _fit_heading(self) -> None:
        """Leave out what a narrow heading has no room for: the place, then the verdict's word."""
        # Tags and comment follow, which shrink to nothing.
        room = self.width() - self.name.minimumWidth() - 2 * NARROW_SPACING - 2
        chip, place = self.chip.whole_width, self.place.sizeHint().width()
        spacing = SPACING if room >= chip + place + 3 * SPACING else NARROW_SPACING
        if spacing != self._spacing:
            self._spacing = spacing
            self._first.setSpacing(spacing)
        self.chip.show_word(room >= chip + spacing)
        self.place.setVisible(room >= chip + place + 2 * spacing)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self.chip.update()

    def _on_editor_left(self) -> None:
        self.comment.show()
        if self._corner is not None:
            self._corner.show()

    def _make_label(self, name: str) -> QLabel:
        label = plain_label(parent=self)
        label.setAccessibleName(name)
        return label

    def _set_up_labels(self) -> None:
        font = self.name.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.25)
        self.name.setFont(font)
        self.name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # NoFocus: a selectable label would take the focus, and the verdict keys, on a click.
        self.name.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.name.setMinimumWidth(self.name.fontMetrics().horizontalAdvance(SAMPLE_NAME))
        italic = self.comment.font()
        italic.setItalic(True)
        self.comment.setFont(italic)
        # Ignored: a long comment is cut off (the tool tip has all of it), not the window widened.
        self.seen.hide()
        for widget in (self.comment, self.editor):
            widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def _lay_out(self) -> None:
        first = self._first = QHBoxLayout()
        first.setSpacing(SPACING)
        for widget in (self.name, self.chip, self.place, self.seen, self.tags):
            first.addWidget(widget)
        # Both share one cell: the comment extends below the corner label while that is empty.
        cell = self._comment_cell = QGridLayout()
        cell.addWidget(self.comment, 0, 0)
        cell.addWidget(self.editor, 0, 0)
        first.addLayout(cell, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addLayout(first)
        layout.addWidget(self.strip)
        # The strut keeps the panels in place when the comment's line becomes an editor.
        height = max(self.editor.sizeHint().height(), self.name.sizeHint().height())
        first.addStrut(height)

    def _card_look(self, row: int) -> tuple[object, ...]:
        """Return everything that determines the look of a candidate's card."""
        corner = "" if self._corner is None else self._corner.text()
        ground = self.size(), self.devicePixelRatioF(), self.palette().cacheKey()
        place = self._place_text(row)
        opinion = self._session.opinion(row), self.shows_others
        words = self._session.due.since(row), self._seen_words(row)
        return row, opinion, words, tuple(self._facts), corner, place, *ground

    def _show_labels(self) -> None:
        name = self._session.candidates.name(self._row)
        if self.name.text() != name:
            self.name.setText(name)
            self.name.setToolTip(plain_tip(name) if len(name) > MAX_NAME_LENGTH else "")
        self._show_place()
        self._show_facts()
        self._show_opinion()

    def _place_text(self, row: int) -> str:
        queue = self._session.queue
        place = queue.position_of(row)
        return f"{place + 1:,} of {len(queue):,}" if place >= 0 else "not in filter"

    def _show_place(self) -> None:
        if self.place.set_text(self._place_text(self._row), len(self._session.candidates)):
            self._fit_heading()

    def _on_queue_changed(self, _first_new: int = 0) -> None:
        if self._row >= 0 and not self._ahead.is_covering:
            self._show_place()

    def _show_facts(self) -> None:
        self.strip.set_values([fact.text(self._row) for fact in self._facts])

    def _seen_words(self, row: int) -> str:
        return "" if self._seen_before is None or row < 0 else self._seen_before.words(row)

    def _on_seen_changed(self) -> None:
        if self._row >= 0:
            self._show_opinion()

    def _show_seen(self) -> None:
        words = self._seen_words(self._row)
        text = f"↺ {words}" if words else ""
        if self.seen.text() != text:
            self.seen.setText(text)
            key = f"; {self._adopt_key} gives the same verdict" if self._adopt_key else ""
            self.seen.setToolTip(plain_tip(f"{words}{key}") if words else "")
            self.seen.setVisible(bool(text))

    def _show_opinion(self) -> None:
        self._show_seen()
        opinion = self._session.opinion(self._row)
        since = self._session.due.since(self._row)
        self.chip.set_code(opinion.verdict.code, since)
        self.tags.show_tags(opinion.tags)
        remarks = self._remarks(self._row)
        comment = " ".join(remarks.split())
        if self.comment.text() != comment:
            self.comment.setText(comment)
            self.comment.setToolTip(plain_tip(remarks))

    def _on_opinions_changed(self, rows: list[int]) -> None:
        if self._row in rows:
            self._show_opinion()


class UnsavedComments(QObject):
    """Handler of refused comments, which return to their line or wait for the user's return.

    Parameters
    ----------
    session : Session
    card : CandidateCard
        Card whose line the comment was written in.
    key : str
        Text of the keys that begin a comment; empty without keys.
    """

    def __init__(
        self, session: Session, card: CandidateCard, key: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._card, self._key = session, card, key
        session.refused.connect(self._on_refused)
        session.current_changed.connect(self._on_current_changed)

    def set_key(self, key: str) -> None:
        """Set the text of the keys that begin a comment."""
        self._key = key

    def _on_refused(self, row: int, text: str) -> None:
        self._card.editor.keep_unsaved(row, text)
        # A comment that is being written is not interrupted.
        if row == self._session.current_row and self._card.editor.row < 0:
            self._card.edit_comment()

    def _on_current_changed(self, row: int) -> None:
        if self._card.editor.has_unsaved(row):
            hint = f": {self._key} shows it" if self._key else ""
            self._session.message.emit(f"comment not saved yet{hint}")
