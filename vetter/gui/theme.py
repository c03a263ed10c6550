"""Dark and light: two palettes of neutral greys, so that the pixels are what has colour."""

from __future__ import annotations

from typing import NamedTuple

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QApplication


class Tones(NamedTuple):
    """The greys of one theme, and its one accent."""

    window: str
    base: str
    raised: str
    text: str
    dim: str
    line: str
    accent: str


DARK = Tones("#1b1c1e", "#151617", "#2a2c2f", "#d9dadb", "#8b8e92", "#35373a", "#4a7fb5")
LIGHT = Tones("#f2f2f1", "#ffffff", "#e4e4e3", "#1d1e20", "#64676b", "#cfcfce", "#2f6aa3")


def is_dark(theme: str, app: QApplication) -> bool:
    """Whether a theme setting ('system', 'dark', 'light') means dark now.

    A desktop that does not say is taken for dark: most of this work is done at night.
    """
    if theme != "system":
        return theme == "dark"
    hints = app.styleHints()
    return hints is None or hints.colorScheme() != Qt.ColorScheme.Light


def apply_theme(app: QApplication, dark: bool) -> None:
    """Give the application the palette of a theme; Fusion honours every role of it."""
    style = app.style()
    if style is None or style.objectName() != "fusion":
        app.setStyle("fusion")
    tones = DARK if dark else LIGHT
    app.setPalette(palette_of(tones))
    # Fusion outlines a tick box in a darker shade of the window: invisible on a dark one.
    boxed = palette_of(tones)
    if dark:
        boxed.setColor(QPalette.ColorRole.Window, QColor(tones.dim))
    for widget_class in ("QCheckBox", "QListWidget", "QTableWidget"):
        app.setPalette(boxed, widget_class)


def palette_of(tones: Tones) -> QPalette:
    """Qt's palette for a theme."""
    palette = QPalette()
    role = QPalette.ColorRole
    colours = {
        role.Window: tones.window,
        role.Base: tones.base,
        role.AlternateBase: tones.window,
        role.Button: tones.raised,
        role.ToolTipBase: tones.raised,
        role.WindowText: tones.text,
        role.Text: tones.text,
        role.ButtonText: tones.text,
        role.ToolTipText: tones.text,
        role.BrightText: "#ffffff",
        role.PlaceholderText: tones.dim,
        role.Highlight: tones.accent,
        role.HighlightedText: "#ffffff",
        role.Link: tones.accent,
        role.Mid: tones.line,
        role.Midlight: tones.raised,
        role.Dark: tones.line,
        role.Light: tones.raised,
        role.Shadow: "#000000",
    }
    for colour_role, colour in colours.items():
        palette.setColor(colour_role, QColor(colour))
    for colour_role in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, colour_role, QColor(tones.dim))
    return palette
