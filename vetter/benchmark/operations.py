"""Times of single operations on the demo field: cutouts, files, fits and commits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vetter.benchmark.figures import Figure, spread, time_call
from vetter.benchmark.long_sessions import time_record
from vetter.core.cutout_source import CutoutSource

RADIUS = 20.0
"""Radius of the cutouts, pixels."""


def measure(folder: Path) -> Iterator[Figure]:
    """Measure all operations in turn."""
    from vetter.benchmark.generated_inputs import make_night
    from vetter.io.input_options import InputOptions
    from vetter.io.inputs.open_input import open_input

    list_file, planes = make_night(folder, 1_000)
    mapped = open_input([str(list_file)], InputOptions(planes=planes))
    yield _time_cutouts(mapped, "cutout of six planes, memory-mapped", 1.0)
    mapped.close()
    demo = open_input(["demo"], InputOptions())
    yield _time_cutouts(demo, "cutout of six planes, RICE-compressed", 20.0)
    cutouts = [demo.cutout(row, RADIUS) for row in range(len(demo.candidates))]
    demo.close()
    yield from _time_files(cutouts, folder)
    yield from _time_fits(cutouts)
    yield from time_record(folder, (100_000, 1_000_000))


def _time_cutouts(source: CutoutSource, what: str, budget: float) -> Figure:
    rows = range(min(len(source.candidates), 150))
    times = [time_call(source.cutout, row, RADIUS) for row in rows]
    return Figure(what, spread(times), budgets={"median": budget})


def _time_files(cutouts: list[Any], folder: Path) -> Iterator[Figure]:
    from vetter.io.cutouts.cutout_file import load_cutout, write_cutout

    files = [folder / f"cutout{number}.fits" for number in range(100)]
    pairs = list(zip(cutouts, files, strict=False))
    write_cutout(*pairs[0])
    times = [time_call(write_cutout, cutout, file) for cutout, file in pairs]
    yield Figure("write_cutout, six planes of 41 px", spread(times))
    times = [time_call(load_cutout, file) for file in files]
    yield Figure("load_cutout, the same", spread(times))


def _time_fits(cutouts: list[Any]) -> Iterator[Figure]:
    from vetter.core.fit.adjust import adjust_cutout, adjust_cutouts

    adjust_cutout(cutouts[0])
    for inner in (None, 13):
        times = [time_call(adjust_cutout, cutout, inner=inner) for cutout in cutouts]
        yield Figure(f"adjust_cutout, 41 px, inner={inner}", spread(times))
    for inner in (None, 13):
        many = (cutouts * 7)[:1000]
        seconds = time_call(adjust_cutouts, many, inner=inner)
        values = {"each": 1e3 * seconds / len(many)}
        yield Figure(f"adjust_cutouts, {len(many)} of 41 px, inner={inner}", values)
