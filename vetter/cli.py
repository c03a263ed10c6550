"""The command line: arguments to calls. Imports nothing heavy; each command brings its own."""

from __future__ import annotations

import argparse
import gc
import io
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from vetter.arguments import parse_arguments
from vetter.errors import VetterError

BAD_INPUT = 2
UNEXPECTED = 1
INTERRUPTED = 130

_READING = (
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
    "psf",
    "column",
    "one_based",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; its exit status: 0, or 2 after one line on standard error.

    A fault of the program itself gives 1, and a line that says where the report is.
    """
    _open_streams()
    arguments = parse_arguments(sys.argv[1:] if argv is None else argv)
    return exit_status(lambda: _run(arguments), arguments.debug)


def exit_status(command: Callable[[], int], debug: bool) -> int:
    """Return what a command returns, or the status of its error, told in one line.

    With ``debug`` the traceback is printed before that line.
    """
    try:
        status = command()
        # Here, and not when the interpreter ends, where a closed pipe could not be caught.
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        sys.stderr.write("\nvetter: interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone, as in `vetter log s.vetter | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (VetterError, OSError) as error:
        if debug:
            traceback.print_exc()
        sys.stderr.write(f"vetter: {_one_line(error)}\n")
        return BAD_INPUT
    # A fault of the program: told in one line, with a report for who is to mend it.
    except Exception as error:
        if debug:
            traceback.print_exc()
        sys.stderr.write(f"vetter: {_report(error)}\n")
        return UNEXPECTED


def _open_streams() -> None:
    """Let anything be printed: where a stream is closed, as under some schedulers, and where its
    encoding has not all letters, which are escaped then."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # Open as long as the program runs.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def reading_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """The options that say how inputs are read, as keywords; those not given are left out."""
    values = {name: getattr(arguments, name, None) for name in _READING}
    return {name: value for name, value in values.items() if value is not None}


def _run(arguments: argparse.Namespace) -> int:
    if arguments.command in ("open", "demo"):
        return _open(arguments)
    if arguments.command == "bench":
        from vetter import benchmark

        return int(benchmark.main(arguments))
    from vetter import headless

    command = getattr(headless, f"run_{arguments.command}")
    if arguments.command in ("cutouts", "adjust"):
        return int(command(arguments, reading_options(arguments)))
    return int(command(arguments))


def _open(arguments: argparse.Namespace) -> int:
    inputs = ["demo"] if arguments.command == "demo" else list(arguments.inputs)
    reading = reading_options(arguments)
    if not inputs and (reading or arguments.session):
        option = next(iter(reading), "session").replace("_", "-")
        raise VetterError(
            f"--{option}: no input: name a candidate table, a folder, a session... "
            "(vetter alone asks for one)"
        )
    from vetter.gui.system_libraries import check

    check()
    # Nothing that start-up makes is garbage; looking for some takes a tenth of its time.
    # The window enables the collector when it is up.
    gc.disable()
    from vetter import app
    from vetter.io.settings_file import load_keymap, load_settings

    settings = load_settings(arguments.settings)
    return app.run(
        inputs,
        settings=settings,
        keymap=load_keymap(arguments.keymap),
        session=arguments.session,
        reviewer=arguments.reviewer,
        **reading,
    )


def _one_line(error: BaseException) -> str:
    if isinstance(error, OSError) and not isinstance(error, VetterError):
        reason = error.strerror or str(error) or type(error).__name__
        return f"{error.filename}: {reason}" if error.filename else reason
    return " ".join(str(error).split()) or type(error).__name__


def _report(error: BaseException) -> str:
    """Keep the traceback in a file, and say so in one line."""
    said = f"an unexpected error, a fault of this program: {type(error).__name__}: "
    said += " ".join(str(error).split())[:200]
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="vetter-report-", suffix=".txt", delete=False, encoding="utf-8"
        ) as file:
            traceback.print_exception(error, file=file)
        return f"{said}; the report is in {file.name}"
    except OSError:
        return f"{said}; --debug shows where"


if __name__ == "__main__":
    sys.exit(main())
