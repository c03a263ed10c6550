"""A share of a source: those of its candidates that one of several reviewers looks at."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout_source import CutoutSource, ManyFields
from vetter.core.decisions.agreement.share import SHARE, Share
from vetter.io.cutouts.relisted_source import RelistedNight, RelistedSource, Rows, planted_of


def take_share(source: CutoutSource, share: Share) -> CutoutSource:
    """Return a source with the candidates of a share; closing it closes the given source."""
    source.record = {**source.record, SHARE: share.as_plain()}
    if share.keys is None:
        return source
    if isinstance(source, ManyFields):
        return SharedNight(source, share)
    return SharedSource(source, share)


class SharedSource(RelistedSource):
    """A source that lists the candidates of a share.

    Parameters
    ----------
    inner : CutoutSource
        The whole list.
    share : Share
    """

    def __init__(self, inner: CutoutSource, share: Share) -> None:
        self.share = share
        super().__init__(inner)
        self.title = f"{inner.title}, {share.title}"

    def choose_rows(self, keys: npt.NDArray[Any], first: int) -> Rows:
        """Return those of the new rows that are in the share."""
        wanted = self.share.keys or frozenset()
        planted = {row.key for row in planted_of(self.inner)}
        if planted.isdisjoint(wanted):
            # The list was split before rows were put into it: they go to this share.
            wanted = wanted | planted
        chosen = [row for row, key in enumerate(keys.tolist(), first) if key in wanted]
        return np.array(chosen, np.intp)

    @property
    def expected_count(self) -> int | None:
        """Length of the complete share; None if complete."""
        return None if self.is_complete else len(self.share.keys or ())


class SharedNight(SharedSource, RelistedNight):
    """A share of the candidates of several images."""
