"""Source of cutout files, in folders or listed: one file is one candidate.

Long lists of files are scanned in lots, while the user already looks at the first ones.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.cutout.cutout import Cutout, crop_cutout
from vetter.core.cutout.no_data import no_data_of, without_fills, without_small_errors
from vetter.core.cutout.noise_estimate import ESTIMATED_NOISE, estimate_err
from vetter.core.cutout.plane import ORDER, Provenance
from vetter.core.cutout_source import CutoutSource, Fingerprint, PsfFwhm
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.cutouts.listing import (
    HeaderScan,
    extend_candidates,
    list_candidates,
    scan_planes,
    scan_primary,
)
from vetter.io.field.fwhm import known_fwhm
from vetter.io.files.fingerprint import files_fingerprint
from vetter.io.files.regular_files import iter_folders, left_alone_note
from vetter.io.files.unreadable import input_errors
from vetter.io.input_options import InputOrigin

_ENDINGS = (".fits", ".fit", ".fts", ".fits.gz")
# Number of files, spread over the list, that give the names of planes.
_SAMPLE_SIZE = 64

FIRST_LOT = 512
"""Number of files scanned before anything is shown. Each later lot doubles the list, so that all
rebuilding of columns together takes the time of one list."""


@dataclass(eq=False)
class CutoutFolder(CutoutSource):
    """Candidates from cutout files, each of which is read at its first use.

    The list may grow while it is in use (see `vetter.core.cutout_source.CutoutSource`).

    Attributes
    ----------
    title : str
    candidates : CandidateList
        Columns are the files' metadata.
    plane_names : tuple of str
    default_radius : float
        The radius from the user, else half of the largest cutout, pixels.
    record : dict
    given_fwhm : float or None
        The PSF's FWHM from the user, pixels.
    lots : CutoutLots
        Scans the files.
    others : int
        Number of files without the name of a FITS file.
    strange : int
        Number of files in the sample without a known plane.
    extra_notes, extra_cautions : tuple of str
        Notes and cautions that come before all others.
    plane_provenance : mapping of str to Provenance
        ``err`` as estimated, if no file of the sample holds one.
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
        """Files of the candidates, one each."""
        return self.lots.paths

    @property
    def is_complete(self) -> bool:
        """Whether all files are listed."""
        return self.lots.complete and len(self.candidates) == len(self.lots.paths)

    @property
    def expected_count(self) -> int:
        """Estimated number of candidates in the complete list."""
        return self.lots.expected

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on the files and columns that are listed so far."""
        roles = self.candidates.roles.format_choices()
        notes = [f"{format_count(len(self.candidates), 'cutout file')}; columns {roles or 'none'}"]
        left_alone = self.others + self.lots.left_alone
        if left_alone:
            notes.append(left_alone_note(left_alone))
        if self.strange:
            lack = format_count(self.strange, "sampled file lacks", "sampled files lack")
            notes.append(f"{lack} a known plane")
        return (*self.extra_notes, *notes, *self.candidates.notes)

    @cached_property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Fingerprint of all files together, once they are listed."""
        return (files_fingerprint("cutouts", self.lots.paths),)

    def grow(self) -> CandidateList | None:
        """Return the list with the next files; None if all are listed."""
        if self.is_complete or self.lots.stopped:
            return None
        self.candidates = self.lots.next()
        return self.candidates

    def cutout(self, row: int, radius: float | None = None) -> Cutout:
        """Read the cutout of one file, and crop it to a smaller radius.

        Raises
        ------
        InputError
            The file no longer exists or cannot be read.
        """
        from vetter.io.cutouts.cutout_file import load_cutout

        with input_errors(self.paths[row], "a cutout that cannot be read"):
            cutout = load_cutout(self.paths[row])
            if radius is not None:
                cutout = crop_cutout(cutout, radius)
        return _complete_planes(cutout, self.candidates.name(row))

    def fwhm(self, measure: bool = True) -> PsfFwhm | None:
        """Return the FWHM from the user or the metadata; there is no field to measure it on."""
        return known_fwhm(self.given_fwhm, self.candidates, None, None)

    def close(self) -> None:
        """Stop listing; no file is open."""
        self.lots.stop()


