"""Export of a session: cutouts with their verdicts as FITS files, and the list with all verdicts.

Each file contains a mark of its verdict, by which a later export recognises its own files.
"""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from vetter.core.cutout.cutout import Cutout, list_missing_planes
from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions.decision import Opinion
from vetter.core.judgement.fit_table import FitTable
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.cutouts.cutout_file import write_cutout
from vetter.io.export.decision_table import (
    TAG_SEPARATOR,
    Opinions,
    add_policy,
    decision_table,
    policy_meta,
)
from vetter.io.export.export_folder import ExportFolder
from vetter.io.export.exported_rows import ACCEPTED, ExportedRows, RowChoice, list_exported_rows
from vetter.io.export.file_names import safe_names
from vetter.io.export.html_report import HtmlReport, page_names
from vetter.io.export.input_files import InputFiles
from vetter.io.export.stored_fit_table import stored_fit_table
from vetter.io.export.tables.column_facts import ADDED, facts_of_list
from vetter.io.export.tables.table_writing import check_format, write_table
from vetter.io.export.unplanted import open_unplanted
from vetter.io.files.atomic import write_atomic

Picture = Callable[[int, Cutout], bytes]
"""Function that returns the picture of a row and its cutout as a PNG file's bytes."""

CONTACT_SHEET = "contact_sheet.pdf"
_REPORTS = re.compile(r"report(-[0-9]+)?\.html")


class Sheet(Protocol):
    """Contact sheet that gets one candidate after another."""

    def add(self, row: int, cutout: Cutout | None, problem: str = "") -> None:
        """Draw a candidate, or the reason why it has no cutout."""

    def finish(self) -> bytes:
        """Return the file's bytes."""


SheetMaker = Callable[[CutoutSource, Opinions, int], Sheet]
"""Function that begins the contact sheet of a source, with these opinions and so many tiles."""


