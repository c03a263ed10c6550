from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtGui import QColor, QImage, QPainter

from tests.helpers.snapshots import pixels
from vetter.core.judgement.answer import ANSWERS, NOT_FITTED
from vetter.gui.epochs.epoch_tile import TILE, paint_tile, tool_tip
from vetter.gui.widgets.answer_style import answer_colour
from vetter.gui.widgets.theme import DARK, palette_of
from vetter.review.cutouts.epoch_row import Epoch


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        ("2026-03-14T03:12:33", "2026-03-14 03:12:33"),
        ("2026-03-14T03:12:33 UTC", "2026-03-14 03:12:33 UTC"),
        ("Tue Mar 17 03:12:33 2026", "Tue Mar 17 03:12:33 2026"),
    ],
)
def test_epoch_time_is_shown_as_written(time: str, shown: str) -> None:
    assert tool_tip(Epoch(3, 0, "r1", time, "r"), 1).splitlines()[1] == shown


@pytest.mark.parametrize("answer", ANSWERS)
def test_tool_tip_names_the_answer(answer) -> None:
    lines = tool_tip(Epoch(3, 0, "r1", "", "r"), 1, answer.code).splitlines()
    assert f"fit: {answer.value}" in lines


@pytest.mark.parametrize("answer", ANSWERS)
def test_tile_of_fitted_epoch_has_the_answers_badge(qapp, answer) -> None:
    images = []
    for code in (NOT_FITTED, answer.code):
        image = QImage(160, TILE, QImage.Format.Format_RGB32)
        image.fill(QColor(DARK.base))
        painter = QPainter(image)
        epoch, palette = Epoch(3, 0, "r1", "2026-03-14T03:12:33", "r"), palette_of(DARK)
        paint_tile(painter, image.rect(), epoch, None, 1, False, palette, 1.0, code)
        painter.end()
        images.append(pixels(image).astype(int))
    tone = answer_colour(answer.code, True)
    near = np.abs(images[1] - (tone.red(), tone.green(), tone.blue())).max(axis=2) < 40
    assert (near & (images[1] != images[0]).any(axis=2)).sum() >= 8
