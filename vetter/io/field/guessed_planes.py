"""Planes of a list guessed from all images of its folder, by names, pixels and positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from vetter.core.candidates.candidate_list import Whereabouts, find_whereabouts
from vetter.core.cutout.plane import Array, Box
from vetter.core.cutout.plane_checks.plane_content import PlaneContent
from vetter.core.cutout.plane_checks.plane_contradictions import contradictions
from vetter.core.cutout.plane_checks.plane_roles import roles_by_content
from vetter.errors import InputError
from vetter.io.field.content_check import boxes_of
from vetter.io.files.hdu_names import FitsName
from vetter.io.files.plane_names import IMAGE_ENDINGS, plane_of, without_ending
from vetter.io.fits.image_wcs import image_wcs
from vetter.io.fits.images import FitsImage, open_image

MAX_IMAGES = 12
"""A folder of more images than 12 holds several fields, or stamps."""
_SAMPLE = 3
"""Number of images, or a few more, that stand for many."""
_MIN_SHARE = 0.5
_MIN_EXTENT = 3.0  # pixels


@dataclass(frozen=True, slots=True)
class GuessedPlanes:
    """Planes guessed for a list.

    Attributes
    ----------
    planes : dict of str to str
        Plane name to file.
    is_sure : bool
        Whether each image has a plane of its own, and nothing contradicts the choice.
    on_image : tuple of str
        Images that the list's positions fall on; none of them is a stamp.
    """

    planes: dict[str, str] = field(default_factory=dict)
    is_sure: bool = False
    on_image: tuple[str, ...] = ()


def guess_planes(table: FitsName, files: Sequence[Path]) -> GuessedPlanes:
    """Return a guess of the planes of a list among a few images.

    Parameters
    ----------
    table : FitsName
    files : sequence of Path
        Images; of more than `MAX_IMAGES` only whether the positions fall on them is told.
    """
    is_many = len(files) > MAX_IMAGES
    images = _opened(files[:: max(1, len(files) // _SAMPLE)] if is_many else files)
    try:
        if not is_many:
            return _guess(table, images)
        # A stamp holds one candidate, an image of a night most of the list.
        if images and all(_falls_on(table, image) for image in images.values()):
            return GuessedPlanes(on_image=tuple(map(str, files)))
        return GuessedPlanes()
    finally:
        for image in images.values():
            image.close()


def _opened(files: Sequence[Path]) -> dict[str, FitsImage]:
    images = {}
    for path in files:
        try:
            images[str(path)] = open_image(FitsName(path))
        except (InputError, OSError):
            # No image; if it should be one, the user names it and is told why.
            continue
    return images


def _guess(table: FitsName, images: dict[str, FitsImage]) -> GuessedPlanes:
    on_image = tuple(path for path, image in images.items() if _falls_on(table, image))
    if not on_image:
        return GuessedPlanes()
    shapes = {images[path].shape for path in on_image}
    # A picture of the PSF, or a part of another survey, is no plane of this list.
    images = {path: image for path, image in images.items() if image.shape in shapes}
    by_plane: dict[str, list[str]] = {}
    for path in images:
        by_plane.setdefault(_word(path), []).append(path)
    unnamed = by_plane.pop("", [])
    known = {plane: paths[0] for plane, paths in by_plane.items()}
    is_sure = all(len(paths) == 1 for paths in by_plane.values())
    if len(unnamed) == 1 and "image" not in known and unnamed[0] in on_image:
        known["image"], unnamed = unnamed[0], []
    first = images[known.get("image", on_image[0])]
    contents = {
        path: PlaneContent(_pixels(image), not _is_flag_name(path, known))
        for path, image in images.items()
        if image.shape == first.shape
    }
    if unnamed and is_sure:
        of_names = {plane: path for plane, path in known.items() if path in contents}
        known |= roles_by_content(contents, of_names)
    on_grid = {plane: contents[path] for plane, path in known.items() if path in contents}
    named = set(known.values())
    is_sure = is_sure and known.get("image") in on_image and all(path in named for path in images)
    return GuessedPlanes(known, is_sure and not contradictions(on_grid), on_image)


def _word(path: str) -> str:
    """Return the plane that a file's name means; '' if it means none."""
    stem = without_ending(Path(path).name, IMAGE_ENDINGS)
    if stem is None:
        return ""
    name, plane = plane_of(stem)
    return "" if name == stem else plane


def _is_flag_name(path: str, known: dict[str, str]) -> bool:
    return path in (known.get("mask"), known.get("err"), known.get("weight"), known.get("variance"))


def _pixels(image: FitsImage) -> list[Array]:
    try:
        return [_read(image, box) for box in boxes_of(image.shape)]
    except InputError:
        # Damaged: the panels show the reason.
        return [np.full((1, 1), np.nan)]


def _read(image: FitsImage, box: Box) -> Array:
    overlap = box.overlap(image.shape)
    assert overlap is not None
    return image.read(overlap[0])


def _falls_on(table: FitsName, image: FitsImage) -> bool:
    """Return whether most of a list's positions fall on an image."""
    from vetter.io.tables.candidates import read_candidates

    try:
        wcs = image_wcs(image)[0]
        candidates = read_candidates(str(table), wcs, image.shape, header=image.header)
    except (InputError, OSError):
        return False
    on = find_whereabouts(candidates.x, candidates.y, image.shape) == Whereabouts.ON
    if not np.mean(on) > _MIN_SHARE:
        return False
    # Positions that are all the same are the middle of each candidate's stamp.
    extent = max(np.ptp(candidates.x[on]), np.ptp(candidates.y[on]))
    return len(candidates) == 1 or bool(extent > _MIN_EXTENT)
