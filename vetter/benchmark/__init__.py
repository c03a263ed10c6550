"""Measurements of ``vetter bench`` on a user's machine, each figure beside its budget.

Start with ``main``. Each module measures one thing: ``keys`` with ``grid_pages``, ``starts``,
``operations``, ``visibility``, and ``walk`` what random keys keep waiting (``watchdog``) or leave
in memory.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from vetter.benchmark.figures import Figure, show

__all__ = ["main"]

STEPS = 300
"""Default number of verdict keys to press."""


def main(arguments: argparse.Namespace) -> int:
    """Measure, and print a line after each figure, or JSON at the end; return the exit status.

    Parameters
    ----------
    arguments : namespace
        ``inputs`` (a list; if empty, the demo, and 100,000 candidates on the demo's planes),
        ``steps`` (key presses), ``size`` (of the window, or None), ``watchdog``, ``memory`` and
        ``json``.
    """
    with tempfile.TemporaryDirectory(prefix="vetter-bench-") as folder:
        show(_figures(arguments, Path(folder)), arguments.json)
    return 0


def _figures(arguments: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    from vetter.benchmark import keys, operations, starts, visibility
    from vetter.benchmark.generated_inputs import make_night, make_wide_night, plane_options

    if arguments.watchdog or arguments.memory:
        yield from _walk(arguments, folder)
        return
    steps = arguments.steps or STEPS
    size = arguments.size or keys.DEFAULT_SIZE
    if arguments.inputs:
        yield from keys.measure(arguments.inputs, {}, folder, steps, size)
        yield from starts.measure(arguments.inputs, folder, most=None)
        yield from visibility.measure(arguments.inputs)
        return
    yield from keys.measure(["demo"], {}, folder, steps, size)
    list_file, planes = make_night(folder, 100_000)
    yield from keys.measure([str(list_file)], planes, folder, steps, size)
    short_list, planes = make_night(folder, 10_000)
    yield from starts.measure([str(short_list), *plane_options(planes)], folder, most=1.3)
    wide_list, planes = make_wide_night(folder, 100_000)
    what = "100,000 candidates over six 10k x 10k planes"
    words = [str(wide_list), *plane_options(planes)]
    yield from starts.measure_opening(what, words, folder, 1.5, 350.0)
    yield from operations.measure(folder)
    yield from visibility.measure(["demo"])


def _walk(arguments: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    from vetter.benchmark import keys, walk
    from vetter.benchmark.generated_inputs import make_night

    inputs: list[str] = arguments.inputs
    planes: dict[str, str] = {}
    if not inputs:
        list_file, planes = make_night(folder, 100_000)
        inputs = [str(list_file)]
    size = arguments.size or keys.DEFAULT_SIZE
    if arguments.watchdog:
        yield from walk.watch(inputs, planes, folder, arguments.steps or walk.WATCHED_STEPS, size)
    else:
        yield from walk.weigh(inputs, planes, folder, arguments.steps or walk.MEMORY_STEPS, size)
