"""Rows of an export: those of its tables, and those chosen for cutouts and reports.

Every export and report takes its rows from :func:`list_exported_rows`, so that a candidate that
must never leave is left out at one place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.columns.filter import match_filter
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions.decision import Verdict
from vetter.core.fakes.plan import PLANT_KEY
from vetter.core.judgement.fit_table import FitTable
from vetter.errors import InputError

if TYPE_CHECKING:
    from vetter.io.export.decision_table import Opinions

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class RowChoice:
    """Conditions that a chosen candidate meets, all of them.

    Attributes
    ----------
    verdicts : tuple of Verdict
        One of these verdicts.
    tags : tuple of str
        At least one of these tags, in any case; empty for any.
    since, until : str
        Limits of the time of the decision, ISO 8601, UTC unless the text has an offset; '' for no
        limit. A date alone is its start in ``since`` and its end in ``until``.
    where : str
        Filter in the language of `vetter.core.columns.filter`; '' for any.
    only_chosen : bool
        Whether tables hold the chosen candidates only.
    """

    verdicts: tuple[Verdict, ...] = (Verdict.ACCEPT,)
    tags: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    where: str = ""
    only_chosen: bool = False


ACCEPTED = RowChoice()
"""Choice of the accepted candidates."""


class ExportedRows(NamedTuple):
    """Row indices in the order of the list: those of tables, and the chosen ones."""

    listed: Rows
    chosen: Rows


def list_exported_rows(
    source: CutoutSource, opinions: Opinions, choice: RowChoice, fits: FitTable | None = None
) -> ExportedRows:
    """Return the rows that may leave the session: for exports, reports and other programs.

    Parameters
    ----------
    source : CutoutSource
        A list without test rows: the one place where those are refused.
    opinions : Opinions
        One reviewer's opinions, with as many rows as the source's list.
    choice : RowChoice
    fits : FitTable, optional
        Columns of fits that a filter can name.

    Raises
    ------
    InputError
        The list holds test rows, or a time or the filter cannot be read.
    """
    if source.record.get(PLANT_KEY):
        raise InputError(
            f"{source.title}: holds artificial sources or repeats, which must not leave; "
            "vetter export leaves them out"
        )
    chosen = choose_rows(source, opinions, choice, fits)
    listed = chosen if choice.only_chosen else np.arange(len(opinions.codes))
    return ExportedRows(listed, chosen)


def choose_rows(
    source: CutoutSource, opinions: Opinions, choice: RowChoice, fits: FitTable | None = None
) -> Rows:
    """Return the rows that meet a choice, to count and name them in the window.

    Parameters and errors are those of :func:`list_exported_rows`; test rows are not refused.
    """
    since, until = parse_time(choice.since), parse_time(choice.until, is_end=True)
    codes = np.asarray(opinions.codes)
    chosen = np.isin(codes, [verdict.code for verdict in choice.verdicts])
    if choice.where.strip():
        columns = ReviewColumns(source.candidates, opinions, fits)
        chosen &= match_filter(choice.where, columns)[: len(codes)]
    if choice.tags:
        chosen &= _has_tags(opinions, choice.tags)
    if since is not None or until is not None:
        first = since or datetime.min.replace(tzinfo=UTC)
        last = until or datetime.max.replace(tzinfo=UTC)
        for row in np.flatnonzero(chosen).tolist():
            decided = _decided_at(opinions.opinion(row).decided_at)
            chosen[row] = decided is not None and first <= decided <= last
    return np.flatnonzero(chosen)


def parse_time(text: str, is_end: bool = False) -> datetime | None:
    """Return a time in UTC; None for an empty text.

    Parameters
    ----------
    text : str
        ISO 8601, as ``2026-11-30``, ``2026-11-30T04:00`` or ``2026-11-30 04:00+02:00``.
    is_end : bool
        Whether a date alone means its last moment, and not its first.

    Raises
    ------
    InputError
        The text is no time.
    """
    text = text.strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"{text}: expected a time in UTC as 2026-11-30 or 2026-11-30T04:00"
        ) from None
    if is_end and len(text) <= len("2026-11-30"):
        moment += timedelta(days=1, microseconds=-1)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _has_tags(opinions: Opinions, tags: Sequence[str]) -> npt.NDArray[np.bool_]:
    wanted = {tag.strip().casefold() for tag in tags}
    found = np.zeros(len(opinions.codes), bool)
    for row in opinions.remarked_rows():
        found[row] = any(tag.casefold() in wanted for tag in opinions.opinion(row).tags)
    return found


def _decided_at(text: str) -> datetime | None:
    """Return the time of a decision; None without a decision, or for a damaged text."""
    try:
        return parse_time(text)
    except InputError:
        return None
