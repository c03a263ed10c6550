"""Page of the tags: names and colours of keys 1 to 9."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QColor, QIcon, QPixmap
from PyQt6.QtWidgets import QColorDialog, QGridLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from vetter.gui.widgets.plain_text import plain_label
from vetter.gui.widgets.theme import DARK

MAX_TAGS = 9
_SWATCH = 14


class TagPage(QWidget):
    """Line with name and colour for each tag; a change is taken when its field is left.

    Parameters
    ----------
    tags, colours : sequence of str
        Names in order, and ``#rrggbb`` or empty for each; missing colours are empty.
    """

    tags_changed = pyqtSignal(tuple, tuple)
    """Names, and colours."""

    def __init__(
        self, tags: Sequence[str], colours: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.names: list[QLineEdit] = []
        self.swatches: list[QPushButton] = []
        self.clears: list[QPushButton] = []
        self._colours = [*colours, *[""] * MAX_TAGS][:MAX_TAGS]
        self.problem = plain_label(parent=self)
        self.problem.setWordWrap(True)
        self.problem.setAccessibleName("problem with the tags")
        grid = QGridLayout()
        for place in range(MAX_TAGS):
            name = QLineEdit(tags[place] if place < len(tags) else "", self)
            name.setAccessibleName(f"name of tag {place + 1}")
            name.setMaxLength(60)
            name.editingFinished.connect(self._on_edited)
            swatch = QPushButton(self)
            swatch.setAutoDefault(False)
            swatch.setAccessibleName(f"colour of tag {place + 1}")
            swatch.clicked.connect(partial(self._on_swatch, place))
            clear = QPushButton("No colour", self)
            clear.setAutoDefault(False)
            clear.setAccessibleName(f"no colour for tag {place + 1}")
            clear.clicked.connect(partial(self._on_clear, place))
            policy = clear.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            clear.setSizePolicy(policy)
            for column, widget in enumerate(
                (plain_label(f"{place + 1}", self), name, swatch, clear)
            ):
                grid.addWidget(widget, place, column)
            self.names.append(name)
            self.swatches.append(swatch)
            self.clears.append(clear)
        layout = QVBoxLayout(self)
        explanation = plain_label(
            "The number is the tag's key. Verdicts keep the tags that they were given.", self
        )
        explanation.setWordWrap(True)
        layout.addWidget(explanation)
        layout.addLayout(grid)
        layout.addWidget(self.problem)
        layout.addStretch(1)
        self._show_colours()

    def set_colour(self, place: int, colour: str) -> None:
        """Give the tag at a place (from 0) a colour; empty takes it away."""
        self._colours[place] = colour
        self._show_colours()
        self._on_edited()

    def _on_edited(self) -> None:
        names = [field.text().strip() for field in self.names]
        while names and not names[-1]:
            names.pop()
        problem = ""
        if "" in names:
            problem = f"tag {names.index('') + 1} has no name: name it, or clear the tags after it"
        elif len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            problem = f"{twice!r} is the name of two tags: rename one of them"
        self.problem.setText(f"⚠ {problem}" if problem else "")
        if not problem:
            colours = self._colours[: len(names)]
            while colours and not colours[-1]:
                colours.pop()
            self.tags_changed.emit(tuple(names), tuple(colours))

    def _on_swatch(self, place: int, _checked: bool) -> None:
        dialog = QColorDialog(QColor(self._colours[place] or DARK.accent), self)
        dialog.setWindowTitle(f"Colour of tag {place + 1}")
        dialog.colorSelected.connect(partial(self._on_colour, place))
        dialog.open()

    def _on_colour(self, place: int, colour: QColor) -> None:
        self.set_colour(place, colour.name())

    def _on_clear(self, place: int, _checked: bool) -> None:
        self.set_colour(place, "")

    def _show_colours(self) -> None:
        lines = zip(self.swatches, self.clears, self._colours, strict=True)
        for swatch, clear, colour in lines:
            swatch.setText(colour or "Colour...")
            clear.setVisible(bool(colour))
            icon = QIcon()
            if colour:
                pixmap = QPixmap(_SWATCH, _SWATCH)
                pixmap.fill(QColor(colour))
                icon = QIcon(pixmap)
            swatch.setIcon(icon)
