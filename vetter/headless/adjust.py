"""``vetter adjust``: the list with the results of fitting each candidate."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

import numpy as np

from vetter.core.adjust import fit
from vetter.core.adjustment import Adjustment, FitOptions, failed
from vetter.core.cutout_source import CutoutSource
from vetter.core.disappeared import Judgement, judge
from vetter.errors import InputError
from vetter.headless.cutouts import open_for
from vetter.headless.progress import Progress, say
from vetter.io.atomic import atomic_path
from vetter.io.settings_file import load_settings
from vetter.io.table_writing import write_table
from vetter.settings import FitSettings

KINDS = {
    ".ecsv": "ecsv",
    ".csv": "csv",
    ".vot": "votable",
    ".xml": "votable",
    ".votable": "votable",
    ".fits": "fits",
    ".fit": "fits",
}
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
        wanted, said = fit_options(source, settings)
        say(said)
        results, judgements = fit_all(source, wanted, settings)
    finally:
        source.close()
    table, notes = adjusted_table(source.candidates.table, results, judgements)
    with atomic_path(output) as temporary:
        notes += write_table(table, temporary, kind)
    say(*notes)
    gone = sum(judgement.disappeared is True for judgement in judgements)
    open_ = sum(judgement.disappeared is None for judgement in judgements)
    say(f"{output}: {len(results)} candidates, {gone} disappeared, {open_} not judged")
    return 0


def fit_options(source: CutoutSource, settings: FitSettings) -> tuple[FitOptions, str]:
    """The fit as the settings have it, and where its FWHM comes from in words."""
    found = getattr(source, "fwhm", lambda: None)()
    if found is not None:
        fwhm, said = found.value, found.said
    else:
        fwhm = settings.default_fwhm
        said = f"FWHM {fwhm:.2f} px, the settings' default: nothing else tells; give --fwhm"
    inner = settings.inner_fwhm * fwhm + 1
    return (
        FitOptions(
            max_shift=settings.max_shift,
            max_scale=settings.max_scale,
            inner=inner,
            inner_fwhm=settings.inner_fwhm,
            fit_bg=settings.fit_bg,
            fwhm=fwhm,
        ),
        f"{said}; fitted box {inner:.0f} px",
    )


def fit_all(
    source: CutoutSource, options: FitOptions, settings: FitSettings
) -> tuple[list[Adjustment], list[Judgement]]:
    """Fit every candidate; one without a cutout has a result that says so."""
    count = len(source.candidates)
    # The cutout has to hold the fitted box, and the template around it.
    least = math.ceil(((options.inner or 0) - 1) / 2 + options.max_shift + 2)
    radius = max(source.default_radius, least)
    progress = Progress("fits")
    results: list[Adjustment] = []
    judgements: list[Judgement] = []
    for row in range(count):
        try:
            result = fit(source.cutout(row, radius), options)
        except InputError as error:
            result = failed(str(error))
        results.append(result)
        judgements.append(
            judge(
                result,
                settings.min_pval,
                settings.max_chi2_ratio,
                (settings.scale_low, settings.scale_high),
                settings.max_snr,
            )
        )
        progress(row + 1, count)
    return results, judgements


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
