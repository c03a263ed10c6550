"""Line above the grid: planes, size, only undecided, number selected; a question in its place."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from vetter.gui.panels.panel_choice import plane_choices
from vetter.gui.widgets.group_question import GroupQuestion
from vetter.gui.widgets.plain_text import plain_label

FIRST_PLANES = ("diff", "image")
"""Plane shown by an input without a triplet: the first of these that it has."""

_HINT = "Tab: planes   + -: size   Shift, Ctrl, drag: select   Enter: look at it   Esc: back"
_HINT_COMPARING = (
    "Arrows, Tab: next   Verdict keys: decide the framed one   Enter: look at it   Esc: to tiles"
)


class GridBar(QWidget):
    """Choices of the grid, of constant height; a question covers them and moves no tile.

    Parameters
    ----------
    planes : list of str
        Planes of the input.
    """

    planes_changed = pyqtSignal(tuple)
    """The planes that the user chose."""

    resize_wanted = pyqtSignal(int)
    """1 for larger tiles, -1 for smaller ones."""

    undecided_changed = pyqtSignal(bool)
    """Whether only undecided candidates are wanted."""

    def __init__(self, planes: list[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choices = plane_choices(planes)
        self.planes = QComboBox(self)
        self.planes.addItems(list(self.choices))
        usual = next((name for name in ("triplet", *FIRST_PLANES) if name in self.choices), None)
        self.planes.setCurrentText(usual or next(iter(self.choices)))
        self.planes.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.planes.setAccessibleName("planes shown")
        self.planes.setToolTip("Planes shown (Tab: next, Shift+Tab: previous)")
        self.smaller, self.larger = QToolButton(self), QToolButton(self)
        self.smaller.setText("\N{MINUS SIGN}")
        self.larger.setText("+")
        self.smaller.setToolTip("Smaller tiles (-)")
        self.smaller.setAccessibleName("smaller tiles")
        self.larger.setToolTip("Larger tiles (+)")
        self.larger.setAccessibleName("larger tiles")
        self.undecided = QCheckBox("Only undecided", self)
        self.count = plain_label(parent=self)
        self.count.setAccessibleName("number selected")
        self.hint = plain_label(_HINT, self)
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.question = GroupQuestion(self)
        self.question.setAutoFillBackground(True)
        for widget in (self.planes, self.smaller, self.larger, self.undecided):
            # The grid keeps the keyboard.
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lay_out()
        self.planes.currentTextChanged.connect(self._on_planes)
        self.smaller.clicked.connect(self._on_smaller)
        self.larger.clicked.connect(self._on_larger)
        self.undecided.toggled.connect(self.undecided_changed)

    @property
    def chosen(self) -> tuple[str, ...]:
        """Planes that are chosen."""
        return self.choices[self.planes.currentText()]

    def set_comparing(self, comparing: bool) -> None:
        """Leave the choices of the tiles out while candidates are side by side, or show them."""
        for widget in (self.planes, self.smaller, self.larger, self.undecided):
            widget.setVisible(not comparing)
        self.hint.setText(_HINT_COMPARING if comparing else _HINT)
        # Its place is known only once it is laid out beside the others.
        self.hint.show()
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self._fit_hint()

    def step_planes(self, steps: int) -> None:
        """Choose the next planes, or the previous ones."""
        index = self.planes.currentIndex() + steps
        self.planes.setCurrentIndex(index % self.planes.count())

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        for widget in (self.planes, self.smaller, self.larger, self.undecided, self.count):
            line.addWidget(widget)
        line.addWidget(self.hint, 1)
        line.addStretch(0)
        cell = QGridLayout(self)
        cell.setContentsMargins(0, 0, 0, 0)
        cell.addLayout(line, 0, 0)
        cell.addWidget(self.question, 0, 0)
        # The height does not change with the question, under which tiles would move.
        height = max(line.sizeHint().height(), self.question.sizeHint().height())
        self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._fit_hint()

    def _fit_hint(self) -> None:
        # Half a hint helps nobody.
        self.hint.setVisible(self.hint.sizeHint().width() < self.width() - self.hint.x())

    def _on_planes(self, title: str) -> None:
        self.planes_changed.emit(self.choices[title])

    def _on_smaller(self) -> None:
        self.resize_wanted.emit(-1)

    def _on_larger(self) -> None:
        self.resize_wanted.emit(1)
