"""Row of epochs: one plane of the current object on every image of the night, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PyQt6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import (
    QHelpEvent,
    QHideEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from vetter.core.columns.value_filter import value_filters
from vetter.core.judgement.answer import NOT_FITTED
from vetter.gui.epochs.epoch_tile import GAP, TILE, paint_tile, tile_width, tool_tip
from vetter.gui.panels.thumbnails import Thumbnails, quarter_turns, turn_image
from vetter.gui.widgets.answer_style import answer_code_of
from vetter.gui.widgets.plain_text import menu_text, plain_tip
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.cutouts.epoch_row import Epoch, epochs_of
from vetter.review.cutouts.rendered_cutout import Target
from vetter.review.session import Session

LABEL_WIDTH = 64
"""Width in pixels of the strip's first part: plane name and number of epochs."""

RETRY_MS = 40
_MAX_TURNED = 300
TOLD_COLUMNS = ("field", "filter", "verdict")
"""Columns whose values a tile shows, by which its menu filters the list."""
FIRST_PLANES = ("image", "diff", "template")


class EpochStrip(QWidget):
    """Thumbnails of the current candidate's epochs, first to last; a click goes to a candidate.

    An image without a candidate at this place has a tile too, marked "not found". Nothing is read
    or built here: pictures come from the cutout cache, after the panels were painted; until then
    a tile shows "loading". Pictures are turned by quarter turns to match the panels.

    Parameters
    ----------
    session : Session
    cache : CutoutCache
    """

    wanted = pyqtSignal()
    """Emitted when the strip needs other pictures than before."""
    filter_wanted = pyqtSignal(str)
    """Condition to filter the list by."""

    def __init__(self, session: Session, cache: CutoutCache, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._epochs: list[Epoch] = []
        self._first = 0
        self._current = session.current_row
        self.seen: set[int] = set()
        self._turned: dict[tuple[int, int, bool], QImage] = {}
        names = session.source.plane_names
        self.planes = [name for name in FIRST_PLANES if name in names] or list(names[:1]) or [""]
        self.thumbnails = Thumbnails(cache, self.planes[0], self, patient=True)
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(RETRY_MS)
        self._retry.timeout.connect(self.wanted)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(TILE + 2 * GAP)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("epochs of this object")
        self.thumbnails.picture_ready.connect(self._on_made)
        self.thumbnails.place_made.connect(self._on_made)
        self.thumbnails.outdated.connect(self._on_outdated)
        session.opinions_changed.connect(self._on_opinions_changed)

    @property
    def epochs(self) -> Sequence[Epoch]:
        """Epochs of the current object, first to last in time."""
        return self._epochs

    @property
    def shown(self) -> Sequence[Epoch]:
        """Epochs that fit into the width."""
        return self._epochs[self._first : self._first + self._room()]

    def turn_to(self, row: int) -> None:
        """Mark another candidate as current, or show no epochs until `follow`.

        The strip is painted with the panels: no epoch appears under another candidate's name.
        """
        if not self._is_own(row):
            self._epochs, self._first = [], 0
        self._current = row
        self.update()

    def follow(self, row: int) -> None:
        """Find the epochs of the current candidate; `needed_targets` then returns the pictures."""
        self._current = row
        if not self.isVisible():
            return
        if not self._is_own(row):
            session = self._session
            count = len(session.candidates)
            self._epochs = epochs_of(session.source, row, count) if row >= 0 else []
        self._scroll_to_current()
        self.update()

    def refresh(self) -> None:
        """Forget the epochs, as more of the list has come; `follow` finds them."""
        self._epochs = []

    def target_at(self, point: QPoint) -> Target:
        """Return the row or place of the tile at a point; -1 beside all tiles."""
        epoch = self._epoch_at(point.x())
        return -1 if epoch is None else epoch.target

    def extend_menu(self, menu: QMenu, row: int, _point: QPoint) -> None:
        """Add the filters by what a tile tells of its candidate to a menu."""
        columns = self._session.columns
        for name in (name for name in TOLD_COLUMNS if name in columns.names):
            value = (
                self._session.opinion(row).verdict.value
                if name == "verdict"
                else columns.values(name)[row]
            )
            for condition in value_filters(name, value):
                action = menu.addAction(menu_text(f"Filter by {condition}"))
                assert action is not None
                action.triggered.connect(partial(self._emit_filter, condition))

    def _emit_filter(self, condition: str, _checked: bool) -> None:
        self.filter_wanted.emit(condition)

    def needed_targets(self) -> list[Target]:
        """Return the places whose pictures are needed, nearest to the current epoch first.

        Empty if the strip is hidden.
        """
        if not self.isVisible():
            return []
        self.thumbnails.set_size(TILE, self.devicePixelRatioF())
        here = next((i for i, e in enumerate(self.shown) if e.row == self._current), 0)
        order = sorted(range(len(self.shown)), key=lambda place: abs(place - here))
        return [self.shown[place].target for place in order]

    def update_fit_results(self, rows: list[int]) -> None:
        """Repaint the tiles if one of these newly fitted candidates has one."""
        if self.isVisible() and not {epoch.row for epoch in self.shown}.isdisjoint(rows):
            self.update()

    def next_plane(self) -> None:
        """Show the next of image, difference and template in all tiles."""
        place = self.planes.index(self.thumbnails.plane)
        self.thumbnails.set_plane(self.planes[(place + 1) % len(self.planes)])
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, TILE + 2 * GAP)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        assert event is not None
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.palette().window())
        self._paint_edge(painter)
        gaps = False
        for place, epoch in enumerate(self.shown):
            rect = self._rect(place)
            if not rect.intersects(event.rect()):
                continue
            picture = self._picture(epoch)
            gaps |= picture is None
            if isinstance(picture, QImage):
                self.seen.add(epoch.row)
            code = self._code(epoch)
            current = epoch.row >= 0 and epoch.row == self._current
            ratio = self.devicePixelRatioF()
            answer = self._answer(epoch)
            paint_tile(painter, rect, epoch, picture, code, current, self.palette(), ratio, answer)
        painter.end()
        if gaps and not self._retry.isActive():
            self._retry.start()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if event.position().x() < LABEL_WIDTH:
            self.next_plane()
            return
        epoch = self._epoch_at(event.position().x())
        if epoch is None:
            return
        if epoch.row >= 0:
            self._session.go_to_row(epoch.row)
        else:
            self._session.message.emit(f"{epoch.name}: no candidate was found in this place")

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Scroll to earlier or later epochs if not all fit into the width."""
        if event is not None:
            turned = event.angleDelta().y() or event.angleDelta().x()
            self._scroll(-1 if turned > 0 else 1)
            event.accept()

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            epoch = self._epoch_at(event.pos().x())
            tip = "Click: another plane" if event.pos().x() < LABEL_WIDTH else ""
            if epoch is not None:
                tip = tool_tip(epoch, self._code(epoch), self._answer(epoch))
            QToolTip.showText(event.globalPos(), plain_tip(tip), self)
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._scroll_to_current()
        self.wanted.emit()

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self.follow(self._current)
        self.wanted.emit()

    def hideEvent(self, event: QHideEvent | None) -> None:
        super().hideEvent(event)
        self._retry.stop()

    def _picture(self, epoch: Epoch) -> QImage | str | None:
        """Return an epoch's picture, turned to match the panels."""
        picture = self.thumbnails.image(epoch.target)
        own, wanted = (
            self.thumbnails.sky_orientation(epoch.target),
            self.thumbnails.sky_orientation(self._current),
        )
        if not isinstance(picture, QImage) or own is None or wanted is None:
            return picture
        key = (picture.cacheKey(), *quarter_turns(own, wanted))
        if key not in self._turned:
            if len(self._turned) > _MAX_TURNED:
                self._turned.clear()
            self._turned[key] = turn_image(picture, *key[1:])
        return self._turned[key]

    def _code(self, epoch: Epoch) -> int:
        return int(self._session.codes[epoch.row]) if epoch.row >= 0 else -1

    def _answer(self, epoch: Epoch) -> int:
        if epoch.row < 0:
            return NOT_FITTED
        return answer_code_of(self._session.columns, epoch.row)

    def _is_own(self, row: int) -> bool:
        return any(epoch.row == row for epoch in self._epochs)

    def _room(self) -> int:
        return max(1, (self.width() - LABEL_WIDTH) // (tile_width(self.fontMetrics()) + GAP))

    def _rect(self, place: int) -> QRect:
        width = tile_width(self.fontMetrics())
        return QRect(LABEL_WIDTH + place * (width + GAP), GAP, width, TILE)

    def _epoch_at(self, x: float) -> Epoch | None:
        place = int((x - LABEL_WIDTH) // (tile_width(self.fontMetrics()) + GAP))
        return self.shown[place] if x >= LABEL_WIDTH and place < len(self.shown) else None

    def _scroll(self, steps: int) -> None:
        last = max(0, len(self._epochs) - self._room())
        first = min(max(self._first + steps, 0), last)
        if first != self._first:
            self._first = first
            self.update()
            self.wanted.emit()

    def _scroll_to_current(self) -> None:
        here = next((i for i, epoch in enumerate(self._epochs) if epoch.row == self._current), 0)
        room = self._room()
        if not self._first <= here < self._first + room:
            self._first = here - room // 2
        self._first = min(max(self._first, 0), max(0, len(self._epochs) - room))

    def _paint_edge(self, painter: QPainter) -> None:
        count, found = len(self._epochs), sum(epoch.row >= 0 for epoch in self._epochs)
        lines = [self.thumbnails.plane, "epochs", f"{found} of {count}" if count else ""]
        hidden = (self._first, count - self._first - len(self.shown))
        if count and any(hidden):
            lines.append(f"\N{LEFTWARDS ARROW} {hidden[0]}  {hidden[1]} \N{RIGHTWARDS ARROW}")
        height = self.fontMetrics().height()
        top = GAP + max(0, (TILE - height * len(lines)) // 2)
        for number, line in enumerate(lines):
            role = self.palette().text() if number == 0 else self.palette().placeholderText()
            painter.setPen(role.color())
            room = QRect(0, top + number * height, LABEL_WIDTH - 6, height)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft), line)

    def _on_made(self, spot: Target) -> None:
        for place, epoch in enumerate(self.shown):
            if epoch.target == spot:
                self.update(self._rect(place))

    def _on_outdated(self) -> None:
        # The panels come first; the tiles follow once their pictures are made.
        if self.isVisible():
            self._retry.start()

    def _on_opinions_changed(self, rows: list[int]) -> None:
        if any(epoch.row in rows for epoch in self._epochs):
            self.update()
