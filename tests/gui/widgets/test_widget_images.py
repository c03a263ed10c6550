"""Marks and lines of words as pictures: badges, chips, facts, cut texts, a toast, a question."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QPointF
from PyQt6.QtGui import QPainter, QPaintEvent, QPen, QPixmap
from PyQt6.QtWidgets import QWidget

from tests.gui.conftest import CheckLook
from vetter.core.decisions.decision import Verdict
from vetter.core.judgement.answer import ANSWERS, NOT_FITTED
from vetter.gui.widgets.answer_style import answer_badge, answer_chip, answer_colour, answer_path
from vetter.gui.widgets.fact_strip import FactStrip
from vetter.gui.widgets.flowing_text import LINE_BREAK, FlowingText
from vetter.gui.widgets.group_question import GroupQuestion
from vetter.gui.widgets.toast import Toast
from vetter.gui.widgets.verdict_style import WORDS, badge, is_dark

FACTS = {"mag": "19.250", "ra, dec": "65.25100  -33.50000", "band": "r", "night": "2026-11-30"}


class Marks(QWidget):
    """Each verdict's badge, small and large; each answer's badge, chip and shape."""

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        dark = is_dark(self.palette())
        painter = QPainter(self)
        for code in range(len(WORDS)):
            painter.drawPixmap(QPointF(4 + 60 * code, 4), badge(code, 16, dark))
            painter.drawPixmap(QPointF(24 + 60 * code, 4), badge(code, 32, dark))
        for place, answer in enumerate(ANSWERS):
            left = 4 + 70 * place
            painter.drawPixmap(QPointF(left, 44), answer_badge(answer.code, 13, dark))
            painter.drawPixmap(QPointF(left + 24, 44), answer_badge(answer.code, 26, dark))
            white = answer_badge(answer.code, 13, dark, tone="#ff00ff")
            painter.drawPixmap(QPointF(left, 60), white)
            column, line = place % 3, place // 3
            chip = answer_chip(answer.code, 20, dark)
            painter.drawPixmap(QPointF(4 + 160 * column, 80 + 26 * line), chip)
        painter.setPen(QPen(answer_colour(NOT_FITTED, dark), 1.6))
        painter.drawPath(answer_path(NOT_FITTED, 26).translated(440, 57))
        painter.end()


class MarkedText(FlowingText):
    """Text with a mark before its first line."""

    def mark(self) -> QPixmap:
        return badge(Verdict.REJECT.code, 12, True)


def test_marks_of_verdicts_and_answers(qtbot: Any, check_look: CheckLook) -> None:
    marks = Marks()
    qtbot.addWidget(marks)
    marks.resize(460, 134)
    check_look(marks, "marks")


def test_lines_of_words(qtbot: Any, check_look: CheckLook) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(560, 256)
    for top, width in ((4, 552), (28, 300)):
        strip = FactStrip(window)
        strip.set_captions(list(FACTS), ["" for _ in FACTS])
        strip.set_values(list(FACTS.values()))
        strip.setGeometry(4, top, width, strip.height())
    words = "a source of S/N 25.1 survives the fit of shift and scale, "
    cases = (
        (FlowingText(2, window), words + "in the box" + LINE_BREAK + "chi2/df 9.06 to 2.96", 400),
        (FlowingText(2, window), words * 3, 300),
        (MarkedText(2, window), words * 2, 300),
        (MarkedText(1, window), words, 200),
    )
    top = 68
    for text, shown, width in cases:
        text.setText(shown)
        text.set_bold(len("a source"))
        text.setGeometry(4, top, width, text.height())
        top += text.height() + 4
    for narrow in (False, True):
        question = GroupQuestion(window, narrow)
        question.ask([1, 2, 3], Verdict.REJECT, unseen=1)
        question.setGeometry(
            310 if narrow else 4, 130 if narrow else top, 240 if narrow else 540, 60
        )
    window.ensurePolished()
    check_look(window, "words")


def test_toast(qtbot: Any, check_look: CheckLook) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(200, 60)
    toast = Toast(window)
    toast.show_text("Rejected J042103.21-330512.7", Verdict.REJECT.code)
    assert (toast.geometry().right(), toast.y()) == (window.width() - 8 - 1, 4)
    check_look(toast, "toast")
    toast.hide()
