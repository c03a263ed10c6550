"""Roles of planes by their pixels alone, for files whose names do not tell."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations

import numpy as np

from vetter.core.cutout.plane_checks.plane_content import PlaneContent

_SAME = 0.95
_MIN_STARS = 3


def roles_by_content(
    contents: Mapping[str, PlaneContent], known: Mapping[str, str]
) -> dict[str, str]:
    """Return plane name to file, for as many files as their pixels settle.

    Flags are the mask, smooth values as large as the noise the errors. A difference is recognised
    by the noise of the image, which it has, and that of the template, which it has with the other
    sign. Image and template alone cannot be told apart.

    Parameters
    ----------
    contents : mapping of str to PlaneContent
        File to content, on one pixel grid.
    known : mapping of str to str
        Plane name to file, of files whose names tell.
    """
    found = dict(known)
    rest = [file for file in contents if file not in known.values()]
    for role, is_one in (("mask", _is_mask), ("err", _is_err)):
        files = [file for file in rest if is_one(contents, file)]
        if len(files) == 1 and role not in found:
            found[role] = files[0]
            rest.remove(files[0])
    sky = {file: contents[file] for file in rest}
    sky |= {file: contents[file] for role, file in known.items() if role in _SKY}
    named = {file: role for role, file in known.items()}
    if not rest:
        return found
    for roles in _choices(sky):
        if all(named.get(file, role) == role for role, file in roles.items()):
            return found | roles
    return found


_SKY = ("image", "template", "convolved", "diff")


def _is_mask(contents: Mapping[str, PlaneContent], file: str) -> bool:
    return contents[file].is_flags


def _is_err(contents: Mapping[str, PlaneContent], file: str) -> bool:
    one = contents[file]
    if one.negative > 0 or one.is_flags or not (one.level > 0 and one.noise < 0.3 * one.level):
        return False
    noises = [other.noise for name, other in contents.items() if name != file and other.noise > 0]
    return any(noise / 3 < one.level < 3 * noise for noise in noises)


def _choices(sky: Mapping[str, PlaneContent]) -> list[dict[str, str]]:
    """Return the assignment of sky planes that their pixels settle; empty if there is none."""
    if len(sky) == 1:
        return [{"image": next(iter(sky))}]
    found = [roles for files in permutations(sky) if (roles := _matching(sky, files))]
    return found if len(found) == 1 else []


def _matching(sky: Mapping[str, PlaneContent], files: tuple[str, ...]) -> dict[str, str]:
    """Return roles of files in the order image, diff, template, convolved if the pixels fit."""
    image, diff = sky[files[0]], sky[files[1]]
    if len(files) > 4 or not _may_be_difference(diff, image):
        return {}
    roles = dict(zip(("image", "diff", "template", "convolved"), files, strict=False))
    if len(files) == 2:
        return roles
    first, last = diff.noise_correlation(image), diff.noise_correlation(sky[files[2]])
    if not (first > 0.2 and last < -0.1):
        return {}
    if len(files) == 4 and not diff.correlation(image.minus(sky[files[3]])) > _SAME:
        return {}
    return roles


def _may_be_difference(diff: PlaneContent, image: PlaneContent) -> bool:
    """Return whether one plane has the level of a difference, and few of the other's stars."""
    seen, known = diff.seen(image.peaks)
    lacks = known >= _MIN_STARS and seen <= 0.34 * known
    centred = diff.noise > 0 and abs(diff.level) < diff.noise
    # A matched difference leaves residuals, on both sides, at bright stars.
    return bool(centred and (lacks or diff.is_symmetric) and not np.isnan(image.noise))
