"""Reports of ``vetter export --report``: printed or written, never sent."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from vetter.core.cutout_source import CutoutSource
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.headless.progress import Progress, print_lines
from vetter.headless.sessions import choice_of, open_decided
from vetter.io.export.exported_rows import list_exported_rows
from vetter.io.export.reports.make_report import make_report, save_report
from vetter.io.export.reports.report import Report
from vetter.io.export.stored_fit_table import stored_fit_table
from vetter.io.settings_file import load_settings


def run_reports(arguments: argparse.Namespace) -> int:
    """Write the reports that the options name, or print them with ``--preview``."""
    settings = load_settings(arguments.settings).reports.with_fields(arguments.field or {})
    path = Path(arguments.session).expanduser()
    if not (arguments.output or arguments.preview):
        raise InputError("export: no folder; name it with -o DIR, or give --preview")
    choice = choice_of(arguments)
    with open_decided(path, arguments.reviewer, arguments.policy) as (source, ledger, stored):
        fits = stored_fit_table(source.candidates, stored) if choice.where else None
        rows = list_exported_rows(source, ledger, choice, fits).chosen.tolist()
        reports = [
            make_report(kind, source, ledger, rows, settings)
            for kind in dict.fromkeys(arguments.report)
        ]
        for report in reports:
            print_lines(*(f"{report.kind}: {note}" for note in report.notes))
            print_lines(*(f"left out for want of {line}" for line in report.wanted))
            if arguments.preview:
                sys.stdout.write(report.text)
                print_lines(*(f"missing: {line}" for line in report.missing))
            else:
                folder = Path(arguments.output).expanduser()
                _save(report, folder, source, path, arguments.settings)
    return 0


def _save(
    report: Report, folder: Path, source: CutoutSource, session: Path, settings: str | None
) -> None:
    """Write a report; pictures go to a folder of their own."""
    draw = None
    if report.pictures:
        folder = folder / report.kind
        draw = _drawer(source, session, settings)
    paths = save_report(report, folder, draw, progress=Progress("report"))
    names = ", ".join(path.name for path in paths[len(report.pictures) :])
    pictures = f" and {format_count(len(report.pictures), 'picture')}" if report.pictures else ""
    print(f"{folder}: {names}{pictures}, {format_count(report.count, 'candidate')}")


def _drawer(source: CutoutSource, session: Path, settings: str | None) -> Callable[[int], bytes]:
    # Imported here: the window's drawing code needs Qt, which only pictures load.
    from vetter.headless.pictures import make_pictures

    pictures = make_pictures(session, source, settings)
    return lambda row: pictures.picture(row, source.cutout(row, source.default_radius))
