"""The command line's commands and options, with an example of each."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from vetter import __version__
from vetter.argument_groups import (
    add_inputs,
    add_list_reading,
    add_planes,
    add_session,
    add_settings,
    add_window,
)
from vetter.argument_values import count, name_of_file, radius

EXAMPLES = {
    "open": "vetter candidates.ecsv --image science.fits --template template.fits --diff diff.fits",
    "demo": "vetter demo",
    "cutouts": "vetter cutouts candidates.csv --image 'science.fits[SCI]' --radius 30 -o cutouts",
    "adjust": "vetter adjust candidates.csv --image sci.fits --convolved conv.fits "
    "--err err.fits -o adjusted.ecsv",
    "fields": "vetter fields tonight -o night.toml",
    "status": "vetter status night.vetter --json",
    "export": "vetter export night.vetter -o vetted --verdict accept --verdict maybe --format csv",
    "log": "vetter log night.vetter",
    "bench": "vetter bench --steps 200 --json",
}
HELP = {
    "open": "look at candidates and decide (the word `open` may be left out)",
    "demo": "the same on a simulated field with known truth that comes with the package",
    "cutouts": "write the cutouts of all candidates as FITS files, without a window",
    "adjust": "fit all candidates and write the list with adjust_* columns and `disappeared`",
    "fields": "draft a field file (several images in one session) from a folder",
    "status": "how far a session is",
    "export": "write cutouts and verdicts of a session",
    "log": "every decision of a session, in order",
    "bench": "measure the program on this machine",
}
VERDICTS = ("accept", "reject", "maybe", "none", "all")
FORMATS = ("ecsv", "csv", "votable", "fits")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and ends with status 2."""

    def error(self, message: str) -> NoReturn:
        """Print one line on standard error."""
        sys.stderr.write(f"{self.prog}: {message} (try {self.prog} --help)\n")
        raise SystemExit(2)


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """The command and its options; ``open`` where no command is named, or nothing at all.

    Raises
    ------
    SystemExit
        Status 0 after help or version, 2 after one line about bad arguments.
    """
    arguments = list(argv)
    first = arguments[0] if arguments else "open"
    if first not in EXAMPLES and first not in ("-h", "--help", "--version"):
        arguments.insert(0, "open")
    arguments = arguments or ["open"]
    return _parser(arguments[0]).parse_args(arguments)


def _parser(chosen: str = "") -> argparse.ArgumentParser:
    """All commands; of a command that is chosen no other's options, which take time to make."""
    width = max(len(name) for name in EXAMPLES)
    examples = "\n".join(f"  {name:<{width}}  {line}" for name, line in EXAMPLES.items())
    parser = _Parser(
        prog="vetter",
        description="Vet transient candidates: planes side by side, one key for each verdict, "
        "and a fit that tells a misregistered star from a new source.",
        epilog=f"an example of each:\n{examples}\n\nvetter COMMAND --help tells all options; "
        "vetter alone shows what can be opened.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"vetter {__version__}")
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=_Parser
    )
    fill = {
        "open": _open,
        "demo": _demo,
        "cutouts": _cutouts,
        "adjust": _adjust,
        "fields": _fields,
        "status": _status,
        "export": _export,
        "log": _log,
        "bench": _bench,
    }
    for name, add in {chosen: fill[chosen]}.items() if chosen in fill else fill.items():
        command = commands.add_parser(
            name,
            help=HELP[name],
            description=HELP[name][0].upper() + HELP[name][1:] + ".",
            epilog=f"example:\n  {EXAMPLES[name]}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        add(command)
        command.add_argument(
            "--debug", action="store_true", help="show where in the program an error came from"
        )
    return parser


def _open(parser: argparse.ArgumentParser) -> None:
    # Without an input the window asks for one.
    add_inputs(parser, "*")
    add_planes(parser)
    add_list_reading(parser)
    add_window(parser)


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--radius", type=radius, help="half the side of a cutout, pixels")
    add_window(parser)


def _cutouts(parser: argparse.ArgumentParser) -> None:
    add_inputs(parser)
    add_planes(parser)
    add_list_reading(parser)
    parser.add_argument(
        "-o", "--output", required=True, type=name_of_file, metavar="DIR", help="folder to write to"
    )
    add_settings(parser)


def _adjust(parser: argparse.ArgumentParser) -> None:
    add_inputs(parser)
    add_planes(parser)
    add_list_reading(parser)
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        type=name_of_file,
        metavar="TABLE",
        help="table to write: .ecsv, .csv, .fits or .vot",
    )
    parser.add_argument(
        "--jobs", type=count, metavar="N", help="processes that fit (as many as usable cores)"
    )
    add_settings(parser)


def _fields(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", type=name_of_file, metavar="DIR", help="images, planes and lists, by their names"
    )
    parser.add_argument(
        "-o", "--output", type=name_of_file, metavar="FILE.toml", help="printed where not named"
    )


def _status(parser: argparse.ArgumentParser) -> None:
    add_session(parser)
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--reviewer", metavar="NAME", help="whose; who decided last by default")


def _export(parser: argparse.ArgumentParser) -> None:
    add_session(parser)
    parser.add_argument(
        "-o", "--output", required=True, type=name_of_file, metavar="DIR", help="folder to write to"
    )
    parser.add_argument(
        "--verdict",
        action="append",
        choices=VERDICTS,
        help="which candidates' cutouts to write (accept); may be repeated",
    )
    parser.add_argument(
        "--format",
        action="append",
        choices=FORMATS,
        help="of the table of decisions (ecsv); may be repeated",
    )
    parser.add_argument("--png", action="store_true", help="pictures of the panels too")
    parser.add_argument("--reviewer", metavar="NAME", help="whose; who decided last by default")
    add_settings(parser)


def _log(parser: argparse.ArgumentParser) -> None:
    add_session(parser)


def _bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "inputs",
        nargs="*",
        metavar="INPUT",
        help="by default 100,000 candidates on the demo's planes",
    )
    parser.add_argument("--steps", type=count, metavar="N", help="key presses to time (300)")
    parser.add_argument("--json", action="store_true", help="for programs")
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
    what.add_argument(
        "--fuzz",
        type=count,
        metavar="N",
        help="N damaged files for every reader, or for those named (csv, tiles...)",
    )
    parser.add_argument(
        "--fuzz-seed", metavar="SEED", help="other damage; or one case again, as it was printed"
    )
