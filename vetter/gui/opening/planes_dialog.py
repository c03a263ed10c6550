"""Which image is which plane of a candidate list."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vetter.core.cutout.cutout import SPECIAL
from vetter.gui.widgets.buttons import button_box
from vetter.gui.widgets.plain_text import plain_label, plain_tip
from vetter.io.field.nearby_planes import planes_by_name

NAMES = ("image", "template", "convolved", "diff", "err", "mask")
_MORE = ("variance", "weight", "scorr")


class PlanesDialog(QDialog):
    """A line for each plane: its name, its file, and a way to another one.

    Parameters
    ----------
    explanation : str
        What is asked for.
    planes : mapping of str to str
        Plane name to file, as known or guessed.
    files : sequence of str
        Files to choose from besides.
    """

    chosen = pyqtSignal(dict)
    """Plane name to file, of the lines that have one."""

    instead = pyqtSignal(list)
    """The files that are to be opened by themselves."""

    def __init__(
        self,
        explanation: str,
        planes: Mapping[str, str],
        files: Sequence[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("planes")
        self.setWindowTitle("Planes of the list")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 360)
        self._files = list(dict.fromkeys([*planes.values(), *files]))
        self.lines: list[tuple[QComboBox, QComboBox]] = []
        words = plain_label(explanation, self)
        words.setWordWrap(True)
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        self._grid.setVerticalSpacing(4)
        self.said = plain_label(parent=self)
        self.said.setWordWrap(True)
        ok, cancel = QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel
        self.buttons = button_box(ok | cancel, self)
        button = self.buttons.button(ok)
        if button is not None:
            button.setText("Show these planes")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        another = QPushButton("Another plane", self)
        another.setAutoDefault(False)
        another.clicked.connect(self._on_another)
        row = QHBoxLayout()
        row.addWidget(another)
        row.addWidget(self.said, 1)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addWidget(words)
        layout.addLayout(self._grid)
        layout.addLayout(row)
        layout.addStretch(1)
        layout.addWidget(self.buttons)
        for name in dict.fromkeys((*NAMES, *planes)):
            self._add_line(name, planes.get(name, ""))
        self._another = another
        self._order_tabs()
        self._check()
        # Return confirms where nothing is missing; in a field it would end the typing.
        (self.lines[0][1] if self._problem() or button is None else button).setFocus()

    def _order_tabs(self) -> None:
        """Tab goes as the eye does: the lines, another one, the buttons."""
        chain: list[QWidget] = []
        for row in range(len(self.lines)):
            for column in range(3):
                item = self._grid.itemAtPosition(row, column)
                widget = None if item is None else item.widget()
                if widget is not None:
                    chain.append(widget)
        for before, after in pairwise((*chain, self._another, *self.buttons.buttons())):
            self.setTabOrder(before, after)

    def offer_instead(self, files: Sequence[str]) -> None:
        """Offer to open some files by themselves."""
        button = QPushButton("Open by themselves instead", self)
        button.setAutoDefault(False)
        button.clicked.connect(partial(self._on_instead, list(files)))
        self.buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)

    def planes(self) -> dict[str, str]:
        """Plane name to file, of the lines that have one."""
        return {
            name.currentText().strip(): _file(combo) for name, combo in self.lines if _file(combo)
        }

    def accept(self) -> None:
        """Tell what was chosen."""
        self.chosen.emit(self.planes())
        super().accept()

    def _problem(self) -> str:
        names = [name.currentText().strip() for name, combo in self.lines if _file(combo)]
        if "image" not in names:
            return "the image is wanted: the one that the candidates are on"
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            return f"two planes are called {twice[0]}"
        if "" in names or any(name in SPECIAL for name in names):
            return f"a plane wants a name, and none of {', '.join(SPECIAL)}"
        if len({"err", "variance", "weight"} & set(names)) > 1:
            return "err, variance and weight say the same: choose one"
        return ""

    def _check(self, _text: str = "") -> None:
        problem = self._problem()
        self.said.setText(f"⚠ {problem}" if problem else "")
        ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        if ok is not None:
            ok.setEnabled(not problem)

    def _add_line(self, plane: str, file: str) -> None:
        row = len(self.lines)
        name = QComboBox(self)
        name.setEditable(True)
        name.addItems(list(dict.fromkeys((*NAMES, *_MORE, *([plane] if plane else [])))))
        name.setCurrentText(plane)
        name.setAccessibleName("name of the plane")
        combo = QComboBox(self)
        combo.setEditable(True)
        combo.setAccessibleName(f"file of the plane {plane}".strip())
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.addItem("", "")
        for path in self._files:
            combo.addItem(os.path.basename(path), path)
            combo.setItemData(combo.count() - 1, plain_tip(path), Qt.ItemDataRole.ToolTipRole)
        combo.setCurrentIndex(max(combo.findData(file), 0))
        for box in (name, combo):
            # Return in a field must not make what was typed a file of its own.
            box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            box.currentTextChanged.connect(self._check)
        browse = QPushButton("Browse...", self)
        browse.setAutoDefault(False)
        browse.clicked.connect(partial(self._on_browse, combo))
        for column, widget in enumerate((name, combo, browse)):
            self._grid.addWidget(widget, row, column)
        self.lines.append((name, combo))

    def _on_another(self) -> None:
        self._add_line("", "")
        self._order_tabs()
        self.lines[-1][0].setFocus()

    def _on_instead(self, files: list[str]) -> None:
        self.instead.emit(files)
        self.reject()

    def _on_browse(self, combo: QComboBox) -> None:
        start = os.path.dirname(self._files[0]) if self._files else os.getcwd()
        dialog = QFileDialog(self, "Choose an image", start, "FITS (*.fits *.fit *.fts *.fz *.gz)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(partial(_take_file, combo))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def with_dropped(planes: Mapping[str, str], paths: Iterable[str]) -> dict[str, str]:
    """Planes with dropped files among them, called as their names say or by the first free name."""
    found = dict(planes)
    for path in paths:
        guess = next(iter(planes_by_name([Path(path)])), None)
        free = [name for name in NAMES if name not in found]
        found[guess or next(iter(free), Path(path).stem)] = path
    return found


def _file(combo: QComboBox) -> str:
    """The whole path behind a file's name; what was typed, as it stands."""
    text = combo.currentText().strip()
    row = combo.currentIndex()
    known = row >= 0 and combo.itemText(row) == text
    return str(combo.itemData(row)) if known else text


def _take_file(combo: QComboBox, path: str) -> None:
    combo.setCurrentText(path)
