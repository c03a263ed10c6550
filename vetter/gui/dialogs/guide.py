"""Window with the user guide."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from vetter.io.files.resources import resource_path

MARGIN = 16
"""Margin around the text in pixels; lines that touch the frame are hard to read."""


class Guide(QDialog):
    """Window with ``resources/guide.md``; the window behind stays usable."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("User guide - vetter")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(False)
        self.setObjectName("guide")
        self.resize(860, 680)
        self.text = QTextBrowser(self)
        self.text.setAccessibleName("user guide")
        page = self.text.document()
        assert page is not None
        page.setDocumentMargin(MARGIN)
        path = resource_path("guide.md")
        # The pictures lie beside the text.
        self.text.setSearchPaths([str(path.parent)])
        self.text.setMarkdown(path.read_text(encoding="utf-8"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.text)
