"""Dialog that assigns images to the planes of a candidate list."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
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
    QLineEdit,
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
    """Dialog with a line for each plane: its name, its file, and a button to choose another file.

    Parameters
    ----------
    explanation : str
        Text above the lines: the request to the user.
    planes : mapping of str to str
        Plane name to file, known or guessed.
    files : sequence of str
        Further files to choose from.
    """

    chosen = pyqtSignal(dict)
    """Plane name to file, of the lines with a file."""

    instead = pyqtSignal(list)
    """Files to open as an input of their own."""

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
        request = plain_label(explanation, self)
        request.setWordWrap(True)
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        self._grid.setVerticalSpacing(4)
        self.problem_label = plain_label(parent=self)
        self.problem_label.setWordWrap(True)
        self.next_time = QLineEdit(self)
        self.next_time.setReadOnly(True)
        self.next_time.setAccessibleName("line to type next time")
        self.next_time.setToolTip("the line to type next time")
        self.next_time.hide()
        self._line_of: Callable[[dict[str, str]], str] | None = None
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
        row.addWidget(self.problem_label, 1)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addWidget(request)
        layout.addLayout(self._grid)
        layout.addLayout(row)
        layout.addStretch(1)
        layout.addWidget(self.next_time)
        layout.addWidget(self.buttons)
        for name in dict.fromkeys((*NAMES, *planes)):
            self._add_line(name, planes.get(name, ""))
        self._another = another
        self._order_tabs()
        self._check()
        # Return confirms if nothing is missing; in a field it would only end the typing.
        (self.lines[0][1] if self._problem() or button is None else button).setFocus()

    def _order_tabs(self) -> None:
        """Set the order of Tab to that of reading: the lines, "Another plane", the buttons."""
        chain: list[QWidget] = []
        for row in range(len(self.lines)):
            for column in range(3):
                item = self._grid.itemAtPosition(row, column)
                widget = None if item is None else item.widget()
                if widget is not None:
                    chain.append(widget)
        for before, after in pairwise((*chain, self._another, *self.buttons.buttons())):
            self.setTabOrder(before, after)

    def show_line(self, line_of: Callable[[dict[str, str]], str]) -> None:
        """Show the command line that stands for the chosen planes, to type next time."""
        self._line_of = line_of
        self.next_time.show()
        self._check()

    def offer_instead(self, files: Sequence[str]) -> None:
        """Add a button that opens some files as an input of their own."""
        button = QPushButton("Open by themselves instead", self)
        button.setAutoDefault(False)
        button.clicked.connect(partial(self._on_instead, list(files)))
        self.buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)

    def planes(self) -> dict[str, str]:
        """Return plane name to file, of the lines with a file."""
        return {
            name.currentText().strip(): _path_in(combo)
            for name, combo in self.lines
            if _path_in(combo)
        }

    def accept(self) -> None:
        """Emit the chosen planes, and close."""
        self.chosen.emit(self.planes())
        super().accept()

    def _problem(self) -> str:
        names = [name.currentText().strip() for name, combo in self.lines if _path_in(combo)]
        if "image" not in names:
            return "the image is missing: choose the one with the candidates"
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            return f"two planes are called {twice[0]}"
        if "" in names or any(name in SPECIAL for name in names):
            return f"name each plane, with a name other than {', '.join(SPECIAL)}"
        if len({"err", "variance", "weight"} & set(names)) > 1:
            return "err, variance and weight are all the noise: choose one"
        return ""

    def _check(self, _text: str = "") -> None:
        problem = self._problem()
        self.problem_label.setText(f"⚠ {problem}" if problem else "")
        if self._line_of is not None:
            self.next_time.setText(f"next time: {self._line_of(self.planes())}")
            self.next_time.setCursorPosition(0)
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
            # Return in a field must not add the typed text to the list of files.
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
        name = self.lines[-1][0]
        # The layout would show it in a later turn, and a hidden widget takes no keyboard.
        name.show()
        name.setFocus()

    def _on_instead(self, files: list[str]) -> None:
        self.instead.emit(files)
        self.reject()

    def _on_browse(self, combo: QComboBox) -> None:
        start = os.path.dirname(self._files[0]) if self._files else os.getcwd()
        dialog = QFileDialog(self, "Choose an image", start, "FITS (*.fits *.fit *.fts *.fz *.gz)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(partial(_set_path, combo))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def add_dropped_planes(planes: Mapping[str, str], paths: Iterable[str]) -> dict[str, str]:
    """Return planes with dropped files added, named by file name or by the first free name."""
    merged = dict(planes)
    for path in paths:
        guess = next(iter(planes_by_name([Path(path)])), None)
        free = [name for name in NAMES if name not in merged]
        merged[guess or next(iter(free), Path(path).stem)] = path
    return merged


def _path_in(combo: QComboBox) -> str:
    """Return the whole path of a listed file name, or the typed text unchanged."""
    text = combo.currentText().strip()
    row = combo.currentIndex()
    known = row >= 0 and combo.itemText(row) == text
    return str(combo.itemData(row)) if known else text


def _set_path(combo: QComboBox, path: str) -> None:
    combo.setCurrentText(path)
