"""Figures beside their budgets, for people and for programs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from time import perf_counter
from typing import Any, ParamSpec

P = ParamSpec("P")


@dataclass(frozen=True)
class Figure:
    """One thing that was measured.

    Attributes
    ----------
    what : str
        In words.
    values : dict
        Name to number: ``median``, ``p99``...
    unit : str
        Of all values.
    budgets : dict
        The most that a value of that name may be, where there is a budget.
    note : str
        What has to be known to read it.
    """

    what: str
    values: dict[str, float]
    unit: str = "ms"
    budgets: dict[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def within(self) -> bool | None:
        """Whether all budgets are kept; None where there is none."""
        if not self.budgets:
            return None
        return all(self.values[name] <= most for name, most in self.budgets.items())

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "within": self.within}


def row(figure: Figure) -> str:
    """One line of text."""
    values = ", ".join(f"{name} {value:.4g}" for name, value in figure.values.items())
    told = f"{figure.what:<48} {values} {figure.unit}"
    if figure.budgets:
        budgets = ", ".join(f"{name} {most:g}" for name, most in figure.budgets.items())
        told += f"; budget {budgets}: {'kept' if figure.within else 'OVER'}"
    return f"{told} ({figure.note})" if figure.note else told


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Median, 99th percentile and worst of times, in milliseconds."""
    ordered = sorted(1e3 * value for value in seconds)
    last = max(int(0.99 * len(ordered)) - 1, 0)
    return {"median": ordered[len(ordered) // 2], "p99": ordered[last], "worst": ordered[-1]}


def timed(call: Callable[P, Any], *args: P.args, **options: P.kwargs) -> float:
    """Seconds that a call takes."""
    start = perf_counter()
    call(*args, **options)
    return perf_counter() - start


def machine() -> str:
    """What the figures were measured on."""
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}"
    )


def show(figures: Iterable[Figure], as_json: bool) -> None:
    """Print the machine and a line as each figure is known, or all of it as JSON at the end."""
    if as_json:
        found = [figure.as_dict() for figure in figures]
        print(json.dumps({"machine": machine(), "figures": found}, indent=1))
        return
    print(machine())
    for figure in figures:
        print(row(figure), flush=True)
