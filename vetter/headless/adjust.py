"""Command ``vetter adjust``: fits each candidate and writes the list with the results."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vetter.core.cutout_source import CutoutSource
from vetter.core.judgement.answer import Answer
from vetter.core.judgement.field_fit import FieldFit
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.headless.adjusted_table import AdjustedTable, FitColumns
from vetter.headless.cutouts import open_for, say_cautions
from vetter.headless.fit_journal import FitJournal
from vetter.headless.fit_process import (
    ROWS_PER_BATCH,
    Batch,
    Fitted,
    Start,
    fit_batch,
    run_identity,
)
from vetter.headless.fit_processes import fit_batches, usable_cores
from vetter.headless.progress import Progress, print_lines
from vetter.io.export.input_files import InputFiles
from vetter.io.export.tables.table_writing import write_pieces
from vetter.io.field.stars.measuring import prepare_field_fit
from vetter.io.files.atomic import atomic_path
from vetter.io.settings_file import load_settings

FORMAT_BY_ENDING = {
    ".ecsv": "ecsv",
    ".csv": "csv",
    ".vot": "votable",
    ".xml": "votable",
    ".votable": "votable",
    ".fits": "fits",
    ".fit": "fits",
}
ROWS_PER_PIECE = 1000
"""Number of rows that are judged and written together."""
_MAX_REASONS = 3


def run_adjust(arguments: argparse.Namespace, options: dict[str, Any]) -> int:
    """Fit all candidates and write the table; return the exit status."""
    output = Path(arguments.output).expanduser()
    kind = FORMAT_BY_ENDING.get(output.suffix.lower())
    if kind is None:
        raise InputError(
            f"{output}: expected a table named .ecsv, .csv, .fits or .vot, found "
            f"{output.suffix or 'no ending'!r}"
        )
    if not output.absolute().parent.is_dir():
        raise InputError(f"{output}: its folder does not exist")
    if not os.access(output.absolute().parent, os.W_OK):
        raise InputError(f"{output}: cannot be written: its folder is not writable")
    jobs = arguments.jobs or usable_cores()
    settings = load_settings(arguments.settings).fit
    source = open_for(arguments, options)
    try:
        if output in InputFiles(source):
            raise InputError(f"{output}: is an input; write to another file")
        print_lines(*source.notes, *source.report)
        say_cautions(source)
        radius = source.default_radius
        record = source.record
        fittings = [
            prepare_field_fit(field, record, settings, radius)[0] for field in source.fields
        ]
        print_lines(*_fit_notes(source, fittings))
        with FitJournal(output, run_identity(source, fittings)) as journal:
            try:
                results = fit_all(source, fittings, journal, jobs)
            except KeyboardInterrupt:
                sys.stderr.write("\n")
                print_lines(
                    f"{journal.path}: holds the fits so far; run the same command again to go on"
                )
                raise
            write(source, fittings, results, output, kind)
            journal.remove()
    finally:
        source.close()
    return 0


def fit_all(
    source: CutoutSource, fittings: Sequence[FieldFit], journal: FitJournal, jobs: int
) -> FitColumns:
    """Fit every candidate that the journal does not hold.

    Batches do not depend on the number of jobs, so results are the same to the last bit.
    """
    batches = make_batches(source)
    count = len(source.candidates)
    columns = FitColumns(count)
    made: set[int] = set()
    for number, metas in journal.read_batches():
        if number < len(batches):
            columns.set(batches[number].rows, metas)
            made.add(number)
    done = before = sum(len(batches[number].rows) for number in made)
    if journal.was_other_run:
        print_lines(f"{journal.path}: of another input or other options; all fits are made again")
    if before:
        print_lines(f"{journal.path}: goes on after {before} of {count}")
    progress = Progress("fits", before)
    left = [batch for batch in batches if batch.number not in made]
    for answer in _fit_batches(source, fittings, left, jobs, alone=len(batches) == 1):
        columns.set(batches[answer.number].rows, answer.metas)
        journal.add(answer.number, list(answer.metas))
        done += len(answer.metas)
        progress(done, count)
    return columns


def make_batches(source: CutoutSource) -> list[Batch]:
    """Group the rows of each image by y, so that a batch reads neighbouring pixels."""
    rows = np.argsort(source.candidates.y, kind="stable")
    batches: list[Batch] = []
    for number in range(len(source.fields)):
        field_rows = rows[source.on_field(rows, number)].tolist()
        for start in range(0, len(field_rows), ROWS_PER_BATCH):
            batches.append(Batch(len(batches), tuple(field_rows[start : start + ROWS_PER_BATCH])))
    return batches


def _fit_notes(source: CutoutSource, fittings: Sequence[FieldFit]) -> list[str]:
    """Return notes on each image's PSF, measurements and stars, with its name if it is not alone.

    The last note of an image names the one thing that it lacks.
    """
    notes = []
    for field, fitting in zip(source.fields, fittings, strict=True):
        lines = [fitting.description]
        if fitting.calibration is not None:
            lines.append(f"calibrated on {format_count(fitting.calibration.count, 'star')}")
        if fitting.missing:
            lines.append(f"fits are not judged: {fitting.missing}")
        name = field.name if len(source.fields) > 1 else ""
        notes += [f"{name}: {line}" if name else line for line in lines]
    return notes


def _fit_batches(
    source: CutoutSource,
    fittings: Sequence[FieldFit],
    batches: list[Batch],
    jobs: int,
    alone: bool,
) -> Iterator[Fitted]:
    if alone:
        # Starting a worker process would take longer than fitting one batch here.
        return (fit_batch(source, fittings, batch) for batch in batches)
    identity = run_identity(source, fittings)
    start = Start(source.record, tuple(fittings), identity, source.list_for_others())
    return fit_batches(start, batches, jobs)


def write(
    source: CutoutSource,
    fittings: Sequence[FieldFit],
    results: FitColumns,
    output: Path,
    kind: str,
) -> None:
    """Write the table, whole or not at all, and report how many candidates have each answer."""
    table = AdjustedTable(source.candidates.table, results, kind)
    counts = Counter[Answer]()
    reasons = Counter[str]()

    def pieces() -> Iterator[Any]:
        for start in range(0, max(len(source.candidates), 1), ROWS_PER_PIECE):
            fits = results.results(start, start + ROWS_PER_PIECE)
            judgements = [
                fittings[source.field_of(row)].judge(result)
                for row, result in enumerate(fits, start)
            ]
            counts.update(judgement.answer for judgement in judgements)
            reasons.update(result.reason for result in fits if not result.converged)
            yield table.piece(start, judgements)

    with atomic_path(output) as temporary:
        notes = write_pieces(pieces(), temporary, kind)
    print_lines(*table.notes, *notes, *_unfitted_notes(reasons))
    answers = ", ".join(f"{counts[answer]:,} {answer.value}" for answer in Answer)
    print_lines(f"{output}: {format_count(len(source.candidates), 'candidate')}: {answers}")


def _unfitted_notes(reasons: Counter[str]) -> list[str]:
    """Return counts of unfitted candidates by the most common reasons; the table has all."""
    most = reasons.most_common(_MAX_REASONS)
    notes = [f"{format_count(count, 'candidate')} not fitted: {reason}" for reason, count in most]
    left = reasons.total() - sum(count for _, count in most)
    if left:
        notes.append(
            f"{format_count(left, 'candidate')} not fitted for other reasons: see adjust_reason"
        )
    return notes
