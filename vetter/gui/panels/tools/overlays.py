"""Overlays on the pixels: reticle, compass, scale bar, shift; visible on dark and on light.

Overlays that stay the same are drawn once into a small image, which is then stamped: lines with a
halo and text with a shadow, on six panels, would take a quarter of a frame's time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise, product

from PyQt6.QtCore import QLineF, QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPen

from vetter.core.cutout.sky_marks import MarkKind, PixelMark
from vetter.core.number_text import format_count
from vetter.gui.panels.layout.camera import Placement
from vetter.review.cutouts.rendered_cutout import Shift

_HALO = QColor(0, 0, 0, 200)
_PLATE = QColor(20, 21, 22, 190)
_RETICLE = QColor("#9df29a")
_MARK, _DARK_MARK = QColor("#f0f0f0"), QColor("#1d1e20")
_LIGHT_HALO = QColor(255, 255, 255, 200)
_ARROW = 22.0
"""Length of the compass's arrows, screen units."""
_COMPASS_REACH = 40.0
"""Distance from the compass's origin to the far edge of its letters, screen units."""
_SHIFT = QColor("#f59bff")
_PIPELINE = QColor("#8fd3ff")
_PLANET = QColor("#ffd166")
_DETECTION = QColor("#ffa94d")
_PREDICTED_SIZE = 7.0
_RING_RADIUS = 5.0
_LEAST_RADIUS = 3.0
"""Screen units; radius of another detection if the size of the PSF is unknown or tiny."""
_PEN_STYLES = {MarkKind.DIPOLE: Qt.PenStyle.SolidLine, MarkKind.TRAIL: Qt.PenStyle.DashLine}
SHIFT_FACTOR = 10
"""Length of the drawn arrow over the length of a fit's shift; makes 0.1 px visible."""


def draw_reticle(painter: QPainter, x: float, y: float, scale: float, ratio: float = 1.0) -> None:
    """Draw four strokes towards the candidate, leaving its own pixels free.

    Parameters
    ----------
    x, y : float
        The candidate on the screen, not rounded; drawn at the nearest device pixel.
    scale : float
        Screen units per cutout pixel; the gap grows with it, between 9 and 40 units.
    ratio : float
        Device pixels per screen unit.
    """
    gap = round(min(max(3.5 * scale, 9.0), 40.0))
    stamp = _reticle_stamp(gap, gap + round(min(max(2.0 * scale, 9.0), 18.0)), ratio)
    # The stamp is centred on a pixel, so strokes one pixel wide stay sharp.
    middle = stamp.width() // 2
    left, top = math.floor(x * ratio) - middle, math.floor(y * ratio) - middle
    painter.drawImage(QPointF(left / ratio, top / ratio), stamp)


def turn_painter(painter: QPainter, at: Placement) -> None:
    """Turn a painter so that it draws upright pictures as the camera has tilted them."""
    if at.tilt:
        painter.translate(*at.pivot)
        # Qt turns clockwise.
        painter.rotate(-at.tilt)
        painter.translate(-at.pivot[0], -at.pivot[1])


def draw_pixels(painter: QPainter, at: Placement, image: QImage) -> None:
    """Draw the pixels of a picture as squares, tilted if the camera tilts them.

    The rectangle includes the outer halves of the first and last pixels. Qt interpolates only with
    SmoothPixmapTransform, which is off.
    """
    whole = QRectF(at.left, at.top, at.nx * at.scale, at.ny * at.scale)
    if not at.tilt:
        painter.drawImage(whole, image)
        return
    painter.save()
    turn_painter(painter, at)
    painter.drawImage(whole, image)
    painter.restore()


def draw_compass(
    painter: QPainter,
    x: float,
    y: float,
    north: float,
    east: float,
    ratio: float = 1.0,
    on_light: bool = False,
) -> None:
    """Draw arrows to north and east from a point of the picture.

    Parameters
    ----------
    x, y : float
        Common origin of the two arrows on the screen.
    north, east : float
        Degrees from +x (right) towards +y (up).
    ratio : float
        Device pixels per screen unit.
    on_light : bool
        Whether the ground is light; on it white letters would be boxes of their shadows.
    """
    font = painter.font().toString()
    stamp = _compass_stamp(round(north), round(east), font, ratio, on_light)
    half = _COMPASS_REACH + 8
    painter.drawImage(QPointF(math.floor(x - half), math.floor(y - half)), stamp)


