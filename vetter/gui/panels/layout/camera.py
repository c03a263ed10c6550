"""Camera of the panels: the part of a cutout in view and the place of each pixel on the screen."""

from __future__ import annotations

import math
from typing import NamedTuple

MIN_WHOLE_SCALE = 12.0
"""Smallest scale, in device pixels per cutout pixel, that is rounded to a whole number.

Below, whole numbers would cost up to a third of a panel's side, and pixels whose widths differ by
one device pixel look equal; above, they cost at most a twelfth."""
MAX_SCALE = 160.0
MIN_ZOOM = 0.25


class Area(NamedTuple):
    """The part of a panel that pictures are drawn in, in the panel's coordinates.

    `ratio` is the number of device pixels per screen unit.
    """

    left: float
    top: float
    width: float
    height: float
    ratio: float = 1.0


class View(NamedTuple):
    """Zoom and centre of the view, the same in all panels and for consecutive candidates.

    Attributes
    ----------
    zoom : float
        1 if the whole cutout just fits.
    dx, dy : float
        Offset of the view's centre from the pixel that contains the candidate, in pixels.
    fitted : bool
        Whether the view is centred on the cutout; dx and dy are then ignored.
    """

    zoom: float = 1.0
    dx: float = 0.0
    dy: float = 0.0
    fitted: bool = True


class Subject(NamedTuple):
    """Size of the cutout in view, in pixels, and the candidate's position in it (x, y).

    `tilt` is the turn of the picture on the screen, degrees counter-clockwise; the camera turns it
    about the centre of the view and keeps its scale.
    """

    nx: int
    ny: int
    x: float
    y: float
    tilt: float = 0.0

    def middle(self, view: View) -> tuple[float, float]:
        """Return the cutout pixel at the centre of the view."""
        if view.fitted:
            return (self.nx - 1) / 2, (self.ny - 1) / 2
        # Rounded to a pixel, so that pixels stay in place on the screen between candidates.
        return math.floor(self.x + 0.5) + view.dx, math.floor(self.y + 0.5) + view.dy


class Placement(NamedTuple):
    """Position and scale of a cutout in a panel: y up, pixel centres at whole numbers.

    Attributes
    ----------
    left, top : float
        The picture's upper left corner, on the device's pixel grid.
    scale : float
        Screen units per cutout pixel.
    nx, ny : int
        The cutout's size.
    tilt : float
        Turn of the picture, with its corner, about the pivot, degrees counter-clockwise.
    pivot : (float, float)
        The centre of the view, in the panel's coordinates.
    """

    left: float
    top: float
    scale: float
    nx: int
    ny: int
    tilt: float = 0.0
    pivot: tuple[float, float] = (0.0, 0.0)

    def to_screen(self, x: float, y: float) -> tuple[float, float]:
        """Convert a cutout pixel to the panel's coordinates."""
        across = self.left + (x + 0.5) * self.scale
        down = self.top + (self.ny - 0.5 - y) * self.scale
        return self._turn(across, down, self.tilt) if self.tilt else (across, down)

    def to_pixel(self, across: float, down: float) -> tuple[float, float]:
        """Convert a point of the panel to a cutout pixel, which may be outside of the cutout."""
        if self.tilt:
            across, down = self._turn(across, down, -self.tilt)
        x = (across - self.left) / self.scale - 0.5
        return x, self.ny - 0.5 - (down - self.top) / self.scale

    def contains(self, x: float, y: float) -> bool:
        """Return whether a cutout pixel exists."""
        return -0.5 <= x < self.nx - 0.5 and -0.5 <= y < self.ny - 0.5

    def extent(self) -> tuple[float, float, float, float]:
        """Return left and top edge, width and height of the picture as it is on the screen."""
        ends = ((x - 0.5, y - 0.5) for x in (0, self.nx) for y in (0, self.ny))
        across, down = zip(*(self.to_screen(*end) for end in ends), strict=True)
        left, top = min(across), min(down)
        return left, top, max(across) - left, max(down) - top

    def _turn(self, across: float, down: float, degrees: float) -> tuple[float, float]:
        dx, dy = across - self.pivot[0], self.pivot[1] - down
        dx, dy = rotate_vector(dx, dy, degrees)
        return self.pivot[0] + dx, self.pivot[1] - dy


