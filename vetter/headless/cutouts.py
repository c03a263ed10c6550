"""Command ``vetter cutouts``: writes every candidate's cutout as a FITS file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from vetter.core.cutout.cutout import list_missing_planes
from vetter.core.cutout_source import CutoutSource
from vetter.errors import InputError
from vetter.headless.progress import Progress, print_lines
from vetter.io.cutouts.cutout_file import write_cutout
from vetter.io.export.file_names import safe_names
from vetter.io.export.input_files import InputFiles
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_without_test_rows
from vetter.io.settings_file import load_settings


def run_cutouts(arguments: argparse.Namespace, options: dict[str, Any]) -> int:
    """Write the cutouts of all candidates; those that cannot be read are named and counted."""
    source = open_for(arguments, options)
    try:
        folder = Path(arguments.output).expanduser()
        # Before print_lines(): an error stands alone on standard error.
        _make_folder(folder, source)
        files = _output_files(folder, source)
        print_lines(*source.notes, *source.report)
        say_cautions(source)
        written, skipped, lacking = write_all(source, files)
    finally:
        source.close()
    cutouts, left = f"cutout{'s' * (written != 1)}", f"candidate{'s' * (skipped != 1)}"
    without = f", {lacking:,} with planes left out" if lacking else ""
    summary = f"{written:,} {cutouts} written{without}, {skipped:,} {left} without one"
    print_lines(f"{arguments.output}: {summary}")
    return 0


def say_cautions(source: CutoutSource) -> None:
    """Print a line for each plane whose pixels contradict its role."""
    from vetter.io.inputs.content_cautions import content_cautions

    for line in content_cautions(source):
        print_lines(f"caution: {line}")


def open_for(arguments: argparse.Namespace, options: dict[str, Any]) -> CutoutSource:
    """Open a command's inputs; the default radius is that of the settings."""
    settings = load_settings(arguments.settings)
    input_options = InputOptions.from_keywords(**options)
    input_options = replace(input_options, usual_radius=settings.display.radius)
    return open_without_test_rows(arguments.inputs, input_options).read_whole_list()


def write_all(source: CutoutSource, files: Sequence[Path]) -> tuple[int, int, int]:
    """Write a file for each candidate; print a line for each missing cutout or plane.

    Returns
    -------
    written, skipped, lacking : int
        Numbers of cutouts, of candidates without a cutout, and of cutouts with a plane that could
        not be read.

    Raises
    ------
    InputError
        A file cannot be written, or no candidate has a cutout.
    """
    count = len(source.candidates)
    progress, written, lacking = Progress("cutouts"), 0, 0
    for row, file in enumerate(files):
        try:
            cutout = source.cutout(row, source.default_radius)
        except InputError as error:
            print_lines(str(error))
        else:
            write_cutout(cutout, file)
            name = source.candidates.name(row)
            print_lines(*(f"{name}: {text}" for text in list_missing_planes(cutout.unread)))
            written += 1
            lacking += bool(cutout.unread)
        progress(row + 1, count)
    if not written:
        raise InputError(f"{files[0].parent}: nothing to write: no candidate has a cutout")
    return written, count - written, lacking


def _output_files(folder: Path, source: CutoutSource) -> list[Path]:
    """Return ``NAME.fits`` for each candidate; refuse a file that is an input."""
    names = safe_names(source.candidates.name(row) for row in range(len(source.candidates)))
    files = [folder / f"{name}.fits" for name in names]
    inputs = InputFiles(source)
    for file in files:
        if file in inputs:
            raise InputError(f"{file}: is an input; write to another folder")
    return files


def _make_folder(folder: Path, source: CutoutSource) -> None:
    """Make the folder to write to; refuse one that holds the inputs or cannot be written to."""
    if InputFiles(source).has_cutouts_in(folder):
        raise InputError(f"{folder}: holds the inputs; write to another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise InputError(f"{folder}: expected a folder to write to, found a file") from error
    except OSError as error:
        raise InputError(f"{folder}: cannot be made: {error.strerror or error}") from error
