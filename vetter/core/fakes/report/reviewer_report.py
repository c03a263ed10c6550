"""Report on a reviewer: completeness, false accepts, consistency, speed and drift of a session."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.decisions.decision import Decision, How, Verdict
from vetter.core.decisions.planted import PlantedRow
from vetter.core.fakes.planted_row import ARTEFACT, FAKE, KNOWN, REPEAT, truth_of
from vetter.core.fakes.report.scores import (
    Bin,
    Difference,
    Share,
    bin_shares,
    difference_of_medians,
    difference_of_shares,
    filled_bins,
    half_found_at,
    plain_number,
    share_of,
)

SNR_EDGES = np.array([3.0, 4.0, 5.5, 7.5, 10.0, 15.0, 25.0, 40.0, 80.0])
PREVALENCE_EDGES = (0.0, 0.05, 0.2, 1.0)
_WOLFE = (0.01, 0.30), (0.50, 0.07)
"""Prevalence and share of missed targets of Wolfe, Horowitz and Kenner (2005, Nature 435, 439)."""
_MAG_BINS = 5
_RECENT = 50
"""Verdicts before a test row that set the prevalence as the reviewer has met it."""
_MAX_SECONDS = 600.0


class JudgedRow(NamedTuple):
    """A decided test row, in the order of the decisions.

    ``place`` counts the reviewer's decided candidates before it, ``recent`` is the share of these
    that were accepted lately.
    """

    row: PlantedRow
    truth: Mapping[str, Any]
    verdict: Verdict
    place: int
    recent: float


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds per verdict: quartiles, the longest tenth, and the number of verdicts."""

    count: int
    median: float
    lower: float
    upper: float
    tenth: float
    per_hour: float

    def as_plain(self) -> dict[str, Any]:
        """Return the numbers in plain types."""
        return {name: plain_number(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Drift:
    """First against last third of the session."""

    found: Difference
    seconds: Difference
    accepted: Difference

    def as_plain(self) -> dict[str, Any]:
        """Return the differences in plain types."""
        return {
            "found": self.found.as_plain(),
            "seconds": self.seconds.as_plain(),
            "accepted": self.accepted.as_plain(),
        }


@dataclass(frozen=True, slots=True)
class Prevalence:
    """Share of targets among the candidates, and its effect on completeness.

    Attributes
    ----------
    with_tests, without_tests : float
        Share of accepted candidates with artificial sources among them, and without.
    bins : list of Bin
        Completeness by the share accepted among the verdicts just before.
    expected : float
        Completeness expected without test rows, by the slope of Wolfe et al. (2005); NaN if
        unknown.
    """

    with_tests: float
    without_tests: float
    bins: list[Bin]
    expected: float

    def as_plain(self) -> dict[str, Any]:
        """Return the numbers in plain types."""
        return {
            "with_tests": plain_number(self.with_tests),
            "without_tests": plain_number(self.without_tests),
            "bins": [one.as_plain() for one in self.bins],
            "expected_without_tests": plain_number(self.expected),
        }


@dataclass(frozen=True, slots=True)
class ReviewerReport:
    """Measures of one reviewer in one session.

    Attributes
    ----------
    reviewer : str
    planted : int
        Test rows of the session.
    undecided : int
        Test rows without a verdict.
    found : Share
        Accepted artificial sources.
    found_or_maybe : Share
        Artificial sources that were accepted or called maybe.
    by_snr, by_mag : list of Bin
        Empty without artificial sources, or without their magnitudes.
    half_snr : float
        S/N at which half of the sources are found; NaN if unknown.
    by_place : dict of str to Share
        Accepted artificial sources on blank sky and on sources.
    known : Share
        Accepted known objects.
    false_accepts : Share
        Accepted artefacts.
    explained_accepts : Share
        Accepted candidates among those that the fit explains as a shift.
    same : Share
        Repeats with the verdict of their original.
    speed : Speed
    drift : Drift
    prevalence : Prevalence
    late : int
        Test rows whose verdicts are not counted: the reviewer could know them.
    """

    reviewer: str
    planted: int
    undecided: int
    found: Share
    found_or_maybe: Share
    by_snr: list[Bin]
    by_mag: list[Bin]
    half_snr: float
    by_place: dict[str, Share]
    known: Share
    false_accepts: Share
    explained_accepts: Share
    same: Share
    speed: Speed
    drift: Drift
    prevalence: Prevalence
    late: int = 0

    def as_plain(self) -> dict[str, Any]:
        """Return the report in plain types, for JSON."""
        return {
            "reviewer": self.reviewer,
            "test_rows": self.planted,
            "test_rows_undecided": self.undecided,
            "test_rows_not_counted": self.late,
            "completeness": self.found.as_plain(),
            "completeness_with_maybe": self.found_or_maybe.as_plain(),
            "completeness_by_snr": [one.as_plain() for one in self.by_snr],
            "completeness_by_mag": [one.as_plain() for one in self.by_mag],
            "snr_half_found": plain_number(self.half_snr),
            "completeness_by_place": {k: v.as_plain() for k, v in self.by_place.items()},
            "known_accepted": self.known.as_plain(),
            "false_accepts": self.false_accepts.as_plain(),
            "explained_accepted": self.explained_accepts.as_plain(),
            "self_consistency": self.same.as_plain(),
            "seconds": self.speed.as_plain(),
            "drift": self.drift.as_plain(),
            "prevalence": self.prevalence.as_plain(),
        }


def measure_reviewer(
    decisions: Iterable[Decision],
    planted: Sequence[PlantedRow],
    reviewer: str,
    answers: Mapping[str, str] | None = None,
    shown_at: str = "",
) -> ReviewerReport:
    """Measure a reviewer by the test rows of a session.

    Parameters
    ----------
    decisions : iterable of Decision
        All events, in order.
    planted : sequence of PlantedRow
    reviewer : str
    answers : mapping of str to str, optional
        Answer of each key's fit.
    shown_at : str, optional
        UTC in ISO 8601 from which on the reviewer could know the test rows: later verdicts on
        them do not count.
    """
    every = [decision for decision in decisions if decision.reviewer == reviewer]
    own = _before_shown(every, planted, shown_at)
    final = {decision.key: decision for decision in own}
    verdicts = {k: d.verdict for k, d in final.items() if d.verdict is not Verdict.NONE}
    order = _first_decided(own, verdicts)
    tests = _judged_rows(order, verdicts, planted)
    fakes = [test for test in tests if test.row.kind == FAKE]
    found = np.array([test.verdict is Verdict.ACCEPT for test in fakes], bool)
    snr = np.array([_number(test.truth.get("snr")) for test in fakes])
    mag = np.array([_number(test.truth.get("mag")) for test in fakes])
    artefacts = [test for test in tests if test.row.kind == ARTEFACT]
    return ReviewerReport(
        reviewer,
        len(planted),
        sum(row.key not in verdicts for row in planted),
        _accepted(fakes),
        share_of(sum(t.verdict in (Verdict.ACCEPT, Verdict.MAYBE) for t in fakes), len(fakes)),
        filled_bins(bin_shares(snr, found, SNR_EDGES)) if len(fakes) else [],
        _by_magnitude(mag, found),
        half_found_at(snr[snr > 0], found[snr > 0]),
        _by_place(fakes),
        _accepted([test for test in tests if test.row.kind == KNOWN]),
        _accepted(artefacts),
        _explained(verdicts, planted, answers or {}),
        _same(verdicts, planted),
        _speed(own),
        _drift(own, order, verdicts, fakes),
        _prevalence(verdicts, planted, fakes),
        len({decision.key for decision in every} - {decision.key for decision in own}),
    )


def _before_shown(
    own: Sequence[Decision], planted: Sequence[PlantedRow], shown_at: str
) -> Sequence[Decision]:
    """Return the decisions without those on test rows that the reviewer could know."""
    if not shown_at:
        return own
    tests = {row.key for row in planted}
    return [d for d in own if d.key not in tests or d.at <= shown_at]


def _first_decided(own: Sequence[Decision], verdicts: Mapping[str, Verdict]) -> list[str]:
    """Return the decided keys in the order of their first verdicts."""
    return [
        key
        for key in dict.fromkeys(d.key for d in own if d.verdict is not Verdict.NONE)
        if key in verdicts
    ]


def _judged_rows(
    order: Sequence[str], verdicts: Mapping[str, Verdict], planted: Sequence[PlantedRow]
) -> list[JudgedRow]:
    rows = {row.key: row for row in planted}
    tests: list[JudgedRow] = []
    accepted = [verdicts[key] is Verdict.ACCEPT for key in order]
    for place, key in enumerate(order):
        if key in rows:
            recent = accepted[max(0, place - _RECENT) : place]
            share = sum(recent) / len(recent) if recent else math.nan
            row = rows[key]
            tests.append(JudgedRow(row, truth_of(row), verdicts[key], place, share))
    return tests


def _accepted(tests: Sequence[JudgedRow]) -> Share:
    return share_of(sum(test.verdict is Verdict.ACCEPT for test in tests), len(tests))


def _by_magnitude(mag: npt.NDArray[np.float64], found: npt.NDArray[np.bool_]) -> list[Bin]:
    known = np.isfinite(mag)
    if known.sum() < 2 or np.ptp(mag[known]) == 0:
        return []
    low, high = math.floor(2 * mag[known].min()) / 2, math.ceil(2 * mag[known].max()) / 2
    edges = np.linspace(low, high, _MAG_BINS + 1)
    return filled_bins(bin_shares(mag, found, edges))


def _by_place(fakes: Sequence[JudgedRow]) -> dict[str, Share]:
    places = {
        place: [t for t in fakes if t.truth.get("place") == place] for place in ("sky", "source")
    }
    return {place: _accepted(tests) for place, tests in places.items() if tests}


def _explained(
    verdicts: Mapping[str, Verdict], planted: Sequence[PlantedRow], answers: Mapping[str, str]
) -> Share:
    tests = {row.key for row in planted}
    rows = [k for k, answer in answers.items() if answer == "explained" and k not in tests]
    decided = [verdicts[key] for key in rows if key in verdicts]
    return share_of(sum(verdict is Verdict.ACCEPT for verdict in decided), len(decided))


def _same(verdicts: Mapping[str, Verdict], planted: Sequence[PlantedRow]) -> Share:
    pairs = [
        (verdicts[row.key], verdicts[original])
        for row in planted
        if row.kind == REPEAT and row.key in verdicts
        for original in [str(truth_of(row).get("of"))]
        if original in verdicts
    ]
    return share_of(sum(one is other for one, other in pairs), len(pairs))


def _timed(own: Sequence[Decision]) -> list[Decision]:
    """Return the single verdicts, whose seconds are those of one candidate."""
    return [
        decision
        for decision in own
        if decision.how is How.SINGLE
        and decision.verdict is not Verdict.NONE
        and 0 < decision.seconds <= _MAX_SECONDS
    ]


def _speed(own: Sequence[Decision]) -> Speed:
    seconds = np.array([decision.seconds for decision in _timed(own)])
    if not len(seconds):
        return Speed(0, *(math.nan,) * 5)
    lower, median, upper, tenth = np.percentile(seconds, [25, 50, 75, 90]).tolist()
    return Speed(len(seconds), median, lower, upper, tenth, 3600.0 * len(seconds) / seconds.sum())


def _thirds(items: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    size = len(items) // 3
    return items[:size], items[len(items) - size :]


def _drift(
    own: Sequence[Decision],
    order: Sequence[str],
    verdicts: Mapping[str, Verdict],
    fakes: Sequence[JudgedRow],
) -> Drift:
    """Compare the first third of the decided candidates with the last third."""
    size = len(order) // 3
    first = [test for test in fakes if test.place < size]
    last = [test for test in fakes if test.place >= len(order) - size]
    seconds = [[d.seconds for d in part] for part in _thirds(_timed(own))]
    accepted = [
        share_of(sum(verdicts[key] is Verdict.ACCEPT for key in part), len(part))
        for part in _thirds(order)
    ]
    return Drift(
        difference_of_shares(_accepted(first), _accepted(last)),
        difference_of_medians(seconds[0], seconds[1]),
        difference_of_shares(accepted[0], accepted[1]),
    )


def _prevalence(
    verdicts: Mapping[str, Verdict], planted: Sequence[PlantedRow], fakes: Sequence[JudgedRow]
) -> Prevalence:
    tests = {row.key for row in planted if row.kind != KNOWN}
    real = [verdict for key, verdict in verdicts.items() if key not in tests]
    accepted = sum(verdict is Verdict.ACCEPT for verdict in real)
    without = accepted / len(real) if real else math.nan
    # A missed source is a target too: the prevalence is that of the list, not of the verdicts.
    total = len(real) + sum(key in verdicts for key in tests)
    shown = (accepted + len(fakes)) / total if total else math.nan
    recent = np.array([test.recent for test in fakes])
    found = np.array([test.verdict is Verdict.ACCEPT for test in fakes], bool)
    known = np.isfinite(recent)
    bins = (
        bin_shares(recent[known], found[known], np.array(PREVALENCE_EDGES)) if known.any() else []
    )
    return Prevalence(shown, without, bins, _expected(_accepted(fakes), shown, without, len(real)))


def _expected(found: Share, shown: float, without: float, real: int) -> float:
    """Return the completeness at the prevalence without test rows."""
    if not found.trials or not real or not math.isfinite(shown) or shown <= 0:
        return math.nan
    # Of n candidates without a target, the prevalence may still be one in n.
    rare = max(without, 1.0 / real)
    return max(0.0, 1.0 - (1.0 - found.value) * _missed(rare) / _missed(shown))


def _missed(prevalence: float) -> float:
    """Return the share of missed targets of Wolfe et al. (2005), linear in log prevalence."""
    (low, most), (high, least) = _WOLFE
    step = (math.log(prevalence) - math.log(low)) / (math.log(high) - math.log(low))
    return most + (least - most) * min(max(step, 0.0), 1.0)


def _number(value: Any) -> float:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number else math.nan
