"""Making and saving of reports by their kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from vetter.core.candidates.light_curve import LightCurve
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout_source import CutoutSource
from vetter.errors import InputError
from vetter.io.export.decision_table import Opinions
from vetter.io.export.reports.ades import ades_report
from vetter.io.export.reports.observations import Observations
from vetter.io.export.reports.regions import regions_report
from vetter.io.export.reports.report import Report
from vetter.io.export.reports.tns import tns_report
from vetter.io.export.reports.zooniverse import zooniverse_report
from vetter.io.files.atomic import write_atomic
from vetter.settings import ReportSettings

KINDS = ("tns", "ades", "regions", "zooniverse")

CutoutReader = Callable[[int, float], Cutout]

_HISTORY_RADIUS = 1.0
"""Radius in pixels of the cutouts that are read for their history alone."""


def make_report(
    kind: str,
    source: CutoutSource,
    opinions: Opinions,
    rows: Sequence[int],
    settings: ReportSettings,
    read_cutout: CutoutReader | None = None,
) -> Report:
    """Return a report of one of `KINDS` on the candidates of these rows, saved nowhere.

    Parameters
    ----------
    kind : str
    source : CutoutSource
    opinions : Opinions
    rows : sequence of int
        Rows that :func:`~vetter.io.export.exported_rows.list_exported_rows` has chosen.
    settings : ReportSettings
    read_cutout : callable, optional
        (row, radius) -> Cutout, in place of ``source.cutout``.

    Raises
    ------
    InputError
        The kind is unknown.
    """
    read = read_cutout or source.cutout
    reader = Observations(source)
    if kind == "tns":
        return tns_report(reader, rows, settings.tns, lambda row: _history(read, row))
    if kind == "ades":
        return ades_report(reader, rows, settings.ades)
    if kind == "regions":
        return regions_report(source, opinions, rows)
    if kind == "zooniverse":
        return zooniverse_report(source, opinions, reader, rows)
    raise InputError(f"{kind}: no such report; there are {', '.join(KINDS)}")


def save_report(
    report: Report,
    folder: Path,
    draw: Callable[[int], bytes] | None = None,
    replace: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Path]:
    """Write a report to a folder, and return the paths; the table of pictures comes last.

    Parameters
    ----------
    report : Report
    folder : Path
        Created if it is missing.
    draw : callable, optional
        Draws the picture of a row as a PNG file.
    replace : bool
        Whether files that exist may be replaced.
    progress, cancelled : callable
        As for an export.

    Raises
    ------
    InputError
        Mandatory facts are missing, a file exists, or cannot be written; one line.
    """
    if not report.count:
        raise InputError(f"{report.kind} report: not written, no candidate is chosen and complete")
    if report.missing:
        names = ", ".join(line.partition(":")[0] for line in report.missing)
        raise InputError(
            f"{report.kind} report: not written, missing {names}; give them as --field NAME=VALUE "
            f"or in the settings under [reports.{report.kind}]"
        )
    if report.pictures and draw is None:
        raise InputError("pictures cannot be made here: make the report in the window")
    paths = [folder / name for name in (*report.pictures, *report.files)]
    taken = [path for path in paths if path.exists()]
    if taken and not replace:
        raise InputError(f"{taken[0]}: exists already; choose another folder")
    total = len(paths)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for done, (name, row) in enumerate(report.pictures.items()):
            if cancelled() or draw is None:
                return []
            write_atomic(folder / name, draw(row), sync=False)
            progress(done + 1, total)
        for name, text in report.files.items():
            write_atomic(folder / name, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise InputError(f"{folder}: cannot be written to: {error.strerror or error}") from None
    progress(total, total)
    return paths


def _history(read: CutoutReader, row: int) -> LightCurve | None:
    try:
        return read(row, _HISTORY_RADIUS).light_curve
    except InputError:
        # A candidate off the image has a report as any other, without a history.
        return None
