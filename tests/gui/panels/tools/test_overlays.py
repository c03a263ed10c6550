"""Overlays that are stamped onto pictures."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtGui import QColor, QImage, QPainter

from tests.helpers.snapshots import pixels
from vetter.gui.panels.tools.overlays import draw_compass, draw_ring

RING = QColor("#ffd166")


def ring_at(x: float, y: float, crossed: bool = False, ratio: float = 1.0) -> np.ndarray:
    """Return the pixels of a black image of 40 x 40 screen units with a ring."""
    side = round(40 * ratio)
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    painter = QPainter(image)
    draw_ring(painter, x, y, RING, crossed, ratio)
    painter.end()
    return pixels(image)[..., 1].astype(int)


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_ring_surrounds_its_candidate(qapp, ratio: float) -> None:
    green = ring_at(20.3, 12.6, ratio=ratio)
    rows, columns = np.nonzero(green > 100)
    middle = (columns.min() + columns.max() + 1) / 2, (rows.min() + rows.max() + 1) / 2
    assert middle == pytest.approx((20.3 * ratio, 12.6 * ratio), abs=0.6)
    assert np.ptp(columns) / ratio == pytest.approx(11, abs=2)
    assert green[round(12.6 * ratio), round(20.3 * ratio)] == 0


def test_ring_of_a_decided_candidate_is_crossed_out(qapp) -> None:
    plain, crossed = ring_at(20, 20), ring_at(20, 20, crossed=True)
    assert crossed[19:21, 19:21].max() > 100 > plain[19:21, 19:21].max()


@pytest.mark.parametrize("on_light", [False, True])
def test_compass_contrasts_with_its_ground(qapp, on_light: bool) -> None:
    ground = 250 if on_light else 20
    image = QImage(120, 120, QImage.Format.Format_RGB32)
    image.fill(QColor(ground, ground, ground))
    painter = QPainter(image)
    draw_compass(painter, 60, 60, 90, 180, on_light=on_light)
    painter.end()
    green = pixels(image)[..., 1].astype(int)
    # No shadow of the other tone around the letters.
    assert np.abs(green - ground).max() > 180
    assert (green > 200).mean() > 0.9 if on_light else (green < 60).mean() > 0.9
