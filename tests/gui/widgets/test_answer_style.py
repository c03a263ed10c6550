"""Shapes, letters and colours of answers: distinct, readable, and the same everywhere."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PyQt6.QtGui import QColor, QImage, QPainter, QPen

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.snapshots import pixels
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import ANSWERS, NOT_FITTED, Answer, Judgement
from vetter.core.judgement.fit_table import FitTable
from vetter.gui.widgets.answer_style import (
    answer_badge,
    answer_code_of,
    answer_colour,
    answer_path,
    answer_word,
    badge_width,
)
from vetter.gui.widgets.theme import DARK, LIGHT

CODES = (NOT_FITTED, *(answer.code for answer in ANSWERS))


def drawn(code: int) -> np.ndarray:
    """A shape in white, as large as in the list."""
    image = QImage(16, 16, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.setPen(QPen(QColor("white"), 1.6))
    painter.drawPath(answer_path(code, 9).translated(8, 8))
    painter.end()
    return pixels(image)[..., 0].astype(int)


def luminance(tone: QColor) -> float:
    """Relative luminance of a colour (WCAG 2.1)."""
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (tone.redF(), tone.greenF(), tone.blueF())
    ]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


@pytest.mark.parametrize(("one", "other"), list(combinations(CODES, 2)))
def test_answers_have_distinct_shapes(qapp, one, other):
    assert (np.abs(drawn(one) - drawn(other)) > 100).sum() >= 8


def test_answers_have_distinct_letters():
    assert [answer.letter for answer in ANSWERS] == list("EVONK?")


def test_answers_have_words_and_without_a_fit_there_is_one_too():
    assert [answer_word(answer.code) for answer in ANSWERS] == [
        "explained",
        "variable",
        "ordinary",
        "nothing",
        "kept",
        "not judged",
    ]
    assert answer_word(NOT_FITTED) == "not fitted"


@pytest.mark.parametrize(("dark", "tones"), [(True, DARK), (False, LIGHT)])
@pytest.mark.parametrize("answer", ANSWERS)
def test_answer_colour_stands_out_of_its_theme(dark, tones, answer):
    tone, ground = luminance(answer_colour(answer.code, dark)), luminance(QColor(tones.base))
    contrast = (max(tone, ground) + 0.05) / (min(tone, ground) + 0.05)
    assert contrast >= 4.5


@pytest.mark.parametrize("ratio", [1.0, 1.5])
@pytest.mark.parametrize("answer", ANSWERS)
def test_badge_fits_into_its_width(qapp, answer, ratio):
    badge = answer_badge(answer.code, 13, True, ratio)
    size = badge.deviceIndependentSize()
    assert size.width() <= badge_width(13) + 1 and round(size.height()) == 13


def test_row_without_a_fit_has_no_answers_code(qapp) -> None:
    session = FakeSession(candidate_list(3))
    assert answer_code_of(session.columns, 0) == NOT_FITTED
    fits = FitTable(3)
    fits.set(0, Adjustment(True, dx=0.0, dy=0.0, scale=1.0), Judgement(Answer.KEPT, ""))
    columns = ReviewColumns(session.candidates, session, fits)
    codes = [answer_code_of(columns, row) for row in (0, 1, 2, 3, -1)]
    assert codes == [Answer.KEPT.code, *[NOT_FITTED] * 4]
