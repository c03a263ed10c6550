"""Names and texts of files shown as they are, where Qt would take them for HTML or a mnemonic."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QWidget


def plain_label(text: str = "", parent: QWidget | None = None) -> QLabel:
    """Return a label that shows its texts as they are."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    return label


def plain_tip(text: str) -> str:
    """Return a tool tip that shows a text as it is: a tool tip has no text format."""
    if "<" not in text and "&lt;" not in text:
        return text
    # Not html.escape(): its table of entities would be read at each start.
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<p style="white-space: pre-wrap">{escaped}</p>'


def menu_text(text: str) -> str:
    """Return the text of an action or a button that shows a text as it is: & makes a mnemonic."""
    return text.replace("&", "&&")


def window_title(text: str) -> str:
    """Return a title that shows a text as it is: [*] stands for the mark of a changed file."""
    return text.replace("[*]", "[*][*]")
