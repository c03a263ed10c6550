"""Options of the command line, and the checks of their values."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Any

from vetter.settings import MAX_RADIUS, MAX_SEED

if TYPE_CHECKING:
    from vetter.core.decisions.moment import Moment

VERDICTS = ("accept", "reject", "maybe", "later", "none", "all")
POLICIES = ("latest", "majority", "unanimous", "weighted", "arbiter")
FORMATS = ("ecsv", "csv", "votable", "fits", "parquet")
WINDOW_SIDES = range(300, 16_385)
"""Sides of a window that a measurement may have, pixels."""
REPORTS = ("tns", "ades", "regions", "zooniverse")

ROLES = "key, name, x, y, ra, dec, mag, mag_err, time, filter, fwhm"


def add_open_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the window on the user's data."""
    # "*": without an input the window asks for one.
    add_inputs(parser, "*")
    add_planes(parser)
    add_list_reading(parser)
    add_test_rows(parser)
    add_window(parser)


def add_demo_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the window on the simulated field."""
    parser.add_argument("--radius", type=radius, help="half the side of a cutout, pixels")
    add_test_rows(parser)
    add_window(parser)


def add_practice_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command that opens a practice."""
    add_inputs(parser)
    add_planes(parser)
    add_list_reading(parser)
    add_window(parser)


def add_cutouts_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command that writes cutouts."""
    add_inputs(parser)
    add_planes(parser)
    add_list_reading(parser)
    parser.add_argument(
        "-o", "--output", required=True, type=name_of_file, metavar="DIR", help="folder to write to"
    )
    add_settings(parser)


def add_adjust_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command that fits."""
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
        "--jobs",
        type=count,
        metavar="N",
        help="number of worker processes (default: one per usable core)",
    )
    add_settings(parser)


