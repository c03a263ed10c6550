"""Second window, for another screen: large panels of the candidate in the first window."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from vetter.gui.card.candidate_card import VerdictChip
from vetter.gui.panels.plane_row import PlaneRow
from vetter.gui.widgets.plain_text import plain_label, window_title
from vetter.gui.windows.window import Window
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.session import Session

FOLLOW_DELAY_MS = 30
"""Delay after the first window, whose pixels come first; a held key skips candidates here."""
USUAL_SIZE = (1280, 800)


class SecondWindow(QWidget):
    """Panels that follow the current candidate; nothing can be decided in them.

    The window never takes the keyboard, so that the keys stay with the first window. The mouse
    zooms and pans its panels alone.

    Parameters
    ----------
    session : Session
    cache : CutoutCache
        Source of the frames, which are those of the first window.
    panels : PlaneRow
        Panels of the first window; these ones show the same planes.
    first : Window
        First window; this one closes with it.
    """

    closed = pyqtSignal()

    def __init__(
        self, session: Session, cache: CutoutCache, panels: PlaneRow, first: Window
    ) -> None:
        super().__init__(first, Qt.WindowType.Window | Qt.WindowType.WindowDoesNotAcceptFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setObjectName("second window")
        self.setWindowTitle(window_title(f"{session.source.title} - vetter, second window"))
        self._session, self._cache, self._panels = session, cache, panels
        self._row = -1
        self.name = plain_label(parent=self)
        self.name.setAccessibleName("name")
        font = self.name.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.25)
        self.name.setFont(font)
        self.chip = VerdictChip(self)
        self.plane_row = PlaneRow(self, choice=panels.choice)
        self.plane_row.set_reticle(panels.is_reticle_shown)
        heading = QHBoxLayout()
        heading.setSpacing(14)
        heading.addWidget(self.name)
        heading.addWidget(self.chip)
        heading.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addLayout(heading)
        layout.addWidget(self.plane_row, 1)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(FOLLOW_DELAY_MS)
        self._soon.timeout.connect(self.follow)
        session.current_changed.connect(self._on_changed)
        session.opinions_changed.connect(self._on_changed)
        session.blanked.connect(self._on_changed)
        cache.ready.connect(self._on_ready)
        self.follow()

    def open_beside(self, first: Window) -> None:
        """Show the window, on another screen than the first if there is one."""
        own = first.screen()
        others = [] if own is None else [s for s in own.virtualSiblings() if s is not own]
        if others:
            self.setGeometry(others[0].availableGeometry())
            self.showMaximized()
            return
        room = self.size() if own is None else own.availableSize() * 0.8
        self.resize(QSize(*USUAL_SIZE).boundedTo(room))
        self.show()

    def follow(self) -> None:
        """Show the current candidate; its name and pixels change together."""
        self._soon.stop()
        session, row = self._session, self._session.current_row
        blank = row < 0 or session.is_blank
        self.plane_row.setVisible(not blank)
        self.chip.setVisible(not blank)
        if blank:
            self._row = -1
            self.name.setText("no candidate matches the filter")
            return
        name = session.candidates.name(row)
        # peek(), not get(): the GUI thread builds nothing for this window.
        frame = self._cache.peek(row)
        if self.plane_row.choice is not self._panels.choice:
            self.plane_row.set_choice(self._panels.choice)
        if self.plane_row.north is not self._panels.north:
            self.plane_row.set_north(self._panels.north)
        if frame is not None:
            self.plane_row.show_frame(frame)
        elif row != self._row:
            self.plane_row.show_loading(name, session.source.plane_names)
        self._row = row
        self.name.setText(name)
        self.chip.set_code(session.opinion(row).verdict.code)

    def set_theme(self, dark: bool) -> None:
        """Set dark or light surroundings of the panels."""
        self.plane_row.set_theme(dark)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self._soon.stop()
        for signal, slot in (
            (self._session.current_changed, self._on_changed),
            (self._session.opinions_changed, self._on_changed),
            (self._session.blanked, self._on_changed),
            (self._cache.ready, self._on_ready),
        ):
            signal.disconnect(slot)
        super().closeEvent(event)
        self.closed.emit()

    def _on_changed(self, _what: object = None) -> None:
        self._soon.start()

    def _on_ready(self, row: int) -> None:
        if row == self._session.current_row:
            self._soon.start()