def compass_extent(north: float, east: float) -> tuple[float, float]:
    """Return how far the compass, with its letters, extends left of and below its origin."""
    angles = [math.radians(north), math.radians(east)]
    left = max(0.0, *(-math.cos(angle) for angle in angles))
    below = max(0.0, *(-math.sin(angle) for angle in angles))
    return 8 + _COMPASS_REACH * left, 8 + _COMPASS_REACH * below


def draw_scale_bar(
    painter: QPainter, right: float, y: float, length: float, label: str, ratio: float = 1.0
) -> None:
    """Draw a bar that ends at `right`, `length` screen units long, with its label above."""
    stamp = _bar_stamp(round(length * ratio) / ratio, label, painter.font().toString(), ratio)
    width, height = stamp.width() / ratio, stamp.height() / ratio
    painter.drawImage(QPointF(math.floor(right - width), math.floor(y - height)), stamp)


def draw_shift(
    painter: QPainter, x: float, y: float, scale: float, shift: Shift, over: QRectF
) -> None:
    """Draw an arrow from the candidate along a fit's shift, `SHIFT_FACTOR` times as long.

    Parameters
    ----------
    x, y : float
        The candidate on the screen.
    scale : float
        Screen units per cutout pixel.
    over : QRectF
        The pixels on the screen; their lower left corner shows the length of the shift.
    """
    across = SHIFT_FACTOR * scale * shift.dx
    up = SHIFT_FACTOR * scale * shift.dy
    length = math.hypot(across, up)
    if not math.isfinite(length):
        return
    if length > 1:
        tip = QPointF(x + across, y - up)
        barb = min(7.0, 0.6 * length) / length
        strokes = [QLineF(QPointF(x, y), tip)]
        for side in (0.5, -0.5):
            back = QPointF(-across - side * up, up - side * across)
            strokes.append(QLineF(tip, tip + barb * back))
        _draw_strokes(painter, strokes, _SHIFT)
    more = ", on its bound" if shift.at_bound else ""
    text = f"shift {math.hypot(shift.dx, shift.dy):.2f} px{more}, drawn x {SHIFT_FACTOR}"
    metrics = painter.fontMetrics()
    if metrics.horizontalAdvance(text) > over.width() - 8:
        text = _short_shift_text(shift, metrics, over.width() - 8)
    if text:
        _plate_text(painter, text, over, 0, _SHIFT)


def _short_shift_text(shift: Shift, metrics: QFontMetrics, room: float) -> str:
    """Return the longest text on a shift that fits into a width; whole words only."""
    length = f"{math.hypot(shift.dx, shift.dy):.2f} px"
    more = ", bound" if shift.at_bound else ""
    texts = (f"{length}{more}, x {SHIFT_FACTOR}", length + more, length)
    return _first_fitting(texts, metrics, room)


def _first_fitting(texts: Sequence[str], metrics: QFontMetrics, room: float) -> str:
    """Return the first of these texts that fits into a width; empty if none does."""
    return next((text for text in texts if metrics.horizontalAdvance(text) <= room), "")


def draw_marks(
    painter: QPainter,
    at: Placement,
    marks: Sequence[PixelMark],
    over: QRectF,
    on_diff: bool,
    above_shift: bool,
) -> None:
    """Draw the marks of an alert packet and the other detections of the object.

    Another detection is a circle whose diameter is the FWHM of the PSF. The predicted place of a
    minor planet is marked in every panel, the pipeline's dipole and trail thinly in the panel of
    the difference. The dipole is drawn `SHIFT_FACTOR` times as long, as the shift of a fit is; the
    trail in its length.

    Parameters
    ----------
    at : Placement
        Place of the cutout on the screen.
    over : QRectF
        The pixels on the screen.
    on_diff : bool
        Whether the panel shows the difference with its annotations.
    above_shift : bool
        Whether the text of the shift is in the lower left corner already.
    """
    texts = []
    others = [mark for mark in marks if mark.kind is MarkKind.DETECTION]
    _draw_detections(painter, at, others)
    for mark in marks:
        x, y = at.to_screen(mark.x, mark.y)
        if mark.kind is MarkKind.PREDICTED:
            _draw_predicted(painter, x, y, mark.label, over)
        elif on_diff and mark.kind is not MarkKind.DETECTION:
            factor = SHIFT_FACTOR if mark.kind is MarkKind.DIPOLE else 1
            half = QPointF(mark.dx, -mark.dy) * (0.5 * factor * at.scale)
            line = QLineF(QPointF(x, y) - half, QPointF(x, y) + half)
            painter.setPen(QPen(_PIPELINE, 1, _PEN_STYLES[mark.kind]))
            painter.drawLine(line)
            if mark.kind is MarkKind.DIPOLE:
                # The dot is the positive lobe.
                painter.setBrush(_PIPELINE)
                painter.drawEllipse(line.p2(), 2.0, 2.0)
                painter.setBrush(Qt.BrushStyle.NoBrush)
            texts.append(f"{mark.label} x {factor}" if factor > 1 else mark.label)
    step = painter.fontMetrics().height() + 4
    raised = step if above_shift else 0
    if texts:
        _plate_text(painter, f"pipeline: {', '.join(texts)}", over, raised, _PIPELINE)
        raised += step
    if others and on_diff:
        count = format_count(len(others), "other detection")
        shorter = f"{count}, circles: FWHM", count, format_count(len(others), "other")
        text = _first_fitting(shorter, painter.fontMetrics(), over.width() - 8)
        if text:
            _plate_text(painter, text, over, raised, _DETECTION)


