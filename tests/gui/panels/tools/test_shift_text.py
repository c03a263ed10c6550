"""Text on the shift of a fit in small panels."""

from __future__ import annotations

import pytest
from PyQt6.QtGui import QFont, QFontMetrics
from pytestqt.qtbot import QtBot

from vetter.gui.panels.tools.overlays import _short_shift_text
from vetter.review.cutouts.rendered_cutout import Shift


@pytest.mark.parametrize(
    ("room", "text"),
    [
        (1000, "1.41 px, bound, x 10"),
        ("1.41 px, bound", "1.41 px, bound"),
        ("1.41 px, bou", "1.41 px"),
        (5, ""),
    ],
)
def test_a_shift_text_is_cut_between_words(qtbot: QtBot, room: int | str, text: str) -> None:
    metrics = QFontMetrics(QFont())
    width = metrics.horizontalAdvance(room) if isinstance(room, str) else room
    assert _short_shift_text(Shift(1.0, 1.0, True), metrics, width) == text
