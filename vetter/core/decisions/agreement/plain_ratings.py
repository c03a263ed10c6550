"""Ratings from verdicts alone, without decisions and ledgers: an array for each reviewer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from vetter.core.decisions.agreement.decided_list import DecidedList
from vetter.core.decisions.agreement.ratings import Ratings
from vetter.core.decisions.decision import Verdict


def rate_verdicts(
    listed: DecidedList,
    keys: Sequence[str],
    reviewers: Sequence[str],
    verdicts: Sequence[str],
    names: Iterable[str] = (),
) -> Ratings:
    """Return the ratings of events of which the last of each reviewer on a candidate holds.

    `collect_ratings` returns the same codes where no event is an arbiter's, and each candidate has
    one position. ``final`` is empty: the opinions' tags, comments and times are not known.

    Parameters
    ----------
    listed : DecidedList
        All candidates of ``keys``.
    keys, reviewers, verdicts : sequence of str, length (events,)
        Of each event, in order; an undo has the verdict that it returns to.
    names : iterable of str
        Reviewers to list even without an event.

    Raises
    ------
    KeyError
        A key is not listed, or a verdict is none.

    Examples
    --------
    >>> listed = DecidedList.of_keys(["a", "b"])
    >>> columns = ["a", "b", "a"], ["ann", "ann", "ann"], ["accept", "maybe", "reject"]
    >>> rate_verdicts(listed, *columns).codes.tolist()
    [[2, 3]]
    """
    everyone = tuple(sorted({*reviewers, *names}))
    place = {name: index for index, name in enumerate(everyone)}
    code = {verdict.value: verdict.code for verdict in Verdict}
    rows = np.fromiter(map(listed.row_of, keys), np.intp, len(keys))
    who = np.fromiter(map(place.__getitem__, reviewers), np.intp, len(keys))
    codes = np.zeros((len(everyone), len(listed)), np.uint8)
    # Of an index that is there more than once, the last value stays.
    codes[who, rows] = np.fromiter(map(code.__getitem__, verdicts), np.uint8, len(keys))
    return Ratings(everyone, codes, (), np.zeros(len(listed), np.uint8), {})
