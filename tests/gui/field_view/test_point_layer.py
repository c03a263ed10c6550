"""A picture painted bit by bit: what is seen meanwhile, and what is begun again."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QObject
from PyQt6.QtGui import QColor, QPainter, QPixmap

from tests.helpers.turns import until_handled
from vetter.gui.field_view.point_layer import SLICE, FieldLayer, Piece

PARTS = 5


class Painted:
    """Five parts, each longer than a slice, in the tone that is wanted."""

    def __init__(self) -> None:
        self.tone, self.parts = "red", 0

    def blank(self) -> QPixmap:
        return QPixmap(PARTS, 1)

    def pieces(self) -> Iterator[Piece]:
        for place in range(PARTS):
            tone = QColor(self.tone)

            def paint(painter: QPainter, place: int = place, tone: QColor = tone) -> None:
                time.sleep(1.2 * SLICE)
                painter.fillRect(place, 0, 1, 1, tone)
                self.parts += 1

            yield paint


@pytest.fixture
def painted(qapp) -> Painted:
    return Painted()


@pytest.fixture
def layer(painted) -> Iterator[FieldLayer]:
    owner = QObject()
    yield FieldLayer(painted.blank, painted.pieces, owner)


def tones(layer: FieldLayer) -> set[str]:
    assert layer.picture is not None
    image = layer.picture.toImage()
    return {image.pixelColor(place, 0).name() for place in range(PARTS)}


def test_bit_by_bit_it_becomes_whole(qtbot, layer, painted):
    with qtbot.waitSignal(layer.finished, timeout=30000):
        layer.begin()
        layer._paint_slice()
        assert painted.parts == 1 and layer.picture is None and layer.stale
    assert painted.parts == PARTS and tones(layer) == {"#ff0000"} and not layer.stale


def test_the_last_picture_stays_until_the_next_is_whole(qtbot, layer, painted):
    layer.finish()
    painted.tone = "blue"
    layer.mark_stale()
    layer.begin()
    layer._paint_slice()
    assert layer.under_way and tones(layer) == {"#ff0000"}
    with qtbot.waitSignal(layer.finished, timeout=30000):
        pass
    assert tones(layer) == {"#0000ff"}


def test_what_is_outdated_half_way_is_begun_again(qtbot, layer, painted):
    layer.begin()
    layer._paint_slice()
    painted.tone = "blue"
    layer.mark_stale()
    with qtbot.waitSignal(layer.finished, timeout=30000):
        layer.begin()
    assert tones(layer) == {"#0000ff"}


def test_at_a_key_it_stands_still(qtbot, layer, painted, monkeypatch):
    # Longer than a busy machine makes of the wait that follows.
    monkeypatch.setattr("vetter.gui.field_view.point_layer.PAUSE_MS", 30_000)
    layer.begin()
    layer.wait()
    until_handled(qtbot)
    assert painted.parts == 0 and layer.under_way
    monkeypatch.setattr("vetter.gui.field_view.point_layer.PAUSE_MS", 10)
    layer.wait()
    qtbot.waitSignal(layer.finished, timeout=30000).wait()


def test_of_what_is_forgotten_nothing_is_seen(layer):
    layer.finish()
    layer.forget()
    assert layer.picture is None and layer.stale and not layer.under_way
