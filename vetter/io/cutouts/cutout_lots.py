"""The list of very many cutout files, scanned lot by lot while the first are looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path

from vetter.core.candidates.candidate_list import CandidateList
from vetter.io.cutouts.cutout_table import continued, listed_candidates
from vetter.io.cutouts.listing import HeaderScan, scan_primary

FIRST_LOT = 512
"""So many files are scanned before anything is shown; each later lot doubles the list, so that
making the columns anew takes the time of one list in all."""


class CutoutLots:
    """Scans the headers of files in their order.

    Parameters
    ----------
    paths : sequence of str

    Attributes
    ----------
    paths : list of Path
        Those that are cutouts, as far as they were scanned.
    left_alone : int
        Other files.
    stopped : bool
        The rest is left unscanned.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self._left = deque(paths)
        self._scans: list[HeaderScan] = []
        self._list: CandidateList | None = None
        self.stopped = False
        self.paths: list[Path] = []
        self.left_alone = 0

    @property
    def complete(self) -> bool:
        """Whether all files were scanned."""
        return not self._left

    @property
    def left(self) -> list[str]:
        """The files that were not scanned yet."""
        return list(self._left)

    @property
    def expected(self) -> int:
        """How many there will be, if all that are left are cutouts."""
        return len(self.paths) + len(self._left)

    def next(self) -> CandidateList:
        """Scan one lot more; the list of all so far, whose first rows are those of the one before.

        Where it was stopped meanwhile, the list may end anywhere.
        """
        goal = max(FIRST_LOT, 2 * len(self.paths))
        while self._left and len(self.paths) < goal and not self.stopped:
            path = Path(self._left.popleft())
            scan = scanned(path)
            if scan is None:
                self.left_alone += 1
            else:
                self._scans.append(scan)
                self.paths.append(path)
        if self._list is None:
            self._list = listed_candidates(self.paths, self._scans)
        else:
            self._list = continued(self._list, self.paths, self._scans)
        return self._list

    def stop(self) -> None:
        """Leave the rest unscanned."""
        self.stopped = True


def scanned(path: Path) -> HeaderScan | None:
    """The header in front of a cutout file's planes; None where the file is something else."""
    try:
        scan = scan_primary(path)
    except (OSError, EOFError):
        return None
    # A cutout file keeps its metadata in front of its planes, without data of its own.
    return scan if scan is not None and not scan.axes else None
