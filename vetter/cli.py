"""Commands of the program and their dispatch; each command imports its own modules."""

from __future__ import annotations

import argparse
import gc
import io
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, NoReturn

from vetter import __version__
from vetter.arguments import (
    add_adjust_options,
    add_agreement_options,
    add_bench_options,
    add_cutouts_options,
    add_demo_options,
    add_export_options,
    add_fields_options,
    add_log_options,
    add_merge_options,
    add_open_options,
    add_practice_options,
    add_split_options,
    add_stats_options,
    add_status_options,
)
from vetter.errors import VetterError

BAD_INPUT = 2
UNEXPECTED = 1
INTERRUPTED = 130

_READING_OPTIONS = (
    "image",
    "template",
    "convolved",
    "diff",
    "err",
    "mask",
    "plane",
    "pattern",
    "variance",
    "weight",
    "mask_bits",
    "mask_good",
    "radius",
    "fwhm",
    "schema",
    "encoding",
    "psf",
    "column",
    "one_based",
    "fakes",
    "artefacts",
    "repeats",
    "known",
    "seed",
)


def reading_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the options given for reading inputs, as keywords."""
    values = {name: getattr(arguments, name, None) for name in _READING_OPTIONS}
    return {name: value for name, value in values.items() if value is not None}


def _run_open(arguments: argparse.Namespace) -> int:
    inputs = ["demo"] if arguments.command == "demo" else list(arguments.inputs)
    reading = reading_options(arguments)
    if not inputs and (reading or arguments.session):
        option = next(iter(reading), "session").replace("_", "-")
        raise VetterError(
            f"--{option}: no input; name a candidate table, a folder or a session "
            "(vetter alone asks for one)"
        )
    from vetter.gui.system_libraries import check_qt_libraries

    check_qt_libraries()
    # gc.disable(): collections take a tenth of start-up, and find nothing.
    # app.run enables the collector when the window is shown.
    gc.disable()
    from vetter import app
    from vetter.io.settings_file import load_keymap, load_settings
    from vetter.review.opening.preferences import PreferenceFiles

    settings = load_settings(arguments.settings)
    return app.run(
        inputs,
        settings=settings,
        keymap=load_keymap(arguments.keymap),
        preference_files=PreferenceFiles(arguments.settings, arguments.keymap, keeps_window=True),
        session=arguments.session,
        reviewer=arguments.reviewer,
        shuffle=arguments.shuffle,
        earlier=tuple(arguments.earlier or ()),
        known_list=tuple(arguments.known_list or ()),
        blind=arguments.blind,
        practice=arguments.command == "practice",
        **reading,
    )


def _run_cutouts(arguments: argparse.Namespace) -> int:
    from vetter.headless.cutouts import run_cutouts

    return run_cutouts(arguments, reading_options(arguments))


def _run_adjust(arguments: argparse.Namespace) -> int:
    from vetter.io.child_process import ONE_THREAD

    # Before numpy is imported: the threads of its matrix library would wait for each other.
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
    from vetter.headless.adjust import run_adjust

    return run_adjust(arguments, reading_options(arguments))


def _run_fields(arguments: argparse.Namespace) -> int:
    from vetter.headless.fields import run_fields

    return run_fields(arguments)


def _run_status(arguments: argparse.Namespace) -> int:
    from vetter.headless.sessions import run_status

    return run_status(arguments)


def _run_export(arguments: argparse.Namespace) -> int:
    if arguments.report:
        from vetter.headless.reports import run_reports

        return run_reports(arguments)
    from vetter.headless.sessions import run_export

    return run_export(arguments)


def _run_log(arguments: argparse.Namespace) -> int:
    from vetter.headless.decision_log import run_log

    return run_log(arguments)


def _run_split(arguments: argparse.Namespace) -> int:
    from vetter.headless.reviewers.split import run_split

    return run_split(arguments, reading_options(arguments))


def _run_merge(arguments: argparse.Namespace) -> int:
    from vetter.headless.reviewers.merge import run_merge

    return run_merge(arguments)


def _run_agreement(arguments: argparse.Namespace) -> int:
    from vetter.headless.reviewers.agreement import run_agreement

    return run_agreement(arguments)


def _run_stats(arguments: argparse.Namespace) -> int:
    from vetter.headless.stats import run_stats

    return run_stats(arguments)


def _run_bench(arguments: argparse.Namespace) -> int:
    from vetter import benchmark

    return benchmark.main(arguments)


class CommandSpec(NamedTuple):
    """A command: its help and example, and the functions that add its options and run it."""

    name: str
    help: str
    example: str
    add_options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


COMMANDS = {
    spec.name: spec
    for spec in (
        CommandSpec(
            "open",
            "open candidates and decide on them (the word `open` may be left out)",
            "vetter candidates.ecsv --image science.fits --template template.fits --diff diff.fits",
            add_open_options,
            _run_open,
        ),
        CommandSpec(
            "demo",
            "open the demo: a simulated field with known truth",
            "vetter demo",
            add_demo_options,
            _run_open,
        ),
        CommandSpec(
            "practice",
            "practise on 20 artificial sources and artefacts, each with its answer",
            "vetter practice demo",
            add_practice_options,
            _run_open,
        ),
        CommandSpec(
            "cutouts",
            "write the cutouts of all candidates as FITS files, without a window",
            "vetter cutouts candidates.csv --image 'science.fits[SCI]' --radius 30 -o cutouts",
            add_cutouts_options,
            _run_cutouts,
        ),
        CommandSpec(
            "adjust",
            "fit all candidates and write the list with adjust_* columns and each answer",
            "vetter adjust candidates.csv --image sci.fits --convolved conv.fits "
            "--err err.fits -o adjusted.ecsv",
            add_adjust_options,
            _run_adjust,
        ),
        CommandSpec(
            "fields",
            "draft a field file (several images in one session) from a folder",
            "vetter fields tonight -o night.toml",
            add_fields_options,
            _run_fields,
        ),
        CommandSpec(
            "status",
            "count the decisions of a session",
            "vetter status night.vetter --json",
            add_status_options,
            _run_status,
        ),
        CommandSpec(
            "export",
            "write cutouts and verdicts of a session",
            "vetter export night.vetter -o vetted --verdict accept --verdict maybe --format csv",
            add_export_options,
            _run_export,
        ),
        CommandSpec(
            "log",
            "list the decisions of a session, in order",
            "vetter log night.vetter --reviewer ann --since 2026-11-30T02:00Z --json",
            add_log_options,
            _run_log,
        ),
        CommandSpec(
            "split",
            "split a list into sessions for several reviewers, with a part in common",
            "vetter split candidates.csv --image sci.fits --into 5 --overlap 10% -o shares",
            add_split_options,
            _run_split,
        ),
        CommandSpec(
            "merge",
            "merge sessions of several reviewers; nobody's verdict is overwritten",
            "vetter merge ann.vetter bob.vetter -o night.vetter",
            add_merge_options,
            _run_merge,
        ),
        CommandSpec(
            "agreement",
            "print how well the reviewers of a session agree, and who should look next",
            "vetter agreement night.vetter --json",
            add_agreement_options,
            _run_agreement,
        ),
        CommandSpec(
            "stats",
            "measure a reviewer by the test rows of a session (--fakes, --repeats, --known)",
            "vetter stats night.vetter",
            add_stats_options,
            _run_stats,
        ),
        CommandSpec(
            "bench",
            "measure the program on this machine",
            "vetter bench --steps 200 --json",
            add_bench_options,
            _run_bench,
        ),
    )
}


class _Parser(argparse.ArgumentParser):
    """Argument parser that reports an error in one line and exits with status 2."""

    def error(self, message: str) -> NoReturn:
        """Print one line on standard error and exit."""
        sys.stderr.write(f"{self.prog}: {message} (try {self.prog} --help)\n")
        raise SystemExit(2)


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command and its options; without a command it is ``open``.

    Raises
    ------
    SystemExit
        Status 0 after help or version, 2 after one line about bad arguments.
    """
    arguments = list(argv)
    first = arguments[0] if arguments else "open"
    if first not in COMMANDS and first not in ("-h", "--help", "--version"):
        arguments.insert(0, "open")
    arguments = arguments or ["open"]
    return _parser(arguments[0]).parse_args(arguments)


