"""Storms: images, detectors or nights with many times the candidates of the others.

One failing exposure of a survey gave 40,000 candidates in a night, each of which looked real to
the classifier. Such an image is to be looked at as one: ten of its candidates, then all rejected.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.coordinates.times import all_digits

MIN_GROUPS = 4
"""Fewer images have no usual number of candidates."""
MIN_COUNT = 30
"""Fewer candidates are looked at one by one sooner than as a storm."""
MIN_RATE = 5.0
"""A crowded field has two or three times the candidates of the others, a failing image tens.

No chance makes a storm: of a Poisson variable, 30 at 5 times its mean have a probability of 1e-11.
"""
FLOOR = 3.0
"""Candidates that a usual image may have at least: where most have none, the median is 0."""
NIGHT_GAP = 0.4
"""Days without an image between two nights: clouds may take 8 hours of one."""
SAMPLE = 10
"""Candidates of a storm that are shown as a sample: ten of a kind convince."""


class Grouping(NamedTuple):
    """Candidates by image, exposure of several detectors, detector or night.

    Attributes
    ----------
    kind : str
        'image', 'exposure', 'detector' or 'night'.
    labels : ndarray of int, shape (rows,)
        Number of each candidate's group, a place in ``names``; negative for none.
    names : sequence of str
    """

    kind: str
    labels: npt.NDArray[np.intp]
    names: Sequence[str]


class Storm(NamedTuple):
    """Group of candidates with many times the usual number.

    Attributes
    ----------
    kind : str
        'image', 'exposure', 'detector' or 'night'.
    label : str
        Name of the image.
    rows : ndarray of int
        Rows of its candidates, rising.
    usual : float
        Median number in the others.
    """

    kind: str
    label: str
    rows: npt.NDArray[np.intp]
    usual: float

    @property
    def rate(self) -> float:
        """Number of candidates over the usual number, which counts as `FLOOR` at least."""
        return len(self.rows) / max(self.usual, FLOOR)

    @property
    def name(self) -> str:
        """Kind and label: ``image e07``; a filter can hold it in double quotes."""
        return f"{self.kind} {self.label}".replace('"', "'")

    @property
    def sample(self) -> npt.NDArray[np.intp]:
        """Rows of `SAMPLE` of its candidates, rising; the same ones for the same storm."""
        if len(self.rows) <= SAMPLE:
            return self.rows
        rng = np.random.default_rng(zlib.crc32(self.name.encode("utf-8", "surrogatepass")))
        return np.sort(rng.choice(self.rows, SAMPLE, replace=False))

    @property
    def words(self) -> str:
        """Sentence for the user."""
        count = len(self.rows)
        times = f"{self.rate:,.0f} times" if self.rate >= 10 else f"{self.rate:.1f} times"
        return (
            f"{self.name} has {count:,} candidates, {times} the others' median of {self.usual:,.0f}"
        )


def find_list_storms(
    groupings: Sequence[Grouping], counted: npt.NDArray[np.bool_] | None = None
) -> list[Storm]:
    """Return the storms of a list: exposures, then images, detectors and nights.

    A candidate of one storm does not count for those after it: a failing image makes no storm of
    its night. An exposure of several detectors is a storm if most of its images are; else only
    the images are. A detector or a night of many images may have many candidates.

    Parameters
    ----------
    groupings : sequence of Grouping
        At most one of each kind.
    counted : ndarray of bool, shape (rows,), optional
        Candidates that count; the others, as test rows, only belong to their groups.

    Examples
    --------
    >>> image = np.repeat(np.arange(5), [10, 12, 400, 11, 9])
    >>> [storm.words for storm in find_list_storms([Grouping("image", image, list("abcde"))])]
    ["image c has 400 candidates, 38 times the others' median of 10"]
    """
    by_kind = {grouping.kind: grouping for grouping in groupings}
    images = by_kind.get("image")
    storms: list[Storm] = []
    for kind in ("exposure", "image", "detector", "night"):
        if kind not in by_kind:
            continue
        labels = by_kind[kind].labels.copy()
        for storm in storms:
            labels[storm.rows] = -1
        found = find_storms(kind, labels, by_kind[kind].names, counted)
        if kind == "exposure":
            found = [storm for storm in found if images and _has_most_images(storm, images)]
        elif found and kind != "image" and images:
            crowded = _crowded_groups(labels, images.labels, len(by_kind[kind].names))
            found = [storm for storm in found if crowded[labels[storm.rows[0]]]]
        storms += found
    return storms


def _crowded_groups(
    labels: npt.NDArray[np.intp], images: npt.NDArray[np.intp], count: int
) -> npt.NDArray[np.bool_]:
    """Return which groups have many times the usual number of candidates in each of their images.

    Parameters
    ----------
    labels, images : ndarray of int, shape (rows,)
        Number of each candidate's group and image; negative for none.
    count : int
        Number of groups.
    """
    known = (labels >= 0) & (images >= 0)
    if not known.any():
        return np.ones(count, bool)
    pairs = np.unique(np.column_stack([labels[known], images[known]]), axis=0)
    number = np.bincount(pairs[:, 0], minlength=count)
    rates = np.bincount(labels[known], minlength=count) / np.maximum(number, 1)
    # Groups without a known image are not compared.
    usual = float(np.median(rates[number > 0]))
    return np.asarray((number == 0) | (rates >= MIN_RATE * usual))


def _has_most_images(storm: Storm, images: Grouping) -> bool:
    """Return whether most images of an exposure have many times the candidates of the others.

    An exposure without a known image is not compared.
    """
    own = _counts_by_image(images.labels[storm.rows])
    if not len(own):
        return True
    usual = float(np.median(_counts_by_image(images.labels)))
    return bool(np.median(own) >= MIN_RATE * max(usual, FLOOR))


def _counts_by_image(images: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return the number of candidates of each image that has any; negative images are none."""
    counts = np.bincount(images[images >= 0])
    return counts[counts > 0]


