"""Manifest of subjects for Zooniverse: a CSV table of pictures, and the pictures.

Format: Zooniverse help, "Subject sets and manifests": one row a subject, the names of picture files
in a column, and metadata in all others. Volunteers never see columns that begin with ``#``; those
that begin with ``!`` show in Talk, after the classification (zooniverse/Panoptes-Front-End, pull
requests 2747 and 2884). All facts begin with ``#`` here: a name or a position lets a volunteer look
the answer up.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Any

from vetter.core.cutout_source import CutoutSource
from vetter.io.export.decision_table import TAG_SEPARATOR, Opinions
from vetter.io.export.file_names import safe_names
from vetter.io.export.reports.observations import Observation, Observations, iso_time
from vetter.io.export.reports.report import Report

FILE_NAME = "manifest.csv"
COLUMNS = (
    *("subject", "image", "#name", "#key", "#ra", "#dec", "#time_utc", "#filter", "#mag"),
    *("#verdict", "#tags", "#comment", "#reviewer"),
)
MAX_SUBJECTS = 10_000
"""Number of subjects that Zooniverse lets an account upload before its team allows more."""


def zooniverse_report(
    source: CutoutSource, opinions: Opinions, reader: Observations, rows: Sequence[int]
) -> Report:
    """Return the manifest of these rows; the pictures are drawn when it is saved.

    Files have the number of their subject for a name, as a name could tell volunteers the answer.
    """
    listed = source.candidates
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    pictures = {}
    width = max(4, len(str(len(rows))))
    names = safe_names(f"subject_{number:0{width}d}" for number in range(1, len(rows) + 1))
    for number, (row, name) in enumerate(zip(rows, names, strict=True), 1):
        opinion, one = opinions.opinion(row), reader.read(row)
        pictures[f"{name}.png"] = row
        writer.writerow(
            [
                *(number, f"{name}.png", listed.name(row), listed.key(row), *_facts(one)),
                opinion.verdict.value,
                TAG_SEPARATOR.join(opinion.tags),
                opinion.comment,
                opinion.reviewer,
            ]
        )
    notes: tuple[str, ...] = ()
    if len(rows) > MAX_SUBJECTS:
        notes = (f"{len(rows):,} subjects: above {MAX_SUBJECTS:,} Zooniverse asks first",)
    return Report(
        "zooniverse", {FILE_NAME: out.getvalue()}, len(rows), notes=notes, pictures=pictures
    )


def _facts(one: Observation) -> list[Any]:
    return [
        "" if one.ra is None else f"{one.ra:.7f}",
        "" if one.dec is None else f"{one.dec:.7f}",
        "" if one.mjd is None else iso_time(one.mjd) + "Z",
        one.band,
        "" if one.mag is None else f"{one.mag:.3f}",
    ]
