"""The row of epochs as a picture: current, a verdict, not found, loading, and their texts."""

from __future__ import annotations

from typing import Any

import numpy as np
from PyQt6.QtCore import QRect
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from tests.gui.conftest import CheckLook
from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from vetter.core.decisions.decision import Verdict
from vetter.core.judgement.answer import NOT_FITTED, Answer
from vetter.gui.epochs.epoch_strip import EpochStrip
from vetter.gui.epochs.epoch_tile import TILE, paint_tile
from vetter.gui.panels.plane_panel import picture_to_image
from vetter.review.cutouts.epoch_row import Epoch


class Tiles(QWidget):
    """Tiles of an object: accepted and current, undecided, not found, not read, not square."""

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        grey = np.arange(TILE * TILE, dtype=np.uint32).reshape(TILE, TILE) % 256
        picture, _memory = picture_to_image(grey * 0x010101)
        small, _kept = picture_to_image((grey * 0x010101)[: TILE // 2, : TILE // 3])
        tiles = (
            (picture, 1, True, Answer.KEPT.code),
            (picture, 0, False, NOT_FITTED),
            (picture, -1, False, NOT_FITTED),
            ("no cutout", 2, False, Answer.EXPLAINED.code),
            (None, 3, False, NOT_FITTED),
            (small, 4, False, NOT_FITTED),
        )
        painter = QPainter(self)
        for place, (shown, code, current, answer) in enumerate(tiles):
            epoch = Epoch(place, 0, f"r{place}", f"2026-03-14T03:1{place}:33", "rg"[place % 2])
            rect = QRect(4 + 150 * place, 4, 142, TILE)
            paint_tile(
                painter, rect, epoch, shown, code, current, self.palette(), 1.0, answer=answer
            )
        painter.end()


def test_tiles_of_epochs(qtbot: Any, check_look: CheckLook) -> None:
    tiles = Tiles()
    qtbot.addWidget(tiles)
    tiles.resize(4 + 6 * 150, TILE + 8)
    check_look(tiles, "epoch_tiles")


def test_row_of_epochs(qtbot: Any, check_look: CheckLook) -> None:
    source = FakeSource(candidate_list(6))
    session = FakeSession(source.candidates)
    session.source = source
    session.say(1, verdict=Verdict.REJECT)
    strip = EpochStrip(session, FakeCache(source))
    qtbot.addWidget(strip)
    strip.resize(560, strip.height())
    strip.show()
    strip._epochs = [Epoch(row, 0, f"r{row}", f"2026-03-14T03:1{row}:33", "r") for row in range(5)]
    strip._current = 1
    check_look(strip, "epoch_row")
    strip._retry.stop()