def add_fields_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command that drafts a field file."""
    parser.add_argument(
        "folder",
        type=name_of_file,
        metavar="DIR",
        help="folder of images, planes and lists, recognised by their names",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=name_of_file,
        metavar="FILE.toml",
        help="file to write (default: print it)",
    )


def add_status_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command that counts decisions."""
    add_session(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--reviewer", metavar="NAME", help="reviewer (default: the last to decide)")
    add_moment(parser, "--at", "counts at that moment")


def add_export_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command that exports a session."""
    add_session(parser)
    parser.add_argument(
        "-o", "--output", type=name_of_file, metavar="DIR", help="folder to write to"
    )
    parser.add_argument(
        "--verdict",
        action="append",
        choices=VERDICTS,
        help="verdict of the cutouts to write (default: accept); may be repeated",
    )
    parser.add_argument(
        "--tag", action="append", help="choose only candidates with this tag; may be repeated"
    )
    parser.add_argument(
        "--since",
        metavar="TIME",
        help="choose only decisions from then on, as 2026-11-30T04:00 UTC",
    )
    parser.add_argument(
        "--until", metavar="TIME", help="choose only decisions until then; a date means its end"
    )
    parser.add_argument(
        "--where", metavar="FILTER", help="choose only what this filter matches, as 'mag<19 fwhm>2'"
    )
    parser.add_argument(
        "--only-chosen", action="store_true", help="leave all others out of the table too"
    )
    parser.add_argument(
        "--format",
        action="append",
        choices=FORMATS,
        help="format of the table of decisions (default: ecsv); may be repeated",
    )
    parser.add_argument("--png", action="store_true", help="write pictures of the panels too")
    parser.add_argument(
        "--html",
        action="store_true",
        help="write report.html: pictures, numbers, verdicts and comments, in one file to show",
    )
    parser.add_argument(
        "--contact-sheet", action="store_true", help="write contact_sheet.pdf: tiles of the grid"
    )
    parser.add_argument(
        "--report",
        action="append",
        choices=REPORTS,
        help="write a report on the chosen candidates instead of cutouts and table: a TNS AT "
        "report, ADES for the Minor Planet Center, DS9 regions, a Zooniverse manifest; may be "
        "repeated",
    )
    parser.add_argument(
        "--field",
        action=Pairs,
        metavar="NAME=VALUE",
        help="a fact of a report that no list holds, as tns.reporter='A. Smith'; also in the "
        "settings, as [reports.tns]; may be repeated",
    )
    parser.add_argument("--preview", action="store_true", help="print the report and write nothing")
    parser.add_argument(
        "--policy",
        choices=POLICIES,
        help="combine all reviewers: the latest verdict, that of more than half, of all, of their "
        "records (accept or reject at 95%%), or the arbiter's (default: one reviewer)",
    )
    parser.add_argument("--reviewer", metavar="NAME", help="reviewer (default: the last to decide)")
    add_settings(parser)


def add_log_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command that lists decisions."""
    add_session(parser)
    parser.add_argument("--json", action="store_true", help="print a JSON object a line")
    parser.add_argument("--reviewer", metavar="NAME", help="decisions of one reviewer")
    parser.add_argument("--key", metavar="KEY", help="decisions on one candidate")
    add_moment(parser, "--since", "decisions from then on")
    add_moment(parser, "--until", "decisions up to then")
    add_moment(parser, "--at", "the log as it was at that moment")


def add_moment(parser: argparse.ArgumentParser, option: str, text: str) -> None:
    """Add an option whose value is a moment in the record."""
    what = "TIME, ISO 8601 (UTC unless it has an offset), or the number of a decision"
    parser.add_argument(option, type=moment, metavar="TIME", help=f"{text}: {what}")


def add_split_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command that splits a list into shares."""
    add_inputs(parser)
    add_planes(parser)
    add_list_reading(parser)
    parser.add_argument(
        "--into", required=True, type=count, metavar="N", help="number of shares, one a reviewer"
    )
    parser.add_argument(
        "--overlap",
        type=percentage,
        default=0.1,
        metavar="PART",
        help="part of the list that all shares hold, to measure agreement (default: 10%%)",
    )
    parser.add_argument(
        "--pairs",
        action="store_true",
        help="let pairs of shares hold the overlap, not all: less work, agreement of pairs alone",
    )
    parser.add_argument(
        "--seed", type=whole, default=0, metavar="S", help="deal other shares (default: 0)"
    )
    parser.add_argument(
        "-o", "--output", required=True, type=name_of_file, metavar="DIR", help="folder to write to"
    )
    add_settings(parser)


def add_merge_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command that merges sessions."""
    parser.add_argument(
        "sessions", nargs="+", type=name_of_file, metavar="FILE.vetter", help="sessions to merge"
    )
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        type=name_of_file,
        metavar="FILE.vetter",
        help="session to write; one that exists gets what it lacks",
    )


def add_agreement_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command that measures agreement."""
    add_session(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--agreeing",
        type=count,
        default=2,
        metavar="N",
        help="equal verdicts after which a candidate needs no more (default: 2)",
    )
    parser.add_argument(
        "--most",
        type=count,
        default=7,
        metavar="N",
        help="verdicts after which a candidate without agreement is an arbiter's (default: 7)",
    )


def add_stats_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command that reports on a reviewer."""
    add_session(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--html", type=name_of_file, metavar="FILE.html", help="write the report as a page"
    )
    parser.add_argument("--reviewer", metavar="NAME", help="reviewer (default: the last to decide)")


