"""Legend of the field view: the texts that fit into its width."""

from __future__ import annotations

import pytest

from vetter.gui.field_view.legend import FieldLegend


@pytest.mark.parametrize(("width", "text"), [(900, "not explained"), (200, "not")])
def test_narrow_legend_shortens_not_explained(qtbot, width, text):
    legend = FieldLegend()
    qtbot.addWidget(legend)
    legend.resize(width, legend.height())
    assert [word for _, word in legend._texts_that_fit()][1] == text
    assert "not explained" in legend.accessibleName()
