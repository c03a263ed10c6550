"""Literal display of names and texts from files, which Qt may take for HTML or a mnemonic."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QWidget


def plain_label(text: str = "", parent: QWidget | None = None) -> QLabel:
    """Return a label that shows its texts literally."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    return label


def plain_tip(text: str) -> str:
    """Return a tool tip that shows a text literally; QToolTip has no setTextFormat()."""
    if "<" not in text and "&lt;" not in text:
        return text
    # Not html.escape(): importing html reads a table of entities at each start.
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<p style="white-space: pre-wrap">{escaped}</p>'


def menu_text(text: str) -> str:
    """Return the text of an action or button that shows ``text`` literally; & is a mnemonic."""
    return text.replace("&", "&&")


def window_title(text: str) -> str:
    """Return a window title that shows a text literally; [*] marks a modified file."""
    return text.replace("[*]", "[*][*]")
