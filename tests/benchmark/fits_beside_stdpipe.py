"""The fit by STDPipe and by ours on the same cutouts, in turn, in one process on one core.

Times are the processor's own beside the clock's: on a busy machine the clock tells of others.
"""

from __future__ import annotations

import contextlib
import copy
import io
from collections.abc import Callable, Sequence
from functools import partial
from statistics import median
from time import perf_counter, process_time
from typing import Any

_WINDOW = {"max_shift": 1, "max_scale": 2.0}
OPTIONS: tuple[tuple[str, dict[str, Any], int], ...] = (
    ("inner=13, fit_bg", {**_WINDOW, "inner": 13, "fit_bg": True}, 500),
    ("whole, fit_bg", {**_WINDOW, "fit_bg": True}, 250),
    ("inner=13", {**_WINDOW, "inner": 13}, 500),
    ("whole", _WINDOW, 250),
    ("defaults", {}, 250),
)
"""Name, options (those of the window first), and how many times faster a stack has to be."""

ALONE = 100
"""How many times faster one fit has to be."""

_ROUNDS, _LOT = 10, 1000


def compare(stamps: Sequence[Any], own: Sequence[Any], tell: Callable[..., None]) -> None:
    """Tell times of one fit at a time, and of 10,000 at once.

    Parameters
    ----------
    stamps, own : sequence
        The same unmasked cutouts, as STDPipe's function made them and as ours did.
    tell : callable
        Takes a name, their milliseconds, ours, a note, and the least ratio.
    """
    for name, options, least in OPTIONS:
        _alone(name, options, stamps, own, tell)
        _many(name, options, least, stamps, own, tell)


def _alone(
    name: str, options: dict[str, Any], stamps: Sequence[Any], own: Sequence[Any], tell: Any
) -> None:
    from stdpipe import cutouts as theirs

    from vetter import cutouts as ours

    slow, fast, higher, compared = [], [], 0, 0
    ours.adjust_cutout(_fresh(own[0]), **options)
    for stamp, same in zip(stamps, own, strict=True):
        left, right = _fresh(stamp), _fresh(same)
        slow.append(_timed(partial(theirs.adjust_cutout, left, **options)))
        runs = [_timed(partial(ours.adjust_cutout, right, **options)) for _ in range(5)]
        fast.append((median(run[0] for run in runs), median(run[1] for run in runs)))
        # Only where the same pixels went into both.
        if abs(left["meta"]["adjust_chi2_0"] / right["meta"]["adjust_chi2_0"] - 1) < 1e-9:
            compared += 1
            higher += right["meta"]["adjust_chi2"] > left["meta"]["adjust_chi2"] * (1 + 1e-6)
    (cpu, clock), (own_cpu, own_clock) = _medians(slow), _medians(fast)
    note = f"{_by_the_clock(clock, own_clock)}; chi2 higher in {higher} of {compared}"
    tell(f"adjust_cutout, {name}", cpu, own_cpu, note, ALONE)


def _many(
    name: str,
    options: dict[str, Any],
    least: int,
    stamps: Sequence[Any],
    own: Sequence[Any],
    tell: Any,
) -> None:
    from stdpipe import cutouts as theirs

    from vetter import cutouts as ours

    slow, fast = [], []
    for turn in range(_ROUNDS):
        for stamp in stamps[turn::_ROUNDS]:
            left = _fresh(stamp)
            slow.append(_timed(partial(theirs.adjust_cutout, left, **options)))
        lot = [_fresh(own[k % len(own)]) for k in range(_LOT)]
        cpu, clock = _timed(partial(ours.adjust_cutouts, lot, **options))
        fast.append((cpu / _LOT, clock / _LOT))
    (cpu, clock), (own_cpu, own_clock) = _medians(slow), _medians(fast)
    what = f"adjust_cutouts, {_ROUNDS * _LOT:,}, {name}"
    tell(what, cpu, own_cpu, _by_the_clock(clock, own_clock), least)


def _by_the_clock(theirs: float, ours: float) -> str:
    return f"processor's time; by the clock {theirs:.4g} / {ours:.4g} = {theirs / ours:.0f}"


def _timed(call: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds of the processor and of the clock."""
    with contextlib.redirect_stdout(io.StringIO()):
        clock, cpu = perf_counter(), process_time()
        call()
        return 1e3 * (process_time() - cpu), 1e3 * (perf_counter() - clock)


def _medians(times: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return median(time[0] for time in times), median(time[1] for time in times)


def _fresh(cutout: Any) -> Any:
    """The same planes, and metadata of its own."""
    fresh = copy.copy(cutout)
    if isinstance(fresh, dict):
        fresh["meta"] = dict(fresh["meta"])
    return fresh
