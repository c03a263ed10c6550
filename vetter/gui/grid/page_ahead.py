"""Page of the grid painted ahead, while the user looks at another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from PyQt6.QtCore import QRect, QSize
from PyQt6.QtGui import QColor, QImage, QPainter


class TileState(NamedTuple):
    """Candidate of a tile, and all that its pixels show of it.

    Attributes
    ----------
    row : int
        Row of the candidate.
    picture : QImage, str or None
        Its pictures, the reason that there are none, or None while they are made.
    code, answer : int
        Codes of its verdict and of its fit's answer.
    is_selected, is_current : bool
        Whether it is selected, and whether the user stands on it.
    """

    row: int
    picture: QImage | str | None
    code: int
    answer: int
    is_selected: bool
    is_current: bool


class PageAhead:
    """Picture of a page, and the state in which each of its tiles is painted.

    At the key the picture is copied, and a tile that shows something else by now is painted:
    for two hundred tiles this takes a third of the time of painting all.
    """

    def __init__(self) -> None:
        self._page: object = None
        self._picture = QImage()
        self._states: dict[int, TileState] = {}

    def begin(self, page: object, size: QSize, ratio: float, ground: QColor) -> QPainter:
        """Return a painter on the picture of a page; what is painted of this page already stays.

        Parameters
        ----------
        page : object
            The page's offset, sizes and colours: equal for an equal page.
        size : QSize
            Size of the page, screen units.
        ratio : float
            Device pixels per screen unit.
        ground : QColor
            Colour between the tiles.
        """
        if self._page != page:
            self._page = page
            self._states.clear()
            if self._picture.size() != size * ratio:
                self._picture = QImage(size * ratio, QImage.Format.Format_RGB32)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(ground)
        return QPainter(self._picture)

    def is_of(self, page: object) -> bool:
        """Return whether this page has been begun."""
        return self._page == page

    def has(self, place: int) -> bool:
        """Return whether the tile at a place of the order is painted, in whatever state."""
        return place in self._states

    def shows(self, place: int, state: TileState) -> bool:
        """Return whether the tile at a place of the order is painted in this state."""
        return self._states.get(place) == state

    def note(self, place: int, state: TileState) -> None:
        """Record that the tile at a place has been painted."""
        self._states[place] = state

    def forget(self, places: Iterable[int]) -> bool:
        """Take the tiles at these places as not painted, and return whether one of them was."""
        painted = [place for place in places if place in self._states]
        for place in painted:
            del self._states[place]
        return bool(painted)

    def drop(self) -> None:
        """Forget the page."""
        self._page = None
        self._states.clear()

    def draw(self, painter: QPainter, part: QRect) -> None:
        """Copy a part of the picture, given in screen units."""
        ratio = self._picture.devicePixelRatio()
        source = QRect(part.topLeft() * ratio, part.size() * ratio)
        painter.drawImage(part.topLeft(), self._picture, source)
