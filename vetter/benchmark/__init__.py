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
        empty), ``steps`` (key presses), ``json``; instead of these ``peers`` (beside STDPipe),
        ``io`` ('full' or 'small': what a night brings), ``science`` (how far the fit can be
        trusted) or ``fuzz`` (how many damaged files for each reader; ``inputs`` then names
        readers), with ``fuzz_seed``.
    """
    if arguments.fuzz is not None or arguments.fuzz_seed is not None:
        from vetter.benchmark.fuzz import run

        return run.main(arguments.fuzz or 0, arguments.inputs, arguments.fuzz_seed)
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
        from vetter.benchmark import fit_trust

        yield from fit_trust.measure()
        return
    if arguments.io:
        from vetter.benchmark import openings

        yield from openings.measure(folder, arguments.io)
        return
    if arguments.peers:
        from vetter.benchmark.peers import beside_stdpipe

        yield from beside_stdpipe()
        return
    from vetter.benchmark import keys, operations, starts
    from vetter.benchmark.made_inputs import make_night, make_wide_night, plane_options

    steps = arguments.steps or STEPS
    if arguments.inputs:
        yield from keys.measure(arguments.inputs, {}, folder, steps)
        yield from starts.measure(arguments.inputs, folder, most=None)
        return
    list_file, planes = make_night(folder, 100_000)
    yield from keys.measure([str(list_file)], planes, folder, steps)
    short_list, planes = make_night(folder, 10_000)
    yield from starts.measure([str(short_list), *plane_options(planes)], folder, most=1.3)
    wide_list, planes = make_wide_night(folder, 100_000)
    what = "100,000 candidates over six 10k x 10k planes"
    words = [str(wide_list), *plane_options(planes)]
    yield from starts.measure_opening(what, words, folder, 1.5, 350.0)
    yield from operations.measure(folder)
