"""The files that a source reads, which nothing is to be written over."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from vetter.core.cutout_source import CutoutSource


class InputFiles:
    """Tells whether a path is an input, by whatever name: with ``..`` in it, or by a link.

    Parameters
    ----------
    source : CutoutSource
    """

    def __init__(self, source: CutoutSource) -> None:
        prints, each = source.fingerprints, _each(source)
        listed = [Path(one.path) for one in prints]
        self._files = _identities([*listed, *each])
        # Of many files together the fingerprint names the folder.
        together = {Path(one.path) for one in prints if one.role == "cutouts"}
        self._folders = _identities({path.parent for path in each} | together)
        self._beside = _identities({path.parent for path in listed})

    def __contains__(self, path: Path) -> bool:
        """Whether a path is one of the files."""
        return not self._files.isdisjoint(_identities([path]))

    def fill(self, folder: Path) -> bool:
        """Whether a folder holds cutouts, stamps or packets that are read."""
        return not self._folders.isdisjoint(_identities([folder]))

    def lie_in(self, folder: Path) -> bool:
        """Whether a folder holds any file that is read."""
        return self.fill(folder) or not self._beside.isdisjoint(_identities([folder]))


def _each(source: CutoutSource) -> list[Path]:
    """The files of a source that has one or more for each candidate."""
    from vetter.io.cutouts.cutout_folder import CutoutFolder
    from vetter.io.cutouts.triplet_folder import TripletFolder, files_of

    if isinstance(source, CutoutFolder):
        return source.paths
    if isinstance(source, TripletFolder):
        return [Path(name) for one in source.found.sets for name in files_of(one)]
    return []


def _identities(paths: Iterable[Path]) -> set[object]:
    """Each path without ``..``, and where it is there device and number of what it leads to."""
    found: set[object] = set()
    for path in paths:
        found.add(os.path.abspath(path))
        try:
            status = os.stat(path)
        except OSError:
            # Not there, or not there any more: the name has to do.
            continue
        found.add((status.st_dev, status.st_ino))
    return found
