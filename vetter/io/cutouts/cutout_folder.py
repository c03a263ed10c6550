"""Cutout files, in folders or listed, as a source: one file is one candidate.

The list of very many files is scanned lot by lot while the first are looked at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.cutout.cutout import Cutout, cropped
from vetter.core.cutout.noise_estimate import ESTIMATED_NOISE, estimate_err
from vetter.core.cutout.plane import ORDER, Provenance
from vetter.core.cutout_source import CutoutSource, Fingerprint, PsfFwhm
from vetter.core.number_text import counted
from vetter.errors import InputError
from vetter.io.cutouts.listing import (
    HeaderScan,
    continued,
    listed_candidates,
    scan_planes,
    scan_primary,
)
from vetter.io.field.fwhm import known_fwhm
from vetter.io.files.fingerprint import files_fingerprint
from vetter.io.files.regular_files import left_alone_words, walked
from vetter.io.files.unreadable import reading
from vetter.io.input_options import InputOrigin

_ENDINGS = (".fits", ".fit", ".fts", ".fits.gz")
# Names of planes are gathered from so many files, spread over the list.
_SAMPLE = 64

FIRST_LOT = 512
"""So many files are scanned before anything is shown; each later lot doubles the list, so that
making the columns anew takes the time of one list in all."""


@dataclass
class CutoutFolder(CutoutSource):
    """Cutouts as files hold them; each is read when it is shown.

    Very many files are listed while the first of them are looked at (see
    `vetter.core.cutout_source.CutoutSource`).

    Attributes
    ----------
    title : str
    candidates : CandidateList
        Columns are the files' metadata.
    plane_names : tuple of str
    default_radius : float
        Half of the largest cutout, unless the user says otherwise.
    record : dict
    given_fwhm : float or None
        The user's word on the PSF's FWHM, pixels.
    lots : CutoutLots
        Scans the files.
    others : int
        Files that are no FITS by their names.
    strange : int
        Files of the sample that hold no known plane.
    extra_notes, extra_cautions : tuple of str
        Said before all others.
    plane_provenance : mapping of str to Provenance
        That ``err`` is estimated, where no file of the sample brings one.
    """

    title: str
    candidates: CandidateList
    plane_names: tuple[str, ...]
    default_radius: float
    record: dict[str, Any]
    given_fwhm: float | None
    lots: CutoutLots
    others: int = 0
    strange: int = 0
    extra_notes: tuple[str, ...] = ()
    extra_cautions: tuple[str, ...] = ()
    plane_provenance: Mapping[str, Provenance] = field(default_factory=dict)

    @property
    def paths(self) -> list[Path]:
        """The files, one for each candidate."""
        return self.lots.paths

    @property
    def complete(self) -> bool:
        """Whether all files were listed."""
        return self.lots.complete and len(self.candidates) == len(self.lots.paths)

    @property
    def expected(self) -> int:
        """About how many candidates there will be."""
        return self.lots.expected

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found so far."""
        roles = self.candidates.roles.described()
        notes = [f"{counted(len(self.candidates), 'cutout file')}; columns {roles or 'none'}"]
        left_alone = self.others + self.lots.left_alone
        if left_alone:
            notes.append(left_alone_words(left_alone))
        if self.strange:
            hold = counted(
                self.strange, "file of those looked at holds", "of the files looked at hold"
            )
            notes.append(f"{hold} no plane that is known")
        return (*self.extra_notes, *notes, *self.candidates.notes)

    @cached_property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Of all files together, once they are listed."""
        return (files_fingerprint("cutouts", self.lots.paths),)

    def grow(self) -> CandidateList | None:
        """The list with the next files; None when all are listed."""
        if self.complete or self.lots.stopped:
            return None
        self.candidates = self.lots.next()
        return self.candidates

    def cutout(self, row: int, radius: float | None = None) -> Cutout:
        """The cutout of one file, cropped where a smaller radius is asked for.

        Raises
        ------
        InputError
            The file is gone or cannot be read.
        """
        from vetter.io.cutouts.cutout_file import load_cutout

        with reading(self.paths[row], "a cutout that cannot be read"):
            cutout = load_cutout(self.paths[row])
            if radius is not None:
                cutout = cropped(cutout, radius)
        return _completed(cutout, self.candidates.name(row))

    def fwhm(self, measure: bool = True) -> PsfFwhm | None:
        """The FWHM of the PSF where the files' metadata tell it; there is no field to measure."""
        return known_fwhm(self.given_fwhm, self.candidates, None, None)

    def close(self) -> None:
        """Nothing is kept open; what is being listed ends."""
        self.lots.stop()


