"""The style is the same whoever made the application."""

from __future__ import annotations

import subprocess
import sys

import pytest

MADE = (
    "from vetter.gui.widgets.theme import apply_theme, make_application; app = make_application()"
)
GIVEN = """
from PyQt6.QtWidgets import QApplication
from vetter.gui.widgets.theme import apply_theme, make_application
given = QApplication(["other", "-style", "windows"])
app = make_application()
assert app is given
"""


@pytest.mark.parametrize("made", [MADE, GIVEN], ids=["ours", "a script's"])
def test_the_style_is_fusion(made: str) -> None:
    told = "apply_theme(app, True); print(app.style().name(), app.style().objectName())"
    code = f"{made}\n{told}"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["fusion", "fusion"]


def test_no_name_of_a_style_is_made_for_the_theme() -> None:
    """They are six hundred, and take 15 ms of the start."""
    code = f"""
import enum
{MADE}
apply_theme(app, True)
made = [enum.Enum]
for kind in made:
    made += kind.__subclasses__()
print([kind.__qualname__ for kind in made if kind.__qualname__.startswith("QStyle.")])
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
