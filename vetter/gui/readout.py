"""What is under the pointer: the pixel, its place on the sky, its value in every plane."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QTimer
from PyQt6.QtGui import QFontDatabase, QHideEvent
from PyQt6.QtWidgets import QLabel, QSizePolicy, QWidget

from vetter.core.sky import radec, sexagesimal
from vetter.errors import VetterError
from vetter.review.frame import Frame

if TYPE_CHECKING:
    from astropy.wcs import WCS

_PAUSE_MS = 25


class Readout(QLabel):
    """Two lines of fixed height: position, and the value of each plane.

    Pixels are counted as in FITS, from 1, in the whole image, as other viewers show them.
    The text follows the pointer at most forty times a second.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(2 * self.fontMetrics().lineSpacing() + 2)
        self.setToolTip(
            "x, y: FITS pixel of the whole image, counted from 1 (of the cutout where it is not "
            "known where that lies); then RA and Dec, sexagesimal and in degrees; then the "
            "value of each plane in the pixel under the pointer"
        )
        self._frame: Frame | None = None
        self._pixel: tuple[float, float] | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE_MS)
        self._soon.timeout.connect(self.update_now)

    def show_frame(self, frame: Frame | None) -> None:
        """The candidate on screen has changed; the pointer stays where it is."""
        self._frame = frame
        if self._pixel is not None or self.text():
            self._update_soon()

    def show_pointer(self, pixel: object) -> None:
        """The pointer is over a cutout pixel (x, y), 0-based, or over none (None)."""
        self._pixel = pixel if isinstance(pixel, tuple) else None
        self._update_soon()

    def update_now(self) -> None:
        """Write what is under the pointer, without the pause."""
        self._soon.stop()
        frame, pixel = self._frame, self._pixel
        self.setText("" if frame is None or pixel is None else describe(frame, *pixel))

    def hideEvent(self, event: QHideEvent | None) -> None:
        self._soon.stop()
        super().hideEvent(event)

    def _update_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()


def describe(frame: Frame, x: float, y: float) -> str:
    """The two lines for a cutout pixel (0-based); empty outside of the cutout."""
    column, row = math.floor(x + 0.5), math.floor(y + 0.5)
    shape = frame.shape
    if frame.cutout is None or shape is None:
        return ""
    if not (0 <= column < shape[1] and 0 <= row < shape[0]):
        return ""
    left, bottom = frame.cutout.origin or (0, 0)
    place = f"x {x + left + 1:8.1f}  y {y + bottom + 1:8.1f}"
    return f"{place}   {_sky(frame, x, y)}".rstrip() + "\n" + _values(frame, column, row)


def _sky(frame: Frame, x: float, y: float) -> str:
    wcs = _wcs(frame)
    found = None if wcs is None else radec(wcs, x, y)
    if found is None:
        return ""
    ra, dec = sexagesimal(*found)
    return f"{ra}  {dec}   {found[0]:.6f}  {found[1]:+.6f}"


def _wcs(frame: Frame) -> WCS | None:
    try:
        return None if frame.cutout is None else frame.cutout.wcs
    except VetterError:
        # Said when the input was opened; the values remain.
        return None


def _values(frame: Frame, column: int, row: int) -> str:
    words = []
    for name, plane in frame.planes.items():
        value = plane[row, column]
        if plane.dtype.kind == "b":
            bits = frame.cutout.bits.get(name) if frame.cutout is not None else None
            flags = f" ({int(bits[row, column])})" if bits is not None and value else ""
            words.append(f"{name} {'bad' if value else 'good'}{flags}")
        else:
            words.append(f"{name} {_number(float(value))}")
    return "   ".join(words)


def _number(value: float) -> str:
    return f"{value:.5g}" if np.isfinite(value) else str(value).replace("nan", "NaN")
