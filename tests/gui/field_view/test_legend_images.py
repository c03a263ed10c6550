"""The legend of the field view as a picture."""

from __future__ import annotations

from typing import Any

from tests.gui.conftest import CheckLook
from vetter.gui.field_view.legend import FieldLegend


def test_legend(qtbot: Any, check_look: CheckLook) -> None:
    legend = FieldLegend()
    qtbot.addWidget(legend)
    legend.resize(360, legend.height())
    legend.show()
    check_look(legend, "field_legend")
