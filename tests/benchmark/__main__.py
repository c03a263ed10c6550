"""Developers' measurements: ``scripts/bench`` with --peers, --io, --science or --fuzz N."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from vetter.arguments import count
from vetter.benchmark.figures import Figure, show
from vetter.cli import exit_status

REST = """\
without any of these, as `vetter bench`:
  [INPUT...]          by default 100,000 candidates on the demo's planes
  --steps N           key presses to time (300)
  --json              for programs
beside a model of what is decided, with --seed S for others:
  --soak N            take N random steps in the window
  --kill N            kill the window N times while keys are pressed
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; 0, 1 where a damaged file was read wrongly, else as `vetter` ends."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    fuzz = arguments.fuzz is not None or arguments.fuzz_seed is not None
    if arguments.readers and not fuzz:
        parser.error(f"{arguments.readers[0]}: readers are named beside --fuzz N")
    if not (fuzz or arguments.peers or arguments.io or arguments.science):
        parser.error("wants --peers, --io, --science or --fuzz N")
    if (arguments.quick or arguments.only) and not arguments.science:
        parser.error("--quick and --only go with --science")
    return exit_status(lambda: _run(arguments), arguments.debug)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.fuzz is not None or arguments.fuzz_seed is not None:
        from tests.fuzzing import run

        return run.main(arguments.fuzz or 0, arguments.readers, arguments.fuzz_seed)
    with tempfile.TemporaryDirectory(prefix="vetter-bench-") as folder:
        show(_figures(arguments, Path(folder)), arguments.json)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bench",
        description="Measure the program, for those who change it.",
        epilog=REST,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "readers", nargs="*", metavar="READER", help="with --fuzz: these alone (csv, tiles...)"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--peers", action="store_true", help="beside STDPipe, which it installs")
    what.add_argument(
        "--io",
        nargs="?",
        const="full",
        choices=("full", "small"),
        help="opening what a night brings: wide planes, a long list, ten thousand packets; "
        "small makes a tenth",
    )
    what.add_argument(
        "--science", action="store_true", help="how far the fit can be trusted, not how fast it is"
    )
    what.add_argument("--fuzz", type=count, metavar="N", help="N damaged files for every reader")
    parser.add_argument(
        "--fuzz-seed", metavar="SEED", help="other damage; or one case again, as it was printed"
    )
    parser.add_argument(
        "--quick", action="store_true", help="with --science: a fifth of the simulations"
    )
    parser.add_argument(
        "--only", metavar="TEXT", default="", help="with --science: the lines with this text"
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument(
        "--debug", action="store_true", help="show where in the program an error came from"
    )
    return parser


def _figures(arguments: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    if arguments.science:
        from tests.benchmark.science import measures

        return measures.measure(folder, arguments.quick, arguments.only)
    if arguments.io:
        from tests.benchmark import openings

        return openings.measure(folder, arguments.io)
    from tests.benchmark.peers import beside_stdpipe

    return beside_stdpipe()


if __name__ == "__main__":
    sys.exit(main())
