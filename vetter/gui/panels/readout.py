"""Readout under the pointer: the pixel, its position on the sky, its value in every plane."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QLabel, QSizePolicy, QWidget

from vetter.core.coordinates.sky import format_sexagesimal, radec
from vetter.core.cutout.plane import Provenance
from vetter.errors import VetterError
from vetter.review.cutouts.rendered_cutout import RenderedCutout

if TYPE_CHECKING:
    from astropy.wcs import WCS

_PAUSE_MS = 25
"""Time between two updates of the text."""
_PLACE, _SKY, _DEGREES = (
    "FITS x 10000.0  y 10000.0",
    "00:00:00.00  +00:00:00.0",
    "000.000000  +00.000000",
)
"""Longest texts, which give the line its fixed width."""


class Readout(QLabel):
    """One line of fixed width: the pixel under the pointer and its position on the sky.

    Pixels are counted as in FITS, from 1, in the whole image, as other viewers show them.
    The text follows the pointer at most forty times a second. The panels show the values,
    each above its own pixels.
    """

    written = pyqtSignal()
    """The text has changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAccessibleName("position under the pointer")
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        # Maximum: a narrow heading makes it smaller, rather than wider than the window.
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._width = 0
        self._with_degrees = self._with_sky = True
        self.set_narrow(False)
        self.setToolTip(
            "x, y: FITS pixel of the whole image, counted from 1 (of the cutout, if its position "
            "in the image is unknown); then RA and Dec, sexagesimal and, in a wide window, in "
            "degrees"
        )
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._frame: RenderedCutout | None = None
        self._pixel: tuple[float, float] | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE_MS)
        self._soon.timeout.connect(self.update_now)

    def set_narrow(self, narrow: bool, compact: bool = False) -> None:
        """Hide the degrees in a narrow window, and the whole sky position in a compact one."""
        self._with_degrees, self._with_sky = not narrow, not compact
        sky = f"   {_SKY}" + ("" if narrow else f"   {_DEGREES}")
        sample = _PLACE + ("" if compact else sky)
        # A constant width, so that neither the pointer nor the next candidate moves other widgets.
        self._width = self.fontMetrics().horizontalAdvance(sample) + 2
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self._width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def show_frame(self, frame: RenderedCutout | None) -> None:
        """Set the frame on screen; the pointer stays at its pixel."""
        self._frame = frame
        if self._pixel is not None or self.text():
            self._update_soon()

    def show_pointer(self, pixel: object) -> None:
        """Set the cutout pixel (x, y) under the pointer, 0-based, or None."""
        self._pixel = pixel if isinstance(pixel, tuple) else None
        self._update_soon()

    def update_now(self) -> None:
        """Update the text now, without the pause."""
        self._soon.stop()
        frame, pixel = self._frame, self._pixel
        text = ""
        if frame is not None and pixel is not None:
            text = self._fitting(position_text(frame, *pixel, self._with_degrees, self._with_sky))
        # The comment lies behind this label: a text covers it, an empty text leaves it visible.
        self.setAutoFillBackground(bool(text))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not text)
        if text != self.text():
            self.setText(text)
            self.written.emit()

    def _fitting(self, text: str) -> str:
        """Return a text, or nothing where it would be cut off: half a number misleads."""
        return text if self.fontMetrics().horizontalAdvance(text) <= self.width() else ""

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._update_soon()

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self._update_soon()

    def hideEvent(self, event: QHideEvent | None) -> None:
        self._soon.stop()
        super().hideEvent(event)

    def _update_soon(self) -> None:
        # Frames still arrive after the window closes.
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()


def position_text(
    frame: RenderedCutout, x: float, y: float, degrees: bool = True, sky: bool = True
) -> str:
    """Return the position of a cutout pixel (0-based) as a line; empty outside of the cutout."""
    if frame.cutout is None or _inside(frame, x, y) is None:
        return ""
    left, bottom = frame.cutout.origin or (0, 0)
    place = f"FITS x {x + left + 1:.1f}  y {y + bottom + 1:.1f}"
    return f"{place}   {_sky(frame, x, y, degrees)}".rstrip() if sky else place


def plane_value_texts(frame: RenderedCutout, x: float, y: float) -> dict[str, str]:
    """Return the text of each plane's value at a cutout pixel (0-based); empty outside."""
    inside = _inside(frame, x, y)
    if inside is None:
        return {}
    column, row = inside
    texts = {}
    for name, plane in frame.planes.items():
        value = plane[row, column]
        if plane.dtype.kind == "b":
            bits = frame.cutout.bits.get(name) if frame.cutout is not None else None
            flags = f" ({int(bits[row, column])})" if bits is not None and value else ""
            texts[name] = f"{'bad' if value else 'good'}{flags}"
        else:
            texts[name] = _format_value(float(value))
            if Provenance.TURNED in frame.provenance.get(name, Provenance.GIVEN):
                texts[name] += " (turned)"
    return texts


def _inside(frame: RenderedCutout, x: float, y: float) -> tuple[int, int] | None:
    column, row = math.floor(x + 0.5), math.floor(y + 0.5)
    shape = frame.shape
    if shape is None or not (0 <= column < shape[1] and 0 <= row < shape[0]):
        return None
    return column, row


def _sky(frame: RenderedCutout, x: float, y: float, degrees: bool) -> str:
    wcs = _wcs(frame)
    degree_pair = None if wcs is None else radec(wcs, x, y)
    if degree_pair is None:
        return ""
    ra, dec = format_sexagesimal(*degree_pair)
    in_degrees = f"   {degree_pair[0]:.6f}  {degree_pair[1]:+.6f}"
    return f"{ra}  {dec}" + (in_degrees if degrees else "")


def _wcs(frame: RenderedCutout) -> WCS | None:
    try:
        return None if frame.cutout is None else frame.cutout.wcs
    except VetterError:
        # The opening of the input has reported the error; the pixel values stay usable.
        return None


def _format_value(value: float) -> str:
    return f"{value:.5g}" if np.isfinite(value) else str(value).replace("nan", "NaN")
