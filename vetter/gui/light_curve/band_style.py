"""How filters are told apart: a tone and a shape for each, never a tone alone."""

from __future__ import annotations

from typing import NamedTuple

from PyQt6.QtGui import QColor

_KNOWN = {
    "u": ("#7f9df2", "#3a57b5", "star"),
    "g": ("#5fbf7a", "#1d7d3c", "circle"),
    "r": ("#ef7f70", "#b5382a", "square"),
    "i": ("#d9b04a", "#8a6400", "diamond"),
    "z": ("#b795e8", "#7041ad", "pentagon"),
    "y": ("#c59a78", "#7d4d28", "hexagon"),
    "j": ("#62c3cf", "#10727e", "square"),
    "h": ("#e38fc0", "#a03475", "circle"),
    "k": ("#b9bec4", "#50555b", "diamond"),
}
_ORDER = tuple(_KNOWN)


class BandStyle(NamedTuple):
    """Tones for a dark and a light ground, a symbol, and a number of ticks.

    The ticks tell upper limits apart, which are triangles all.
    """

    dark: str
    light: str
    symbol: str
    ticks: int

    def tone(self, dark: bool) -> QColor:
        """The tone on a ground."""
        return QColor(self.dark if dark else self.light)


def band_styles(bands: list[str]) -> dict[str, BandStyle]:
    """A style for each of these filters.

    A filter is known by its last letter (``ztf_g``, ``g``, ``lsstg``); the ticks are numbered in
    the order of wavelength of those that are here.
    """
    ordered = sorted(set(bands), key=_wavelength)
    styles, taken = {}, set[str]()
    for number, band in enumerate(ordered):
        letter = band[-1:].lower()
        known = _KNOWN.get(letter)
        if known is None or letter in taken:
            free = [other for other in _ORDER if other not in taken] or list(_ORDER)
            letter = free[0]
            known = _KNOWN[letter]
        taken.add(letter)
        styles[band] = BandStyle(*known, number)
    return styles


def _wavelength(band: str) -> tuple[int, str]:
    letter = band[-1:].lower()
    return (_ORDER.index(letter) if letter in _KNOWN else len(_ORDER)), band
