"""Arrangement of the panels: sizes of the room and of the cutouts to squares on the screen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from vetter.gui.panels.layout.camera import MIN_WHOLE_SCALE

UNIFORM_WORTH = 1.2
"""Worth of panels of one size over the same area in two sizes: equal scales compare best."""
KEPT_WORTH = 1.1
"""Worth of the present arrangement over another, so that small changes of the room keep it."""
SURROUND_WORTH = 0.7
"""Worth of the surround's area over that of the panels."""
MIN_SURROUND = 130
"""Smallest side of the surround, screen units; a smaller one shows too little."""
SMALLEST_SHARE = 0.6
"""Smallest side of a panel, in sides of the panels if all had one size."""
SMALLEST_BESIDE = 48
"""Smallest side of a panel beside one that the user made large, screen units."""
_LARGE_STEPS = 24
_MAX_BLOCK = 4


class Kind(NamedTuple):
    """Kind of an arrangement: where the large panel is, and rows and columns of the others.

    ``large`` is 'left', 'top' or, for panels of one size, empty.
    """

    large: str
    rows: int
    columns: int


class Tile(NamedTuple):
    """Square of a panel's pixels and its title above: left and top edge, and the square's side."""

    left: float
    top: float
    side: float


class Arrangement(NamedTuple):
    """Places of all panels.

    Attributes
    ----------
    kind : Kind
        Kind of the arrangement.
    tiles : tuple of Tile
        The panels, in their order.
    surround : Tile or None
        Place of the surround; None without one.
    left, right, height : float
        Room in use: from left to right, and from the upper edge down.
    """

    kind: Kind
    tiles: tuple[Tile, ...]
    surround: Tile | None
    left: float
    right: float
    height: float

    @property
    def area(self) -> float:
        """Area of all squares, with the surround."""
        squares = self.tiles if self.surround is None else (*self.tiles, self.surround)
        return sum(tile.side**2 for tile in squares)


class Room(NamedTuple):
    """Room of the panels, in screen units.

    Attributes
    ----------
    width, height : float
        Size available to all panels.
    title : float
        Height of the title above each panel.
    gap : float
        Distance between two panels.
    pixels : int
        Pixels along the longer side of a cutout, if equal for all cutouts, else 0; panels
        then end at the last pixel.
    ratio : float
        Device pixels per screen unit.
    """

    width: float
    height: float
    title: float
    gap: float
    pixels: int = 0
    ratio: float = 1.0

    def end_at_pixel(self, side: float) -> float:
        """Return the side of a panel that ends at the last pixel of a cutout."""
        scale = math.floor(side * self.ratio / self.pixels) if self.pixels else 0
        whole = scale >= MIN_WHOLE_SCALE
        return scale * self.pixels / self.ratio if whole else float(math.floor(side))


# A window asks several times for each of its few sizes.
@lru_cache(maxsize=64)
def arrange_panels(
    count: int,
    room: Room,
    before: Kind | None = None,
    large: int | None = None,
    with_surround: bool = False,
) -> Arrangement:
    """Arrange square panels so that they, and the surround beside them, cover most of the room.

    Panels have one size, in rows, or one is large and the others are a block beside or below it.
    No panel is much smaller than if all had one size. The whole is centred from left to right.

    Parameters
    ----------
    count : int
        Number of panels.
    room : Room
        Their room.
    before : Kind, optional
        The present arrangement, which is kept unless another is clearly better.
    large : int, optional
        Index of the panel that the user made large; it becomes as large as possible.
    with_surround : bool
        Whether a surround fills what the panels leave.
    """
    count = max(count, 1)
    forced = large is not None and count > 1
    choices = list(_with_one_large(count, room)) if forced else []
    if not forced:
        uniform = list(_of_one_size(count, room))
        least = SMALLEST_SHARE * max(tiles[0].side for _, tiles, _ in uniform)
        two_sizes = _with_one_large(count, room)
        choices = uniform + [choice for choice in two_sizes if choice[1][-1].side >= least]
    made = [
        _complete(kind, tiles, corners, room, with_surround) for kind, tiles, corners in choices
    ]
    best = max(made, key=lambda choice: _worth(choice, before, forced))
    if large is None or not forced:
        return best
    others = list(best.tiles[1:])
    return best._replace(tiles=(*others[:large], best.tiles[0], *others[large:]))