def is_cutout_file(path: Path) -> bool:
    """Return whether a file is a cutout: an empty primary HDU, then named images of one shape.

    False for a file that cannot be read; opening the file then gives the reason.
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
    """Open cutout files and folders of cutout files, subfolders included.

    ``fwhm`` is the PSF's FWHM from the user, pixels.

    Raises
    ------
    InputError
        There is no cutout file.
    """
    paths, others = _list_files(inputs)
    lots = CutoutLots(paths)
    candidates = lots.next()
    planes, largest, strange, provenance = _scan_sample(_sample(lots.paths, lots.left))
    if not planes or not len(candidates):
        raise InputError(
            f"{inputs[0]}: expected cutout files (FITS with extensions named image, template...), "
            f"found {format_count(len(paths), 'FITS file')}, none of them a cutout; "
            "name cutout files, or a candidate list and its planes"
        )
    title = inputs[0].name if len(inputs) == 1 else format_count(lots.expected, "cutout")
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
        provenance,
    )


def _list_files(inputs: Sequence[Path]) -> tuple[list[str], int]:
    """Return the FITS files of the inputs, and the number of other files."""
    paths: list[str] = []
    others = 0
    for entry in inputs:
        if not entry.is_dir():
            paths.append(str(entry))
            continue
        for prefix, names in iter_folders(entry):
            fits_names = [name for name in sorted(names) if name.lower().endswith(_ENDINGS)]
            others += len(names) - len(fits_names)
            paths += [prefix + name for name in fits_names]
    return list(dict.fromkeys(paths)), others


def _sample(cutouts: Sequence[Path], unscanned: Sequence[str]) -> list[Path]:
    """Return a sample of the cutout files, and of the cutouts among the unscanned files."""
    size = _SAMPLE_SIZE // 2 if unscanned else _SAMPLE_SIZE
    known = list(cutouts[:: max(1, len(cutouts) // size)])
    maybe = [Path(path) for path in unscanned[:: max(1, len(unscanned) // size)]]
    return known + [path for path in maybe if scan_cutout_file(path) is not None]


def _scan_sample(
    paths: Sequence[Path],
) -> tuple[tuple[str, ...], tuple[int, int] | None, int, dict[str, Provenance]]:
    """Return plane names, largest shape, number of files without planes, and provenance."""
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
    provenance = {} if "err" in names else {"err": Provenance.ESTIMATED}
    if "image" in names:
        names["err"] = None
        if "convolved" in names:
            names["diff"] = None
    ordered = [n for n in ORDER if n in names] + [n for n in names if n not in ORDER]
    return tuple(ordered), largest, strange, provenance


def _complete_planes(cutout: Cutout, name: str) -> Cutout:
    """Compute ``diff`` and ``err`` if the file lacks them, and note their provenance."""
    _drop_fills(cutout)
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


def _drop_fills(cutout: Cutout) -> None:
    """Set pixels without data to NaN, and note their number; the file itself is not changed."""
    header = cutout.header
    no_data = no_data_of({} if header is None else header)
    for name, plane in cutout.planes.items():
        if plane.dtype.kind != "f":
            continue
        pixels, count = without_fills(plane, no_data)
        if name.endswith("err"):
            positive = pixels[pixels > 0]
            median = float(np.median(positive)) if len(positive) else 0.0
            pixels, small = without_small_errors(pixels, median)
            count += small
        if count:
            cutout.planes[name] = pixels
            cutout.notes[name] = f"{format_count(count, 'pixel')} without data"


def _lacks(cutout: Cutout, name: str) -> bool:
    """Return whether the file has no such plane; an unreadable plane is not computed."""
    return name not in cutout.planes and name not in cutout.unread


class CutoutLots:
    """Scanner of file headers, in the order of the files.

    Parameters
    ----------
    paths : sequence of str

    Attributes
    ----------
    paths : list of Path
        The cutout files among the scanned ones.
    left_alone : int
        Number of other files among the scanned ones.
    stopped : bool
        Whether scanning has been stopped.
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
        """Whether all files are scanned."""
        return not self._left

    @property
    def left(self) -> list[str]:
        """Files that are not scanned yet."""
        return list(self._left)

    @property
    def expected(self) -> int:
        """Number of cutouts, if all files that are left are cutouts."""
        return len(self.paths) + len(self._left)

    def next(self) -> CandidateList:
        """Scan one more lot and return the list so far, which begins with the rows before.

        After `stop` the list may end anywhere in the lot.
        """
        goal = max(FIRST_LOT, 2 * len(self.paths))
        while self._left and len(self.paths) < goal and not self.stopped:
            path = Path(self._left.popleft())
            scan = scan_cutout_file(path)
            if scan is None:
                self.left_alone += 1
            else:
                self._scans.append(scan)
                self.paths.append(path)
        if self._list is None:
            self._list = list_candidates(self.paths, self._scans)
        else:
            self._list = extend_candidates(self._list, self.paths, self._scans)
        return self._list

    def stop(self) -> None:
        """Stop scanning; files that are left stay unscanned."""
        self.stopped = True


def scan_cutout_file(path: Path) -> HeaderScan | None:
    """Scan the header in front of a cutout file's planes; None for other files."""
    try:
        scan = scan_primary(path)
    except (OSError, EOFError):
        return None
    # A cutout file has its metadata in a primary HDU without data.
    return scan if scan is not None and not scan.axes else None