@dataclass(frozen=True, slots=True)
class ExportReport:
    """Files that an export wrote, and candidates that it could not write.

    Attributes
    ----------
    folder : Path
    cutouts : int
        Number of FITS files in ``cutouts/``.
    tables : tuple of Path
    skipped : tuple of (str, str)
        Chosen candidates whose cutout could not be read, with the reason.
    lacking : tuple of str
        Cutouts that lack an unreadable plane, one line each.
    notes : tuple of str
        Columns that were renamed or converted, one line each.
    reports : tuple of Path
        Pages of the HTML report, and the contact sheet.
    cancelled : bool
        Whether the export was cancelled: then nothing was written, and an earlier export is
        unchanged.
    """

    folder: Path
    cutouts: int = 0
    tables: tuple[Path, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    lacking: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cancelled: bool = False
    reports: tuple[Path, ...] = ()

    def lines(self) -> list[str]:
        """Return the report for the user."""
        if self.cancelled:
            return ["cancelled: nothing was written"]
        tables = ", ".join(path.name for path in self.tables)
        cutouts = format_count(self.cutouts, "cutout")
        reports = ", ".join(path.name for path in self.reports[:2])
        if len(self.reports) > 2:
            reports += f" and {len(self.reports) - 2} more"
        written = [text for text in (cutouts, tables, reports) if text]
        first = f"{self.folder}: {', '.join(written)}"
        # Most reasons begin with the candidate's name, which this line already has.
        skipped = [
            f"no cutout of {name}: {reason.removeprefix(f'{name}: ')}"
            for name, reason in self.skipped
        ]
        return [first, *self.notes, *skipped, *self.lacking]


class _Cancelled(Exception):
    pass


def _silent(done: int, total: int) -> None:
    pass


def _never() -> bool:
    return False


def export(
    source: CutoutSource,
    ledger: Opinions,
    out_dir: str | os.PathLike[str],
    choice: RowChoice = ACCEPTED,
    formats: Sequence[str] = ("ecsv",),
    png: bool = False,
    picture: Picture | None = None,
    adjustments: Mapping[str, Mapping[str, Any]] | None = None,
    progress: Callable[[int, int], None] = _silent,
    cancelled: Callable[[], bool] = _never,
    radius: float = 20.0,
    cutout: Callable[[int, float], Cutout] | None = None,
    html: bool = False,
    sheet: SheetMaker | None = None,
    fits: FitTable | None = None,
) -> ExportReport:
    """Write ``cutouts/NAME.fits`` of the chosen candidates and ``decisions.FORMAT`` of all.

    All files are written to a stage and moved in at the end: a cancelled or failed export leaves
    an earlier one unchanged. Files of an earlier export of the same list are removed for
    candidates that are no longer chosen. Text is written unchanged, even if a spreadsheet would
    read it as a formula (a comment that starts with ``=``).

    Parameters
    ----------
    source : CutoutSource
        Used in the calling thread, unless `cutout` reads the cutouts.
    ledger : Ledger
        Any object with the ``codes`` and ``opinion`` of `Opinions`.
    out_dir : path
    choice : RowChoice
        Candidates that get cutouts; the tables hold all, unless only the chosen are wanted.
    formats : sequence of str
        'ecsv', 'csv', 'votable', 'fits', 'parquet'.
    png : bool
        Whether ``cutouts/NAME.png`` is written too, by `picture`.
    picture : callable, optional
        (row, cutout) -> bytes of a PNG file.
    adjustments : mapping, optional
        The ``adjust_*`` metadata of each key's fit, with those of its answer.
    progress : callable
        Called after each chosen candidate with (done, total).
    cancelled : callable
        Called before each cutout; True cancels the export.
    radius : float
        Radius of the cutouts, pixels.
    cutout : callable, optional
        (row, radius) -> Cutout, in place of ``source.cutout``.
    html : bool
        Whether ``report.html`` is written: the chosen candidates with pictures (made by
        `picture`), numbers, verdicts and comments; further pages above 500 candidates.
    sheet : callable, optional
        Begins the contact sheet of the chosen candidates, ``contact_sheet.pdf``.
    fits : FitTable, optional
        Columns of fits that the choice's filter can name, by default those of `adjustments`.

    Raises
    ------
    InputError
        The choice cannot be read, the folder cannot be written to, the disk is full, an existing
        file is an input or was not written by an export, or a format is unknown; one line.
    """
    unplanted = open_unplanted(source, ledger)
    if unplanted is not None:
        # The only way out for a list with test rows: neither these nor their light are exported.
        with closing(unplanted.source) as real:
            draw = unplanted.picture(picture)
            return export(
                real,
                unplanted.opinions,
                out_dir,
                choice,
                formats,
                png,
                draw,
                adjustments,
                progress,
                cancelled,
                radius,
                html=html,
                sheet=sheet,
            )
    folder = Path(out_dir).absolute()
    for name in formats:
        check_format(name)
    if (png or html) and picture is None:
        raise InputError("pictures cannot be made here: export them from the window")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: expected a folder, found a file")
    if fits is None and choice.where and adjustments:
        fits = stored_fit_table(source.candidates, adjustments)
    rows = list_exported_rows(source, ledger, choice, fits)
    job = _Export(source, ledger, rows, formats, picture, folder, radius, png, html, sheet)
    if cutout is not None:
        job.read_cutout = cutout
    job.refuse_inputs()
    with ExportFolder.prepare(folder) as target:
        target.check_free(job.planned)
        try:
            return job.run(target, adjustments or {}, progress, cancelled)
        except _Cancelled:
            return ExportReport(folder, cancelled=True)


class _Export:
    """One export: the chosen rows, their file names, and the steps of writing them."""

    def __init__(
        self,
        source: CutoutSource,
        ledger: Opinions,
        rows: ExportedRows,
        formats: Sequence[str],
        picture: Picture | None,
        folder: Path,
        radius: float,
        png: bool,
        html: bool,
        sheet: SheetMaker | None,
    ) -> None:
        self.source, self.ledger, self.picture = source, ledger, picture
        self.png, self.html, self.make_sheet = png, html, sheet
        self.folder, self.radius = folder, radius
        self.read_cutout: Callable[[int, float], Cutout] = source.cutout
        count = len(source.candidates)
        self.names = safe_names(source.candidates.name(row) for row in range(count))
        self.rows: list[int] = rows.chosen.tolist()
        self.listed = rows.listed
        self.endings = ("fits", "png") if png else ("fits",)
        self.tables = {name: f"decisions.{name}" for name in dict.fromkeys(formats)}
        chosen = [f"cutouts/{self.names[row]}.{end}" for row in self.rows for end in self.endings]
        reports = page_names(len(self.rows)) if html else []
        self.reports = [*reports, *([CONTACT_SHEET] if sheet is not None else [])]
        self.planned = [*chosen, *self.tables.values(), *self.reports]

    def refuse_inputs(self) -> None:
        """Raise InputError if a table or the folder of cutouts would mix with the inputs."""
        cutouts, inputs = self.folder / "cutouts", InputFiles(self.source)
        tables = [self.folder / name for name in self.tables.values()]
        refused = [path for path in tables if path in inputs]
        if inputs.has_any_in(cutouts):
            refused.append(cutouts)
        if refused:
            raise InputError(f"{refused[0]}: an input of this session; export to another folder")

    def run(
        self,
        target: ExportFolder,
        adjustments: Mapping[str, Mapping[str, Any]],
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
    ) -> ExportReport:
        """Stage all files, swap them in, and return the report."""
        written: list[str] = []
        skipped: list[tuple[str, str]] = []
        lacking: list[str] = []
        (target.stage / "cutouts").mkdir()
        reports = _Reports(self, target.stage)
        try:
            for done, row in enumerate(self.rows):
                if cancelled():
                    raise _Cancelled
                fit = adjustments.get(str(self.source.candidates.keys[row]), {})
                name = self.source.candidates.name(row)
                try:
                    cutout = self.read_cutout(row, self.radius)
                except InputError as error:
                    skipped.append((name, str(error)))
                    reports.add(row, None, None, fit, str(error))
                else:
                    lacking += [
                        f"cutout of {name}: {text}" for text in list_missing_planes(cutout.unread)
                    ]
                    picture = self._draw(row, cutout)
                    written += self._stage(row, cutout, fit, target.stage, picture)
                    reports.add(row, cutout, picture, fit, "")
                progress(done + 1, len(self.rows))
            reports.finish()
        finally:
            reports.close()
        notes = self._stage_tables(target.stage, adjustments, cancelled)
        if cancelled():
            raise _Cancelled
        possible = {f"{name}.{end}" for name in self.names for end in ("fits", "png")}
        earlier = possible & set(target.list_folder("cutouts"))
        stale = sorted({f"cutouts/{name}" for name in earlier} - set(written))
        if self.html:
            pages = {name for name in target.list_folder(".") if _REPORTS.fullmatch(name)}
            stale += sorted(pages - set(self.reports))
        target.swap_in([*written, *self.tables.values(), *self.reports], stale)
        return ExportReport(
            self.folder,
            len([name for name in written if name.endswith(".fits")]),
            tuple(self.folder / name for name in self.tables.values()),
            tuple(skipped),
            tuple(lacking),
            notes,
            reports=tuple(self.folder / name for name in self.reports),
        )

    def _draw(self, row: int, cutout: Cutout) -> bytes | None:
        """Return the picture as a PNG file if a report or the export of pictures needs it."""
        if self.picture is None or not (self.png or self.html):
            return None
        return self.picture(row, cutout)

    def _stage(
        self,
        row: int,
        cutout: Cutout,
        adjustment: Mapping[str, Any],
        stage: Path,
        picture: bytes | None,
    ) -> list[str]:
        name = f"cutouts/{self.names[row]}"
        labelled = cutout.copy()
        labelled.meta = {**cutout.meta, **vet_meta(self.ledger.opinion(row))}
        labelled.meta |= policy_meta(self.ledger, row)
        labelled.meta |= {k: v for k, v in adjustment.items() if k.startswith("adjust_")}
        write_cutout(labelled, stage / f"{name}.fits")
        if self.png and picture is not None:
            png = add_verdict_mark(picture, labelled.meta["vet_verdict"])
            write_atomic(stage / f"{name}.png", png, sync=False)
        return [f"{name}.{end}" for end in self.endings]

    def _stage_tables(
        self,
        stage: Path,
        adjustments: Mapping[str, Mapping[str, Any]],
        cancelled: Callable[[], bool],
    ) -> tuple[str, ...]:
        candidates, rows = self.source.candidates, self.listed
        keys = map(str, candidates.keys[rows])
        metas = [adjustments.get(key, {}) for key in keys] if adjustments else []
        # Fits of an earlier version's session have no answers.
        answers = metas if any("adjust_answer" in meta for meta in metas) else []
        table, notes = decision_table(candidates.table, self.ledger, answers, rows)
        add_policy(table, self.ledger, rows)
        facts = {**facts_of_list(candidates), **ADDED}
        all_notes = list(notes)
        for kind, name in self.tables.items():
            if cancelled():
                raise _Cancelled
            all_notes += write_table(table, stage / name, kind, facts)
        return tuple(dict.fromkeys(all_notes))


class _Reports:
    """HTML report and contact sheet of an export, as far as they are wanted.

    Parameters
    ----------
    job : _Export
    stage : Path
        Folder to write to.
    """

    def __init__(self, job: _Export, stage: Path) -> None:
        source, ledger = job.source, job.ledger
        self._stage = stage
        self._html: HtmlReport | None = None
        self._sheet: Sheet | None = None
        if job.html:
            self._html = HtmlReport(
                stage, source.title, source.candidates, ledger, job.rows, job.listed
            )
        if job.make_sheet is not None:
            self._sheet = job.make_sheet(source, ledger, len(job.rows))

    def add(
        self,
        row: int,
        cutout: Cutout | None,
        picture: bytes | None,
        fit: Mapping[str, Any],
        problem: str,
    ) -> None:
        """Add a candidate, or the reason why it has no cutout."""
        if self._html is not None:
            self._html.add(row, picture, fit, problem)
        if self._sheet is not None:
            self._sheet.add(row, cutout, problem)

    def finish(self) -> None:
        """Write what is left."""
        if self._html is not None:
            self._html.finish()
        if self._sheet is not None:
            write_atomic(self._stage / CONTACT_SHEET, self._sheet.finish(), sync=False)

    def close(self) -> None:
        """Close the open file of a report that was not finished."""
        if self._html is not None:
            self._html.close()


def add_verdict_mark(png: bytes, verdict: str) -> bytes:
    """Return a PNG file with its verdict as a text chunk, by which exports recognise it.

    W3C PNG specification, 11.3.3: keyword, NUL, text. The chunk follows the header chunk.
    """
    body = b"tEXtvet_verdict\x00" + verdict.encode("latin-1")
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:33] + chunk + png[33:]


def vet_meta(opinion: Opinion) -> dict[str, Any]:
    """Return the ``vet_*`` metadata of a cutout, always all seven keys; '' for a missing value."""
    return {
        "vet_verdict": opinion.verdict.value,
        "vet_tags": TAG_SEPARATOR.join(opinion.tags),
        "vet_comment": opinion.comment,
        "vet_reviewer": opinion.reviewer,
        "vet_decided_at": opinion.decided_at,
        "vet_until": opinion.until,
        "vet_program": opinion.program,
    }