def is_cutout_file(path: Path) -> bool:
    """Whether a file is a cutout of several planes: no data in front, named images behind.

    False too where it cannot be read: whoever opens it says why.
    """
    try:
        scan = scan_primary(path)
        if scan is None or scan.axes:
            return False
        planes = scan_planes(path) or {}
    except (OSError, EOFError):
        return False
    known = [name for name in planes if name in ORDER]
    return bool(known) and len(set(planes.values())) == 1 and (len(planes) > 1 or bool(scan.values))


def open_cutouts(
    inputs: Sequence[Path],
    radius: float | None,
    origin: InputOrigin,
    fwhm: float | None = None,
) -> CutoutFolder:
    """A source from cutout files and folders of them, subfolders included.

    ``fwhm`` is the user's word on the PSF's FWHM, pixels.

    Raises
    ------
    InputError
        Not one cutout is found.
    """
    paths, others = _listed(inputs)
    lots = CutoutLots(paths)
    candidates = lots.next()
    planes, largest, strange, made = _planes(_sample(lots.paths, lots.left))
    if not planes or not len(candidates):
        raise InputError(
            f"{inputs[0]}: wanted cutout files (FITS with extensions named image, template...), "
            f"found {counted(len(paths), 'FITS file')} and none such; "
            "or name a candidate list and its planes"
        )
    title = inputs[0].name if len(inputs) == 1 else counted(lots.expected, "cutout")
    half = (max(largest) - 1) / 2 if largest else 0
    return CutoutFolder(
        title or str(inputs[0]),
        candidates,
        planes,
        radius or half or 20.0,
        origin.record,
        fwhm,
        lots,
        others,
        strange,
        origin.notes_with(),
        origin.cautions,
        made,
    )


def _listed(inputs: Sequence[Path]) -> tuple[list[str], int]:
    paths: list[str] = []
    others = 0
    for entry in inputs:
        if not entry.is_dir():
            paths.append(str(entry))
            continue
        for prefix, names in walked(entry):
            kept = [name for name in sorted(names) if name.lower().endswith(_ENDINGS)]
            others += len(names) - len(kept)
            paths += [prefix + name for name in kept]
    return list(dict.fromkeys(paths)), others


def _sample(cutouts: Sequence[Path], unread: Sequence[str]) -> list[Path]:
    """Some of the cutout files, and of the files that were not looked at but may be such."""
    each = _SAMPLE // 2 if unread else _SAMPLE
    known = list(cutouts[:: max(1, len(cutouts) // each)])
    few = [Path(path) for path in unread[:: max(1, len(unread) // each)]]
    return known + [path for path in few if scanned(path) is not None]


def _planes(
    paths: Sequence[Path],
) -> tuple[tuple[str, ...], tuple[int, int] | None, int, dict[str, Provenance]]:
    """Return plane names, the largest shape, the count of files without any, and what is made."""
    names: dict[str, None] = {}
    largest: tuple[int, int] | None = None
    strange = 0
    for path in paths:
        planes = scan_planes(path) or {}
        known = [name for name in planes if name in ORDER]
        if not known:
            strange += 1
            continue
        names.update(dict.fromkeys(planes))
        largest = max(filter(None, (largest, planes[known[0]])), key=max)
    made = {} if "err" in names else {"err": Provenance.ESTIMATED}
    if "image" in names:
        names["err"] = None
        if "convolved" in names:
            names["diff"] = None
    ordered = [n for n in ORDER if n in names] + [n for n in names if n not in ORDER]
    return tuple(ordered), largest, strange, made


def _completed(cutout: Cutout, name: str) -> Cutout:
    """The planes that can be made, made; and said."""
    image, convolved = cutout.planes.get("image"), cutout.planes.get("convolved")
    cutout.meta.setdefault("name", name)
    if _lacks(cutout, "diff") and image is not None and convolved is not None:
        cutout["diff"] = image - convolved
        cutout.notes["diff"] = "image - convolved"
        cutout.provenance["diff"] = Provenance.COMPUTED
    if _lacks(cutout, "err") and image is not None:
        mask = cutout.planes.get("mask")
        cutout["err"] = estimate_err(image, None if mask is None else mask != 0)
        cutout.notes["err"] = ESTIMATED_NOISE
        cutout.provenance["err"] = Provenance.ESTIMATED
    cutout.planes = {
        **{n: cutout.planes[n] for n in ORDER if n in cutout.planes},
        **{n: plane for n, plane in cutout.planes.items() if n not in ORDER},
    }
    return cutout


def _lacks(cutout: Cutout, name: str) -> bool:
    """Whether there never was such a plane: one that could not be read is not made up."""
    return name not in cutout.planes and name not in cutout.unread


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
