"""Region files for DS9: one shape for each candidate, by verdict, on the sky and in pixels.

Format: SAOImage DS9 reference manual, "Regions". Pixels count from 1 there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions.decision import Opinion, Verdict
from vetter.io.export.decision_table import Opinions
from vetter.io.export.file_names import safe_names
from vetter.io.export.reports.report import Report

SKY_RADIUS_ARCSEC = 3.0
PIXEL_RADIUS = 10.0
STYLES = {
    "accept": ("green", "circle"),
    "reject": ("red", "x"),
    "maybe": ("cyan", "diamond"),
    "later": ("yellow", "box"),
    "none": ("white", "cross"),
}
"""Colour and shape by verdict; every shape but the circle is one of DS9's points."""

_HEAD = (
    "# Region file format: DS9 version 4.1\n"
    "# written by vetter; colour and shape are the verdict: {legend}\n"
    'global dashlist=8 3 width=1 font="helvetica 10 normal roman" select=1 edit=1 move=1 source=1\n'
)
_CLOSERS = re.compile(r"[{}\r\n]+")


def regions_report(source: CutoutSource, opinions: Opinions, rows: Sequence[int]) -> Report:
    """Return region files: one on the sky, and one in pixels for each image."""
    listed = source.candidates
    legend = ", ".join(f"{verdict} {colour} {shape}" for verdict, (colour, shape) in STYLES.items())
    head = _HEAD.format(legend=legend)
    sky: list[str] = []
    pixels: dict[int, list[str]] = {}
    notes = []
    for row in rows:
        opinion = opinions.opinion(row)
        ra, dec = listed.value("ra", row), listed.value("dec", row)
        x, y = listed.value("x", row), listed.value("y", row)
        text = _text(listed.name(row), opinion)
        if ra is not None and dec is not None:
            sky.append(_region(f"{ra:.7f},{dec:.7f}", f'{SKY_RADIUS_ARCSEC:g}"', opinion, text))
        if x is not None and y is not None:
            place = f"{x + 1:.3f},{y + 1:.3f}"
            line = _region(place, f"{PIXEL_RADIUS:g}", opinion, text)
            pixels.setdefault(source.field_of(row), []).append(line)
        elif ra is None or dec is None:
            notes.append(f"{listed.name(row)}: left out: no position")
    files = {"regions_fk5.reg": head + "fk5\n" + "\n".join(sky) + "\n"} if sky else {}
    fields = source.fields
    names = safe_names(field.name or str(number) for number, field in enumerate(fields))
    for number, lines in sorted(pixels.items()):
        part = f"_{names[number]}" if len(fields) > 1 else ""
        files[f"regions_image{part}.reg"] = head + "image\n" + "\n".join(lines) + "\n"
    return Report("regions", files, len(rows) - len(notes), notes=tuple(notes))


def _region(place: str, radius: str, opinion: Opinion, text: str) -> str:
    colour, shape = STYLES[opinion.verdict.value]
    verdict = "undecided" if opinion.verdict is Verdict.NONE else opinion.verdict.value
    properties = f"color={colour} text={{{text}}} tag={{{verdict}}}"
    if shape == "circle":
        return f"circle({place},{radius}) # {properties}"
    return f"point({place}) # point={shape} 12 {properties}"


def _text(name: str, opinion: Opinion) -> str:
    """Return the text of a region; braces would end it."""
    words = " ".join([name, *(f"#{tag}" for tag in opinion.tags)])
    return _CLOSERS.sub(" ", words).strip()
