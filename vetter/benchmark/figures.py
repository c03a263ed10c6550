"""Measured figures with their budgets, printed as text or JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from time import perf_counter
from typing import Any, ParamSpec

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement with its values and budgets.

    Attributes
    ----------
    what : str
        Description of the measured operation.
    values : dict
        Name to number: ``median``, ``p99``...
    unit : str
        Unit of all values.
    budgets : dict
        Largest allowed values, by name; values without a budget are left out.
    note : str
        Conditions of the measurement.
    """

    what: str
    values: dict[str, float]
    unit: str = "ms"
    budgets: dict[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def within(self) -> bool | None:
        """Whether all budgets are kept; None without budgets."""
        if not self.budgets:
            return None
        return all(self.values[name] <= budget for name, budget in self.budgets.items())

    def as_dict(self) -> dict[str, Any]:
        """Return the figure in types that JSON can hold."""
        return {**asdict(self), "within": self.within}


def row(figure: Figure) -> str:
    """Return the figure as one line of text."""
    values = ", ".join(f"{name} {value:.4g}" for name, value in figure.values.items())
    line = f"{figure.what:<48} {values} {figure.unit}"
    if figure.budgets:
        budgets = ", ".join(f"{name} {budget:g}" for name, budget in figure.budgets.items())
        line += f"; budget {budgets}: {'kept' if figure.within else 'OVER'}"
    return f"{line} ({figure.note})" if figure.note else line


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Return median, 99th percentile and worst of times, in milliseconds."""
    ordered = sorted(1e3 * value for value in seconds)
    last = max(int(0.99 * len(ordered)) - 1, 0)
    return {"median": ordered[len(ordered) // 2], "p99": ordered[last], "worst": ordered[-1]}


def time_call(call: Callable[P, Any], *args: P.args, **options: P.kwargs) -> float:
    """Return the seconds that a call takes."""
    start = perf_counter()
    call(*args, **options)
    return perf_counter() - start


def machine() -> str:
    """Describe the machine that the figures are measured on."""
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}"
    )


def show(figures: Iterable[Figure], as_json: bool) -> None:
    """Print the machine and a line after each figure, or all of it as JSON at the end."""
    if as_json:
        measured = [figure.as_dict() for figure in figures]
        print(json.dumps({"machine": machine(), "figures": measured}, indent=1))
        return
    print(machine())
    for figure in figures:
        print(row(figure), flush=True)
