"""Files that a source reads, so that no command writes over them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from vetter.core.cutout_source import CutoutSource


class InputFiles:
    """Set of a source's input files; paths match with ``..`` in them and through links too.

    Parameters
    ----------
    source : CutoutSource
    """

    def __init__(self, source: CutoutSource) -> None:
        prints, per_candidate = source.fingerprints, _files_per_candidate(source)
        listed = [Path(file.path) for file in prints]
        self._files = _identities([*listed, *per_candidate])
        # files_fingerprint() of many files names their folder.
        folders = {Path(file.path) for file in prints if file.role == "cutouts"}
        self._folders = _identities({path.parent for path in per_candidate} | folders)
        self._list_folders = _identities({path.parent for path in listed})

    def __contains__(self, path: Path) -> bool:
        """Return whether a path is one of the files."""
        return not self._files.isdisjoint(_identities([path]))

    def has_cutouts_in(self, folder: Path) -> bool:
        """Return whether a folder holds cutouts, stamps or packets of the source."""
        return not self._folders.isdisjoint(_identities([folder]))

    def has_any_in(self, folder: Path) -> bool:
        """Return whether a folder holds any file of the source."""
        return self.has_cutouts_in(folder) or not self._list_folders.isdisjoint(
            _identities([folder])
        )


def _files_per_candidate(source: CutoutSource) -> list[Path]:
    """Return the files of a source of cutouts or stamps; empty for other sources."""
    from vetter.io.cutouts.cutout_folder import CutoutFolder
    from vetter.io.cutouts.relisted_source import RelistedSource
    from vetter.io.cutouts.triplet_folder import TripletFolder, files_of

    if isinstance(source, RelistedSource):
        return _files_per_candidate(source.inner)
    if isinstance(source, CutoutFolder):
        return source.paths
    if isinstance(source, TripletFolder):
        return [Path(name) for files in source.found.sets for name in files_of(files)]
    return []


def _identities(paths: Iterable[Path]) -> set[object]:
    """Return each path without ``..``, and the device and inode of each existing file."""
    identities: set[object] = set()
    for path in paths:
        identities.add(os.path.abspath(path))
        try:
            status = os.stat(path)
        except OSError:
            # The file does not exist, or no longer: only its name can match.
            continue
        identities.add((status.st_dev, status.st_ino))
    return identities