def _draw_detections(painter: QPainter, at: Placement, marks: Sequence[PixelMark]) -> None:
    for mark in marks:
        radius = max(0.5 * math.hypot(mark.dx, mark.dy) * at.scale, _LEAST_RADIUS)
        middle = QPointF(*at.to_screen(mark.x, mark.y))
        for ink, width in ((_HALO, 3), (_DETECTION, 1)):
            painter.setPen(QPen(ink, width))
            painter.drawEllipse(middle, radius, radius)


def _draw_predicted(painter: QPainter, x: float, y: float, label: str, over: QRectF) -> None:
    """Draw a diamond around the predicted place, with the designation beside it."""
    if not over.contains(QPointF(x, y)):
        return
    size = _PREDICTED_SIZE
    corners = [QPointF(x, y - size), QPointF(x + size, y), QPointF(x, y + size)]
    corners += [QPointF(x - size, y), corners[0]]
    _draw_strokes(painter, [QLineF(*ends) for ends in pairwise(corners)], _PLANET)
    metrics = painter.fontMetrics()
    left, width = x + size + 4, metrics.horizontalAdvance(label)
    if left + width > over.right() - 2:
        left = x - size - 4 - width
    painter.setPen(_HALO)
    base = y + (metrics.ascent() - metrics.descent()) / 2
    for across, down in product((-1, 0, 1), repeat=2):
        painter.drawText(QPointF(left + across, base + down), label)
    painter.setPen(_PLANET)
    painter.drawText(QPointF(left, base), label)


def _plate_text(painter: QPainter, text: str, over: QRectF, raised: float, colour: QColor) -> None:
    """Write a text in the lower left corner of a panel, so far above its edge.

    On a plate, since the pixels under it are of any brightness, and coloured.
    """
    metrics = painter.fontMetrics()
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, int(over.width() - 8)))
    at = QPointF(
        math.floor(over.left() + 5), math.floor(over.bottom() - 4 - raised - metrics.descent())
    )
    plate = QRectF(at.x() - 3, at.y() - metrics.ascent() - 1, 0, metrics.height() + 2)
    plate.setWidth(metrics.horizontalAdvance(text) + 6)
    painter.fillRect(plate, _PLATE)
    painter.setPen(colour)
    painter.drawText(at, text)


def draw_ring(
    painter: QPainter, x: float, y: float, colour: QColor, crossed: bool, ratio: float = 1.0
) -> None:
    """Draw a ring around a candidate in the surroundings, or a ring that is crossed out.

    A hundred rings drawn one by one take 3 ms, their stamps 0.4.

    Parameters
    ----------
    x, y : float
        The candidate on the screen, not rounded; drawn at the nearest device pixel.
    ratio : float
        Device pixels per screen unit.
    """
    stamp = _ring_stamp(colour.name(), crossed, ratio)
    half = stamp.width() / 2
    left, top = round(x * ratio - half), round(y * ratio - half)
    painter.drawImage(QPointF(left / ratio, top / ratio), stamp)