def add_bench_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command that measures."""
    parser.add_argument(
        "inputs",
        nargs="*",
        metavar="INPUT",
        help="input to measure (default: the demo, and 100,000 candidates on its planes)",
    )
    parser.add_argument(
        "--steps",
        type=count,
        metavar="N",
        help="number of key presses (default: 300; 2,000 with --watchdog, 20,000 with --memory)",
    )
    parser.add_argument(
        "--size",
        type=window_size,
        metavar="WxH",
        help="width and height of the window (default: 1600x900; a larger one has the budgets of "
        "4k)",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--watchdog",
        action="store_true",
        help="press random keys, and name what keeps the window waiting for over 30 ms",
    )
    what.add_argument(
        "--memory", action="store_true", help="press random keys, and measure the memory"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_inputs(parser: argparse.ArgumentParser, least: str = "+") -> None:
    """Add the inputs: at least one, or with "*" any number."""
    parser.add_argument(
        "inputs",
        nargs=least,
        type=name_of_file,
        metavar="INPUT",
        help="a candidate table, a folder or glob of cutout FITS files, a folder of stamps "
        "(NAME_sci.fits, NAME_ref.fits...), an array of stamps (triplets.npy, alone or with its "
        "list), alert packets (Avro, JSON, Parquet, tar, ZIP or folders of them), "
        "a field file (.toml, see vetter fields), a session, or demo",
    )


PLANE_HELP = {
    "image": "science image, which the list's positions are on",
    "template": "earlier image of the same field",
    "convolved": "template convolved to the image's PSF",
    "diff": "image minus convolved template",
    "err": "standard deviation of each pixel",
    "mask": "pixels that do not count",
}


def add_planes(parser: argparse.ArgumentParser) -> None:
    """Add the options that name the planes of a list."""
    group = parser.add_argument_group(
        "planes", "F is a FITS file, or one image of it: file.fits, file.fits[SCI], file.fits[2]"
    )
    for name, text in PLANE_HELP.items():
        group.add_argument(f"--{name}", type=name_of_file, metavar="F", help=text)
    group.add_argument(
        "--plane", action=Pairs, metavar="NAME=F", help="any other plane; may be repeated"
    )
    group.add_argument("--variance", metavar="F", help="variance, instead of --err")
    group.add_argument("--weight", metavar="F", help="inverse variance, instead of --err")
    group.add_argument("--mask-bits", metavar="BITS", help="bits that are bad, as 0,3,5-7 or names")
    group.add_argument("--mask-good", metavar="BITS", help="bits that are good; all others are bad")
    group.add_argument(
        "--pattern",
        action=Pairs,
        metavar="PLANE=NAME",
        help="names of a folder's stamps, as 'image={name}_sci.fits'; may be repeated",
    )


def add_list_reading(parser: argparse.ArgumentParser) -> None:
    """Add the options for reading the list."""
    group = parser.add_argument_group("reading the list")
    group.add_argument(
        "--radius", type=radius, help="half the side of a cutout, pixels (default: 20)"
    )
    group.add_argument("--fwhm", type=positive, help="FWHM of the image's PSF, pixels")
    group.add_argument(
        "--schema",
        metavar="FILE.avsc",
        help="schema of alert packets that come without one, or a folder of schemas by number",
    )
    group.add_argument(
        "--encoding", metavar="NAME", help="encoding of a list in text, as gb18030 or shift_jis"
    )
    group.add_argument(
        "--psf",
        type=name_of_file,
        metavar="PSF",
        help="shape of a new source: stars (of the field), moffat, gaussian, or a file with an "
        "image or a PSFEx model",
    )
    group.add_argument(
        "--column",
        action=Pairs,
        metavar="ROLE=NAME",
        help="column of a role, as x=XWIN_IMAGE, or x=none for no column; may be repeated; "
        f"roles: {ROLES}",
    )
    base = group.add_mutually_exclusive_group()
    base.add_argument(
        "--one-based",
        dest="one_based",
        action="store_const",
        const=True,
        help="x and y count from 1",
    )
    base.add_argument(
        "--zero-based",
        dest="one_based",
        action="store_const",
        const=False,
        help="x and y count from 0",
    )


def add_test_rows(parser: argparse.ArgumentParser) -> None:
    """Add the options that mix test rows into the list, to measure the reviewer."""
    group = parser.add_argument_group("measuring yourself (see vetter stats)")
    group.add_argument(
        "--fakes", type=count, metavar="N", help="mix in N artificial sources of known S/N"
    )
    group.add_argument(
        "--artefacts", type=count, metavar="N", help="mix in N artefacts: moved stars, hit pixels"
    )
    group.add_argument("--repeats", type=count, metavar="N", help="show N candidates a second time")
    group.add_argument(
        "--known",
        type=count,
        metavar="N",
        help="hide catalogue matches, and test N known objects of the packets",
    )
    group.add_argument(
        "--seed", type=whole, metavar="S", help="number that chooses the rows (default: 0)"
    )


def add_window(parser: argparse.ArgumentParser) -> None:
    """Add the options of the commands that show a window."""
    parser.add_argument(
        "--session",
        metavar="FILE.vetter",
        help="file of the decisions (default: NAME.vetter beside the list)",
    )
    parser.add_argument("--reviewer", metavar="NAME", help="your name (default: the account's)")
    parser.add_argument(
        "--blind",
        action="store_true",
        help="hide scores, answers of fits and others' verdicts, and record that they were hidden",
    )
    parser.add_argument("--keymap", metavar="FILE", help="your keys (default: keymap.toml)")
    parser.add_argument(
        "--earlier",
        action="append",
        type=name_of_file,
        metavar="FILE.vetter",
        help="an earlier session, whose verdicts are shown at the same objects; may be repeated",
    )
    parser.add_argument(
        "--known-list",
        action="append",
        type=name_of_file,
        metavar="TABLE",
        help="table of known objects, with ra and dec, and with name or verdict if any; "
        "may be repeated",
    )
    parser.add_argument(
        "--shuffle",
        type=seed,
        metavar="SEED",
        help="list the candidates in a random order, the same for the same number",
    )
    add_settings(parser)


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add the option for the user's settings."""
    parser.add_argument("--settings", metavar="FILE", help="your settings (default: settings.toml)")


