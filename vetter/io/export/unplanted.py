"""Source, opinions and pictures of an export without the session's test rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions.agreement.policy import CombinedOpinion, CombinedOpinions, Policy
from vetter.core.decisions.decision import Opinion
from vetter.errors import InputError
from vetter.io.export.decision_table import Opinions

Picture = Callable[[int, Cutout], bytes]


@dataclass(frozen=True, eq=False)
class UnplantedOpinions:
    """Opinions on the rows of the list without test rows.

    Attributes
    ----------
    opinions : Opinions
        Those on the mixed list.
    rows : ndarray of int (n,)
        Row of the mixed list for each row of the list.
    """

    opinions: Opinions
    rows: npt.NDArray[np.intp]

    @property
    def codes(self) -> npt.NDArray[np.uint8]:
        """``Verdict.code`` of each row."""
        return np.asarray(self.opinions.codes)[self.rows]

    def opinion(self, row: int) -> Opinion:
        """Return the opinion on a row."""
        return self.opinions.opinion(int(self.rows[row]))

    def remarked_rows(self) -> Sequence[int]:
        """Return the rows with tags or a comment."""
        row_of = {mixed: row for row, mixed in enumerate(self.rows.tolist())}
        remarked = self.opinions.remarked_rows()
        return [row_of[mixed] for mixed in remarked if mixed in row_of]


@dataclass(frozen=True, eq=False)
class UnplantedPolicy(UnplantedOpinions):
    """Opinions of a policy on the rows of the list without test rows."""

    opinions: CombinedOpinions

    @property
    def policy(self) -> Policy:
        """Rule that combines the opinions."""
        return self.opinions.policy

    def combined(self, row: int) -> CombinedOpinion:
        """Return the combined opinion of a candidate, with its basis."""
        return self.opinions.combined(int(self.rows[row]))


@dataclass(frozen=True, eq=False)
class Unplanted:
    """Source and opinions of an export in place of those with test rows.

    Attributes
    ----------
    source : CutoutSource
        The same inputs, opened again without test rows: their light is in none of its pixels,
        and all columns and names are those of the list.
    opinions : UnplantedOpinions
    """

    source: CutoutSource
    opinions: UnplantedOpinions

    def picture(self, picture: Picture | None) -> Picture | None:
        """Return the function that draws a row of the list, given that of the mixed list.

        A picture has the candidate's own name and limits, if its maker can draw another list.
        """
        if picture is None:
            return None
        of_list = getattr(picture, "of_list", None)
        if of_list is not None:
            own: Picture = of_list(self.source.candidates)
            return own
        rows = self.opinions.rows
        return lambda row, cutout: picture(int(rows[row]), cutout)


def open_unplanted(source: CutoutSource, opinions: Opinions) -> Unplanted | None:
    """Open the inputs of a source without its test rows; None if it has none.

    The caller closes the new source.

    Raises
    ------
    InputError
        The inputs cannot be opened again.
    """
    if source.reopen_unplanted is None:
        return None
    real = source.reopen_unplanted().read_whole_list()
    try:
        rows = [source.candidates.row_of(key) for key in real.candidates.keys.tolist()]
    except KeyError:
        real.close()
        raise InputError(
            f"{source.title}: the list has changed since it was opened; open it again to export"
        ) from None
    places = np.array(rows, np.intp)
    if isinstance(opinions, CombinedOpinions):
        return Unplanted(real, UnplantedPolicy(opinions, places))
    return Unplanted(real, UnplantedOpinions(opinions, places))


@contextmanager
def without_test_rows(source: CutoutSource, opinions: Opinions) -> Iterator[Unplanted]:
    """Return the source and opinions that may leave the session, until the context ends.

    They are the given ones if the source has no test rows; else its inputs are opened again.

    Raises
    ------
    InputError
        The inputs cannot be opened again.
    """
    unplanted = open_unplanted(source, opinions)
    if unplanted is None:
        rows = np.arange(len(opinions.codes))
        yield Unplanted(source, UnplantedOpinions(opinions, rows))
        return
    with closing(unplanted.source):
        yield unplanted
