"""Legend of the field view: all answers, in as many lines as the width needs."""

from __future__ import annotations

import pytest

from vetter.core.judgement.answer import Answer
from vetter.gui.field_view.legend import FIRST_WIDTH, FieldLegend


@pytest.mark.parametrize("width", [1200, 300, 120])
def test_legend_fits_every_answer_into_its_width(qtbot, width):
    legend = FieldLegend()
    qtbot.addWidget(legend)
    legend.show()
    legend.resize(width, legend.height())
    words = [word for line in legend._lines for _, word in line]
    assert words == [*(answer.value for answer in Answer), "not fitted", "star"]
    metrics = legend.fontMetrics()
    for line in legend._lines:
        assert sum(28 + metrics.horizontalAdvance(word) for _, word in line) <= width
    assert legend.height() >= (len(legend._lines) + 1) * metrics.height()


def test_new_legend_is_no_taller_than_in_its_dock(qtbot) -> None:
    legend = FieldLegend()
    qtbot.addWidget(legend)
    first = legend.minimumHeight()
    legend.resize(FIRST_WIDTH, first)
    legend.show()
    assert legend.height() == first < 90