_Choice = tuple[Kind, list[Tile], list[tuple[float, float]]]
"""A kind, its tiles, and the corners from which the room is free to its lower right corner."""


def _of_one_size(count: int, room: Room) -> Iterator[_Choice]:
    for rows in range(1, count + 1):
        columns = math.ceil(count / rows)
        if (rows - 1) * columns >= count:
            continue
        across = (room.width - room.gap * (columns - 1)) / columns
        down = (room.height - room.gap * (rows - 1)) / rows - room.title
        side = room.end_at_pixel(max(min(across, down), 1.0))
        tiles, corners = _block(count, columns, side, room, (0.0, 0.0))
        yield Kind("", rows, columns), tiles, corners


def _with_one_large(count: int, room: Room) -> Iterator[_Choice]:
    largest = min(room.width, room.height - room.title)
    for lines in range(1, min(count - 1, _MAX_BLOCK) + 1):
        along = math.ceil((count - 1) / lines)
        for step in range(_LARGE_STEPS // 3, _LARGE_STEPS + 1):
            large = room.end_at_pixel(largest * step / _LARGE_STEPS)
            beside = (large + room.gap, 0.0)
            below = (0.0, large + room.title + room.gap)
            for name, start, rows, columns in (
                ("left", beside, along, lines),
                ("top", below, lines, along),
            ):
                across = (room.width - start[0] - room.gap * (columns - 1)) / columns
                down = (room.height - start[1] - room.gap * (rows - 1)) / rows - room.title
                side = room.end_at_pixel(min(across, down, large))
                if side < SMALLEST_BESIDE:
                    continue
                tiles, corners = _block(count - 1, columns, side, room, start)
                kind = Kind(name, rows, columns)
                yield kind, [Tile(0.0, 0.0, large), *tiles], corners


def _block(
    count: int, columns: int, side: float, room: Room, start: tuple[float, float]
) -> tuple[list[Tile], list[tuple[float, float]]]:
    """Return tiles in rows from a corner on, and the corners of the free room around them."""
    across, down = side + room.gap, side + room.title + room.gap
    tiles = [
        Tile(start[0] + index % columns * across, start[1] + index // columns * down, side)
        for index in range(count)
    ]
    rows = math.ceil(count / columns)
    corners = [(start[0] + columns * across, start[1]), (start[0], start[1] + rows * down)]
    if count % columns:
        corners.append((start[0] + count % columns * across, start[1] + (rows - 1) * down))
    return tiles, corners


def _complete(
    kind: Kind,
    tiles: list[Tile],
    corners: list[tuple[float, float]],
    room: Room,
    with_surround: bool,
) -> Arrangement:
    """Return the arrangement with its surround, centred from left to right."""
    # Also right of all panels and below them.
    right = max(tile.left + tile.side for tile in tiles) + room.gap
    bottom = max(tile.top + tile.side + room.title for tile in tiles) + room.gap
    surround = None
    if with_surround:
        squares = [
            Tile(x, y, math.floor(min(room.width - x, room.height - y - room.title)))
            for x, y in (*corners, (right, 0.0), (0.0, bottom))
        ]
        widest = max(tile.side for tile in tiles)
        surround = max(squares, key=lambda square: square.side)
        surround = surround._replace(side=min(surround.side, widest))
        surround = surround if surround.side >= MIN_SURROUND else None
    everything = tiles if surround is None else [*tiles, surround]
    width = max(tile.left + tile.side for tile in everything)
    height = max(tile.top + tile.side + room.title for tile in everything)
    # Whole units, so that all panels have their pixels at the same place on the device's grid.
    shift = float(max(math.floor((room.width - width) / 2), 0))
    placed = [tile._replace(left=tile.left + shift) for tile in everything]
    last = None if surround is None else placed.pop()
    return Arrangement(kind, tuple(placed), last, shift, shift + width, height)


def _worth(choice: Arrangement, before: Kind | None, forced: bool) -> float:
    sides = [tile.side for tile in choice.tiles]
    if forced:
        # The user wants this one large; the others only decide between equals.
        return sides[0] + 1e-3 * sides[-1]
    worth = sum(side**2 for side in sides)
    worth *= UNIFORM_WORTH if not choice.kind.large else 1.0
    if choice.surround is not None:
        worth += SURROUND_WORTH * choice.surround.side**2
    return worth * (KEPT_WORTH if choice.kind == before else 1.0)
