"""The list that belongs to an array of stamps, by the names of files in its folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from vetter.io.files.plane_names import LIST_ENDINGS, without_ending

_ENDINGS = (*LIST_ENDINGS, ".json", ".csv.gz")
# Words that say which of the two a file is.
_WORDS = frozenset(
    "triplets triplet stamps stamp cutouts cutout images image arrays array x "
    "candidates candidate cands cand alerts labels label metadata meta info features list catalog "
    "catalogue y".split()
)


def list_beside(array: str, files: Iterable[str]) -> str | None:
    """Return the list of an array's candidates among files; None if no name goes with it.

    What is left of both names without words like ``triplets`` and ``candidates`` is the same. Of
    several lists the one with the array's own name comes first.

    Parameters
    ----------
    array : str
        File name of the array.
    files : iterable of str
        File names in its folder.

    Examples
    --------
    >>> list_beside("usage_triplets.npy", ["notes.txt", "usage_candidates.csv", "train.csv"])
    'usage_candidates.csv'
    """
    stem = Path(array).stem
    found = [
        (name, other)
        for name in sorted(files)
        if (other := without_ending(name, _ENDINGS)) is not None and _rest(other) == _rest(stem)
    ]
    return min(found, key=lambda pair: pair[1] != stem)[0] if found else None


def _rest(stem: str) -> list[str]:
    words = re.split(r"[^0-9a-z]+", stem.lower())
    return [word for word in words if word and word not in _WORDS]