def find_storms(
    kind: str,
    labels: npt.NDArray[np.intp],
    names: Sequence[str],
    counted: npt.NDArray[np.bool_] | None = None,
) -> list[Storm]:
    """Return the groups with many times the candidates of the others, the largest first.

    A group is a storm if it has at least `MIN_COUNT` candidates, and `MIN_RATE` times the median
    of the other groups (which counts as `FLOOR` at least). The median is not moved by the storms
    themselves while they are fewer than half of the groups.

    Parameters
    ----------
    kind : str
        Word for a group: 'image', 'detector', 'night'.
    labels : ndarray of int, shape (rows,)
        Number of each candidate's group, a place in ``names``; negative for none.
    names : sequence of str
    counted : ndarray of bool, shape (rows,), optional
        Candidates that count; by default all.
    """
    known = labels[(labels >= 0) if counted is None else (labels >= 0) & counted]
    counts = np.bincount(known, minlength=len(names))
    if np.count_nonzero(counts) < MIN_GROUPS:
        return []
    storms = []
    likely = np.flatnonzero(counts >= MIN_COUNT)
    for number in likely[np.argsort(-counts[likely], kind="stable")].tolist():
        others = np.delete(counts, number)
        usual = float(np.median(others[others > 0]))
        if counts[number] >= MIN_RATE * max(usual, FLOOR):
            storms.append(Storm(kind, str(names[number]), np.flatnonzero(labels == number), usual))
    return storms


def group_values(values: npt.NDArray[np.generic]) -> tuple[npt.NDArray[np.intp], list[str]]:
    """Return a number for each value of a column, and each number's text; empty values have -1."""
    plain = np.asarray(np.ma.getdata(values))
    if plain.dtype.kind == "O":
        plain = np.array(["" if value is None else str(value) for value in plain.tolist()], str)
    if plain.dtype.kind == "f":
        gaps = np.isnan(plain)
    else:
        plain = plain.astype(str) if plain.dtype.kind not in "iub" else plain
        gaps = plain == "" if plain.dtype.kind == "U" else np.zeros(len(plain), bool)
    known = np.flatnonzero(~(gaps | np.ma.getmaskarray(values)))
    different, numbers = np.unique(plain[known], return_inverse=True)
    labels = np.full(len(plain), -1, np.intp)
    labels[known] = numbers
    texts = [all_digits(v) if plain.dtype.kind == "f" else str(v) for v in different.tolist()]
    return labels, texts


def group_nights(
    mjd: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.intp], list[tuple[float, float]]]:
    """Return the number of each candidate's night, and each night's first and last time.

    Nights are parted by gaps of `NIGHT_GAP` days, since the night's date depends on the place of
    the telescope. Candidates without a time have -1.

    Parameters
    ----------
    mjd : ndarray of float64, shape (rows,)
        NaN: unknown.
    """
    labels = np.full(len(mjd), -1, np.intp)
    known = np.flatnonzero(np.isfinite(mjd))
    if not len(known):
        return labels, []
    order = known[np.argsort(mjd[known], kind="stable")]
    times = mjd[order]
    starts = np.flatnonzero(np.concatenate([[True], np.diff(times) > NIGHT_GAP]))
    labels[order] = np.cumsum(np.isin(np.arange(len(order)), starts)) - 1
    ends = np.concatenate([starts[1:] - 1, [len(times) - 1]])
    return labels, [(float(times[a]), float(times[b])) for a, b in zip(starts, ends, strict=True)]