def _parser(chosen: str) -> argparse.ArgumentParser:
    """Return the parser; a chosen command leaves out the others, which take time to build."""
    width = max(len(name) for name in COMMANDS)
    examples = "\n".join(f"  {name:<{width}}  {spec.example}" for name, spec in COMMANDS.items())
    parser = _Parser(
        prog="vetter",
        description="Vet transient candidates: planes side by side, one key for each verdict, "
        "and a fit that separates misregistered stars from new sources.",
        epilog=f"an example of each:\n{examples}\n\nvetter COMMAND --help lists all options; "
        "vetter alone shows what can be opened.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"vetter {__version__}")
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=_Parser
    )
    for spec in [COMMANDS[chosen]] if chosen in COMMANDS else COMMANDS.values():
        command = commands.add_parser(
            spec.name,
            help=spec.help,
            description=spec.help[0].upper() + spec.help[1:] + ".",
            epilog=f"example:\n  {spec.example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        spec.add_options(command)
        command.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0, or 2 after one line on standard error.

    A fault of the program gives 1, and a line with the name of the report's file.
    """
    _open_streams()
    arguments = parse_arguments(sys.argv[1:] if argv is None else argv)
    return exit_status(lambda: COMMANDS[arguments.command].run(arguments), arguments.debug)


def exit_status(command: Callable[[], int], debug: bool) -> int:
    """Return the status of a command, or of its error after printing one line.

    With ``debug`` the traceback is printed before the line.
    """
    try:
        status = command()
        # flush() here: at the interpreter's exit a closed pipe could not be caught.
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        sys.stderr.write("\nvetter: interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of the output has ended, as in `vetter log s.vetter | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (VetterError, OSError) as error:
        if debug:
            traceback.print_exc()
        sys.stderr.write(f"vetter: {_one_line(error)}\n")
        return BAD_INPUT
    # A fault of the program: one line, and a report for the developer.
    except Exception as error:
        if debug:
            traceback.print_exc()
        sys.stderr.write(f"vetter: {_write_report(error)}\n")
        return UNEXPECTED


def _open_streams() -> None:
    """Make both output streams accept any text.

    A closed stream, as under some schedulers, becomes the null device; letters that are missing
    in a stream's encoding are escaped.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # No `with`: it stays open until the program ends.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _one_line(error: BaseException) -> str:
    if isinstance(error, OSError) and not isinstance(error, VetterError):
        reason = error.strerror or str(error) or type(error).__name__
        return f"{error.filename}: {reason}" if error.filename else reason
    return " ".join(str(error).split()) or type(error).__name__


def _write_report(error: BaseException) -> str:
    """Write the traceback to a file, and return one line that names it."""
    summary = f"an unexpected error, a fault of this program: {type(error).__name__}: "
    summary += " ".join(str(error).split())[:200]
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="vetter-report-", suffix=".txt", delete=False, encoding="utf-8"
        ) as file:
            traceback.print_exception(error, file=file)
        return f"{summary}; the report is in {file.name}"
    except OSError:
        return f"{summary}; --debug shows the traceback"


if __name__ == "__main__":
    sys.exit(main())