def rotate_vector(dx: float, dy: float, degrees: float) -> tuple[float, float]:
    """Return a vector, y up, after a turn counter-clockwise.

    Examples
    --------
    >>> [round(part, 3) for part in rotate_vector(1, 0, 90)]
    [0.0, 1.0]
    """
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    return cosine * dx - sine * dy, sine * dx + cosine * dy


def place(area: Area, subject: Subject, view: View) -> Placement:
    """Place the cutout in a panel."""
    scale = pixel_scale_on_screen(area, subject, view)
    x, y = subject.middle(view)
    left = area.left + area.width / 2 - (x + 0.5) * scale
    top = area.top + area.height / 2 - (subject.ny - 0.5 - y) * scale
    return Placement(
        _round_to_grid(left, area),
        _round_to_grid(top, area),
        scale,
        subject.nx,
        subject.ny,
        subject.tilt,
        _middle(area),
    )


def pixel_scale_on_screen(area: Area, subject: Subject, view: View) -> float:
    """Return the screen units per cutout pixel: whole device pixels from `MIN_WHOLE_SCALE` on."""
    fitting = min(area.width / subject.nx, area.height / subject.ny) * area.ratio
    fitting = max(fitting, 1e-3)
    if fitting >= MIN_WHOLE_SCALE:
        fitting = math.floor(fitting)
    device = min(fitting * view.zoom, max(MAX_SCALE, fitting))
    if device >= MIN_WHOLE_SCALE:
        device = math.floor(device + 0.5)
    return device / area.ratio


def zoom_view(
    view: View, factor: float, area: Area, subject: Subject, at: tuple[float, float] | None = None
) -> View:
    """Zoom the view by a factor about a point of the panel, or about its middle.

    Parameters
    ----------
    at : (float, float), optional
        Point in the panel's coordinates whose cutout pixel stays in place.
    """
    zoom = min(max(view.zoom * factor, MIN_ZOOM), _largest_zoom(area, subject))
    if zoom <= 1.0 + 1e-9:
        return View(zoom=zoom)
    target = view._replace(zoom=zoom)
    before, after = place(area, subject, view), pixel_scale_on_screen(area, subject, target)
    across, down = at if at is not None else _middle(area)
    x, y = before.to_pixel(across, down)
    middle = _middle(area)
    dx, dy = rotate_vector(across - middle[0], middle[1] - down, -subject.tilt)
    return _centred_on(target, subject, x - dx / after, y - dy / after)


def drag_view(view: View, across: float, down: float, area: Area, subject: Subject) -> View:
    """Return the view after the cutout was dragged across the screen."""
    x, y = subject.middle(view)
    scale = pixel_scale_on_screen(area, subject, view)
    dx, dy = rotate_vector(across, -down, -subject.tilt)
    x = min(max(x - dx / scale, -0.5), subject.nx - 0.5)
    y = min(max(y - dy / scale, -0.5), subject.ny - 0.5)
    return _centred_on(view, subject, x, y)


def _centred_on(view: View, subject: Subject, x: float, y: float) -> View:
    return View(view.zoom, x - math.floor(subject.x + 0.5), y - math.floor(subject.y + 0.5), False)


def _largest_zoom(area: Area, subject: Subject) -> float:
    fitting = pixel_scale_on_screen(area, subject, View()) * area.ratio
    return max(MAX_SCALE / fitting, 1.0)


def _middle(area: Area) -> tuple[float, float]:
    return area.left + area.width / 2, area.top + area.height / 2


def _round_to_grid(value: float, area: Area) -> float:
    return math.floor(value * area.ratio + 0.5) / area.ratio
