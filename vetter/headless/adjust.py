"""``vetter adjust``: the list with the results of fitting each candidate.

A template in other flux units than its image is reported once a field.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout_source import CutoutSource, ImageField
from vetter.core.judgement.field_fit import FieldFit
from vetter.core.judgement.flux_scale import ENOUGH, of_fits, of_stars, on_one_side
from vetter.core.number_text import counted
from vetter.errors import InputError, VetterError
from vetter.headless.adjusted_table import AdjustedTable, FitColumns
from vetter.headless.cutouts import open_for
from vetter.headless.fit_journal import FitJournal
from vetter.headless.fit_process import BATCH, Batch, Fitted, Start, fitted, identity
from vetter.headless.fit_processes import fitted_batches, usable_cores
from vetter.headless.progress import Progress, say
from vetter.io.export.input_files import InputFiles
from vetter.io.export.table_writing import write_pieces
from vetter.io.field.psf import fit_of_field
from vetter.io.field.star_fits import star_fits
from vetter.io.files.atomic import atomic_path
from vetter.io.settings_file import load_settings

KINDS = {
    ".ecsv": "ecsv",
    ".csv": "csv",
    ".vot": "votable",
    ".xml": "votable",
    ".votable": "votable",
    ".fits": "fits",
    ".fit": "fits",
}
PIECE = 1000
"""Rows that are judged and written together."""
_REASONS_SAID = 3


def run_adjust(arguments: argparse.Namespace, options: dict[str, Any]) -> int:
    """Fit all candidates and write the table."""
    output = Path(arguments.output).expanduser()
    kind = KINDS.get(output.suffix.lower())
    if kind is None:
        raise InputError(
            f"{output}: wanted a table named .ecsv, .csv, .fits or .vot, found "
            f"{output.suffix or 'no ending'!r}"
        )
    if not output.absolute().parent.is_dir():
        raise InputError(f"{output}: no such folder to write to")
    if not os.access(output.absolute().parent, os.W_OK):
        raise InputError(f"{output}: cannot be written: its folder may not be written to")
    jobs = arguments.jobs or usable_cores()
    settings = load_settings(arguments.settings).fit
    source = open_for(arguments, options)
    try:
        if output in InputFiles(source):
            raise InputError(f"{output}: is an input; write to another file")
        say(*source.notes, *source.report)
        radius = source.default_radius
        record = source.record
        fittings = [fit_of_field(one, record, settings, radius) for one in source.fields]
        say(*_said(source, fittings))
        with FitJournal(output, identity(source, fittings)) as journal:
            try:
                results = fit_all(source, fittings, journal, jobs)
            except KeyboardInterrupt:
                sys.stderr.write("\n")
                say(f"{journal.path}: holds what is done; run the same command again to go on")
                raise
            fittings = with_flux_units(source, fittings, results)
            write(source, fittings, results, output, kind)
            journal.remove()
    finally:
        source.close()
    return 0


def fit_all(
    source: CutoutSource, fittings: Sequence[FieldFit], journal: FitJournal, jobs: int
) -> FitColumns:
    """Fit every candidate that the journal does not hold.

    Batches are the same for any number of jobs, so that results are too, to the last bit.
    """
    batches = batches_of(source)
    count = len(source.candidates)
    columns = FitColumns(count)
    made: set[int] = set()
    for number, metas in journal.earlier():
        if number < len(batches):
            columns.set(batches[number].rows, metas)
            made.add(number)
    done = before = sum(len(batches[number].rows) for number in made)
    if journal.other:
        say(f"{journal.path}: of another input or other options; all is done again")
    if before:
        say(f"{journal.path}: goes on after {before} of {count}")
    progress = Progress("fits", before)
    left = [batch for batch in batches if batch.number not in made]
    for answer in _fitted(source, fittings, left, jobs, alone=len(batches) == 1):
        columns.set(batches[answer.number].rows, answer.metas)
        journal.add(answer.number, list(answer.metas))
        done += len(answer.metas)
        progress(done, count)
    return columns


def batches_of(source: CutoutSource) -> list[Batch]:
    """All rows, by their place in the image, so that a batch reads what lies together."""
    rows = np.argsort(source.candidates.y, kind="stable")
    batches: list[Batch] = []
    for number in range(len(source.fields)):
        own = rows[source.on_field(rows, number)].tolist()
        for start in range(0, len(own), BATCH):
            batches.append(Batch(len(batches), tuple(own[start : start + BATCH])))
    return batches


def _said(source: CutoutSource, fittings: Sequence[FieldFit]) -> list[str]:
    """What the fits of each image rest on, with its name where there are several."""
    names = [field.name for field in source.fields]
    if len(names) == 1:
        return [fittings[0].said]
    return [f"{name}: {fitting.said}" for name, fitting in zip(names, fittings, strict=True)]


def _fitted(
    source: CutoutSource,
    fittings: Sequence[FieldFit],
    batches: list[Batch],
    jobs: int,
    alone: bool,
) -> Iterator[Fitted]:
    if alone:
        # A process would take longer to start than this takes to fit.
        return (fitted(source, fittings, batch) for batch in batches)
    start = Start(source.record, tuple(fittings), identity(source, fittings))
    return fitted_batches(start, batches, jobs)


def write(
    source: CutoutSource,
    fittings: Sequence[FieldFit],
    results: FitColumns,
    output: Path,
    kind: str,
) -> None:
    """Write the table, whole or not at all, and say how many disappeared."""
    table = AdjustedTable(source.candidates.table, results, kind)
    counts = Counter[bool | None]()
    reasons = Counter[str]()

    def pieces() -> Iterator[Any]:
        for start in range(0, max(len(source.candidates), 1), PIECE):
            found = results.results(start, start + PIECE)
            judgements = [
                fittings[source.field_of(row)].judge(result)
                for row, result in enumerate(found, start)
            ]
            counts.update(judgement.disappeared for judgement in judgements)
            reasons.update(result.reason for result in found if not result.converged)
            yield table.piece(start, judgements)

    with atomic_path(output) as temporary:
        notes = write_pieces(pieces(), temporary, kind)
    say(*table.notes, *notes, *_unfitted(reasons))
    said = f"{counts[True]} disappeared, {counts[None]} not judged"
    say(f"{output}: {counted(len(source.candidates), 'candidate')}, {said}")


def _unfitted(reasons: Counter[str]) -> list[str]:
    """Why candidates have no fit, the most common reasons first; all are in the table."""
    most = reasons.most_common(_REASONS_SAID)
    said = [f"{counted(count, 'candidate')} not fitted: {reason}" for reason, count in most]
    left = reasons.total() - sum(count for _, count in most)
    if left:
        said.append(f"{counted(left, 'candidate')} not fitted for other reasons: see adjust_reason")
    return said


def with_flux_units(
    source: CutoutSource, fittings: Sequence[FieldFit], results: FitColumns
) -> list[FieldFit]:
    """How each image's fits are judged, once its stars have been asked about its template.

    They are asked only where most fits find the same wrong with its flux. What they say stands
    against every judgement, and is said; what only the candidates' fits say is said.
    """
    rows = np.arange(len(source.candidates))
    scales = results.column("adjust_scale", 0, len(rows))
    fields, checked = source.fields, []
    for number, (field, fitting) in enumerate(zip(fields, fittings, strict=True)):
        own = scales[source.on_field(rows, number)]
        low, high = fitting.settings.scale_low, fitting.settings.scale_high
        if on_one_side(own, low, high):
            words = of_stars(_star_scales(field, fitting), low, high)
            if words:
                fitting = fitting._replace(unlike=words)
            elif words is None:
                words = of_fits(own, low, high, fitting.options.max_scale)
            if words:
                name = field.name if len(fields) > 1 else ""
                say(f"{name}: {words}" if name else words)
        checked.append(fitting)
    return checked


def _star_scales(field: ImageField, fitting: FieldFit) -> npt.NDArray[np.float64]:
    """Of stars from all over the image, as many as will do."""
    found: list[float] = []
    try:
        for stars, _ in star_fits(field, fitting):
            found += [star[4] for star in stars]
            if len(found) >= ENOUGH:
                break
    except VetterError as error:
        # The candidates could be fitted: without its stars the image is judged as it was.
        say(f"its stars cannot be fitted: {error}")
    return np.array(found)
