"""Differences among the planes of stamps, recognised by the pixels of several candidates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from vetter.core.cutout.plane import Array
from vetter.core.cutout.plane_checks.difference_signals import measure_signals
from vetter.core.cutout.plane_checks.plane_content import PlaneContent

MIN_STAMPS = 5
"""Least number of stamps that must agree: the noise or the neighbour of one tells nothing."""

_CANDIDATE_RADIUS = 6.0
"""Pixels around the candidate that do not count: in a difference they are bright in most stamps,
and the rest is about zero with lobes of both signs, as over a whole field."""

_MIN_TURNED = 2
_MIN_SIGNAL = 8.0
_MIN_EXPLAINED = 0.5
"""Least share of a stamp's variance from image and template. A dipole's residuals alone, in the
difference of an image that is not beside it, reach 0.3."""

_OTHERS = ("image", "template", "convolved", "err", "mask", "adjusted")


class Stamp(NamedTuple):
    """Planes of one candidate, and its place in them.

    Attributes
    ----------
    planes : mapping of str to ndarray, shape (rows, columns)
    x, y : float
        Pixel of the candidate, 0-based.
    """

    planes: Mapping[str, Array]
    x: float
    y: float


class StampFindings(NamedTuple):
    """Findings on the planes of stamps.

    Attributes
    ----------
    lines : list of str
        A line for each difference that is template - image, in all stamps or in some.
    differences : tuple of str
        Planes whose pixels are those of a difference.
    """

    lines: list[str]
    differences: tuple[str, ...]


def check_stamps(stamps: Sequence[Stamp]) -> StampFindings:
    """Find the planes of stamps that are differences, and those that are template - image.

    A plane is a difference if it is about zero with lobes of both signs, as for planes of a whole
    field, or if image and template explain most of it, with opposite signs, in several stamps.

    Parameters
    ----------
    stamps : sequence of Stamp
        Of several candidates; with fewer than `MIN_STAMPS` nothing is found.
    """
    lines, differences = [], []
    for name in dict.fromkeys(name for stamp in stamps for name in stamp.planes):
        if name in _OTHERS:
            continue
        signs = list(_signs(stamps, name))
        is_told = len(signs) >= MIN_STAMPS
        if is_told or _is_symmetric(stamps, name):
            differences.append(name)
        if is_told and signs.count(-1) >= _MIN_TURNED:
            lines.append(_describe_turned(name, signs, len(stamps)))
    return StampFindings(lines, tuple(differences))


def _describe_turned(name: str, signs: Sequence[int], count: int) -> str:
    turned, straight = signs.count(-1), signs.count(1)
    of = f"of {count} stamps looked at"
    if straight:
        return (
            f"{name} is template - image in {turned} {of} and image - template in {straight}: its "
            "sign changes from candidate to candidate"
        )
    return f"{name} is template - image in {turned} {of}: a new source is negative in it"


def _signs(stamps: Sequence[Stamp], name: str) -> Iterator[int]:
    """Yield 1 for each stamp in which a plane is image - template, -1 for the opposite."""
    for planes, _, _ in stamps:
        if not {name, "image", "template"} <= planes.keys():
            continue
        found = measure_signals(planes[name], planes["image"], planes["template"])
        if found is None or not found.explained > _MIN_EXPLAINED:
            continue
        # A plane with the noise of the image alone is the image, or a model taken from it.
        if min(found.of_image, found.of_template) > _MIN_SIGNAL:
            yield 1
        elif max(found.of_image, found.of_template) < -_MIN_SIGNAL:
            yield -1


def _is_symmetric(stamps: Sequence[Stamp], name: str) -> bool:
    boxes = []
    for planes, x, y in stamps:
        if name not in planes:
            continue
        box = np.array(planes[name], np.float64)
        rows, columns = np.ogrid[: box.shape[0], : box.shape[1]]
        box[np.hypot(columns - x, rows - y) < _CANDIDATE_RADIUS] = np.nan
        if np.isfinite(box).any():
            boxes.append(box)
    return len(boxes) >= MIN_STAMPS and PlaneContent(boxes).is_symmetric
