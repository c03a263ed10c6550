from __future__ import annotations

import numpy as np
from PyQt6.QtGui import QColor, QImage

from vetter.core.cutout import Cutout
from vetter.core.look import Looks
from vetter.gui.export_picture import GAP, HEADING, PANEL, TITLE, ExportPicture


def _cutout() -> Cutout:
    image = np.zeros((9, 9))
    image[1, 6] = 100.0
    return Cutout({"image": image, "mask": image > 50}, {"x": 6.0, "y": 1.0}, origin=(0, 0))


def test_y_points_up_and_x_to_the_right(qapp) -> None:
    image = ExportPicture(Looks(), str).draw(0, _cutout())
    scale = PANEL / 9
    x, y = GAP + int(6.5 * scale), HEADING + TITLE + PANEL - int(1.5 * scale)
    mirrored = HEADING + TITLE + int(1.5 * scale)
    assert image.pixelColor(x, y).lightness() > 200
    assert image.pixelColor(x, mirrored).lightness() < 100


def test_every_plane_has_a_panel(qapp) -> None:
    image = ExportPicture(Looks(), str).draw(0, _cutout())
    assert image.width() == 2 * PANEL + 3 * GAP


def test_it_is_a_png_file(qapp) -> None:
    data = ExportPicture(Looks(), str)(0, _cutout())
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert QImage.fromData(data).pixelColor(0, 0) == QColor("#1b1c1e")
