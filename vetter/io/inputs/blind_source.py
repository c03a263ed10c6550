"""A source for blind review, whose list and cutouts lack scores, answers and others' verdicts."""

from __future__ import annotations

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.columns.blind_columns import (
    hidden_columns,
    hide_columns,
    is_hidden_column,
)
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout_source import CutoutSource, ManyFields
from vetter.io.cutouts.relisted_source import RelistedNight, RelistedSource, Rows


def make_blind(source: CutoutSource) -> BlindSource:
    """Return a source for blind review; closing it closes the given source."""
    return BlindNight(source) if isinstance(source, ManyFields) else BlindSource(source)


class BlindSource(RelistedSource):
    """A source whose list and cutouts lack the columns that a blind review hides.

    Attributes
    ----------
    hidden : tuple of str
        The columns left out so far.
    """

    hidden: tuple[str, ...] = ()

    def __init__(self, inner: CutoutSource) -> None:
        super().__init__(inner)
        self.title = f"{inner.title}, blind review"

    def wrap(self, inner: CutoutSource) -> CutoutSource:
        """Return another source for blind review."""
        return make_blind(inner)

    def relist(self, listed: CandidateList, rows: Rows) -> CandidateList:
        """Return the list without the hidden columns."""
        self.hidden = tuple(hidden_columns(listed))
        return hide_columns(listed)

    def change_cutout(self, cutout: Cutout) -> Cutout:
        """Return a cutout without metadata of the hidden columns."""
        # By name, not by the list's columns: a cutout file holds more than its list shows.
        kept = self.candidates.columns
        for name in [n for n in cutout.meta if n not in kept and is_hidden_column(n)]:
            del cutout.meta[name]
        return cutout


class BlindNight(BlindSource, RelistedNight):
    """Blind review of several images."""