def _stamp(width: float, height: float, ratio: float, draw: Callable[[QPainter], None]) -> QImage:
    """Draw once into an image with a transparent background."""
    stamp = QImage(
        math.ceil(width * ratio),
        math.ceil(height * ratio),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    stamp.setDevicePixelRatio(ratio)
    stamp.fill(0)
    painter = QPainter(stamp)
    draw(painter)
    painter.end()
    return stamp


@lru_cache(maxsize=16)
def _reticle_stamp(gap: int, end: int, ratio: float) -> QImage:
    side = 2 * end + 5

    def draw(painter: QPainter) -> None:
        middle = (math.floor(side * ratio) // 2 + 0.5) / ratio
        strokes = [
            QLineF(
                middle + sign * across * gap,
                middle + sign * down * gap,
                middle + sign * across * end,
                middle + sign * down * end,
            )
            for sign in (-1, 1)
            for across, down in ((1, 0), (0, 1))
        ]
        _draw_strokes(painter, strokes, _RETICLE)

    return _stamp(side, side, ratio, draw)


@lru_cache(maxsize=16)
def _ring_stamp(colour: str, crossed: bool, ratio: float) -> QImage:
    side = 2 * _RING_RADIUS + 4
    middle = QPointF(side / 2, side / 2)
    slash = QPointF(_RING_RADIUS, -_RING_RADIUS) * 0.7

    def draw(painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for pen in (QPen(_HALO, 3), QPen(QColor(colour), 1.2)):
            painter.setPen(pen)
            painter.drawEllipse(middle, _RING_RADIUS, _RING_RADIUS)
            if crossed:
                painter.drawLine(middle - slash, middle + slash)

    return _stamp(side, side, ratio, draw)


@lru_cache(maxsize=16)
def _compass_stamp(north: int, east: int, font: str, ratio: float, on_light: bool) -> QImage:
    half = _COMPASS_REACH + 8
    inks = (_DARK_MARK, _LIGHT_HALO) if on_light else (_MARK, _HALO)

    def draw(painter: QPainter) -> None:
        painter.setFont(_read_font(font))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strokes = []
        for angle in (north, east):
            right, up = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            tip = QPointF(half + _ARROW * right, half - _ARROW * up)
            strokes.append(QLineF(QPointF(half, half), tip))
            for turn in (150, -150):
                barb = math.radians(angle + turn)
                strokes.append(QLineF(tip, tip + QPointF(5 * math.cos(barb), -5 * math.sin(barb))))
        _draw_strokes(painter, strokes, *inks)
        for angle, letter in ((north, "N"), (east, "E")):
            right, up = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            reach = _ARROW + 9
            _draw_label(painter, half + reach * right, half - reach * up, letter, *inks)

    return _stamp(2 * half, 2 * half, ratio, draw)


@lru_cache(maxsize=16)
def _bar_stamp(length: float, label: str, font: str, ratio: float) -> QImage:
    width, height = max(length, 60.0) + 6, 30.0

    def draw(painter: QPainter) -> None:
        painter.setFont(_read_font(font))
        right, y = width - 2.5, height - 5.5
        left = right - length
        strokes = [
            QLineF(left, y, right, y),
            QLineF(left, y - 3, left, y + 3),
            QLineF(right, y - 3, right, y + 3),
        ]
        _draw_strokes(painter, strokes, _MARK)
        _draw_label(painter, (left + right) / 2, y - 11, label)

    return _stamp(width, height, ratio, draw)


def _read_font(key: str) -> QFont:
    font = QFont()
    font.fromString(key)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def _draw_strokes(
    painter: QPainter, strokes: list[QLineF], colour: QColor, halo: QColor = _HALO
) -> None:
    for ink, width in ((halo, 3), (colour, 1)):
        pen = QPen(ink, width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLines(*strokes)


def _draw_label(
    painter: QPainter,
    x: float,
    y: float,
    text: str,
    colour: QColor = _MARK,
    halo: QColor = _HALO,
) -> None:
    """Draw a text centred on a point, with a shadow all round."""
    metrics = painter.fontMetrics()
    left = math.floor(x - metrics.horizontalAdvance(text) / 2)
    base = math.floor(y + (metrics.ascent() - metrics.descent()) / 2)
    painter.setPen(halo)
    for across, down in product((-1, 0, 1), repeat=2):
        painter.drawText(QPointF(left + across, base + down), text)
    painter.setPen(colour)
    painter.drawText(QPointF(left, base), text)