def add_session(parser: argparse.ArgumentParser) -> None:
    """Add the session of a command."""
    parser.add_argument("session", type=name_of_file, metavar="FILE.vetter", help="a session")


def positive(text: str) -> float:
    """Parse a number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise argparse.ArgumentTypeError(f"expected a number above 0, found {text!r}")
    return number


def radius(text: str) -> float:
    """Parse half the side of a cutout, pixels."""
    number = positive(text)
    if number > MAX_RADIUS:
        raise argparse.ArgumentTypeError(
            f"expected {MAX_RADIUS:.0f} pixels at most, found {text!r}"
        )
    return number


def name_of_file(text: str) -> str:
    """Return a name that is not empty: an empty name would stand for the current folder."""
    if not text.strip():
        raise argparse.ArgumentTypeError("expected a name, found an empty text")
    return text


def count(text: str) -> int:
    """Parse a whole number above 0."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, found {text!r}")
    return int(text)


def window_size(text: str) -> tuple[int, int]:
    """Parse width and height of a window in pixels, as ``3840x2160``."""
    width, _x, height = text.partition("x")
    is_size = all(part.isascii() and part.isdigit() for part in (width, height))
    if not is_size or not all(int(part) in WINDOW_SIDES for part in (width, height)):
        low, high = WINDOW_SIDES[0], WINDOW_SIDES[-1]
        raise argparse.ArgumentTypeError(
            f"expected a size as 3840x2160, each side {low} to {high}, found {text!r}"
        )
    return int(width), int(height)


def seed(text: str) -> int:
    """Parse the seed of a random order."""
    if not text.isascii() or not text.isdigit() or int(text) > MAX_SEED:
        raise argparse.ArgumentTypeError(
            f"expected a whole number from 0 to {MAX_SEED}, found {text!r}"
        )
    return int(text)


def whole(text: str) -> int:
    """Parse a whole number, 0 or above."""
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"expected a whole number, found {text!r}")
    return int(text)


def percentage(text: str) -> float:
    """Parse a part of a whole, ``10%`` or ``0.1``; return 0 to 1."""
    try:
        number = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"expected a part as 10% or 0.1, found {text!r}")
    return number


class Pairs(argparse.Action):
    """Repeated option of ``NAME=VALUE`` pairs, collected in a dict."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option: str | None = None,
    ) -> None:
        """Add one pair."""
        name, equals, value = str(values).partition("=")
        if not (equals and name.strip() and value):
            parser.error(f"argument {option}: expected {self.metavar}, found {values!r}")
        pairs = dict(getattr(namespace, self.dest) or {})
        if name.strip() in pairs:
            parser.error(f"argument {option}: {name.strip()} is given twice")
        pairs[name.strip()] = value
        setattr(namespace, self.dest, pairs)


def moment(text: str) -> Moment:
    """Parse a moment; raises ArgumentTypeError."""
    from vetter.core.decisions.moment import Moment

    try:
        return Moment.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
