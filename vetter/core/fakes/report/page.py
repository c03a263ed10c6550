"""Report on a reviewer as one HTML page, with the completeness drawn."""

from __future__ import annotations

import math
from html import escape

from vetter.core.fakes.report.reviewer_report import ReviewerReport
from vetter.core.fakes.report.scores import Bin
from vetter.core.fakes.report.text import report_sections, summary_of

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 46em; padding: 0 1em; }
h1 { font-size: 1.4em; } h2 { font-size: 1.1em; margin: 1.6em 0 .3em; }
td { padding: .15em 1.2em .15em 0; vertical-align: top; } figure { margin: .6em 0; }
svg text { font: 12px system-ui, sans-serif; fill: currentColor; }
@media (prefers-color-scheme: dark) { body { background: #1b1d20; color: #e4e4e4; } }
"""
_TEXT = 'fill="currentColor" stroke="none"'
_WIDTH, _HEIGHT, _LEFT, _BELOW = 640, 260, 48, 40


def report_page(report: ReviewerReport, title: str) -> str:
    """Return the page; ``title`` names the session."""
    heading = escape(f"Report of {title}")
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f"<title>{heading}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{heading}</h1><p>{escape(summary_of(report))}</p>",
    ]
    curves = {"Found by S/N": (report.by_snr, True), "Found by magnitude": (report.by_mag, False)}
    for section in report_sections(report):
        parts.append(f"<h2>{escape(section.heading)}</h2>")
        if section.heading in curves:
            bins, is_log = curves[section.heading]
            parts.append(f"<figure>{draw_bins(bins, is_log, section.heading)}</figure>")
        rows = (
            f"<tr><td>{escape(caption)}</td><td>{escape(text)}</td></tr>"
            for caption, text in section.lines
        )
        parts.append(f"<table>{''.join(rows)}</table>")
    parts.append(
        "<p>Intervals: Wilson (1927), Newcombe (1998) for differences. Rare targets: Wolfe, "
        "Horowitz and Kenner (2005), Nature 435, 439.</p></body></html>"
    )
    return "\n".join(parts) + "\n"


def draw_bins(bins: list[Bin], is_log: bool, label: str) -> str:
    """Return an SVG drawing of shares with their intervals, over S/N (in log) or magnitude."""
    edges = [bins[0].low, *(one.high for one in bins)]
    low, high = edges[0], edges[-1]

    def across(value: float) -> float:
        if is_log:
            share = math.log(value / low) / math.log(high / low)
        else:
            share = (value - low) / (high - low)
        return _LEFT + share * (_WIDTH - _LEFT - 12)

    def up(share: float) -> float:
        return 10 + (1 - share) * (_HEIGHT - _BELOW - 10)

    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="100%" role="img" '
        f'aria-label="{escape(label)}" fill="none" stroke="currentColor">'
    ]
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = up(tick)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - 12}" opacity=".2"/>')
        parts.append(
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" {_TEXT}>'
            f"{100 * tick:.0f}%</text>"
        )
    for edge in edges:
        parts.append(
            f'<text x="{across(edge):.1f}" y="{_HEIGHT - _BELOW + 18}" text-anchor="middle" '
            f"{_TEXT}>{edge:g}</text>"
        )
    for one in bins:
        if one.share.trials:
            left, right = across(one.low), across(one.high)
            x, y = (left + right) / 2, up(one.share.value)
            parts.append(f'<path d="M{left:.1f} {y:.1f}H{right:.1f}" opacity=".5"/>')
            interval = f"M{x:.1f} {up(one.share.low):.1f}V{up(one.share.high):.1f}"
            parts.append(f'<path d="{interval}" stroke-width="2"/>')
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="currentColor"/>')
    unit = "S/N" if is_log else "magnitude"
    middle = (_LEFT + _WIDTH) / 2
    parts.append(
        f'<text x="{middle:.0f}" y="{_HEIGHT - 4}" text-anchor="middle" {_TEXT}>{unit}</text>'
    )
    return "".join([*parts, "</svg>"])
