"""Tags of the candidate on screen, each after a mark in the colour that the user gave it."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QSize
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from vetter.gui.widgets.flowing_text import FlowingText
from vetter.review.session import Session

_MARK, _GAP = 9, 4
"""Side of a mark, and its distance to the name, pixels."""


class TagLine(FlowingText):
    """One line of tags as ``#name``; without colours it is a plain text.

    Parameters
    ----------
    session : Session
        Its settings hold the colours.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._session = session
        self._tags: tuple[str, ...] = ()

    def show_tags(self, tags: Sequence[str]) -> None:
        """Show these tags."""
        self._tags = tuple(tags)
        text = "  ".join(f"#{tag}" for tag in tags)
        # Each change of a text costs a layout.
        if self.text() != text:
            self.setText(text)

    def colour_of(self, tag: str) -> str:
        """Return the colour of a tag as ``#rrggbb``; empty if it has none."""
        review = self._session.settings.review
        colours = dict(zip(review.tags, review.tag_colours, strict=False))
        return colours.get(tag, "")

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        coloured = sum(bool(self.colour_of(tag)) for tag in self._tags)
        return QSize(hint.width() + coloured * (_MARK + _GAP), hint.height())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        if not any(map(self.colour_of, self._tags)) or self.width() < self.sizeHint().width():
            super().paintEvent(event)
            return
        metrics = self.fontMetrics()
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        x, base = 0, metrics.ascent()
        for tag in self._tags:
            colour = self.colour_of(tag)
            if colour:
                painter.fillRect(x, base - _MARK, _MARK, _MARK, QColor(colour))
                x += _MARK + _GAP
            painter.drawText(x, base, f"#{tag}")
            x += metrics.horizontalAdvance(f"#{tag}  ")
        painter.end()
