"""All that ``scripts/bench --science`` measures: how far the fit and its answers can be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tests.benchmark import fit_trust
from tests.benchmark.science import field_answers, measuring_times, real_data, stamp_answers
from vetter.benchmark.figures import Figure


def measure(folder: Path, quick: bool = False, only: str = "") -> Iterator[Figure]:
    """Yield the figures whose names contain ``only``.

    Parameters
    ----------
    folder : Path
        Folder for simulated fields.
    quick : bool
        Take a fifth of the stamps, and of each kind of field one.
    """
    stamps = stamp_answers.QUICK_STAMPS if quick else stamp_answers.STAMPS
    trust = fit_trust.measure(400, 100) if quick else fit_trust.measure()
    return chain(
        () if only else trust,
        stamp_answers.measure(stamps, only),
        measuring_times.measure(folder, only),
        field_answers.measure(folder, quick, only),
        real_data.measure(folder, only),
    )
