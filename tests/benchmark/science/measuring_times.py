"""Processor time of measuring a field before its first fit: PSF, match, noise and stars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import process_time

import numpy as np

from tests.benchmark.science.fields import (
    FIELD_SIDE,
    KINDS,
    SimulatedField,
    simulate_field,
    write_field,
)
from vetter.benchmark.figures import Figure

BUDGETS = {FIELD_SIDE: 5.0, 4096: 30.0}
"""Side of the field in pixels, to seconds of one core."""


def measure(folder: Path, only: str = "") -> Iterator[Figure]:
    """Yield the processor time of a small and of a large field."""
    named = {f"measuring a field of {side} x {side}": side for side in BUDGETS}
    named = {name: side for name, side in named.items() if only in name}
    if not named:
        return
    field = simulate_field(KINDS[0])
    for name, side in named.items():
        place = folder / f"measured-{side}"
        place.mkdir()
        seconds, stars = _time(_repeat(field, side), place)
        yield Figure(name, {"cpu": seconds}, "s", {"cpu": BUDGETS[side]}, f"{stars} stars fitted")


def _repeat(field: SimulatedField, side: int) -> SimulatedField:
    """Return a field whose pixels are repeated up to a side."""
    times = -(-side // FIELD_SIDE)
    planes = {
        name: np.tile(getattr(field, name), (times, times))[:side, :side]
        for name in ("image", "template", "convolved", "err")
    }
    return replace(field, **planes)


def _time(field: SimulatedField, place: Path) -> tuple[float, int]:
    from vetter.io.field.stars.measuring import prepare_field_fit
    from vetter.io.input_options import InputOptions
    from vetter.io.inputs.open_input import open_input
    from vetter.settings import FitSettings

    write_field(field, place, ("image", "template"))
    planes = {name: str(place / f"{name}.fits") for name in ("image", "template")}
    source = open_input([str(place / "list.csv")], InputOptions(planes=planes))
    start = process_time()
    fit, _ = prepare_field_fit(
        source.fields[0], source.record, FitSettings(), source.default_radius
    )
    seconds = process_time() - start
    source.close()
    return seconds, 0 if fit.calibration is None else fit.calibration.count
