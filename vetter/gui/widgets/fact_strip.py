"""Strip of captioned values, placed by hand so that a new text costs no new layout."""

from __future__ import annotations

from collections.abc import Collection

from PyQt6.QtCore import QEvent, QSize, Qt
from PyQt6.QtGui import QPalette, QResizeEvent
from PyQt6.QtWidgets import QLabel, QSizePolicy, QWidget

from vetter.gui.widgets.plain_text import plain_label, plain_tip

GAPS = (18, 9)
"""Pixels between two facts: the first if one line holds all facts, else the second."""
CAPTION_GAP = 5
LINE_GAP = 2


class FactStrip(QWidget):
    """Dim captions with values beside them, on as many lines as the width needs.

    A value's place is as wide as the widest text it has had, so that facts stay in place
    from one candidate to the next.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._captions: list[QLabel] = []
        self._values: list[QLabel] = []
        self._widths: list[int] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_captions(
        self, captions: list[str], tips: list[str], copied: Collection[str] = ()
    ) -> None:
        """Create the labels of these facts, without values yet.

        Only the values of ``copied`` facts can be selected: a text in a selectable label takes
        three times as long to show (0.23 ms against 0.07).
        """
        for label in (*self._captions, *self._values):
            label.deleteLater()
        self._captions = [self._label(caption) for caption in captions]
        self._values = [self._label("") for _ in captions]
        self._widths = [0] * len(captions)
        for caption, value, name, tip in zip(
            self._captions, self._values, captions, tips, strict=True
        ):
            if name in copied:
                value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            # NoFocus: selectable labels would take the focus, and the verdict keys, on a click.
            value.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            value.setAccessibleName(name)
            caption.setToolTip(plain_tip(tip))
            value.setToolTip(plain_tip(tip))
            caption.show()
            value.show()
        self._dim_captions()
        self._place()

    def set_values(self, values: list[str]) -> None:
        """Show these values; labels with an unchanged text are skipped."""
        wider = False
        for place, (label, text) in enumerate(zip(self._values, values, strict=True)):
            if label.text() == text:
                continue
            label.setText(text)
            width = label.fontMetrics().horizontalAdvance(text) + 4
            if width > self._widths[place]:
                self._widths[place] = width
                wider = True
        if wider:
            self._place()

    def texts(self) -> dict[str, str]:
        """Return the shown values by caption."""
        pairs = zip(self._captions, self._values, strict=True)
        return {caption.text(): value.text() for caption, value in pairs}

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self._dim_captions()

    def _label(self, text: str) -> QLabel:
        label = plain_label(text, self)
        return label

    def _dim_captions(self) -> None:
        dim = self.palette().color(QPalette.ColorRole.PlaceholderText)
        for caption in self._captions:
            palette = caption.palette()
            if palette.color(QPalette.ColorRole.WindowText) != dim:
                palette.setColor(QPalette.ColorRole.WindowText, dim)
                caption.setPalette(palette)

    def _place(self) -> None:
        metrics = self.fontMetrics()
        height = metrics.height()
        needed = sum(self._widths) + GAPS[0] * (len(self._widths) - 1)
        needed += sum(metrics.horizontalAdvance(c.text()) + CAPTION_GAP for c in self._captions)
        gap = GAPS[0] if needed <= self.width() else GAPS[1]
        x = y = 0
        for caption, value, width in zip(self._captions, self._values, self._widths, strict=True):
            caption_width = metrics.horizontalAdvance(caption.text()) + CAPTION_GAP
            if x and x + caption_width + width > self.width():
                x, y = 0, y + height + LINE_GAP
            caption.setGeometry(x, y, caption_width, height)
            value.setGeometry(x + caption_width, y, width, height)
            x += caption_width + width + gap
        if self.height() != y + height or self.minimumHeight() != y + height:
            self.setFixedHeight(y + height)
