"""Report on a reviewer in words, for the command line, the window and its page."""

from __future__ import annotations

import math
from typing import NamedTuple

from vetter.core.fakes.report.reviewer_report import ReviewerReport
from vetter.core.fakes.report.scores import Bin, Difference, Share
from vetter.core.number_text import format_count


class Section(NamedTuple):
    """A heading with its lines, each a caption and a text."""

    heading: str
    lines: list[tuple[str, str]]


def report_sections(report: ReviewerReport) -> list[Section]:
    """Return the report's sections that have something to show."""
    sections = [
        Section("Found and missed", _completeness(report)),
        Section("Found by S/N", _bins(report.by_snr, "S/N")),
        Section("Found by magnitude", _bins(report.by_mag, "mag")),
        Section("Wrongly accepted", _wrong(report)),
        Section("The same candidate twice", _shares([("same verdict", report.same)])),
        Section("Time", _speed(report)),
        Section("Last third against first third", _drift(report)),
        Section("Rare targets", _prevalence(report)),
    ]
    return [section for section in sections if section.lines]


def summary_of(report: ReviewerReport) -> str:
    """Return a line on the test rows and their verdicts."""
    rows = format_count(report.planted, "test row")
    undecided = report.undecided - report.late
    left = f", {undecided} not decided yet" if undecided else ""
    if report.late:
        left += f", {report.late} not counted: decided once they could be known"
    return f"{report.reviewer or 'no reviewer yet'}: {rows}{left}; intervals hold 95%"


def format_report(report: ReviewerReport) -> str:
    """Return the report as text."""
    lines = [summary_of(report)]
    for section in report_sections(report):
        width = max(len(caption) for caption, _ in section.lines)
        lines += ["", section.heading]
        lines += [f"  {caption:<{width}}  {text}" for caption, text in section.lines]
    return "\n".join(lines)


def _shares(shares: list[tuple[str, Share]]) -> list[tuple[str, str]]:
    return [(caption, str(share)) for caption, share in shares if share.trials]


def _completeness(report: ReviewerReport) -> list[tuple[str, str]]:
    lines = _shares(
        [
            ("accepted", report.found),
            ("accepted or maybe", report.found_or_maybe),
            *((f"on {_PLACES.get(k, k)}", share) for k, share in report.by_place.items()),
            ("known objects accepted", report.known),
        ]
    )
    if math.isfinite(report.half_snr):
        lines.append(("half are found at", f"S/N {report.half_snr:.1f}"))
    return lines


_PLACES = {"sky": "blank sky", "source": "a galaxy or star"}


def _bins(bins: list[Bin], unit: str) -> list[tuple[str, str]]:
    return [
        (f"{unit} {one.low:g} to {one.high:g}", str(one.share)) for one in bins if one.share.trials
    ]


def _wrong(report: ReviewerReport) -> list[tuple[str, str]]:
    return _shares(
        [
            ("artefacts", report.false_accepts),
            ("explained by the fit", report.explained_accepts),
        ]
    )


def _speed(report: ReviewerReport) -> list[tuple[str, str]]:
    speed = report.speed
    if not speed.count:
        return []
    return [
        ("median", f"{speed.median:.1f} s per verdict"),
        ("half of them", f"{speed.lower:.1f} to {speed.upper:.1f} s"),
        ("slowest tenth", f"over {speed.tenth:.1f} s"),
        ("pace", f"{format_count(round(speed.per_hour), 'candidate')} an hour"),
    ]


def _drift(report: ReviewerReport) -> list[tuple[str, str]]:
    drift = report.drift
    captions = [
        ("found", drift.found, " points", 100.0),
        ("accepted of all", drift.accepted, " points", 100.0),
        ("seconds per verdict", drift.seconds, " s", 1.0),
    ]
    return [
        (caption, _difference(difference, unit, factor))
        for caption, difference, unit, factor in captions
        if math.isfinite(difference.value)
    ]


def _difference(difference: Difference, unit: str, factor: float) -> str:
    value, low, high = (factor * number for number in difference)
    digits = 1 if unit == " s" else 0
    text = f"{value:+.{digits}f}{unit} ({low:+.{digits}f} to {high:+.{digits}f})"
    return text + ("" if difference.is_significant else ", may be chance")


def _prevalence(report: ReviewerReport) -> list[tuple[str, str]]:
    prevalence = report.prevalence
    lines = []
    if math.isfinite(prevalence.without_tests):
        lines.append(("accepted, without test rows", f"{100 * prevalence.without_tests:.1f}%"))
    if math.isfinite(prevalence.with_tests):
        lines.append(("targets, with test rows", f"{100 * prevalence.with_tests:.1f}%"))
    lines += [
        (f"found where {100 * b.low:.0f} to {100 * b.high:.0f}% were accepted", str(b.share))
        for b in prevalence.bins
        if b.share.trials
    ]
    if math.isfinite(prevalence.expected):
        text = f"{100 * prevalence.expected:.0f}%, as rare targets are missed more often"
        lines.append(("to expect without test rows", f"{text} (Wolfe et al. 2005)"))
    return lines
