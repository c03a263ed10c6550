"""What ``vetter bench`` and scripts/bench measure, each figure beside its budget."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from vetter.benchmark.figures import Figure, machine, row

__all__ = ["main"]

STEPS = 300


def main(arguments: argparse.Namespace) -> int:
    """Measure, and print a line as each figure is known, or JSON at the end.

    Parameters
    ----------
    arguments : namespace
        ``inputs`` (a list and nothing else: the demo's planes under 100,000 candidates when
        empty), ``steps`` (key presses), ``json``, ``peers`` (STDPipe instead of the budgets),
        ``science`` (how far the fit can be trusted instead of times), ``fuzz`` (how many damaged
        files for each reader, instead of times; ``inputs`` then names readers), ``fuzz_seed``.
    """
    if arguments.fuzz is not None or arguments.fuzz_seed is not None:
        from vetter.benchmark import fuzz

        return fuzz.main(arguments.fuzz or 0, arguments.inputs, arguments.fuzz_seed)
    figures = []
    if not arguments.json:
        print(machine())
    with tempfile.TemporaryDirectory(prefix="vetter-bench-") as folder:
        for figure in _figures(arguments, Path(folder)):
            figures.append(figure)
            if not arguments.json:
                print(row(figure), flush=True)
    if arguments.json:
        told = {"machine": machine(), "figures": [figure.as_dict() for figure in figures]}
        print(json.dumps(told, indent=1))
    return 0


def _figures(arguments: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    if arguments.science:
        from vetter.benchmark import science

        yield from science.measure()
        return
    if arguments.peers:
        from vetter.benchmark.peers import beside_stdpipe

        yield from beside_stdpipe()
        return
    from vetter.benchmark import keys, operations, starts
    from vetter.benchmark.night import make_night, make_wide_night

    steps = arguments.steps or STEPS
    if arguments.inputs:
        yield from keys.measure(arguments.inputs, {}, folder, steps)
        yield from starts.measure(arguments.inputs, folder, most=None)
        return
    list_file, planes = make_night(folder, 100_000)
    yield from keys.measure([str(list_file)], planes, folder, steps)
    short_list, planes = make_night(folder, 10_000)
    yield from starts.measure([str(short_list), *options_of(planes)], folder, most=1.3)
    wide_list, planes = make_wide_night(folder, 100_000)
    yield from starts.measure_wide([str(wide_list), *options_of(planes)], folder)
    yield from operations.measure(folder)


def options_of(planes: dict[str, str]) -> list[str]:
    """Planes as the command line names them."""
    return [word for name, file in planes.items() for word in (f"--{name}", file)]
