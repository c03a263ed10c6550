"""The style is the same whoever made the application."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PyQt6.QtWidgets import QApplication, QScrollArea, QWidget

from vetter.gui.widgets import verdict_style
from vetter.gui.widgets.theme import DARK, LIGHT, Tones, flatten_scroll_bars, is_dark, palette_of

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


# The desktop of the tests has no colour scheme, which counts as dark.
@pytest.mark.parametrize(("theme", "dark"), [("dark", True), ("light", False), ("system", True)])
def test_theme_of_a_setting(qapp: QApplication, theme: str, dark: bool) -> None:
    assert is_dark(theme, qapp) == dark


def test_palette_tells_its_theme(qapp: QApplication) -> None:
    assert verdict_style.is_dark(palette_of(DARK)) and not verdict_style.is_dark(palette_of(LIGHT))


@pytest.mark.parametrize("tones", [DARK, LIGHT])
def test_flat_bars_have_a_handle_on_the_windows_ground(qtbot, tones: Tones) -> None:
    area = QScrollArea()
    qtbot.addWidget(area)
    held = QWidget()
    held.resize(2000, 4000)
    area.setWidget(held)
    area.resize(200, 400)
    area.setPalette(palette_of(tones))
    flatten_scroll_bars(area)
    area.show()
    for bar in (area.verticalScrollBar(), area.horizontalScrollBar()):
        image = bar.grab().toImage()
        middle, end = min(bar.width(), bar.height()) // 2, max(bar.width(), bar.height()) - 2
        places = {"handle": (middle, middle), "end": (middle, end), "edge": (1, middle)}
        if bar is area.horizontalScrollBar():
            places = {name: (y, x) for name, (x, y) in places.items()}
        found = {name: image.pixelColor(*place).name() for name, place in places.items()}
        assert found == {"handle": tones.line, "end": tones.window, "edge": tones.window}
