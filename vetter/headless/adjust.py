"""``vetter adjust``: the list with the results of fitting each candidate."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from vetter.core.adjust import fit_many
from vetter.core.adjustment import Adjustment, failed
from vetter.core.cutout import Cutout
from vetter.core.cutout_source import CutoutSource
from vetter.core.disappeared import Judgement
from vetter.core.field_fit import FieldFit, field_fit
from vetter.errors import InputError
from vetter.headless.cutouts import open_for
from vetter.headless.progress import Progress, say
from vetter.io.atomic import atomic_path
from vetter.io.settings_file import load_settings
from vetter.io.table_writing import write_table

KINDS = {
    ".ecsv": "ecsv",
    ".csv": "csv",
    ".vot": "votable",
    ".xml": "votable",
    ".votable": "votable",
    ".fits": "fits",
    ".fit": "fits",
}
# As many cutouts are fitted at once: memory does not grow with the list.
_BATCH = 200
_REASON = "disappeared_reason"


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
    settings = load_settings(arguments.settings).fit
    source = open_for(arguments, options)
    try:
        _refuse_inputs(source, output)
        say(*source.notes)
        fitting = field_fit(source.fwhm(), settings, source.default_radius)
        say(fitting.said)
        results = fit_all(source, fitting)
    finally:
        source.close()
    judgements = [fitting.judge(result) for result in results]
    table, notes = adjusted_table(source.candidates.table, results, judgements)
    with atomic_path(output) as temporary:
        notes += write_table(table, temporary, kind)
    say(*notes)
    gone = sum(judgement.disappeared is True for judgement in judgements)
    open_ = sum(judgement.disappeared is None for judgement in judgements)
    say(f"{output}: {len(results)} candidates, {gone} disappeared, {open_} not judged")
    return 0


def fit_all(source: CutoutSource, fitting: FieldFit) -> list[Adjustment]:
    """Fit every candidate, many at once; one without a cutout has a result that says so."""
    count = len(source.candidates)
    progress = Progress("fits")
    results: list[Adjustment] = []
    for start in range(0, count, _BATCH):
        rows = range(start, min(start + _BATCH, count))
        cutouts, failures = _read(source, rows, fitting.radius)
        fits = iter(fit_many(cutouts, fitting.options))
        results += [failures[row] if row in failures else next(fits) for row in rows]
        progress(len(results), count)
    return results


def _read(
    source: CutoutSource, rows: range, radius: float
) -> tuple[list[Cutout], dict[int, Adjustment]]:
    cutouts: list[Cutout] = []
    failures: dict[int, Adjustment] = {}
    for row in rows:
        try:
            cutouts.append(source.cutout(row, radius))
        except InputError as error:
            failures[row] = failed(str(error))
    return cutouts, failures


def adjusted_table(
    table: Any, results: list[Adjustment], judgements: list[Judgement]
) -> tuple[Any, tuple[str, ...]]:
    """The list's columns, then ``adjust_*``, ``disappeared`` and why.

    ``disappeared`` is masked where it was not judged. Columns of such names are replaced, and
    said.
    """
    from astropy.table import MaskedColumn

    out = table.copy()
    metas = [result.as_meta() for result in results]
    columns: dict[str, list[Any]] = {name: [meta[name] for meta in metas] for name in metas[0]}
    columns["disappeared"] = [judgement.disappeared for judgement in judgements]
    columns[_REASON] = [judgement.reason for judgement in judgements]
    replaced = [name for name in columns if name in out.colnames]
    for name, values in columns.items():
        gaps = np.array([value is None for value in values])
        if name == "disappeared":
            out[name] = MaskedColumn(data=[bool(value) for value in values], mask=gaps)
        else:
            out[name] = values
    if not replaced:
        return out, ()
    return out, (f"columns of the list that were replaced: {', '.join(replaced)}",)


def _refuse_inputs(source: CutoutSource, output: Path) -> None:
    for fingerprint in source.fingerprints:
        if Path(fingerprint.path).absolute() == output.absolute():
            raise InputError(f"{output}: is an input; write to another file")
