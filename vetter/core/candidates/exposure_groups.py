"""Groups of candidates by image, exposure, detector and night, from the columns that lists have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.chip_rows import chip_columns, is_certain
from vetter.core.candidates.column_roles import normalise_name
from vetter.core.coordinates.times import mjd_array, time_text
from vetter.core.decisions.triage.storms import Grouping, group_nights, group_values

# Names of columns, compared as `normalise_name` gives them, the surest first.
_IMAGES = """
    imagename imagefile imgname imgfile fitsfile fitsname filename sciencefile
    pdiffimfilename image img file frame framename
""".split()
_EXPOSURES = "expnum exposure exposureid exposurename expid expname visit visitid obsid".split()
_ZTF = ("pid", "rcid")
"""Columns of ZTF's packets: ``pid`` numbers the images of one quadrant."""


def group_exposures(
    candidates: CandidateList,
    fields: tuple[npt.NDArray[np.intp], Sequence[str]] | None = None,
    mjd: npt.NDArray[np.float64] | None = None,
) -> list[Grouping]:
    """Return the candidates by image, exposure, detector and night, as far as they are known.

    Images are those of the source; else a column names them, as ``filename``, or the exposure
    (``expnum``, ``visit``) together with the detector (``ccd``, ``rcid``) does. Without a column
    of exposures, candidates of one time are of one exposure.

    Parameters
    ----------
    candidates : CandidateList
    fields : (ndarray of int (n,), sequence of str), optional
        Number of each candidate's image in the source, and the names of these images.
    mjd : ndarray of float64 (n,), optional
        Time of each candidate's image; NaN if unknown. By default the column of times.

    Examples
    --------
    >>> from astropy.table import Table
    >>> from vetter.core.candidates.candidate_list import Roles
    >>> table = Table({"expnum": [7, 7, 8], "ccd": [1, 2, 1]})
    >>> gaps = np.full(3, np.nan)
    >>> listed = CandidateList(table, Roles(), np.arange(3).astype(str), gaps, gaps, gaps, gaps)
    >>> [(group.kind, len(group.names)) for group in group_exposures(listed)]
    [('exposure', 2), ('image', 3), ('detector', 2)]
    """
    times = list_times(candidates) if mjd is None else mjd
    detectors, word = _find_detectors(candidates)
    images = _find_images(candidates) if fields is None else Grouping("image", *fields)
    exposures = _find_exposures(candidates, times) if images is None else None
    groups = []
    if images is not None:
        groups.append(images)
    elif exposures is not None and detectors is not None:
        groups += [exposures, _join(exposures, detectors, word)]
    elif exposures is not None:
        groups.append(exposures._replace(kind="image"))
    if detectors is not None:
        groups.append(detectors)
    labels, nights = group_nights(times)
    if nights:
        groups.append(Grouping("night", labels, _TimeNames([first for first, _ in nights], 10)))
    return groups


class _TimeNames(Sequence[str]):
    """Names of times, each written when asked for: a list may have as many times as rows."""

    def __init__(self, mjd: Sequence[float], letters: int) -> None:
        self._mjd, self._letters = mjd, letters

    def __len__(self) -> int:
        return len(self._mjd)

    def __getitem__(self, number: Any) -> Any:
        return time_text(float(self._mjd[number]), "mjd")[: self._letters]


def list_times(candidates: CandidateList) -> npt.NDArray[np.float64]:
    """Return the times of a list's column of times as MJD, shape (n,); NaN where unknown."""
    name = candidates.roles.time
    if name is None or candidates.table[name].ndim != 1:
        return np.full(len(candidates), np.nan)
    values = candidates.column(name)
    if values.dtype.kind in "iuf":
        return mjd_array(values, name, str(getattr(candidates.table[name], "unit", None) or ""))
    different, numbers = np.unique(values.astype(str), return_inverse=True)
    times = np.array([_read_text(text) for text in different.tolist()], np.float64)
    return times[numbers.reshape(-1)]


def _read_text(text: str) -> float:
    with suppress(ValueError):
        moment = datetime.fromisoformat(text.strip()).replace(tzinfo=UTC)
        return float(mjd_array(np.array([moment.timestamp()]), "unix")[0])
    return float("nan")


def _find_images(candidates: CandidateList) -> Grouping | None:
    columns = _columns_by_name(candidates)
    names = [*_IMAGES, *(_ZTF[:1] if columns.keys() >= set(_ZTF) else ())]
    found = [columns[name] for name in names if name in columns]
    return _group_by(candidates, found[0], "image") if found else None


def _find_exposures(candidates: CandidateList, times: npt.NDArray[np.float64]) -> Grouping | None:
    columns = _columns_by_name(candidates)
    for name in (name for name in _EXPOSURES if name in columns):
        # An exposure with fractions is an exposure time.
        if name != "exposure" or candidates.column(columns[name]).dtype.kind != "f":
            return _group_by(candidates, columns[name], "exposure")
    known = np.flatnonzero(np.isfinite(times))
    different, numbers = np.unique(times[known], return_inverse=True)
    # Images of one candidate each have no usual number.
    if not len(known) or 2 * len(different) > len(known):
        return None
    labels = np.full(len(times), -1, np.intp)
    labels[known] = numbers.reshape(-1)
    return Grouping("exposure", labels, _TimeNames(different.tolist(), 19))


def _find_detectors(candidates: CandidateList) -> tuple[Grouping | None, str]:
    """Return the candidates by detector, and the word for it: 'ccd', 'detector'."""
    columns = _columns_by_name(candidates).values()
    names = [name for name in chip_columns(list(columns)) if is_certain(name)]
    if not names:
        return None, ""
    return _group_by(candidates, names[0], "detector"), re.split(r"[.:]", names[0])[-1]


def _columns_by_name(candidates: CandidateList) -> dict[str, str]:
    """Return a list's columns of single values, by normalised name.

    The name of the record that holds a column is left out: ``pid`` for ``candidate.pid``.
    """
    return {
        normalise_name(re.split(r"[.:]", name)[-1]): name
        for name in reversed(candidates.columns)
        if candidates.table[name].ndim == 1
    }


def _group_by(candidates: CandidateList, column: str, kind: str) -> Grouping:
    return Grouping(kind, *group_values(candidates.column(column)))


def _join(exposures: Grouping, detectors: Grouping, word: str) -> Grouping:
    """Return the images: one for each detector of each exposure."""
    pairs = exposures.labels * len(detectors.names) + detectors.labels
    known = np.flatnonzero((exposures.labels >= 0) & (detectors.labels >= 0))
    different, numbers = np.unique(pairs[known], return_inverse=True)
    labels = np.full(len(pairs), -1, np.intp)
    labels[known] = numbers.reshape(-1)
    parts = (divmod(pair, len(detectors.names)) for pair in different.tolist())
    names = [f"{exposures.names[one]} {word} {detectors.names[other]}" for one, other in parts]
    return Grouping("image", labels, names)
